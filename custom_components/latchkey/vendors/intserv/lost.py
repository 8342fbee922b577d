"""Whether the API key has become that of another integration, to which none of our access keys is known."""

from collections.abc import Mapping, Sequence
import logging

from ..grants import Followed, GrantState, IssuedGrant

_LOGGER = logging.getLogger(__name__)


class Lost:
    """The access keys that are not known any more, although nobody took them back here."""

    def __init__(self) -> None:
        """Initialize with none."""
        self._grant_ids: set[str] = set()
        self._are_all = False

    def take(
        self, grants: Sequence[Followed], found: Mapping[str, IssuedGrant | None]
    ) -> bool:
        """Take in how grants stand; return whether all are lost, so that nothing can be told of any: nobody removes all at once."""
        if any(found.values()):
            self._grant_ids.clear()
            self._are_all = False
            return False
        for grant in grants:
            if not is_of_interest(grant) or grant.state is GrantState.REVOKING:
                self._grant_ids.discard(grant.grant_id)
            elif grant.grant_id in found:
                self._grant_ids.add(grant.grant_id)
        # Those that are to go are mostly asked for alone, which tells nothing of the others.
        are_all = len(self._grant_ids) > 1 or (self._are_all and bool(self._grant_ids))
        if are_all and not self._are_all:
            _LOGGER.warning(
                "None of the access keys is known to IntServ any more. Is the API key that of another integration?"
            )
        self._are_all = are_all
        return are_all


def is_of_interest(grant: Followed) -> bool:
    """Return whether it matters how a grant stands."""
    return grant.in_doubt or grant.state not in (GrantState.REVOKED, GrantState.EXPIRED)
