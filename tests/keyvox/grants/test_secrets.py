"""Codes, QR texts, addresses and e-mail addresses stand in the answer alone; grants are for administrators."""

import json
import logging
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from simulators.keyvox import Fault
from tests.keyvox.grants.home import Home, later

EMAIL = "anna.secret@example.com"


async def test_secrets(
    home: Home, caplog: pytest.LogCaptureFixture, hass_storage: dict[str, Any]
) -> None:
    """A run with failures leaves no secret in states, events, log, files, repairs, diagnostics or errors."""
    caplog.set_level(logging.DEBUG)
    home.cloud.set_options(asterisks="never")
    await home.start()
    (key,) = await home.call(
        "issue_key",
        device_id=home.device_id("front"),
        name="Anna",
        credential="app",
        email=EMAIL,
        end_datetime=later(days=1),
    )
    pin = await home.issue(device_id=home.device_id("box"))
    home.cloud.deliveries.fail_next(2)
    failed = await home.issue(access="hall")
    await home.deliver()
    await home.call("get_code", grant_id=pin["grant_id"])
    await home.call(
        "update_grant", grant_id=pin["grant_id"], end_datetime=later(days=3)
    )
    errors = []
    for kind in ("reset_after", "half", "html_after"):
        path = f"{home.cloud.base_path}v1/createLockPin"
        home.cloud.add_fault(Fault(kind, "POST", path, times=1))
        try:
            await home.issue()
        except HomeAssistantError as err:
            errors.append(repr(err))
    home.cloud.add_fault(
        Fault("status", "POST", f"{home.cloud.base_path}v1/issueLockKey", status=400)
    )
    with pytest.raises(HomeAssistantError) as caught:
        await home.call(
            "issue_key",
            device_id=home.device_id("hall"),
            name="Anna",
            credential="app",
            email=EMAIL,
            end_datetime=later(days=1),
        )
    errors.append(repr(caught.value) + repr(caught.value.__context__))
    await home.call("revoke_grant", grant_id=failed["grant_id"])
    await home.deliver()
    secrets = {EMAIL, key["address"], key["qr_code"]}
    for each in home.cloud.pins.values():
        secrets |= {each.code, each.qr_code, each.short_url}
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await home.settle()
    diagnostics = await async_get_config_entry_diagnostics(home.hass, home.entry)
    states = [state.as_dict() for state in home.hass.states.async_all()]
    events = [event.as_dict() for event in home.events]
    issues = [str(each) for each in ir.async_get(home.hass).issues.values()]
    # Home Assistant itself logs the data of a call, of which Latchkey made nothing but the address.
    logs = [
        record.getMessage()
        for record in caplog.records
        if not record.name.startswith(("homeassistant.core", "tests"))
    ]
    for left in (diagnostics, states, events, issues, logs, errors, hass_storage):
        text = json.dumps(left, cls=JSONEncoder, ensure_ascii=False)
        assert not {secret for secret in secrets if secret in text}
    assert any("latchkey.grants" in name for name in hass_storage)


async def test_rights(home: Home, hass_read_only_user: MockUser) -> None:
    """Only an administrator is told a code."""
    await home.start()
    row = await home.issue()
    context = Context(user_id=hass_read_only_user.id)
    for action in ("get_code", "revoke_grant", "update_grant"):
        with pytest.raises(Unauthorized):
            await home.call(action, context, grant_id=row["grant_id"])


async def test_code_that_nobody_would_read(home: Home) -> None:
    """A PIN is not made by the vendor where nobody asks for the answer; a key is, since it is e-mailed."""
    await home.start()
    data: dict[str, Any] = {
        "device_id": home.device_id("front"),
        "name": "Anna",
        "end_datetime": later(days=1),
    }
    with pytest.raises(HomeAssistantError, match="nobody would read"):
        await home.call("issue_pin", answer=False, **data)
    await home.call("issue_key", answer=False, **data, credential="app", email=EMAIL)
    assert len(home.cloud.mails) == 1
