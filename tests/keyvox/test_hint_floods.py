"""Calls that are not the vendor's, or too many: they are counted, and lead to few readings or none."""

import json

from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components.latchkey.webhook_calls import LARGEST_BODY
from tests.keyvox.calls import booking, lock_id, log_of
from tests.keyvox.locker_home import LockerHome
from tests.push.test_bad_calls import LARGE

CALLS = 1000
WINDOW = 10
"""Seconds within which the same is read once."""


async def test_flood(hinted: LockerHome) -> None:
    """Whoever knows the address makes each thing be read once in ten seconds at most, however often they call."""
    cloud = hinted.cloud
    for number in range(3):
        cloud.add_locker(f"L{number}", "12")
    log = log_of(hinted)
    await hinted.wait(1000)
    await hinted.wait(301)
    log.reset_mock()
    cloud.requests.reset()
    lockers = len(cloud.lockers)
    kinds = (
        lambda n: booking(hinted, eventTime=n, reservationCode=str(n)),
        lambda n: {"deviceId": list(cloud.lockers)[n % lockers], "etime": n},
        lambda n: {"lockId": lock_id(hinted, n % 2), "etime": n},
        lambda n: {"text": f"Time: 12:{n}\nDevice: Lock {n % 3}"},
        lambda n: {"anything": n},
        lambda n: {"lockId": f"unknown-{n}"},
    )
    for number in range(CALLS):
        assert await hinted.post(kinds[number % len(kinds)](number)) == 200
        if number % 10 == 9:
            await hinted.wait(0.25)
    counts = await hinted.counts()
    assert counts == {"hint": CALLS}
    await hinted.wait(WINDOW)
    # In thirty-five seconds, from the first call on.
    times = 4
    # Bookings and the inventory are two things, each with a time of its own.
    inventories = hinted.count("getUnits")
    assert 2 <= inventories <= 2 * times
    assert hinted.count("getAvailableBoxes") <= times * lockers
    assert hinted.count("getLockerStatus") <= (times + inventories) * lockers
    assert 2 <= log.async_hint.call_count <= 2 * times
    await hinted.wait(WINDOW)
    total = cloud.requests.total
    await hinted.run(60)
    assert cloud.requests.total == total
    assert hinted.account is ConfigEntryState.LOADED


async def test_flood_in_a_pause(hinted: LockerHome) -> None:
    """Where the vendor wants a pause, no call ends it; what was hinted at is read afterwards, once."""
    hinted.entry.runtime_data.async_pause(60)
    for number in range(100):
        assert await hinted.post({"deviceId": hinted.locker.id, "etime": number}) == 200
        assert await hinted.post({"anything": number}) == 200
    await hinted.run(50)
    assert hinted.cloud.requests.total == 0
    await hinted.run(20)
    assert hinted.count("getAvailableBoxes") == hinted.count("getUnits") == 1


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff\xfe", b"<html>", b"null", b"3", b'"on"', b"NaN", b"[]"),
        *(b'[{"lockId": "a"}]', b"[" * 60_000, b'{"a":' * 300 + b"1" + b"}" * 300),
    ],
)
async def test_not_understood(hinted: LockerHome, body: bytes) -> None:
    """What is no object is refused, and leads to nothing."""
    assert await hinted.post(body) == 400
    await hinted.run(30)
    assert hinted.cloud.requests.total == 0
    assert await hinted.counts() == {"malformed": 1}


async def test_oversized(hinted: LockerHome) -> None:
    """A body that is larger than any may be is refused; one that is as large as that is not."""
    told = json.dumps({"text": "x"}).encode()
    assert await hinted.post(told.ljust(LARGEST_BODY)) == 200
    assert await hinted.post(told.ljust(LARGEST_BODY + 1)) == 413
    assert await hinted.post(told.ljust(LARGE)) == 413
    assert await hinted.counts() == {"hint": 1, "too_large": 2}
