"""A KEYVOX account at a served organisation, under a clock that is moved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from custom_components.latchkey.vendors.keyvox.adapter import Keyvox, connect
from simulators.faults import Fault
from simulators.keyvox import Address, KeyVoxCloud, serve
from simulators.keyvox.cloud import DEMO_API_KEY, DEMO_API_SECRET


@dataclass
class Organisation:
    """An organisation, and the way in."""

    cloud: KeyVoxCloud
    address: Address
    session: ClientSession

    def connect(self, profile: str = "portal", **fields: str) -> Keyvox:
        """Return the account in a profile."""
        url = URL(self.address.url)
        base = url if profile == "portal" else url.with_path("/")
        known = {
            "api_key": DEMO_API_KEY,
            "api_secret": DEMO_API_SECRET,
            "profile": profile,
            "url": str(base),
        }
        return connect(self.session, {**known, **fields})

    def fault(self, kind: str, operation: str, **fault: Any) -> Fault:
        """Put a fault in force for an operation's path."""
        fault["path"] = f"/api/eagle-pms/{operation}"
        return self.cloud.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def count(self, path: str) -> int:
        """Return how often a path of the portal was asked."""
        return self.cloud.requests.counts[f"POST /api/eagle-pms/{path}"]


@asynccontextmanager
async def served_organisation(locks: int = 2) -> AsyncIterator[Organisation]:
    """Serve an organisation with some locks, a unit for each, and a locker."""
    cloud = KeyVoxCloud()
    cloud.populate(locks)
    async with serve(cloud) as address, ClientSession() as session:
        yield Organisation(cloud, address, session)
