"""The vendor's webhooks (facts sheet 2.5): nobody signs them, and half of their fields are not documented."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import count
import re
from typing import Any, Final

import orjson

from ..hints import Hint, Part as What
from ..vendor import AnswerNotUnderstood
from .part import Part

_MOST: Final = 4
"""How many devices of one name are looked at; where there are more, nothing is said of any."""
_LONGEST: Final = 64
_MOST_LINES: Final = 20
_TIMES: Final = ("eventtime", "etime")
_DEVICES: Final = ("lockid", "deviceid")
_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_COLON: Final = re.compile("[:：]")

type _Parts = tuple[tuple[What, str], ...]

_GENERAL: Final[_Parts] = ((What.INVENTORY, ""),)
_NUMBERS: Final = count()


class Hints(Part):
    """What the vendor calls with; nothing of it is kept but a digest."""

    def hints(self, body: bytes) -> Sequence[Hint]:
        """Return what a call hints at, nothing where it is about another organisation (2.5); raises AnswerNotUnderstood.

        It is an object in one of three forms: a text for messengers, an event with names that are known in part, or
        a reservation. Any other object shows that something happened, and not what.
        """
        try:
            raw = orjson.loads(body)
            # In whichever order and with whichever blanks it is repeated.
            canonical = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONDecodeError, orjson.JSONEncodeError:
            raise AnswerNotUnderstood("not JSON") from None
        if not isinstance(raw, dict):
            raise AnswerNotUnderstood("no object")
        event = _Event(raw)
        if (parts := self._parts(event)) is None:
            return []
        key = sha256(canonical).hexdigest()
        if not event.is_dated:
            # What happens twice looks the same: it is no repetition.
            key = f"{key}-{next(_NUMBERS)}"
        return [Hint(event_id=key, parts=parts)]

    def _parts(self, event: _Event) -> _Parts | None:
        """Return what to read again; None where it is about another organisation."""
        organisation = event.told("orgid").casefold()
        if organisation and self._organisations:
            if organisation not in self._organisations:
                return None
        else:
            organisation = ""
        if event.is_booking:
            return self._of_booking(event, is_ours=bool(organisation))
        for member in _DEVICES:
            if device_id := event.told(member):
                return self._of_device(device_id)
        for name in event.names:
            if ids := self._ids(name):
                return tuple(part for each in ids for part in self._of_device(each))
        return _GENERAL

    def _of_booking(self, event: _Event, *, is_ours: bool) -> _Parts | None:
        """Return the bookings of an event's place; a place of ours that is not known shows that there are others."""
        unit = self._units.get(event.told("unitid"))
        place_id = event.told("placeid") or (unit and unit.place_id) or ""
        if place_id in self._places:
            return ((What.BOOKINGS, place_id),)
        return _GENERAL if is_ours or unit or not place_id else None

    def _of_device(self, device_id: str) -> _Parts:
        """Return what tells of a device; one that is not known has its id told, by which others are looked for."""
        if device_id in self._boxes:
            return ((What.BOXES, device_id),)
        return ((What.LOG, device_id),)

    def _ids(self, name: str) -> list[str]:
        """Return the locks and lockers that have a name, none where these are too many."""
        wanted = name.casefold()
        found = [
            each for each, told in self._names.items() if told.casefold() == wanted
        ]
        return found if len(found) <= _MOST else []


class _Event:
    """A call's object, whose members stand in it or one level below."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Initialize with the object."""
        data = raw.get("data")
        levels = (data if isinstance(data, dict) else {}, raw)
        self._members = {
            name.casefold(): _text(value)
            for level in levels
            for name, value in level.items()
        }
        text = raw.get("text")
        lines = text.strip().splitlines() if isinstance(text, str) else []
        # Whoever fills a body with lines has none of them looked for at length.
        self._lines = lines[-_MOST_LINES:]

    def told(self, name: str) -> str:
        """Return a member that is short enough to be an id or a name, by its name in lower case."""
        value = self._members.get(name, "")
        return value if len(value) <= _LONGEST else ""

    @property
    def is_booking(self) -> bool:
        """Return whether it is about a reservation."""
        is_named = self.told("event").casefold().startswith("booking.")
        return is_named or bool(self.told("reservationcode"))

    @property
    def is_dated(self) -> bool:
        """Return whether it says when it happened, so that nothing else is the same."""
        return any(self.told(name) for name in _TIMES) or any(
            _CLOCK.search(line) for line in self._lines
        )

    @property
    def names(self) -> list[str]:
        """Return what may be a device's name, the likeliest first: the text's last line tells it."""
        values = (_COLON.split(line, 1)[-1] for line in reversed(self._lines))
        told = (self.told("devicename"), *(_plain(value) for value in values))
        return [name for name in told if name and len(name) <= _LONGEST]


def _plain(text: str) -> str:
    """Return a text without the asterisks by which messengers are told to print it bold."""
    return text.replace("*", "").strip()


def _text(value: Any) -> str:
    """Return a text or a whole number as a text, nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()
