"""The codes of what was issued since the start, in memory alone: by them a repeated action is told from a new one."""

from .ledger import Ledger, Record
from .vendors.granting import IssuesGrants, KnowsCodes
from .vendors.grants import Credential
from .vendors.vendor import Conflict


class GrantCodes:
    """Knows which code belongs to which grant, at a vendor where the same code is the same grant."""

    def __init__(self, vendor: IssuesGrants, ledger: Ledger) -> None:
        """Initialize with no code known."""
        self._vendor = vendor if isinstance(vendor, KnowsCodes) else None
        self._ledger = ledger
        self._codes: dict[str, tuple[Credential, str, str]] = {}
        """By grant, its code as it was sent, and the one spelling that all others come to."""

    def keep(self, record: Record, code: str | None) -> None:
        """Know the code of a grant, or none."""
        if self._vendor and code is not None and record.credential:
            same = self._vendor.same_code(record.credential, code)
            self._codes[record.grant_id] = (record.credential, code, same)
        else:
            self._codes.pop(record.grant_id, None)

    def of(self, record: Record) -> str | None:
        """Return the code of a grant, if it is known."""
        known = self._codes.get(record.grant_id)
        return known[1] if known else None

    def is_another(self, record: Record, code: str) -> bool:
        """Return whether a grant is known to have another code than this one, in whichever spelling."""
        known = self._codes.get(record.grant_id)
        if self._vendor is None or known is None:
            return False
        return self._vendor.same_code(known[0], code) != known[2]

    def in_use(self, credential: Credential, *, doubted: bool) -> set[str]:
        """Return the codes of a credential that nothing else may be issued with; those in doubt may be issued again."""
        return {
            code
            for record, kind, code, _ in self._known()
            if kind is credential and (doubted or not record.is_unseen)
        }

    def doubted(
        self, credential: Credential, code: str | None, again: Record | None = None
    ) -> Record | None:
        """Return the grant in doubt that an issue with this code repeats; raises Conflict where it is another one's.

        `again` is the one that it is said to repeat, which is believed unless its code is known to be another.
        """
        if self._vendor is None or code is None:
            return None
        if again is not None:
            # It may have been settled while this waited for its turn.
            again = self._ledger.records.get(again.grant_id)
            if again is None or not again.is_unseen:
                raise Conflict("not in doubt")
        for record in self._with(credential, code):
            if not record.is_unseen or (again and again.grant_id != record.grant_id):
                raise Conflict("code in use")
            return record
        if again and self.of(again) is not None:
            raise Conflict("another code")
        return again

    def held(self, credential: Credential, code: str) -> Record | None:
        """Return the grant that has a code, if it is known."""
        return next(iter(self._with(credential, code)), None)

    def twin(self, record: Record) -> Record | None:
        """Return another record of the same grant: its code was issued before, by a call that is not remembered."""
        if self._vendor is None or record.vendor_id is None:
            return None
        return next(
            (
                other
                for other in self._ledger.of_scope(record.scope)
                if other.vendor_id == record.vendor_id
                and other.grant_id != record.grant_id
                and not other.is_gone
            ),
            None,
        )

    def _with(self, credential: Credential, code: str) -> list[Record]:
        assert self._vendor is not None
        same = self._vendor.same_code(credential, code)
        return [record for record, _, _, known in self._known() if known == same]

    def _known(self) -> list[tuple[Record, Credential, str, str]]:
        """Return the grants that there are or may be, with their codes; forget the others."""
        records = self._ledger.records
        self._codes = {
            grant_id: known
            for grant_id, known in self._codes.items()
            if grant_id in records and _may_be_there(records[grant_id])
        }
        return [(records[grant_id], *known) for grant_id, known in self._codes.items()]


def _may_be_there(record: Record) -> bool:
    """Return whether there may be something that a code leads to: of what was never seen, until its end."""
    return record.is_unseen or (record.vendor_id is not None and not record.is_gone)
