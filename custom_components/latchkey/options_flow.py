"""The options: how often to poll, which outputs are doors, what the words of locks mean."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .const import (
    CONF_DOORS,
    CONF_EXPIRY_NOTICE,
    CONF_KEY_SENSORS,
    CONF_LOCKED_WORDS,
    CONF_MAY_BE_HELD_OPEN,
    CONF_POLL_INTERVAL,
    CONF_PULSE,
    CONF_SHOW_HOLDERS,
    CONF_UNLOCKED_WORDS,
    CONF_VENDOR,
    DEFAULT_PULSE,
    MAX_POLL_INTERVAL,
    MIN_POLL_INTERVAL,
    MOST_EXPIRY_NOTICE,
)
from .entity import door_key
from .telling import AccountData
from .vendors import VENDORS
from .vendors.locks import LocksDoors, normalised
from .vendors.model import Output

_WORDS: Final = (CONF_LOCKED_WORDS, CONF_UNLOCKED_WORDS)


class LatchkeyOptionsFlow(OptionsFlowWithReload):
    """Asks for the options of the account, for those of its locks, then for those of each door."""

    def __init__(self) -> None:
        """Initialize with nothing chosen."""
        self._options: dict[str, Any] = {}
        self._doors: dict[str, dict[str, Any]] = {}
        self._left: list[str] = []

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for what concerns the whole account."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None and not (
            errors := _whole(user_input, CONF_POLL_INTERVAL)
        ):
            self._left = list(user_input.get(CONF_DOORS, []))
            self._options = {
                **user_input,
                CONF_POLL_INTERVAL: int(user_input[CONF_POLL_INTERVAL]),
                CONF_DOORS: self._doors,
            }
            if isinstance(self.config_entry.runtime_data.vendor, LocksDoors):
                return await self.async_step_locks()
            return await self.async_step_door()
        options = self.config_entry.options
        vendor = VENDORS[self.config_entry.data[CONF_VENDOR]]
        schema: dict[vol.Marker, Any] = {
            vol.Required(
                CONF_POLL_INTERVAL,
                default=options.get(CONF_POLL_INTERVAL, vendor.poll_interval),
            ): _seconds(range(MIN_POLL_INTERVAL, MAX_POLL_INTERVAL + 1))
        }
        doors = options.get(CONF_DOORS, {})
        if labels := {key: key for key in doors} | _labels(self._data):
            schema[vol.Optional(CONF_DOORS, default=list(doors))] = SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=key, label=label)
                        for key, label in labels.items()
                    ],
                    multiple=True,
                    mode=SelectSelectorMode.DROPDOWN,
                )
            )
        coordinator = self.config_entry.runtime_data
        if coordinator.grants:
            schema[
                vol.Required(
                    CONF_EXPIRY_NOTICE, default=options.get(CONF_EXPIRY_NOTICE, 0)
                )
            ] = NumberSelector(
                NumberSelectorConfig(
                    min=0,
                    max=MOST_EXPIRY_NOTICE,
                    mode=NumberSelectorMode.BOX,
                    unit_of_measurement="h",
                )
            )
        if coordinator.grants or coordinator.reservations or coordinator.schedules:
            schema[
                vol.Required(
                    CONF_SHOW_HOLDERS, default=options.get(CONF_SHOW_HOLDERS, False)
                )
            ] = BooleanSelector()
        if coordinator.keys and coordinator.keys.can_show_each:
            schema[
                vol.Required(
                    CONF_KEY_SENSORS, default=options.get(CONF_KEY_SENSORS, False)
                )
            ] = BooleanSelector()
        return self.async_show_form(
            step_id="init", data_schema=vol.Schema(schema), errors=errors
        )

    async def async_step_locks(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the words by which locks tell how they stand."""
        errors: dict[str, str] = {}
        options: Mapping[str, list[str]] = self.config_entry.options
        if user_input is not None:
            options = {key: _words(user_input.get(key, "")) for key in _WORDS}
            locked, unlocked = (set(map(normalised, each)) for each in options.values())
            if not locked & unlocked:
                self._options |= options
                return await self.async_step_door()
            errors[CONF_UNLOCKED_WORDS] = "in_both_lists"
        return self.async_show_form(
            step_id="locks",
            data_schema=vol.Schema(
                {
                    vol.Optional(
                        key,
                        # Not as a default, which would come back when it is emptied.
                        description={
                            "suggested_value": ", ".join(options.get(key, []))
                        },
                    ): TextSelector()
                    for key in _WORDS
                }
            ),
            errors=errors,
            last_step=not self._left,
        )

    async def async_step_door(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for what concerns one door, and then for the next."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := _whole(user_input, CONF_PULSE)):
            self._doors[self._left.pop(0)] = {
                CONF_PULSE: int(user_input[CONF_PULSE]),
                CONF_MAY_BE_HELD_OPEN: user_input[CONF_MAY_BE_HELD_OPEN],
            }
        if not self._left:
            return self.async_create_entry(data=self._options)
        key = self._left[0]
        door = self.config_entry.options.get(CONF_DOORS, {}).get(key, {})
        output = _outputs(self._data).get(key)
        return self.async_show_form(
            step_id="door",
            data_schema=vol.Schema(
                {
                    vol.Required(
                        CONF_PULSE, default=door.get(CONF_PULSE, DEFAULT_PULSE)
                    ): _seconds(output.pulse if output else range(1, 100_000)),
                    vol.Required(
                        CONF_MAY_BE_HELD_OPEN,
                        default=door.get(CONF_MAY_BE_HELD_OPEN, False),
                    ): BooleanSelector(),
                }
            ),
            errors=errors,
            description_placeholders={"door": _labels(self._data).get(key, key)},
            last_step=len(self._left) == 1,
        )

    @property
    def _data(self) -> AccountData:
        data: AccountData = self.config_entry.runtime_data.data
        return data


def _outputs(data: AccountData) -> dict[str, Output]:
    """Return the outputs by the key that names them in the options."""
    return {
        door_key(device, output): output
        for device in data.devices.values()
        for output in device.outputs
    }


def _labels(data: AccountData) -> dict[str, str]:
    """Return what tells a person which output a key means."""
    labels = {}
    for device in data.devices.values():
        root = data.devices[device.root_id]
        path = [root.name or root.label]
        if device is not root:
            path.append(device.name or device.label)
        for output in device.outputs:
            named = output.name not in ("", output.id)
            name = f"{output.name} ({output.id})" if named else output.id
            labels[door_key(device, output)] = " · ".join([*path, name])
    return labels


def _words(text: str) -> list[str]:
    """Return the words of a list that a person has written, each once."""
    parts = text.replace("、", ",").replace("，", ",").split(",")
    words = {normalised(part): part.strip() for part in parts}
    return [word for key, word in words.items() if key]


def _seconds(allowed: range) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=allowed.start,
            max=allowed.stop - 1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement="s",
        )
    )


def _whole(user_input: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return the error of a number that has a fraction."""
    return {} if float(user_input[key]).is_integer() else {key: "whole_seconds"}
