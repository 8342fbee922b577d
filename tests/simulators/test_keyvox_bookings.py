"""Reservations of the simulated KEYVOX cloud: places, plans, what is free, guests who come and go."""

import re
from typing import Any

import pytest

from simulators.errors import Invalid
from simulators.keyvox.places import Unit
from tests.simulators.keyvox import Json, Org

HOUR, DAY = 3600, 86400


@pytest.fixture
def rooms(org: Org) -> list[Unit]:
    """Return two rooms of one house, each with a lock."""
    org.cloud.populate(2)
    return list(org.cloud.units.values())[:2]


def stay(org: Org, unit: Unit, start: float = HOUR, end: float = DAY) -> Json:
    """Return what a request says of one unit."""
    return {
        "unitId": unit.id,
        "checkin": org.unix(start),
        "checkout": org.unix(end),
        "contactName": "Anna",
        "customerNum": 2,
    }


def wish(org: Org, *stays: Json, **changes: Any) -> Json:
    """Return the body by which a reservation is taken."""
    return {
        "placeId": org.cloud.units[stays[0]["unitId"]].site_id,
        "checkin": stays[0]["checkin"],
        "checkout": stays[0]["checkout"],
        "orderContact": "Anna",
        "customerNum": 2,
        "payTypeCode": "offlinePayment",
        "earlyTime": 0,
        "extendTime": 0,
        "unitNum": len(stays),
        "unitList": list(stays),
        "commodityList": [],
        **changes,
    }


async def take(org: Org, *stays: Json, **changes: Any) -> Json:
    """Take a reservation, and return by what it is named."""
    told = await org.ok("createBooking", wish(org, *stays, **changes))
    return {"placeId": told["placeId"], "orderId": told["orderId"]}


async def detail(org: Org, order: Json) -> Json:
    """Return all that is told of a reservation."""
    told: Json = await org.ok("getBookingDetails", order)
    return told


async def available(org: Org, unit: Unit, start: float, end: float) -> list[str]:
    """Return the names of the units that are free in a place."""
    times = {"fromTime": org.unix(start), "toTime": org.unix(end)}
    told = await org.ok("getAvailableRooms", {"placeId": unit.site_id, **times})
    return [row["unitName"] for row in told["unitAvailableList"]]


async def test_places(org: Org, rooms: list[Unit]) -> None:
    """Places are listed by their type, and told of one by one."""
    house, station = org.cloud.sites.values()
    rows = (await org.ok("getPlaces"))["list"]
    assert [row["placeId"] for row in rows] == [house.id, station.id]
    assert rows[0] == {
        "placeId": house.id,
        "placeName": "House",
        "orgId": org.cloud.org_id,
        "placeTelephone": "",
        "placeType": "hotel",
        "placeAddress": "",
        "placeLat": "",
        "placeLong": "",
        "placeUtc": 9,
        "unitNum": 2,
        "deviceNum": 2,
    }
    assert (await org.ok("getPlaces", {"placeType": "locker"}))["list"] == rows[1:]
    assert (await org.ok("getPlaces", {"page": 2, "count": 1}))["list"] == rows[1:]
    assert await org.ok("placeDetail", {"placeId": house.id}) == rows[0]
    assert await org.code("getPlaces", {"placeType": "house"}) == "E0005"
    with pytest.raises(Invalid):
        org.cloud.add_site("A", "house")


async def test_units_and_plans(org: Org, rooms: list[Unit]) -> None:
    """The units of a place are found by a word and by what they are for; plans are told by place."""
    place: Json = {"placeId": rooms[0].site_id}
    rows = (await org.ok("unitList", place))["list"]
    assert [row["unitName"] for row in rows] == ["Room 1", "Room 2"]
    assert rows[0] == {
        "unitId": rooms[0].id,
        "unitName": "Room 1",
        "placeId": rooms[0].site_id,
        "deviceNum": 1,
    }
    found = await org.ok("unitList", {**place, "searchWord": "2"})
    assert found["list"] == rows[1:]
    for business, wanted in (("rentalSpace", rows), ("housing", [])):
        found = await org.ok("unitList", {**place, "unitBusinessType": business})
        assert found["list"] == wanted
    (plan,) = (await org.ok("getRoomPlans", place))["list"]
    assert plan.items() == {**plan, "commodityName": "Night", **place}.items()
    asked = {"commodityId": plan["commodityId"]}
    assert await org.ok("planDetail", asked) == plan
    assert await org.code("planDetail", {**asked, "targetType": "room"}) == "E0005"


async def test_create(org: Org, rooms: list[Unit]) -> None:
    """A reservation gets an id, a state, and a PIN for its unit, which is delivered like others."""
    plan = next(iter(org.cloud.plans.values()))
    row = {
        "commodityId": plan.id,
        "commodityName": plan.name,
        "commodityCategory": "Plan",
        "commodityDate": org.unix(),
        "commodityNum": 1,
        "price": 100,
        "priceTax": 10,
        "unitId": rooms[0].id,
    }
    body = wish(org, stay(org, rooms[0]), commodityList=[row], orderSource="line")
    told = await org.ok("createBooking", body)
    assert re.fullmatch(r"[0-9A-Z]{9}", told["orderId"])
    assert told == {
        "orderId": told["orderId"],
        "placeId": rooms[0].site_id,
        "orgId": org.cloud.org_id,
        "unitId": rooms[0].id,
        "orderContact": "Anna",
        "checkin": org.unix(HOUR),
        "checkout": org.unix(DAY),
        "customerNum": 2,
        "orderStateCode": "A",
        "payStateCode": 0,
        "payTypeCode": "offlinePayment",
        "channelCode": "BACS",
        "orderSource": "line",
        "realCheckin": 0,
        "realCheckout": 0,
    }
    order = {"placeId": told["placeId"], "orderId": told["orderId"]}
    full = await detail(org, order)
    (pin,) = full["unitPinList"]
    assert (pin["pin"], pin["pinStatus"]) == (pin["panelPin"], 0)
    assert pin["qrShortUrl"].startswith("https://")
    device = {"deviceId": rooms[0].lock_ids[0], "deviceName": "Lock 1"}
    assert (full["deviceList"], full["unitList"][0]["contactName"]) == (
        [device],
        "Anna",
    )
    assert full.items() >= told.items()
    org.later(HOUR)
    assert (await detail(org, order))["unitPinList"][0]["pinStatus"] == 2
    assert org.cloud.type_pin(rooms[0].lock_ids[0], pin["pin"]).granted


async def test_requested(org: Org, rooms: list[Unit]) -> None:
    """A new reservation can also be no more than requested."""
    org.cloud.set_options(booking_state="Q")
    order = await take(org, stay(org, rooms[0]))
    assert (await detail(org, order))["orderStateCode"] == "Q"


@pytest.mark.parametrize(
    "changes",
    [
        {"orderContact": None},
        {"customerNum": "x"},
        {"payTypeCode": "gold"},
        {"earlyTime": None},
        {"unitNum": 0},
        {"unitList": []},
        {"unitList": None},
        {"unitList": ["x"]},
        {"commodityList": None},
        {"commodityList": [{"commodityCategory": "Plan", "colour": "red"}]},
        {"commodityList": [{"commodityCategory": "Meal"}]},
        {"checkout": 0},
        {"guest": "Anna"},
    ],
)
async def test_wrong_bookings(org: Org, rooms: list[Unit], changes: Json) -> None:
    """A reservation is strict about all of its fields."""
    body = wish(org, stay(org, rooms[0]), **changes)
    assert await org.code("createBooking", body) == "E0005"
    assert (org.cloud.bookings, org.cloud.pins) == ({}, {})


async def test_wrong_units(org: Org, rooms: list[Unit]) -> None:
    """Units are of the place, there, and named once; plans are there."""
    other = org.room()
    good = stay(org, rooms[0])
    for stays, code in (
        ([good, stay(org, other)], "E0043"),
        ([good, {**good, "unitId": "X"}], "E0043"),
        ([good, good], "E0005"),
        ([{**good, "checkout": good["checkin"]}], "E0005"),
        ([{**good, "floor": 1}], "E0005"),
    ):
        assert await org.code("createBooking", wish(org, *stays)) == code
    plan = [{"commodityCategory": "Plan", "commodityId": "X"}]
    body = wish(org, good, commodityList=plan)
    assert await org.code("createBooking", body) == "E0043"


async def test_available(org: Org, rooms: list[Unit]) -> None:
    """A unit is let to one at a time, from the first second to before the last."""
    await take(org, stay(org, rooms[0], HOUR, 2 * HOUR))
    both = ["Room 1", "Room 2"]
    assert await available(org, rooms[0], 0, HOUR) == both
    assert await available(org, rooms[0], 0, HOUR + 1) == ["Room 2"]
    assert await available(org, rooms[0], 2 * HOUR - 1, DAY) == ["Room 2"]
    assert await available(org, rooms[0], 2 * HOUR, DAY) == both
    body = wish(org, stay(org, rooms[0], HOUR + 60, DAY))
    assert await org.code("createBooking", body) == "E0005"
    await take(org, stay(org, rooms[0], 2 * HOUR, DAY))


async def test_guests(org: Org, rooms: list[Unit]) -> None:
    """Guests come and go, each once, of which the number of records tells."""
    order = await take(org, stay(org, rooms[0]))
    asked = {**order, "unitId": rooms[0].id}
    assert await org.ok("checkOut", asked) == 0
    org.later(HOUR)
    assert await org.ok("checkIn", asked) == 1
    assert await org.ok("checkIn", asked) == 0
    told = await detail(org, order)
    assert (told["orderStateCode"], told["realCheckin"]) == ("I", org.unix())
    assert org.cloud.bookings.is_occupied(rooms[0].id)
    assert not org.cloud.bookings.is_occupied(rooms[1].id)
    org.later(HOUR)
    assert await org.ok("checkOut", asked) == 1
    assert [await org.ok(name, asked) for name in ("checkOut", "checkIn")] == [0, 0]
    told = await detail(org, order)
    assert (told["orderStateCode"], told["realCheckout"]) == ("O", org.unix())
    assert told["realCheckin"] == org.unix(-HOUR)
    assert not org.cloud.bookings.is_occupied(rooms[0].id)
    assert "Room 1" in await available(org, rooms[0], 0, HOUR)
    other = {**asked, "unitId": rooms[1].id}
    assert await org.code("checkIn", other) == "E0043"
    place = org.cloud.add_site("B").id
    assert await org.code("checkIn", {**asked, "placeId": place}) == "E0005"


async def test_two_units(org: Org, rooms: list[Unit]) -> None:
    """A reservation of two units is over when both are left; each has a PIN of its own."""
    order = await take(org, *(stay(org, room) for room in rooms))
    pins = {
        row["unitId"]: row["pin"] for row in (await detail(org, order))["unitPinList"]
    }
    assert pins.keys() == {room.id for room in rooms}
    states = []
    for name in ("checkIn", "checkOut"):
        for room in rooms:
            assert await org.ok(name, {**order, "unitId": room.id}) == 1
            states.append((await detail(org, order))["orderStateCode"])
    assert states == ["I", "I", "I", "O"]


async def test_cancel(org: Org, rooms: list[Unit]) -> None:
    """A reservation is cancelled once, and its PIN disabled, which the lock hears with the next batch."""
    order = await take(org, stay(org, rooms[0], 0, DAY))
    code = (await detail(org, order))["unitPinList"][0]["pin"]
    org.later(300)
    assert [await org.ok("cancelBooking", order) for _ in range(2)] == [1, 0]
    told = await detail(org, order)
    assert (told["orderStateCode"], told["unitPinList"][0]["pinStatus"]) == ("C", 2)
    assert org.cloud.type_pin(rooms[0].lock_ids[0], code).granted
    org.later(300)
    assert (await detail(org, order))["unitPinList"][0]["pinStatus"] == 4
    assert not org.cloud.type_pin(rooms[0].lock_ids[0], code).granted
    assert "Room 1" in await available(org, rooms[0], 0, DAY)
    assert await org.ok("checkIn", {**order, "unitId": rooms[0].id}) == 0
    body = {**wish(org, stay(org, rooms[0])), **order}
    assert await org.code("updateBooking", body) == "E0005"


async def test_cancel_with_disabled_pin(org: Org, rooms: list[Unit]) -> None:
    """A reservation is cancelled also where its PIN is disabled already."""
    order = await take(org, stay(org, rooms[0], 0, DAY))
    (pin,) = org.cloud.pins
    await org.ok("disableLockPin", {"pinId": pin})
    org.later(300)
    assert await org.ok("cancelBooking", order) == 1
    assert org.cloud.pins[pin].status == "32"


async def test_update(org: Org, rooms: list[Unit]) -> None:
    """A reservation is changed as a whole; its PIN follows, and one of a new unit is issued."""
    order = await take(org, stay(org, rooms[0], 0, HOUR))
    code = (await detail(org, order))["unitPinList"][0]["pin"]
    org.later(300)
    body = wish(
        org, stay(org, rooms[0], 0, 2 * HOUR), orderContact="Bert", customerNum=3
    )
    told = await org.ok("updateBooking", {**body, **order})
    assert (told["orderContact"], told["customerNum"]) == ("Bert", 3)
    assert told["checkout"] == org.unix(2 * HOUR)
    (pin,) = org.cloud.pins.values()
    assert (pin.code, pin.end, pin.status) == (code, org.at(2 * HOUR), "11")
    moved = wish(org, stay(org, rooms[1], 0, HOUR))
    await org.ok("updateBooking", {**moved, **order})
    assert pin.is_disabled
    rows = (await detail(org, order))["unitPinList"]
    assert [row["unitId"] for row in rows] == [rooms[1].id]
    assert len(org.cloud.pins) == 2
    del body["orderContact"]
    assert await org.code("updateBooking", {**body, **order}) == "E0005"


async def test_update_of_what_is_taken(org: Org, rooms: list[Unit]) -> None:
    """A reservation does not move to where another one is."""
    order = await take(org, stay(org, rooms[0], 0, HOUR))
    await take(org, stay(org, rooms[0], HOUR, DAY))
    body = wish(org, stay(org, rooms[0], 0, HOUR + 1))
    assert await org.code("updateBooking", {**body, **order}) == "E0005"
    assert (await detail(org, order))["checkout"] == org.unix(HOUR)


async def test_pins_that_do_not_follow(org: Org, rooms: list[Unit]) -> None:
    """No source says that PINs follow: they can stay as they are."""
    org.cloud.set_options(update_moves_pins=False)
    order = await take(org, stay(org, rooms[0], 0, HOUR))
    body = wish(org, stay(org, rooms[0], 0, DAY))
    await org.ok("updateBooking", {**body, **order})
    (pin,) = org.cloud.pins.values()
    assert (pin.end, pin.status) == (org.at(HOUR), "10")


async def test_list(org: Org, rooms: list[Unit]) -> None:
    """Reservations are found by place, dates, state and contact, in pages."""
    first = await take(org, stay(org, rooms[0], 0, HOUR))
    second = await take(org, stay(org, rooms[0], DAY, 2 * DAY), orderContact="Bert")
    await org.ok("cancelBooking", first)
    place = {"placeId": rooms[0].site_id}

    async def orders(**body: Any) -> list[str]:
        rows = (await org.ok("bookingList", {**place, **body}))["list"]
        return [row["orderId"] for row in rows]

    both = [first["orderId"], second["orderId"]]
    assert await orders() == await orders(total=0, isAssigned=1) == both
    assert await orders(total="1") == both[1:]
    assert await orders(searchWord="Ber") == both[1:]
    assert await orders(isAssigned=0) == []
    assert await orders(fromDate=org.unix(HOUR)) == both
    assert await orders(fromDate=org.unix(HOUR + 1)) == both[1:]
    assert await orders(toDate=org.unix(DAY - 1)) == both[:1]
    assert await orders(page=2, count=1) == both[1:]
    other = org.cloud.add_site("B").id
    assert (await org.ok("bookingList", {"placeId": other}))["list"] == []
    assert await org.code("bookingList", {**place, "total": 2}) == "E0005"


async def test_orders_of_a_unit(org: Org, rooms: list[Unit]) -> None:
    """A unit's reservations are told with their PINs, as the lists show them, until they are over."""
    order = await take(org, stay(org, rooms[0]))
    asked = {"unitId": rooms[0].id}
    row = {
        "orderId": order["orderId"],
        "checkIn": str(org.unix(HOUR)),
        "checkOut": str(org.unix(DAY)),
        "pinCode": "******",
    }
    assert await org.ok("getBookingOrders", asked) == [row]
    org.later(300)
    code = (await detail(org, order))["unitPinList"][0]["pin"]
    (told,) = await org.ok("getBookingOrders", asked)
    assert told["pinCode"] == code
    assert await org.ok("getBookingOrders", {"unitId": rooms[1].id}) == []
    await org.ok("cancelBooking", order)
    assert await org.ok("getBookingOrders", asked) == []
