"""An account whose cloud has settings."""

from copy import deepcopy
from typing import Any

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.settings import Setting
from tests.simulators.helpers import GUIDE, FakeClock
from tests.vendors.guide import unit
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline, offline

DEFINITIONS = "GET UnitSettings/Definitions"


ROWS = "GET UnitSettings"


PUT = "PUT UnitSettings"


NUMBER = {"type": "integer", "min": 0, "max": 10}


TARGET, PULSE = GUIDE["setting_definitions"]["items"][0]["params"]


class Cloud:
    """An account whose cloud has the guide's settings, or those that a test gives."""

    def __init__(self) -> None:
        """Start with the guide's."""
        self.definitions = deepcopy(GUIDE["setting_definitions"]["items"])
        self.rows = deepcopy(GUIDE["settings"]["items"])
        self.clock = FakeClock()
        self.answers: dict[str, Any] = {
            DEFINITIONS: lambda _: {"items": self.definitions},
            ROWS: lambda _: {"unitId": 2472, "items": self.rows},
            PUT: None,
        }
        self.account: FlexyKey
        self.transport: Offline
        self.account, self.transport = offline(self.answers, self.clock)

    def only(self, setting: str, rules: Any, params: Any) -> None:
        """Have one definition and one row."""
        self.definitions = [{"setting": setting, "description": "It.", "params": rules}]
        self.rows = [{"setting": setting, "params": params}]

    def settings(self) -> dict[str, Setting]:
        """Return the settings by id."""
        return {each.id: each for each in run(self.account.settings(unit(2472)))}

    def change(self, setting: Setting, value: Any) -> None:
        """Change a setting."""
        run(self.account.change_setting(unit(2472), setting, value))

    @property
    def put(self) -> list[Any]:
        """Return the bodies that were sent."""
        return [sent.body for sent in self.transport.sent if sent.name == PUT]
