"""What a small network's slow points say, in sentences: card and page say the same.

"Line attractor" is said only where the conditions of `Dynamics.line_attractor` hold, and they are said with it.
"""

from __future__ import annotations

import math

from model.language import gettext
from model.recurrence.dynamics import STARTS, Dynamics
from model.recurrence.slow_points import ALONG, NEAR_ONE, SLOW


def slow_points_note(found: Dynamics) -> str:
    """Whether the network's slow points make a line attractor, and if not, what they are, with the conditions."""
    sentences = [
        gettext(
            "States at which the network hardly moves (slow points) were searched for from {starts} states of "
            "{reviews:,} validation reviews, with the mean word vector as constant input (Sussillo & Barak 2013). A "
            "point counts as slow where a step moves the states by less than {slow:.0f} % of a usual step; {count} "
            "were found."
        ).format(starts=STARTS, reviews=found.reviews, slow=100 * SLOW, count=len(found.slow))
    ]
    line = sum(point.of_line_attractor for point in found.points)
    said = gettext(
        "Around {line} of {count} a step keeps what lies along one direction (its leading eigenvalue λ is within "
        "{near:g} of 1: {least:.0f} to {most:.0f} % of it is there after a token), and that direction lies along the "
        "readout, by which the verdict is read (less than {angle:.0f}° between the two, |cos| above {along:g}; "
        "thresholds chosen here)."
    )
    angle = math.degrees(math.acos(ALONG))
    kept = {"near": NEAR_ONE, "least": 100 - 100 * NEAR_ONE, "most": 100 + 100 * NEAR_ONE}
    sentences.append(said.format(line=line, count=len(found.points), along=ALONG, angle=angle, **kept))
    if found.line_attractor:
        sentences.append(
            gettext(
                "So what was read is kept along the verdict: that is a line attractor (Maheswaranathan et al. 2019)."
            )
        )
    else:
        sentences.append(gettext("That is too few to speak of a line attractor (Maheswaranathan et al. 2019)."))
        if found.stable and found.unstable:
            said = gettext(
                "{stable} of them attract (all |λ| below 1), {unstable} repel: the verdict settles in separate "
                "places, like a switch of several positions, rather than staying wherever it was put."
            )
            sentences.append(said.format(stable=found.stable, unstable=found.unstable))
    return " ".join(sentences)
