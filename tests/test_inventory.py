"""What an account has: a thing is gone when two successive complete readings lack it."""

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
import pytest

from custom_components.latchkey.inventory import InventoryTracker
from custom_components.latchkey.vendors.bookings import Room
from custom_components.latchkey.vendors.model import (
    Device,
    DeviceKind,
    Input,
    Inventory,
    Output,
)

type Thing = tuple[str, ...]
"""A device, or one of its outputs and inputs: its id, after that of what it belongs to."""


def output(output_id: str) -> Output:
    """Return a relay."""
    return Output(id=output_id, name="", pulse=range(1, 10))


def device(device_id: str, *points: str, name: str = "") -> Device:
    """Return a unit or, by its id, an expansion; points beginning with I are inputs."""
    parent_id, _, part = device_id.partition("-")
    return Device(
        id=device_id,
        label=device_id,
        kind=DeviceKind.EXPANSION if part else DeviceKind.UNIT,
        name=name,
        parent_id=parent_id if part else None,
        outputs=tuple(output(point) for point in points if not point.startswith("I")),
        inputs=tuple(
            Input(id=point, name="") for point in points if point.startswith("I")
        ),
    )


def read(
    tracker: InventoryTracker, *devices: Device, complete: bool = True
) -> list[str]:
    """Read an inventory, and return which devices there are."""
    tracker.update(Inventory(devices=devices, complete=complete))
    return list(tracker.devices)


def test_device_missing_once_or_twice() -> None:
    """A device stays when it is missing once, with all that it had, and goes when it is missing twice."""
    tracker = InventoryTracker()
    gone = device("2", "F1", "IN1")
    assert read(tracker, device("1"), gone) == ["1", "2"]
    assert read(tracker, device("1")) == ["1", "2"]
    assert tracker.devices["2"] == gone
    assert read(tracker, device("1")) == ["1"]


def test_room_missing_once_or_twice() -> None:
    """A room of a place stays when it is missing once, and goes when it is missing twice in a row."""

    def place(*room_ids: str) -> Device:
        rooms = tuple(Room(id=each, name=f"Room {each}") for each in room_ids)
        return Device(
            id="1", label="1", kind=DeviceKind.PLACE, name="House", rooms=rooms
        )

    def rooms() -> list[str]:
        return [room.id for room in tracker.devices["1"].rooms]

    tracker = InventoryTracker()
    read(tracker, place("a", "b"))
    read(tracker, place("a"))
    assert rooms() == ["a", "b"]
    # What was seen in between was not missing twice in a row.
    read(tracker, place("b"), complete=False)
    read(tracker, place("a"))
    assert rooms() == ["a", "b"]
    read(tracker, place("a"))
    assert rooms() == ["a"]


def test_point_missing_once_or_twice() -> None:
    """An output or input stays when it is missing once, and goes when it is missing twice."""
    tracker = InventoryTracker()
    read(tracker, device("1", "F1", "F2", "IN1", "IN2"))
    for left in (["F1", "F2", "IN1", "IN2"], ["F2", "IN2"]):
        read(tracker, device("1", "F2", "IN2"))
        assert sorted(point.id for point in tracker.devices["1"].points) == left


@pytest.mark.parametrize("between", [[], ["2"]])
def test_seen_in_between(between: list[str]) -> None:
    """What an incomplete reading did show was not missing from two successive ones."""
    tracker = InventoryTracker()
    read(tracker, device("1"), device("2"))
    read(tracker, device("1"))
    read(tracker, *map(device, between), complete=False)
    assert ("2" in read(tracker, device("1"))) is bool(between)


def test_deleted_from_here() -> None:
    """What was deleted from here is gone with the next complete reading that lacks it, and what else is missing is not."""
    tracker = InventoryTracker()
    read(tracker, device("1"), device("2", "F1"), device("2-1"), device("3"))
    tracker.forget("2")
    assert list(tracker.devices) == ["1", "2", "2-1", "3"]
    assert "2" in read(tracker, device("1"), complete=False)
    assert read(tracker, device("1")) == ["1", "3"]


def test_deleted_in_vain() -> None:
    """What is listed in spite of its deletion is there, and has to be missing twice like anything else."""
    tracker = InventoryTracker()
    read(tracker, device("1"), device("2"))
    tracker.forget("2")
    assert read(tracker, device("1"), device("2")) == ["1", "2"]
    assert read(tracker, device("1")) == ["1", "2"]
    assert read(tracker, device("1")) == ["1"]


@pytest.mark.parametrize("between", [[], ["b"]])
def test_what_makes_the_account(between: list[str]) -> None:
    """What makes an account counts at once, what is missing from that only the second time in a row; a device is another thing."""

    def makes(*parts: str, complete: bool = True) -> str:
        told = frozenset(parts)
        tracker.update(Inventory(devices=(), complete=complete, parts=told))
        return "".join(sorted(tracker.parts))

    tracker = InventoryTracker(["a", "b"])
    assert makes("a", "c") == "abc"
    assert makes(*between, complete=False) == "abc"
    assert makes("a", "c") == ("abc" if between else "ac")
    assert makes("a", "c") == "ac"
    assert makes(complete=False) == "ac"
    read(tracker, device("a"))
    assert makes("c") == "c"


def test_part_without_its_parent() -> None:
    """A part goes with what it is a part of, and one whose parent was never there is none."""
    tracker = InventoryTracker()
    assert read(tracker, device("1"), device("1-1", "X1"), device("2-1")) == [
        "1",
        "1-1",
    ]
    assert read(tracker, device("1-1", "X1")) == ["1", "1-1"]
    assert read(tracker, device("1-1", "X1")) == []


def test_nothing_changed() -> None:
    """Where a reading brings nothing new the mapping is the same object; else it is another one."""
    tracker = InventoryTracker()
    read(tracker, device("1", "F1"), device("2"))
    held = tracker.devices
    read(tracker, device("1", "F1"), device("2"))
    read(tracker, device("1"))
    read(tracker, device("2"), device("1", "F1"), complete=False)
    assert tracker.devices is held
    read(tracker, device("1", "F1", name="Gate"), device("2"))
    assert tracker.devices is not held
    assert tracker.devices["1"].name == "Gate"


def test_settled() -> None:
    """What is registered from before a restart can be judged once two complete readings have been had."""
    tracker = InventoryTracker()
    for complete, settled in (
        (False, False),
        (True, False),
        (False, False),
        (True, True),
        (False, True),
    ):
        read(tracker, device("1"), complete=complete)
        assert tracker.settled is settled


DEVICES = ("1", "2", "1-1", "1-2", "2-1")
SHAPES = st.dictionaries(
    st.sampled_from(DEVICES),
    st.frozensets(st.sampled_from(("F1", "X1", "IN1", "IN2"))),
)
"""Devices by id, with the ids of what they have."""


class Readings(RuleBasedStateMachine):
    """Any sequence of readings, beside a count of how often each thing was missing since it was last seen."""

    @initialize()
    def start(self) -> None:
        """Begin with nothing known."""
        self.tracker = InventoryTracker()
        self.missing: dict[Thing, int] = {}
        self.last: set[Thing] | None = None
        """What the last reading showed, if it was complete."""
        self.deleted: set[str] = set()
        """What was deleted from here and not read since."""

    @rule(key=st.sampled_from(DEVICES))
    def delete(self, key: str) -> None:
        """Delete a device from here, or one that is not even known."""
        self.tracker.forget(key)
        self.deleted.add(key)
        if (key,) in self.missing:
            self.missing[key,] += 1

    @rule(shape=SHAPES, complete=st.booleans())
    def update(self, shape: dict[str, frozenset[str]], complete: bool) -> None:
        """Read an inventory."""
        before, known = self.tracker.devices, self.known
        # A vendor lists a part under its parent: there is none without.
        shape = {key: has for key, has in shape.items() if key[0] in shape}
        seen: set[Thing] = {(key,) for key in shape} | {
            (key, point) for key, has in shape.items() for point in has
        }
        read(
            self.tracker,
            *(device(key, *sorted(has)) for key, has in sorted(shape.items())),
            complete=complete,
        )
        self.missing = {
            thing: 0 if thing in seen else self.missing[thing] + complete
            for thing in known | seen
        }
        for thing in known - seen:
            owner = (thing[0],)
            if (
                complete
                and self.last is not None
                and thing not in self.last
                and (len(thing) == 1 or (owner in seen) is (owner in self.last))
            ):
                assert thing not in self.known
        self.deleted -= shape.keys()
        if complete:
            assert self.deleted.isdisjoint(self.tracker.devices)
            self.deleted.clear()
        self.last = seen if complete else None
        if self.tracker.devices == before:
            assert self.tracker.devices is before

    @property
    def known(self) -> set[Thing]:
        """All that the tracker knows."""
        return {(key,) for key in self.tracker.devices} | {
            (key, point.id)
            for key, held in self.tracker.devices.items()
            for point in held.points
        }

    @invariant()
    def nothing_went_too_early(self) -> None:
        """Know all that was missing from fewer than two complete readings, unless what it belongs to went."""
        known = self.known
        for thing, times in self.missing.items():
            owners = {(thing[0],), (thing[0][0],)} - {thing}
            if times < 2 and all(self.missing.get(owner, 2) < 2 for owner in owners):
                assert thing in known

    @invariant()
    def no_part_without_its_parent(self) -> None:
        """Know no part whose parent is not known."""
        for held in self.tracker.devices.values():
            assert held.root_id in self.tracker.devices


TestReadings = Readings.TestCase
TestReadings.settings = settings(max_examples=30, stateful_step_count=12, deadline=None)
