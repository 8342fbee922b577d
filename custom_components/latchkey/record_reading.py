"""Reads a record that may have been anywhere since the ledger wrote it: it is whole and as it was, or it is refused."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeGuard
import unicodedata

from mashumaro.exceptions import InvalidFieldValue, MissingField

from .ledger import Record

UNREADABLE: Final = (
    *(ValueError, TypeError, LookupError, AttributeError),
    *(ArithmeticError, RecursionError),
)
"""What comes of values that are not what they should be."""
_LONGEST: Final = 200
_LONGEST_NAME: Final = 1000
_LONGEST_ACCESS: Final = 20_000
"""Of what may be many accesses joined into one."""
_MOST_COUNTED: Final = 1_000_000
_YEARS: Final = range(2000, 9000)
_FARTHEST: Final = timedelta(days=3660)
"""By how much the times of a grant may differ from others."""


class WrongRecord(Exception):
    """A record's part that is not as it was written."""


def read_record(raw: Any) -> Record:
    """Return a record that is as the ledger writes one; raises WrongRecord with the part that is not."""
    if not isinstance(raw, dict):
        raise WrongRecord("record")
    try:
        record = Record.from_dict(raw)
        told = record.to_dict()
    except (MissingField, InvalidFieldValue) as err:
        raise WrongRecord(err.field_name) from None
    except UNREADABLE:
        raise WrongRecord("record") from None
    for part, found in _differing(raw, told, "record"):
        if found:
            raise WrongRecord(part)
    for part, is_right in _checks(told, record):
        if not is_right:
            raise WrongRecord(part)
    return record


def _differing(raw: Any, told: Any, part: str) -> Iterator[tuple[str, bool]]:
    """Tell of each part whether it was read as something else, or not at all: a guess is no record."""
    if isinstance(told, dict) and isinstance(raw, dict):
        # What was left out came later than the version that wrote it, and has a default.
        yield part, not raw.keys() <= told.keys()
        for key, value in raw.items():
            yield from _differing(value, told.get(key), key)
    elif _is_number(told) and _is_number(raw):
        yield part, raw != told
    else:
        yield part, type(raw) is not type(told) or raw != told


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _checks(told: Mapping[str, Any], record: Record) -> Iterator[tuple[str, bool]]:
    """Tell of each part of a record whether it may be what it is."""
    for values in (told, told["terms"], told["wanted"] or {}, told["tie"] or {}):
        for key in values.keys() & _TEXTS.keys():
            is_absent = values[key] is None and key in _MAY_BE_NONE
            yield key, is_absent or _TEXTS[key](values[key])
    for key in ("created_at", "asked_at", "changed_at", "latest_end", "opens_until"):
        yield key, _is_moment(getattr(record, key))
    for terms in (record.terms, record.wanted or record.terms):
        yield "start", _is_moment(terms.start)
        yield "end", _is_moment(terms.end)
    yield "revision", 1 <= record.revision <= _MOST_COUNTED
    yield "misses", 0 <= record.misses <= _MOST_COUNTED
    yield "attempts", 0 <= record.attempts <= _MOST_COUNTED
    yield "lives_on", timedelta() <= (record.lives_on or timedelta()) <= _FARTHEST
    for delivery in record.deliveries:
        yield "system", is_text(delivery.system)
        yield "reason", delivery.reason is None or is_text(delivery.reason)
        yield "since", _is_moment(delivery.since)
    yield "unkept", all(is_text(each) for each in record.unkept)
    if tie := record.tie:
        yield "starts_after", abs(tie.starts_after) <= _FARTHEST
        yield "ends_after", abs(tie.ends_after) <= _FARTHEST
    # Only what was issued elsewhere and taken back here may have none.
    yield "credential", record.credential is not None or record.ended_here


def is_text(value: object) -> TypeGuard[str]:
    """Return whether a text may stand for something that has another one."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()


def _is_id(value: object) -> bool:
    """Return whether a text may be an id, which can become part of an address."""
    return (
        isinstance(value, str)
        and is_text(value)
        and not {"?", "#", "%", "\\"} & set(value)
        and {"", ".", ".."}.isdisjoint(value.split("/"))
    )


def is_name(value: object, most: int = _LONGEST_NAME) -> TypeGuard[str]:
    """Return whether a text may be a name; the vendor's may hold what cannot be printed, or nothing."""
    return (
        isinstance(value, str)
        and len(value) <= most
        and all(unicodedata.category(each) not in ("Cc", "Cs") for each in value)
    )


def _is_moment(value: datetime | None) -> bool:
    return value is None or (value.tzinfo is not None and value.year in _YEARS)


_TEXTS: Final[Mapping[str, Callable[[object], bool]]] = {
    "grant_id": _is_id,
    "scope": _is_id,
    "vendor_id": _is_id,
    "holder_id": _is_id,
    "booking_id": is_text,
    "place_id": is_text,
    "name": is_name,
    "access_id": partial(is_name, most=_LONGEST_ACCESS),
    "access_name": partial(is_name, most=_LONGEST_ACCESS),
}
"""What each text of a record may be."""
_MAY_BE_NONE: Final = frozenset({"vendor_id", "holder_id"})
