"""The logs of the simulated Keyless platform's locking devices."""

from typing import Any

import pytest

from tests.simulators.keyless import Json, Site

SYSTEM = "locking-device-log/system"
AUDIT = "locking-device-log/audit"


def names(rows: list[Json]) -> list[str]:
    """Return what happened."""
    return [row["eventName"] for row in rows]


async def test_system(site: Site) -> None:
    """What a locking device notes of itself arrives a little later."""
    lock = site.cloud.add_locking_device("A")
    site.cloud.battery_low(lock.id)
    assert await site.items(SYSTEM) == []
    site.clock.move(1)
    rows = await site.items(SYSTEM)
    assert rows == [
        {
            "id": rows[0]["id"],
            "lockingDeviceId": lock.id,
            "eventName": "BATTERY_LOW",
            "occurrenceDatetime": site.iso(-1),
            "sequenceNumber": 0,
        }
    ]


async def test_phone(site: Site) -> None:
    """Who operates a locking device is logged, permitted or not."""
    lock = site.cloud.add_locking_device("A")
    user = site.cloud.add_user(phone=True)
    device = site.cloud.people.device_of(user.id)
    site.cloud.lock_by_phone(lock.id, user.id)
    site.clock.move(1)
    rows = await site.items(AUDIT)
    assert rows == [
        {
            "id": rows[0]["id"],
            "lockingDeviceId": lock.id,
            "eventName": "lock",
            "occurrenceDatetime": site.iso(-1),
            "sequenceNumber": 0,
            "client": {
                "type": "OPERATING_DEVICE",
                "operatingDeviceId": device.id,
                "userId": user.id,
            },
            "granted": False,
        }
    ]


async def test_filters(site: Site) -> None:
    """A log is read from a number or an instant on, in either direction, of one device or of all."""
    lock, other = (site.cloud.add_locking_device(name) for name in "AB")
    for number in range(4):
        site.cloud.note(lock.id, f"A{number}")
        site.clock.move(1)
        site.cloud.note(other.id, f"B{number}")
        site.clock.move(9)
    own = f"locking-device-id={lock.id}"
    after = f"after-datetime={site.iso(-30)}"
    for query, wanted in (
        (own, "A0 A1 A2 A3"),
        (f"{own}&sort-direction=ASC", "A0 A1 A2 A3"),
        (f"{own}&sort-direction=DESC", "A3 A2 A1 A0"),
        (f"{own}&sequence-number-greater-than=0", "A1 A2 A3"),
        (f"{own}&sequence-number-greater-than=3", ""),
        (f"{own}&{after}", "A2 A3"),
        (f"{own}&{after}&sequence-number-greater-than=2&sort-direction=DESC", "A3"),
        ("sequence-number-greater-than=2", "A3 B3"),
    ):
        assert names(await site.items(f"{SYSTEM}?{query}")) == wanted.split()
    newest = await site.get(f"{SYSTEM}?{own}&sort-direction=DESC&limit=1")
    assert (names(newest["items"]), "nextPageToken" in newest) == (["A3"], True)


async def test_order(site: Site) -> None:
    """Entries of one second are sorted by their ids."""
    lock = site.cloud.add_locking_device("A")
    for number in range(20):
        site.cloud.note(lock.id, str(number))
    site.clock.move(1)
    ids = [row["id"] for row in await site.items(SYSTEM)]
    assert ids == sorted(ids)
    rows = await site.items(f"{SYSTEM}?sort-direction=DESC")
    assert [row["id"] for row in rows] == ids[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "locking-device-id=x",
        "sequence-number-greater-than=-1",
        "sequence-number-greater-than=x",
        "after-datetime=yesterday",
        "after-datetime=2025-11-21T08:00:00",
        "sort-direction=asc",
    ],
)
@pytest.mark.parametrize("path", [SYSTEM, AUDIT])
async def test_refusals(site: Site, path: str, query: str) -> None:
    """What is no filter is refused."""
    assert await site.status("GET", f"{path}?{query}") == 400


async def test_which_device(site: Site) -> None:
    """The id of a gateway is required, that of a locking device only if that is chosen."""
    gateway_log = "gateway-device-log/system"
    assert await site.status("GET", gateway_log) == 400
    site.cloud.set_options(logs_of_all=False)
    assert await site.status("GET", AUDIT) == 400
    for path, name in ((gateway_log, "gateway"), (AUDIT, "locking")):
        query = f"{name}-device-id={site.cloud.tenant_id}"
        assert await site.status("GET", f"{path}?{query}") == 404


async def test_gateway_filters(site: Site) -> None:
    """The log of a gateway is read from a number on, in either direction."""
    gateway = site.cloud.add_gateway()
    for _ in range(3):
        site.cloud.wake(gateway.id)
    site.clock.move(1)
    for query, wanted in (
        ("", [0, 1, 2]),
        ("&sort-direction=DESC", [2, 1, 0]),
        ("&sequence-number-greater-than=0", [1, 2]),
    ):
        path = f"gateway-device-log/system?gateway-device-id={gateway.id}{query}"
        rows = await site.items(path)
        assert [row["sequenceNumber"] for row in rows] == wanted


async def test_late_entries(site: Site) -> None:
    """An entry that a phone carries about arrives late, among those that were there before."""
    lock = site.cloud.add_locking_device("A")
    user = site.cloud.add_user(phone=True)
    start = site.iso()
    site.cloud.open_by_phone(lock.id, user.id, delay=7200)
    site.clock.move(60)
    site.cloud.lock_by_phone(lock.id, user.id)
    await site.later(7000)
    rows = await site.items(AUDIT)
    assert [(row["eventName"], row["sequenceNumber"]) for row in rows] == [("lock", 1)]
    await site.later(140)
    rows = await site.items(AUDIT)
    assert [(row["eventName"], row["sequenceNumber"]) for row in rows] == [
        ("unlock", 0),
        ("lock", 1),
    ]
    assert rows[0]["occurrenceDatetime"] == start
    site.cloud.set_options(phone_log_delay_seconds=60)
    site.cloud.open_by_phone(lock.id, user.id)
    site.clock.move(59)
    assert len(await site.items(AUDIT)) == 2
    site.clock.move(1)
    assert len(await site.items(AUDIT)) == 3


@pytest.mark.parametrize(("apart", "number"), [(False, 2), (True, 0)])
async def test_numbers(site: Site, apart: bool, number: int) -> None:
    """A device counts all its entries together, or those of each log, until it is reset."""
    site.cloud.set_options(separate_numbers=apart)
    lock = site.cloud.add_locking_device("A")
    user = site.cloud.add_user(phone=True)
    for _ in range(2):
        site.cloud.battery_low(lock.id)
    site.cloud.open_by_phone(lock.id, user.id)
    site.clock.move(1)
    rows: Any = await site.items(AUDIT)
    assert rows[0]["sequenceNumber"] == number
    site.cloud.restart_numbers(lock.id)
    site.cloud.open_by_phone(lock.id, user.id)
    site.clock.move(1)
    rows = await site.items(AUDIT)
    assert rows[1]["sequenceNumber"] == 0
