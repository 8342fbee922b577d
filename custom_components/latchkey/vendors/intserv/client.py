"""The five operations of the API, each a POST with a JSON object (facts sheet 1)."""

from collections.abc import Mapping
from http import HTTPMethod, HTTPStatus
from typing import Any, Final

from yarl import URL

from ..transport import Transport
from ..vendor import AnswerNotUnderstood, OutcomeUnknown, Refused, VendorError
from . import paths

PRODUCTION: Final = "https://api.intserv.se/v1/"


class Key:
    """The API key of an integration."""

    def __init__(self, value: str) -> None:
        """Initialize with the key."""
        self._value = value

    def headers(self, method: HTTPMethod, url: URL, body: bytes) -> Mapping[str, str]:
        """Return what identifies the integration."""
        return {"Authorization": f"Bearer {self._value}"}


def judge(status: int, body: bytes) -> VendorError | None:
    """Return what a refusal means: a 403 is documented nowhere, and says neither that the key is wrong nor that it is right."""
    return Refused(f"status {status}") if status == HTTPStatus.FORBIDDEN else None


class IntServClient:
    """Speaks the API for one integration; each operation may raise any VendorError."""

    def __init__(self, transport: Transport) -> None:
        """Initialize with what sends the requests."""
        self.transport = transport

    async def levels(self) -> Any:
        """Return the access levels of all systems (3.4); it needs no parameter, and so has an empty object (4)."""
        return (await self._read(paths.LEVELS, {})).get("levels")

    async def events(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Return a page of events (3.5)."""
        return await self._read(paths.EVENTS, query)

    async def key_status(self, key_id: str) -> dict[str, Any]:
        """Return how far the latest change of an access key is (3.3)."""
        return await self._read(paths.KEY_STATUS, {"id": key_id})

    async def add_key(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make or change an access key, once (2); raises OutcomeUnknown where nobody knows whether it was done."""
        answer = await self.transport.command(HTTPMethod.POST, paths.ADD_KEY, body)
        try:
            return _object(answer.json())
        except AnswerNotUnderstood:
            raise OutcomeUnknown("answer not understood") from None

    async def remove_key(self, body: Mapping[str, Any]) -> None:
        """Remove an access key, once (3.2); raises OutcomeUnknown where nobody knows whether it was done."""
        answer = await self.transport.command(HTTPMethod.POST, paths.REMOVE_KEY, body)
        if answer.status != HTTPStatus.NO_CONTENT:
            # Somebody else's page, between us and the vendor.
            raise OutcomeUnknown(f"status {answer.status}")

    async def _read(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return _object(
            await self.transport.read(path, method=HTTPMethod.POST, body=body)
        )


def _object(told: Any) -> dict[str, Any]:
    """Return an answer's fields, names in lower case."""
    if not isinstance(told, dict):
        raise AnswerNotUnderstood("no object")
    return {str(name).lower(): value for name, value in told.items()}
