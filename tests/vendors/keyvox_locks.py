"""An account's smart locks, at a served organisation or at an enemy's without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from custom_components.latchkey.vendors.keyvox.adapter import Keyvox, connect
from custom_components.latchkey.vendors.keyvox.client import KeyvoxClient
from custom_components.latchkey.vendors.keyvox.paths import PROFILES
from custom_components.latchkey.vendors.keyvox.signer import Signer
from custom_components.latchkey.vendors.model import Device, DeviceKind
from tests.simulators.helpers import FakeClock
from tests.simulators.keyvox import KEY, SECRET, Org, served
from tests.vendors.scripted import Offline


def device(lock_id: str) -> Device:
    """Return a lock as a device."""
    return Device(id=lock_id, label=lock_id, kind=DeviceKind.LOCK, name="Front")


@dataclass
class LockOrg:
    """An organisation with a lock, and its account."""

    org: Org
    keyvox: Keyvox
    lock: Device

    def count(self, operation: str) -> int:
        """Return how often an operation was received, in either profile."""
        counts = self.org.cloud.requests.counts
        return sum(
            times for key, times in counts.items() if key.endswith(f"/v1/{operation}")
        )


@asynccontextmanager
async def served_lock(profile: str) -> AsyncIterator[LockOrg]:
    """Serve an organisation with a lock for the block."""
    async with served() as org, ClientSession() as session:
        lock = org.cloud.add_lock("Front")
        org.room(lock)
        base = URL(org.address.url)
        fields = {
            "api_key": KEY,
            "api_secret": SECRET,
            "profile": profile,
            "url": str(base if profile == "portal" else base.with_path("/")),
        }
        yield LockOrg(org, connect(session, fields, org.clock), device(lock.id))


def offline(answers: dict[str, Any]) -> Keyvox:
    """Return an account without a network, whose answers stand by operation."""
    clock = FakeClock()
    profile = PROFILES["portal"]
    transport = Offline.of(
        {f"POST v1/{operation}": answer for operation, answer in answers.items()}
    )
    signer = Signer(KEY, SECRET, profile.signed, clock)
    return Keyvox(KeyvoxClient(transport, profile, signer), clock)


def enveloped(data: Any) -> dict[str, Any]:
    """Return an answer of success."""
    return {"code": "0", "msg": "success", "data": data}
