"""Keyless' lists: read once for all who ask at the same time, and anew after every change of ours."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

import pytest

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.listings import FRESH, Listings
from custom_components.latchkey.vendors.vendor import OutcomeUnknown, ServiceUnavailable
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.keyless_offline import (
    END,
    LOCK,
    NOTHING,
    PERMISSION,
    PERMISSION_ID,
    USER,
    account,
    order,
)


class Platform:
    """Lists that are told only once the test says so; each reading tells its number."""

    def __init__(self) -> None:
        """Start with nobody asking."""
        self.clock = FakeClock()
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.fails = False
        self.listings = Listings(cast("KeylessClient", self), self.clock)

    async def every(self, path: str) -> list[Any]:
        """Return a list."""
        self.asked.append(path)
        number = len(self.asked)
        await self.may_answer.wait()
        if self.fails:
            raise ServiceUnavailable
        return [number]

    def begin(self, path: str = "permission") -> asyncio.Task[list[Any]]:
        """Begin to read a list."""
        return asyncio.create_task(self.listings.every(path))


async def settled() -> None:
    """Let everybody go on as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_shared() -> None:
    """Many who ask at the same time are told by one reading, each list by one of its own."""
    platform = Platform()
    tasks = [platform.begin() for _ in range(5)]
    other = platform.begin("offline-key")
    await settled()
    platform.may_answer.set()
    assert [await task for task in tasks] == [[1]] * 5
    assert await other == [2]
    assert platform.asked == ["permission", "offline-key"]


async def test_fresh_for_a_moment() -> None:
    """A reading serves for seconds, and not a moment longer; not at all for a clock that was set back."""
    platform = Platform()
    platform.may_answer.set()
    assert await platform.listings.every("permission") == [1]
    platform.clock.now += FRESH - timedelta(milliseconds=1)
    assert await platform.listings.every("permission") == [1]
    platform.clock.move(0.001)
    assert await platform.listings.every("permission") == [2]
    platform.clock.move(-3600)
    assert await platform.listings.every("permission") == [3]


async def test_change_under_way() -> None:
    """A reading that was under way at a change serves nobody but whom it was begun for."""
    platform = Platform()
    early = platform.begin()
    await settled()
    platform.listings.changed()
    late = platform.begin()
    await settled()
    platform.may_answer.set()
    assert (await early, await late) == ([1], [2])
    assert await platform.listings.every("permission") == [2]


async def test_failure() -> None:
    """A reading that failed is told to whom it was begun for; whoever waited reads anew."""
    platform = Platform()
    platform.fails = True
    first, second = platform.begin(), platform.begin()
    await settled()
    platform.may_answer.set()
    for task in (first, second):
        with pytest.raises(ServiceUnavailable):
            await task
    platform.fails = False
    assert await platform.listings.every("permission") == [3]


async def test_cancelled() -> None:
    """Whoever is cancelled while reading holds nobody up."""
    platform = Platform()
    first, second = platform.begin(), platform.begin()
    await settled()
    first.cancel()
    await settled()
    platform.may_answer.set()
    assert await second == [2]


@pytest.mark.parametrize("answer", [NOTHING, OutcomeUnknown(), ServiceUnavailable()])
@pytest.mark.parametrize(
    "change",
    [
        lambda keyless: keyless.issue(order()),
        lambda keyless: keyless.update(f"permission/{PERMISSION_ID}", order(end=END)),
        lambda keyless: keyless.revoke(f"permission/{PERMISSION_ID}"),
        lambda keyless: keyless.delete_holder(USER),
        lambda keyless: keyless.delete_device(USER),
        lambda keyless: keyless.create_holder(),
    ],
)
def test_read_anew_after_a_change(
    change: Callable[[Keyless], Coroutine[Any, Any, Any]], answer: Any
) -> None:
    """Whatever was changed here, and whatever came of it, the lists are read anew."""
    permission = f"permission/{PERMISSION_ID}"
    held = {**PERMISSION, "end": "2030-01-01T00:00:00Z"}
    keyless, transport = account(
        {
            "POST permission": answer,
            "POST user": answer,
            f"GET {permission}": held,
            f"PUT {permission}": answer,
            f"DELETE {permission}": answer,
            f"DELETE user/{USER}": answer,
            f"DELETE operating-device/{USER}": answer,
        }
    )
    for _ in range(2):
        run(keyless.issued(LOCK))
    assert transport.count("GET permission") == 1
    with suppress(OutcomeUnknown, ServiceUnavailable):
        run(change(keyless))
    for _ in range(2):
        run(keyless.issued(LOCK))
    for path in ("permission", "offline-key", "operating-device"):
        assert transport.count(f"GET {path}") == 2
