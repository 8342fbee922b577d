"""Issues, changes and revokes grants so that one call leaves one grant or none, whatever happens in between."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

from .ledger import ENDED, Ledger, LedgerError, Record, Step, Terms
from .vendors.grants import Access, Credential, GrantState, IssuedGrant, IssuesGrants
from .vendors.vendor import Conflict, NotFound, OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)

GRACE: Final = timedelta(minutes=2)
"""How long a request that nobody answered may still take effect."""
LOOKS: Final = 2
"""How many readings, the last one after the grace, must agree that it did not."""

type Told = Callable[[Record], None]


class GrantBook:
    """The grants of one account, kept in step with the vendor's."""

    def __init__(
        self,
        vendor: IssuesGrants,
        ledger: Ledger,
        clock: Callable[[], datetime],
        told: Told,
    ) -> None:
        """Initialize with the ledger, and with what is told of each grant whose state changes."""
        self._vendor = vendor
        self.ledger = ledger
        self._clock = clock
        self._told = told
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.closed = False
        self._accepted: dict[str, datetime] = {}
        """When the vendor last accepted something of a grant: only a delivery begun later contains it."""

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
    ) -> Record:
        """Issue a grant; its state tells what is known of it. Raises where there is none."""
        now = self._clock()
        async with self._turn(access.scope):
            record = self.ledger.put(
                Record(
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
                )
            )
            try:
                await self.ledger.save(now)
            except LedgerError:
                del self.ledger.records[grant_id]
                raise
            try:
                vendor_id = await self._vendor.issue(record.order(code))
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
                    vendor_id=vendor_id,
                )
                self._accepted[grant_id] = self._clock()
            await self._save_if_possible()
            return record

    async def _looked_after(
        self, record: Record, err: OutcomeUnknown | Conflict
    ) -> Record:
        """Return what became of an issue in doubt, as far as that can be read now."""
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
    ) -> Record:
        """Change a grant; its state tells what is known of it. Raises where it stays as it was.

        `terms` are the new ones, or make them of the present ones.
        """
        record = self.ledger.records[grant_id]
        async with self._turn(record.scope):
            before = self.ledger.records[grant_id]
            if before.vendor_id is None:
                rows = await self._read(before.scope)
                before = self._compared(before, rows.get(grant_id))
            if (vendor_id := before.vendor_id) is None or before.state in (
                *ENDED,
                GrantState.REVOKING,
            ):
                raise NotFound
            wanted = terms(before.terms) if callable(terms) else terms
            now = self._clock()
            record = self._put(
                before,
                wanted=wanted,
                revision=before.revision + 1,
                step=Step.UPDATE,
                misses=0,
                asked_at=now,
            )
            try:
                await self.ledger.save(now)
            except LedgerError:
                self._put(before)
                raise
            try:
                await self._vendor.update(vendor_id, record.order(code))
            except OutcomeUnknown:
                record = self._put(record, state=GrantState.UNKNOWN)
                try:
                    row = (await self._read(record.scope)).get(grant_id)
                except VendorError:
                    row = None
                if row and row.revision == record.revision:
                    record = self._compared(record, row)
            except NotFound:
                # Gone, or not: the next reading tells.
                self._put(before, revision=record.revision, state=GrantState.UNKNOWN)
                await self._save_if_possible()
                raise
            except VendorError:
                # The revision is spent: a row that carries it was never made.
                self._put(before, revision=record.revision)
                await self._save_if_possible()
                raise
            else:
                record = self._put(
                    record,
                    terms=wanted,
                    wanted=None,
                    step=Step.NONE,
                    state=GrantState.PENDING,
                    expiry_told=False,
                )
                self._accepted[grant_id] = self._clock()
            await self._save_if_possible()
            return record

    async def revoke(self, record: Record) -> Record:
        """Take a grant back; a revocation once begun is carried on until it is done."""
        async with self._turn(record.scope):
            now = self._clock()
            before = self.ledger.records.get(record.grant_id)
            if before is not None and before.state is GrantState.REVOKED:
                return before
            # Told only once it is sure that it will be carried on.
            record = self.ledger.put(
                before or record,
                state=GrantState.REVOKING,
                step=Step.REVOKE,
                ended_here=True,
                misses=0,
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
                record = await self._ask_to_revoke(record)
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

    async def _ask_to_revoke(self, record: Record) -> Record:
        if record.vendor_id is None:
            return record
        # What is not found may be gone, or only be marked already: the next reading tells.
        with suppress(NotFound):
            await self._vendor.revoke(record.vendor_id)
        return self._put(record, step=Step.NONE)

    async def reconcile(
        self, scope: str, delivered_from: datetime | None = None
    ) -> None:
        """Compare what the ledger holds with what the vendor has; carry on what was left undone.

        `delivered_from` is when a delivery began that has been completed. Raises VendorError where the vendor
        cannot be asked.
        """
        async with self._locks[scope]:
            if self.closed:
                # Another book may hold the file by now.
                return
            rows = await self._read(scope)
            if any(
                record.vendor_id
                and record.state not in ENDED
                and record.grant_id not in rows
                for record in self.ledger.of_scope(scope)
            ):
                # A list read in pages can lack a row for a moment, and a search one that lost its marker.
                rows |= await self._read(scope, searched=False)
            for record in self.ledger.of_scope(scope):
                compared = self._compared(
                    record, rows.get(record.grant_id), delivered_from
                )
                if compared.step is Step.REVOKE:
                    try:
                        await self._ask_to_revoke(compared)
                    except VendorError as err:
                        _LOGGER.debug("Revocation not carried on yet: %s", err)
            await self._save_if_possible()

    def _compared(
        self,
        record: Record,
        row: IssuedGrant | None,
        delivered_from: datetime | None = None,
    ) -> Record:
        """Return what a reading makes of a record."""
        if row is None:
            return self._missed(record, delivered_from)
        if record.state is GrantState.FAILED or (
            record.state is GrantState.REVOKED and record.ended_here
        ):
            # It was said not to exist, and shall not.
            return self._put(
                record,
                vendor_id=row.vendor_id,
                state=GrantState.REVOKING,
                step=Step.REVOKE,
                ended_here=True,
            )
        if record.state is GrantState.REVOKING and record.ended_here:
            return self._put(
                record,
                vendor_id=row.vendor_id,
                misses=0,
                step=Step.NONE
                if row.leaving and record.step is Step.NONE
                else Step.REVOKE,
            )
        if record.step is Step.UPDATE and row.revision != record.revision:
            if not self._given_up(record):
                return self._put(record, misses=record.misses + 1)
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
            terms=_terms_of(row, record.wanted or record.terms),
            wanted=None,
            step=Step.NONE,
            misses=0,
            state=self._state_of(row, record, delivered_from, settled=settled),
        )

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
        if record.state in (*ENDED, GrantState.EXPIRED):
            return record
        known = record.vendor_id is not None
        if known and record.state is GrantState.REVOKING and delivered_from:
            # The door has been told, and the vendor lists it no more.
            return self._put(record, state=GrantState.REVOKED, step=Step.NONE)
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
            return self._put(
                record, state=GrantState.REVOKED, step=Step.NONE, wanted=None
            )
        revoked = record.state is GrantState.REVOKING
        return self._put(
            record,
            state=GrantState.REVOKED if revoked else GrantState.FAILED,
            step=Step.NONE,
        )

    def _given_up(self, record: Record) -> bool:
        """Return whether enough readings and time have passed to say that a request had no effect."""
        return (
            record.misses + 1 >= LOOKS and abs(self._clock() - record.asked_at) >= GRACE
        )

    async def _read(
        self, scope: str, *, searched: bool = True
    ) -> dict[str, IssuedGrant]:
        """Return the rows that carry a marker or whose record knows them, by grant."""
        records = self.ledger.of_scope(scope)
        known = {record.vendor_id: record.grant_id for record in records}
        # A marker that was copied to another row says nothing of that row.
        unknown = {record.grant_id for record in records if record.vendor_id is None}
        # A grant that was issued elsewhere and is revoked here carries no marker.
        ours = searched and all(record.credential is not None for record in records)
        rows: dict[str, IssuedGrant] = {}
        for row in await self._vendor.issued(scope, ours=ours):
            grant_id = known.get(row.vendor_id) or row.grant_id
            if row.vendor_id in known or row.grant_id in unknown:
                rows.setdefault(str(grant_id), row)
        return rows

    def _put(self, record: Record, **changes: object) -> Record:
        """Hold a record with changes, and tell of another state."""
        held = self.ledger.records.get(record.grant_id)
        if held is not None:
            # Told meanwhile by the clock's own course.
            changes.setdefault("expiry_told", held.expiry_told)
        changed = replace(record, **changes)  # type: ignore[arg-type]  # the caller's names are the record's
        changed = replace(changed, state=changed.state_at(self._clock()))
        if held is None or held.state is not changed.state:
            changed = replace(changed, changed_at=self._clock())
        self.ledger.records[record.grant_id] = changed
        if held is not None and held.state is not changed.state:
            self._told(changed)
        return changed

    async def _forget(self, record: Record) -> None:
        """Forget a grant that the vendor refused."""
        del self.ledger.records[record.grant_id]
        await self._save_if_possible()

    async def _save_if_possible(self) -> None:
        """Write what the vendor answered; where that fails, the next reconciliation finds it again."""
        try:
            await self.ledger.save(self._clock())
        except LedgerError as err:
            _LOGGER.error("The ledger of grants could not be written: %s", err)


def _terms_of(row: IssuedGrant, terms: Terms) -> Terms:
    """Return the terms as the vendor has them: somebody may have changed them there."""
    terms = replace(terms, name=row.name or terms.name)
    return replace(terms, start=row.start, end=row.end) if row.limits_told else terms
