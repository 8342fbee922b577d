"""Secrets: a full run, with all that can go wrong, leaves none of them anywhere."""

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
import logging
from typing import Any

from aiohttp import encode_basic_auth
from homeassistant.const import EVENT_LOGGING_CHANGED
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.latchkey.const import CONF_EXPIRY_NOTICE, CONF_SHOW_HOLDERS
from custom_components.latchkey.vendors.flexykey.entries import CODES
from custom_components.latchkey.vendors.grants import Credential
from tests.conftest import PASSWORD
from tests.grants_ha.full_run import (
    FOREIGN_PIN,
    NEW_PASSWORD,
    OTHER_PIN,
    PHONE,
    PIN,
    TAG,
    renew,
    run,
)
from tests.grants_ha.helpers import UNIT, Grants
from tests.grants_ha.scan import Scan

# What Home Assistant logs of every call of an action, and of none of ours besides.
CALLS_ARE_LOGGED_BY = "homeassistant.core"
# What the test's own stand-in for .storage tells.
STORAGE_IS_LOGGED_BY = "pytest_homeassistant_custom_component.common"


@pytest.fixture
async def scan(
    noted: Grants, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scan]:
    """Return the scan of a house that is running and logs all that it can."""
    rule = replace(CODES[Credential.PIN], generated=8)
    monkeypatch.setitem(CODES, Credential.PIN, rule)
    loggers = [
        logger
        for logger in logging.Logger.manager.loggerDict.values()
        if isinstance(logger, logging.Logger) and logger.level > logging.DEBUG
    ]
    levels = {logger: logger.level for logger in loggers}
    caplog.set_level(logging.DEBUG)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    # Under a clock that stands still aiohttp's access log cannot write the time.
    access = logging.getLogger("aiohttp.access")
    levels[access] = access.level
    access.setLevel(logging.WARNING)
    noted.hass.bus.async_fire(EVENT_LOGGING_CHANGED)
    scan = Scan(noted, caplog)
    scan.supplied = {PIN, OTHER_PIN, PHONE, PHONE.removeprefix("+"), TAG}
    scan.generated = {FOREIGN_PIN}
    scan.credentials = {
        PASSWORD,
        NEW_PASSWORD,
        encode_basic_auth("anna", PASSWORD).removeprefix("Basic "),
        encode_basic_auth("anna", NEW_PASSWORD).removeprefix("Basic "),
    }
    scan.listen()
    await noted.house.start(**{CONF_EXPIRY_NOTICE: 3, CONF_SHOW_HOLDERS: True})
    yield scan
    for logger, level in levels.items():
        logger.setLevel(level)


async def downloaded(
    scan: Scan, hass_client: ClientSessionGenerator, admin: MockUser
) -> str:
    """Return what a person who downloads the diagnostics gets."""
    hass = scan.grants.hass
    assert await async_setup_component(hass, "diagnostics", {})
    await scan.grants.house.settle()
    # The tests' own token has expired by the time that has passed.
    (refresh_token,) = admin.refresh_tokens.values()
    client = await hass_client(hass.auth.async_create_access_token(refresh_token))
    entry_id = scan.grants.house.entry.entry_id
    answer = await client.get(f"/api/diagnostics/config_entry/{entry_id}")
    assert answer.status == HTTPStatus.OK
    text: str = await answer.text()
    return text


@pytest.mark.filterwarnings(
    "ignore:It is recommended to use web.RequestKey instances for keys"
)
async def test_full_run(
    scan: Scan,
    hass_client: ClientSessionGenerator,
    hass_admin_user: MockUser,
    hass_storage: dict[str, Any],
) -> None:
    """No secret is in log, states, events, repairs, errors, diagnostics or files, but where Home Assistant puts it."""
    silent = await run(scan)
    await renew(scan)
    assert len(scan.errors) > 100
    assert len(scan.generated) > 5
    assert {len(code) for code in scan.generated} == {8}

    assert scan.found_in("\n".join(silent)) == set()
    assert scan.in_errors() == set()
    assert scan.in_states() == set()
    assert scan.in_issues() == set()

    # Of a supplied code Home Assistant itself tells: in the event of the call, and in what it logs of events.
    events = scan.in_events()
    assert set(events) == {"call_service"}
    assert events["call_service"] <= scan.supplied
    log = scan.in_log()
    log.pop(STORAGE_IS_LOGGED_BY, None)
    assert set(log) == {CALLS_ARE_LOGGED_BY}
    assert log[CALLS_ARE_LOGGED_BY] <= scan.supplied

    download = await downloaded(scan, hass_client, hass_admin_user)
    assert scan.found_in(download) == set()
    assert '"vendor": "flexykey"' in download

    # The account's password is kept where Home Assistant keeps it for all integrations.
    files = await scan.in_files(hass_storage)
    assert set(files) <= {"core.config_entries"}
    assert files.get("core.config_entries", set()) <= {NEW_PASSWORD}
    ledger = f"latchkey.grants.{scan.grants.house.entry.entry_id}"
    assert len(hass_storage[ledger]["data"]["records"]) > 5


async def test_the_scan_finds_what_there_is(scan: Scan) -> None:
    """The scan is not blind: a secret that is written somewhere is found there."""
    hass = scan.grants.hass
    logging.getLogger("custom_components.latchkey").debug("Code %s", PIN)
    hass.states.async_set("sensor.leak", "on", {"phone": PHONE})
    hass.bus.async_fire("leak", {"tag": TAG.lower()})
    leak = RuntimeError("It failed")
    leak.__cause__ = ValueError(PASSWORD)
    scan.errors.append(leak)
    await scan.grants.house.settle()
    assert scan.in_log()["custom_components.latchkey"] == {PIN}
    assert scan.in_states() == {PHONE, PHONE.removeprefix("+")}
    assert scan.in_events()["leak"] == {TAG}
    assert scan.in_errors() == {PASSWORD}
    assert UNIT in scan.grants.house.cloud.units
