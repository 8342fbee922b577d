"""Every operation that the vendor's overview names, in both profiles."""

from typing import Any

import pytest

from simulators.keyvox import PORTAL_ONLY, SEED
from tests.simulators.keyvox import Org

# In the words and the order of the overview.
NAMED = """
getUnits / getUnitPinList createLockPin / changeLockPin / disableLockPin unlock / getLockStatus / getLockHistory
locks/events
getLockers / getLockerStatus / setLockerStatus createLockerPin / changeLockerPin / disableLockerPin
unlockLocker / getAvailableBoxes setBoxColor
setCard / updateCard / disableCard getCardStatus / getLockCardList setLockerCard / updateLockerCard
getPlaces / getRoomPlans / getAvailableRooms createBooking / updateBooking / cancelBooking
checkIn / checkOut / getBookingDetails
""".replace(" / ", " ").split()


def booking(org: Org, unit_id: str, **changes: Any) -> dict[str, Any]:
    """Return the body by which a reservation is taken."""
    unit = org.cloud.units[unit_id]
    times = {"checkin": org.unix(3600), "checkout": org.unix(7200)}
    return {
        "placeId": unit.site_id,
        **times,
        "orderContact": "Anna",
        "customerNum": 1,
        "payTypeCode": "offlinePayment",
        "earlyTime": 0,
        "extendTime": 0,
        "unitNum": 1,
        "unitList": [
            {"unitId": unit_id, **times, "contactName": "Anna", "customerNum": 1}
        ],
        "commodityList": [],
        **changes,
    }


async def bodies(org: Org, profile: str) -> dict[str, dict[str, Any]]:
    """Return a proper body for each operation, with what it takes for that to be there."""
    lock, locker = org.cloud.populate(1)[0], next(iter(org.cloud.lockers.values()))
    unit, period = next(iter(org.cloud.units.values())), org.period()
    site = unit.site_id
    dates = {"startDate": org.unix(), "endDate": org.unix(60)}
    issued = {"unitId": unit.id, **period}
    box = {"deviceId": locker.id, "boxNum": "00-01"}
    rented = {**box, **period, "targetName": "A", "checkin": "0", "mode": "0"}
    pin = (await org.ok("issueLockKey", {**issued, "targetName": "A"}))["pinId"]
    other = await org.ok("createLockerPin", {**rented, "boxNum": "00-02"})
    await org.ok("setCard", {**issued, "cardId": "A"})
    await org.ok("setLockerCard", {**period, "cardId": "B", **box, "boxNum": "00-03"})
    order = (await org.ok("createBooking", booking(org, unit.id)))["orderId"]
    ordered = {"placeId": site, "orderId": order}
    await org.ok("checkIn", {**ordered, "unitId": unit.id})
    plan = next(iter(org.cloud.plans))
    seed_form = {"lockId": lock.id, "pin": "123456", **dates}
    from_to = {"placeId": site, "fromTime": org.unix(), "toTime": org.unix(60)}
    return {
        "getUnits": {},
        "getLocks": {"page": 1, "count": 10},
        "getUnitPinList": {"unitId": unit.id},
        "getLockPinList": {"lockId": lock.id},
        "createLockPin": seed_form if profile == "overview" else issued,
        "changeLockPin": {"pinId": pin, **period},
        "disableLockPin": {"pinId": pin},
        "getLockPinStatus": {"pinId": pin},
        "issueLockKey": {**issued, "targetName": "A"},
        "unlock": {"lockId": lock.id, "flag": "1"},
        "getLockStatus": {"lockId": lock.id},
        "getLockHistory": {"lockId": lock.id, "position": "", "records": "5"},
        "locks/events": {},
        "getLockers": {},
        "getLockerStatus": {"deviceId": locker.id},
        "setLockerStatus": {**box, "status": "9"},
        "getAvailableBoxes": {"deviceId": locker.id, **period},
        "createLockerPin": {**rented, "boxNum": "00-04", "reassign": "0"},
        "changeLockerPin": {"pinId": other["pinId"], **period},
        "disableLockerPin": {"pinId": other["pinId"]},
        "unlockLocker": box,
        "setBoxColor": {**box, "color": "red"},
        "setCard": {**issued, "cardId": "C"},
        "updateCard": {"cardId": "A", **period},
        "disableCard": {"cardId": "A"},
        "getCardStatus": {"cardId": "A"},
        "getLockCardList": {"lockId": lock.id},
        "setLockerCard": {**box, **period, "cardId": "D", "boxNum": "00-05"},
        "updateLockerCard": {"cardId": "B", **period},
        "getPlaces": {"placeType": "hotel", "page": 1, "count": 100},
        "placeDetail": {"placeId": site},
        "unitList": {"placeId": site, "page": 1, "count": 100},
        "getRoomPlans": {"placeId": site, "page": 1, "count": 100},
        "planDetail": {"commodityId": plan, "targetType": "order"},
        "getAvailableRooms": from_to,
        "createBooking": booking(
            org,
            unit.id,
            unitList=[
                {
                    "unitId": unit.id,
                    "checkin": org.unix(90_000),
                    "checkout": org.unix(99_000),
                    "contactName": "B",
                    "customerNum": 2,
                }
            ],
        ),
        "updateBooking": {**booking(org, unit.id), "orderId": order},
        "cancelBooking": ordered,
        "checkIn": {**ordered, "unitId": unit.id},
        "checkOut": {**ordered, "unitId": unit.id},
        "getBookingDetails": ordered,
        "bookingList": {"placeId": site, "page": 1, "count": 20, "total": 1},
        "getBookingOrders": {"unitId": unit.id},
    }


def test_all_named() -> None:
    """The overview names 34 operations, and the simulator has them all."""
    assert len(NAMED) == 34
    assert set(NAMED) == set(SEED)


@pytest.mark.parametrize("name", [*NAMED, *PORTAL_ONLY])
async def test_portal(org: Org, name: str) -> None:
    """Each operation of the portal does what it is asked for."""
    assert await org.code(name, (await bodies(org, "portal"))[name]) == "0"


@pytest.mark.parametrize("name", NAMED)
async def test_overview(org: Org, name: str) -> None:
    """Each operation that the overview names does what it is asked for there."""
    body = (await bodies(org, "overview"))[name]
    assert org.url(name, "overview").path == f"/v1/{name}"
    assert await org.code(name, body, profile="overview") == "0"


@pytest.mark.parametrize("name", [n for n, p in PORTAL_ONLY.items() if p[:3] == "v1/"])
async def test_assumed_in_overview(org: Org, name: str) -> None:
    """What the portal has beside them is assumed in the overview where its path has the same form."""
    body = (await bodies(org, "overview"))[name]
    assert await org.code(name, body, profile="overview") == "0"
    assert org.url(name, "overview").path == f"/{PORTAL_ONLY[name]}"


@pytest.mark.parametrize("name", [*NAMED, *PORTAL_ONLY])
async def test_missing_things(org: Org, name: str) -> None:
    """What a request names has to be there."""
    proper = (await bodies(org, "portal"))[name]
    made = {"cardId"} if name in ("setCard", "setLockerCard") else set()
    for field in {field for field in proper if field.endswith("Id")} - made:
        assert await org.code(name, {**proper, field: "X"}) == "E0043", field
        without = {key: value for key, value in proper.items() if key != field}
        assert await org.code(name, without) == "E0005", field
