"""The page's scripts: ES modules beside their templates, served as they are and attached by `gr.HTML(js_on_load=…)`.

Gradio runs `js_on_load` once, when a component comes onto the page, with its element, its props (`props.value` is what
the server reads), `trigger(event)` and `watch("value", …)`, which is called after each new drawing. A module exports
`attach`, which takes all of these. Only modules are served, nothing else of `views/`.
"""

from __future__ import annotations

import json
import os

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from views.drawing.template import VIEWS

PATH = "scripts"  # below the page's own address
GIVEN = ("element", "props", "trigger", "watch")  # what Gradio gives to `js_on_load`, as it names it


def attached(module: str, *events: str) -> str:
    """What `js_on_load` takes to attach a `module`, a path below views/; it may trigger `events` besides Gradio's own.

    Gradio knows an event of a component by its name in this text.
    """
    address = f"new URL({json.dumps(f'{PATH}/{module}')}, document.baseURI)"
    given = ", ".join((*GIVEN, f"events: {json.dumps(events)}"))
    return f"import({address}).then(({{ attach }}) => attach({{ {given} }}));"


class Modules(StaticFiles):
    """ASGI app for GET …/scripts/FOLDER/NAME.js. A browser asks each time whether a module has changed."""

    def __init__(self) -> None:
        """Serve the modules below views/."""
        super().__init__(directory=VIEWS)

    def get_path(self, scope: Scope) -> str:
        """The path below views/. Starlette's own takes it from the address, and errs below a proxy's prefix."""
        return os.path.normpath(os.path.join(*scope["path_params"]["path"].split("/")))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A module, or that it has not changed. Raises `HTTPException` (404) for whatever else is asked for."""
        if not path.endswith(".js"):
            raise HTTPException(status_code=404)
        return await super().get_response(path, scope)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The module; its type does not depend on what this machine holds a .js file for."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "no-cache"
        if response.status_code == status_code:
            response.headers["content-type"] = "text/javascript; charset=utf-8"
        return response


def modules_route() -> Route:
    """Where the modules are served."""
    return Route(f"/{PATH}/{{path:path}}", Modules(), name=PATH)
