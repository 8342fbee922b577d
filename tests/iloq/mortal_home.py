"""A home whose grants are kept at iLOQ, and which can be killed at any moment; the disk outlives it."""

from typing import override

from custom_components.latchkey.vendors.grants import Access
from custom_components.latchkey.vendors.iloq.adapter import Iloq
from custom_components.latchkey.vendors.iloq.client import IloqClient
from custom_components.latchkey.vendors.iloq.session import Login, Session, judge
from simulators.iloq import DEMO_CUSTOMER_CODE, DEMO_PASSWORD, DEMO_USER, IloqCloud
from tests.grants import mortal

LOOKS = 6
"""How many looks, a minute and more apart, tell what became of a grant."""


class MortalHome(mortal.MortalHome[IloqCloud, Iloq]):
    """One run of Home Assistant."""

    @override
    def _connected(self) -> Iloq:
        login = Login(
            customer_code=DEMO_CUSTOMER_CODE,
            username=DEMO_USER,
            password=DEMO_PASSWORD,
            api_key="",
            lock_group=None,
        )
        opened = Session(login, self.clock)
        transport = self._transport(opened.headers, judge)
        opened.attach(transport)
        return Iloq(IloqClient(transport, opened), self.clock)

    @override
    async def started(self) -> MortalHome:
        """Return the home once it knows what there is."""
        await self.vendor.inventory()
        return self

    def access(self, *names: str) -> Access:
        """Return what is meant by some names."""
        return self.vendor.joined(
            [self.vendor.access_named(name, {}, {}) for name in names]
        )

    async def looked(self) -> None:
        """Let some time pass, and look at everything several times."""
        await self.look(self.vendor.scopes({})[0].id, LOOKS)
