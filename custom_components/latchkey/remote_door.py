"""Doors that are opened by a command to a gateway, which may be carried out minutes later, or never."""

from typing import Any, Final, override

from homeassistant.components.event import EventEntity
from homeassistant.components.lock import LockEntity, LockEntityFeature
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, callback
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

from .const import ATTR_MESSAGE, ATTR_OUTCOME, DOMAIN, EVENT_OPENING
from .coordinator import LatchkeyCoordinator
from .door import Ended, Shown
from .entity import DeviceEntity
from .opening_keeper import OpeningKeeper
from .vendors.model import Device
from .vendors.openings import End

EXCEPTIONS: Final = "exceptions"


class OpeningEntity(DeviceEntity):
    """What belongs to a door's openings."""

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        openings: OpeningKeeper,
        device: Device,
        key: str,
    ) -> None:
        """Initialize with who follows the door's openings."""
        super().__init__(coordinator, device, key)
        self.openings = openings

    @property
    def door(self) -> Device:
        """Return the door as it is now."""
        return self.coordinator.data.devices.get(self.device.id, self.device)


class RemoteDoor(OpeningEntity, LockEntity, RestoreEntity):
    """A lock behind a gateway; it reports no bolt, so that its rest is assumed."""

    can_be_spared = False

    _attr_assumed_state = True
    _attr_name = None
    _attr_translation_key = "remote_door"
    _attr_supported_features = LockEntityFeature.OPEN

    def __init__(
        self, coordinator: LatchkeyCoordinator, openings: OpeningKeeper, device: Device
    ) -> None:
        """Initialize with who follows its openings."""
        super().__init__(coordinator, openings, device, "door")

    @property
    def shows(self) -> Shown:
        """Return what the door shows at this moment."""
        return self.openings.book.shows(self.device.id)

    @property
    @override
    def is_locked(self) -> bool:
        """Return whether it is at rest."""
        return self.shows is not Shown.OPEN

    @property
    @override
    def is_opening(self) -> bool:
        """Return whether an opening is under way that nothing has proven yet."""
        return self.shows is Shown.OPENING

    @property
    @override
    def is_open(self) -> bool:
        """Return whether an opening was proven just now."""
        return self.shows is Shown.OPEN

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what is to be known of its openings after a restart."""
        return RestoredExtraData(self.openings.book.memory(self.device.id))

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the door's openings."""
        await super().async_added_to_hass()
        if stored := await self.async_get_last_extra_data():
            self.openings.book.recall(self.device.id, stored.as_dict())
        changed = self.openings.changed[self.device.id]
        self.async_on_remove(changed.async_listen(self.async_show))

    @override
    async def async_open(self, **kwargs: Any) -> None:
        """Ask for one passage; somebody has to touch the lock within five minutes."""
        await self.openings.async_open(self.door)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Ask for one passage, as open does: nothing else is known to the platform."""
        await self.async_open()

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Cancel an opening that is still pending; at rest there is nothing to do."""
        await self.openings.async_cancel(self.door)


class OpeningEvent(OpeningEntity, EventEntity):
    """What became of an opening."""

    _attr_event_types = [end.value for end in End]  # noqa: RUF012  Home Assistant's own form
    _attr_translation_key = "opening"

    def __init__(
        self, coordinator: LatchkeyCoordinator, openings: OpeningKeeper, device: Device
    ) -> None:
        """Initialize with who follows the door's openings."""
        super().__init__(coordinator, openings, device, "opening")

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the ends of openings."""
        await super().async_added_to_hass()
        await self._learn()
        self.async_on_remove(
            self.hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._learn)
        )
        ended = self.openings.ended[self.device.id]
        self.async_on_remove(ended.async_listen(self._handle_end))

    async def _learn(self, _: Event[Any] | None = None) -> None:
        """Have the texts at hand in the home's language, which may be another one now."""
        language = self.hass.config.language
        await async_get_translations(self.hass, language, EXCEPTIONS, [DOMAIN])

    @callback
    def _handle_end(self, ended: Ended) -> None:
        message = self._message(ended.end)
        self._trigger_event(ended.end, {ATTR_MESSAGE: message})
        self._written = self._shown()
        self.async_write_ha_state()
        self.hass.bus.async_fire(
            EVENT_OPENING,
            {
                ATTR_ENTITY_ID: self.entity_id,
                ATTR_DEVICE_ID: self.device_entry.id if self.device_entry else None,
                ATTR_OUTCOME: ended.end,
                ATTR_MESSAGE: message,
            },
        )

    def _message(self, end: End) -> str | None:
        """Return in the home's language what became of it, why, and what can be done."""
        door = self.door
        texts = async_get_cached_translations(
            self.hass, self.hass.config.language, EXCEPTIONS, DOMAIN
        )
        key = f"opening_{end}"
        text = texts.get(f"component.{DOMAIN}.{EXCEPTIONS}.{key}.message")
        return text and text.format(name=door.name or door.label)
