"""What the app is started with."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.conftest import ROOT

LAUNCHED = """
import json, sys
import gradio
import app
def launch(page, **given):
    print(json.dumps({"visits": app.VISITS, **{name: value for name, value in given.items() if type(value) is int}}))
    sys.exit(0)
gradio.Blocks.launch = launch
sys.argv = ["app.py", "--checkpoints", sys.argv[1]]
app.main()
"""


def test_no_more_visits_are_remembered_than_there_is_memory_for(checkpoints):
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHED, checkpoints], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    given = json.loads(done.stdout.splitlines()[-1])
    assert given["state_session_capacity"] == given["visits"]
    assert 200 < given["visits"] < 1_000  # a class, and what 16 GB hold
