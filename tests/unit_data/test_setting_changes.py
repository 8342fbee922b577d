"""Changes of settings: checked, sent once, shown, and brought to the unit however often that takes."""

from dataclasses import dataclass
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.latchkey.vendors.transport import TIMEOUT
from tests.house import POLL, House
from tests.unit_data.helpers import HOUR, UNIT, change, define
from tests.unit_data.settings import (
    MODES,
    NAME,
    PULSE,
    PUT,
    ROWS,
    WIFI,
    deliver,
    held,
    kept,
    shown,
)


@dataclass(frozen=True)
class Change:
    """A change of a setting: the action, the row of the vendor's, and what is shown then."""

    action: str
    key: str
    data: dict[str, Any]
    name: str
    value: object
    shown: str


CHANGES = (
    Change("number.set_value", PULSE, {"value": 30}, "DefaultRelayPulse", 30, "30"),
    Change("switch.turn_off", WIFI, {}, "WifiMode", "OFF", "off"),
    Change("select.select_option", MODES, {"option": "DAY"}, "DoorMode", "DAY", "DAY"),
    Change("text.set_value", NAME, {"value": "Bod"}, "WifiName", "Bod", "Bod"),
)


async def test_change(changeable: House) -> None:
    """A change is at the server at once, and shows; after the delivery the unit has it, and nothing else is changed."""
    for number, each in enumerate(CHANGES, 1):
        before = kept(changeable)
        platform = each.action.split(".", maxsplit=1)[0]
        await change(changeable, each.action, each.key, **each.data)
        assert kept(changeable) == {**before, each.name: each.value}
        assert type(kept(changeable)[each.name]) is type(each.value)
        assert shown(changeable, platform, each.key).removesuffix(".0") == each.shown
        assert held(changeable) == before
        await deliver(changeable)
        assert held(changeable) == {**before, each.name: each.value}
        assert changeable.count(PUT) == number
        await changeable.wait(HOUR + POLL)
        assert shown(changeable, platform, each.key).removesuffix(".0") == each.shown


async def test_several_changes(changeable: House) -> None:
    """Changes of a few seconds go to the unit in one delivery."""
    await change(changeable, "number.set_value", PULSE, value=30)
    await changeable.wait(2)
    await change(changeable, "number.set_value", PULSE, value=31)
    await change(changeable, "switch.turn_off", WIFI)
    await deliver(changeable)
    assert held(changeable) == {
        **kept(changeable),
        "DefaultRelayPulse": 31,
        "WifiMode": "OFF",
    }
    assert changeable.count("POST UnitSync/PushChanges") == 1


BAD = (
    ("number.set_value", PULSE, {"value": -1}),
    ("number.set_value", PULSE, {"value": 1_000_000}),
    ("number.set_value", PULSE, {"value": 1.5}),
    ("select.select_option", MODES, {"option": "EVENING"}),
    ("text.set_value", NAME, {"value": "a\nb"}),
)


async def test_bad_value(changeable: House) -> None:
    """A value that may not be is refused in translated words, and nothing is sent."""
    sent = changeable.cloud.requests.total
    for action, key, data in BAD:
        with pytest.raises(ServiceValidationError) as failure:
            await change(changeable, action, key, **data)
        assert failure.value.translation_key
    await deliver(changeable)
    assert changeable.cloud.requests.total == sent
    assert changeable.count(PUT) == 0


async def test_too_long(changeable: House) -> None:
    """A text that is too long is refused by Home Assistant itself."""
    with pytest.raises(ValueError, match="too long"):
        await change(changeable, "text.set_value", NAME, value="x" * 33)
    assert changeable.count(PUT) == 0


REFUSALS = (
    (400, ServiceValidationError, "invalid_request_setting"),
    (403, HomeAssistantError, "no_right"),
    (404, HomeAssistantError, "not_found_setting"),
    (409, ServiceValidationError, "invalid_request_setting"),
    (503, HomeAssistantError, "outcome_unknown"),
)


async def test_refused_change(changeable: House) -> None:
    """A change that the vendor refuses is an error that names unit and setting; the state stays, nothing is delivered."""
    for number, (status, error, key) in enumerate(REFUSALS, 1):
        changeable.fault(kind="status", method="PUT", status=status, times=1)
        with pytest.raises(error) as failure:
            await change(changeable, "switch.turn_off", WIFI)
        assert isinstance(failure.value, HomeAssistantError)
        assert failure.value.translation_key == key
        assert "fkv3 test 2 S.kontor, WiFi mode" in str(failure.value)
        assert shown(changeable, "switch", WIFI) == "on"
        assert changeable.count(PUT) == number
    await deliver(changeable)
    assert changeable.count("POST UnitSync/PushChanges") == 0


async def test_outcome_read_back(changeable: House) -> None:
    """A change whose answer is lost is read back, shown and delivered like any other."""
    changeable.fault(kind="reset_after", method="PUT", times=1)
    await change(changeable, "number.set_value", PULSE, value=30)
    assert shown(changeable, "number", PULSE).removesuffix(".0") == "30"
    assert changeable.count(PUT) == 1
    await deliver(changeable)
    assert held(changeable)["DefaultRelayPulse"] == 30


async def test_outcome_read_back_in_vain(changeable: House) -> None:
    """A change that was lost on its way is an error, and the state stays."""
    changeable.fault(kind="reset", method="PUT", times=1)
    with pytest.raises(HomeAssistantError) as failure:
        await change(changeable, "number.set_value", PULSE, value=30)
    assert failure.value.translation_key == "outcome_unknown"
    assert shown(changeable, "number", PULSE) == "15.0"
    assert changeable.count(PUT) == 1


async def test_outcome_cannot_be_read_back(changeable: House) -> None:
    """Where a change may have been made and nothing can be read, nobody is told that nothing was done."""
    fault = changeable.fault(kind="delay", method="PUT", seconds=TIMEOUT + 60)
    call = changeable.hass.async_create_task(
        change(changeable, "switch.turn_off", WIFI)
    )
    await changeable.until(lambda: fault.hits)
    changeable.fault(kind="status", path="/v1/UnitSettings?", status=503)
    changeable.tick(TIMEOUT + 1)
    with pytest.raises(HomeAssistantError) as failure:
        await call
    changeable.tick(60)
    await changeable.until(lambda: kept(changeable)["WifiMode"] == "OFF")
    assert failure.value.translation_key == "outcome_unknown"
    # Once it shows that it was made, the unit learns of it.
    changeable.cloud.clear_faults()
    await changeable.wait(301)
    assert shown(changeable, "switch", WIFI) == "off"
    await deliver(changeable)
    assert held(changeable)["WifiMode"] == "OFF"


async def test_door_does_not_wait(changeable: House) -> None:
    """A command to a relay does not wait for a slow change of a setting."""
    fault = changeable.fault(kind="delay", method="PUT", seconds=9)
    call = changeable.hass.async_create_task(
        change(changeable, "switch.turn_off", WIFI)
    )
    await changeable.until(lambda: fault.hits)
    await changeable.act("switch.turn_on", f"{UNIT}/F1")
    assert [each.output for each in changeable.commands(UNIT)] == ["F1"]
    assert not call.done()
    changeable.tick(10)
    await call
    assert shown(changeable, "switch", WIFI) == "off"


async def test_reading_during_a_change(changeable: House) -> None:
    """What was read while a change was under way does not undo it in the display."""
    fault = changeable.fault(
        kind="delay_answer",
        method="GET",
        path="/v1/UnitSettings?unitId=99998",
        seconds=9,
    )
    changeable.tick(HOUR + POLL)
    await changeable.until(lambda: fault.hits)
    changeable.cloud.clear_faults()
    await change(changeable, "switch.turn_off", WIFI)
    changeable.tick(10)
    await changeable.settle()
    assert shown(changeable, "switch", WIFI) == "off"


async def test_vanished_meanwhile(changeable: House) -> None:
    """A change of a setting that the unit has no more is an error, and nothing is sent."""
    changeable.cloud.set_settings(UNIT, ROWS[:1])
    with pytest.raises(HomeAssistantError) as failure:
        await change(changeable, "switch.turn_off", WIFI)
    assert failure.value.translation_key == "not_found_setting"
    assert changeable.count(PUT) == 0


async def test_changed_elsewhere(changeable: House) -> None:
    """The other parameters of a row are sent as the server has them now, not as they were read."""
    define(
        changeable,
        {
            "setting": "Alarm",
            "description": "Alarm.",
            "params": [
                {"type": "integer", "min": 0, "max": 99},
                {"type": "integer", "min": 0, "max": 99},
            ],
        },
    )
    changeable.cloud.set_settings(UNIT, [{"setting": "Alarm", "params": [1, 2]}])
    await changeable.wait(HOUR + POLL)
    changeable.cloud.set_settings(UNIT, [{"setting": "Alarm", "params": [1, 50]}])
    await change(changeable, "number.set_value", "Alarm/0", value=9)
    assert changeable.cloud.unit_settings(UNIT)[0]["params"] == [9, 50]
