"""A KEYVOX organisation with two locks and a locker, at a cloud that answers with documents."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from custom_components.latchkey.vendors.keyvox.adapter import Keyvox
from custom_components.latchkey.vendors.keyvox.client import KeyvoxClient
from custom_components.latchkey.vendors.keyvox.paths import PROFILES
from custom_components.latchkey.vendors.keyvox.signer import Signer
from custom_components.latchkey.vendors.model import Device, DeviceKind
from tests.vendors.scripted import Offline

ORGANISATION = "5f0c2a9b8e7d6c5b4a392817"
ELSEWHERE = "000000000000000000000000"
PLACE = "64b0f1a2c3d4e5f601234567"
UNIT = "64b0f1a2c3d4e5f601234568"
LOCK, OTHER_LOCK = "0123456789abcdef", "fedcba9876543210"
LOCKER = "aaaabbbbccccdddd"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def success(data: Any) -> dict[str, Any]:
    """Return an answer with data."""
    return {"code": "0", "msg": "success", "data": data}


def row(number: str, **fields: Any) -> dict[str, Any]:
    """Return a row about a box."""
    name = f"Box {number[-1]}"
    return {"deviceId": LOCKER, "boxName": name, "boxNum": number, **fields}


ANSWERS: dict[str, Any] = {
    "POST v1/getUnits": success(
        [
            {
                "unitId": UNIT,
                "unitName": "101",
                "placeName": "House",
                "lockIds": f"{LOCK},{OTHER_LOCK}",
            }
        ]
    ),
    "POST v1/getLocks": success(
        {
            "list": [
                {"lockId": LOCK, "lockName": "Front: door"},
                {"lockId": OTHER_LOCK, "lockName": "玄関"},
            ]
        }
    ),
    "POST v1/getLockers": success([{"deviceId": LOCKER, "deviceName": "Lobby"}]),
    "POST v1/getLockerStatus": success(
        [row("00-01", status="0"), row("00-02", status=1)]
    ),
    "POST place/list": success(
        {"list": [{"placeId": PLACE, "placeName": "House", "orgId": ORGANISATION}]}
    ),
}


def account(profile: str = "portal", **answers: Any) -> tuple[Keyvox, Offline]:
    """Return an account without a network that has read its inventory, and what it is answered by."""
    told = {f"POST v1/{name}": answer for name, answer in answers.items()}
    transport = Offline.of({**ANSWERS, **told})
    signer = Signer("key", "secret", PROFILES[profile].signed, lambda: NOW)
    client = KeyvoxClient(transport, PROFILES[profile], signer)
    keyvox = Keyvox(client, lambda: NOW)
    asyncio.run(keyvox.inventory())
    transport.sent.clear()
    return keyvox, transport


LOCKER_DEVICE = Device(id=LOCKER, label=LOCKER, kind=DeviceKind.LOCKER, name="Lobby")
BOX_DEVICE = Device(
    id=f"{LOCKER}-00-02",
    label="00-02",
    kind=DeviceKind.BOX,
    name="Box 2",
    parent_id=LOCKER,
)
