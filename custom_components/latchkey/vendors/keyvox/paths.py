"""Where the operations are, in both of the profiles that the vendor's sources describe (facts sheet 0 and 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

SEED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "getUnits": "v1/getUnits",
        "getUnitPinList": "v1/getUnitPinList",
        "createLockPin": "v1/createLockPin",
        "changeLockPin": "v1/changeLockPin",
        "disableLockPin": "v1/disableLockPin",
        "unlock": "v1/unlock",
        "getLockStatus": "v1/getLockStatus",
        "getLockHistory": "v1/getLockHistory",
        "locks/events": "v1/locks/events",
        "getLockers": "v1/getLockers",
        "getLockerStatus": "v1/getLockerStatus",
        "setLockerStatus": "v1/setLockerStatus",
        "createLockerPin": "v1/createLockerPin",
        "changeLockerPin": "v1/changeLockerPin",
        "disableLockerPin": "v1/disableLockerPin",
        "unlockLocker": "v1/unlockLocker",
        "getAvailableBoxes": "v1/getAvailableBoxes",
        "setBoxColor": "v1/setBoxColor",
        "setCard": "v1/setCard",
        "updateCard": "v1/updateCard",
        "disableCard": "v1/disableCard",
        "getCardStatus": "v1/getCardStatus",
        "getLockCardList": "v1/getLockCardList",
        "setLockerCard": "v1/setLockerCard",
        "updateLockerCard": "v1/updateLockerCard",
        "getPlaces": "place/list",
        "getRoomPlans": "plan/list",
        "getAvailableRooms": "place/availableList",
        "createBooking": "bacsorder/create",
        "updateBooking": "bacsorder/update",
        "cancelBooking": "bacsorder/cancel",
        "checkIn": "bacsorder/checkin",
        "checkOut": "bacsorder/checkout",
        "getBookingDetails": "bacsorder/detail",
    }
)
"""The operations that the overview names, with their paths at the portal (2.1 to 2.4)."""

MORE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "getLocks": "v1/getLocks",
        "getLockPinStatus": "v1/getLockPinStatus",
        "issueLockKey": "v1/issueLockKey",
        "listUnits": "unit/list",
        "listBookings": "bacsorder/list",
    }
)
"""What the portal alone describes, the last two by names of our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A description of the API, by which one is or the other is live for an account."""

    base: str
    signed: tuple[str, ...]
    """What a signature is made of, in this order."""
    paths: Mapping[str, str]


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "portal": Profile(
            base="https://eco.blockchainlock.io/api/eagle-pms",
            signed=("date", "request-line", "digest"),
            paths=MappingProxyType({**SEED, **MORE}),
        ),
        "overview": Profile(
            base="https://api.keyvox.co",
            signed=("x-target-host", "date", "digest"),
            # It spells one path; what it does not name is assumed where the portal's path has the same form.
            paths=MappingProxyType(
                {
                    **{name: f"v1/{name}" for name in SEED},
                    **{
                        name: path
                        for name, path in MORE.items()
                        if path.startswith("v1/")
                    },
                }
            ),
        ),
    }
)
