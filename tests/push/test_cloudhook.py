"""Where there is Home Assistant Cloud, the vendor calls by a cloudhook."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
import logging

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.components import cloud
from homeassistant.components.webhook import async_handle_webhook
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.util.aiohttp import MockRequest
import pytest

from custom_components.latchkey.callbacks import UNHEALTHY_INTERVAL
from tests.house import House, told
from tests.push.calls import (
    CONTACT,
    UNITS,
    address,
    counts,
    is_healthy,
    move,
    push_of,
    registered,
    webhook_id,
)

HOOK = "https://hooks.nabu.casa/gAAAAAB"

type Listener = Callable[[cloud.CloudConnectionState], Awaitable[None] | None]


@dataclass
class NabuCasa:
    """Home Assistant Cloud, as far as it concerns us."""

    active: bool = True
    failure: Exception | None = None
    hooks: set[str] = field(default_factory=set)
    listeners: list[Listener] = field(default_factory=list)

    def async_active_subscription(self, _hass: HomeAssistant) -> bool:
        """Return whether somebody pays."""
        return self.active

    async def async_get_or_create_cloudhook(
        self, _hass: HomeAssistant, known_by: str
    ) -> str:
        """Return the address of a webhook."""
        if self.failure:
            raise self.failure
        self.hooks.add(known_by)
        return HOOK

    async def async_delete_cloudhook(self, _hass: HomeAssistant, known_by: str) -> None:
        """Forget a webhook."""
        if known_by not in self.hooks:
            raise ValueError
        self.hooks.remove(known_by)

    def async_listen_connection_change(
        self, _hass: HomeAssistant, listener: Listener
    ) -> Callable[[], None]:
        """Have a listener told."""
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def install(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have Home Assistant believe that it is there."""
        for name in (
            "async_active_subscription",
            "async_get_or_create_cloudhook",
            "async_delete_cloudhook",
            "async_listen_connection_change",
        ):
            monkeypatch.setattr(cloud, name, getattr(self, name))
        hass.config.components.add("cloud")

    async def connect(self, house: House) -> None:
        """Tell that the connection is another one."""
        for listener in self.listeners:
            if (
                told := listener(cloud.CloudConnectionState.CLOUD_CONNECTED)
            ) is not None:
                await told
        await house.wait(1)


@pytest.fixture
async def nabu_casa(
    called: House, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[NabuCasa]:
    """Return a cloud by whose cloudhooks the vendor's calls come."""
    nabu_casa = NabuCasa()
    nabu_casa.install(called.hass, monkeypatch)

    async def relay(request: web.Request) -> web.Response:
        if str(request.rel_url) != "/gAAAAAB":
            raise web.HTTPNotFound
        relayed = MockRequest(
            await request.read(),
            mock_source="cloud",
            method=request.method,
            headers=dict(request.headers),
        )
        answer = await async_handle_webhook(called.hass, webhook_id(called), relayed)
        return web.Response(status=answer.status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", relay)
    async with TestServer(app) as server:
        called.cloud.set_options(callback_through=str(server.make_url("")).rstrip("/"))
        yield nabu_casa


def all_registered(house: House) -> set[str | None]:
    """Return where the vendor calls about all units."""
    return {registered(house, unit_id) for unit_id in UNITS}


async def test_cloudhook(called: House, nabu_casa: NabuCasa) -> None:
    """The vendor calls the cloudhook, and its calls count."""
    await called.start()
    assert all_registered(called) == {HOOK}
    assert nabu_casa.hooks == {webhook_id(called)}
    assert (await push_of(called))["cloudhook"] is True
    assert await is_healthy(called)
    await move(called, True)
    assert called.contact(CONTACT) == STATE_ON
    assert (await counts(called))["news"] == 1


async def test_subscription(called: House, nabu_casa: NabuCasa) -> None:
    """What becomes of the subscription is followed."""
    nabu_casa.active = False
    await called.start()
    assert all_registered(called) == {address(called)}
    nabu_casa.active = True
    await nabu_casa.connect(called)
    assert all_registered(called) == {HOOK}
    nabu_casa.active = False
    await nabu_casa.connect(called)
    assert all_registered(called) == {address(called)}
    assert (await push_of(called))["cloudhook"] is False


async def test_not_connected(called: House, nabu_casa: NabuCasa) -> None:
    """A cloud that is away for the moment leaves the cloudhook where it is."""
    await called.start()
    put = called.count("PUT Webhooks")
    nabu_casa.failure = cloud.CloudNotConnected()
    await nabu_casa.connect(called)
    assert all_registered(called) == {HOOK}
    assert called.count("PUT Webhooks") == put


async def test_not_connected_at_first(called: House, nabu_casa: NabuCasa) -> None:
    """Until there is a cloudhook, the external address is called."""
    nabu_casa.failure = cloud.CloudNotConnected()
    await called.start()
    assert all_registered(called) == {address(called)}
    nabu_casa.failure = None
    await nabu_casa.connect(called)
    assert all_registered(called) == {HOOK}


@pytest.mark.parametrize("failure", [TimeoutError(), ValueError("no")])
async def test_cloudhook_not_made(
    called: House,
    nabu_casa: NabuCasa,
    failure: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A cloudhook that cannot be made for once is asked for again, in peace."""
    nabu_casa.failure = failure
    await called.start()
    nabu_casa.failure = None
    await called.wait(UNHEALTHY_INTERVAL + 1)
    await called.wait(UNHEALTHY_INTERVAL + 1)
    assert all_registered(called) <= {HOOK, address(called)}
    assert all(record.levelno < logging.ERROR for record in caplog.records)
    assert not told(caplog, logging.WARNING)


@pytest.mark.parametrize("foreign", [False, True])
async def test_removed(called: House, nabu_casa: NabuCasa, *, foreign: bool) -> None:
    """The cloudhook goes with the account, whether the vendor ever called it or not."""
    if foreign:
        for unit_id in UNITS:
            called.cloud.set_webhook(unit_id, "https://other.example/hook")
    await called.start()
    assert nabu_casa.hooks
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    await called.settle()
    assert not nabu_casa.hooks
    assert HOOK not in all_registered(called)
    assert not nabu_casa.listeners
