"""Outputs and settings as switches."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import ATTR_DURATION, DOMAIN
from .coordinator import LatchkeyConfigEntry
from .entity import OutputEntity, is_door
from .errors import vendor_errors
from .follow import async_follow_points
from .setting_entity import SettingEntity, async_follow_settings
from .vendors.settings import SettingKind

# The coordinator sends one command at a time to a device; devices do not wait for each other.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a switch for each output that is not a door, and for each setting that is on or off."""
    async_follow_points(
        entry,
        async_add_entities,
        Platform.SWITCH,
        OutputSwitch,
        lambda device: [
            output for output in device.outputs if not is_door(entry, device, output)
        ],
    )
    async_follow_settings(
        entry,
        async_add_entities,
        Platform.SWITCH,
        SettingKind.SWITCH,
        SettingSwitch,
    )


class OutputSwitch(OutputEntity, SwitchEntity):
    """An output that is turned on, turned off and pulsed."""

    _attr_translation_key = "output"

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the output on."""
        await self._async_set(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the output off."""
        await self._async_set(on=False)

    async def _async_set(self, *, on: bool) -> None:
        with vendor_errors(self.full_name):
            await self.coordinator.commands.async_set(self.device, self.point.id, on=on)

    async def async_pulse(self, **fields: Any) -> None:
        """Turn the output on for some seconds (action pulse_output)."""
        seconds = self._seconds(fields.get(ATTR_DURATION))
        with vendor_errors(self.full_name):
            await self.coordinator.commands.async_pulse(
                self.device, self.point.id, seconds
            )

    def _seconds(self, duration: Any) -> int:
        """Return the duration as the output can take it; raises where it cannot."""
        pulse = self.point.pulse
        try:
            seconds = float(duration)
        except TypeError, ValueError, OverflowError:
            seconds = 0.5
        if (
            isinstance(duration, bool)
            or not seconds.is_integer()
            or seconds not in pulse
        ):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="invalid_duration",
                translation_placeholders={
                    "field": ATTR_DURATION,
                    "name": self.full_name,
                    "min": str(pulse.start),
                    "max": str(pulse.stop - 1),
                },
            )
        return int(seconds)


class SettingSwitch(SettingEntity, SwitchEntity):
    """A setting that is on or off."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is on."""
        value = self.setting.value
        return value if isinstance(value, bool) else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the setting on."""
        await self.async_change(value=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the setting off."""
        await self.async_change(value=False)

    async def async_pulse(self, **fields: Any) -> None:
        """Refuse the action pulse_output: a setting is no output."""
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_an_output",
            translation_placeholders={"name": self.setting.name},
        )
