"""Syncs of the simulated units, what the units hold, and who comes in, by a clock that a test moves."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
import pytest

from simulators import Fault
from simulators.errors import Conflict, Invalid
from simulators.flexykey import FlexyKeyCloud, generate_unit
from simulators.flexykey.memory import Held
from tests.simulators.helpers import GUIDE, Client, FakeClock

pytestmark = pytest.mark.usefixtures("socket_enabled")

UNIT = 2472
BODY = GUIDE["unit_sync_request"]
STATUS = "UnitSync/Status?unitId=2472"
NO_SYNC = {"status": "OK", "message": "No active unit programming", "unitId": UNIT}


@pytest.fixture(autouse=True)
def unit(cloud: FlexyKeyCloud) -> None:
    """Add the unit of the guide's examples, without the cache of sync states."""
    cloud.add_unit(generate_unit(UNIT))
    cloud.set_options(sync_cache_seconds=0)


def create(cloud: FlexyKeyCloud, *numbers: str, **fields: Any) -> None:
    """Add entries on the server."""
    for number in numbers:
        cloud.program(UNIT).entries.create({"idNumber": number, **fields})


def eight(cloud: FlexyKeyCloud) -> None:
    """Add as many entries as the guide's example has."""
    create(cloud, *map(str, range(8)), action="R1")


def held(cloud: FlexyKeyCloud) -> list[str]:
    """Return the numbers that the unit holds."""
    return [entry["idNumber"] for entry in cloud.memory(UNIT)]


def waiting(cloud: FlexyKeyCloud) -> list[str]:
    """Return the numbers that the unit has yet to be told of."""
    return [
        row["idNumber"]
        for row in cloud.entries(UNIT)
        if row["unitSyncState"] != "IDLE_OK"
    ]


def stands(cloud: FlexyKeyCloud) -> tuple[str, int | None]:
    """Return the state of the sync and how many packets were sent."""
    status = cloud.sync_status(UNIT)
    return status["status"], status.get("packetsSent")


# From push to end


async def test_guides_sync(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """The guide's push gets the guide's answer, and its status moves to the end and is forgotten."""
    eight(cloud)
    assert (await client.get(STATUS)).json == NO_SYNC
    reply = await client.post("UnitSync/PushChanges", BODY)
    assert (reply.status, reply.json) == (200, GUIDE["push_response"])
    counts = {"unitId": UNIT, "entryCount": 8, "packetCount": 2}
    for status, sent, numbers in (
        ("IN_PROGRESS", 0, 0),
        ("IN_PROGRESS", 1, 4),
        ("COMPLETED", 2, 8),
    ):
        answer = (await client.get(STATUS)).json
        assert answer.pop("message")
        assert answer == {**counts, "status": status, "packetsSent": sent}
        assert held(cloud) == list("01234567")[:numbers]
        assert waiting(cloud) == list("01234567")[numbers:]
        clock.move(2)
    clock.move(57)
    assert stands(cloud) == ("COMPLETED", 2)
    clock.move(1)
    assert (await client.get(STATUS)).json == NO_SYNC


async def test_nothing_to_push(cloud: FlexyKeyCloud, client: Client) -> None:
    """A push without changes is accepted and starts nothing."""
    cloud.generate_entries(UNIT, 3)
    reply = await client.post("UnitSync/PushChanges", BODY)
    assert reply.json == {**GUIDE["push_response"], "entryCount": 0, "packetCount": 0}
    assert cloud.sync_status(UNIT) == NO_SYNC
    assert (await client.post("UnitSync/PushChanges", BODY)).status == 200


async def test_one_sync_at_a_time(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A second push is refused while the first is active; another unit has its own."""
    eight(cloud)
    assert (await client.post("UnitSync/PushChanges", BODY)).status == 200
    assert (await client.post("UnitSync/PushChanges", BODY)).status == 409
    assert (await client.post("UnitSync/PushChanges", {"unitId": 3023})).status == 200
    clock.move(4)
    assert (await client.post("UnitSync/PushChanges", BODY)).status == 200


async def test_pushed_twice(cloud: FlexyKeyCloud, client: Client) -> None:
    """A gateway that repeats a push starts one sync and answers that it is active."""
    eight(cloud)
    cloud.add_fault(Fault("twice", path="/v1/UnitSync", times=1))
    assert (await client.post("UnitSync/PushChanges", BODY)).status == 409
    assert stands(cloud) == ("IN_PROGRESS", 0)


async def test_cache_guard(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A status is answered again for two seconds, whatever has happened since."""
    cloud.set_options(sync_cache_seconds=2)
    eight(cloud)
    assert (await client.get(STATUS)).json == NO_SYNC
    await client.post("UnitSync/PushChanges", BODY)
    clock.move(1.9)
    assert (await client.get(STATUS)).json == NO_SYNC
    assert stands(cloud) == ("IN_PROGRESS", 0)
    clock.move(0.1)
    assert (await client.get(STATUS)).json["packetsSent"] == 1
    clock.move(1.9)
    assert (await client.get(STATUS)).json["packetsSent"] == 1
    clock.move(0.1)
    assert (await client.get(STATUS)).json["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("unit_id", "status"), [(1, 404), (3023, 403), ("2472", 400), (None, 400)]
)
async def test_refusals(
    cloud: FlexyKeyCloud, client: Client, unit_id: Any, status: int
) -> None:
    """A sync needs a unit of one's own."""
    cloud.set_user("demo", "demo", [UNIT])
    for path in ("UnitSync/PushChanges", "UnitSync/Abort"):
        assert (await client.post(path, {"unitId": unit_id})).status == status
        assert (await client.call("POST", path, data=b"[]")).status == 400
    if isinstance(unit_id, int):
        query = f"UnitSync/Status?unitId={unit_id}"
        assert (await client.get(query)).status == status
    assert (await client.get("UnitSync/Status")).status == 400


# Changes while a sync is active


def test_changes_after_packaging(cloud: FlexyKeyCloud, clock: FakeClock) -> None:
    """The unit takes what was packaged; what changed since waits for the next push."""
    create(cloud, "1", "2", "3")
    program = cloud.program(UNIT)
    first, second, third = (entry.id for entry in program.entries)
    program.sync.push()
    program.entries.change(first, {"idNumber": "11"})
    program.entries.delete(second)
    program.entries.set_state("READY_TO_SEND", third)
    create(cloud, "4")
    clock.move(2)
    assert held(cloud) == ["1", "2", "3"]
    assert waiting(cloud) == ["11", "2", "3", "4"]
    assert program.sync.push()["entryCount"] == 4
    clock.move(2)
    assert held(cloud) == ["11", "3", "4"]
    assert (waiting(cloud), len(cloud.entries(UNIT))) == ([], 3)


def test_deletion_reaches_the_unit(cloud: FlexyKeyCloud, clock: FakeClock) -> None:
    """A deleted entry opens the door until the unit has synchronised, and is gone then."""
    cloud.generate_entries(UNIT, 1)
    program = cloud.program(UNIT)
    number = held(cloud)[0]
    program.entries.delete(cloud.entries(UNIT)[0]["id"])
    program.sync.push()
    clock.move(1.9)
    assert cloud.type_code(UNIT, number).granted
    assert cloud.entries(UNIT)[0]["unitSyncState"] == "READY_TO_DELETE"
    clock.move(0.1)
    assert not cloud.type_code(UNIT, number).granted
    assert cloud.entries(UNIT) == []


def test_undeleted_while_the_deletion_travels(
    cloud: FlexyKeyCloud, clock: FakeClock
) -> None:
    """A deletion on its way is executed although a tool has lifted the mark since."""
    cloud.generate_entries(UNIT, 1)
    program = cloud.program(UNIT)
    program.entries.delete(cloud.entries(UNIT)[0]["id"])
    program.sync.push()
    program.entries.set_state("IDLE_OK")
    clock.move(2)
    assert held(cloud) == []
    assert cloud.entries(UNIT)[0]["unitSyncState"] == "IDLE_OK"


# Other endings


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (("fail", 0), ("FAILED", 0, 2)),
        (("fail", 1), ("FAILED", 1, 4)),
        (("fail", 2), ("COMPLETED", 2, 4)),
        (("half", 0), ("FAILED", 1, 4)),
        (("stall", 0), ("TIMED_OUT", 0, 300)),
        (("stall", 1), ("TIMED_OUT", 1, 302)),
    ],
)
async def test_endings(
    cloud: FlexyKeyCloud,
    client: Client,
    clock: FakeClock,
    ending: tuple[str, int],
    expected: tuple[str, int, float],
) -> None:
    """A sync that goes wrong leaves with the unit what it took; the rest waits for a push that goes well."""
    eight(cloud)
    body = {"ending": ending[0], "after": ending[1], "times": 1}
    phase, sent, seconds = expected
    assert (await client.control("POST", "units/2472/sync", body)).json == {
        **NO_SYNC,
        **body,
    }
    await client.post("UnitSync/PushChanges", BODY)
    clock.move(seconds - 0.1)
    assert stands(cloud)[0] == "IN_PROGRESS"
    clock.move(0.1)
    assert stands(cloud) == (phase, sent)
    taken = 4 * sent
    assert held(cloud) == list("01234567")[:taken]
    assert waiting(cloud) == list("01234567")[taken:]
    shown = (await client.control("GET", "units/2472/sync")).json
    assert (shown["ending"], shown["status"]) == (None, phase)
    clock.move(60)
    assert cloud.sync_status(UNIT) == NO_SYNC
    await client.post("UnitSync/PushChanges", BODY)
    clock.move(4)
    assert held(cloud) == list("01234567")


def test_endings_of_several_syncs(cloud: FlexyKeyCloud, clock: FakeClock) -> None:
    """So many of the next syncs go wrong, or all until that is lifted."""
    sync = cloud.program(UNIT).sync
    create(cloud, "1")
    cloud.set_sync_ending(UNIT, "half", times=2)
    phases = []
    for _ in range(3):
        sync.push()
        clock.move(2)
        phases.append(stands(cloud))
    assert phases == [("FAILED", 0), ("FAILED", 0), ("COMPLETED", 1)]
    cloud.set_sync_ending(UNIT, "fail")
    create(cloud, "2")
    for _ in range(3):
        sync.push()
        clock.move(2)
        assert stands(cloud) == ("FAILED", 0)
    cloud.set_sync_ending(UNIT, None)
    sync.push()
    clock.move(2)
    assert stands(cloud) == ("COMPLETED", 1)


def test_refused_endings(cloud: FlexyKeyCloud) -> None:
    """An ending that no test can mean is refused."""
    for ending, options in (
        ("explode", {}),
        ("fail", {"after": -1}),
        ("fail", {"times": 0}),
    ):
        with pytest.raises(Invalid):
            cloud.set_sync_ending(UNIT, ending, **options)  # type: ignore[arg-type]  # the options are those of the parameters


@pytest.mark.parametrize("mode", ["stale", "error"])
async def test_offline_unit(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock, mode: Any
) -> None:
    """A unit that is offline takes nothing, goes on when it is back, and in between decides by what it holds."""
    eight(cloud)
    assert (await client.post("UnitSync/PushChanges", BODY)).status == 200
    clock.move(3)
    cloud.set_offline(UNIT, mode)
    clock.move(100)
    assert (await client.get(STATUS)).json["packetsSent"] == 1
    assert cloud.type_code(UNIT, "0").granted
    assert cloud.unit(UNIT).is_on("F1")
    assert not cloud.type_code(UNIT, "7").granted
    cloud.set_offline(UNIT, None)
    clock.move(1.9)
    assert stands(cloud) == ("IN_PROGRESS", 1)
    clock.move(0.1)
    assert stands(cloud) == ("COMPLETED", 2)


def test_offline_too_long(cloud: FlexyKeyCloud, clock: FakeClock) -> None:
    """The sync with a unit that stays away times out."""
    cloud.set_offline(UNIT, "stale")
    eight(cloud)
    cloud.program(UNIT).sync.push()
    clock.move(299)
    assert stands(cloud) == ("IN_PROGRESS", 0)
    clock.move(1)
    assert stands(cloud) == ("TIMED_OUT", 0)
    cloud.set_offline(UNIT, None)
    clock.move(10)
    assert (stands(cloud), held(cloud)) == (("TIMED_OUT", 0), [])


def test_pace(cloud: FlexyKeyCloud, clock: FakeClock) -> None:
    """A long sync does not time out while it moves, but one whose packets take too long does."""
    create(cloud, *map(str, range(200)))
    cloud.set_options(entries_per_packet=1)
    cloud.program(UNIT).sync.push()
    clock.move(399)
    assert stands(cloud) == ("IN_PROGRESS", 199)
    cloud.set_options(sync_seconds_per_packet=301)
    clock.move(299)
    assert stands(cloud) == ("TIMED_OUT", 199)
    cloud.set_options(sync_seconds_per_packet=0)
    cloud.program(UNIT).sync.push()
    assert stands(cloud) == ("COMPLETED", 1)


# Abort


async def test_abort(cloud: FlexyKeyCloud, client: Client, clock: FakeClock) -> None:
    """What the unit has taken stays taken, the rest waits for the next push."""
    eight(cloud)
    await client.post("UnitSync/PushChanges", BODY)
    clock.move(3)
    reply = await client.post("UnitSync/Abort", BODY)
    aborted = {**NO_SYNC, "message": "Unit sync was aborted."}
    assert (reply.status, reply.json) == (200, aborted)
    assert (await client.get(STATUS)).json == NO_SYNC
    clock.move(100)
    assert held(cloud) == list("0123")
    assert waiting(cloud) == list("4567")
    reply = await client.post("UnitSync/PushChanges", BODY)
    assert (reply.json["entryCount"], reply.json["packetCount"]) == (4, 1)
    assert (await client.post("UnitSync/Abort", BODY)).json == aborted
    assert (await client.post("UnitSync/Abort", BODY)).json == NO_SYNC


def test_abort_of_an_ended_sync(cloud: FlexyKeyCloud, clock: FakeClock) -> None:
    """An abort after a failure clears the failure."""
    cloud.set_sync_ending(UNIT, "fail")
    eight(cloud)
    sync = cloud.program(UNIT).sync
    sync.push()
    clock.move(2)
    assert stands(cloud) == ("FAILED", 0)
    assert sync.abort() == NO_SYNC
    assert sync.status() == NO_SYNC


# The door


async def test_keypad(cloud: FlexyKeyCloud, client: Client, clock: FakeClock) -> None:
    """A number opens what its action means, for five seconds, once the unit has it."""
    create(cloud, "1234", action="R1")
    create(cloud, "04AB", action="R2")
    create(cloud, "+4670", action="X33 all day")

    async def typed(number: str) -> Any:
        body = {"idNumber": number}
        reply = await client.control("POST", "units/2472/keypad", body)
        assert reply.status == 200
        return reply.json

    refused = {"granted": False, "action": None, "reason": "unknown number"}
    assert await typed("1234") == refused
    cloud.program(UNIT).sync.push()
    clock.move(2)
    unit = cloud.unit(UNIT)
    granted = {"granted": True, "reason": "valid"}
    for number, action, on in (
        ("+4670", "X33 all day", []),
        ("1234", "R1", ["F1"]),
        ("04ab", "R2", ["F1", "F2"]),
    ):
        assert await typed(number) == {**granted, "action": action}
        assert [name for name in unit.relays if unit.is_on(name)] == on
    assert unit.remaining("F1") == 5
    assert await typed("123") == refused
    clock.move(5)
    assert not unit.is_on("F1")
    assert unit.commands == []
    attempts = (await client.control("GET", "units/2472/keypad")).json["attempts"]
    assert [(each["id_number"], each["granted"]) for each in attempts] == [
        ("1234", False),
        ("+4670", True),
        ("1234", True),
        ("04ab", True),
        ("123", False),
    ]
    assert attempts == [each.as_json() for each in cloud.attempts(UNIT)]
    assert cloud.attempts(UNIT)[0].entry_id is None
    assert cloud.attempts(UNIT)[2].entry_id == cloud.entries(UNIT)[0]["id"]


def test_validity(cloud: FlexyKeyCloud, clock: FakeClock) -> None:
    """The unit lets in from the start to just before the end, by what it was told last."""
    create(
        cloud,
        "1234",
        validFromIso="2025-11-21T09:15:50+01:00",
        validToIso="2025-11-21T08:16:50Z",
    )
    cloud.set_options(sync_seconds_per_packet=0)
    program = cloud.program(UNIT)
    program.sync.push()
    for seconds, reason in (
        (59.9, "not valid yet"),
        (0.1, "valid"),
        (59.9, "valid"),
        (0.1, "no longer valid"),
    ):
        clock.move(seconds)
        assert cloud.type_code(UNIT, "1234").reason == reason
    program.entries.change(cloud.entries(UNIT)[0]["id"], {"validToIso": None})
    assert not cloud.type_code(UNIT, "1234").granted
    program.sync.push()
    assert cloud.type_code(UNIT, "1234").granted


def test_number_handed_on(cloud: FlexyKeyCloud, clock: FakeClock) -> None:
    """Where a half-done sync leaves a number with two rows, a valid one lets in."""
    cloud.set_options(entries_per_packet=1)
    create(cloud, "1", validToIso="2025-01-01T00:00:00Z")
    program = cloud.program(UNIT)
    program.sync.push()
    clock.move(2)
    create(cloud, "2")
    first, second = (row["id"] for row in cloud.entries(UNIT))
    program.entries.change(first, {"idNumber": "3"})
    program.entries.change(second, {"idNumber": "1"})
    program.entries.set_state("IDLE_OK", first)
    program.sync.push()
    clock.move(2)
    assert held(cloud) == ["1", "1"]
    assert cloud.type_code(UNIT, "1").entry_id == second


def test_unit_without_the_relay(cloud: FlexyKeyCloud) -> None:
    """A number may be let in where there is nothing to open."""
    cloud.unit(UNIT).relays.remove("F2")
    create(cloud, "1", action="R2")
    cloud.set_options(sync_seconds_per_packet=0)
    cloud.program(UNIT).sync.push()
    assert cloud.type_code(UNIT, "1").granted
    assert not cloud.unit(UNIT).is_on("F2")


# Always


class Programming(RuleBasedStateMachine):
    """Whatever is done, a unit holds the rows of each packet as they were when it was packaged."""

    def __init__(self) -> None:
        """Start with an empty unit and a model of it."""
        super().__init__()
        self.clock = FakeClock()
        self.cloud = FlexyKeyCloud(clock=self.clock)
        self.cloud.add_unit(generate_unit(UNIT))
        self.cloud.set_options(sync_result_seconds=100_000_000, entries_per_packet=2)
        self.program = self.cloud.program(UNIT)
        self.held: dict[int, Held] = {}
        self.packets: list[list[tuple[int, Held | None]]] = []
        self.taken = 0

    @initialize()
    def begin(self) -> None:
        """Let there be entries at the outset."""
        create(self.cloud, "1", "2", "3")

    @rule(number=st.sampled_from("123456"), action=st.sampled_from(["R1", "R2"]))
    def create(self, number: str, action: str) -> None:
        """Add an entry, unless its number is taken."""
        taken = {row["idNumber"] for row in self.cloud.entries(UNIT)}
        body = {"idNumber": number, "action": action}
        if number in taken:
            with pytest.raises(Conflict):
                self.program.entries.create(body)
        else:
            self.program.entries.create(body)

    @precondition(lambda self: self.cloud.entries(UNIT))
    @rule(data=st.data(), action=st.sampled_from(["R1", "R2"]))
    def change(self, data: st.DataObject, action: str) -> None:
        """Change an entry, unless it is marked for deletion."""
        row = data.draw(st.sampled_from(self.cloud.entries(UNIT)))
        if row["unitSyncState"] == "READY_TO_DELETE":
            with pytest.raises(Conflict):
                self.program.entries.change(row["id"], {"action": action})
        else:
            self.program.entries.change(row["id"], {"action": action})

    @precondition(lambda self: self.cloud.entries(UNIT))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Mark an entry for deletion."""
        row = data.draw(st.sampled_from(self.cloud.entries(UNIT)))
        self.program.entries.delete(row["id"])

    @rule()
    def send_all_again(self) -> None:
        """Declare all entries changed."""
        self.program.entries.set_state("READY_TO_SEND")

    @rule()
    def push(self) -> None:
        """Push what has changed, unless a sync is active."""
        if stands(self.cloud)[0] == "IN_PROGRESS":
            with pytest.raises(Conflict):
                self.program.sync.push()
            return
        rows = [
            row for row in self.cloud.entries(UNIT) if row["unitSyncState"] != "IDLE_OK"
        ]
        changes = [
            (
                row["id"],
                None if row["unitSyncState"] == "READY_TO_DELETE" else _held(row),
            )
            for row in rows
        ]
        answer = self.program.sync.push()
        assert answer["entryCount"] == len(changes)
        if changes:
            self.packets = [changes[at : at + 2] for at in range(0, len(changes), 2)]
            self.taken = 0
            assert answer["packetCount"] == len(self.packets)

    @precondition(lambda self: stands(self.cloud)[0] != "OK")
    @rule()
    def abort(self) -> None:
        """Abort a sync, or forget how it ended."""
        self.program.sync.abort()
        self.packets = []

    @rule(seconds=st.sampled_from([2, 4, 100, 1, 400]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move(seconds)

    @rule(mode=st.sampled_from(["stale", "error"]), seconds=st.sampled_from([1, 400]))
    def cut(self, mode: Any, seconds: float) -> None:
        """Cut the unit off for a while, during which it takes nothing."""
        before = self.cloud.memory(UNIT)
        self.cloud.set_offline(UNIT, mode)
        self.clock.move(seconds)
        assert self.cloud.memory(UNIT) == before
        self.cloud.set_offline(UNIT, None)

    @rule(ending=st.sampled_from(["fail", "stall", "half"]), after=st.integers(0, 2))
    def go_wrong(self, ending: Any, after: int) -> None:
        """Have the next sync go wrong."""
        self.cloud.set_sync_ending(UNIT, ending, after=after, times=1)

    @invariant()
    def unit_holds_what_it_took(self) -> None:
        """Give the model the packets taken since, and compare."""
        status, sent = stands(self.cloud)
        assert status == "OK" or sent is not None
        for packet in self.packets[self.taken : sent]:
            for entry_id, entry in packet:
                if entry is None:
                    self.held.pop(entry_id, None)
                else:
                    self.held[entry_id] = entry
            self.taken += 1
        assert self.cloud.memory(UNIT) == [self.held[key] for key in sorted(self.held)]

    @invariant()
    def synchronised_rows_are_with_the_unit(self) -> None:
        """Compare what the server calls synchronised with what the unit holds, and that with what the server knows."""
        rows = {row["id"]: row for row in self.cloud.entries(UNIT)}
        memory = {entry["id"]: entry for entry in self.cloud.memory(UNIT)}
        assert memory.keys() <= rows.keys()
        for entry_id, row in rows.items():
            if row["unitSyncState"] == "IDLE_OK":
                assert memory[entry_id] == _held(row)


def _held(row: Any) -> Held:
    """Return what of a row the unit is to hold."""
    return {name: row[name] for name in Held.__annotations__}  # type: ignore[return-value]  # its keys are those of the type


TestProgramming = Programming.TestCase
