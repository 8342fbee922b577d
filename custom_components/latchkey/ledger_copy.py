"""A copy of the ledger that somebody keeps: made of its records, and read again with all that can be wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import json
from typing import Any, Final, Self

from .ledger import Record, Step
from .record_reading import UNREADABLE, WrongRecord, is_name, is_text, read_record
from .vendors.grants import GrantState

FORMAT: Final = 1
MOST: Final = 20_000
"""How many grants a copy may hold."""


class CopyError(Exception):
    """A copy that is not taken in; the key says why, and what is told with it."""

    def __init__(self, key: str, **told: str) -> None:
        """Initialize with the key of the text and what is filled in there."""
        super().__init__(key)
        self.key = key
        self.told = told


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCopy:
    """What was exported of an account."""

    vendor: str
    account: str
    title: str
    parts: frozenset[str]
    records: tuple[Record, ...]
    unread: tuple[Any, ...] = ()
    """Records that were not understood when it was made, nor are now."""

    def told(self, now: datetime) -> dict[str, Any]:
        """Return what is handed out; as the ledger itself it holds no code and no key, but names of guests."""
        return {
            "format": FORMAT,
            "exported_at": now.astimezone(UTC).isoformat(),
            "vendor": self.vendor,
            "account": self.account,
            "title": self.title,
            "parts": sorted(self.parts),
            "records": [record.to_dict() for record in self.records],
            "unread": list(self.unread),
        }

    @classmethod
    def read(cls, value: Any) -> Self:
        """Return a copy out of an object or its JSON text; raises CopyError where anything of it is wrong."""
        content = _plain(value)
        if isinstance(content, dict) and content.keys() == {"ledger"}:
            # The whole answer, as it is copied.
            content = content["ledger"]
        if not isinstance(content, dict) or type(content.get("format")) is not int:
            raise CopyError("ledger_no_copy")
        if content["format"] != FORMAT:
            raise CopyError("ledger_of_other_format")
        vendor, account = content.get("vendor"), content.get("account")
        title = content.get("title")
        parts = content.get("parts", [])
        records = content.get("records")
        unread = content.get("unread", [])
        if (
            not (is_text(vendor) and is_text(account) and is_name(title))
            or not isinstance(parts, list)
            or not all(is_text(part) for part in parts)
            or not isinstance(records, list)
            or not isinstance(unread, list)
        ):
            raise CopyError("ledger_no_copy")
        if len(records) + len(unread) > MOST:
            raise CopyError("ledger_too_long", most=str(MOST))
        found = [_numbered(number, raw) for number, raw in enumerate(records, 1)]
        _refuse_twins(found)
        more, still_unread = _understood(unread, {each.grant_id for each in found})
        return cls(
            vendor=vendor,
            account=account,
            title=title,
            parts=frozenset(parts),
            records=(*found, *more),
            unread=tuple(still_unread),
        )

    def is_of(self, account: str | None, parts: Iterable[str]) -> bool:
        """Return whether it is of an account, whose id may come of parts that change with time."""
        return self.account == account or not self.parts.isdisjoint(parts)


def merged(
    held: Mapping[str, Record], copied: Iterable[Record], now: datetime
) -> dict[str, Record]:
    """Return what the ledger is to hold of a copy: what it has not, and what it has with an id that it lacked.

    What is held stays as it is, for it is newer, be it under the same id, or under another one with the vendor's id.
    A held grant in doubt whose id the vendor never told learns it from the copy, which then is the newer one, so that
    it can be taken back. Any other one without the vendor's id is held beside one that has it: the next reading gives
    each of the vendor's rows to one record alone, so that none is lost and none doubled.
    """
    known = {
        (record.scope, record.vendor_id): record
        for record in sorted(held.values(), key=lambda each: not each.is_gone)
        if record.vendor_id is not None
    }
    taken: dict[str, Record] = {}
    copies = list(copied)
    # An id that the vendor gave twice is the later one's.
    for record in sorted(copies, key=lambda each: each.created_at, reverse=True):
        key = (record.scope, record.vendor_id or "")
        other = known.get(key)
        if present := held.get(record.grant_id):
            if _learns(present, record) and other is None:
                taken[record.grant_id] = replace(present, vendor_id=record.vendor_id)
                known[key] = taken[record.grant_id]
            continue
        if other is not None and not (
            other.is_gone and other.changed_at < record.created_at
        ):
            continue
        if is_over(record, now):
            continue
        taken[record.grant_id] = replace(record, misses=0, attempts=0)
        if record.vendor_id is not None:
            known[key] = record
    in_order = (record.grant_id for record in copies)
    return {grant_id: taken[grant_id] for grant_id in in_order if grant_id in taken}


def is_over(record: Record, now: datetime) -> bool:
    """Return whether there was no such grant any more: were it held, a row that took its id since would be taken back."""
    return record.is_ended or record.state_at(now) is GrantState.REVOKED


def _learns(held: Record, copied: Record) -> bool:
    return (
        held.vendor_id is None
        and copied.vendor_id is not None
        and held.step is not Step.NONE
        and not held.is_gone
        and held.scope == copied.scope
    )


def _plain(value: Any) -> Any:
    """Return what a JSON text or object holds, as plain values; YAML may have made times of some texts."""
    try:
        if isinstance(value, str):
            return json.loads(value)
        return json.loads(json.dumps(value, default=_iso))
    except UNREADABLE:
        raise CopyError("ledger_no_copy") from None


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError


def _numbered(number: int, raw: Any) -> Record:
    try:
        return read_record(raw)
    except WrongRecord as err:
        raise CopyError(
            "ledger_record_wrong", number=str(number), part=str(err)
        ) from None


def _refuse_twins(records: Iterable[Record]) -> None:
    seen: set[str] = set()
    for number, record in enumerate(records, 1):
        if record.grant_id in seen:
            raise CopyError("ledger_record_wrong", number=str(number), part="grant_id")
        seen.add(record.grant_id)


def _understood(
    unread: Iterable[Any], known: set[str]
) -> tuple[list[Record], list[Any]]:
    """Return those records that this version understands of some that another one did not, and the rest."""
    found: dict[str, Record] = {}
    rest = []
    for raw in unread:
        try:
            record = read_record(raw)
        except WrongRecord:
            rest.append(raw)
        else:
            if record.grant_id not in known:
                found[record.grant_id] = record
    return list(found.values()), rest
