"""Answers that are none, or not what is documented: nothing is gone for them, and nothing lost."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.iloq.grants import change, issue, later, opened, refused, state
from tests.iloq.home import INVENTORY, Home


def answered(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    end: str,
    answer: Callable[[Any], Any],
) -> None:
    """Have what is read by paths of an end be answered otherwise than the cloud does."""
    transport = home.entry.runtime_data.vendor._client.transport  # noqa: SLF001  the way of all requests
    read = transport.read

    async def odd(path: str, *args: Any, **kwargs: Any) -> Any:
        told = await read(path, *args, **kwargs)
        return answer(told) if path.endswith(end) else told

    monkeypatch.setattr(transport, "read", odd)


def first_lock(home: Home) -> str:
    """Return the id of a lock."""
    return next(iter(home.cloud.group.locks)).casefold()


async def test_sessions_that_end_at_once(home: Home) -> None:
    """What is refused in whichever session is not gone, and its entities stay; nothing is told of its number."""
    await home.start()
    passage = home.entity_id("event", f"{first_lock(home)}_passage")
    assert passage
    for path in ("Locks", "Keys", "LockLogs"):
        home.fault("status", path, status=401)
    for _ in range(4):
        await home.wait(INVENTORY)
    assert home.device(first_lock(home))
    assert home.entity_id("event", f"{first_lock(home)}_passage") == passage
    handed_over = home.shown("sensor", f"{home.system_id}_keys_handed_over")
    assert handed_over.state == STATE_UNKNOWN
    # It was not the sessions that had ended: none of them is left behind.
    assert len(home.cloud.sessions.open) == 1


@pytest.mark.parametrize("end", ["/Locks", "/SecurityAccesses", "/Keys"])
async def test_no_list(home: Home, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """An answer without content is no list of nothing."""
    await home.start()
    answered(home, monkeypatch, end, lambda _: None)
    for _ in range(3):
        await home.wait(INVENTORY)
    assert home.device(first_lock(home))
    handed_over = home.shown("sensor", f"{home.system_id}_keys_handed_over")
    assert (handed_over.state == STATE_UNKNOWN) is (end == "/Keys")


async def test_ids_that_cannot_be(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock without an id is none, and one with the system's is not the system."""
    await home.start()
    answered(
        home,
        monkeypatch,
        "/Locks",
        lambda told: [
            *told,
            {**told[0], "FLock_ID": None},
            {**told[0], "FLock_ID": home.system_id.upper()},
        ],
    )
    for _ in range(2):
        await home.wait(INVENTORY)
    devices = home.entry.runtime_data.data.devices
    assert "" not in devices
    assert devices[home.system_id].name == home.cloud.group.name


async def test_keys_that_a_list_lacks(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that the list of all lacks is asked for by itself before it is said to be gone."""
    await home.start()
    rows = [await issue(home) for _ in range(7)]
    before = [state(home, row) for row in rows]
    answered(home, monkeypatch, "/Keys", lambda _: [])
    for _ in range(4):
        await home.wait(INVENTORY)
    assert [state(home, row) for row in rows] == before


async def test_accesses_that_are_not_told(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of the end, which replaces all of a key, is refused where it is not told what the key opens."""
    await home.start()
    row = await issue(home, end_datetime=later(days=2))
    held = opened(home, row)
    answered(
        home,
        monkeypatch,
        "/SecurityAccesses",
        lambda told: told | {"SecurityAccesses": None},
    )
    with pytest.raises(ServiceValidationError):
        await change(home, row, end_datetime=later(days=3))
    assert opened(home, row) == held


async def test_one_person_for_keys_at_once(home: Home) -> None:
    """Keys that are issued at the same time to a new person are all of one person."""
    await home.start()
    persons = set(home.cloud.group.persons)
    await asyncio.gather(*(issue(home, email="gun.ek@example.com") for _ in range(2)))
    assert len(home.cloud.group.persons.keys() - persons) == 1


async def test_session_that_is_no_header(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session's id that would be two headers is not understood, and nothing is sent with it."""
    await home.start()
    odd = {"Result": 1, "SessionID": "one\r\nX-Two: two"}
    answered(home, monkeypatch, "/CreateSession", lambda _: odd)
    home.cloud.sessions.expire()
    for _ in range(2):
        await home.wait(INVENTORY)
    assert not home.entry.runtime_data.last_update_success
    monkeypatch.undo()
    await home.wait(INVENTORY)
    assert home.entry.runtime_data.last_update_success


async def test_zone_that_nobody_knows(home: Home) -> None:
    """A key is given no times where it would have them by the clocks of another zone; one without times is made."""
    home.cloud.group.time_zone = "Mars Standard Time"
    await home.start()
    await refused(home, "zone_not_known", "end_datetime", end_datetime=later(days=2))
    start = later(days=1)
    await refused(home, "zone_not_known", "start_datetime", start_datetime=start)
    row = await issue(home)
    assert opened(home, row) == ["Sauna"]
