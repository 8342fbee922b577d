"""Callbacks are registered where Home Assistant can be called, looked after, and removed; others' are left alone."""

import logging
import re

from homeassistant.components.webhook import async_generate_path
from homeassistant.const import CONF_WEBHOOK_ID
import pytest

from custom_components.latchkey.callbacks import HEALTHY_INTERVAL, UNHEALTHY_INTERVAL
from tests.conftest import EXTERNAL
from tests.house import INVENTORY, POLL, House, told
from tests.push.calls import (
    UNIT,
    UNITS,
    address,
    body,
    call_signed,
    health,
    is_healthy,
    registered,
    secret,
    webhook_id,
)

ELSEWHERE = "https://elsewhere.example.net"
FOREIGN = "https://other.example/hook?token=secret"


def all_registered(house: House) -> set[str | None]:
    """Return where the vendor calls about all units."""
    return {registered(house, unit_id) for unit_id in UNITS}


async def move_to(house: House, **urls: str | None) -> None:
    """Give the home other addresses."""
    await house.hass.config.async_update(**urls)
    await house.wait(1)


async def test_registered(called: House) -> None:
    """Every unit calls here, and signs with a secret that nobody else knows."""
    await called.start()
    assert all_registered(called) == {address(called)}
    assert re.fullmatch("[0-9a-f]{64}", secret(called))
    assert re.fullmatch("[0-9a-f]{64}", webhook_id(called))
    assert secret(called) != webhook_id(called)
    for unit_id in UNITS:
        assert called.cloud.webhook_secret(unit_id) == secret(called)
        assert health(called, "last_push", unit_id)
        assert await is_healthy(called, unit_id)
    assert called.count("PUT Webhooks") == len(UNITS)


async def test_not_registered(called: House) -> None:
    """Where nobody can call over https, the vendor is not even asked."""
    await move_to(called, external_url=None)
    await called.start()
    for urls in (
        {"external_url": "http://home.example.com"},
        {"external_url": None, "internal_url": "https://192.168.1.2:8123"},
    ):
        await called.wait(HEALTHY_INTERVAL)
        assert all_registered(called) == {None}
        assert called.count("GET Webhooks") == called.count("PUT Webhooks") == 0
        assert health(called, "last_push") is None
        assert not await is_healthy(called)
        await move_to(called, **urls)


async def test_moved(called: House) -> None:
    """The callbacks follow the address, go with it, and come with it."""
    await move_to(called, external_url=None)
    await called.start()
    assert all_registered(called) == {None}
    await move_to(called, external_url=EXTERNAL)
    assert all_registered(called) == {address(called)}
    await move_to(called, external_url=ELSEWHERE)
    assert all_registered(called) == {address(called, ELSEWHERE)}
    await move_to(called, external_url="http://home.example.com")
    assert all_registered(called) == {None}
    await move_to(called, external_url=EXTERNAL)
    assert all_registered(called) == {address(called)}
    assert await is_healthy(called)


async def test_moved_meanwhile(called: House, caplog: pytest.LogCaptureFixture) -> None:
    """An address that changes while the callbacks are registered is followed all the same."""
    await called.start()
    await move_to(called, external_url=None)
    called.fault(kind="delay_answer", method="PUT", path="/v1/Webhooks", seconds=3)
    await called.hass.config.async_update(external_url=EXTERNAL)
    await called.sent()
    await called.hass.config.async_update(external_url=ELSEWHERE)
    called.cloud.clear_faults()
    called.tick(4)
    await called.settle()
    await called.wait(1)
    assert all_registered(called) == {address(called, ELSEWHERE)}
    assert not told(caplog, logging.ERROR)


async def test_tested_at_a_new_address(called: House) -> None:
    """What came through at the old address says nothing about the new one, which is tested."""
    await called.start()
    tested = called.count("POST Webhooks/Test")
    await move_to(called, external_url=ELSEWHERE)
    assert called.count("POST Webhooks/Test") == tested + len(UNITS)


async def test_removed(called: House) -> None:
    """The callbacks go with the account; what others registered, and registered since, stays."""
    called.cloud.set_webhook(3023, FOREIGN)
    await called.start()
    called.cloud.set_webhook(99992, FOREIGN)
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    await called.settle()
    assert registered(called) is None
    assert registered(called, 3023) == registered(called, 99992) == FOREIGN


async def test_removed_while_the_vendor_is_away(
    called: House, caplog: pytest.LogCaptureFixture
) -> None:
    """An account can be removed while the vendor is away: that its callbacks stay there is logged."""
    await called.start()
    caplog.clear()
    called.fault(kind="status", status=503)
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    await called.settle()
    assert all_registered(called) == {address(called)}
    (line,) = told(caplog, logging.WARNING)
    assert line.startswith("FlexyKey anna: callbacks ")


async def test_removed_while_one_unit_is_away(called: House) -> None:
    """A unit about which the vendor answers nothing does not keep the callbacks of the others."""
    await called.start()
    called.fault(kind="status", path="/v1/Webhooks?unitId=3023", status=503)
    called.fault(kind="status", path="/v1/Webhooks?unitId=99998", status=503)
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    await called.settle()
    assert registered(called, 99992) is None


async def test_in_order(called: House) -> None:
    """What is in order is left as it is, when Home Assistant restarts and later."""
    await called.start()
    put, tested = called.count("PUT Webhooks"), called.count("POST Webhooks/Test")
    known = (webhook_id(called), secret(called))
    await called.hass.config_entries.async_reload(called.entry.entry_id)
    await called.settle()
    await called.wait(HEALTHY_INTERVAL + 1)
    assert (webhook_id(called), secret(called)) == known
    assert called.count("PUT Webhooks") == put
    assert called.count("POST Webhooks/Test") == tested


async def test_deactivated(called: House) -> None:
    """A callback that somebody switched off or removed is taken up again, with our secret."""
    await called.start()
    called.cloud.put_webhook(UNIT, address(called), "another", is_active=0)
    called.cloud.remove_webhook(3023)
    await called.wait(HEALTHY_INTERVAL + 1)
    held = called.cloud.webhook(UNIT)
    assert held and held["isActive"] == 1
    assert called.cloud.webhook_secret(UNIT) == secret(called)
    assert all_registered(called) == {address(called)}


async def test_registered_later(called: House) -> None:
    """Where registering fails, it is tried again, and the units are read as often as ever."""
    called.fault(kind="status", method="PUT", path="/v1/Webhooks", status=503)
    await called.start()
    assert all_registered(called) == {None}
    assert not await is_healthy(called)
    called.cloud.clear_faults()
    await called.wait(UNHEALTHY_INTERVAL + 1)
    assert all_registered(called) == {address(called)}
    assert await is_healthy(called)


async def test_new_unit(called: House) -> None:
    """A unit that comes later calls, too; one that cannot is not asked to."""
    called.cloud.add_evva_unit(555, "Evva")
    await called.start()
    (unit,) = called.cloud.generate_units()
    await called.wait(INVENTORY)
    await called.wait(POLL)
    assert registered(called, unit.unit_id) == address(called)
    assert called.cloud.webhook(555) is None
    assert health(called, "last_push", unit.unit_id)
    assert health(called, "last_push", 555) is None


@pytest.mark.parametrize("answer", ["404", "null", "empty"])
async def test_answer_for_none(called: House, answer: str) -> None:
    """However the vendor tells that there is no callback, one is registered."""
    called.cloud.set_options(no_webhook_answer=answer)
    await called.start()
    assert all_registered(called) == {address(called)}
    await move_to(called, external_url=None)
    assert all_registered(called) == {None}


async def test_own_address_of_another_host(called: House) -> None:
    """A callback that leads to our webhook by a host of the past is ours."""
    await called.start()
    path = async_generate_path(called.entry.data[CONF_WEBHOOK_ID])
    called.cloud.set_webhook(UNIT, f"https://of-the-past.example{path}", "old")
    await called.wait(HEALTHY_INTERVAL + 1)
    assert registered(called) == address(called)
    assert called.cloud.webhook_secret(UNIT) == secret(called)
    assert await call_signed(called, body(called)) == 200
