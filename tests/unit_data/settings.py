"""A unit that has a setting of each kind, at the server and in itself."""

from typing import Any

from simulators.flexykey.settings import SettingJson
from tests.grants_ha.helpers import GATHERED, TAKEN
from tests.house import House
from tests.unit_data.helpers import UNIT, setting

PULSE = "DefaultRelayPulse/F1/1"


WIFI = "WifiMode/0"


NAME = "WifiName/0"


MODES = "DoorMode/0"


ROWS: tuple[SettingJson, ...] = (
    {"setting": "DefaultRelayPulse", "params": ["F1", 15]},
    {"setting": "WifiMode", "params": ["ON"]},
    {"setting": "WifiName", "params": ["Garaget"]},
    {"setting": "DoorMode", "params": ["NIGHT"]},
)


PUT = "PUT UnitSettings"


def held(house: House) -> dict[str, Any]:
    """Return the value of each setting that the unit itself has."""
    return {
        row["setting"]: row["params"][-1] for row in house.cloud.held_settings(UNIT)
    }


def kept(house: House) -> dict[str, Any]:
    """Return the value of each setting that the server keeps."""
    return {
        row["setting"]: row["params"][-1] for row in house.cloud.unit_settings(UNIT)
    }


def shown(house: House, platform: str, key: str) -> str:
    """Return what a setting shows."""
    state = setting(house, platform, key)
    assert state
    return state.state


async def deliver(house: House) -> None:
    """Let a change be gathered, sent and taken."""
    await house.wait(GATHERED)
    await house.wait(TAKEN)
