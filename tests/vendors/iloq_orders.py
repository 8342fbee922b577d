"""Orders of iLOQ's keys, and what the vendor tells of a key; the seed's sample answer."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.latchkey.vendors.grants import (
    Access,
    Credential,
    Followed,
    GrantState,
    Order,
)
from custom_components.latchkey.vendors.iloq.people import key_id_of
from tests.vendors.iloq_keys import DOOR, GATE, SYSTEM, YARD

GRANT = "01JGRANT0000"
KEY = key_id_of(GRANT)
PERSON = "c961e055-9ea0-42bf-88af-243e41ebc2f9"
START = datetime(2025, 6, 1, 9, tzinfo=UTC)
END = datetime(2025, 9, 14, 6, 57, 51, tzinfo=UTC)
BOTH = Access(f"{DOOR},{GATE}", "Door, Gate", SYSTEM)
NUMBER = "+358401112223"
INSERT = "POST Keys"
ORDER = "POST Keys/{id}/Order"
CAN_ORDER = "GET Keys/{id}/CanOrder"
DELETE = "DELETE Keys/{id}"
GET = "GET Keys/{id}"
HELD = "GET Keys/{id}/SecurityAccesses"
LIMITS = "GET Keys/{id}/TimeLimitTitles"

LATER = END + timedelta(days=1)
LATER_LG = "2025-09-15T09:57:51"
LATER_UTC = "2025-09-15T06:57:51Z"


SEED_ANSWER: Mapping[str, Any] = {
    "FNKey_ID": "2f5f4f05-b971-4615-b289-fefa81ecc69a",
    "ROM_ID": "sample string 2",
    "Description": "sample string 3",
    "ExpireDate": "2025-09-14T09:57:51.4042004+03:00",
    "InfoText": "sample string 4",
    "Person_ID": "95c15651-2046-4fac-8a2d-43459144761f",
    "RealEstate_ID": "fcacf752-17f5-4650-8dd7-0fc2b00466fe",
    "Stamp": "sample string 6",
    "State": 7,
    "TagKey": "sample string 8",
    "StampSource": 9,
    "TagKeySource": 10,
    "VersionCode": "sample string 11",
}


def order(credential: Credential = Credential.KEY, **fields: Any) -> Order:
    """Return an order of a key."""
    usual: dict[str, Any] = {
        "grant_id": GRANT,
        "revision": 1,
        "access": BOTH,
        "name": "Gun Ek",
        "start": None,
        "end": END,
        "fields": {},
    }
    return Order(credential=credential, **usual | fields)


def followed(state: GrantState = GrantState.ACTIVE, **fields: Any) -> Followed:
    """Return a grant that is followed."""
    usual: dict[str, Any] = {
        "grant_id": GRANT,
        "vendor_id": KEY,
        "access": BOTH,
        "credential": Credential.KEY,
        "name": "Gun Ek",
        "start": None,
        "end": END,
        "latest_end": END,
        "revision": 1,
        "in_doubt": False,
        "asked_at": START,
    }
    return Followed(state=state, **usual | fields)


def told(**fields: Any) -> dict[str, Any]:
    """Return a key as version 2 tells of it, programmed."""
    return {
        "FNKey_ID": KEY,
        "Description": "Gun Ek",
        "ExpireDate": "2025-09-14T06:57:51Z",
        "InfoText": "",
        "IsProgrammed": True,
        "KeyTypeMask": 264,
        "Person_ID": None,
        "ProgrammingState": 3,
        "RealEstate_ID": YARD,
        "ROM_ID": "R",
        "Stamp": "0042",
        "State": 1,
        "TagKey": "04AA",
        **fields,
    }


def slot(number: int, at: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a time limit of a key."""
    return {"SlotNo": number, "LimitDateLg": at, "TimeLimitTitle_ID": None, **fields}


def limits(*slots: Any, **fields: Any) -> dict[str, Any]:
    """Return the time limits of a key."""
    return {
        "KeyScheduler": None,
        "KeyTimeLimitSlots": list(slots),
        "OfflineExpirationSeconds": 0,
        "OutsideUserZoneTimeLimitTitleSlots": [],
        **fields,
    }


def held(*access_ids: str, outside: int = 0) -> dict[str, Any]:
    """Return the accesses of a key."""
    names = {DOOR: "Door", GATE: "Gate"}
    return {
        "OutsideUserZonesCount": outside,
        "SecurityAccesses": [
            {"SecurityAccess_ID": each, "Name": names[each]} for each in access_ids
        ],
    }


AS_ORDERED = {
    GET: told(),
    HELD: held(DOOR, GATE),
    LIMITS: limits(slot(1, "2025-09-14T09:57:51")),
}
