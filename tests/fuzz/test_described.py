"""Whatever fits the server's OpenAPI description, and what does not: no fault of the server, at any address.

The description is closed to visitors; here it is made of the app itself, Gradio's own addresses with it.

    GATESCOPE_FUZZ=10000 python -m pytest tests/fuzz
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.conftest import ROOT
from tests.fuzz.test_callbacks import FUZZED, served, unharmed

ENDLESS = ("/heartbeat/", "/queue/data", "/startup-events", "/upload_progress")  # streams: their own tests read them
FEWEST = 60  # addresses in the description
DESCRIBE = """
import json
from fastapi.openapi.utils import get_openapi
from gradio import Blocks
from gradio.routes import App
print(json.dumps(get_openapi(title="Gatescope", version="1", routes=App.create_app(Blocks()).routes)))
"""  # in a process of its own, since Gradio's app leaves an event loop behind


@pytest.fixture(scope="module")
def described() -> schemathesis.BaseSchema:
    told = subprocess.run([sys.executable, "-c", DESCRIBE], cwd=ROOT, capture_output=True, text=True)
    found = json.loads(told.stdout.splitlines()[-1])
    found["paths"] = {path: each for path, each in found["paths"].items() if not any(end in path for end in ENDLESS)}
    assert len(found["paths"]) > FEWEST
    return schemathesis.openapi.from_dict(found)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_any_request_that_is_described(app, described, mode):
    operations = [each.ok() for each in described.get_all_operations()]
    cases = [operation.as_strategy(generation_mode=mode) for operation in operations]

    @FUZZED
    @given(st.data())
    def sends(data):
        case = data.draw(data.draw(st.sampled_from(cases)))
        found = case.call(base_url=str(app.base_url), timeout=60, allow_redirects=False)
        assert found.status_code < 500, (case.as_curl_command(), found.text)
        unharmed(found.text)

    sends()
    served(app)
