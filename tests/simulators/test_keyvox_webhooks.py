"""Webhooks of the simulated KEYVOX cloud: the unlock history in two forms, reservations, repetitions."""

import asyncio
from typing import Any

import pytest

from simulators.clock import utc_now
from simulators.errors import Invalid
from simulators.keyvox import KeyVoxCloud, serve
from simulators.keyvox.locks import Lock
from tests.simulators.callbacks import Callback
from tests.simulators.keyvox import Org
from tests.simulators.test_keyvox_bookings import stay, take


@pytest.fixture
def lock(org: Org) -> Lock:
    """Return a lock in a unit of its own."""
    lock = org.cloud.add_lock("Front door")
    org.room(lock)
    return lock


async def told(org: Org) -> None:
    """Let what happened reach the cloud, and the cloud tell of it."""
    org.later(1)
    await org.cloud.webhooks_sent()


async def test_text(org: Org, lock: Lock, callback: Callback) -> None:
    """The unlock history in the form of a messenger has the user, the action and the device in its lines."""
    org.cloud.webhooks.subscribe(callback.url, "unlock_text")
    org.cloud.use_app(lock.id, "Anna")
    org.cloud.turn_knob(lock.id, "lock")
    org.cloud.link(lock.id)
    await told(org)
    lines = [event["text"].split("\n") for event in callback.events]
    assert {len(text) for text in lines} == {5}
    values = [
        [line.split(": ", 1)[1] for line in (text[0], text[2], text[4])]
        for text in lines
    ]
    assert values == [
        ["Anna", "解錠", "Front door"],
        ["", "施錠", "Front door"],
        ["", "クラウド連携", "Front door"],
    ]
    assert lines[0][0] == "*ユーザー名*: Anna"
    assert [list(event) for event in callback.events] == [["text"]] * 3
    assert callback.headers[0]["Content-Type"] == "application/json"
    assert not [name for name in callback.headers[0] if "ignature" in name]
    history = await org.ok("getLockHistory", {"lockId": lock.id})
    assert len(history["history"]) == 2


async def test_json(org: Org, lock: Lock, callback: Callback) -> None:
    """No source tells the names of the other form: there are two to choose from."""
    org.cloud.webhooks.subscribe(callback.url, "unlock_json")
    org.cloud.use_app(lock.id, "Anna")
    await told(org)
    (row,) = (await org.ok("getLockHistory", {"lockId": lock.id}))["history"]
    assert callback.events == [{"lockId": lock.id, **row}]
    org.cloud.set_options(json_form="event")
    org.cloud.press_button(lock.id, "lock")
    await told(org)
    assert callback.events[1] == {
        "event": "lock.lock",
        "eventTime": org.unix(-1),
        "data": {"deviceId": lock.id, "deviceName": "Front door", "userName": ""},
    }


async def test_choices(org: Org, lock: Lock, callback: Callback) -> None:
    """A subscription is to some devices, actions or means."""
    other = org.cloud.add_lock("Back door")
    webhooks = org.cloud.webhooks
    choices: list[dict[str, Any]] = [
        {"devices": [other.id]},
        {"actions": ["lock"]},
        {"means": [5, 6]},
    ]
    for chosen in choices:
        webhooks.unsubscribe()
        webhooks.subscribe(callback.url, "unlock_json", **chosen)
        callback.events.clear()
        org.cloud.use_app(lock.id, "Anna", "lock")
        org.cloud.press_button(lock.id)
        org.cloud.turn_knob(other.id)
        await told(org)
        names = [(event["lockId"], event["etype"]) for event in callback.events]
        assert (
            names
            == {
                "devices": [(other.id, "6")],
                "actions": [(lock.id, "9")],
                "means": [(lock.id, "5"), (other.id, "6")],
            }[next(iter(chosen))]
        )
    webhooks.unsubscribe()
    org.cloud.turn_knob(lock.id)
    await told(org)
    assert len(callback.events) == 2


async def test_lockers(org: Org, callback: Callback) -> None:
    """Openings of boxes are told like those of locks."""
    locker = org.cloud.add_locker("L")
    org.cloud.webhooks.subscribe(callback.url, "unlock_json")
    await org.ok("unlockLocker", {"deviceId": locker.id, "boxNum": "00-01"})
    await told(org)
    (event,) = callback.events
    assert (event["lockId"], event["userName"]) == (locker.id, "API")


async def test_reservations(org: Org, lock: Lock, callback: Callback) -> None:
    """Guests who come and go are told of once, with the way in."""
    org.cloud.webhooks.subscribe(callback.url, "reservation")
    (unit,) = org.cloud.units.values()
    order = await take(org, stay(org, unit), orderSource="line")
    org.cloud.turn_knob(lock.id)
    asked = {**order, "unitId": unit.id}
    for name in ("checkIn", "checkIn", "checkOut", "cancelBooking"):
        await org.ok(name, order if name == "cancelBooking" else asked)
    await told(org)
    events = [event["event"] for event in callback.events]
    assert events == ["booking.checked_in", "booking.checked_out"]
    (pin,) = org.cloud.pins.values()
    access = {
        "deviceId": lock.id,
        "deviceName": "Front door",
        "pinCode": pin.code,
        "qrCodeUrl": pin.short_url,
    }
    assert callback.events[0] == {
        "event": "booking.checked_in",
        "eventTime": org.unix(-1),
        "data": {
            "orgId": org.cloud.org_id,
            "placeId": unit.site_id,
            "unitId": unit.id,
            "planId": "",
            "reservationCode": order["orderId"],
            "orderContact": "Anna",
            "unitName": "Room",
            "checkinTime": org.unix(3599),
            "checkoutTime": org.unix(86399),
            "locationName": "House",
            "locationAddress": "1 Road",
            "otaType": "line",
            "accessInfo": [access],
        },
    }


@pytest.mark.parametrize("status", [400, 503])
async def test_repetitions(
    org: Org, lock: Lock, callback: Callback, status: int
) -> None:
    """A call that is refused is repeated after one, two and four minutes, and not again."""
    callback.status = status
    org.cloud.webhooks.subscribe(callback.url, "unlock_json")
    org.cloud.turn_knob(lock.id)
    await told(org)
    counts = []
    for seconds in (59, 1, 119, 1, 239, 1, 100_000):
        org.later(seconds)
        await org.cloud.webhooks_sent()
        counts.append(len(callback.events))
    assert counts == [1, 2, 2, 3, 3, 4, 4]
    assert all(event == callback.events[0] for event in callback.events)
    assert [sent.status for sent in org.cloud.webhooks.sent] == [status] * 4


async def test_end_of_repetitions(org: Org, lock: Lock, callback: Callback) -> None:
    """A call is not repeated after it was taken, or when nobody wants it any more, or where nobody was reached."""
    callback.status = 500
    org.cloud.webhooks.subscribe(callback.url, "unlock_json")
    org.cloud.turn_knob(lock.id)
    await told(org)
    callback.status = 302
    org.later(60)
    await org.cloud.webhooks_sent()
    org.later(10_000)
    await org.cloud.webhooks_sent()
    assert len(callback.events) == 2
    callback.status = 500
    org.cloud.turn_knob(lock.id)
    await told(org)
    org.cloud.webhooks.unsubscribe()
    org.later(10_000)
    await org.cloud.webhooks_sent()
    assert len(callback.events) == 3
    org.cloud.webhooks.subscribe("http://127.0.0.1:9/", "unlock_json")
    org.cloud.turn_knob(lock.id)
    await told(org)
    org.later(10_000)
    await org.cloud.webhooks_sent()
    statuses = [sent.status for sent in org.cloud.webhooks.sent]
    assert statuses == [500, 302, 500, None]


async def test_copies(org: Org, lock: Lock, callback: Callback) -> None:
    """A call may come twice, or never."""
    org.cloud.webhooks.subscribe(callback.url, "unlock_json")
    for copies, count in ((2, 2), (0, 2), (1, 3)):
        org.cloud.set_options(webhook_copies=copies)
        org.cloud.turn_knob(lock.id)
        await told(org)
        assert len(callback.events) == count


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://example.com/"},
        {"url": "http://["},
        {"kind": "unlock"},
        {"actions": ["open"]},
        {"means": [3]},
    ],
)
async def test_wrong_subscriptions(org: Org, changes: dict[str, Any]) -> None:
    """Nobody is called but this machine, and of nothing but what there is."""
    body = {"url": "http://127.0.0.1/", "kind": "unlock_json", **changes}
    with pytest.raises(Invalid):
        org.cloud.webhooks.subscribe(**body)
    assert org.cloud.webhooks.subscriptions == []


async def test_real_time(callback: Callback) -> None:
    """While it is served, a cloud tells of what becomes due without being asked for anything."""
    cloud = KeyVoxCloud(clock=utc_now)
    cloud.set_options(history_seconds=0.2)
    cloud.webhooks.subscribe(callback.url, "unlock_json")
    lock = cloud.add_lock("A")
    async with serve(cloud):
        cloud.turn_knob(lock.id)
        async with asyncio.timeout(5):
            while not callback.events:
                await asyncio.sleep(0.02)
    assert callback.events[0]["lockId"] == lock.id
