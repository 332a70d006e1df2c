"""The image for those who host the app elsewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.conftest import ROOT
from tests.test_package import needed
from views.api.health import PATH
from views.api.log import KINDS

TAG = "gatescope:tested"


def steps() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with what follows it."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def of(name: str) -> list[str]:
    return [rest for step, rest in steps() if step == name]


def sent() -> list[str]:
    """The patterns of what is left out of the build, and after them of what is taken in again."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def is_sent(path: str) -> bool:
    """Whether a file reaches the build: the last pattern that matches it, or a folder that it is in, counts."""
    found = True
    parts = Path(path).parts
    places = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    for pattern in sent():
        taken, plain = pattern.startswith("!"), pattern.removeprefix("!")
        whole = plain.removeprefix("**/")
        if any(fnmatch(Path(place).name if plain != whole else place, whole) for place in places):
            found = taken
    return found


def test_what_is_copied_is_there_and_sent():
    for rest in of("COPY"):
        *sources, _ = rest.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert is_sent(source), source


def test_all_that_the_app_needs_is_in_the_image_and_nothing_else_is_sent():
    copied = {source for rest in of("COPY") for source in rest.split()[:-1]}
    files = {"app.py", "LICENSE", "requirements.lock", "pre-requirements.txt"}
    assert copied == files | {"model", "views", "assets"}
    assert [path for path in needed() if not is_sent(path)] == []
    for path in (".git/config", ".venv/bin/python", "tests/conftest.py", "data/imdb.npz", "README.md", "notes.sqlite",
                 "model/__pycache__/a.pyc", "assets/.DS_Store", "assets/checkpoints/a.partial"):  # fmt: skip
        assert not is_sent(path), path


def test_python_of_the_image_is_one_that_the_package_allows():
    tomllib = pytest.importorskip("tomllib")
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    (base,) = of("FROM")
    (version,) = re.findall(r"^python:(\S+)-slim$", base)
    assert version in SpecifierSet(allowed)


def test_app_is_started_with_flags_that_it_has_by_a_user_who_owns_nothing():
    names = [name for name, _ in steps()]
    (command,) = of("CMD")
    assert json.loads(command)[:2] == ["python", "app.py"]
    asked = dict(zip(json.loads(command)[2::2], json.loads(command)[3::2], strict=True))
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    assert all(f'add_argument("{flag}"' in source for flag in asked)
    assert asked["--log"] in KINDS
    assert of("USER") not in ([], ["root"])
    assert max(number for number, name in enumerate(names) if name in ("COPY", "RUN")) < names.index("USER")


def test_torch_for_processors_comes_first():
    (install, *_) = of("RUN")
    assert re.findall(r"-r (\S+)", install) == ["pre-requirements.txt", "requirements.lock"]


def test_its_health_is_asked_for_where_it_is_answered():
    (check,) = of("HEALTHCHECK")
    (port,) = of("EXPOSE")
    assert f"http://127.0.0.1:{port}{PATH}" in check
    assert f"GRADIO_SERVER_PORT={port}" in " ".join(of("ENV"))


def engine() -> str | None:
    """Why no image can be built here; None where one can."""
    if sys.version_info[:2] != (3, 11):
        return "the image is built once, by the tests on its own Python, 3.11"
    docker = shutil.which("docker")
    if docker is None:
        return "there is no docker"
    asked = subprocess.run([docker, "info", "--format", "{{.ServerVersion}}"], capture_output=True, text=True)
    return None if asked.returncode == 0 and asked.stdout.strip() else "docker has no engine here"


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.strip()


@pytest.fixture
def container() -> Iterator[str]:
    """The image's app as it would be hosted: no network, nothing to write but a temporary folder."""
    why = engine()
    if why:
        pytest.skip(why)
    docker("build", "--tag", TAG, ".")
    name = docker(
        "run", "--detach", "--network", "none", "--read-only", "--tmpfs", "/tmp", "--health-interval", "2s", TAG
    )
    yield name
    docker("rm", "--force", name)


def test_image_serves_without_a_network_and_ends_well(container):
    for _ in range(120):
        if docker("inspect", "--format", "{{.State.Health.Status}}", container) == "healthy":
            break
        time.sleep(1)
    assert docker("inspect", "--format", "{{.State.Health.Status}}", container) == "healthy"
    assert docker("exec", container, "id", "-u") == "1000"
    docker("stop", "--time", "40", container)
    assert docker("inspect", "--format", "{{.State.ExitCode}}", container) == "0"
