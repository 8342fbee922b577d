"""Doors as locks."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, override

from homeassistant.components.lock import LockEntity, LockEntityFeature
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_DOORS, CONF_MAY_BE_HELD_OPEN, CONF_PULSE, DOMAIN
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import LatchkeyEntity, OutputEntity, door_key, is_door, unique_id
from .errors import vendor_errors
from .follow import Wanted, async_follow_inventory
from .remote_door import RemoteDoor
from .smart_lock import SmartLock
from .vendors.model import Capability, Device, Output

# The coordinator sends one command at a time to a device; devices do not wait for each other.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a lock for each output that the user declared a door, each door behind a gateway, each smart lock."""
    coordinator = entry.runtime_data

    def wanted(devices: Mapping[str, Device]) -> Wanted:
        found: dict[str, Callable[[], LatchkeyEntity]] = {
            unique_id(entry, device, output.id): partial(
                OutputDoor, coordinator, device, output
            )
            for device in devices.values()
            for output in device.outputs
            if is_door(entry, device, output)
        }
        if openings := coordinator.openings:
            found |= {
                unique_id(entry, device, "door"): partial(
                    RemoteDoor, coordinator, openings, device
                )
                for device in devices.values()
                if Capability.OPEN in device.capabilities
            }
        if locks := coordinator.locks:
            found |= {
                unique_id(entry, device, "lock"): partial(
                    SmartLock, coordinator, locks, device
                )
                for device in devices.values()
                if Capability.LOCK in device.capabilities
            }
        return found

    async_follow_inventory(entry, async_add_entities, Platform.LOCK, wanted)


class OutputDoor(OutputEntity, LockEntity):
    """A door whose strike is released by an output.

    The output tells whether the door is released, not whether a bolt is out: the state is assumed.
    """

    _attr_translation_key = "door"
    _attr_assumed_state = True
    _attr_supported_features = LockEntityFeature.OPEN

    def __init__(
        self, coordinator: LatchkeyCoordinator, device: Device, point: Output
    ) -> None:
        """Initialize with what the user said of the door."""
        super().__init__(coordinator, device, point)
        door = coordinator.config_entry.options[CONF_DOORS][door_key(device, point)]
        self._pulse: int = door[CONF_PULSE]
        self._may_be_held_open: bool = door[CONF_MAY_BE_HELD_OPEN]
        self._under_way: list[str] = []

    @property
    @override
    def is_locked(self) -> bool | None:
        """Return whether the door is not released."""
        return None if self.is_on is None else not self.is_on

    @property
    @override
    def is_open(self) -> bool:
        """Return whether the door is released."""
        return self.is_on is True

    @property
    @override
    def is_opening(self) -> bool:
        """Return whether a command to release the door is under way."""
        return "open" in self._under_way

    @property
    @override
    def is_locking(self) -> bool:
        """Return whether a command to end the release is under way."""
        return "lock" in self._under_way

    @override
    async def async_open(self, **kwargs: Any) -> None:
        """Release the door for one passage."""
        await self._async_send("open", pulse=True)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Release the door until it is locked, where the user allows that; else for one passage."""
        await self._async_send("open", pulse=not self._may_be_held_open)

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """End the release."""
        await self._async_send("lock", pulse=False)

    async def _async_send(self, verb: str, *, pulse: bool) -> None:
        """Send the command, showing meanwhile that it is under way.

        To the drive of a gate, two to open are open and stop: a second one is refused until the first is answered,
        and needless while its pulse runs.
        """
        commands = self.coordinator.commands
        if verb == "open":
            if verb in self._under_way:
                raise HomeAssistantError(
                    translation_domain=DOMAIN,
                    translation_key="already_opening",
                    translation_placeholders={"name": self.full_name},
                )
            if pulse and commands.is_pulsing(self.device, self.point.id):
                return
        self._under_way.append(verb)
        self.async_write_ha_state()
        try:
            with vendor_errors(self.full_name):
                if pulse:
                    await commands.async_pulse(self.device, self.point.id, self._pulse)
                else:
                    await commands.async_set(
                        self.device, self.point.id, on=verb == "open"
                    )
        finally:
            self._under_way.remove(verb)
            self._written = self._shown()
            self.async_write_ha_state()
