"""A home whose grants are kept at IntServ, and which can be killed at any moment; the disk outlives it."""

from collections.abc import Mapping
from typing import Final, override

from custom_components.latchkey.ledger import Record, Terms
from custom_components.latchkey.vendors.grants import Access, Credential, Issued
from custom_components.latchkey.vendors.intserv.adapter import IntServ
from custom_components.latchkey.vendors.intserv.client import IntServClient, Key, judge
from custom_components.latchkey.vendors.intserv.levels import SCOPE
from simulators.intserv import DEMO_API_KEY, IntServCloud
from tests.grants import mortal

LOOKS: Final = 6
"""How many looks, a minute and more apart, tell what became of a grant."""


class MortalHome(mortal.MortalHome[IntServCloud, IntServ]):
    """One run of Home Assistant."""

    @override
    def _connected(self) -> IntServ:
        transport = self._transport(Key(DEMO_API_KEY).headers, judge)
        return IntServ(IntServClient(transport), self.clock)

    @override
    async def started(self) -> MortalHome:
        """Return the home once it knows what there is."""
        await self.vendor.inventory()
        return self

    @property
    def records(self) -> Mapping[str, Record]:
        """Return what is known of all grants."""
        return self.ledger.records

    def access(self, *names: str) -> Access:
        """Return what is meant by some names."""
        return self.vendor.joined(
            [self.vendor.access_named(name, {}, {}) for name in names]
        )

    async def issue(
        self,
        grant_id: str,
        access: Access,
        credential: Credential,
        terms: Terms,
        code: str,
    ) -> tuple[Record, Issued]:
        """Issue a grant, as the action does."""
        return await self.book.issue(grant_id, access, credential, terms, code)

    async def repeat(
        self, grant_id: str, record: Record, terms: Terms, code: str
    ) -> tuple[Record, Issued]:
        """Repeat an issue in doubt, as update_grant does."""
        assert record.credential
        return await self.book.issue(
            grant_id, record.access, record.credential, terms, code, again=record
        )

    async def revoke_code(self, credential: Credential, code: str) -> Record | None:
        """Take back what has a code, as revoke_grant does that names no grant."""
        if record := self.book.codes.held(credential, code):
            return await self.book.revoke(record, code if record.is_unseen else None)
        await self.vendor.revoke_code(credential, code)
        return None

    async def compare(self) -> None:
        """Compare the ledger with the cloud."""
        await self.book.reconcile(SCOPE)

    async def looked(self) -> None:
        """Let some time pass, and look at everything several times."""
        await self.look(SCOPE, LOOKS)
