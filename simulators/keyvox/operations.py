"""Where each operation is, in both profiles: the developer portal's, and that of the vendor's overview."""

from types import MappingProxyType
from typing import Final

SEED: Final = MappingProxyType(
    {
        # smart locks
        "getUnits": "v1/getUnits",
        "getUnitPinList": "v1/getUnitPinList",
        "createLockPin": "v1/createLockPin",
        "changeLockPin": "v1/changeLockPin",
        "disableLockPin": "v1/disableLockPin",
        "unlock": "v1/unlock",
        "getLockStatus": "v1/getLockStatus",
        "getLockHistory": "v1/getLockHistory",
        "locks/events": "v1/locks/events",
        # lockers
        "getLockers": "v1/getLockers",
        "getLockerStatus": "v1/getLockerStatus",
        "setLockerStatus": "v1/setLockerStatus",
        "createLockerPin": "v1/createLockerPin",
        "changeLockerPin": "v1/changeLockerPin",
        "disableLockerPin": "v1/disableLockerPin",
        "unlockLocker": "v1/unlockLocker",
        "getAvailableBoxes": "v1/getAvailableBoxes",
        "setBoxColor": "v1/setBoxColor",
        # cards
        "setCard": "v1/setCard",
        "updateCard": "v1/updateCard",
        "disableCard": "v1/disableCard",
        "getCardStatus": "v1/getCardStatus",
        "getLockCardList": "v1/getLockCardList",
        "setLockerCard": "v1/setLockerCard",
        "updateLockerCard": "v1/updateLockerCard",
        # reservations
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
"""The operations that the overview names, with their paths at the portal."""

PORTAL_ONLY: Final = MappingProxyType(
    {
        "getLocks": "v1/getLocks",
        "getLockPinList": "v1/getLockPinList",
        "getLockPinStatus": "v1/getLockPinStatus",
        "issueLockKey": "v1/issueLockKey",
        "getBookingOrders": "v1/getBookingOrders",
        "placeDetail": "place/detail",
        "unitList": "unit/list",
        "planDetail": "plan/detail",
        "bookingList": "bacsorder/list",
    }
)
"""The operations that are known from the portal; where it gives no name, the key is one of our own."""

PORTAL: Final = MappingProxyType({**SEED, **PORTAL_ONLY})

# The overview spells one path; what it does not name at all is assumed where the portal's path has the same form.
OVERVIEW: Final = MappingProxyType(
    {
        **{name: f"v1/{name}" for name in SEED},
        **{name: path for name, path in PORTAL_ONLY.items() if path.startswith("v1/")},
    }
)
