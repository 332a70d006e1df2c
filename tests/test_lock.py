"""`requirements.lock`: what was tested, to be installed byte for byte."""

from __future__ import annotations

import re
from importlib.metadata import distribution

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tests.test_space import requirements

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
COMMAND = re.compile(r"uv pip compile (.*)$", re.MULTILINE)
PYTHONS = ("3.10", "3.11", "3.12")


def pins(python: str) -> dict[str, Requirement]:
    """What is installed on a Linux of that Python, by name; each with its hashes in the lines below it."""
    environment = default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_machine": "x86_64",
        "platform_system": "Linux",
        "implementation_name": "cpython",
    }
    lines = re.findall(r"^([^\s#].*?)(?: \\)?$", LOCK, re.MULTILINE)
    found = [Requirement(line) for line in lines]
    kept = [each for each in found if each.marker is None or each.marker.evaluate(environment)]
    assert len({each.name for each in kept}) == len(kept), "one version of each"
    return {each.name: each for each in kept}


@pytest.mark.parametrize("python", PYTHONS)
def test_all_that_is_required_is_locked_within_its_bounds(python):
    required = requirements("requirements.txt")
    del required["torch"]  # the one of pre-requirements.txt, for processors or for a GPU
    locked = pins(python)
    for name, asked in required.items():
        (pin,) = locked[canonicalize_name(name)].specifier
        assert pin.operator == "=="
        assert asked.specifier.contains(pin.version), name


@pytest.mark.parametrize("python", PYTHONS)
def test_what_the_locked_packages_need_is_locked_too(python):
    locked = pins(python)
    for name in requirements("requirements.txt").keys() - {"torch"}:
        for text in distribution(name).requires or ():
            needed = Requirement(text)
            if needed.marker is None and canonicalize_name(needed.name) != "torch":
                assert canonicalize_name(needed.name) in locked, f"{name} needs {needed.name}"


def test_each_file_is_known_by_its_hash():
    blocks = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)
    packages = [block for block in blocks if block.strip() and not block.startswith("#")]
    assert packages
    for block in packages:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block), block.splitlines()[0]


def test_no_cuda_is_locked():
    assert not re.search(r"^(torch|triton|nvidia-\S+|cuda-\S+)==", LOCK, re.MULTILINE)


def test_readme_tells_the_command_that_made_it():
    (made,) = COMMAND.findall(LOCK)
    assert COMMAND.findall((ROOT / "tests" / "README.md").read_text(encoding="utf-8")) == [made]
