"""GET /health, for a load balancer: whether this server can serve. It says no text and no path, waits for nobody."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from model import __version__
from model.reading.explainer import Explainer
from model.worker import TORCH, Worker

PATH = "/health"


def health_route(explainer: Explainer, worker: Worker = TORCH) -> Route:
    """Where it is answered: by the server's own loop, not in the queue and not by the worker.

    Status 200 and "ok" where it can serve, 503 and "closing" where it begins nothing new. `checkpoints` are those that
    are loaded; a worker that is not `alive` is replaced when somebody asks; `waiting` is how many wait for it.
    """

    async def answer(request: Request) -> JSONResponse:
        said = {
            "status": "closing" if worker.closing else "ok",
            "version": __version__,
            "checkpoints": list(explainer.loaded),
            "worker": {"alive": worker.alive, "waiting": worker.waiting},
        }
        return JSONResponse(said, 503 if worker.closing else 200, {"cache-control": "no-store"})

    return Route(PATH, answer)
