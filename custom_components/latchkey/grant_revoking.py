"""Takes grants back so that a revocation once begun is carried on until it is done."""

from contextlib import suppress
from datetime import datetime

from .grant_issuing import GrantIssuing
from .grant_records import GRACE
from .ledger import LedgerError, Record, Step
from .vendors.granting import KnowsCodes
from .vendors.grants import GrantState
from .vendors.vendor import NotFound, OutcomeUnknown, VendorError


class GrantRevoking(GrantIssuing):
    """The grants of one account, and what is taken back of them."""

    async def revoke(self, record: Record, code: str | None = None) -> Record:
        """Take a grant back; a revocation once begun is carried on until it is done.

        One of which no id is known is taken back by its code, where the vendor knows it by that.
        """
        async with self._turn(record.scope):
            now = self._clock()
            before = self.ledger.records.get(record.grant_id)
            if before is not None and before.is_gone:
                # Of one that was never seen, a list may tell yet; where there is none, nothing would end this.
                if before.vendor_id or isinstance(self._vendor, KnowsCodes):
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
                deliveries=(),
                attempts=0,
                asked_at=now,
                # What was delivered since it was asked for first, may have been delivered for it.
                changed_at=before.changed_at
                if before and before.state is GrantState.REVOKING
                else now,
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
                if before is not None and before.vendor_id is None and code:
                    record = await self._revoke_code(record, before.asked_at, code)
                else:
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

    async def _revoke_code(
        self, record: Record, issued_at: datetime, code: str
    ) -> Record:
        """Take back by its code what no id is known of; raises NotFound while its issue may still take effect.

        Nothing tells when the doors have learned of it, so for a while they are said to open.
        """
        assert isinstance(self._vendor, KnowsCodes) and record.credential
        try:
            await self._vendor.revoke_code(record.credential, code)
        except NotFound:
            if abs(self._clock() - issued_at) < GRACE:
                raise
        return self._put(
            record,
            state=GrantState.REVOKING,
            opens_until=self._clock() + GRACE,
            step=Step.NONE,
        )

    async def _ask_to_revoke(self, record: Record) -> Record:
        if record.vendor_id is None:
            return record
        # What is not found may be gone, or only be marked already: the next reading tells.
        with suppress(NotFound):
            await self._vendor.revoke(record.vendor_id)
        return self._put(record, step=Step.NONE)
