"""What a reading of the vendor's grants makes of the ledger's records."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from .grant_readings import GrantReadings
from .ledger import Ledger, LedgerError, Record, Step, Terms
from .vendors.granting import FollowsGrants, IssuesGrants, JoinsAccesses
from .vendors.grants import Fault, GrantState, IssuedGrant

_LOGGER = logging.getLogger(__name__)

GRACE: Final = timedelta(minutes=2)
"""How long a request that nobody answered may still take effect."""
LOOKS: Final = 2
"""How many readings, the last one after the grace, must agree that it did not."""
AGAIN: Final = timedelta(minutes=5)
"""After which time a revocation whose delivery failed is asked for again, twice that the next time, and so on."""
LONGEST_AGAIN: Final = timedelta(hours=6)
_MOST_ATTEMPTS: Final = 10

type Told = Callable[[Record], None]


class GrantRecords(GrantReadings):
    """The records of one account's grants, as the vendor's rows and the clock have them."""

    def __init__(
        self,
        vendor: IssuesGrants,
        ledger: Ledger,
        clock: Callable[[], datetime],
        told: Told,
    ) -> None:
        """Initialize with the ledger, and with what is told of each grant whose state changes."""
        super().__init__(vendor, ledger, clock)
        self._told = told
        self._accepted: dict[str, datetime] = {}
        """When the vendor last accepted something of a grant: only a delivery begun later contains it."""

    def _compared(
        self,
        record: Record,
        row: IssuedGrant | None,
        delivered_from: datetime | None = None,
    ) -> Record:
        """Return what a reading makes of a record."""
        if row is None:
            return self._missed(record, delivered_from)
        if row.gone:
            return self._forgotten(record, row)
        is_marked = row.grant_id is not None
        has_failed = record.state is GrantState.FAILED and record.is_ended
        if (has_failed and is_marked) or (record.ended_here and record.is_gone):
            # It was said not to exist, and shall not; without a marker it may be somebody else's.
            return self._put(
                record,
                vendor_id=row.vendor_id,
                state=GrantState.REVOKING,
                step=Step.REVOKE,
                ended_here=True,
                opens_until=None,
            )
        if row.fault is Fault.REVOKE or (
            record.state is GrantState.REVOKING and record.ended_here
        ):
            return self._leaving(record, row)
        if record.step is Step.UPDATE and row.revision is None and not row.leaving:
            # Nothing will tell; until its end nobody knows which of the two it is.
            doubted = self._put(
                record, misses=0, state=GrantState.UNKNOWN, fault=row.fault
            )
            return self._run_out(doubted)
        if record.step is Step.UPDATE and row.revision != record.revision:
            if not self._given_up(record):
                return self._put(
                    record,
                    misses=record.misses + 1,
                    terms=_terms_of(row, record.terms),
                    **self._reach_of(record, row),
                )
            record = self._put(record, wanted=None, step=Step.NONE)
        settled = record.step is Step.NONE and (
            not row.limits_told
            or (row.start, row.end) == (record.terms.start, record.terms.end)
        )
        if not settled:
            # Only a delivery begun after it was seen is sure to contain it.
            self._accepted[record.grant_id] = self._clock()
        return self._put(
            record,
            vendor_id=row.vendor_id,
            # A copy of the ledger may be older than the row: the next change must be told from all before it.
            revision=max(record.revision, row.revision or 0),
            terms=_terms_of(row, record.wanted or record.terms),
            wanted=None,
            step=Step.NONE,
            misses=0,
            **self._reach_of(record, row),
            **self._opened_by(row),
            holder_id=record.holder_id or row.holder_id,
            opens_until=None,
            fault=row.fault if _tells(row) else record.fault,
            deliveries=row.deliveries,
            state=self._state_of(row, record, delivered_from, settled=settled),
        )

    def _leaving(self, record: Record, row: IssuedGrant) -> Record:
        """Return what a row makes of a record that was taken back here; what did not reach the door is asked for again."""
        known: dict[str, Any] = {
            "vendor_id": row.vendor_id,
            "misses": 0,
            "state": GrantState.REVOKING,
            "ended_here": True,
            "deliveries": row.deliveries,
        }
        is_asked = row.leaving and record.step is not Step.REVOKE
        if row.fault is not Fault.REVOKE or not is_asked:
            return self._put(
                record, **known, step=Step.NONE if is_asked else Step.REVOKE
            )
        wait = min(AGAIN * 2**record.attempts, LONGEST_AGAIN)
        if self._clock() < record.asked_at + wait:
            return self._put(record, **known, step=Step.NONE, fault=row.fault)
        return self._put(
            record,
            **known,
            step=Step.REVOKE,
            fault=row.fault,
            attempts=min(record.attempts + 1, _MOST_ATTEMPTS),
            asked_at=self._clock(),
        )

    def _forgotten(self, record: Record, row: IssuedGrant) -> Record:
        """Return what a record becomes that the door has forgotten."""
        if record.is_gone or _has_run_out(record):
            return record
        return self._put(
            record,
            vendor_id=row.vendor_id,
            state=GrantState.REVOKED,
            step=Step.NONE,
            wanted=None,
            fault=None,
        )

    def _run_out(self, record: Record) -> Record:
        """Return a record of which nothing is told; what was in doubt does not matter once all its times are over."""
        latest = record.latest
        if not record.is_in_doubt or latest is None or latest > self._clock():
            return record
        # Not revoked: whether the door has forgotten it, nobody knows.
        return self._put(
            record, state=GrantState.EXPIRED, step=Step.NONE, wanted=None, fault=None
        )

    def _reach_of(self, record: Record, row: IssuedGrant) -> dict[str, Any]:
        """Return how far what was handed out may reach, as a row and what was known before have it."""
        return {
            "lives_on": longer(record.lives_on, row.lives_on),
            "latest_end": self._narrowed(record, row),
        }

    def _opened_by(self, row: IssuedGrant) -> dict[str, Any]:
        """Return what a row opens, where single accesses can be given to it and taken from it."""
        if not isinstance(self._vendor, JoinsAccesses):
            return {}
        return {"access_id": row.access.id, "access_name": row.access.name}

    def _narrowed(self, record: Record, row: IssuedGrant) -> datetime | None:
        """Return until when what was handed out may open, where a row opens for less than was known."""
        if isinstance(self._vendor, FollowsGrants):
            if row.delivered:
                return None
            now_told = row if row.limits_told else record.wanted or record.terms
            return self._handed_out(record, now_told.start, now_told.end)
        if record.state is GrantState.ACTIVE and row.delivered is False:
            # What it was handed out to is gone, at least from the vendor's list.
            return record.may_open_until(self._clock())
        if not row.limits_told:
            return record.latest_end
        return self._handed_out(record, row.start, row.end)

    def _handed_out(
        self, record: Record, start: datetime | None, end: datetime | None
    ) -> datetime | None:
        """Return until when what was handed out may open, once a grant has these times."""
        terms = record.terms
        opens_later = start and (terms.start is None or terms.start < start)
        ends_earlier = end and (terms.end is None or terms.end > end)
        if isinstance(self._vendor, FollowsGrants):
            # The door has what it had, until the change is delivered; nothing tells whether it had it.
            is_less = opens_later or ends_earlier or record.wanted is not None
            return record.latest if is_less else record.latest_end
        if opens_later or ends_earlier:
            return record.may_open_until(self._clock())
        return record.latest_end

    def _state_of(
        self,
        row: IssuedGrant,
        record: Record,
        delivered_from: datetime | None,
        *,
        settled: bool,
    ) -> GrantState:
        """Return the state of a grant that is listed."""
        if row.leaving:
            return GrantState.REVOKING
        if row.fault is Fault.ISSUE and all(
            each.state is GrantState.FAILED for each in row.deliveries
        ):
            return GrantState.FAILED
        if row.delivered is not None:
            return GrantState.ACTIVE if row.delivered else GrantState.PENDING
        if record.state is GrantState.ACTIVE and settled:
            return GrantState.ACTIVE
        accepted = self._accepted.get(record.grant_id)
        contained = delivered_from is not None and (
            accepted is None or accepted < delivered_from
        )
        return GrantState.ACTIVE if contained else GrantState.PENDING

    def _missed(self, record: Record, delivered_from: datetime | None = None) -> Record:
        """Return what a record becomes that the vendor does not list."""
        if record.is_gone or _has_run_out(record):
            return record
        known = record.vendor_id is not None
        if known and record.state is GrantState.REVOKING and delivered_from:
            # The door has been told, and the vendor lists it no more.
            return self._gone(record)
        if not self._given_up(record):
            doubtful = known and record.state is not GrantState.REVOKING
            return self._put(
                record,
                misses=record.misses + 1,
                state=GrantState.UNKNOWN if doubtful else record.state,
                asked_at=self._clock()
                if known and not record.misses
                else record.asked_at,
            )
        if known:
            # It was there, and is gone: taken back here, or elsewhere.
            return self._gone(record)
        revoked = record.state is GrantState.REVOKING
        return self._put(
            record,
            state=GrantState.REVOKED if revoked else GrantState.FAILED,
            step=Step.NONE,
            fault=None,
        )

    def _gone(self, record: Record) -> Record:
        """Return a record whose grant the vendor lists no more; what was handed out may open for a while yet."""
        until = record.may_open_until(self._clock())
        return self._put(
            record,
            state=GrantState.REVOKING if until else GrantState.REVOKED,
            opens_until=until,
            step=Step.NONE,
            wanted=None,
            fault=None,
        )

    def _given_up(self, record: Record) -> bool:
        """Return whether enough readings and time have passed to say that a request had no effect."""
        return (
            record.misses + 1 >= LOOKS and abs(self._clock() - record.asked_at) >= GRACE
        )

    def _put(self, record: Record, **changes: object) -> Record:
        """Hold a record with changes, and tell of another state."""
        held = self.ledger.records.get(record.grant_id)
        if held is not None:
            # Told meanwhile by the clock's own course.
            changes.setdefault("expiry_told", held.expiry_told)
            # Its booking may have been made anew meanwhile.
            changes.setdefault("tie", held.tie)
        changed = replace(record, **changes)  # type: ignore[arg-type]  # the caller's names are the record's
        changed = replace(changed, state=changed.state_at(self._clock()))
        if held is None or held.state is not changed.state:
            changed = replace(changed, changed_at=self._clock())
        self.ledger.records[record.grant_id] = changed
        if held is not None and held.news != changed.news:
            self._told(changed)
        return changed

    async def _save_if_possible(self) -> bool:
        """Write what the vendor answered; where that fails, the next reconciliation finds it again."""
        try:
            await self.ledger.save(self._clock())
        except LedgerError as err:
            _LOGGER.error("The ledger of grants could not be written: %s", err)
            return False
        return True


def longer(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    """Return the longer of two times, either of which there may be."""
    return max((each for each in (one, other) if each is not None), default=None)


def _tells(row: IssuedGrant) -> bool:
    """Return whether a row tells how far its delivery is."""
    return row.delivered is not None or row.leaving


def _has_run_out(record: Record) -> bool:
    """Return whether it ended by itself, and nothing was asked for since."""
    return record.state is GrantState.EXPIRED and record.step is Step.NONE


def _terms_of(row: IssuedGrant, terms: Terms) -> Terms:
    """Return the terms as the vendor has them: somebody may have changed them there."""
    terms = replace(terms, name=row.name or terms.name)
    return replace(terms, start=row.start, end=row.end) if row.limits_told else terms
