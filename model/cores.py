"""How many processor cores this process may use.

A container sees all cores of its host and may use a share of them: torch would begin a thread for each, and they would
wait for one another. The share stands in `CPU_CORES`, which Hugging Face sets, and in the quota of the control group
(https://docs.kernel.org/admin-guide/cgroup-v2.html, version 1 beside it). The smallest number counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

GROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
_NAMED = ("CPU_CORES", "OMP_NUM_THREADS")  # the latter is for one who wants fewer


def usable_cores(environment: Mapping[str, str], groups: Path = GROUPS, own: Path = OWN) -> int:
    """At least 1, at most the cores on which this process may run; a part of a core does not count.

    `groups` is where the control groups are mounted, `own` the file that names those of this process.
    """
    named = (_positive(environment.get(name, "")) for name in _NAMED)
    return max(1, int(min([_present(), *named, *_quotas(groups, own)])))


def _present() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(groups: Path, own: Path) -> Iterator[float]:
    """In cores: of this process's control group and of all above it, as far as they can be seen."""
    for line in _text(own).splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        inside = PurePosixPath(path.lstrip("/"))
        for folder in (inside, *inside.parents):
            if not controllers:
                yield _quota(_text(groups / folder / "cpu.max"))
            elif "cpu" in controllers.split(","):
                yield from (_quota(_first(groups / mount / folder)) for mount in ("cpu", controllers))


def _first(folder: Path) -> str:
    """What version 1 says, in the words of version 2: "quota period", both in microseconds."""
    return f"{_text(folder / 'cpu.cfs_quota_us')} {_text(folder / 'cpu.cfs_period_us')}"


def _quota(words: str) -> float:
    """ "150000 100000" is 1.5 cores; "max" and -1 are no limit."""
    quota, period = (*words.split(), "", "")[:2]
    return _positive(quota) / _positive(period) if _positive(quota) < float("inf") else float("inf")


def _positive(word: str) -> float:
    """The number, or infinity for whatever is none above 0."""
    try:
        number = float(word)
    except ValueError:
        return float("inf")
    return number if number > 0 else float("inf")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
