"""Set-up and unloading: what begins ends, and accounts do not meet."""

from collections.abc import AsyncIterator
from typing import override
from unittest.mock import patch

from aiohttp import ThreadedResolver, web
from aiohttp.typedefs import Handler, Middleware
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    CONF_PASSWORD,
    CONF_URL,
    CONF_USERNAME,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from simulators.flexykey import Address, FlexyKeyCloud, serve
from tests.house import INVENTORY, POLL, SETTLING, House, doors

F1 = "99998/F1"

RESOLVER = "homeassistant.helpers.aiohttp_client._async_make_resolver"

websocket = pytest.mark.filterwarnings(
    # Home Assistant's own HTTP server, as its own tests have it.
    "ignore:It is recommended to use web.RequestKey"
)


async def test_set_up_and_unload(house: House) -> None:
    """An account is set up, unloaded and set up again."""
    await house.start()
    assert house.account() is ConfigEntryState.LOADED
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert house.switch(F1) == STATE_UNAVAILABLE
    sent = house.cloud.requests.total
    await house.wait(INVENTORY)
    assert house.cloud.requests.total == sent
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.settle()
    assert house.switch(F1) == STATE_OFF


async def test_first_requests(house: House) -> None:
    """Setting up takes one request for what there is, and one each for a unit's state, log, settings and messages."""
    await house.start()
    units = len(house.cloud.units)
    assert house.cloud.requests.counts == {
        "GET /v1/units": 1,
        "GET /v1/Control": units,
        "GET /v1/unitlogs/{unitId}": units,
        "GET /v1/UnitSettings/Definitions": 1,
        "GET /v1/UnitSettings": units,
        "GET /v1/UnitMessages": units,
    }


async def test_outage_at_the_start(house: House) -> None:
    """An account whose cloud cannot be reached is set up once it can be."""
    house.fault(kind="reset")
    await house.start()
    assert house.account() is ConfigEntryState.SETUP_RETRY
    house.cloud.clear_faults()
    await house.wait(POLL)
    assert house.account() is ConfigEntryState.LOADED
    assert house.switch(F1) == STATE_OFF


async def test_wrong_password_at_the_start(house: House) -> None:
    """An account whose password is wrong asks for another one; one refusal is not enough for that."""
    house.fault(kind="status", status=401, times=1)
    await house.start()
    assert house.account() is ConfigEntryState.LOADED
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.cloud.set_user("anna", "nytt-4712")
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.settle()
    assert house.account() is ConfigEntryState.SETUP_ERROR
    assert house.reauth_flows() == 1


async def test_unload_during_a_pulse(house: House) -> None:
    """Unloading ends the timers: of the pulse, of the look at its effect, of the next poll."""
    await house.start(**doors("99998/F2"))
    await house.act("latchkey.pulse_output", F1, duration=5)
    await house.act("lock.open", "99998/F2")
    coordinator = house.entry.runtime_data
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    sent = house.cloud.requests.total
    with patch.object(coordinator, "async_update_listeners") as told:
        await house.wait(SETTLING)
        await house.wait(POLL)
    told.assert_not_called()
    assert house.cloud.requests.total == sent
    assert house.switch(F1) == STATE_UNAVAILABLE


async def test_unload_during_a_look(house: House) -> None:
    """Unloading ends what is being read at that moment."""
    await house.start()
    await house.act("switch.turn_on", F1)
    house.fault(kind="delay_answer", method="GET", seconds=600)
    house.tick(SETTLING)
    await house.sent()
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert house.switch(F1) == STATE_UNAVAILABLE
    await house.wait(600)
    assert house.switch(F1) == STATE_UNAVAILABLE


async def test_unload_during_a_poll(house: House) -> None:
    """Unloading ends a poll that is under way."""
    await house.start()
    house.fault(kind="delay_answer", method="GET", seconds=600)
    house.tick(POLL)
    await house.sent(3)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    sent = house.cloud.requests.total
    await house.wait(600)
    assert house.cloud.requests.total == sent


@pytest.fixture
async def second_address(
    address: Address, second: FlexyKeyCloud
) -> AsyncIterator[Address]:
    """Serve the second cloud beside the first."""
    async with serve(second) as other:
        yield other


@pytest.fixture
def second() -> FlexyKeyCloud:
    """Return a second cloud, with units of the same ids."""
    return FlexyKeyCloud(username="bertil", password="annat-4713", cache_seconds=0)


def other(house: House, cloud: FlexyKeyCloud, username: str, url: str) -> House:
    """Return another account in the same Home Assistant."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"FlexyKey {username}",
        unique_id=f"flexykey_{username}",
        data={
            CONF_VENDOR: "flexykey",
            CONF_USERNAME: username,
            CONF_PASSWORD: cloud.users[username].password,
            CONF_URL: url,
        },
    )
    return House(house.hass, cloud, entry, house.freezer)


@pytest.fixture
def neighbour(house: House, second: FlexyKeyCloud, second_address: Address) -> House:
    """Return the account at the second cloud."""
    return other(house, second, "bertil", second_address.url)


async def test_two_accounts(house: House, neighbour: House) -> None:
    """Two accounts with units of the same ids have their own devices, entities, options and troubles."""
    await house.start()
    await neighbour.start(**doors(F1))
    assert house.entity_id("switch", "99998/F2") != neighbour.entity_id(
        "switch", "99998/F2"
    )
    await house.act("switch.turn_on", "99998/F2")
    await neighbour.act("lock.open", F1)
    assert len(house.commands(99998)) == len(neighbour.commands(99998)) == 1
    assert neighbour.switch("99998/F2") == STATE_OFF
    neighbour.fault(kind="status", status=503)
    await house.wait(POLL)
    assert house.switch("99998/F2") == STATE_ON
    assert neighbour.switch("99998/F2") == STATE_UNAVAILABLE
    await house.hass.config_entries.async_remove(neighbour.entry.entry_id)
    await house.settle()
    assert neighbour.devices() == {}
    assert neighbour.entity_id("switch", "99998/F2") is None
    assert len(house.devices()) == 9
    await house.act("latchkey.pulse_output", F1, duration=3)
    assert house.switch(F1) == STATE_ON


@websocket
async def test_removing_a_device(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """A user may remove a device that the account no longer has, and no other."""
    await house.start()
    assert await async_setup_component(house.hass, "config", {})
    client = await hass_ws_client(house.hass)

    async def remove(device_id: str) -> bool:
        answer = await client.remove_device(house.devices()[device_id].id)
        return bool(answer["success"])

    house.cloud.remove_unit(99992)
    await house.wait(INVENTORY)
    assert not await remove("99998")
    assert not await remove("99992")
    assert "99998" in house.devices()


@websocket
async def test_removing_a_left_over(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """A device that is left over from before a restart may be removed at once."""
    await house.start()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.cloud.remove_unit(99992)
    assert await async_setup_component(house.hass, "config", {})
    client = await hass_ws_client(house.hass)
    # While the account is not running, nothing is known of what it has.
    left_over = house.devices()["99992"].id
    answer = await client.remove_device(left_over)
    assert not answer["success"]
    assert answer["error"]["code"] != "unknown_error"
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.settle()
    answer = await client.remove_device(left_over)
    assert answer["success"]
    assert "99992" not in house.devices()


class Baker(FlexyKeyCloud):
    """A cloud that gives everybody a cookie, and notes which come back."""

    @override
    def middlewares(self) -> list[Middleware]:
        """Return what bakes, before what the cloud has."""
        self.returned: list[str] = []

        @web.middleware
        async def bake(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.returned += request.cookies
            answer = await handler(request)
            answer.set_cookie("session", "4711")
            return answer

        return [bake, *super().middlewares()]


class Names(ThreadedResolver):
    """Knows the names that this machine knows; Home Assistant closes it by a name of its own."""

    real_close = ThreadedResolver.close


async def test_no_cookies(house: House) -> None:
    """A cloud's cookies are not kept: who we are stands in each request."""
    baker = Baker(username="cilla", password="tredje-4714")
    async with serve(baker) as address:
        # Cookies of a bare address would not be kept in any case.
        url = address.url.replace("127.0.0.1", "localhost")
        account = other(house, baker, "cilla", url)
        # The tests' own resolver knows no names at all.
        with patch(RESOLVER, return_value=Names()):
            await account.start()
        await account.wait(POLL)
        assert account.account() is ConfigEntryState.LOADED
        await house.hass.config_entries.async_unload(account.entry.entry_id)
    assert baker.requests.total > 4
    assert baker.returned == []
