"""Readings: a sensor for each value that was seen, and none for what was not."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, callback
from homeassistant.helpers import entity_registry as er
import pytest

from simulators.flexykey import Shape
from tests.house import INVENTORY, POLL, House
from tests.unit_data.helpers import (
    EVVA,
    HOUR,
    OTHER_UNIT,
    UNIT,
    UNIT_NAME,
    look,
    of_unit,
    press,
    reading,
    reload,
    value,
)

SENSORS = {"T1": 21.5, "P1": 1013.0, "H1": 40.0, "B1": 87.0}


async def measured(house: House) -> None:
    """Start, and have a unit tell what it measures and counts."""
    house.cloud.set_sensors(UNIT, SENSORS)
    house.cloud.set_counters(UNIT, {"C1": 4711})
    await house.start()
    await press(house)
    await look(house)


async def test_from_the_unit_information(house: House) -> None:
    """What stands in the list of units shows at once, beside it nothing."""
    await house.start()
    assert value(house, "modem_temperature") == "30.0"
    assert value(house, "signal") == "25.0"
    assert value(house, "wifi_signal") == "-62.0"
    assert value(house, "bearer") == "wifi"
    assert value(house, "bearer", OTHER_UNIT) == "gsm"
    # Without Wi-Fi there is no such signal.
    assert reading(house, "wifi_signal", OTHER_UNIT) is None
    for key in ("T1", "P1", "H1", "B1", "C1"):
        assert reading(house, key) is None
    assert house.count("POST RequestUnitInfo") == 0


async def test_after_a_request(house: House) -> None:
    """What a unit tells when it is asked gets its sensors, each of its kind; another unit gets none."""
    house.cloud.set_sensors(
        UNIT, {key: each for key, each in SENSORS.items() if key != "T1"}
    )
    house.cloud.set_counters(UNIT, {"C1": 4711})
    await house.start()
    house.cloud.set_sensors(UNIT, {"T1": 21.5})
    assert reading(house, "H1") is None
    await press(house)
    await look(house)
    shown: dict[str, tuple[str, Any, Any, Any]] = {}
    for key in ("T1", "P1", "H1", "B1", "C1"):
        state = reading(house, key)
        assert state
        attributes = state.attributes
        shown[key] = (
            state.state,
            attributes.get("device_class"),
            attributes.get("unit_of_measurement"),
            attributes["state_class"],
        )
        assert reading(house, key, OTHER_UNIT) is None
    assert shown == {
        "T1": ("21.5", "temperature", "°C", "measurement"),
        "P1": ("1013.0", "atmospheric_pressure", "hPa", "measurement"),
        "H1": ("40.0", "humidity", "%", "measurement"),
        "B1": ("87.0", "battery", "%", "measurement"),
        "C1": ("4711.0", None, None, "total_increasing"),
    }


async def test_unit_of_something_else(house: House) -> None:
    """A sensor that measures something else than its kind is shown in the unit that the vendor lists, as no temperature."""
    house.cloud.describe_sensors(UNIT, {"T1": ("Tryck", "bar")})
    await measured(house)
    state = reading(house, "T1")
    assert state
    assert state.state == "21.5"
    assert state.attributes["unit_of_measurement"] == "bar"
    assert "device_class" not in state.attributes


async def test_names(house: House) -> None:
    """A sensor has the name and the unit of measurement that the vendor lists, else its kind's with its number."""
    house.cloud.describe_sensors(
        UNIT,
        {
            "T1": ("Pannrum", "°C"),
            "P1": ("", ""),
            "H1": ("Källare", "percent"),
            "C1": ("Elmätare", "kWh"),
        },
    )
    await measured(house)
    shown = {}
    for key in ("T1", "P1", "H1", "B1", "C1"):
        state = reading(house, key)
        assert state
        unit = state.attributes.get("unit_of_measurement")
        shown[key] = state.name.removeprefix(UNIT_NAME).strip(), unit
    assert shown == {
        "T1": ("Pannrum", "°C"),
        "P1": ("Pressure 1", "hPa"),
        "H1": ("Källare", "%"),
        "B1": ("Battery 1", "%"),
        "C1": ("Elmätare", "kWh"),
    }


async def test_value_that_ends(house: House) -> None:
    """A sensor that shows dashes keeps its last value; one with a new value shows it with the next poll."""
    await measured(house)
    house.cloud.set_temperatures(UNIT, {"T1": 19.0})
    await house.wait(POLL)
    assert value(house, "T1") == "19.0"
    house.cloud.set_temperatures(UNIT, {"T1": None})
    await house.wait(POLL)
    assert value(house, "T1") == "19.0"


async def test_older_message(house: House) -> None:
    """A temperature of the status is newer than that of a message of before."""
    house.cloud.set_sensors(UNIT, {"T1": 5.0})
    house.cloud.add_message(UNIT, "T1=5.0 H1=40", "CHECKTEMP")
    house.tick(60)
    house.cloud.set_sensors(UNIT, {"T1": 6.0})
    await house.start()
    assert value(house, "T1") == "6.0"
    assert value(house, "H1") == "40.0"


async def test_unit_information_is_of_an_unknown_age(house: House) -> None:
    """What the list of units repeats does not undo what was told since; what it tells anew is shown."""
    await house.start()
    house.cloud.set_temperatures(UNIT, {"T7600": 35})
    await house.wait(POLL)
    assert value(house, "modem_temperature") == "35.0"
    await house.wait(INVENTORY)
    assert value(house, "modem_temperature") == "35.0"
    document = house.cloud.unit(UNIT).document
    document["unitInfo"] = document["unitInfo"].replace("Rssi=25", "Rssi=12")
    await house.wait(INVENTORY)
    assert value(house, "signal") == "12.0"


async def test_message_of_somebody_else(house: House) -> None:
    """What a unit tells unasked, or when others ask, shows within the hour."""
    await house.start()
    house.cloud.add_message(UNIT, "C1=5", "CHECKCOUNTERS")
    await house.wait(HOUR + POLL)
    assert value(house, "C1") == "5.0"


async def test_nothing_new(house: House) -> None:
    """No state of a reading is written where no value changed."""
    await measured(house)
    written: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        entity_id = event.data["entity_id"]
        if entity_id.startswith("sensor."):
            written.append(entity_id)

    @callback
    def every(_: Any) -> bool:
        return True

    for kind in ("state_changed", "state_reported"):
        house.hass.bus.async_listen(kind, note, event_filter=every)
    for _ in range(10):
        await house.wait(POLL)
    await house.wait(HOUR)
    assert written == []
    house.cloud.set_temperatures(UNIT, {"T1": 22.0})
    await house.wait(POLL)
    assert written == [of_unit(house, "sensor", "T1", "reading")]


async def test_outage(house: House) -> None:
    """In an outage a reading is unavailable, and afterwards it shows its last value."""
    await measured(house)
    house.fault(kind="status", status=503)
    await house.wait(POLL)
    assert value(house, "C1") == STATE_UNAVAILABLE
    house.cloud.clear_faults()
    await house.wait(POLL)
    assert value(house, "C1") == "4711.0"


async def test_reload(house: House) -> None:
    """After a restart the last messages are read, and each value shows again."""
    await measured(house)
    await reload(house)
    assert value(house, "C1") == "4711.0"
    assert value(house, "H1") == "40.0"


@pytest.mark.parametrize("fault", [None, 503])
async def test_reload_keeps_the_entities(house: House, fault: int | None) -> None:
    """A sensor that a user has stays registered over a restart, whether its value can be read at once or not."""
    await measured(house)
    removed: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        if event.data["action"] == "remove":
            removed.append(event.data["entity_id"])

    house.hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, note)
    if fault:
        house.fault(kind="status", path="/v1/UnitMessages", status=fault)
    await reload(house)
    assert removed == []


async def test_new_unit(house: House) -> None:
    """A unit that comes to the account has its readings with its devices."""
    await house.start()
    (unit,) = house.cloud.generate_units(1, Shape())
    await house.wait(INVENTORY)
    assert str(unit.unit_id) in house.devices()
    assert value(house, "signal", unit.unit_id) == "25.0"


async def test_evva(house: House) -> None:
    """A unit that cannot be asked has no button and is asked for nothing."""
    house.cloud.add_evva_unit(EVVA, "Cylinder")
    await house.start()
    await house.wait(HOUR + POLL)
    assert str(EVVA) in house.devices()
    assert of_unit(house, "button", "refresh", unit=EVVA) is None
    assert house.cloud.requests.by_subject().get(str(EVVA)) is None
