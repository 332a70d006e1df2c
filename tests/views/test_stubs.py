"""Gradio is imported without reading its sources and writing stubs beside them."""

import subprocess
import sys

import pytest

COUNTED = """
import sys
opened = []
sys.addaudithook(lambda event, found: opened.append(str(found[0])) if event == "open" else None)
{imported}
import gradio
assert gradio.Textbox("a review").value == "a review"
print(sum(path.endswith(".pyi") for path in opened))
"""


def stubs_opened(imported):
    ran = subprocess.run(
        [sys.executable, "-c", COUNTED.format(imported=imported)], capture_output=True, text=True, check=True
    )
    return int(ran.stdout)


@pytest.mark.parametrize("imported", ["from views.stubs import import_gradio; import_gradio()", "import app"])
def test_no_stub_is_touched(imported):
    assert stubs_opened(imported) == 0


def test_gradio_by_itself_does():
    assert stubs_opened("") > 0  # else views/stubs.py is needed no longer
