"""Neither the webhook's address nor its secret gets anywhere but to the vendor."""

import json
import logging

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
import pytest

from custom_components.latchkey.callbacks import UNHEALTHY_INTERVAL
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from tests.house import House
from tests.push.calls import (
    UNIT,
    address,
    body,
    call,
    call_signed,
    move,
    secret,
    signature,
    webhook_id,
)

ELSEWHERE = "https://elsewhere.example.net"
TOKEN = "geheim-4711"


async def test_secrets(called: House, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever happens to calls, nothing that is logged, shown or downloaded helps to make one."""
    caplog.set_level(logging.DEBUG)
    called.cloud.set_webhook(3023, f"https://other.example/{TOKEN}?token={TOKEN}")
    await called.start()
    for on in (True, False):
        await move(called, on)
    await call(called, body(called))
    await call(called, body(called), "sha256=0")
    await call_signed(called, b"{")
    called.cloud.fail_webhook(UNIT, 3)
    await called.wait(3601)
    called.fault(kind="html", method="PUT", path="/v1/Webhooks", times=1)
    await called.hass.config.async_update(external_url=ELSEWHERE)
    await called.wait(UNHEALTHY_INTERVAL + 1)
    through = called.cloud.options.callback_through
    called.cloud.set_options(callback_through="http://127.0.0.1:9")
    assert not await called.entry.runtime_data.callbacks.async_renew()
    with pytest.raises(HomeAssistantError, match="could not reach") as failed:
        await called.hass.services.async_call(
            "button",
            "press",
            {"entity_id": "button.fkv3_test_2_s_kontor_test_push"},
            blocking=True,
        )
    called.cloud.set_options(callback_through=through)
    coordinator = called.entry.runtime_data
    diagnosis = await async_get_config_entry_diagnostics(called.hass, called.entry)
    shown = [
        json.dumps(diagnosis, cls=JSONEncoder),
        str(failed.value),
        repr(coordinator.callbacks.health),
        *(repr(state.as_dict()) for state in called.hass.states.async_all()),
        *(repr(issue) for issue in ir.async_get(called.hass).issues.values()),
    ]
    logged = [
        (record.name, record.getMessage())
        for record in caplog.records
        if record.name.startswith(("custom_components", "homeassistant"))
    ]
    assert [line for _, line in logged if "a call, forged" in line]
    kept = (
        secret(called),
        webhook_id(called),
        address(called),
        address(called, ELSEWHERE),
        TOKEN,
        signature(called, body(called)),
    )
    ours = [line for name, line in logged if name.startswith("custom_components")]
    for text in (*ours, *shown):
        assert not [word for word in kept if word in text]
    # Home Assistant itself logs the webhook's id where it handles it.
    for _, text in logged:
        assert secret(called) not in text and TOKEN not in text
