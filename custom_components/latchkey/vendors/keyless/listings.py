"""The platform's lists that know no filter by lock: read once for all who ask at the same time."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from .client import KeylessClient

FRESH: Final = timedelta(seconds=5)


class Listings:
    """Reads whole lists, each at most once in a few seconds, unless something was changed here."""

    def __init__(self, client: KeylessClient, clock: Callable[[], datetime]) -> None:
        """Initialize with nothing read."""
        self._client = client
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._held: dict[str, tuple[datetime, list[Any]]] = {}
        self._changes = 0

    def changed(self) -> None:
        """Have everything read anew: what is under way may have missed a change of ours."""
        self._changes += 1
        self._held.clear()

    async def every(self, path: str) -> list[Any]:
        """Return all items of a list (1.7)."""
        async with self._turns[path]:
            now = self._clock()
            read_at, items = self._held.get(path, (now, None))
            if items is not None and timedelta() <= now - read_at < FRESH:
                return items
            changes = self._changes
            items = await self._client.every(path)
            if changes == self._changes:
                self._held[path] = (now, items)
            return items
