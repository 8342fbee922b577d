"""KEYVOX's reservations: what is sent, what is read of the answers, and what is not."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from hypothesis import given, strategies as st
from hypothesis.strategies import SearchStrategy
import pytest

from custom_components.latchkey.vendors.bookings import (
    Booking,
    BookingState,
    KeepsBookings,
    Plan,
)
from custom_components.latchkey.vendors.keyvox import bookings as module
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
    VendorError,
)
from simulators.keyvox.api.booking_bodies import detailed
from tests.vendors.helpers import run, told
from tests.vendors.keyvox_bookings import DAY, HOUR, OPERATIONS, Hotel

MARK = "zq9"


@pytest.fixture
def hotel() -> Hotel:
    """Return a hotel with two rooms."""
    return Hotel.of()


def made(hotel: Hotel, *rooms: int, **terms: Any) -> str:
    """Make a booking, and return its id."""
    wanted = hotel.terms(*rooms, **terms)
    return run(hotel.vendor.create_booking(hotel.place_id, wanted))


def read(hotel: Hotel, booking_id: str) -> Booking:
    """Return a booking as it is."""
    return run(hotel.vendor.booking(hotel.place_id, booking_id))


def listed(
    hotel: Hotel, start: timedelta = -DAY, end: timedelta = 10 * DAY
) -> list[Booking]:
    """Return the bookings of the next days, all of which could be read."""
    now = hotel.clock()
    found = run(hotel.vendor.bookings(hotel.place_id, now + start, now + end))
    assert found.complete
    return list(found.bookings)


def test_protocol(hotel: Hotel) -> None:
    """The account keeps bookings."""
    assert isinstance(hotel.vendor, KeepsBookings)


def test_inventory(hotel: Hotel) -> None:
    """A place has the units that are in it, by their names and in their order."""
    other = hotel.cloud.add_site("Annex")
    unit = hotel.cloud.add_unit("Attic", other.id)
    devices = {each.id: each for each in run(hotel.vendor.inventory()).devices}
    assert devices[hotel.place_id].rooms == hotel.rooms
    assert [room.id for room in devices[other.id].rooms] == [unit.id]


def test_create(hotel: Hotel) -> None:
    """A booking is what it was to be, numbers sent as texts, and bears our mark."""
    terms = hotel.terms(0, 1)
    booking_id = made(hotel, 0, 1)
    booking = read(hotel, booking_id)
    assert terms.is_met_by(booking)
    assert booking.state is BookingState.BOOKED
    assert [stay.room for stay in booking.stays] == list(hotel.rooms)
    assert [stay.guest for stay in booking.stays] == ["Anna", "Anna"]
    _, body = hotel.way.sent[0]
    assert body["unitNum"] == "2"
    assert body["checkin"] == str(int(terms.start.timestamp()))
    assert body["commodityList"] == []
    assert "channelOrderNo" not in body


def test_plan(hotel: Hotel) -> None:
    """A plan is named once for each room."""
    plan = hotel.cloud.add_plan("Night", hotel.place_id)
    (found,) = run(hotel.vendor.plans(hotel.place_id))
    assert found == Plan(id=plan.id, name="Night")
    terms = replace(hotel.terms(0, 1), plan=found, reference="mark")
    run(hotel.vendor.create_booking(hotel.place_id, terms))
    _, body = hotel.way.sent[-1]
    assert [row["unitId"] for row in body["commodityList"]] == [
        room.id for room in hotel.rooms
    ]
    assert body["channelOrderNo"] == "mark"
    (booking,) = hotel.live
    assert booking.plan_ids == [plan.id, plan.id]


def test_states(hotel: Hotel) -> None:
    """Each state of the vendor's has a name, and an unknown one is unknown."""
    booking_id = made(hotel)
    for code, state in {
        "Q": "requested",
        "B": "rejected",
        "A": "booked",
        "I": "checked_in",
        "C": "cancelled",
        "O": "checked_out",
        "M": "maintenance",
        "Z": "unknown",
    }.items():
        hotel.cloud.bookings[booking_id].state = code
        hotel.stay(hotel.cloud.bookings[booking_id]).left = hotel.clock()
        assert read(hotel, booking_id).state == state
        assert [each.state for each in listed(hotel)] == [state]


@pytest.mark.parametrize("form", ["mixed", "string", "number"])
def test_list(hotel: Hotel, form: str) -> None:
    """A list has all rooms of each booking, numbers told in any form, cancelled ones included."""
    hotel.cloud.set_options(number_form=form)
    both = made(hotel, 0, 1)
    later = made(hotel, 1, start=2 * DAY, end=3 * DAY)
    hotel.cloud.bookings.cancel(hotel.cloud.bookings[later], hotel.clock())
    found = listed(hotel)
    assert [each.id for each in found] == [both, later]
    assert [len(each.stays) for each in found] == [2, 1]
    assert found[0] == read(hotel, both)
    assert found[1].state is BookingState.CANCELLED
    # Outside the period there is nothing.
    assert [each.id for each in listed(hotel, 36 * HOUR)] == [later]


def test_details_are_read_once(hotel: Hotel) -> None:
    """What has not changed is not read in full again, until that was long ago."""
    made(hotel, 0, 1)
    for _ in range(3):
        listed(hotel)
    assert hotel.way.count("getBookingDetails") == 1
    hotel.cloud.bookings[hotel.live[0].id].guests = 4
    assert listed(hotel)[0].guests == 4
    assert hotel.way.count("getBookingDetails") == 2
    hotel.clock.move(module.DETAIL_AGE.total_seconds())
    listed(hotel)
    assert hotel.way.count("getBookingDetails") == 3


def test_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """No list leads to more than some further requests; in the end all is known."""
    monkeypatch.setattr(module, "DETAILS", 2)
    hotel = Hotel.of(rooms=2)
    for day in range(5):
        made(hotel, 0, 1, start=day * DAY, end=(day + 1) * DAY)
    rooms = [[len(each.stays) for each in listed(hotel)] for _ in range(3)]
    known = [each.rooms_known for each in listed(hotel)]
    assert known == [True] * 5
    assert rooms == [[2, 2, 1, 1, 1], [2, 2, 2, 2, 1], [2] * 5]
    assert hotel.way.count("getBookingDetails") == 5


def test_those_who_are_there_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not all can be read in full at once, those whose guests are there are."""
    monkeypatch.setattr(module, "DETAILS", 1)
    hotel = Hotel.of(rooms=2)
    first = made(hotel, 0, 1, start=HOUR, end=2 * HOUR)
    second = made(hotel, 0, 1, start=2 * HOUR, end=DAY)
    booking = hotel.cloud.bookings[second]
    hotel.cloud.bookings.check_in(booking, booking.stays[1], hotel.clock())
    known = {each.id: each.rooms_known for each in listed(hotel)}
    assert known == {first: False, second: True}


def test_rows_that_tell_all(hotel: Hotel) -> None:
    """Where the rows of a list have their units they need not be read in full."""
    booking_id = made(hotel, 0, 1)
    hotel.way.answers["bookingList"] = {
        "code": "0",
        "data": {"list": [full_row(hotel, booking_id)]},
    }
    (found,) = listed(hotel)
    assert len(found.stays) == 2
    assert hotel.way.count("getBookingDetails") == 0


def full_row(hotel: Hotel, booking_id: str) -> dict[str, Any]:
    """Return all that the cloud tells of a booking."""
    row = detailed(hotel.cloud, hotel.cloud.bookings[booking_id])
    assert row["unitPinList"]
    return row


def test_codes_are_dropped(hotel: Hotel) -> None:
    """PINs and addresses of QR codes are nowhere in what is read; a guest's name is in no representation."""
    booking_id = made(hotel)
    row = full_row(hotel, booking_id)
    booking = read(hotel, booking_id)
    (pin,) = row["unitPinList"]
    for secret in (pin["pin"], pin["qrShortUrl"]):
        assert secret not in repr(booking) + str(asdict(booking))
    assert "Anna" not in repr(booking) + repr(hotel.terms())


@pytest.mark.parametrize(
    ("told_name", "shown"),
    [
        ("Anna", "Anna"),
        ("山田 太郎", "山田 太郎"),
        ("Room 12", "Room 12"),
        ("anna@example.com", ""),
        ("+46 70 123 45 67", ""),
        ("Anna 070-1234567", ""),
    ],
)
def test_contact_data(hotel: Hotel, told_name: str, shown: str) -> None:
    """What is an address or a number rather than a name is shown to nobody."""
    assert read(hotel, made(hotel, guest=told_name)).shown_guest == shown


def test_commands(hotel: Hotel) -> None:
    """Guests come, go, and come no more; what changes nothing says so."""
    booking = read(hotel, made(hotel, 0, 1))
    rooms = [room.id for room in hotel.rooms]
    assert run(hotel.vendor.check_in(booking, rooms[0]))
    assert not run(hotel.vendor.check_in(booking, rooms[0]))
    assert read(hotel, booking.id).state is BookingState.CHECKED_IN
    assert run(hotel.vendor.check_in(booking, rooms[1]))
    assert [run(hotel.vendor.check_out(booking, room)) for room in rooms] == [True] * 2
    assert not run(hotel.vendor.cancel_booking(booking))
    other = read(hotel, made(hotel, start=2 * DAY, end=3 * DAY))
    assert run(hotel.vendor.cancel_booking(other))
    with pytest.raises(InvalidRequest):
        run(hotel.vendor.change_booking(other, hotel.terms()))
    with pytest.raises(NotFound):
        read(hotel, "ABC")


@pytest.mark.parametrize(
    ("data", "changed"),
    [(0, False), ("0", False), (1, True), ("2", True), (None, True), ({}, True)],
)
def test_number_of_records(hotel: Hotel, data: Any, changed: bool) -> None:
    """Only a number says that nothing was changed."""
    booking = read(hotel, made(hotel))
    hotel.way.answers["cancelBooking"] = {"code": "0", "data": data}
    assert run(hotel.vendor.cancel_booking(booking)) is changed


def test_change(hotel: Hotel) -> None:
    """A booking is changed as a whole."""
    booking = read(hotel, made(hotel, 0))
    terms = hotel.terms(1, start=2 * HOUR, end=2 * DAY, guest="Bert", guests=3)
    run(hotel.vendor.change_booking(booking, terms))
    assert terms.is_met_by(read(hotel, booking.id))


def test_free_rooms(hotel: Hotel) -> None:
    """The rooms that nobody has in a period."""
    made(hotel, 0)
    now = hotel.clock()
    free = run(hotel.vendor.free_rooms(hotel.place_id, now, now + DAY))
    assert free == hotel.rooms[1:]
    free = run(hotel.vendor.free_rooms(hotel.place_id, now + DAY, now + 2 * DAY))
    assert free == hotel.rooms


def test_overview() -> None:
    """The other profile lists nothing, and knows a booking by its id."""
    hotel = Hotel.of(profile="overview")
    now = hotel.clock()
    with pytest.raises(NotAvailable):
        run(hotel.vendor.bookings(hotel.place_id, now, now + DAY))


GOOD: dict[str, Any] = {
    "orderId": "K7",
    "orderStateCode": "A",
    "orderContact": "Anna",
    "checkin": 1800000000,
    "checkout": "1800003600",
    "customerNum": "2",
    "unitList": [{"unitId": "u1", "unitName": "Room"}],
}


def answer_with(hotel: Hotel, row: Any) -> None:
    """Have the cloud tell of a booking in this way."""
    hotel.way.answers["getBookingDetails"] = {"code": "0", "data": row}
    hotel.way.answers["bookingList"] = {"code": "0", "data": {"list": [GOOD, row]}}


BAD: dict[str, list[Any]] = {
    "orderId": [None, "", "K 7", "../x", [], {}, "x" * 65],
    "checkin": [None, "", 0, -1, "x", 1.5, "99999999999", "253402300799", "1800003600"],
    "checkout": [None, 0, 1800000000, [], {}],
    "unitList": ["u1", 5, {"unitId": "u1"}, [None], [{}], [{"unitId": "a b"}], [[]]],
    "orderContact": [[], {}],
    "commodityList": ["x", 5],
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key in BAD for value in BAD[key]]
)
def test_rows_that_cannot_be_read(hotel: Hotel, key: str, value: Any) -> None:
    """A row that cannot be read makes a list incomplete, not empty; by its id the booking is not understood."""
    row = {**GOOD, "orderId": "K8", key: value}
    answer_with(hotel, row)
    with pytest.raises(AnswerNotUnderstood) as failure:
        read(hotel, "K8")
    assert MARK not in told(failure.value)
    now = hotel.clock()
    found = run(hotel.vendor.bookings(hotel.place_id, now, now + 1000 * DAY))
    assert not found.complete
    assert [each.id for each in found.bookings] == ["K7"]


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        ({"unitList": []}, "stays", ()),
        ({"orderStateCode": "?"}, "state", BookingState.UNKNOWN),
        ({"orderStateCode": None}, "state", BookingState.UNKNOWN),
        ({"customerNum": "many"}, "guests", None),
        ({"orderContact": " A\nb\x00 "}, "guest", "A b"),
        ({"orderContact": "x" * 500}, "guest", "x" * 128),
        ({"commodityList": [{"commodityId": "p"}] * 2}, "plan_ids", ("p",)),
        ({"channelOrderNo": "mark"}, "reference", "mark"),
    ],
)
def test_rows_that_can_be_read(
    hotel: Hotel, change: dict[str, Any], key: str, value: Any
) -> None:
    """What is merely missing or strange keeps nobody from the rest."""
    answer_with(hotel, {**GOOD, **change})
    assert getattr(read(hotel, "K7"), key) == value


def test_rows_of_other_times(hotel: Hotel) -> None:
    """A vendor that does not look at the dates is no reason to show what was not asked for."""
    answer_with(hotel, GOOD)
    assert listed(hotel) == []


def test_another_booking(hotel: Hotel) -> None:
    """An answer about another booking, or of another place, is none."""
    for row in ({**GOOD, "orderId": "K9"}, {**GOOD, "placeId": "elsewhere"}):
        answer_with(hotel, row)
        with pytest.raises(AnswerNotUnderstood):
            read(hotel, "K7")
    # In a list it is somebody else's.
    now = hotel.clock()
    found = run(hotel.vendor.bookings(hotel.place_id, now, now + 1000 * DAY))
    assert found.complete
    assert len(found.bookings) == 1


@pytest.mark.parametrize("data", [None, [], {}, "K7", 7, {"orderId": ""}, {"id": "K"}])
def test_no_id(hotel: Hotel, data: Any) -> None:
    """A success without an id leaves it open whether anything was booked; it is not asked again."""
    hotel.way.answers["createBooking"] = {"code": "0", "data": data}
    with pytest.raises(OutcomeUnknown):
        made(hotel)
    assert hotel.way.count("createBooking") == 1


NAMES = st.sampled_from(
    [
        *("code", "data", "list", "orderId", "placeId", "orderStateCode", "checkin"),
        *("checkout", "orderContact", "customerNum", "unitList", "unitId", "unitName"),
        *("commodityList", "commodityId", "unitAvailableList", "channelOrderNo"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "0", "1800000000", "K7", "A"])
    | st.text().map(f"{MARK}{{}}".format)
)
HOSTILE: SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(NAMES | st.text(max_size=3), children, max_size=6)
    ),
    max_leaves=30,
)


@given(HOSTILE | st.dictionaries(NAMES, HOSTILE).map(lambda row: {**GOOD, **row}))
def test_any_answer(document: Any) -> None:
    """Any answer is read or refused, without a word of it."""
    hotel = Hotel.of(rooms=1)
    now = hotel.clock()
    vendor, place_id = hotel.vendor, hotel.place_id
    booking = read(hotel, made(hotel))
    for data in (document, {"list": [document]}, {"unitAvailableList": [document]}):
        answer = {"code": "0", "data": data}
        hotel.way.answers = dict.fromkeys(OPERATIONS.values(), answer)
        for call in (
            vendor.booking(place_id, "K7"),
            vendor.bookings(place_id, now, now + DAY),
            vendor.free_rooms(place_id, now, now + DAY),
            vendor.plans(place_id),
            vendor.cancel_booking(booking),
            vendor.check_in(booking, "u"),
            vendor.create_booking(place_id, hotel.terms()),
        ):
            failure: VendorError | None = None
            try:
                run(call)
            except VendorError as err:
                failure = err
            assert failure is None or MARK not in told(failure)
