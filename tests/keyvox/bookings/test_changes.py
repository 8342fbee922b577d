"""Bookings made and changed while answers are lost: never two for one, never none unnoticed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings, strategies as st
from hypothesis.strategies import DataObject
import pytest

from custom_components.latchkey.booking_changes import (
    BookingChanges,
    Replacement,
    ReplacementFailed,
)
from custom_components.latchkey.booking_looks import BookingLooks
from custom_components.latchkey.vendors.bookings import (
    Booking,
    BookingState,
    BookingTerms,
)
from custom_components.latchkey.vendors.vendor import (
    Conflict,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
    VendorError,
)
from tests.vendors.helpers import run
from tests.vendors.keyvox_bookings import DAY, HOUR, Hotel

READS = ("bookingList", "getBookingDetails", "getAvailableRooms")


async def no_sleep(seconds: float) -> None:
    """Wait for nothing."""


@pytest.fixture
def hotel() -> Hotel:
    """Return a hotel with two rooms."""
    return Hotel.of()


def desk(hotel: Hotel) -> BookingChanges:
    """Return what makes and changes its bookings."""
    return BookingChanges(hotel.vendor, no_sleep)


def made(hotel: Hotel, *rooms: int, **terms: Any) -> Booking:
    """Make a booking."""
    return run(desk(hotel).create(hotel.place_id, hotel.terms(*rooms, **terms)))


def faults(hotel: Hotel, **faults: str) -> None:
    """Have each of some operations suffer a fault, once."""

    def fault(operation: str) -> str | None:
        return faults.pop(operation, None)

    hotel.way.fault = fault


def ids(hotel: Hotel) -> set[str]:
    """Return the bookings that the cloud holds and that have not ended."""
    return {each.id for each in hotel.live}


def test_create(hotel: Hotel) -> None:
    """A booking is made once and read back."""
    booking = made(hotel, 0, 1)
    assert hotel.terms(0, 1).is_met_by(booking)
    assert booking.state is BookingState.BOOKED
    assert ids(hotel) == {booking.id}
    assert hotel.way.count("createBooking") == 1


def test_create_that_cannot_be_read_back(hotel: Hotel) -> None:
    """A booking that is made and cannot be read is answered with its number."""
    faults(hotel, getBookingDetails="down")
    booking = made(hotel)
    assert ids(hotel) == {booking.id}
    assert booking.state is BookingState.UNKNOWN


def test_answer_is_lost(hotel: Hotel) -> None:
    """A booking whose answer is lost is found in the list, and not made again."""
    other = made(hotel, 1)
    faults(hotel, createBooking="late")
    booking = made(hotel, 0)
    assert ids(hotel) == {other.id, booking.id}
    assert hotel.way.count("createBooking") == 2


def test_request_is_lost(hotel: Hotel) -> None:
    """Where nothing is found it is told that nobody knows, and nothing is sent again."""
    faults(hotel, createBooking="lost")
    with pytest.raises(OutcomeUnknown):
        made(hotel)
    assert hotel.way.count("createBooking") == 1


def test_somebody_elses(hotel: Hotel) -> None:
    """What was there before, of the same guest and time, is not taken for ours."""
    before = made(hotel, 0)
    # It is shared, so that the same can be booked once more.
    hotel.cloud.bookings.is_free = lambda *args, **kwargs: True  # type: ignore[method-assign]  # no option of the simulator's
    faults(hotel, createBooking="lost")
    with pytest.raises(OutcomeUnknown):
        made(hotel, 0)
    faults(hotel, createBooking="late")
    assert made(hotel, 0).id != before.id


def test_two_that_may_be_it(hotel: Hotel) -> None:
    """Where two new ones may be ours it is not guessed which."""
    hotel.cloud.bookings.is_free = lambda *args, **kwargs: True  # type: ignore[method-assign]  # no option of the simulator's
    terms = hotel.terms(0)

    def fault(operation: str) -> str | None:
        if operation != "createBooking":
            return None
        hotel.way.fault = lambda operation: None
        run(desk(hotel).create(hotel.place_id, terms))
        return "late"

    hotel.way.fault = fault
    with pytest.raises(OutcomeUnknown):
        run(desk(hotel).create(hotel.place_id, terms))


@pytest.mark.parametrize("mine", [False, True])
def test_mark(hotel: Hotel, mine: bool) -> None:
    """Where the vendor tells the mark of a booking, it alone decides."""

    def fault(operation: str) -> str | None:
        if operation != "createBooking":
            return None
        own = hotel.way.sent[-1][1]["channelOrderNo"]
        hotel.way.mark = own if mine else "somebody else's"
        return "late"

    hotel.way.fault = fault
    if mine:
        assert made(hotel, 0).id in ids(hotel)
    else:
        with pytest.raises(OutcomeUnknown):
            made(hotel, 0)


def test_taken(hotel: Hotel) -> None:
    """A period that is taken is a conflict; what is refused for another reason is not."""
    made(hotel, 0)
    with pytest.raises(Conflict):
        made(hotel, 0, end=2 * HOUR)
    faults(hotel, createBooking="E0005")
    with pytest.raises(InvalidRequest) as failure:
        made(hotel, 1)
    assert not isinstance(failure.value, Conflict)
    assert len(hotel.live) == 1


def test_change(hotel: Hotel) -> None:
    """A booking is changed, and keeps its number."""
    booking = made(hotel, 0)
    terms = hotel.terms(1, end=2 * DAY, guest="Bert", guests=3)
    changed = run(desk(hotel).change(booking, terms))
    assert changed.id == booking.id
    assert terms.is_met_by(changed)


@pytest.mark.parametrize("fault", ["lost", "late"])
def test_change_in_doubt(hotel: Hotel, fault: str) -> None:
    """What the booking is then decides whether it was changed."""
    booking = made(hotel, 0)
    terms = hotel.terms(0, end=2 * DAY)
    faults(hotel, updateBooking=fault)
    if fault == "late":
        assert terms.is_met_by(run(desk(hotel).change(booking, terms)))
    else:
        with pytest.raises(OutcomeUnknown):
            run(desk(hotel).change(booking, terms))
    assert ids(hotel) == {booking.id}


def test_change_that_cannot_be_seen(hotel: Hotel) -> None:
    """Where what was to change cannot be read, a lost answer stays a doubt."""
    booking = made(hotel, 0)
    faults(hotel, updateBooking="late")
    with pytest.raises(OutcomeUnknown):
        run(desk(hotel).change(booking, hotel.terms(0)))


def replacement(hotel: Hotel, **broken: str) -> Replacement:
    """Change a booking that the vendor will not change, with faults in it; return how it ended."""
    booking = made(hotel, 0)
    faults(hotel, updateBooking="E0005", **broken)
    with pytest.raises(ReplacementFailed) as failure:
        run(desk(hotel).change(booking, hotel.terms(0, end=2 * DAY)))
    return failure.value.outcome


def test_replaced(hotel: Hotel) -> None:
    """What the vendor will not change is cancelled and made anew."""
    booking = made(hotel, 0)
    terms = hotel.terms(0, end=2 * DAY)
    faults(hotel, updateBooking="E0005")
    changed = run(desk(hotel).change(booking, terms))
    assert changed.id != booking.id
    assert terms.is_met_by(changed)
    assert ids(hotel) == {changed.id}
    assert hotel.cloud.bookings[booking.id].state == "C"


@pytest.mark.parametrize("operation", ["cancelBooking", "createBooking"])
def test_replaced_with_a_lost_answer(hotel: Hotel, operation: str) -> None:
    """An answer that is lost on the way is made up for by what is there."""
    booking = made(hotel, 0)
    terms = hotel.terms(0, end=2 * DAY)
    faults(hotel, updateBooking="E0005", **{operation: "late"})
    changed = run(desk(hotel).change(booking, terms))
    assert terms.is_met_by(changed)
    assert ids(hotel) == {changed.id}


def test_replacement_in_doubt(hotel: Hotel) -> None:
    """A doubt in the middle stops, and says what there is."""
    outcome = replacement(hotel, cancelBooking="lost")
    assert outcome is Replacement.CANCEL_IN_DOUBT
    assert len(hotel.live) == 1
    assert hotel.way.count("createBooking") == 1
    hotel = Hotel.of()
    assert replacement(hotel, createBooking="lost") is Replacement.NEW_IN_DOUBT
    assert hotel.live == []
    assert hotel.way.count("createBooking") == 2


def sequence(hotel: Hotel, **broken: list[str | None]) -> None:
    """Have the calls of operations suffer faults, one after the other."""

    def fault(operation: str) -> str | None:
        left = broken.get(operation)
        return left.pop(0) if left else None

    hotel.way.fault = fault


@pytest.mark.parametrize(
    ("creations", "outcome"),
    [
        (["E0005"], Replacement.RESTORED),
        (["down"], Replacement.RESTORED),
        (["down"] * 4, Replacement.RESTORED),
        (["E0005", "late"], Replacement.RESTORED),
        (["E0005", "lost"], Replacement.OLD_IN_DOUBT),
        (["E0005", "E0043"], Replacement.LOST),
        (["down"] * 5, Replacement.LOST),
    ],
)
def test_restored(
    hotel: Hotel, creations: list[str | None], outcome: Replacement
) -> None:
    """Where the new one cannot be made the old one is made again, with patience; else it is told that there is none."""
    booking = made(hotel, 0)
    sequence(hotel, updateBooking=["E0005"], createBooking=creations)
    with pytest.raises(ReplacementFailed) as failure:
        run(desk(hotel).change(booking, hotel.terms(0, end=2 * DAY)))
    assert failure.value.outcome is outcome
    restored = failure.value.restored
    if outcome is Replacement.RESTORED:
        assert restored is not None
        assert hotel.terms(0).is_met_by(restored)
        assert ids(hotel) == {restored.id}
    else:
        assert restored is None
        assert hotel.live == []


def test_not_replaced(hotel: Hotel) -> None:
    """What others have, or what guests are in, is not cancelled for it."""
    booking = made(hotel, 0)
    other = made(hotel, 0, start=DAY, end=2 * DAY)
    with pytest.raises(Conflict):
        run(desk(hotel).change(booking, hotel.terms(0, end=2 * DAY)))
    assert hotel.way.count("cancelBooking") == 0
    here = run(desk(hotel).check_in(booking, hotel.rooms[0].id))
    faults(hotel, updateBooking="E0005")
    with pytest.raises(InvalidRequest):
        run(desk(hotel).change(here, hotel.terms(0, end=2 * HOUR)))
    assert ids(hotel) == {booking.id, other.id}
    run(desk(hotel).cancel(other))
    with pytest.raises(Conflict):
        run(desk(hotel).change(run_read(hotel, other), hotel.terms(0)))


def run_read(hotel: Hotel, booking: Booking) -> Booking:
    """Return a booking as it is."""
    return run(hotel.vendor.booking(hotel.place_id, booking.id))


def test_cancel(hotel: Hotel) -> None:
    """A booking is cancelled once; one that is cancelled already stays so."""
    booking = made(hotel)
    for lost in ("late", None):
        sequence(hotel, cancelBooking=[lost])
        booking = run(desk(hotel).cancel(booking))
        assert booking.state is BookingState.CANCELLED
    assert hotel.way.count("cancelBooking") == 1
    gone = replace(booking, id="GONE", state=BookingState.BOOKED)
    with pytest.raises(NotFound):
        run(desk(hotel).cancel(gone))


def test_cancel_that_is_not_shown(hotel: Hotel) -> None:
    """A cancellation that is accepted and not to be seen is in doubt; one that changes nothing is a conflict."""
    booking = made(hotel)
    for records, error in ((1, OutcomeUnknown), (0, Conflict)):
        hotel.way.answers["cancelBooking"] = {"code": "0", "data": records}
        with pytest.raises(error):
            run(desk(hotel).cancel(booking))


def test_cancel_that_cannot_be_read_back(hotel: Hotel) -> None:
    """What the vendor says that it did is believed where it cannot be read."""
    booking = made(hotel)
    faults(hotel, getBookingDetails="down")
    assert run(desk(hotel).cancel(booking)).state is BookingState.CANCELLED
    other = made(hotel)
    faults(hotel, getBookingDetails="down", cancelBooking="late")
    with pytest.raises(OutcomeUnknown):
        run(desk(hotel).cancel(other))


def test_guests(hotel: Hotel) -> None:
    """Guests come and go, room by room."""
    booking = made(hotel, 0, 1)
    states = []
    for verb in (BookingChanges.check_in, BookingChanges.check_out):
        for room in hotel.rooms:
            booking = run(verb(desk(hotel), booking, room.id))
            states.append(booking.state.value)
    assert states == ["checked_in"] * 3 + ["checked_out"]
    # Once more does no harm.
    again = run(desk(hotel).check_out(booking, hotel.rooms[1].id))
    assert again.state is BookingState.CHECKED_OUT
    with pytest.raises(Conflict):
        run(desk(hotel).check_in(booking, hotel.rooms[0].id))


def test_guests_in_doubt(hotel: Hotel) -> None:
    """A lost answer is made up for by the booking's state, but where that was the same before."""
    booking = made(hotel, 0, 1)
    faults(hotel, checkIn="late")
    booking = run(desk(hotel).check_in(booking, hotel.rooms[0].id))
    assert booking.state is BookingState.CHECKED_IN
    faults(hotel, checkIn="late")
    with pytest.raises(OutcomeUnknown):
        run(desk(hotel).check_in(booking, hotel.rooms[1].id))
    faults(hotel, checkOut="late")
    with pytest.raises(OutcomeUnknown):
        run(desk(hotel).check_out(booking, hotel.rooms[0].id))
    faults(hotel, checkOut="late")
    booking = run(desk(hotel).check_out(booking, hotel.rooms[1].id))
    assert booking.state is BookingState.CHECKED_OUT


def test_nobody_came(hotel: Hotel) -> None:
    """Who did not come cannot go."""
    booking = made(hotel)
    with pytest.raises(Conflict):
        run(desk(hotel).check_out(booking, hotel.rooms[0].id))


class Schedule:
    """A sequence of changes, each with faults that are drawn for it, and what must be so after it."""

    def __init__(self, data: DataObject, profile: str) -> None:
        """Start with an empty hotel."""
        self.data = data
        self.hotel = Hotel.of(profile=profile)
        self.changes = BookingChanges(self.hotel.vendor, no_sleep)
        self.bookings: list[Booking] = []

    def fault(self, operation: str) -> str | None:
        """Draw what befalls a request."""
        kinds = (
            [None, None, None, "down"]
            if operation in READS
            else [None, None, "lost", "late", "down", "E0005"]
        )
        return self.data.draw(st.sampled_from(kinds))

    def terms(self) -> BookingTerms:
        """Draw what a booking shall be."""
        start = self.data.draw(st.integers(0, 3)) * DAY
        rooms = self.data.draw(st.sampled_from([(0,), (1,), (0, 1)]))
        return self.hotel.terms(
            *rooms,
            start=start,
            end=start + self.data.draw(st.integers(1, 2)) * DAY,
            guest=self.data.draw(st.sampled_from(["Anna", "Bert"])),
        )

    def tried(
        self, call: Callable[[], Booking]
    ) -> Booking | VendorError | ReplacementFailed:
        """Return what became of a call that suffers faults."""
        self.hotel.way.fault = self.fault
        try:
            return call()
        except (VendorError, ReplacementFailed) as err:
            return err
        finally:
            self.hotel.way.fault = lambda operation: None

    def create(self) -> None:
        """Book: one, or none, or a doubt about it."""
        before, terms = ids(self.hotel), self.terms()
        sent = self.hotel.way.count("createBooking")
        result = self.tried(
            lambda: run(self.changes.create(self.hotel.place_id, terms))
        )
        new = ids(self.hotel) - before
        assert self.hotel.way.count("createBooking") - sent <= 1
        if isinstance(result, Booking):
            assert new == {result.id}
            self.meets(result.id, terms)
            self.bookings.append(run_read(self.hotel, result))
        else:
            assert len(new) <= isinstance(result, OutcomeUnknown)

    def meets(self, booking_id: str, terms: BookingTerms) -> None:
        """Check that a booking of the cloud is what it shall be."""
        booking = self.hotel.vendor.booking(self.hotel.place_id, booking_id)
        assert terms.is_met_by(run(booking))

    def change(self) -> None:
        """Change a booking: there is one, this or another, unless it is said that there may be none."""
        booking = self.data.draw(st.sampled_from(self.bookings))
        booking = run_read(self.hotel, booking)
        others, terms = ids(self.hotel) - {booking.id}, self.terms()
        was_live = not booking.is_over
        result = self.tried(lambda: run(self.changes.change(booking, terms)))
        now = ids(self.hotel) - others
        if isinstance(result, Booking):
            assert now == {result.id}
            self.meets(result.id, terms)
            self.bookings.append(result)
            return
        if isinstance(result, ReplacementFailed):
            restored = result.restored
            match result.outcome:
                case Replacement.RESTORED:
                    assert restored is not None and now == {restored.id}
                    assert restored.id != booking.id
                    self.bookings.append(restored)
                case Replacement.LOST:
                    assert now == set()
                case Replacement.CANCEL_IN_DOUBT:
                    assert now <= {booking.id}
                case _:
                    assert len(now) <= 1 and booking.id not in now
            return
        assert now == ({booking.id} if was_live else set())
        if not isinstance(result, OutcomeUnknown):
            assert run_read(self.hotel, booking) == booking

    def cancel(self) -> None:
        """Cancel a booking: it is gone, or there, or it is said that nobody knows."""
        booking = self.data.draw(st.sampled_from(self.bookings))
        booking = run_read(self.hotel, booking)
        before = ids(self.hotel)
        result = self.tried(lambda: run(self.changes.cancel(booking)))
        now = ids(self.hotel)
        if isinstance(result, Booking):
            assert booking.id not in now
        assert before - now <= {booking.id}
        if isinstance(result, VendorError) and not isinstance(result, OutcomeUnknown):
            assert now == before


@settings(max_examples=50)
@given(st.data(), st.sampled_from(["portal", "overview"]))
def test_schedules(data: DataObject, profile: str) -> None:
    """Whatever is lost on the way: never two bookings for one, never none where one is told, or one where none is."""
    schedule = Schedule(data, profile)
    for _ in range(data.draw(st.integers(1, 5))):
        step = "create"
        if schedule.bookings:
            step = data.draw(st.sampled_from(["create", "change", "change", "cancel"]))
        getattr(schedule, step)()


def test_blind(hotel: Hotel) -> None:
    """Without a look at what is there a lost answer is a doubt: it is the look that finds the booking."""

    class Careless(BookingLooks):
        async def found(self, *args: Any) -> Booking | None:
            return None

    changes = desk(hotel)
    changes._looks = Careless(hotel.vendor)  # noqa: SLF001  what is blind for once
    sequence(hotel, createBooking=["late"])
    with pytest.raises(OutcomeUnknown):
        run(changes.create(hotel.place_id, hotel.terms()))
    assert len(hotel.live) == 1


def test_service_is_down(hotel: Hotel) -> None:
    """Where the list cannot be read before, nothing is sent."""
    faults(hotel, bookingList="down")
    with pytest.raises(ServiceUnavailable):
        made(hotel)
    assert hotel.way.count("createBooking") == 0
