"""iLOQ's log: each line told once, however late and out of order it comes, with names and without numbers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from http import HTTPMethod
from typing import Any, override

from hypothesis import given, settings, strategies as st
import pytest
from yarl import URL

from custom_components.latchkey.vendors.iloq import logs as logs_module
from custom_components.latchkey.vendors.iloq.adapter import Iloq
from custom_components.latchkey.vendors.iloq.bars import Bars
from custom_components.latchkey.vendors.iloq.client import IloqClient
from custom_components.latchkey.vendors.iloq.lines import KeyKind, kind_of, method
from custom_components.latchkey.vendors.iloq.operations import Right
from custom_components.latchkey.vendors.iloq.session import Session
from custom_components.latchkey.vendors.iloq.times import in_utc
from custom_components.latchkey.vendors.model import Capability, Device, DeviceKind
from custom_components.latchkey.vendors.passages import HIDDEN, News, Outcome, TellsNews
from custom_components.latchkey.vendors.readings import ReadingKind
from custom_components.latchkey.vendors.transport import Transport
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    NotAvailable,
    ServiceUnavailable,
    TooLarge,
    VendorError,
)
from simulators.faults import Fault
from simulators.iloq import site
from simulators.iloq.demo import crowd
from simulators.iloq.locks import PhysicalState
from tests.simulators.helpers import FakeClock
from tests.vendors.iloq_watched import LOGIN, Account, served_iloq

ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))


class Site:
    """An account with its devices, and what happens at its doors."""

    def __init__(self, account: Account) -> None:
        """Initialize with nothing read."""
        self.account = account
        self.group = account.cloud.group
        self.iloq, self.transport = account.connect()
        self.devices: dict[str, Device] = {}

    async def look(self) -> None:
        """Read the inventory."""
        self.devices = {
            each.name: each for each in (await self.iloq.inventory()).devices
        }

    @property
    def system(self) -> Device:
        """Return the locking system."""
        return self.devices["Demo house"]

    async def news(self) -> News:
        """Read the news."""
        return await self.iloq.news(self.system)

    def use(self, lock: str, key: str | None, outcome: Any = None) -> None:
        """Have a key, or an unknown one, tried at a lock."""
        key_id = None
        if key:
            key_id = next(
                each.id
                for each in self.group.keys.values()
                if each.record["Description"] == key
            )
        lock_id = self.devices[lock].id
        site.try_key(self.group, lock_id, key_id, self.account.clock(), outcome)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.account.clock.move(seconds)
        self.account.cloud.settle()


@pytest.fixture
async def house(socket_enabled: None) -> AsyncIterator[Site]:
    """Return a furnished house whose devices are known and whose log has been read once."""
    async with served_iloq(offline_log_seconds=1) as account:
        house = Site(account)
        await house.look()
        yield house
        await house.iloq.close()


async def test_news(house: Site) -> None:
    """What comes is told once, the oldest first, of the lock where it was, with who it was and by what."""
    assert isinstance(house.iloq, TellsNews)
    house.use("Front door", "Anna's key")
    house.later(60)
    # A beginning is no news.
    began = await house.news()
    assert began.lines == ()
    house.use("Front door", "Anna's phone")
    house.later(1)
    house.use("Front door", "Bo's tag")
    house.later(1)
    house.use("Stairwell", None)
    house.later(1)
    house.use("Stairwell", "Service key")
    house.later(5)
    news = await house.news()
    front, stairs = house.devices["Front door"].id, house.devices["Stairwell"].id
    assert [
        (line.device_id, line.outcome, line.holder, line.method, line.reason)
        for line in news.lines
    ] == [
        (front, Outcome.GRANTED, "Anna Virtanen", "phone", None),
        (front, Outcome.DENIED, "Bo Lind", "tag", None),
        (stairs, Outcome.DENIED, None, None, "unknown_key"),
        (stairs, Outcome.GRANTED, "Service key", "key", None),
    ]
    assert all(line.number is None and line.credential is None for line in news.lines)
    assert (await house.news()).lines == []


async def test_last_passages(house: Site) -> None:
    """When somebody last came in is known from the start, and told anew with each passage."""
    at = house.account.clock()
    house.use("Front door", "Anna's key")
    house.later(60)
    house.use("Front door", "Bo's tag")
    house.later(24 * 3600)
    front = house.devices["Front door"].id
    (reading,) = (await house.news()).readings[front]
    assert (reading.kind, reading.value) == (ReadingKind.LAST_PASSAGE, at)
    assert reading.observed_at == at
    house.use("Front door", "Anna's key")
    at = house.account.clock()
    house.later(60)
    (reading,) = (await house.news()).readings[front]
    assert reading.value == at
    assert (await house.news()).readings == {}


async def test_late_lines(house: Site) -> None:
    """A lock that is offline tells late; its lines are told when they come, with when they were."""
    house.account.cloud.set_options(offline_log_seconds=3600)
    await house.news()
    at = house.account.clock()
    house.use("Sauna", "Anna's key")
    house.later(1800)
    house.use("Front door", "Anna's key")
    house.later(60)
    assert len((await house.news()).lines) == 1
    house.later(1900)
    (line,) = (await house.news()).lines
    assert line.occurred_at == at
    assert line.recorded_at >= at + timedelta(hours=1)
    assert line.device_id == house.devices["Sauna"].id


async def test_what_is_no_passage(house: Site) -> None:
    """What is no passage is told of the system, and names the lock; of a lock that is not shown nothing is told."""
    await house.news()
    lock = house.devices["Front door"]
    site.program_lock(house.group, lock.id, house.account.clock())
    house.use("Gym", "Bo's tag")
    house.group.locks[house.devices["Gym"].id].record["PhysicalState"] = int(
        PhysicalState.HIDDEN
    )
    await house.look()
    house.later(7200)
    (line,) = (await house.news()).lines
    assert (line.device_id, line.outcome) == (house.system.id, Outcome.OTHER)
    assert line.text == "Front door: lock programmed"
    assert line.holder is None


async def test_persons_are_asked_for_sparingly(house: Site) -> None:
    """Names are asked for once a day, and few at a time; what is not known yet is named by its key."""
    build = house.account.cloud.group
    await house.news()
    crowd(build, keys=0)
    people = [
        person for person in build.persons.values() if person.record["State"] == 0
    ]
    keys = list(build.keys.values())
    for key, person in zip(keys, [*people, *people], strict=False):
        key.record["Person_ID"] = person.id
    await house.look()
    for key in keys:
        site.try_key(
            house.group, house.devices["Front door"].id, key.id, house.account.clock()
        )
    house.later(10)
    await house.news()
    asked = sum("Persons/" in path for path in house.transport.paths)
    assert asked == 5
    for key in keys:
        site.try_key(
            house.group, house.devices["Front door"].id, key.id, house.account.clock()
        )
    house.later(10)
    names = {line.holder for line in (await house.news()).lines}
    assert names == {person.name for person in people}
    assert sum("Persons/" in path for path in house.transport.paths) == 5
    house.later(25 * 3600)
    people[0].record["FirstName"] = "Annika"
    house.use("Front door", keys[0].record["Description"])
    house.later(10)
    (line,) = (await house.news()).lines
    assert line.holder == "Annika Virtanen"


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
async def test_no_person(house: Site, status: int) -> None:
    """Where a person cannot be had, the key's description tells who it was; nothing is lost."""
    await house.news()
    house.account.cloud.faults.active.append(
        Fault(kind="status", status=status, path="/iloqwspool2/api/v2/Persons")
    )
    house.use("Front door", "Anna's key")
    house.use("Front door", "Bo's tag")
    house.later(10)
    holders = [line.holder for line in (await house.news()).lines]
    assert sorted(map(str, holders)) == ["Anna's key", "Bo's tag"]


async def test_no_right_to_persons(house: Site) -> None:
    """A user who may not see persons asks for none."""
    house.account.cloud.user.rights = int(~Right.PERSONS)
    house.account.cloud.sessions.expire()
    await house.look()
    await house.news()
    house.use("Front door", "Anna's key")
    house.later(10)
    (line,) = (await house.news()).lines
    assert line.holder == "Anna's key"
    assert not any("Persons" in path for path in house.transport.paths)


async def test_no_right_to_logs(house: Site) -> None:
    """Who may not see logs has none, nor has version 1; whoever comes to have the right has them then."""
    wanted = {Capability.LOG, Capability.PASSAGES}
    for rights, expected in ((int(~Right.LOGS), False), (-1, True)):
        house.account.cloud.user.rights = rights
        house.account.cloud.sessions.expire()
        await house.look()
        found = {each for it in house.devices.values() for each in it.capabilities}
        assert wanted <= found if expected else not wanted & found
    house.account.cloud.set_options(generations="v1")
    old, _ = house.account.connect(v1=True)
    found = {each for it in (await old.inventory()).devices for each in it.capabilities}
    assert not wanted & found
    with pytest.raises(NotAvailable):
        await old.news(house.system)
    await old.close()


async def test_failed_readings_lose_nothing(house: Site) -> None:
    """What came while the log could not be read is told afterwards, however long that took."""
    await house.news()
    house.use("Front door", "Anna's key")
    fault = Fault(kind="status", status=503, path="/iloqwspool2/api/v2/LockLogs")
    house.account.cloud.faults.active.append(fault)
    for _ in range(3):
        house.later(24 * 3600)
        with pytest.raises(ServiceUnavailable):
            await house.news()
    house.account.cloud.faults.active.clear()
    assert len((await house.news()).lines) == 1
    assert (await house.news()).lines == []


async def test_numbers_are_shown_to_nobody(house: Site) -> None:
    """What identifies a key stands in nothing that is told of it."""
    key = next(iter(house.group.keys.values()))
    key.record |= {
        "Person_ID": None,
        "Description": "Cleaner 42 04AABBCCDDEEFF key 7 of 70123",
        "Stamp": "42",
        "ROM_ID": "7",
        "TagKey": "04AABBCCDDEEFF",
    }
    await house.look()
    await house.news()
    house.use("Front door", key.record["Description"])
    house.later(5)
    news = (await house.news()).lines
    lock = await house.iloq.log(house.devices["Front door"], *ALWAYS)
    system = await house.iloq.log(house.system, *ALWAYS)
    for line in (*news, *lock, *system):
        assert line.holder == f"Cleaner {HIDDEN} {HIDDEN} key {HIDDEN} of {HIDDEN}"
        for secret in ("42", "04AABB", "70123"):
            assert secret not in f"{line.holder} {line.text} {line.number}"


async def test_log_of_a_lock(house: Site) -> None:
    """A period of a lock's log has its own lines, with the names of that time, both ends included."""
    begin = house.account.clock()
    for _ in range(10):
        house.use("Front door", "Anna's key")
        house.use("Stairwell", "Bo's key")
        house.later(60)
    site.program_lock(house.group, house.devices["Stairwell"].id, house.account.clock())
    house.later(60)
    front = house.devices["Front door"]
    lines = await house.iloq.log(
        front, begin + timedelta(minutes=2), begin + timedelta(minutes=5)
    )
    assert len(lines) == 4
    assert {line.device_id for line in lines} == {front.id}
    assert {line.holder for line in lines} == {"Anna Virtanen"}
    stairs = house.devices["Stairwell"]
    lines = await house.iloq.log(stairs, begin, house.account.clock())
    assert sum(line.outcome is Outcome.DENIED for line in lines) == 10
    (other,) = (line for line in lines if line.outcome is Outcome.OTHER)
    assert (other.device_id, other.text) == (stairs.id, "lock programmed")


async def test_log_of_all(house: Site) -> None:
    """A period of the system's log has all lines, each of them of its lock."""
    begin = house.account.clock()
    house.use("Front door", "Anna's key")
    house.use("Stairwell", "Bo's key")
    house.later(60)
    lines = await house.iloq.log(house.system, begin, house.account.clock())
    assert {line.device_id: line.holder for line in lines} == {
        house.devices["Front door"].id: "Anna Virtanen",
        house.devices["Stairwell"].id: "Bo Lind",
    }


@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_more_than_an_answer_holds(house: Site, order: str) -> None:
    """A period with more lines than an answer may have is read in parts, and none is missing or told twice."""
    house.account.cloud.set_options(log_order=order)
    house.group.logs.most = 90
    crowd(house.group, lines=6 * 301)
    house.later(1)
    front = house.devices["Front door"]
    end = house.account.clock()
    begin = end - timedelta(days=3)
    lines = await house.iloq.log(front, begin, end)
    assert len(lines) == 301
    assert len({line.key for line in lines}) == 301
    assert len(await house.iloq.log(house.system, begin, end)) == 6 * 301


async def test_more_than_can_be_asked_for(
    house: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A period that would take too many requests is refused, not cut short."""
    monkeypatch.setattr(logs_module, "_MOST_ASKED", 6)
    house.group.logs.most = 20
    crowd(house.group, lines=6 * 301)
    house.later(1)
    end = house.account.clock()
    with pytest.raises(AnswerNotUnderstood):
        await house.iloq.log(house.devices["Front door"], end - timedelta(days=3), end)


class Canned(Transport):
    """A server with lines of a test's own, which cuts its answers off."""

    def __init__(self, most: int, *, is_told: bool) -> None:
        """Initialize with how many lines an answer holds, and with whether more are an error or left out."""
        self.base = URL("https://s5.iloq.com/iloqws")
        self.most = most
        self.is_told = is_told
        self.rows: list[dict[str, Any]] = []
        self.asked = 0

    @override
    async def read(
        self,
        path: str,
        query: Any = None,
        *,
        method: HTTPMethod = HTTPMethod.GET,
        body: Any = None,
        timeout: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        """Answer."""
        name = path.partition("api/v2/")[2]
        if name == "LockLogs/GetLockLogDataByTimestamp":
            self.asked += 1
            start, end = body["StartDateUtc"], body["EndDateUtc"]
            found = [row for row in self.rows if start <= row["TimestampUtc"] < end]
            if len(found) > self.most and self.is_told:
                raise TooLarge
            return {"LockLogs": found[: self.most]}
        return {
            "CreateSession": {"Result": 1, "SessionID": "s1"},
            "LockGroups": [{"LockGroup_ID": "g1", "Name": "House"}],
            "SetLockgroup": {"RightsMask": -1},
            "Blacklists": {"BlacklistItems": []},
            "Locks": [{"FLock_ID": "L1", "LockingObject": "Door"}],
        }.get(name)


SYSTEM = Device(id="g1", label="", kind=DeviceKind.SYSTEM, name="House")


def row(number: int, came: datetime, **fields: Any) -> dict[str, Any]:
    """Return a line."""
    return {
        "DeviceLog_ID": f"D{number}",
        "AccessTypeMask": 4,
        "FLock_ID": "L1",
        "GoingDate": in_utc(came),
        "TimestampUtc": in_utc(came),
    } | fields


async def canned(
    most: int = 500, *, is_told: bool = False
) -> tuple[Iloq, Canned, FakeClock]:
    """Return an account at such a server, whose inventory was read."""
    clock = FakeClock()
    session = Session(LOGIN, clock, Bars())
    transport = Canned(most, is_told=is_told)
    session.attach(transport)
    iloq = Iloq(IloqClient(transport, session), clock)
    await iloq.inventory()
    return iloq, transport, clock


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("most", [500, 2000])
async def test_cut_answers(most: int, is_told: bool) -> None:
    """An answer that looks cut, or is too large, is read again in parts; the beginning needs the newest alone."""
    iloq, cloud, clock = await canned(most, is_told=is_told)
    past = clock.now - timedelta(days=2)
    cloud.rows = [row(n, past + timedelta(seconds=9 * n)) for n in range(12_000)]
    readings = (await iloq.news(SYSTEM)).readings
    assert readings["l1"][0].value == past + timedelta(seconds=9 * 11_999)
    assert cloud.asked < 10
    clock.move(24 * 3600)
    later = clock.now - timedelta(hours=3)
    cloud.rows += [
        row(n, later + timedelta(seconds=n - 20_000)) for n in range(20_000, 27_000)
    ]
    told = []
    for _ in range(3):
        told += [line.key[0] for line in (await iloq.news(SYSTEM)).lines]
        clock.move(600)
    assert sorted(told) == sorted(f"d{n}" for n in range(20_000, 27_000))


async def test_too_much_at_once() -> None:
    """What cannot be read at once is gone on with the next time."""
    iloq, cloud, clock = await canned(500)
    await iloq.news(SYSTEM)
    clock.move(3 * 3600)
    began = clock.now - timedelta(hours=2)
    cloud.rows = [row(n, began + timedelta(seconds=n / 2)) for n in range(14_000)]
    told: list[str] = []
    readings = 0
    while len(told) < 14_000:
        before = cloud.asked
        told += [line.key[0] for line in (await iloq.news(SYSTEM)).lines]
        assert cloud.asked - before <= 50
        readings += 1
        assert readings < 10
    assert readings > 1
    assert len(set(told)) == len(told)


async def test_a_second_that_is_too_full() -> None:
    """What does not fit into an answer at all is an error, not an endless search."""
    iloq, cloud, clock = await canned(500, is_told=True)
    await iloq.news(SYSTEM)
    cloud.rows = [row(n, clock.now) for n in range(501)]
    clock.move(60)
    with pytest.raises(VendorError):
        await iloq.news(SYSTEM)
    assert cloud.asked < 40


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.integers(1, 4000),
            st.lists(
                st.tuples(st.integers(0, 280), st.integers(0, 4 * 24 * 3600)),
                max_size=6,
            ),
        ),
        max_size=12,
    ),
    fail=st.sets(st.integers(0, 12)),
)
def test_each_line_once(
    steps: list[tuple[int, list[tuple[int, int]]]], fail: set[int]
) -> None:
    """In whichever order lines come, and whichever readings fail: each is told exactly once, and none of the beginning."""

    async def run() -> None:
        iloq, cloud, clock = await canned()
        cloud.rows = [row(-1, clock.now - timedelta(hours=5))]
        assert (await iloq.news(SYSTEM)).lines == ()
        told: list[str] = []
        number = 0
        for step, (seconds, lines) in enumerate(steps):
            clock.move(seconds)
            for on_its_way, ago in lines:
                # It got the time of its coming, and was in the database only now.
                came = max(
                    clock.now - timedelta(seconds=min(on_its_way, seconds)),
                    clock.now - timedelta(seconds=280),
                )
                went = came - timedelta(seconds=ago)
                cloud.rows.append(row(number, came, GoingDate=in_utc(went)))
                number += 1
            if step not in fail:
                told += [line.key[0] for line in (await iloq.news(SYSTEM)).lines]
        told += [line.key[0] for line in (await iloq.news(SYSTEM)).lines]
        assert sorted(told) == sorted(f"d{n}" for n in range(number))
        assert len(iloq._trail._known) <= number + 1  # noqa: SLF001  what it remembers is not told

    asyncio.run(run())


async def test_memory_is_bounded() -> None:
    """What was told long ago is forgotten, and not told again."""
    iloq, cloud, clock = await canned(500)
    await iloq.news(SYSTEM)
    told = 0
    for number in range(60):
        clock.move(3600)
        cloud.rows += [row(100 * number + n, clock.now) for n in range(100)]
        told += len((await iloq.news(SYSTEM)).lines)
    assert told == 6_000
    assert len(iloq._trail._known) <= 200  # noqa: SLF001  as above


@pytest.mark.parametrize(
    ("mask", "outcome", "reason"),
    [
        (4, Outcome.GRANTED, None),
        (1028, Outcome.GRANTED, None),
        (2052, Outcome.GRANTED, None),
        (12, Outcome.GRANTED, None),
        (2048 | 4096 | 4, Outcome.GRANTED, None),
        (1, Outcome.DENIED, None),
        (1 | 4, Outcome.DENIED, None),
        (2049, Outcome.DENIED, None),
        (4096, Outcome.DENIED, "unknown_key"),
        (4097, Outcome.DENIED, "unknown_key"),
        (0, Outcome.OTHER, None),
        (2, Outcome.OTHER, None),
        (8192, Outcome.OTHER, None),
        (32768, Outcome.OTHER, None),
        (1 << 40, Outcome.OTHER, None),
        (-1, Outcome.OTHER, None),
        (None, Outcome.OTHER, None),
        ("4", Outcome.GRANTED, None),
        ([], Outcome.OTHER, None),
        (True, Outcome.OTHER, None),
    ],
)
async def test_outcomes(mask: Any, outcome: Outcome, reason: str | None) -> None:
    """Nobody is said to have come in unless that is told for certain."""
    iloq, cloud, clock = await canned()
    await iloq.news(SYSTEM)
    cloud.rows = [row(1, clock.now, AccessTypeMask=mask)]
    (line,) = (await iloq.news(SYSTEM)).lines
    assert (line.outcome, line.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("mask", "going", "is_used"),
    [
        (4, -3600, True),
        (4 | 65536, -3600, True),
        (4 | 131072, -3600, False),
        (4, 600, True),
        # A lock whose clock is ahead by a year.
        (4, 365 * 24 * 3600, False),
        (4, None, False),
    ],
)
async def test_times_of_locks(mask: int, going: int | None, is_used: bool) -> None:
    """Where a lock did not know the time, a line is of when it came, and is no measure of the last passage."""
    iloq, cloud, clock = await canned()
    await iloq.news(SYSTEM)
    at = None if going is None else clock.now + timedelta(seconds=going)
    cloud.rows = [
        row(
            1,
            clock.now,
            AccessTypeMask=mask,
            GoingDate=None if at is None else in_utc(at),
        )
    ]
    news = await iloq.news(SYSTEM)
    (line,) = news.lines
    assert line.occurred_at == (at if is_used else clock.now)
    assert ("l1" in news.readings) is is_used


async def test_faults_in_words() -> None:
    """What went wrong is told in the vendor's words where something did, without numbers."""
    iloq, cloud, clock = await canned()
    await iloq.news(SYSTEM)
    words = {"ErrorDescription": "Key 12345678 is blocked"}
    cloud.rows = [
        row(1, clock.now, AccessTypeMask=1, ErrorCode=3, **words),
        row(2, clock.now, AccessTypeMask=1, ErrorCode=0, **words),
        row(3, clock.now, AccessTypeMask=32770, ErrorCode="7", **words),
    ]
    lines = (await iloq.news(SYSTEM)).lines
    assert {line.key[0]: line.text for line in lines} == {
        "d1": f"Key {HIDDEN} is blocked",
        "d2": "",
        "d3": f"Door: lock programmed, key programming, Key {HIDDEN} is blocked",
    }


@pytest.mark.parametrize(
    ("mask", "name"),
    [
        (6, "phone"),
        (264, "key"),
        (10, "key"),
        (9, "key"),
        (1, "key"),
        (384, "tag"),
        (400, "tag"),
        (512, None),
        (0, None),
        (None, None),
        (-1, None),
        ("6", "phone"),
    ],
)
def test_methods(mask: Any, name: str | None) -> None:
    """What is told of a key's kind is what it is called."""
    assert method(kind_of(mask)) == name
    assert method(KeyKind(0)) is None


@pytest.mark.parametrize(
    "answer", [[], "x", 5, {"LockLogs": "x"}, {"LockLogs": {}}, {"LockLogs": 5}]
)
async def test_hostile_answers(house: Site, answer: Any) -> None:
    """What is no log is not understood, and nothing is lost by it."""
    await house.news()
    house.use("Front door", "Anna's key")
    house.later(5)
    read = house.transport.read

    async def hostile(*_: Any, **__: Any) -> Any:
        return answer

    house.transport.read = hostile  # type: ignore[method-assign]  # for the time of a call
    with pytest.raises(AnswerNotUnderstood):
        await house.news()
    house.transport.read = read  # type: ignore[method-assign]  # as above
    assert len((await house.news()).lines) == 1


@settings(max_examples=30, deadline=None)
@given(
    fields=st.dictionaries(
        st.sampled_from([*row(1, datetime(2025, 1, 1, tzinfo=UTC)), "FNKey_ID"]),
        st.none() | st.integers() | st.text(max_size=20) | st.booleans() | st.just([]),
    )
)
def test_hostile_rows(fields: dict[str, Any]) -> None:
    """Whatever stands in a line, the others are told, and it at most once."""

    async def run() -> None:
        iloq, cloud, clock = await canned()
        await iloq.news(SYSTEM)
        at = clock.now
        bad = row(1, at) | fields
        found = [bad, row(2, at)]

        async def read(path: str, *_: Any, **__: Any) -> Any:
            return {"LockLogs": found} if "LockLogs" in path else None

        cloud.read = read  # type: ignore[method-assign]  # it tells all, whatever period is asked for
        first = [line.key[0] for line in (await iloq.news(SYSTEM)).lines]
        assert "d2" in first
        clock.move(120)
        assert "d2" not in [line.key[0] for line in (await iloq.news(SYSTEM)).lines]

    asyncio.run(run())
