"""What the tests of units' data do: call actions, look at what is shown, note what is told."""

from dataclasses import dataclass, field
import re
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, Event, HomeAssistant, State, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.latchkey.const import DOMAIN, EVENT_PASSAGE
from simulators.flexykey.definitions import Definition, guide_definitions
from tests.grants_ha.helpers import device_id, exception_texts
from tests.house import House

UNIT = 99998
"""A unit without expansions."""
UNIT_NAME = "fkv3 test 2 S.kontor"
OTHER_UNIT = 99992
"""A unit with expansions."""
EVVA = 7001
"""A unit of the other kind, where there is one."""
LOOKS = (4, 8, 15, 30, 60)
"""Seconds between the looks for a unit's answer."""
LOG = 62
"""Seconds after which a log has certainly been read."""
HOUR = 3600
"""Seconds after which readings and settings are certainly due."""

PIN = "493817"
PHONE = "+46701234567"
VIA = "puls på X-utgång via telefon/rfid/tangentbord"
"""The text of somebody who was let in."""
UNKNOWN = "numret finns inte registrerat"

MODE: Definition = {
    "setting": "DoorMode",
    "description": "Door mode.",
    "params": [{"type": "enum", "allowed": ["DAY", "NIGHT", "CLOSED"]}],
}
"""A setting of several words."""

type Json = dict[str, Any]


def of_unit(
    house: House, platform: str, key: str, kind: str = "", unit: int = UNIT
) -> str | None:
    """Return a unit's entity by its key, such as "T1" of the kind "reading"."""
    own_id = f"{house.entry.unique_id}_{unit}_{key}"
    return er.async_get(house.hass).async_get_entity_id(
        platform, DOMAIN, f"{kind}/{own_id}" if kind else own_id
    )


def state_of(house: House, entity_id: str | None) -> State | None:
    """Return what an entity shows, if there is such an entity."""
    return house.hass.states.get(entity_id) if entity_id else None


def reading(house: House, key: str, unit: int = UNIT) -> State | None:
    """Return what a unit's reading shows, if it has been seen."""
    return state_of(house, of_unit(house, "sensor", key, "reading", unit))


def value(house: House, key: str, unit: int = UNIT) -> str | None:
    """Return the value of a unit's reading, if it has been seen."""
    state = reading(house, key, unit)
    return state.state if state else None


def setting(house: House, platform: str, key: str, unit: int = UNIT) -> State | None:
    """Return what a unit's setting shows, if there is an entity of it."""
    return state_of(house, of_unit(house, platform, key, "setting", unit))


def settings_of(house: House, unit: int = UNIT) -> set[str]:
    """Return the platforms and keys of all entities of a unit's settings."""
    prefix = f"setting/{house.entry.unique_id}_{unit}_"
    registry = er.async_get(house.hass)
    return {
        f"{entry.domain} {entry.unique_id.removeprefix(prefix)}"
        for entry in er.async_entries_for_config_entry(registry, house.entry.entry_id)
        if entry.unique_id.startswith(prefix)
    }


def define(house: House, *definitions: Definition) -> None:
    """Approve settings beside the guide's."""
    items: Any = guide_definitions().as_json()["items"]
    house.cloud.set_definitions([*items, *definitions])


async def change(
    house: House, action: str, key: str, unit: int = UNIT, **data: Any
) -> None:
    """Call an action such as "number.set_value" for a setting."""
    platform, name = action.split(".")
    entity_id = of_unit(house, platform, key, "setting", unit)
    assert entity_id is not None
    await house.hass.services.async_call(
        platform, name, {ATTR_ENTITY_ID: entity_id, **data}, blocking=True
    )


async def press(house: House, unit: int = UNIT) -> None:
    """Press a unit's button that has it report."""
    await house.hass.services.async_call(
        "button",
        "press",
        {ATTR_ENTITY_ID: of_unit(house, "button", "refresh", unit=unit)},
        blocking=True,
    )


async def look(house: House) -> None:
    """Let all the looks for an answer pass."""
    for seconds in LOOKS:
        await house.wait(seconds)


def id_of(house: House, device: int | str = UNIT) -> str:
    """Return what Home Assistant registered a unit by, or an expansion such as "99992-1"."""
    return device_id(house.hass, house.entry.entry_id, device)


async def call(
    house: House, action: str, /, context: Context | None = None, **data: Any
) -> list[Json]:
    """Call one of Latchkey's actions and return the rows of its answer."""
    response: Any = await house.hass.services.async_call(
        DOMAIN, action, data, blocking=True, context=context, return_response=True
    )
    (rows,) = response.values()
    assert isinstance(rows, list)
    return rows


async def refused(
    house: House, action: str, key: str, field: str | None = None, /, **data: Any
) -> str:
    """Have an action refused for a field, nothing being sent; return the message."""
    before = house.cloud.requests.counts.copy()
    with pytest.raises(ServiceValidationError) as failure:
        await call(house, action, **data)
    await house.settle()
    after = house.cloud.requests.counts
    # What may be asked for is looked up at the vendor.
    assert after - before <= type(after)({"GET /v1/RequestUnitInfoTypes": 1})
    error = failure.value
    assert (error.translation_domain, error.translation_key) == (DOMAIN, key)
    placeholders = error.translation_placeholders or {}
    assert placeholders.get("field") == field
    for texts in exception_texts():
        assert set(re.findall(r"{(\w+)}", texts[key])) <= set(placeholders)
    return str(error)


async def reload(house: House) -> None:
    """Unload the account and set it up again."""
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()


async def request(house: House, name: str | None = None, unit: int = UNIT) -> list[str]:
    """Ask a unit for readings; return what was queued."""
    data: dict[str, Any] = {} if name is None else {"request": name}
    (row,) = await call(house, "request_readings", device_id=id_of(house, unit), **data)
    queued: list[str] = row["queued"]
    return queued


FULL = ["CHECKASTAT", "CHECKCOUNTERS", "CHECKTEMP", "CHECKSYS"]


@dataclass
class Told:
    """What the events of units told, in its order."""

    hass: HomeAssistant
    states: list[State] = field(default_factory=list)
    bus: list[Event[Any]] = field(default_factory=list)

    def listen(self) -> None:
        """Take note of everything from now on."""

        @callback
        def changed(event: Event[Any]) -> None:
            state = event.data["new_state"]
            if state and state.domain == "event" and "occurred_at" in state.attributes:
                self.states.append(state)

        @callback
        def passed(event: Event[Any]) -> None:
            self.bus.append(event)

        self.hass.bus.async_listen("state_changed", changed)
        self.hass.bus.async_listen(EVENT_PASSAGE, passed)

    def of(self, house: House, key: str, unit: int = UNIT) -> list[Json]:
        """Return the attributes of what a unit's event told; what it shows again after an outage counts once."""
        entity_id = of_unit(house, "event", key, unit=unit)
        told = {
            state.state: dict(state.attributes)
            for state in self.states
            if state.entity_id == entity_id
        }
        return list(told.values())
