"""Settings: what a unit has of them can be seen and changed, and nothing else."""

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.latchkey.const import DOMAIN
from simulators.flexykey.definitions import Definition
from simulators.flexykey.settings import SettingJson
from tests.house import POLL, House
from tests.unit_data.helpers import (
    MODE,
    OTHER_UNIT,
    UNIT,
    UNIT_NAME,
    define,
    of_unit,
    setting,
    settings_of,
)
from tests.unit_data.settings import NAME, PULSE, WIFI


def one(name: str, **rule: object) -> Definition:
    """Return a setting of one parameter."""
    return {"setting": name, "description": f"{name}.", "params": [rule]}


async def test_kinds(house: House) -> None:
    """Each kind of setting has its entity, of the category of configuration, with its name, value and range."""
    define(house, MODE)
    house.cloud.set_settings(
        UNIT,
        [
            {"setting": "DefaultRelayPulse", "params": ["F1", 15]},
            {"setting": "DefaultRelayPulse", "params": ["X3", 7]},
            {"setting": "WifiMode", "params": ["OFF"]},
            {"setting": "WifiName", "params": ["Garaget"]},
            {"setting": "DoorMode", "params": ["NIGHT"]},
        ],
    )
    await house.start()
    shown = {}
    for key in (
        "number " + PULSE,
        "number DefaultRelayPulse/X3/1",
        "switch " + WIFI,
        "text " + NAME,
        "select DoorMode/0",
    ):
        platform, own = key.split()
        state = setting(house, platform, own)
        assert state
        entry = er.async_get(house.hass).async_get(state.entity_id)
        assert entry
        assert entry.entity_category == "config"
        shown[key] = state.name.removeprefix(UNIT_NAME).strip(), state.state
    assert shown == {
        "number DefaultRelayPulse/F1/1": ("Default relay pulse time F1", "15.0"),
        "number DefaultRelayPulse/X3/1": ("Default relay pulse time X3", "7.0"),
        "switch WifiMode/0": ("WiFi mode", "off"),
        "text WifiName/0": ("WiFi name", "Garaget"),
        "select DoorMode/0": ("Door mode", "NIGHT"),
    }
    assert settings_of(house) == set(shown)


async def test_ranges(house: House) -> None:
    """What an entity may be set to is what the definition says."""
    define(house, MODE)
    house.cloud.set_settings(
        UNIT,
        [
            {"setting": "DefaultRelayPulse", "params": ["F1", 15]},
            {"setting": "WifiName", "params": ["Garaget"]},
            {"setting": "DoorMode", "params": ["NIGHT"]},
        ],
    )
    await house.start()
    number = setting(house, "number", PULSE)
    assert number
    attributes = number.attributes
    assert (attributes["min"], attributes["max"], attributes["step"]) == (0, 999999, 1)
    assert attributes["unit_of_measurement"] == "s"
    text = setting(house, "text", NAME)
    assert text
    assert text.attributes["max"] == 32
    select = setting(house, "select", "DoorMode/0")
    assert select
    assert select.attributes["options"] == ["DAY", "NIGHT", "CLOSED"]


async def test_only_what_the_unit_has(house: House) -> None:
    """A definition alone is no setting; each unit shows its own."""
    house.cloud.set_settings(OTHER_UNIT, [{"setting": "WifiMode", "params": ["ON"]}])
    await house.start()
    assert settings_of(house) == {f"number {PULSE}", f"switch {WIFI}"}
    assert settings_of(house, OTHER_UNIT) == {f"switch {WIFI}"}


async def test_what_cannot_be_shown(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """What is of an unknown type, or sounds like a secret, has no entity, and its value is nowhere."""
    secret = "hemligt-4711-ord"
    names = ("WifiPassword", "AdminPIN", "SmsNumber", "ApiKey", "DoorCode", "PukCodes")
    define(
        house,
        *(one(name, type="text", maxLength=32) for name in names),
        one("Schedule", type="calendar"),
        one("Level", type="integer"),
        one("Nothing", type="enum", allowed=[]),
    )
    house.cloud.set_settings(
        UNIT,
        [
            *(SettingJson(setting=name, params=[secret]) for name in names),
            {"setting": "Schedule", "params": [secret]},
            {"setting": "Level", "params": [4]},
            {"setting": "Nothing", "params": ["x"]},
            {"setting": "Undefined", "params": [secret]},
        ],
    )
    caplog.clear()
    await house.start()
    assert settings_of(house) == set()
    states = house.hass.states.async_all()
    assert secret not in str([state.as_dict() for state in states])
    assert secret not in caplog.text


async def test_value_that_may_not_be(house: House) -> None:
    """A value that is none of those allowed is not known; the entity is there to mend it."""
    define(house, MODE)
    house.cloud.set_settings(
        UNIT,
        [
            {"setting": "DefaultRelayPulse", "params": ["F1", "long"]},
            {"setting": "WifiMode", "params": ["MAYBE"]},
            {"setting": "DoorMode", "params": ["EVENING"]},
        ],
    )
    await house.start()
    for platform, key in (
        ("number", PULSE),
        ("switch", WIFI),
        ("select", "DoorMode/0"),
    ):
        state = setting(house, platform, key)
        assert state
        assert state.state == "unknown"


async def test_no_output(house: House) -> None:
    """A setting that is a switch is no relay to be pulsed."""
    await house.start()
    with pytest.raises(ServiceValidationError) as failure:
        await house.hass.services.async_call(
            DOMAIN,
            "pulse_output",
            {"entity_id": of_unit(house, "switch", WIFI, "setting"), "duration": 5},
            blocking=True,
        )
    assert failure.value.translation_key == "not_an_output"
    assert "WiFi mode" in str(failure.value)
    assert house.count("POST Control") == 0
    assert house.cloud.requests.counts["PUT /v1/UnitSettings"] == 0


async def test_outage(house: House) -> None:
    """In an outage a setting is unavailable, and afterwards it shows what it was."""
    await house.start()
    house.fault(kind="status", status=503)
    await house.wait(POLL)
    state = setting(house, "switch", WIFI)
    assert state
    assert state.state == STATE_UNAVAILABLE
    house.cloud.clear_faults()
    await house.wait(POLL)
    state = setting(house, "switch", WIFI)
    assert state
    assert state.state == "on"
