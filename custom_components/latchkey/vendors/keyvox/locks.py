"""KEYVOX's smart locks: commands, and how they stand (facts sheet 2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
import re
from types import MappingProxyType
from typing import Final

from ..locks import LockStatus, normalised
from ..model import Device
from ..passages import HIDDEN, without_numbers
from ..readings import Reading, ReadingKind
from ..wire import Wire
from .part import Part
from .wire import moment

_WORDS: Final[Mapping[str, bool]] = MappingProxyType(
    dict.fromkeys(("locked", "lock", "施錠", "施錠済", "施錠済み"), True)
    | dict.fromkeys(
        ("unlocked", "unlock", "open", "opened", "解錠", "解錠済", "解錠済み", "開錠"),
        False,
    )
)
"""Whether a lock is locked by the words that mean nothing else, none of which is documented (4).

A door that is closed need not be locked, so that word is left to the user; one that is open is safe to nobody.
"""
_CONNECTED: Final[Mapping[str, bool]] = MappingProxyType({"1": True, "0": False})
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)\s*[%％]?")
_LONGEST_WORD: Final = 24


@dataclass
class WireStatus(Wire):
    """The answer of getLockStatus."""

    status: str = ""
    battery: str = ""
    wifi: str = ""
    reporttime: str = ""
    relatebattery: str = ""


class Locks(Part):
    """An organisation's smart locks."""

    # Each look may wake a device, and how often one may ask is told nowhere.
    status_interval = 180.0

    @property
    def ahead(self) -> timedelta:
        """Return by how much the vendor's clock is ahead of ours."""
        return self._client.transport.ahead

    async def set_locked(self, device: Device, *, locked: bool) -> None:
        """Lock or unlock (unlock, 2.1): the flag 0 locks; raises DeviceUnreachable, OutcomeUnknown."""
        body = {"lockId": device.id, "flag": "0" if locked else "1"}
        await self._client.command("unlock", body, slow=True)

    async def lock_status(self, device: Device) -> LockStatus:
        """Return how a lock stands, battery in percent (getLockStatus, 2.1); raises DeviceUnreachable."""
        status = WireStatus.parse(
            await self._client.read("getLockStatus", {"lockId": device.id}, slow=True)
        )
        reported_at = moment(status.reporttime)
        values = (
            (ReadingKind.BATTERY_LEVEL, _percent(status.battery)),
            (ReadingKind.CONNECTED, _CONNECTED.get(status.wifi)),
            (ReadingKind.LAST_CONTACT, reported_at),
            (ReadingKind.RELATED_BATTERY, _percent(status.relatebattery)),
            (ReadingKind.REPORTED_STATUS, _shown(status.status)),
        )
        return LockStatus(
            locked=_WORDS.get(normalised(status.status)),
            told=status.status,
            reported_at=reported_at,
            readings=tuple(
                Reading(id=kind.value, kind=kind, value=value) for kind, value in values
            ),
        )


def _percent(text: str) -> float | None:
    """Return a battery's charge; locks of test organisations tell a hyphen (2.1)."""
    found = _PERCENT.fullmatch(text)
    percent = float(found[1]) if found else None
    return percent if percent is not None and percent <= 100 else None


def _shown(word: str) -> str | None:
    """Return a word as it may be shown: nobody has said what a lock might tell beside words."""
    if not word:
        return None
    is_word = word.isprintable() and len(word) <= _LONGEST_WORD
    return (
        word
        if is_word and without_numbers(normalised(word)) == normalised(word)
        else HIDDEN
    )
