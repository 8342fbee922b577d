"""Doors held open by entries of ours: one entry or none, whatever answer is lost and whenever Home Assistant is killed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import json
from typing import Any

from hypothesis import example, given, settings, strategies as st
import pytest

from custom_components.latchkey.hold_records import HoldDiffers, HoldError
from custom_components.latchkey.holds import KEPT, LATE, HoldBook
from custom_components.latchkey.ledger import LedgerError
from custom_components.latchkey.vendors.model import Device
from custom_components.latchkey.vendors.schedules import EntryList, Hold, ScheduleList
from custom_components.latchkey.vendors.vendor import (
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
    VendorError,
)
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run

ONE, TWO = "schedule-1", "schedule-2"
HOUR = timedelta(hours=1)


@dataclass
class Vendor:
    """A vendor's entries; each request goes as a test says: well, lost on its way or on the way back, late, refused."""

    clock: FakeClock
    held: dict[str, Hold] = field(default_factory=dict)
    ways: list[str] = field(default_factory=list)
    """How the next requests go, one after the other; well, where there are no more."""
    late: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    shift: timedelta = timedelta()
    """By how much other times are taken than those that are sent."""

    def settle(self) -> None:
        """Let what is late arrive."""
        due = [each for each in self.late if each[0] <= self.clock.now]
        self.late = [each for each in self.late if each not in due]
        for _, arrive in due:
            arrive()

    def _command(self, name: str, hold: Hold, act: Callable[[], None]) -> None:
        self.sent.append((name, hold.id))
        way = self.ways.pop(0) if self.ways else "well"
        if way in ("unanswered", "killed_after", "well"):
            act()
        match way:
            case "refused":
                raise InvalidRequest("status 400")
            case "down":
                raise ServiceUnavailable("down")
            case "late":
                arrives_at = self.clock.now + LATE - timedelta(seconds=1)
                self.late.append((arrives_at, act))
                raise OutcomeUnknown("timeout")
            case "lost" | "unanswered":
                raise OutcomeUnknown("reset")
            case "killed" | "killed_after":
                raise asyncio.CancelledError

    def _put(self, hold: Hold) -> None:
        self.held[hold.id] = replace(
            hold, start=hold.start + self.shift, end=hold.end + self.shift
        )

    def _put_if_there(self, hold: Hold) -> None:
        if hold.id in self.held:
            self._put(hold)

    def _drop(self, hold: Hold) -> None:
        self.held.pop(hold.id, None)

    async def open_until(self, hold: Hold) -> None:
        """Add an entry."""
        assert ("open", hold.id) not in self.sent
        self._command("open", hold, lambda: self._put(hold))

    async def change_hold(self, hold: Hold) -> None:
        """Change an entry that there is."""
        if hold.id not in self.held:
            raise InvalidRequest("status 400")
        self._command("change", hold, lambda: self._put_if_there(hold))

    async def cancel_hold(self, hold: Hold) -> None:
        """Delete an entry that there is."""
        if hold.id not in self.held:
            raise NotFound("status 400")
        self._command("cancel", hold, lambda: self._drop(hold))

    async def hold(self, hold: Hold) -> Hold | None:
        """Return an entry as it is."""
        match self.ways.pop(0) if self.ways else "well":
            case "well":
                return self.held.get(hold.id)
            case "killed" | "killed_after":
                raise asyncio.CancelledError
        raise ServiceUnavailable("down")

    async def schedules(self, device: Device) -> ScheduleList:
        """Return none."""
        return ScheduleList(schedules=())

    async def entries(
        self, schedule_id: str, start: datetime, end: datetime
    ) -> EntryList:
        """Return none."""
        return EntryList(entries=())


class Home:
    """A Home Assistant that can be killed, with the disk that outlives it."""

    def __init__(self) -> None:
        """Start with an empty disk."""
        self.clock = FakeClock()
        self.vendor = Vendor(self.clock)
        self.disk = ""
        self.is_full = False
        self.restart()

    def restart(self) -> None:
        """Start from what is on disk."""
        self.book = HoldBook(self.vendor, self._write, self.clock)
        self.book.load(json.loads(self.disk) if self.disk else None)

    async def _write(self, data: dict[str, Any]) -> None:
        if self.is_full:
            raise LedgerError("full")
        self.disk = json.dumps(data)

    def after(self, hours: float) -> datetime:
        """Return a time to come."""
        return self.clock.now.replace(microsecond=0) + timedelta(hours=hours)

    def open(self, start: float | None, end: float, schedule_id: str = ONE) -> Hold:
        """Hold a schedule open, from and until some hours from now."""
        begins = None if start is None else self.after(start)
        return run(self.book.open(schedule_id, begins, self.after(end)))

    def cancel(self, schedule_id: str = ONE) -> list[Hold]:
        """Take back what was asked for."""
        return run(self.book.cancel(schedule_id))

    def wait(self, time: timedelta) -> None:
        """Let time pass, and look for what is in doubt."""
        self.clock.move(time.total_seconds())
        self.vendor.settle()
        if self.book.is_in_doubt:
            run(self.book.settle())

    @property
    def commands(self) -> list[str]:
        """Return what was sent."""
        return [name for name, _ in self.vendor.sent]


@pytest.fixture
def home() -> Home:
    """Return a home with nothing held open."""
    return Home()


def test_open_and_cancel(home: Home) -> None:
    """An entry is made from now until a time, and deleted."""
    hold = home.open(None, 2)
    assert home.vendor.held == {hold.id: hold}
    assert (hold.start, hold.end) == (home.after(0), home.after(2))
    assert home.book.of(ONE) == [hold]
    assert home.book.of(TWO) == []
    home.restart()
    assert home.cancel() == [hold]
    assert home.vendor.held == {}
    with pytest.raises(HoldError, match="no_hold"):
        home.cancel()
    assert home.commands == ["open", "cancel"]


def test_changes(home: Home) -> None:
    """A call for a time that meets with an entry of ours changes that one, for longer or for less; what has begun goes on."""
    first = home.open(None, 2)
    home.clock.move(600)
    longer = home.open(None, 3)
    assert (longer.id, longer.start) == (first.id, first.start)
    shorter = home.open(None, 0.5)
    assert (shorter.id, shorter.end) == (first.id, home.after(0.5))
    assert home.open(None, 0.5) == shorter
    assert list(home.vendor.held.values()) == [shorter]
    assert home.commands == ["open", "change", "change"]
    later = home.open(0.25, 1)
    assert (later.id, later.start) == (first.id, home.after(0.25))


def test_several(home: Home) -> None:
    """Entries that do not meet stand side by side; one that would meet several is refused, and all are cancelled together."""
    home.open(1, 2)
    home.open(4, 5)
    home.open(1, 2, TWO)
    with pytest.raises(HoldError, match="several_holds"):
        home.open(1, 5)
    assert home.commands == ["open"] * 3
    assert len(home.cancel()) == 2
    assert [each.schedule_id for each in home.vendor.held.values()] == [TWO]


def test_what_is_over(home: Home) -> None:
    """An entry that is over is not changed any more, nor cancelled, and forgotten after a while."""
    first = home.open(None, 1)
    home.clock.move(2 * 3600)
    assert home.book.of(ONE) == []
    second = home.open(None, 1)
    assert second.id != first.id
    home.clock.move((KEPT + HOUR).total_seconds())
    home.open(None, 1)
    assert first.id not in home.disk


def test_deleted_elsewhere(home: Home) -> None:
    """What somebody has deleted or changed in the vendor's own program is taken as it is."""
    first = home.open(None, 2)
    home.vendor.held.clear()
    second = home.open(None, 3)
    assert second.id != first.id
    home.vendor.held[second.id] = replace(second, end=home.after(1))
    assert home.open(2, 3).id != second.id
    home.vendor.held.clear()
    with pytest.raises(HoldError, match="no_hold"):
        home.cancel()


@pytest.mark.parametrize("way", ["refused", "down"])
def test_refusals(home: Home, way: str) -> None:
    """What was certainly not done leaves everything as it was."""
    home.vendor.ways = [way]
    with pytest.raises(VendorError):
        home.open(None, 2)
    assert home.book.of(ONE) == []
    hold = home.open(None, 2)
    for act in (lambda: home.open(None, 3), home.cancel):
        home.vendor.ways = ["well", way]
        with pytest.raises(VendorError):
            act()
        assert home.book.of(ONE) == [hold]
        assert not home.book.is_in_doubt
    home.restart()
    assert home.book.of(ONE) == [hold]


def test_answer_that_is_lost(home: Home) -> None:
    """What is found to be done although no answer came is done."""
    home.vendor.ways = ["unanswered"]
    hold = home.open(None, 2)
    home.vendor.ways = ["well", "unanswered"]
    hold = home.open(None, 3)
    assert home.vendor.held == {hold.id: hold}
    home.vendor.ways = ["well", "unanswered"]
    home.cancel()
    assert home.vendor.held == {}
    assert not home.book.is_in_doubt


@pytest.mark.parametrize("way", ["lost", "late"])
def test_doubt(home: Home, way: str) -> None:
    """While a command may be on its way nothing else is sent; what became of it is found afterwards."""
    home.vendor.ways = [way]
    with pytest.raises(OutcomeUnknown):
        home.open(None, 2)
    for again in (lambda: home.open(None, 4), home.cancel):
        with pytest.raises(HoldError, match="hold_in_doubt"):
            again()
    home.wait(LATE)
    assert len(home.book.of(ONE)) == len(home.vendor.held) == (way == "late")
    hold = home.open(None, 4)
    for act in (lambda: home.open(None, 5), home.cancel):
        home.vendor.ways = ["well", way]
        with pytest.raises(OutcomeUnknown):
            act()
        with pytest.raises(HoldError, match="hold_in_doubt"):
            home.open(None, 6)
        home.wait(LATE)
        assert home.book.of(ONE) == list(home.vendor.held.values())
    assert (hold.id in home.vendor.held) is (way == "lost")


def test_read_back_fails(home: Home) -> None:
    """What was accepted and cannot be read back is done; what was neither is in doubt."""
    home.vendor.ways = ["well", "down"]
    hold = home.open(None, 2)
    assert home.book.of(ONE) == [hold]
    home.vendor.ways = ["well", "unanswered", "down"]
    with pytest.raises(OutcomeUnknown):
        home.open(None, 3)
    home.wait(timedelta(seconds=1))
    assert home.book.is_in_doubt
    home.wait(LATE)
    assert home.book.of(ONE) == list(home.vendor.held.values())


def test_accepted_and_not_there(home: Home) -> None:
    """What was accepted and is not there is not called done."""

    async def ignore(hold: Hold) -> None:
        pass

    home.vendor.open_until = ignore  # type: ignore[method-assign]  # one that does nothing
    with pytest.raises(OutcomeUnknown):
        home.open(None, 2)


def test_other_times(home: Home) -> None:
    """Where the vendor takes other times than it was given, it is told which, and that can be taken back."""
    home.vendor.shift = HOUR
    with pytest.raises(HoldDiffers) as told:
        home.open(None, 2)
    assert told.value.hold.end == home.after(3)
    assert home.book.of(ONE) == [told.value.hold]
    home.vendor.shift = timedelta()
    home.cancel()
    assert home.vendor.held == {}


async def test_disk(home: Home) -> None:
    """Nothing is sent that could not be written down, nor once the account is unloaded; what is not understood is skipped."""
    home.is_full = True
    with pytest.raises(LedgerError):
        home.open(None, 2)
    assert home.vendor.sent == []
    home.is_full = False
    hold = home.open(None, 2)
    home.is_full = True
    for act in (lambda: home.open(None, 3), home.cancel):
        with pytest.raises(LedgerError):
            act()
    assert home.commands == ["open"]
    assert home.book.of(ONE) == [hold]
    home.is_full = False
    await home.book.close()
    with pytest.raises(LedgerError):
        home.cancel()
    home.disk = json.dumps({"holds": [{"id": "x"}, *json.loads(home.disk)["holds"]]})
    home.restart()
    assert home.book.of(ONE) == [hold]


WAYS = (
    *("well", "lost", "unanswered", "late", "refused", "down"),
    *("killed", "killed_after"),
)
STEPS = st.one_of(
    st.tuples(
        st.just("open"),
        st.sampled_from((None, 0.5, 3.0)),
        st.sampled_from((1.0, 2.0, 4.0)),
    ),
    st.tuples(st.just("cancel")),
    st.tuples(st.just("wait"), st.sampled_from((1, 60, 119, 150, 3600))),
    st.tuples(st.just("restart")),
    st.tuples(st.just("full"), st.booleans()),
)


@settings(max_examples=50, deadline=None)
@example(
    steps=[("open", None, 2.0), ("open", None, 4.0), ("restart",), ("open", None, 1.0)],
    ways=["killed_after", "down", "late"],
)
@given(
    steps=st.lists(STEPS, max_size=12),
    ways=st.lists(st.sampled_from(WAYS), max_size=20),
)
def test_one_or_none(steps: list[tuple[Any, ...]], ways: list[str]) -> None:
    """However answers are lost and Home Assistant killed, in the end all is known, and no two entries of ours meet."""
    home = Home()
    home.vendor.ways = ways
    for name, *values in steps:
        try:
            match name:
                case "open":
                    start, end = values
                    if (start or 0) < end:
                        home.open(start, end)
                case "cancel":
                    home.cancel()
                case "wait":
                    home.wait(timedelta(seconds=values[0]))
                case "restart":
                    home.restart()
                case "full":
                    home.is_full = values[0]
        except asyncio.CancelledError:
            home.restart()
        except VendorError, HoldError, LedgerError:
            pass
    home.vendor.ways = []
    home.is_full = False
    home.wait(LATE)
    home.wait(LATE)
    assert not home.book.is_in_doubt
    going_on = sorted(
        (each for each in home.vendor.held.values() if each.end > home.clock.now),
        key=lambda each: each.start,
    )
    assert sorted(home.book.of(ONE), key=lambda each: each.start) == going_on
    for before, after in zip(going_on, going_on[1:], strict=False):
        assert before.end < after.start
