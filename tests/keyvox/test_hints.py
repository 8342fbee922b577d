"""The vendor's calls: each is a hint to read again, and what is read is what counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import logging
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers.json import JSONEncoder
from homeassistant.util import dt as dt_util
import pytest

from simulators.keyvox.credentials import Place
from simulators.keyvox.lockers import BoxStatus
from tests.keyvox.calls import GUEST, PIN, booking, lock_id, log_of
from tests.keyvox.locker_home import LockerHome
from tests.test_actions import person

WINDOW = 10
"""Seconds within which the same is read once."""
FORMS = ("unlock_text", "unlock_json")


@asynccontextmanager
async def unreliable(
    home: LockerHome, failures: int
) -> AsyncIterator[tuple[str, list[int]]]:
    """Serve what stands between the vendor and the home: it passes calls on, and loses the first answers."""
    answers: list[int] = []

    async def pass_on(request: web.Request) -> web.Response:
        body = await request.read()
        async with (
            ClientSession() as session,
            session.post(home.local_address, data=body) as response,
        ):
            answers.append(response.status)
        return web.Response(status=502 if len(answers) <= failures else answers[-1])

    app = web.Application()
    app.add_routes([web.post("/hook", pass_on)])
    async with TestServer(app) as server:
        yield str(server.make_url("/hook")), answers


@pytest.mark.parametrize("kind", FORMS)
async def test_lock(hinted: LockerHome, kind: Any) -> None:
    """Whatever happens at a lock has its log and its status read, whichever form is chosen for the calls."""
    log = log_of(hinted)
    hinted.cloud.webhooks.subscribe(await hinted.address(), kind)
    hinted.cloud.press_button(lock_id(hinted, 1))
    await hinted.wait(2)
    await hinted.told()
    log.async_hint.assert_called_once_with(lock_id(hinted, 1))
    assert await hinted.counts() == {"hint": 1}
    # It hints at that lock, and at nothing else; the log is only looked at here.
    asked = hinted.cloud.requests
    assert (asked.total, hinted.count("getLockStatus")) == (1, 1)


@pytest.mark.parametrize("kind", FORMS)
async def test_locker(hinted: LockerHome, kind: Any) -> None:
    """Whoever opens a box has its locker looked at, at once."""
    cloud, locker = hinted.cloud, hinted.locker
    cloud.webhooks.subscribe(await hinted.address(), kind)
    now = dt_util.utcnow()
    cloud.cards.issue(
        Place(locker_id=locker.id, box_num="00-02"),
        (now, now.replace(year=now.year + 1)),
        now,
        id="card",
        code="card",
        holder=GUEST,
    )
    await hinted.wait(130)
    await hinted.wait(10)
    cloud.requests.reset()
    assert cloud.hold_card(locker.id, "card").granted
    await hinted.wait(2)
    await hinted.told()
    assert hinted.statuses()[1] == "in_use"
    assert hinted.count("getLockerStatus") == hinted.count("getAvailableBoxes") == 1
    assert cloud.requests.total == 2


async def test_booking(hinted: LockerHome) -> None:
    """A reservation's call has the place's bookings read."""
    cloud = hinted.cloud
    # A place is not read more often.
    await hinted.wait(11)
    cloud.requests.reset()
    cloud.webhooks.subscribe(await hinted.address(), "reservation")
    cloud.webhooks.tell_booking(booking(hinted))
    await hinted.told()
    assert await hinted.counts() == {"hint": 1}
    assert cloud.requests.counts["POST /api/eagle-pms/bacsorder/list"] == 1


@pytest.mark.parametrize(
    ("told", "logs"),
    [
        ({"text": "a: b\nDevice: Lock 1"}, 1),
        ({"text": "a: b\nDevice: Lock 7"}, 0),
        ({"lockId": "unknown"}, 0),
        ({"event": "anything"}, 0),
        ({}, 0),
    ],
)
async def test_unknown(hinted: LockerHome, told: Any, logs: int) -> None:
    """What is not recognised, or about a device that is not known, has the inventory read."""
    log = log_of(hinted)
    hinted.cloud.add_lock("Lock 7")
    assert await hinted.post(told) == 200
    await hinted.wait(0.1)
    assert log.async_hint.call_count == logs
    assert hinted.count("getUnits") == 1 - logs
    assert await hinted.counts() == {"hint": 1}


async def test_new_lock(hinted: LockerHome) -> None:
    """A lock that is heard of before it is known is there at once."""
    lock = hinted.cloud.add_lock("New")
    assert await hinted.post({"lockId": lock.id, "etype": 1}) == 200
    await hinted.wait(0.1)
    assert hinted.device(lock.id).name == "New"


async def test_foreign(hinted: LockerHome) -> None:
    """What happens in another organisation is nothing to us, and no fault of who tells of it."""
    other = "0" * 24
    for told in (
        booking(hinted, orgId=other),
        booking(hinted, orgId=None, placeId=other),
        {"lockId": lock_id(hinted), "orgId": other},
    ):
        assert await hinted.post(told) == 200
    await hinted.run(30)
    assert await hinted.counts() == {"foreign": 3}
    assert hinted.cloud.requests.total == 0


async def test_repeated(hinted: LockerHome) -> None:
    """A call whose answer is lost is repeated by the vendor after one, two and four minutes, and looked into once."""
    log = log_of(hinted)
    await hinted.address()
    async with unreliable(hinted, 3) as (url, answers):
        hinted.cloud.webhooks.subscribe(url, "unlock_json")
        hinted.cloud.press_button(lock_id(hinted))
        await hinted.wait(2)
        await hinted.told()
        for seconds in (60, 120, 240):
            assert log.async_hint.call_count == 1
            await hinted.wait(seconds)
            await hinted.told()
        assert answers == [200] * 4
        assert [sent.status for sent in hinted.cloud.webhooks.sent] == [502] * 3 + [200]
    assert await hinted.counts() == {"hint": 1, "repeated": 3}
    assert log.async_hint.call_count == 1


async def test_copies(hinted: LockerHome) -> None:
    """What is told several times is looked into once."""
    log = log_of(hinted)
    hinted.cloud.set_options(webhook_copies=3)
    hinted.cloud.webhooks.subscribe(await hinted.address(), "unlock_text")
    hinted.cloud.press_button(lock_id(hinted))
    await hinted.wait(2)
    await hinted.told()
    assert await hinted.counts() == {"hint": 1, "repeated": 2}
    await hinted.run(30)
    assert log.async_hint.call_count == 1


async def test_hint_carries_nothing(hinted: LockerHome) -> None:
    """What a call says is not believed: what the cloud tells is what is shown."""
    told = {"deviceId": hinted.locker.id, "boxNum": "00-01", "status": "9"}
    assert await hinted.post({"data": told, "eventTime": 1}) == 200
    await hinted.wait(0.1)
    assert hinted.count("getLockerStatus") == 1
    assert set(hinted.statuses()) == {"unused"}


async def test_address(hinted: LockerHome) -> None:
    """The address is told to administrators alone; another one can be made, which ends the first."""
    with pytest.raises(Unauthorized):
        await hinted.call(
            "get_callback_address", context=await person(hinted.hass, GROUP_ID_USER)
        )
    first, known = await hinted.address(), hinted.webhook_id
    assert hinted.local_address == first
    await hinted.call("get_callback_address", renew=True)
    assert hinted.webhook_id != known
    assert await hinted.post({"anything": 1}) == 200
    await hinted.hass.config.async_update(external_url=None)
    with pytest.raises(HomeAssistantError) as failure:
        await hinted.call("get_callback_address")
    assert failure.value.translation_key == "no_callback_address"


async def test_secrets(hinted: LockerHome, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of what a call says is in a log, state, event or diagnosis, nor kept."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []
    hinted.hass.bus.async_listen(MATCH_ALL, events.append)
    data = hinted.entry.runtime_data
    secrets = (PIN, GUEST, "A1B2C3D4E", "vit-elefant")
    text = f"*User*: {GUEST}\n*PIN*: {PIN}\n*Device*: Locker"
    for told in (
        booking(hinted),
        booking(hinted, orgId="0" * 24),
        {"lockId": lock_id(hinted), "userName": GUEST, "pinCode": PIN, "etime": 1},
        {"text": text},
        {"anything": "vit-elefant", "data": {"pinCode": PIN, "b": [GUEST]}},
        f'{{"text": "{PIN} {GUEST} vit-elefant'.encode(),
    ):
        await hinted.post(told)
        await hinted.wait(WINDOW + 1)
    hinted.cloud.rentals.set_status(
        hinted.locker.box("00-01"), BoxStatus.FAULT, hinted.cloud.clock()
    )
    await hinted.run(600, 100)
    kept = [repr(vars(each)) for each in (data.vendor, data.hints, data.boxes, data)]
    told_of = [
        json.dumps(await hinted.diagnosis(), cls=JSONEncoder),
        json.dumps(
            [each.as_dict() for each in hinted.hass.states.async_all()], cls=JSONEncoder
        ),
        *(str(event.as_dict()) for event in events),
        *(f"{record.__dict__}" for record in caplog.records),
    ]
    assert any("malformed" in each for each in told_of)
    for secret in secrets:
        assert not [each for each in (*kept, *told_of) if secret in each]
