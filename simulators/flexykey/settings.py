"""The settings that the server keeps for a unit, and what of them the unit has yet to be told."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, TypedDict

from simulators.errors import Invalid, Missing
from simulators.flexykey.definitions import Definitions
from simulators.flexykey.entries import SyncState


class SettingJson(TypedDict):
    """A setting as the vendor's interface lists it."""

    setting: str
    params: list[Any]


DEFAULTS: tuple[SettingJson, ...] = (
    {"setting": "DefaultRelayPulse", "params": ["F1", 15]},
    {"setting": "WifiMode", "params": ["ON"]},
)
"""The guide's rows, which every unit of the ordinary kind has."""


class SettingRow(SettingJson):
    """A setting with what the server believes of it, which the vendor's interface does not tell."""

    unitSyncState: SyncState


@dataclass
class Setting:
    """One setting; its revision tells whether it has changed since it was packaged."""

    id: int
    name: str
    params: list[Any]
    state: SyncState
    revision: int = 0

    def mark(self, state: SyncState) -> None:
        """Set what the server believes the unit to have of this setting."""
        self.state = state
        self.revision += 1

    def as_json(self) -> SettingJson:
        """Return the setting as the vendor's interface lists it."""
        return {"setting": self.name, "params": self.params}

    def row(self) -> SettingRow:
        """Return the setting with its sync state."""
        return {**self.as_json(), "unitSyncState": self.state}


class Settings:
    """The settings of one unit."""

    def __init__(self) -> None:
        """Start without any."""
        self._ids = count(1)
        self._settings: dict[int, Setting] = {}

    def __iter__(self) -> Iterator[Setting]:
        """Go through the settings in the order in which they were made."""
        return iter(list(self._settings.values()))

    def get(self, setting_id: int) -> Setting | None:
        """Return a setting, if it is there still."""
        return self._settings.get(setting_id)

    def replace(self, rows: Iterable[SettingJson]) -> None:
        """Have these settings and no others, as if they had been synchronised long ago."""
        rows = list(rows)
        if any(row.keys() != SettingJson.__annotations__.keys() for row in rows):
            raise Invalid("not a setting with its params")
        self._settings.clear()
        for row in rows:
            self._add(row["setting"], list(row["params"]), "IDLE_OK")

    def put(self, definitions: Definitions, body: Mapping[str, Any]) -> Setting:
        """Create or change a setting, and mark it for the next sync."""
        params = definitions.check(body.get("setting"), body.get("params"))
        name: str = body["setting"]
        setting = self._find(definitions, name, params)
        if setting is None:
            return self._add(name, params, "READY_TO_SEND")
        setting.params = params
        setting.mark("READY_TO_SEND")
        return setting

    def set_state(
        self,
        definitions: Definitions,
        state: SyncState,
        one: Mapping[str, Any] | None = None,
    ) -> None:
        """Declare one setting, or all that are defined, changed or synchronised."""
        if one is None:
            chosen = [setting for setting in self if setting.name in definitions]
        else:
            params = definitions.check(one["setting"], one["params"])
            setting = self._find(definitions, one["setting"], params)
            if setting is None:
                raise Missing("the unit does not have the setting")
            chosen = [setting]
        for setting in chosen:
            setting.mark(state)

    def _find(
        self, definitions: Definitions, name: str, params: list[Any]
    ) -> Setting | None:
        """Return the setting of a name and of these parameters' targets."""
        targets = definitions.targets(name, params)
        return next(
            (
                setting
                for setting in self
                if setting.name == name
                and definitions.targets(name, setting.params) == targets
            ),
            None,
        )

    def _add(self, name: str, params: list[Any], state: SyncState) -> Setting:
        """Add a setting under the next id."""
        setting = Setting(next(self._ids), name, params, state)
        self._settings[setting.id] = setting
        return setting
