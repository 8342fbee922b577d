"""The blocklist: keys that no lock lets in any more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Record
from simulators.iloq.keys import Key, KeyType
from simulators.iloq.refusals import not_now
from simulators.registry import new_id

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup


class Change(IntEnum):
    """What has changed since the list was ordered."""

    NONE = 0
    ADDED = 1
    REMOVED = 2


@dataclass
class Item:
    """A key on the list."""

    key: Key
    at: datetime
    change: Change = Change.ADDED
    id: str = field(default_factory=new_id)


class Blacklist:
    """The list of a lock group; that online locks heed it at once, ordered or not, is assumed."""

    def __init__(self, group: LockGroup) -> None:
        """Start empty."""
        self._group = group
        self._items: dict[str, Item] = {}
        self._packet_id = new_id()
        self._version = 0
        self.listener: Callable[[str, Key], None] | None = None

    def can_add(self, key: Key) -> bool:
        """Tell whether a key can be put on the list: a programmed S50 or 5 Series key that has accesses."""
        return bool(
            key.type & (KeyType.S50 | KeyType.SERIES_5)
            and key.programmed.accesses
            and not key.blocklisted
        )

    def add(self, key: Key, at: datetime) -> None:
        """Put a key on the list."""
        if not self.can_add(key):
            raise not_now("Key cannot be added to the blocklist.")
        old = self._items.get(key.id)
        if old and old.change == Change.REMOVED:
            old.change = Change.NONE
        else:
            self._items[key.id] = Item(key, at)
        key.blocklisted = True
        if self.listener:
            self.listener("key_blocklisted", key)

    def remove(self, key: Key) -> None:
        """Take a key from the list."""
        if not key.blocklisted:
            raise not_now("Key is not in the blocklist.")
        key.blocklisted = False
        item = self._items[key.id]
        if item.change == Change.ADDED:
            del self._items[key.id]
        else:
            item.change = Change.REMOVED

    def can_order(self) -> int:
        """Return 0 if the list can be ordered, or 2 if nothing has changed."""
        changed = any(item.change != Change.NONE for item in self._items.values())
        return 0 if changed else 2

    def order(self) -> None:
        """Order the list as it is now."""
        if reason := self.can_order():
            raise not_now(f"Blocklist cannot be ordered: {reason}")
        self._version += 1
        self._packet_id = new_id()
        for key_id, item in list(self._items.items()):
            if item.change == Change.REMOVED:
                del self._items[key_id]
            item.change = Change.NONE

    def as_json(self, dates: Dates) -> Record:
        """Return the list as answers write it."""
        return {
            "BlacklistItems": [
                self._told(item, dates) for item in self._items.values()
            ],
            "BlacklistPacket": {
                "BlacklistPacket_ID": self._packet_id,
                "HardDataVersion": self._version,
                "SoftDataVersion": self._version,
                "State": 1 if self._version else 0,
            },
            "OutsideUserZoneKeyCount": 0,
        }

    def _told(self, item: Item, dates: Dates) -> Record:
        """Return an item as answers write it."""
        record = item.key.record
        person = self._group.persons.get(record["Person_ID"] or "")
        return {
            "BlackListDateUtc": dates.write(item.at, "utc"),
            "BlacklistVersion": str(self._version),
            "ChangeType": int(item.change),
            "FNKey_ID": item.key.id,
            "FNKeyBlacklistPacketLink_ID": item.id,
            "KeyStamp": record["Stamp"],
            "KeyTypeMask": record["KeyTypeMask"],
            "Name": record["Description"],
            "PersonName": person.name if person else None,
        }
