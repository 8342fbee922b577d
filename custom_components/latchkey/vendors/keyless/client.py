"""The operations of the Administration API, as the facts sheet numbers them."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPMethod
from typing import Any, Final

from ..transport import JSON, Answer, Transport
from ..vendor import AnswerNotUnderstood, WrongCredentials
from . import paths
from .token import Token

PRODUCTION: Final = "https://eu-api.keyless.assaabloy.com/administration/"
MEDIA_TYPE: Final = "application/vnd.assaabloy.keyless.administration-2+json"

PAGE: Final = 100
_MOST_PAGES: Final = 500


class KeylessClient:
    """Speaks the API for one administrator; each call is about the system that is theirs."""

    def __init__(self, transport: Transport, token: Token) -> None:
        """Initialize with what sends the requests, and what proves who we are."""
        self.transport = transport
        self.token = token

    async def every(self, path: str, **query: str) -> list[Any]:
        """Return all items of a list (1.7)."""
        return await self.until(lambda _: False, path, **query)

    async def until(
        self, is_enough: Callable[[list[Any]], bool], path: str, **query: str
    ) -> list[Any]:
        """Return the items of a list (1.7) up to the page that is enough: page after page, each token once."""
        items: list[Any] = []
        wanted = {key.replace("_", "-"): value for key, value in query.items()}
        wanted["limit"] = str(PAGE)
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            page = await self.read(path, wanted)
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise AnswerNotUnderstood("no items")
            items += page["items"]
            following = page.get("nextPageToken")
            if is_enough(page["items"]) or not following:
                return items
            if not isinstance(following, str) or following in seen:
                break
            seen.add(following)
            wanted["next-page-token"] = following
        raise AnswerNotUnderstood("pages without end")

    async def first(self, path: str, **query: str) -> list[Any]:
        """Return the first items of a list, so many as are asked for by `limit`."""
        page = await self.read(
            path, {key.replace("_", "-"): value for key, value in query.items()}
        )
        items = page.get("items") if isinstance(page, dict) else None
        if not isinstance(items, list):
            raise AnswerNotUnderstood("no items")
        return items

    async def read(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of a reading."""
        return await self._authorized(lambda: self.transport.read(path, query))

    async def command(
        self, method: HTTPMethod, path: str, body: Any = None, media_type: str = JSON
    ) -> Answer:
        """Send what changes something, once; a refused token means that nothing was done, and it is sent again."""
        return await self._authorized(
            lambda: self.transport.command(method, path, body, media_type=media_type)
        )

    async def _authorized[T](self, call: Callable[[], Awaitable[T]]) -> T:
        await self.token.renew()
        used = self.token.value
        try:
            return await call()
        except WrongCredentials:
            await self.token.renew(refused=used)
            return await call()

    async def tenant(self) -> str:
        """Return the system's id, or nothing where the token does not tell it (1)."""
        await self.token.renew()
        return self.token.tenant

    async def issue_command(self, gateway_id: str, lock_id: str) -> Answer:
        """Order a gateway to open a lock (11.1); valid for five minutes."""
        body = {
            "gatewayDeviceId": gateway_id,
            "lockingDeviceId": lock_id,
            "action": "OPEN",
        }
        return await self.command(HTTPMethod.POST, paths.COMMANDS, body)

    async def cancel_command(self, command_id: str) -> None:
        """Cancel an order that no gateway has read yet (11.4)."""
        path = f"{paths.COMMANDS}/{command_id}/{paths.CANCEL}"
        await self.command(HTTPMethod.POST, path)
