"""Reads the vendor's grants, and finds those of the ledger among them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .ledger import Ledger, Record
from .vendors.granting import ComparesGrants, FollowsGrants, IssuesGrants
from .vendors.grants import GrantState, IssuedGrant

NEAR: Final = timedelta(minutes=90)
"""How near to a request in time something without a marker is taken for its effect; clocks may differ."""


class GrantReadings:
    """The rows of one account's grants."""

    def __init__(
        self,
        vendor: IssuesGrants,
        ledger: Ledger,
        clock: Callable[[], datetime],
    ) -> None:
        """Initialize with whom to ask, and with the ledger."""
        self._vendor = vendor
        self.ledger = ledger
        self._clock = clock

    async def _read(
        self, scope: str, *, searched: bool = True, whole: bool = True
    ) -> dict[str, IssuedGrant | None]:
        """Return the rows of the ledger's records, by grant: None where there is none; what is not told is left out."""
        records = self.ledger.of_scope(scope)
        if isinstance(self._vendor, FollowsGrants):
            asked = [
                record.followed()
                for record in records
                if whole or record.is_undelivered or record.is_in_doubt
            ]
            return dict(await self._vendor.followed(scope, asked))
        # A grant that was issued elsewhere and is revoked here carries no marker.
        ours = searched and all(record.credential is not None for record in records)
        rows = self._ours(records, await self._vendor.issued(scope, ours=ours))
        return {record.grant_id: rows.get(record.grant_id) for record in records}

    def _ours(
        self, records: list[Record], listed: list[IssuedGrant]
    ) -> dict[str, IssuedGrant]:
        """Return the rows that records know, and those that carry the marker, or all the marks, of one that knows none."""
        by_id = {record.vendor_id: record for record in records if record.vendor_id}
        # A marker that was copied to another row says nothing of that row.
        unknown = {
            record.grant_id: record for record in records if record.vendor_id is None
        }
        rows: dict[str, IssuedGrant] = {}
        for row in listed:
            record = by_id.get(row.vendor_id)
            if record is not None and not self._is_still(row, record):
                continue
            if record is None:
                record = unknown.get(row.grant_id or self._alike(row, unknown, rows))
            if record is not None:
                rows.setdefault(record.grant_id, self._revised(row, record))
        return rows

    def _alike(
        self,
        row: IssuedGrant,
        unknown: dict[str, Record],
        taken: dict[str, IssuedGrant],
    ) -> str:
        """Return the grant that a row without a marker can only be: the latest, and one that was given up last of all."""
        if not isinstance(self._vendor, ComparesGrants):
            return ""
        now = self._clock()
        for record in sorted(
            unknown.values(), key=lambda each: (each.is_gone, now - each.asked_at)
        ):
            if (
                record.grant_id not in taken
                and record.credential is not None
                and (row.issued_at is None or row.issued_at >= record.asked_at - NEAR)
                # What was taken back before it was seen, is not for ever: others may grant the same.
                and (
                    record.state is not GrantState.REVOKED
                    or now < record.asked_at + NEAR
                )
                and self._vendor.is_as_ordered(row, record.order(None))
            ):
                return record.grant_id
        return ""

    def _is_still(self, row: IssuedGrant, record: Record) -> bool:
        """Return whether a row is for whom and what the grant is, where a vendor lets that be changed."""
        if not isinstance(self._vendor, ComparesGrants) or record.credential is None:
            return True
        return row.access.id == record.access_id and row.holder_id in (
            None,
            record.holder_id,
        )

    def _revised(self, row: IssuedGrant, record: Record) -> IssuedGrant:
        """Return a row with the revision that it is of, where the vendor keeps none."""
        if not isinstance(self._vendor, ComparesGrants) or record.credential is None:
            return row
        is_done = self._vendor.is_as_ordered(row, record.order(None))
        return replace(row, revision=record.revision - (not is_done))
