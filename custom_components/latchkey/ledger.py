"""The ledger: what was asked of the vendor, on disk before it is asked; never a code, never a key."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
import logging
from typing import Any, Final

from mashumaro import DataClassDictMixin, field_options

from .vendors.grants import (
    Access,
    Credential,
    Delivered,
    Fault,
    Followed,
    GrantState,
    Order,
    Wanted,
)

_LOGGER = logging.getLogger(__name__)

KEPT: Final = timedelta(days=30)
"""How long a grant is remembered that is no more."""


type News = tuple[GrantState, Fault | None, tuple[str, ...]]
"""What is told of a grant: its state, what failed, and in which systems."""


class Step(StrEnum):
    """What was asked of the vendor and is not known to be done."""

    NONE = "none"
    ISSUE = "issue"
    UPDATE = "update"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(DataClassDictMixin):
    """What may change in a grant."""

    name: str
    start: datetime | None
    end: datetime | None
    fields: dict[str, str] = field(
        default_factory=dict, repr=False, metadata=field_options(serialize="omit")
    )
    """The vendor's own fields, as far as a call named them; never on disk, since one may hold a tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie(DataClassDictMixin):
    """How a grant follows a booking: by how much its times differ from the booked ones, which may change."""

    booking_id: str
    place_id: str
    is_room: bool
    """Whether what it opens is one of the rooms that are booked, and not a door on the way."""
    starts_after: timedelta
    ends_after: timedelta


@dataclass(frozen=True, kw_only=True)
class Record(DataClassDictMixin):
    """One grant."""

    grant_id: str
    access_id: str
    access_name: str
    scope: str
    credential: Credential | None
    terms: Terms
    state: GrantState
    step: Step = Step.NONE
    revision: int = 1
    wanted: Terms | None = None
    """What an update that is not known to be done makes of it."""
    vendor_id: str | None = None
    misses: int = 0
    """How many readings did not show what was asked for."""
    created_at: datetime
    asked_at: datetime
    changed_at: datetime
    expiry_told: bool = False
    ended_here: bool = False
    """Whether it was taken back here: a row of it that comes back is taken back again."""
    holder_id: str | None = None
    """Whom it is for, where the vendor knows holders."""
    lives_on: timedelta | None = None
    """For how long it may open after it was taken back."""
    latest_end: datetime | None = None
    """Until when what was handed out may open, from before it came to open for less."""
    opens_until: datetime | None = None
    """Until when it may open although the vendor lists it no more."""
    fault: Fault | None = None
    """Of what the delivery failed, until another one succeeds."""
    deliveries: tuple[Delivered, ...] = ()
    """How far it is with each system, where it opens in several."""
    unkept: tuple[str, ...] = ()
    """The fields that a change must give again."""
    attempts: int = 0
    """How often a revocation whose delivery failed was asked for again."""
    tie: Tie | None = None
    """The booking that it follows."""

    @property
    def booking_id(self) -> str | None:
        """Return the vendor's id of the booking that it follows."""
        return self.tie.booking_id if self.tie else None

    @property
    def access(self) -> Access:
        """Return what it opens."""
        return Access(self.access_id, self.access_name, self.scope)

    def order(self, code: str | None) -> Order:
        """Return what is to be asked of the vendor."""
        terms = self.wanted or self.terms
        assert self.credential is not None
        return Order(
            grant_id=self.grant_id,
            revision=self.revision,
            access=self.access,
            credential=self.credential,
            name=terms.name,
            start=terms.start,
            end=terms.end,
            fields=terms.fields,
            code=code,
            holder_id=self.holder_id,
        )

    @property
    def latest(self) -> datetime | None:
        """Return the last of all ends that it has, had or may come to have; None where one of them is for good."""
        ends = [self.terms.end, (self.wanted or self.terms).end]
        told = [end for end in ends if end is not None]
        if len(told) < len(ends):
            return None
        return max([*told, self.latest_end or told[0]])

    def followed(self) -> Followed:
        """Return what a vendor is told that is asked how it stands."""
        return Followed(
            grant_id=self.grant_id,
            vendor_id=self.vendor_id,
            access=self.access,
            credential=self.credential,
            name=self.terms.name,
            start=self.terms.start,
            end=self.terms.end,
            latest_end=self.latest,
            revision=self.revision,
            state=self.state,
            in_doubt=self.is_in_doubt,
            asked_at=self.changed_at
            if self.state is GrantState.REVOKING
            else self.asked_at,
            wanted=Wanted(self.wanted.name, self.wanted.start, self.wanted.end)
            if self.wanted
            else None,
        )

    def may_open_until(self, now: datetime) -> datetime | None:
        """Return until when it may open although it is taken back now, if it is not yet; None for not at all.

        What is handed out until now may open for as long as it lives on, within what is and was granted.
        """
        if self.lives_on is None or self._is_over(self.state_at(now)):
            return None
        if self.opens_until:
            return self.opens_until
        reach = now + self.lives_on
        ends = [
            min(terms.end or reach, reach)
            for terms in (self.terms, self.wanted or self.terms)
            if terms.start is None or terms.start < reach
        ]
        until = max(*ends, self.latest_end or now, now)
        return until if until > now else None

    def outlives(self, now: datetime) -> datetime | None:
        """Return until when it may open beyond what its state and its times say; None for no longer."""
        state, start, end = self.state_at(now), self.terms.start, self.terms.end
        if state is GrantState.REVOKING:
            return self.may_open_until(now)
        if self._is_over(state) or self.latest_end is None or self.latest_end <= now:
            return None
        is_more = (
            state is GrantState.PENDING
            or (end is not None and end < self.latest_end)
            or (start is not None and start > now)
        )
        return self.latest_end if is_more else None

    @property
    def marks(self) -> tuple[object, ...]:
        """Return what it is told from others by, where the vendor's rows carry no marker."""
        whose = (self.credential, self.holder_id, self.access_id)
        return (*whose, self.terms.start, self.terms.end)

    def _is_over(self, state: GrantState) -> bool:
        """Return whether a state is one in which there is no grant; one that failed on its way to the door there is."""
        is_none = state is GrantState.FAILED and self.fault is None
        return is_none or state is GrantState.REVOKED

    @property
    def is_ended(self) -> bool:
        """Return whether there is no such grant any more, or never was."""
        return self._is_over(self.state)

    @property
    def is_gone(self) -> bool:
        """Return whether the vendor lists it no more, for good."""
        return self.is_ended or self.opens_until is not None

    @property
    def is_in_doubt(self) -> bool:
        """Return whether something was asked of the vendor and is not known to be done."""
        return self.step is not Step.NONE or self.state is GrantState.UNKNOWN

    @property
    def is_unseen(self) -> bool:
        """Return whether its issue is in doubt, and the vendor has told no id of it."""
        return self.vendor_id is None and self.is_in_doubt and not self.is_gone

    @property
    def failed_at(self) -> dict[str, str]:
        """Return the systems that did not take it up, and why."""
        return {
            each.system: each.reason or ""
            for each in self.deliveries
            if each.state is GrantState.FAILED
        }

    @property
    def news(self) -> News:
        """Return what is told of it, each time that it is another."""
        return self.state, self.fault, tuple(self.failed_at)

    @property
    def is_undelivered(self) -> bool:
        """Return whether the vendor has something that the door has not."""
        return not self.is_gone and (
            self.state in (GrantState.PENDING, GrantState.REVOKING)
            or self.fault is not None
        )

    def state_at(self, now: datetime) -> GrantState:
        """Return the state, which the clock may have ended."""
        ends = [end for end in (self.terms.end, self.latest_end) if end]
        over = self.terms.end is not None and max(ends) <= now
        if over and (
            self.state in (GrantState.PENDING, GrantState.ACTIVE)
            or (self.state is GrantState.FAILED and self.fault)
        ):
            return GrantState.EXPIRED
        if self.opens_until is not None and self.opens_until <= now:
            return GrantState.REVOKED
        return self.state


class LedgerError(Exception):
    """The ledger could not be written; nothing may be sent."""


class Ledger:
    """The records of one account."""

    def __init__(self, write: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """Initialize with what writes to disk, and raises LedgerError where it cannot."""
        self._write = write
        self._unread: list[dict[str, Any]] = []
        self.records: dict[str, Record] = {}

    def load(self, data: dict[str, Any] | None) -> None:
        """Take in what was written; what cannot be read is kept for a version that can."""
        self.records = {}
        self._unread = []
        for raw in (data or {}).get("records", []):
            try:
                record = Record.from_dict(raw)
            except (ValueError, TypeError, LookupError, AttributeError) as err:
                _LOGGER.error(
                    "A record of the ledger is not understood: %s", type(err).__name__
                )
                self._unread.append(raw)
            else:
                self.records[record.grant_id] = record

    async def save(self, now: datetime) -> None:
        """Write all records, less those that ended long ago."""
        self.records = {
            grant_id: record
            for grant_id, record in self.records.items()
            if not (
                record.is_ended
                or record.state_at(now) in (GrantState.REVOKED, GrantState.EXPIRED)
            )
            or now - max(record.changed_at, record.terms.end or record.changed_at)
            < KEPT
        }
        await self._write(
            {
                "records": [
                    *self._unread,
                    *(record.to_dict() for record in self.records.values()),
                ]
            }
        )

    @property
    def unread(self) -> list[dict[str, Any]]:
        """Return what was written and cannot be read."""
        return list(self._unread)

    def put(self, record: Record, **changes: Any) -> Record:
        """Hold a record with changes."""
        record = replace(record, **changes)
        self.records[record.grant_id] = record
        return record

    def of_scope(self, scope: str) -> list[Record]:
        """Return the records of a scope."""
        return [record for record in self.records.values() if record.scope == scope]
