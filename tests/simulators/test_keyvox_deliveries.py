"""How PINs reach the devices of the simulated KEYVOX cloud: in batches, which fail or miss a device."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from simulators.errors import Invalid
from simulators.keyvox import KeyVoxCloud
from simulators.keyvox.credentials import Credential, Place, Stage
from tests.simulators.helpers import FakeClock
from tests.simulators.keyvox import Org

HOUR, DAY = 3600, 86400
TO_BATCH = 70
"""How many seconds the first batch is away when the clock has not moved: it comes at every even minute."""


class Door:
    """A unit with locks, and PINs for it."""

    def __init__(self, cloud: KeyVoxCloud, clock: FakeClock, locks: int = 1) -> None:
        """Fit the locks."""
        self.cloud, self.clock = cloud, clock
        place = cloud.add_site("House")
        self.locks = [cloud.add_lock(f"L{number}") for number in range(locks)]
        ids = [lock.id for lock in self.locks]
        self.place = Place(unit_id=cloud.add_unit("Room", place.id, ids).id)

    def issue(self, start: float = 0, code: str = "1234") -> Credential:
        """Issue a PIN that is valid for an hour."""
        now = self.cloud.settle()
        return self.cloud.pins.issue(self.place, self.period(start), now, code=code)

    def change(self, pin: Credential, code: str, start: float = 0) -> None:
        """Change a PIN."""
        now = self.cloud.settle()
        self.cloud.pins.change(pin, self.period(start), now, code=code)

    def disable(self, pin: Credential) -> None:
        """Disable a PIN."""
        self.cloud.pins.disable(pin, self.cloud.settle())

    def period(self, start: float) -> tuple[datetime, datetime]:
        """Return an hour that begins so many seconds from now."""
        begin = self.clock.now + timedelta(seconds=start)
        return begin, begin + timedelta(hours=1)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move(seconds)
        self.cloud.settle()

    def held(self, lock: int = 0) -> list[str]:
        """Return the digits that a lock holds."""
        return [held.code for held in self.locks[lock].memory.values()]


@pytest.fixture
def door() -> Door:
    """Return a unit with one lock."""
    clock = FakeClock()
    return Door(KeyVoxCloud(clock=clock), clock)


def test_batch(door: Door) -> None:
    """A PIN waits for the next batch, is under way, and then at the lock, which lets its holder in."""
    pin = door.issue()
    door.later(TO_BATCH - 0.1)
    assert (pin.status, pin.pin_status, door.held()) == ("10", 0, [])
    door.later(0.1)
    assert door.clock.now.minute % 2 == door.clock.now.second == 0
    assert (pin.status, pin.pin_status, door.held()) == ("20", 1, [])
    door.later(4.9)
    assert (pin.status, door.held()) == ("20", [])
    door.later(0.1)
    assert (pin.status, pin.pin_status, door.held()) == ("30", 2, ["1234"])
    assert door.cloud.type_pin(door.locks[0].id, "1234").granted


def test_never_at_once(door: Door) -> None:
    """What is accepted in the very second of a batch waits for the next one."""
    door.later(TO_BATCH)
    pin = door.issue()
    door.later(119)
    assert pin.status == "10"
    door.later(1)
    assert pin.status == "20"


def test_batch_interval(door: Door) -> None:
    """Batches can come at another pace."""
    door.cloud.set_options(batch_seconds=30, delivery_seconds=0)
    pin = door.issue()
    door.later(10)
    assert pin.status == "30"


@pytest.mark.parametrize("ahead", [72 * HOUR - 60, 72 * HOUR + TO_BATCH])
def test_not_before(door: Door, ahead: float) -> None:
    """A PIN is delivered by the first batch from 72 hours before its start on."""
    pin = door.issue(ahead)
    door.later(TO_BATCH - 1)
    assert pin.status == "10"
    door.later(6)
    assert pin.status == "30"


def test_long_before(door: Door) -> None:
    """A PIN for next week is not at the lock for days."""
    pin = door.issue(7 * DAY)
    door.later(4 * DAY - 1)
    assert pin.status == "10"
    door.later(125)
    assert pin.status == "30"
    assert door.cloud.type_pin(door.locks[0].id, "1234").reason == "not valid yet"
    door.later(3 * DAY)
    assert door.cloud.type_pin(door.locks[0].id, "1234").granted
    door.later(HOUR)
    assert door.cloud.type_pin(door.locks[0].id, "1234").reason == "no longer valid"


def test_change(door: Door) -> None:
    """Until a change is delivered, the lock lets in who knows the old digits, and nobody else."""
    pin, lock = door.issue(), door.locks[0].id
    door.later(200)
    door.change(pin, "4321")
    assert (pin.status, door.held()) == ("11", ["1234"])
    assert door.cloud.type_pin(lock, "1234").granted
    assert not door.cloud.type_pin(lock, "4321").granted
    door.later(110)
    assert (pin.status, pin.pin_status) == ("21", 2)
    door.later(5)
    assert (pin.status, door.held()) == ("31", ["4321"])
    assert not door.cloud.type_pin(lock, "1234").granted


def test_change_to_next_week(door: Door) -> None:
    """A change is delivered no earlier than a new PIN; the lock has the old one until then."""
    pin = door.issue()
    door.later(200)
    door.change(pin, "4321", 7 * DAY)
    door.later(DAY)
    assert (pin.status, door.held()) == ("11", ["1234"])
    door.later(3 * DAY + 120)
    assert (pin.status, door.held()) == ("31", ["4321"])


def test_change_before_delivery(door: Door) -> None:
    """A PIN that is changed before it was delivered is delivered once, as changed."""
    pin = door.issue()
    door.change(pin, "4321")
    assert (pin.status, pin.pin_status) == ("11", 0)
    door.later(80)
    assert (pin.status, door.held()) == ("31", ["4321"])


def test_disable(door: Door) -> None:
    """A PIN that is disabled still lets its holder in until that is delivered."""
    pin, lock = door.issue(), door.locks[0].id
    door.later(200)
    door.disable(pin)
    assert pin.status == "12"
    assert door.cloud.type_pin(lock, "1234").granted
    door.later(110)
    assert pin.status == "22"
    door.later(5)
    assert (pin.status, pin.pin_status, door.held()) == ("32", 4, [])
    assert not door.cloud.type_pin(lock, "1234").granted


def test_disable_what_waits(door: Door) -> None:
    """A PIN for next week that is disabled is gone with the next batch."""
    pin = door.issue(7 * DAY)
    door.disable(pin)
    door.later(80)
    assert pin.status == "32"
    door.later(7 * DAY)
    assert (pin.status, door.held()) == ("32", [])


def test_change_under_way(door: Door) -> None:
    """What is changed while it is under way is delivered as it was, and by the next batch as it is."""
    pin = door.issue()
    door.later(TO_BATCH + 1)
    door.change(pin, "4321")
    door.later(5)
    assert (pin.status, door.held()) == ("11", ["1234"])
    door.later(120)
    assert (pin.status, door.held()) == ("31", ["4321"])


def test_disable_under_way(door: Door) -> None:
    """What is disabled while it is under way is at the lock until the next batch."""
    pin = door.issue()
    door.later(TO_BATCH + 1)
    door.disable(pin)
    door.later(5)
    assert (pin.status, door.held()) == ("12", ["1234"])
    door.later(120)
    assert (pin.status, door.held()) == ("32", [])


def test_overtaken(door: Door) -> None:
    """What arrives after something newer is not taken any more."""
    door.cloud.set_options(delivery_seconds=300)
    pin = door.issue()
    door.later(TO_BATCH)
    door.cloud.set_options(delivery_seconds=5)
    door.change(pin, "4321")
    door.later(125)
    assert (pin.status, door.held()) == ("31", ["4321"])
    door.later(300)
    assert (pin.status, door.held()) == ("31", ["4321"])


def test_failing_batch(door: Door) -> None:
    """A batch that fails leaves errors behind, and the lock as it was; a batch of nothing does not count."""
    lock = door.locks[0].id
    door.cloud.deliveries.fail_next(1)
    door.later(600)
    pin = door.issue()
    door.later(125)
    assert (pin.status, pin.pin_status, door.held()) == ("90", 0, [])
    door.later(600)
    assert pin.status == "90"
    door.change(pin, "1234")
    door.later(125)
    assert (pin.status, door.held()) == ("31", ["1234"])
    door.cloud.deliveries.fail_next(2)
    door.change(pin, "4321")
    door.later(125)
    assert (pin.status, pin.pin_status, door.held()) == ("91", 2, ["1234"])
    door.disable(pin)
    door.later(125)
    assert (pin.status, pin.pin_status) == ("92", 2)
    assert door.cloud.type_pin(lock, "1234").granted
    door.disable(pin)
    door.later(125)
    assert (pin.status, door.held()) == ("32", [])
    with pytest.raises(Invalid):
        door.cloud.deliveries.fail_next(-1)


def test_one_batch_fails_for_all(door: Door) -> None:
    """All that a batch has taken fails with it."""
    pins = [door.issue(code=f"123{number}") for number in range(3)]
    door.cloud.deliveries.fail_next(1)
    door.later(75)
    assert {pin.status for pin in pins} == {"90"}


def test_offline(door: Door) -> None:
    """A delivery to a lock without a connection is tried again by every batch."""
    lock = door.locks[0].id
    door.cloud.set_connection(lock, online=False)
    pin = door.issue()
    door.later(HOUR // 2)
    assert (pin.status, door.held()) == ("20", [])
    door.cloud.set_connection(lock, online=True)
    assert door.held() == []
    door.later(125)
    assert (pin.status, door.held()) == ("30", ["1234"])


@pytest.fixture
def doors() -> Door:
    """Return a unit with two locks."""
    clock = FakeClock()
    return Door(KeyVoxCloud(clock=clock), clock, locks=2)


def test_two_locks(doors: Door) -> None:
    """The locks of a unit have one PIN."""
    pin = doors.issue()
    assert len(doors.cloud.pins) == 1
    doors.later(75)
    assert (pin.status, doors.held(0), doors.held(1)) == ("30", ["1234"], ["1234"])


def test_one_of_two_offline(doors: Door) -> None:
    """A PIN is not created before both locks have it, but works at the one that has."""
    doors.cloud.set_connection(doors.locks[1].id, online=False)
    pin = doors.issue()
    doors.later(75)
    assert (pin.status, doors.held(0), doors.held(1)) == ("20", ["1234"], [])
    assert doors.cloud.type_pin(doors.locks[0].id, "1234").granted
    assert not doors.cloud.type_pin(doors.locks[1].id, "1234").granted
    doors.cloud.set_connection(doors.locks[1].id, online=True)
    doors.later(120)
    assert (pin.status, doors.held(1)) == ("30", ["1234"])


def test_one_after_the_other(doors: Door) -> None:
    """A lock that has a PIN is not waited for again."""
    first, second = (lock.id for lock in doors.locks)
    doors.cloud.set_connection(second, online=False)
    pin = doors.issue()
    doors.later(75)
    doors.cloud.set_connection(first, online=False)
    doors.cloud.set_connection(second, online=True)
    assert pin.status == "20"
    doors.later(120)
    assert (pin.status, doors.held(0), doors.held(1)) == ("30", ["1234"], ["1234"])


def test_unit_without_locks(door: Door) -> None:
    """A PIN for a unit without locks is created all the same."""
    place = door.cloud.add_site("Garden")
    door.place = Place(unit_id=door.cloud.add_unit("Gate", place.id).id)
    pin = door.issue()
    door.later(75)
    assert pin.status == "30"


async def test_over_http(org: Org) -> None:
    """The delivery is told over HTTP as it goes, and can be made to fail there."""
    lock = org.cloud.add_lock("A")
    body: dict[str, Any] = {"unitId": org.room(lock).id, **org.period()}
    pin = await org.ok("createLockPin", {**body, "pinCode": "123456"})
    asked = {"pinId": pin["pinId"]}
    told = []
    for seconds in (0, TO_BATCH, 5):
        org.clock.move(seconds)
        told.append((await org.ok("getLockPinStatus", asked))["status"])
    assert told == ["10", "20", "30"]
    reply = await org.control("POST", "batches/fail", {"batches": 1})
    assert reply.status == 204
    await org.ok("disableLockPin", asked)
    org.clock.move(125)
    assert (await org.ok("getLockPinStatus", asked))["status"] == "92"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 400)),
        st.tuples(st.just("change"), st.integers(1000, 9999)),
        st.tuples(st.just("disable"), st.just(0)),
        st.tuples(st.just("fail"), st.integers(0, 2)),
        st.tuples(st.just("online"), st.integers(0, 3)),
        st.tuples(st.just("slow"), st.integers(0, 300)),
    ),
    max_size=25,
)


def check(doors: Door, pin: Credential) -> None:
    """Check that the status does not claim what is not so, and does not deny what is."""
    newest = [lock.revisions.get(pin.id) == pin.revision for lock in doors.locks]
    assert all(newest) == (pin.stage is Stage.DONE)
    if pin.stage is Stage.DONE:
        held = [] if pin.is_disabled else [pin.code]
        assert doors.held(0) == doors.held(1) == held


@settings(max_examples=50, deadline=None)
@given(steps=STEPS)
def test_schedules(steps: list[tuple[str, int]]) -> None:
    """Whatever happens meanwhile, the status in the end is what the locks hold."""
    clock = FakeClock()
    doors = Door(KeyVoxCloud(clock=clock), clock, locks=2)
    pin = doors.issue()
    for step, value in steps:
        match step:
            case "wait":
                doors.later(value)
            case "change" if not pin.is_disabled:
                doors.change(pin, str(value))
            case "disable" if not pin.is_gone:
                doors.disable(pin)
            case "fail":
                doors.cloud.deliveries.fail_next(value)
            case "online":
                lock, online = doors.locks[value % 2], value > 1
                doors.cloud.set_connection(lock.id, online=online)
            case "slow":
                doors.cloud.set_options(delivery_seconds=value)
        check(doors, pin)
    for lock in doors.locks:
        doors.cloud.set_connection(lock.id, online=True)
    doors.later(1000)
    check(doors, pin)
    assert pin.stage in (Stage.DONE, Stage.FAILED)


def test_epoch_is_utc(door: Door) -> None:
    """A PIN of long ago is delivered by the next batch."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    pin = door.cloud.pins.issue(
        door.place, (start, door.clock.now + timedelta(days=1)), door.cloud.settle()
    )
    door.later(75)
    assert pin.status == "30"
