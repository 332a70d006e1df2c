"""The package that is built: whatever the code reads beside itself is in it, and the command is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from packaging.version import Version

from model import __version__
from model.command_line import main
from tests.conftest import ROOT

FILES = """
import json
from setuptools.dist import Distribution
distribution = Distribution({"script_name": "setup.py"})
distribution.parse_config_files(["pyproject.toml"])
command = distribution.get_command_obj("build_py")
command.build_lib = "built"
command.ensure_finalized()
print(json.dumps(command.get_outputs(include_bytecode=False)))
"""


@pytest.fixture(scope="module")
def built() -> set[str]:
    """The paths in the wheel, as setuptools would build it from this folder; nothing is built, nothing fetched."""
    pytest.importorskip("setuptools", minversion="77")
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FILES], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {Path(path).relative_to("built").as_posix() for path in json.loads(done.stdout.splitlines()[-1])}


def needed() -> set[str]:
    """Every file that the code or the page reads, the code itself among them."""
    found = (path for folder in ("model", "views", "assets") for path in (ROOT / folder).rglob("*") if path.is_file())
    kept = (path for path in found if "__pycache__" not in path.parts and path.suffix not in (".pyc", ".partial"))
    return {path.relative_to(ROOT).as_posix() for path in kept}


def test_wheel_holds_templates_styles_scripts_and_assets(built):
    wanted = needed()
    assert {"views/drawing/token_axis.html", "assets/checkpoints/bilstm/model.safetensors", "model/text.py"} <= wanted
    assert {Path(path).suffix for path in wanted} >= {".css", ".html", ".js", ".json", ".md", ".safetensors", ".txt"}
    assert not wanted - built


def test_wheel_holds_the_app_and_neither_tests_nor_what_python_compiles(built):
    assert "app.py" in built
    assert not {path for path in built if path.startswith("tests/") or path.endswith(".pyc")}


def test_entry_point_is_the_command_line():
    tomllib = pytest.importorskip("tomllib")
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert EntryPoint("gatescope", scripts["gatescope"], "console_scripts").load() is main


def test_version_is_that_of_the_changelog():
    newest = re.search(r"^## (\S+)(.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    version = Version(__version__)
    assert newest.group(1) == f"{version.major}.{version.minor}"
    assert version.is_prerelease == ("unreleased" in newest.group(2))
