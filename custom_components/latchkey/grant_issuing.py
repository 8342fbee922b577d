"""Issues grants so that one call leaves one grant or none, whatever happens in between."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
import logging

from .grant_codes import GrantCodes
from .grant_records import GrantRecords, Told
from .ledger import Ledger, LedgerError, Record, Step, Terms, Tie
from .vendors.granting import ComparesGrants, IssuesGrants
from .vendors.grants import Access, Credential, GrantState, Issued
from .vendors.vendor import Conflict, OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)


class GrantIssuing(GrantRecords):
    """The grants of one account, and what is issued of them."""

    def __init__(
        self,
        vendor: IssuesGrants,
        ledger: Ledger,
        clock: Callable[[], datetime],
        told: Told,
    ) -> None:
        """Initialize with the ledger, and with what is told of each grant whose state changes."""
        super().__init__(vendor, ledger, clock, told)
        self.codes = GrantCodes(vendor, ledger)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.closed = False

    async def close(self) -> None:
        """Refuse what is new, and wait for what is under way."""
        self.closed = True
        for lock in list(self._locks.values()):
            async with lock:
                pass

    @asynccontextmanager
    async def _turn(self, scope: str) -> AsyncIterator[None]:
        """Wait for a scope's earlier calls; raises LedgerError once the book is closed."""
        async with self._locks[scope]:
            if self.closed:
                raise LedgerError("closed")
            yield

    async def issue(
        self,
        grant_id: str,
        access: Access,
        credential: Credential,
        terms: Terms,
        code: str | None,
        *,
        holder_id: str | None = None,
        tie: Tie | None = None,
        again: Record | None = None,
    ) -> tuple[Record, Issued]:
        """Issue a grant; its state tells what is known of it. Raises where there is none.

        What repeats an issue in doubt, which `again` may name, is the same grant.
        """
        async with self._turn(access.scope):
            now = self._clock()
            before = self.codes.doubted(credential, code, again)
            if before is not None:
                # In the spelling that was sent first: to the vendor, another one might be another code.
                code = self.codes.of(before) or code
            record = Record(
                grant_id=before.grant_id if before else grant_id,
                access_id=access.id,
                access_name=access.name,
                scope=access.scope,
                credential=credential,
                # Of two issues in doubt either may be what there is.
                terms=_longest(before.terms, terms) if before else terms,
                wanted=terms if before else None,
                state=GrantState.UNKNOWN,
                step=Step.ISSUE,
                created_at=before.created_at if before else now,
                asked_at=now,
                changed_at=now,
                holder_id=holder_id,
                lives_on=self._lives_on(credential, terms),
                unkept=united(before.unkept if before else (), self._unkept(terms)),
                tie=tie,
            )
            await self._refuse_second(record)
            known = self.codes.of(record)
            record = self.ledger.put(record, asked_at=self._clock())
            self.codes.keep(record, code)
            issued = Issued()
            try:
                await self.ledger.save(now)
            except LedgerError:
                self._take_back(record, before, known)
                raise
            try:
                issued = await self._vendor.issue(record.order(code))
            except (OutcomeUnknown, Conflict) as err:
                # A cloud that handles a request twice reports a conflict with itself.
                record, is_missing = await self._looked_after(record)
                if is_missing and isinstance(err, Conflict):
                    self._take_back(record, before, known)
                    await self._save_if_possible()
                    raise
            except VendorError:
                self._take_back(record, before, known)
                await self._save_if_possible()
                raise
            else:
                record = self._put(
                    record,
                    terms=terms,
                    wanted=None,
                    state=GrantState.PENDING,
                    step=Step.NONE,
                    vendor_id=issued.vendor_id,
                    holder_id=holder_id or issued.holder_id,
                    # What was issued first may have come to the door.
                    latest_end=self._handed_out(record, terms.start, terms.end)
                    if before
                    else None,
                )
                if twin := self.codes.twin(record):
                    record = self._as_twin(record, twin, code)
                    if before and known is None and twin.created_at < before.created_at:
                        # It was hardly the code of the doubt, which nobody remembers: that remains.
                        self._put(before)
                        self.codes.keep(before, None)
                    issued = replace(issued, was_there=True)
                self._accepted[record.grant_id] = self._clock()
                record = await self._read_back(record)
            await self._save_if_possible()
            return record, issued

    def _take_back(
        self, record: Record, before: Record | None, known: str | None
    ) -> None:
        """Hold what was held before an issue that was refused: nothing, or what was in doubt already."""
        self.codes.keep(record, known)
        if before:
            self.ledger.put(before)
        else:
            del self.ledger.records[record.grant_id]

    def _as_twin(self, record: Record, twin: Record, code: str | None) -> Record:
        """Return the grant that was there already, which is now what was ordered."""
        del self.ledger.records[record.grant_id]
        merged = replace(
            record,
            grant_id=twin.grant_id,
            created_at=twin.created_at,
            revision=twin.revision + 1,
            latest_end=self._handed_out(twin, record.terms.start, record.terms.end),
            unkept=united(twin.unkept, record.unkept),
        )
        self.codes.keep(merged, code)
        return self._put(merged, expiry_told=False)

    def _unkept(self, terms: Terms) -> tuple[str, ...]:
        """Return the fields of a grant that each change must give again."""
        fields = self._vendor.grant_fields
        return tuple(
            field.key for field in fields if field.again and field.key in terms.fields
        )

    def _lives_on(self, credential: Credential, terms: Terms) -> timedelta | None:
        if not isinstance(self._vendor, ComparesGrants):
            return None
        return self._vendor.lives_on(credential, terms.fields)

    async def _refuse_second(self, record: Record) -> None:
        """Raise Conflict where there is or may be the same grant already, from which this one could not be told."""
        assert record.credential is not None
        rule = self._vendor.codes.get(record.credential)
        if not isinstance(self._vendor, ComparesGrants) or (rule and rule.is_final):
            return
        if any(
            other.vendor_id is None
            and not other.is_gone
            and other.marks == record.marks
            for other in self.ledger.of_scope(record.scope)
        ):
            raise Conflict
        order = record.order(None)
        rows = await self._vendor.issued(record.scope)
        if any(self._vendor.is_as_ordered(row, order) for row in rows):
            raise Conflict

    async def _read_back(self, record: Record) -> Record:
        """Return what the vendor's list says at once, where all that there is to say stands in it."""
        if not isinstance(self._vendor, ComparesGrants) or record.vendor_id is None:
            return record
        try:
            row = (await self._read(record.scope)).get(record.grant_id)
        except VendorError:
            return record
        if record.state is GrantState.REVOKING:
            return self._compared(record, row)
        is_done = row is not None and row.revision == record.revision
        return self._compared(record, row) if is_done else record

    async def _looked_after(self, record: Record) -> tuple[Record, bool]:
        """Return what became of an issue in doubt, as far as that can be read now, and whether it is not there."""
        record = self._put(record, asked_at=self._clock())
        try:
            found = await self._read(record.scope)
        except VendorError:
            return record, False
        row = found.get(record.grant_id)
        return (self._compared(record, row), False) if row else (record, True)


def united(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of two lists, each once."""
    return tuple(dict.fromkeys((*one, *other)))


def _longest(one: Terms, other: Terms) -> Terms:
    """Return the latter terms with the later of two ends, of which none is the latest."""
    ends = [terms.end for terms in (one, other) if terms.end is not None]
    return replace(other, end=max(ends) if len(ends) == 2 else None)
