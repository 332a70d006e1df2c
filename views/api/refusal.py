"""Why a request is not passed on: an HTTP status and a sentence, as programs and the page are told it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP status and a sentence; where it helps to come back, after how many seconds (0: it does not)."""

    status: int
    sentence: str
    seconds: int = 0

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it as JSON, `detail` being the sentence, as the endpoints' own refusals are."""
        await JSONResponse({"detail": self.sentence}, self.status, self._headers)(scope, receive, send)

    async def answer_upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the sentence alone: whoever sends a file is shown the body of the answer as it is."""
        await PlainTextResponse(self.sentence, self.status, self._headers)(scope, receive, send)

    @property
    def _headers(self) -> dict[str, str]:
        return {"retry-after": str(self.seconds)} if self.seconds else {}
