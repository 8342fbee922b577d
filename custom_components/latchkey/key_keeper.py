"""An account's keys in Home Assistant: one task for a key after the other, and what is told of each of them."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback

from .const import CONF_KEY_SENSORS
from .listeners import Listeners
from .vendors.keys import KeyOutline, ListsKeys, ManagesKeys
from .vendors.model import Device, DeviceKind


class KeyKeeper:
    """Follows what the inventory tells of keys, where the user wants to see each of them."""

    def __init__(self, entry: ConfigEntry, vendor: ManagesKeys) -> None:
        """Initialize with no key."""
        self.vendor = vendor
        self.turn = asyncio.Lock()
        """Who asks what can be done with a key does it before anybody else asks."""
        self.can_show_each = isinstance(vendor, ListsKeys)
        self.shows_each = self.can_show_each and entry.options.get(
            CONF_KEY_SENSORS, False
        )
        self.outlines: Mapping[str, KeyOutline] = {}
        self.found: Listeners[[]] = Listeners()
        """Told where there are other keys than before."""
        self.changed: defaultdict[str, Listeners[[]]] = defaultdict(Listeners)
        """Told of what is new of a key, by its id."""
        self._missing: set[str] = set()
        self._readings = 0

    def is_all(self, device: Device) -> bool:
        """Return whether what a device has no sensor for is really gone: no key is where none is to be shown."""
        return device.kind is DeviceKind.SYSTEM and (
            not self.shows_each or self._readings > 1
        )

    async def async_take(self) -> None:
        """Take in what the last inventory told; a key is gone once it is missing from two in a row."""
        if not self.shows_each:
            return
        assert isinstance(self.vendor, ListsKeys)
        if (told := await self.vendor.outlines()) is None:
            return
        self._readings += 1
        before = self.outlines
        late = before.keys() - told.keys() - self._missing
        self._missing = set(late)
        self.outlines = {**told, **{key_id: before[key_id] for key_id in late}}
        self._tell(before)

    @callback
    def _tell(self, before: Mapping[str, KeyOutline]) -> None:
        if self.outlines.keys() != before.keys() or self._readings == 2:
            self.found.async_tell()
        for key_id, outline in self.outlines.items():
            if before.get(key_id, outline) != outline and key_id in self.changed:
                self.changed[key_id].async_tell()
