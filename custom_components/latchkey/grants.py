"""Issues, changes and revokes grants so that one call leaves one grant or none, whatever happens in between."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any

from .grant_records import GrantRecords, Told, longer
from .ledger import Ledger, LedgerError, Record, Step, Terms, Tie
from .ledger_copy import merged
from .vendors.granting import ComparesGrants, FollowsGrants, IssuesGrants
from .vendors.grants import Access, Credential, GrantState, Issued
from .vendors.vendor import Conflict, NotFound, OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)


class GrantBook(GrantRecords):
    """The grants of one account, kept in step with the vendor's."""

    def __init__(
        self,
        vendor: IssuesGrants,
        ledger: Ledger,
        clock: Callable[[], datetime],
        told: Told,
    ) -> None:
        """Initialize with the ledger, and with what is told of each grant whose state changes."""
        super().__init__(vendor, ledger, clock, told)
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
    ) -> tuple[Record, Issued]:
        """Issue a grant; its state tells what is known of it. Raises where there is none."""
        async with self._turn(access.scope):
            now = self._clock()
            record = Record(
                grant_id=grant_id,
                access_id=access.id,
                access_name=access.name,
                scope=access.scope,
                credential=credential,
                terms=terms,
                state=GrantState.UNKNOWN,
                step=Step.ISSUE,
                created_at=now,
                asked_at=now,
                changed_at=now,
                holder_id=holder_id,
                lives_on=self._lives_on(credential, terms),
                tie=tie,
            )
            await self._refuse_second(record)
            record = self.ledger.put(record, asked_at=self._clock())
            issued = Issued()
            try:
                await self.ledger.save(now)
            except LedgerError:
                del self.ledger.records[grant_id]
                raise
            try:
                issued = await self._vendor.issue(record.order(code))
            except (OutcomeUnknown, Conflict) as err:
                # A cloud that handles a request twice reports a conflict with itself.
                record = await self._looked_after(record, err)
            except VendorError:
                await self._forget(record)
                raise
            else:
                record = self._put(
                    record,
                    state=GrantState.PENDING,
                    step=Step.NONE,
                    vendor_id=issued.vendor_id,
                )
                self._accepted[grant_id] = self._clock()
                record = await self._read_back(record)
            await self._save_if_possible()
            return record, issued

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

    async def _looked_after(
        self, record: Record, err: OutcomeUnknown | Conflict
    ) -> Record:
        """Return what became of an issue in doubt, as far as that can be read now."""
        record = self._put(record, asked_at=self._clock())
        try:
            found = await self._read(record.scope)
        except VendorError:
            return record
        if row := found.get(record.grant_id):
            return self._compared(record, row)
        if isinstance(err, Conflict):
            await self._forget(record)
            raise err
        return record

    async def update(
        self,
        grant_id: str,
        terms: Terms | Callable[[Terms], Terms],
        code: str | None,
        *,
        tie: Tie | None = None,
    ) -> Record:
        """Change a grant; its state tells what is known of it. Raises where it stays as it was.

        `terms` are the new ones, or make them of the present ones; without another tie it follows what it followed.
        """
        record = self.ledger.records[grant_id]
        async with self._turn(record.scope):
            before = self.ledger.records[grant_id]
            if before.vendor_id is None:
                rows = await self._read(before.scope)
                if grant_id in rows:
                    before = self._compared(before, rows[grant_id])
            elif before.wanted is not None:
                before = await self._as_it_is(before)
            if (
                (vendor_id := before.vendor_id) is None
                or before.is_ended
                or before.state is GrantState.REVOKING
            ):
                raise NotFound
            wanted = terms(before.terms) if callable(terms) else terms
            now = self._clock()
            record = self._put(
                before,
                wanted=wanted,
                tie=tie or self.ledger.records[grant_id].tie,
                revision=before.revision + 1,
                step=Step.UPDATE,
                misses=0,
                asked_at=now,
                **self._reach(before, wanted),
            )
            try:
                await self.ledger.save(now)
            except LedgerError:
                self._put(before, tie=self._tie_of(before))
                raise
            try:
                await self._vendor.update(vendor_id, record.order(code))
            except OutcomeUnknown:
                record = self._put(
                    record, state=GrantState.UNKNOWN, asked_at=self._clock()
                )
                try:
                    row = (await self._read(record.scope)).get(grant_id)
                except VendorError:
                    row = None
                if row and row.revision == record.revision:
                    record = self._compared(record, row)
            except NotFound:
                # Gone, or not: the next reading tells.
                self._put(
                    before,
                    revision=record.revision,
                    state=GrantState.UNKNOWN,
                    tie=self._tie_of(before),
                )
                await self._save_if_possible()
                raise
            except VendorError:
                # The revision is spent: a row that carries it was never made.
                self._put(before, revision=record.revision, tie=self._tie_of(before))
                await self._save_if_possible()
                raise
            else:
                record = self._put(
                    record,
                    terms=wanted,
                    wanted=None,
                    step=Step.NONE,
                    state=GrantState.PENDING,
                    fault=None,
                    expiry_told=False,
                )
                self._accepted[grant_id] = self._clock()
                record = await self._read_back(record)
            await self._save_if_possible()
            return record

    def _tie_of(self, before: Record) -> Tie | None:
        """Return how a grant followed its booking before a change, which may have been made anew meanwhile."""
        held = self.ledger.records[before.grant_id].tie
        if before.tie is None or held is None:
            return before.tie
        return replace(before.tie, booking_id=held.booking_id)

    def _reach(self, before: Record, wanted: Terms) -> dict[str, Any]:
        """Return how far what was and will be handed out may reach."""
        assert before.credential is not None
        named = wanted.fields and self._lives_on(before.credential, wanted)
        latest_end = self._handed_out(before, wanted.start, wanted.end)
        if before.wanted is not None and before.lives_on is not None:
            # An earlier change is still in doubt.
            latest_end = before.may_open_until(self._clock())
        return {
            "lives_on": longer(before.lives_on, named or None),
            "latest_end": latest_end,
        }

    async def revoke(self, record: Record) -> Record:
        """Take a grant back; a revocation once begun is carried on until it is done."""
        async with self._turn(record.scope):
            now = self._clock()
            before = self.ledger.records.get(record.grant_id)
            if before is not None and before.is_gone and before.vendor_id:
                return before
            if before is not None:
                before = await self._as_it_is(before)
            # Told only once it is sure that it will be carried on.
            record = self.ledger.put(
                before or record,
                state=GrantState.REVOKING,
                step=Step.REVOKE,
                ended_here=True,
                misses=0,
                fault=None,
                attempts=0,
                asked_at=now,
                changed_at=now,
            )
            try:
                await self.ledger.save(now)
            except LedgerError:
                if before:
                    self.ledger.put(before)
                else:
                    del self.ledger.records[record.grant_id]
                raise
            if before is not None and before.state is not record.state:
                self._told(record)
            try:
                record = await self._read_back(await self._ask_to_revoke(record))
            except OutcomeUnknown:
                pass
            except VendorError:
                # Refused, so it stays what it was; nothing goes on behind the user's back.
                if before:
                    self._put(before)
                else:
                    del self.ledger.records[record.grant_id]
                await self._save_if_possible()
                raise
            await self._save_if_possible()
            return record

    async def _as_it_is(self, record: Record) -> Record:
        """Return a record as the vendor has it, where that says for how long it will live on; else as it is known."""
        if record.lives_on is not None:
            with suppress(VendorError):
                row = (await self._read(record.scope)).get(record.grant_id)
                return self._compared(record, row) if row else record
        return record

    async def _ask_to_revoke(self, record: Record) -> Record:
        if record.vendor_id is None:
            return record
        # What is not found may be gone, or only be marked already: the next reading tells.
        with suppress(NotFound):
            await self._vendor.revoke(record.vendor_id)
        return self._put(record, step=Step.NONE)

    async def reconcile(
        self,
        scope: str,
        delivered_from: datetime | None = None,
        *,
        whole: bool = True,
    ) -> None:
        """Compare what the ledger holds with what the vendor has; carry on what was left undone.

        `delivered_from` is when a delivery began that has been completed; `whole` says that a vendor that tells of
        each grant alone is asked about those too of which nothing is due. Raises VendorError where the vendor cannot
        be asked.
        """
        async with self._locks[scope]:
            if self.closed:
                # Another book may hold the file by now.
                return
            rows = await self._read(scope, whole=whole)
            if not isinstance(self._vendor, FollowsGrants) and any(
                record.vendor_id and not record.is_gone and not rows[record.grant_id]
                for record in self.ledger.of_scope(scope)
            ):
                # A list read in pages can lack a row for a moment, and a search one that lost its marker.
                again = await self._read(scope, searched=False)
                rows |= {grant_id: row for grant_id, row in again.items() if row}
            compared = [
                self._compared(record, rows[record.grant_id], delivered_from)
                if record.grant_id in rows
                else self._run_out(record)
                for record in self.ledger.of_scope(scope)
            ]
            # What was found is on disk before it is taken back: afterwards nothing would tell that it was there.
            if not await self._save_if_possible():
                return
            to_revoke = [record for record in compared if record.step is Step.REVOKE]
            for record in to_revoke:
                try:
                    await self._ask_to_revoke(record)
                except VendorError as err:
                    _LOGGER.debug("Revocation not carried on yet: %s", err)
            if to_revoke:
                await self._save_if_possible()

    async def take_in(self, copied: Sequence[Record]) -> list[Record]:
        """Hold what a copy of the ledger has and the ledger lacks; return what was added.

        Nothing is sent: what the copy left undone is carried on by the next reconciliation, which asks the vendor
        first. Raises LedgerError, and then holds nothing of it.
        """
        async with AsyncExitStack() as turns:
            # In one order, so that no two of these wait for each other.
            for scope in sorted({record.scope for record in copied}):
                await turns.enter_async_context(self._turn(scope))
            now = self._clock()
            taken = merged(self.ledger.records, copied, now)
            new = taken.keys() - self.ledger.records.keys()
            self.ledger.records |= taken
            try:
                if taken:
                    await self.ledger.save(now)
            except LedgerError:
                for grant_id in taken.keys() & self.ledger.records.keys():
                    if grant_id in new:
                        del self.ledger.records[grant_id]
                    else:
                        self.ledger.put(self.ledger.records[grant_id], vendor_id=None)
                raise
            held = self.ledger.records
            return [
                held[grant_id] for grant_id in taken if grant_id in new & held.keys()
            ]
