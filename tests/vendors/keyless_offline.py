"""A Keyless account without a network, and the documents' examples of what is granted there."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from custom_components.latchkey.vendors.grants import Access, Credential, Order
from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.model import Device, DeviceKind
from tests.simulators.helpers import FakeClock
from tests.vendors.scripted import Offline

USER: Final = "558aef6a-de33-4e6c-8219-1eab9727ae94"
OTHER_USER: Final = "e9e9f7f2-dec4-4320-b9db-0be6f9a51caa"
LOCK: Final = "9c2d0a3e-7a3f-4f6e-a2c4-2f1f0d4f1b11"
OTHER_LOCK: Final = "4bb8a6b7-9f5e-4dbb-8f0c-2a6f5a3f2c22"
PHONE: Final = "0f6f9b3a-63d1-4a58-8f2e-5b1a0f1c3d33"
PERMISSION_ID: Final = "7e8e68c3-bca3-48c0-8f29-a757ef2b3c3f"
KEY_ID: Final = "d1a7c0de-2f55-4a0b-9a35-0c6d1b7e4e44"
START: Final = datetime(2025, 11, 22, 12, tzinfo=UTC)
END: Final = START + timedelta(hours=20)

PERMISSION: Final[Mapping[str, Any]] = {
    "id": PERMISSION_ID,
    "permissionType": "SINGLE_INTERVAL",
    "userId": USER,
    "lockingDeviceId": LOCK,
    "operationType": "OPEN",
    "operatingKeyValidityDuration": "P8D",
    "start": "2025-11-22T12:00:00Z",
    "end": "2025-11-23T08:00:00Z",
}
OFFLINE_KEY: Final[Mapping[str, Any]] = {
    "id": KEY_ID,
    "issuerUserId": OTHER_USER,
    "operatingDeviceId": PHONE,
    "lockingDeviceId": LOCK,
    "startDatetime": "2025-11-22T12:00:00Z",
    "endDatetime": "2025-11-23T08:00:00Z",
    "issuanceDatetime": "2025-11-21T08:14:50Z",
    "deliveryMechanism": "SMS",
}
OPERATING_DEVICE: Final[Mapping[str, Any]] = {"id": PHONE, "userId": USER}
NOTHING: Final = b""
"""The answer of a command that has none."""


def page(*items: Any) -> dict[str, Any]:
    """Return a list that ends with these items."""
    return {"items": list(items)}


def account(
    answers: Mapping[str, Any] | None = None, clock: FakeClock | None = None
) -> tuple[Keyless, Offline]:
    """Return an account at a platform where nothing was granted, and where some requests are answered otherwise."""
    transport = Offline.of(
        {
            "POST login": {"token": "a.b.c"},
            "GET permission": page(),
            "GET offline-key": page(),
            "GET operating-device": page(OPERATING_DEVICE),
            **(answers or {}),
        }
    )
    clock = clock or FakeClock()
    token = Token(transport, "anna", "key", clock)
    return Keyless(KeylessClient(transport, token), "anna", clock), transport


def access(operation: str = "OPEN") -> Access:
    """Return what the grants of these tests open."""
    suffix = "" if operation == "OPEN" else f"/{operation}"
    return Access(f"{LOCK}{suffix}", "Backyard Gate", LOCK)


def order(
    credential: Credential = Credential.APP,
    *,
    opens: Access | None = None,
    start: datetime = START,
    end: datetime = END,
    **fields: str,
) -> Order:
    """Return an order for a user."""
    return Order(
        grant_id="01JGRANT0000",
        revision=1,
        access=opens or access(),
        credential=credential,
        name="Anna",
        start=start,
        end=end,
        fields=fields,
        holder_id=USER,
    )


def lock(lock_id: str = LOCK, **values: Any) -> Device:
    """Return a lock as the inventory has it."""
    values = {"label": "BPLAD123456", "name": "Backyard Gate", **values}
    return Device(id=lock_id, kind=DeviceKind.LOCKING_DEVICE, **values)


def bodies(transport: Offline, name: str) -> list[Any]:
    """Return what was sent by requests of a name."""
    return [sent.body for sent in transport.sent if sent.name == name]
