"""What Hugging Face Spaces reads: the header of README.md, the requirements, and the files that are sent there.

The header's keys: https://huggingface.co/docs/hub/spaces-config-reference
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from huggingface_hub import SpaceHardware, metadata_load
from huggingface_hub.utils import filter_repo_objects
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.conftest import ROOT
from tests.test_package import needed

README = (ROOT / "README.md").read_text(encoding="utf-8")
KEYS = {
    "title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file", "short_description",
    "suggested_hardware", "license", "tags", "datasets",
}  # fmt: skip
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
LONGEST = 60  # characters of a short description
FILES = {"app.py", "README.md", "LICENSE", "requirements.txt", "pre-requirements.txt"}
ELSEWHERE = {  # what lies in a folder that was worked in
    ".venv/lib/a.py", ".venv/lib/requirements.txt", ".git/config", "tests/test_a.py", "data/imdb.npz",
    "runs/a/README.md", "model/__pycache__/a.pyc", "assets/.DS_Store", ".gradio/a.csv", "review.csv",
    "assets/checkpoints/a.partial",
}  # fmt: skip


@pytest.fixture(scope="module")
def header() -> dict:
    return metadata_load(ROOT / "README.md") or {}


@pytest.fixture(scope="module")
def project() -> dict:
    tomllib = pytest.importorskip("tomllib")
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(name: str) -> dict[str, Requirement]:
    """What a file of requirements asks for, by name; options and comments left out."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return {each.name: each for each in found}


def test_header_has_the_keys_that_are_checked_here_and_no_others(header):
    assert header.keys() == KEYS
    assert header["sdk"] == "gradio"
    assert {header["colorFrom"], header["colorTo"]} <= COLOURS
    assert re.fullmatch(r"[^\w\s]", header["emoji"])
    assert 0 < len(header["short_description"]) <= LONGEST
    assert header["suggested_hardware"] in {each.value for each in SpaceHardware}


def test_file_that_a_space_starts_is_there(header):
    assert "launch(" in (ROOT / header["app_file"]).read_text(encoding="utf-8")


def test_gradio_of_the_header_is_one_that_is_required_and_was_tested(header):
    required = requirements("requirements.txt")["gradio"].specifier
    assert header["sdk_version"] in required
    assert version("gradio") in required
    assert Version(header["sdk_version"]) <= Version(version("gradio"))


def test_python_of_the_header_is_one_that_the_package_allows(header, project):
    assert isinstance(header["python_version"], str), "without quotation marks 3.10 is the number 3.1"
    assert header["python_version"] in SpecifierSet(project["requires-python"])


def test_licence_of_the_header_is_that_of_the_files(header, project):
    assert header["license"] == project["license"].lower()
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith(f"{project['license']} License")


def test_dataset_of_the_header_is_that_of_the_cards(header):
    names = {re.fullmatch(r"[\w.-]+/([\w.-]+)", name).group(1) for name in header["datasets"]}
    for card in (ROOT / "assets" / "checkpoints").glob("*/README.md"):
        assert names <= set(metadata_load(card)["tags"]), card.parent.name


def test_a_processor_gets_the_torch_that_is_required_and_no_cuda():
    lines = (ROOT / "pre-requirements.txt").read_text(encoding="utf-8").splitlines()
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in lines
    assert requirements("pre-requirements.txt")["torch"] == requirements("requirements.txt")["torch"]


def test_command_of_the_readme_sends_what_the_app_needs_and_nothing_else():
    (command,) = re.findall(r"^\S*hf (upload (?:.*\\\n)*.*)$", README, re.MULTILINE)
    upload, repository, folder, place, *options = shlex.split(command.replace("\\\n", " "))
    assert (upload, repository, folder, place) == ("upload", "OWNER/gatescope", ".", ".")
    given = list(zip(options[::2], options[1::2], strict=True))
    assert given.pop(0) == ("--repo-type", "space")
    assert {name for name, _ in given} == {"--include", "--exclude"}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    sent = filter_repo_objects(
        {*needed(), *filter(None, tracked), *FILES, *ELSEWHERE},
        allow_patterns=[pattern for name, pattern in given if name == "--include"],
        ignore_patterns=[pattern for name, pattern in given if name == "--exclude"],
    )
    assert set(sent) == FILES | {each for each in needed() if not Path(each).name.startswith(".")}


STARTED = """
import json, torch
torch.cuda.is_available = lambda: True
import app, spaces
app.ask_for_no_gpu()
print(json.dumps([app.options_of([]).device, [function.__name__ for function in spaces.asked]]))
"""
STAND_IN = """
asked = []
def GPU(function):
    asked.append(function)
    return function
"""


def device_of(folder: Path, **environment: str) -> list:
    """The default device where torch sees a GPU, and what could ask ZeroGPU for one."""
    (folder / "spaces.py").write_text(STAND_IN)
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder)} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_on_zero_gpu_the_network_stays_on_the_processor_and_something_could_ask(tmp_path):
    assert device_of(tmp_path, SPACES_ZERO_GPU="true") == ["cpu", ["ask_for_no_gpu"]]


def test_on_a_gpu_of_its_own_the_network_is_there(tmp_path):
    assert device_of(tmp_path) == ["cuda", []]
