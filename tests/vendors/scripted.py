"""A cloud with an answer to each path, on loopback or without any network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPMethod
import json
from typing import Any, Self, override

from aiohttp import web

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.flexykey.client import FlexyKeyClient
from custom_components.latchkey.vendors.transport import JSON, Answer, Transport
from tests.simulators.helpers import FakeClock
from tests.vendors.guide import Guide


@dataclass(frozen=True)
class Sent:
    """A request."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    media_type: str = JSON

    @property
    def name(self) -> str:
        """Return by what its answer is found."""
        return f"{self.method} {self.path}"


class Scripted(Guide):
    """A cloud on loopback that answers with a document or with what a function makes of the request."""

    def __init__(self) -> None:
        """Start without answers."""
        super().__init__()
        self.answers: dict[str, Any] = {}
        self.requests: list[Sent] = []

    @override
    def app(self) -> web.Application:
        """Return the cloud's application."""
        app = web.Application()
        app.router.add_route("*", "/v1/{path:.*}", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.received.append(f"{request.method} {request.path_qs}")
        self.bodies.append(json.loads(body) if body else None)
        path = request.match_info["path"]
        sent = Sent(request.method, path, dict(request.query), self.bodies[-1])
        self.requests.append(sent)
        answer = self.answers[sent.name]
        if isinstance(answer, web.Response):
            # One response can be sent once.
            return web.Response(status=answer.status, body=answer.body)
        if callable(answer):
            made: web.Response = answer(request)
            return made
        return web.json_response(answer)


class Offline(Transport):
    """A transport without a network, whose answers are documents, bytes, errors to raise or functions of the request."""

    answers: Mapping[str, Any]
    sent: list[Sent]

    @classmethod
    def of(cls, answers: Mapping[str, Any]) -> Self:
        """Return one with these answers."""
        offline = cls.__new__(cls)
        offline.answers = answers
        offline.sent = []
        return offline

    def _answer(self, sent: Sent) -> Answer:
        self.sent.append(sent)
        answer = self.answers[sent.name]
        if callable(answer):
            answer = answer(sent)
        if isinstance(answer, Exception):
            raise answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return Answer(200, body, datetime.now(UTC))

    @override
    async def read(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        method: HTTPMethod = HTTPMethod.GET,
        body: Any = None,
        timeout: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        """Return the answer, as it comes off the wire."""
        return self._answer(Sent(method.value, path, query or {}, body)).json()

    @override
    async def command(
        self,
        method: HTTPMethod,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        *,
        media_type: str = JSON,
        timeout: float | None = None,
    ) -> Answer:
        """Return the answer."""
        return self._answer(Sent(method.value, path, query or {}, body, media_type))

    def count(self, name: str) -> int:
        """Return how many requests of a name were sent."""
        return sum(sent.name == name for sent in self.sent)


def offline(
    answers: Mapping[str, Any], clock: FakeClock | None = None
) -> tuple[FlexyKey, Offline]:
    """Return an account without a network."""
    transport = Offline.of(answers)
    return FlexyKey(FlexyKeyClient(transport), "anna", clock or FakeClock()), transport
