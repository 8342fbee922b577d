"""How calls fare is seen, can be tried, and decides how often a unit is read."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.callbacks import UNHEALTHY_INTERVAL
from tests.house import POLL, House
from tests.push.calls import CONTACT, UNIT, UNITS, call, health, is_healthy, move, shown

NOWHERE = "http://127.0.0.1:9"
KEYS = ("last_push", "push_failures", "push_disabled_until")


@asynccontextmanager
async def answered_by_another(house: House, status: int) -> AsyncIterator[None]:
    """Have calls come to somebody else, who answers with a status."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with TestServer(app) as server:
        house.cloud.set_options(callback_through=str(server.make_url("")).rstrip("/"))
        yield


async def press(house: House, unit_id: int = UNIT) -> None:
    """Press the button that has a unit's callback tested."""
    button = health(house, "test_push", unit_id)
    assert button is not None
    await house.hass.services.async_call(
        "button", "press", {"entity_id": button.entity_id}, blocking=True
    )


def asked(house: House) -> Counter[str]:
    """Return what was asked about the unit, and how often."""
    return house.cloud.requests.by_subject().get(str(UNIT), Counter())


async def polls(house: House, rounds: int = 4) -> int:
    """Return how many statuses of the unit are read in some rounds of polls."""
    before = asked(house)["GET /v1/Control"]
    for _ in range(rounds):
        await house.wait(POLL)
    return asked(house)["GET /v1/Control"] - before


async def test_sensors(called: House) -> None:
    """When the last call came is seen, how many failed, and until when the vendor does not call."""
    await called.start()
    await move(called, True)
    assert dt_util.parse_datetime(shown(called, "last_push")) == (
        dt_util.utcnow().replace(microsecond=0)
    )
    assert shown(called, "push_failures") == "0"
    assert shown(called, "push_disabled_until") == STATE_UNKNOWN
    until = dt_util.utcnow().replace(microsecond=0) + timedelta(hours=2)
    called.cloud.fail_webhook(UNIT, 4, until)
    await called.wait(3601)
    assert shown(called, "push_failures") == "4"
    assert dt_util.parse_datetime(shown(called, "push_disabled_until")) == until
    assert not await is_healthy(called)
    called.cloud.fail_webhook(UNIT, 0)
    await called.wait(UNHEALTHY_INTERVAL + 1)
    assert shown(called, "push_failures") == "0"
    assert shown(called, "push_disabled_until") == STATE_UNKNOWN
    assert await is_healthy(called)


async def test_no_sensors(called: House) -> None:
    """Of a unit that calls somebody else, nothing is shown."""
    called.cloud.set_webhook(UNIT, "https://other.example/hook")
    await called.start()
    assert not any(health(called, key) for key in (*KEYS, "test_push"))
    assert all(health(called, key, 3023) for key in (*KEYS, "test_push"))


async def test_restart(called: House) -> None:
    """A restart takes no entity away, not even for the moment until its callback is looked at."""
    await called.start()
    removed: list[str] = []
    called.hass.bus.async_listen(
        er.EVENT_ENTITY_REGISTRY_UPDATED,
        lambda event: (
            removed.append(event.data["entity_id"])
            if event.data["action"] == "remove"
            else None
        ),
    )
    await called.hass.config_entries.async_reload(called.entry.entry_id)
    await called.settle()
    assert removed == []
    assert all(health(called, key, unit_id) for key in KEYS for unit_id in UNITS)


async def test_button(called: House) -> None:
    """A call that is asked for comes through and is seen, although it tells nothing new."""
    await called.start()
    called.tick(5)
    before = shown(called, "last_push")
    await press(called)
    await called.settle()
    assert shown(called, "last_push") > before


async def test_button_twice(called: House) -> None:
    """Who presses twice learns twice that it works."""
    await called.start()
    await asyncio.gather(press(called), press(called))


async def test_refused(called: House) -> None:
    """A call that is refused on its way is an error with the status, and ends what was believed."""
    await called.start()
    for status in (404, 502):
        async with answered_by_another(called, status):
            with pytest.raises(HomeAssistantError, match=f"status {status}"):
                await press(called)
    assert not await is_healthy(called)


async def test_unreachable(called: House) -> None:
    """A call that reaches nobody is an error that says so."""
    await called.start()
    called.cloud.set_options(callback_through=NOWHERE)
    with pytest.raises(HomeAssistantError, match="could not reach"):
        await press(called)
    assert not await is_healthy(called)
    assert await polls(called) == 4


async def test_answered_by_somebody_else(called: House) -> None:
    """A call that somebody else answers well did not come through, as is known after a while."""
    await called.start()
    async with answered_by_another(called, 200):
        pressed = asyncio.create_task(press(called))
        tested = called.count("POST Webhooks/Test")
        await called.until(
            lambda: (
                called.count("POST Webhooks/Test") > tested
                and not called.cloud.requests.in_flight
            )
        )
        for _ in range(300):
            await asyncio.sleep(0)
        assert not pressed.done()
        called.tick(6)
        with pytest.raises(HomeAssistantError, match="status 200"):
            await pressed
    assert not await is_healthy(called)


async def test_test_that_was_not_made(called: House) -> None:
    """A test that the vendor did not make leaves nobody waiting: an old call is none that was asked for."""
    await called.start()
    await move(called, True)
    old = called.cloud.pushes(UNIT)[-1]
    called.fault(kind="status", path="/v1/Webhooks/Test", status=400)
    with pytest.raises(HomeAssistantError):
        await press(called)
    called.tick(5)
    before = shown(called, "last_push")
    assert await call(called, old.body, old.signature) == 200
    assert shown(called, "last_push") == before


async def test_polls(called: House) -> None:
    """A unit whose calls come through is read once in ten minutes, and asked little else."""
    await called.start()
    await called.wait(UNHEALTHY_INTERVAL)
    called.cloud.requests.reset()
    for _ in range(2 * 3600 // 30):
        await called.wait(30)
    requests = asked(called)
    assert 11 <= requests["GET /v1/Control"] <= 13
    assert requests["GET /v1/Webhooks"] <= 3
    assert requests["PUT /v1/Webhooks"] == requests["POST /v1/Webhooks/Test"] == 0


async def test_polls_of_all(called: House) -> None:
    """Only the unit whose calls fail is read with every poll."""
    await called.start()
    called.cloud.fail_webhook(UNIT, 1)
    await called.wait(3601)
    called.cloud.requests.reset()
    assert await polls(called) == 4
    assert called.count("GET Control") == 4
    await move(called, True)
    assert await polls(called) == 0


async def test_missed(called: House) -> None:
    """A change of which nobody called is found by the next look; until the next call, looks are frequent."""
    await called.start()
    called.cloud.set_reporting(UNIT, reports_changes=False)
    await move(called, True)
    assert called.contact(CONTACT) == STATE_OFF
    assert await is_healthy(called)
    await called.wait(601)
    assert called.contact(CONTACT) == STATE_ON
    assert not await is_healthy(called)
    assert await polls(called) == 4
    await move(called, False)
    await called.wait(POLL)
    assert called.contact(CONTACT) == STATE_OFF
    called.cloud.set_reporting(UNIT, reports_changes=True)
    await move(called, True)
    assert called.contact(CONTACT) == STATE_ON
    assert await is_healthy(called)
    assert await polls(called) == 0


async def test_own_command(called: House) -> None:
    """What a command of ours has changed is not missed, even if nobody calls about it."""
    await called.start()
    called.cloud.set_reporting(UNIT, reports_changes=False)
    called.tick(2)
    await called.act("switch.turn_on", "99998/F1")
    for _ in range(3):
        await called.wait(601)
    assert await is_healthy(called)


async def test_missed_input_of_an_expansion(called: House) -> None:
    """A unit that calls about some changes only is polled as long as those are missed of which it does not call."""
    await called.start()
    called.cloud.set_reporting(99992, reports_changes=False)
    called.cloud.set_input(99992, "IX1", True)
    await called.wait(601)
    assert called.contact("99992/IX1") == STATE_ON
    assert not await is_healthy(called, 99992)
    called.cloud.set_reporting(99992, reports_changes=True)
    called.tick(2)
    called.cloud.set_input(99992, "IN1", True)
    await called.cloud.pushes_done()
    await called.settle()
    assert called.contact("99992/IN1") == STATE_ON
    assert not await is_healthy(called, 99992)
    called.tick(2)
    called.cloud.set_input(99992, "IX1", False)
    await called.cloud.pushes_done()
    await called.settle()
    assert await is_healthy(called, 99992)
