"""Changes grants, and keeps them in step with the vendor's."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
import logging
from typing import Any

from .grant_issuing import united
from .grant_records import longer
from .grant_revoking import GrantRevoking
from .ledger import LedgerError, Record, Step, Terms, Tie
from .ledger_copy import merged
from .vendors.granting import FollowsGrants, KnowsCodes
from .vendors.grants import GrantState
from .vendors.vendor import NotFound, OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)


class GrantBook(GrantRevoking):
    """The grants of one account, kept in step with the vendor's."""

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
            present = before.terms
            if before.wanted is not None and isinstance(self._vendor, KnowsCodes):
                # Nothing will tell which of the two it is: a change goes on from what was asked for last.
                present = before.wanted
            wanted = terms(present) if callable(terms) else terms
            now = self._clock()
            record = self._put(
                before,
                wanted=wanted,
                tie=tie or self.ledger.records[grant_id].tie,
                revision=before.revision + 1,
                step=Step.UPDATE,
                misses=0,
                asked_at=now,
                unkept=united(before.unkept, self._unkept(wanted)),
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
                    deliveries=(),
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
