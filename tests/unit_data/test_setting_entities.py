"""Which units have entities of settings, and how these come and go."""

from homeassistant.const import STATE_UNAVAILABLE
import pytest

from tests.house import POLL, House
from tests.unit_data.helpers import (
    EVVA,
    HOUR,
    OTHER_UNIT,
    UNIT,
    of_unit,
    reload,
    setting,
    settings_of,
)
from tests.unit_data.settings import NAME, PULSE, WIFI


async def test_vanished(house: House) -> None:
    """A setting that the unit has no more loses its entity within the hour; the others stay."""
    await house.start()
    house.cloud.set_settings(UNIT, [{"setting": "WifiMode", "params": ["ON"]}])
    await house.wait(HOUR + POLL)
    assert settings_of(house) == {f"switch {WIFI}"}
    assert settings_of(house, OTHER_UNIT) == {f"number {PULSE}", f"switch {WIFI}"}
    assert setting(house, "number", PULSE) is None


async def test_all_vanished(house: House) -> None:
    """A unit that has no settings any more has no entities of them, nor after a restart."""
    await house.start()
    for unit_id in house.cloud.units:
        house.cloud.set_settings(unit_id, [])
    await reload(house)
    assert settings_of(house) == settings_of(house, OTHER_UNIT) == set()


async def test_appeared(house: House) -> None:
    """A setting that the unit has anew gets its entity within the hour, and a changed value shows."""
    await house.start()
    house.cloud.set_settings(
        UNIT,
        [
            {"setting": "DefaultRelayPulse", "params": ["F1", 20]},
            {"setting": "WifiName", "params": ["Garaget"]},
        ],
    )
    await house.wait(HOUR + POLL)
    assert settings_of(house) == {f"number {PULSE}", f"text {NAME}"}
    number = setting(house, "number", PULSE)
    assert number
    assert number.state == "20.0"


async def test_unreadable_at_the_restart(house: House) -> None:
    """What cannot be read after a restart stays registered, since nobody knows that it is gone."""
    await house.start()
    entity_id = of_unit(house, "number", PULSE, "setting")
    house.fault(kind="status", path="/v1/UnitSettings?unitId=99998", status=503)
    await reload(house)
    assert settings_of(house) == {f"number {PULSE}", f"switch {WIFI}"}
    assert of_unit(house, "number", PULSE, "setting") == entity_id
    state = setting(house, "number", PULSE)
    assert state
    assert state.state == STATE_UNAVAILABLE


@pytest.mark.parametrize("fault", ["rate_limit", "status"])
async def test_first_reading_fails(house: House, fault: str) -> None:
    """A hiccup at the start is made good for within minutes, not after an hour."""
    path = "/v1/UnitSettings?unitId=99998"
    times = 1 if fault == "rate_limit" else 3
    hiccup = house.fault(kind=fault, path=path, times=times, retry_after=5)
    await house.start()
    assert hiccup.hits == times
    for _ in range(10):
        await house.wait(POLL)
    state = setting(house, "number", PULSE)
    assert state
    assert state.state == "15.0"


async def test_new_unit(house: House) -> None:
    """A unit that comes to the account has its settings, too."""
    await house.start()
    (unit,) = house.cloud.generate_units(1)
    await house.wait(15 * 60 + POLL)
    assert settings_of(house, unit.unit_id) == {f"number {PULSE}", f"switch {WIFI}"}


async def test_evva(house: House) -> None:
    """A unit of the other kind has no settings, and is not asked for them."""
    house.cloud.add_evva_unit(EVVA, "Cylinder")
    await house.start()
    assert settings_of(house, EVVA) == set()
    assert str(EVVA) not in house.cloud.requests.by_subject()
