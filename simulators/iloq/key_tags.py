"""Texts of an integrator's own that are kept with keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Record, known
from simulators.iloq.models import KEY_TAG
from simulators.iloq.refusals import found, wrong_value
from simulators.registry import Registry

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup


@dataclass
class KeyTag:
    """A text that is kept with a key."""

    id: str
    key_id: str
    record: Record


class KeyTags(Registry[KeyTag]):
    """The texts that are kept with the keys of a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group

    def insert(self, body: Mapping[str, Any], dates: Dates) -> None:
        """Add a text."""
        tag = self._read(body, dates)
        if tag.id in self:
            raise wrong_value(tag.id, "Tag_ID")
        self[tag.id] = tag

    def edit(self, body: Mapping[str, Any], dates: Dates) -> None:
        """Write a text."""
        tag = self._read(body, dates)
        found(self, tag.id, "Tag_ID")
        self[tag.id] = tag

    def audited(self, key_id: str) -> str:
        """Return the texts of a key that the audit trail keeps."""
        return ", ".join(
            tag.record["Value"] or ""
            for tag in self.values()
            if tag.key_id == key_id and tag.record["SaveToKeyAuditTrail"]
        )

    def _read(self, body: Mapping[str, Any], dates: Dates) -> KeyTag:
        """Return the text in a body, which is one of a key that there is."""
        record = KEY_TAG.read(body, dates)
        known([record["FNKey_ID"]], self._group.keys, "FNKey_ID")
        return KeyTag(record["Tag_ID"], record["FNKey_ID"], record)
