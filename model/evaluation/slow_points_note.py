"""What a small network's slow points say, in sentences: card and page say the same.

"Line attractor" is said only where the conditions of `Dynamics.line_attractor` hold, and they are said with it.
"""

from __future__ import annotations

from model.language import gettext
from model.recurrence.dynamics import STARTS, Dynamics
from model.recurrence.slow_points import ALONG, NEAR_ONE, SLOW


def slow_points_note(found: Dynamics) -> str:
    """Whether the network's slow points make a line attractor, and if not, what they are, with the conditions."""
    sentences = [
        gettext(
            "Slow points were searched for from {starts} states of {reviews:,} validation reviews, with the mean word "
            "vector as constant input. A point counts as slow where a step moves the states by less than {slow:.0f} % "
            "of a usual step; {count} were found."
        ).format(starts=STARTS, reviews=found.reviews, slow=100 * SLOW, count=len(found.slow))
    ]
    line = sum(point.of_line_attractor for point in found.points)
    conditions = {"near": NEAR_ONE, "along": ALONG, "line": line, "count": len(found.points)}
    if found.line_attractor:
        said = gettext(
            "At {line} of {count} the leading eigenvalue λ of a step is within {near:g} of 1 and its eigenvector lies "
            "along the readout (|cos| above {along:g}): what was read is kept along the verdict. That is a line "
            "attractor."
        )
        sentences.append(said.format(**conditions))
    else:
        said = gettext(
            "At {line} of {count} the leading eigenvalue λ of a step is within {near:g} of 1 and its eigenvector lies "
            "along the readout (|cos| above {along:g}), which is too few to speak of a line attractor."
        )
        sentences.append(said.format(**conditions))
        if found.stable and found.unstable:
            said = gettext(
                "{stable} of them attract (all |λ| below 1), {unstable} repel: the verdict settles in separate "
                "places, like a switch of several positions, rather than staying wherever it was put."
            )
            sentences.append(said.format(stable=found.stable, unstable=found.unstable))
    return " ".join(sentences)
