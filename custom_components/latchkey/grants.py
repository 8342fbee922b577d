"""Issues, changes and revokes grants so that one call leaves one grant or none, whatever happens in between."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

from .ledger import Ledger, LedgerError, Record, Step, Terms
from .vendors.grants import Access, Credential, GrantState, IssuedGrant, IssuesGrants
from .vendors.vendor import Conflict, NotFound, OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)

GRACE: Final = timedelta(minutes=2)
"""How long a request that nobody answered may still take effect."""
LOOKS: Final = 2
"""How many readings, the last one after the grace, must agree that it did not."""
_ENDED: Final = (GrantState.FAILED, GrantState.REVOKED)
UNSETTLED: Final = (GrantState.PENDING, GrantState.REVOKING, GrantState.UNKNOWN)

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
        self._accepted: dict[str, datetime] = {}
        """When the vendor last accepted something of a grant: only a delivery begun later contains it."""

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
        async with self._locks[access.scope]:
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

    async def update(self, grant_id: str, terms: Terms, code: str | None) -> Record:
        """Change a grant; its state tells what is known of it. Raises where it stays as it was."""
        record = self.ledger.records[grant_id]
        async with self._locks[record.scope]:
            before = self.ledger.records[grant_id]
            if before.vendor_id is None:
                rows = await self._read(before.scope)
                before = self._compared(before, rows.get(grant_id))
            if (vendor_id := before.vendor_id) is None:
                raise NotFound
            now = self._clock()
            record = self._put(
                before,
                wanted=terms,
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
                    terms=terms,
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
        async with self._locks[record.scope]:
            now = self._clock()
            before = self.ledger.records.get(record.grant_id)
            record = self._put(
                before or record,
                state=GrantState.REVOKING,
                step=Step.REVOKE,
                misses=0,
                asked_at=now,
            )
            try:
                await self.ledger.save(now)
            except LedgerError:
                if before:
                    self._put(before)
                else:
                    del self.ledger.records[record.grant_id]
                raise
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
            rows = await self._read(scope)
            if any(
                record.vendor_id
                and record.state not in _ENDED
                and record.grant_id not in rows
                for record in self.ledger.of_scope(scope)
            ):
                # A list that is read in pages can lack a row for a moment.
                rows |= await self._read(scope)
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
            return self._missed(record)
        if record.state in _ENDED:
            # It was said not to exist, and shall not.
            return self._put(
                record,
                vendor_id=row.vendor_id,
                state=GrantState.REVOKING,
                step=Step.REVOKE,
            )
        if record.state is GrantState.REVOKING:
            undone = not row.leaving and row.delivered is not False
            return self._put(
                record,
                vendor_id=row.vendor_id,
                step=Step.REVOKE if record.step is Step.REVOKE or undone else Step.NONE,
            )
        if record.step is Step.UPDATE and row.revision != record.revision:
            if not self._given_up(record):
                return self._put(record, misses=record.misses + 1)
            record = self._put(record, wanted=None, step=Step.NONE)
        return self._put(
            record,
            vendor_id=row.vendor_id,
            terms=_terms_of(row, record.wanted or record.terms),
            wanted=None,
            step=Step.NONE,
            misses=0,
            state=self._state_of(row, record, delivered_from),
        )

    def _state_of(
        self, row: IssuedGrant, record: Record, delivered_from: datetime | None
    ) -> GrantState:
        """Return the state of a grant that is listed."""
        if row.leaving:
            return GrantState.REVOKING
        if row.delivered is not None:
            return GrantState.ACTIVE if row.delivered else GrantState.PENDING
        if record.state is GrantState.ACTIVE:
            return GrantState.ACTIVE
        accepted = self._accepted.get(record.grant_id)
        contained = delivered_from is not None and (
            accepted is None or accepted < delivered_from
        )
        return GrantState.ACTIVE if contained else GrantState.PENDING

    def _missed(self, record: Record) -> Record:
        """Return what a record becomes that the vendor does not list."""
        if record.state in _ENDED:
            return record
        if record.vendor_id is not None:
            # It was there, and is gone: taken back here, or elsewhere.
            return self._put(
                record, state=GrantState.REVOKED, step=Step.NONE, wanted=None
            )
        if not self._given_up(record):
            return self._put(record, misses=record.misses + 1)
        revoked = record.state is GrantState.REVOKING
        return self._put(
            record,
            state=GrantState.REVOKED if revoked else GrantState.FAILED,
            step=Step.NONE,
        )

    def _given_up(self, record: Record) -> bool:
        """Return whether enough readings and time have passed to say that a request had no effect."""
        return record.misses + 1 >= LOOKS and self._clock() - record.asked_at >= GRACE

    async def _read(self, scope: str) -> dict[str, IssuedGrant]:
        """Return the rows that carry a marker or whose record knows them, by grant."""
        records = self.ledger.of_scope(scope)
        known = {record.vendor_id: record.grant_id for record in records}
        # A grant that was issued elsewhere and is revoked here carries no marker.
        ours = all(record.credential is not None for record in records)
        rows: dict[str, IssuedGrant] = {}
        for row in await self._vendor.issued(scope, ours=ours):
            grant_id = row.grant_id or known.get(row.vendor_id)
            if grant_id is not None:
                rows.setdefault(grant_id, row)
        return rows

    def _put(self, record: Record, **changes: object) -> Record:
        """Hold a record with changes, and tell of another state."""
        held = self.ledger.records.get(record.grant_id)
        changed = replace(record, **changes)  # type: ignore[arg-type]  # the caller's names are the record's
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
    return replace(terms, name=row.name or terms.name, start=row.start, end=row.end)
