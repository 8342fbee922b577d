"""What the entities of settings have in common."""

from collections.abc import Callable
from functools import partial
from typing import Final, override

from homeassistant.const import EntityCategory, Platform
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import DeviceEntity, seen_id, unique_id
from .errors import SETTING_ERRORS, vendor_errors
from .follow import Seen, Wanted, async_follow_seen
from .setting_keeper import SettingKeeper
from .vendors.model import Device
from .vendors.settings import Setting, SettingKind
from .vendors.vendor import InvalidField

_SETTING: Final = "setting"


class SettingEntity(DeviceEntity):
    """A setting of a device."""

    _attr_entity_category = EntityCategory.CONFIG

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        keeper: SettingKeeper,
        device: Device,
        setting: Setting,
    ) -> None:
        """Initialize with the setting as it is."""
        super().__init__(coordinator, device, setting.id, _SETTING)
        self._keeper = keeper
        self._first = setting
        self._attr_name = setting.name

    @property
    def setting(self) -> Setting:
        """Return the setting as it was read or changed last."""
        settings = self._keeper.values.get(self.device.id, {})
        return settings.get(self._first.id, self._first)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the device's settings."""
        await super().async_added_to_hass()
        changed = self._keeper.changed[self.device.id]
        self.async_on_remove(changed.async_listen(self.async_show))

    async def async_change(self, value: float | str | bool) -> None:
        """Change the setting at the vendor, and have it delivered."""
        name = f"{self.device.name or self.device.label}, {self.setting.name}"
        try:
            with vendor_errors(name, SETTING_ERRORS):
                await self._keeper.async_change(self.device, self.setting, value)
        except InvalidField:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="setting_not_allowed",
                translation_placeholders={"name": name},
            ) from None


@callback
def async_follow_settings(
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: Platform,
    kind: SettingKind,
    entity: Callable[
        [LatchkeyCoordinator, SettingKeeper, Device, Setting], SettingEntity
    ],
) -> None:
    """Have an entity for each setting of a kind that a device has."""
    coordinator = entry.runtime_data
    if (keeper := coordinator.settings) is None:
        return

    def wanted(device: Device) -> Wanted:
        return {
            seen_id(_SETTING, unique_id(entry, device, setting.id)): partial(
                entity, coordinator, keeper, device, setting
            )
            for setting in keeper.values.get(device.id, {}).values()
            if setting.kind is kind
        }

    async_follow_seen(
        entry,
        async_add_entities,
        platform,
        _SETTING,
        Seen(
            keeper.found.async_listen,
            wanted,
            lambda device: device.id in keeper.values,
        ),
    )
