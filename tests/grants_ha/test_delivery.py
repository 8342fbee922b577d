"""Deliveries: a sync that goes wrong is taken up again, and administrators may steer it."""

from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import ServiceValidationError
import pytest

from simulators.flexykey.sync import EndingKind
from tests.grants_ha.helpers import GATHERED, OTHER_UNIT, UNIT, Grants

PUSH = "POST UnitSync/PushChanges"
ABORT = "POST UnitSync/Abort"
PROGRESS = f"{UNIT}_delivery"


async def looks(grants: Grants, seconds: float) -> None:
    """Let time pass in the steps in which a delivery is followed."""
    for _ in range(int(seconds / 3.1)):
        await grants.house.wait(3.1)


@pytest.mark.parametrize("ending", ["fail", "half"])
async def test_failed_sync_is_repeated(grants: Grants, ending: EndingKind) -> None:
    """A sync that fails leaves the grant pending, and another one brings it to the unit."""
    grants.house.cloud.set_sync_ending(UNIT, ending, times=1)
    row = await grants.issue()
    await grants.deliver()
    assert grants.state(row) == "pending"
    assert grants.reading(PROGRESS) == STATE_UNKNOWN
    assert not grants.opens(row["code"])
    await looks(grants, 20)
    assert grants.state(row) == "active"
    assert grants.reading(PROGRESS) == "100"
    assert grants.house.count(PUSH) == 2


async def test_half_a_sync(grants: Grants) -> None:
    """What the unit took of a sync that failed is active, the rest pending until it has that too."""
    grants.house.cloud.set_options(entries_per_packet=1)
    grants.house.cloud.set_sync_ending(UNIT, "half", times=1)
    rows = [await grants.issue(), await grants.issue()]
    await grants.house.wait(GATHERED)
    await looks(grants, 7)
    assert [grants.state(row) for row in rows] == ["active", "pending"]
    await looks(grants, 20)
    assert [grants.state(row) for row in rows] == ["active", "active"]


async def test_stalled_sync(grants: Grants) -> None:
    """A sync that stalls times out, is cleared away, and repeated."""
    grants.house.cloud.set_sync_ending(UNIT, "stall", times=1)
    row = await grants.issue()
    await grants.house.wait(GATHERED)
    await looks(grants, 290)
    assert grants.state(row) == "pending"
    assert grants.house.count(ABORT) == 0
    await looks(grants, 20)
    assert grants.house.count(ABORT) == 1
    await looks(grants, 30)
    assert grants.state(row) == "active"


async def test_sync_without_an_end(grants: Grants) -> None:
    """A sync that the cloud never lets end is given up after ten minutes, and repeated."""
    grants.house.cloud.set_options(sync_timeout=100_000)
    grants.house.cloud.set_sync_ending(UNIT, "stall", times=1)
    row = await grants.issue()
    await grants.house.wait(GATHERED)
    await grants.house.wait(599)
    assert grants.house.count(ABORT) == 0
    await looks(grants, 10)
    assert grants.house.count(ABORT) == 1
    await looks(grants, 30)
    assert grants.state(row) == "active"


async def test_repetitions_grow_rare(grants: Grants) -> None:
    """A unit that takes nothing is asked ever more rarely, and gets its grant when it is back."""
    grants.house.cloud.set_sync_ending(UNIT, "fail")
    row = await grants.issue()
    await looks(grants, 3600)
    assert 4 <= grants.house.count(PUSH) <= 8
    assert grants.state(row) == "pending"
    grants.house.cloud.set_sync_ending(UNIT, None)
    await looks(grants, 3700)
    assert grants.state(row) == "active"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 403},
        {"kind": "reset"},
        {"kind": "reset_after"},
        {"kind": "rate_limit", "retry_after": 5},
        {"kind": "twice"},
        {"kind": "html"},
    ],
    ids=str,
)
async def test_push_goes_wrong(grants: Grants, fault: dict[str, Any]) -> None:
    """Whatever happens to the request for a sync, the grant reaches the unit."""
    row = await grants.issue()
    grants.house.fault(**fault, path="/v1/UnitSync/PushChanges", times=1)
    await grants.house.wait(GATHERED)
    await looks(grants, 90)
    assert grants.state(row) == "active"


async def test_status_goes_wrong(grants: Grants) -> None:
    """A status that cannot be read is read again."""
    row = await grants.issue()
    grants.house.fault(kind="status", status=403, path="/v1/UnitSync/Status", times=2)
    await grants.house.wait(GATHERED)
    await looks(grants, 15)
    assert grants.state(row) == "active"


async def test_somebody_elses_sync(grants: Grants) -> None:
    """A sync that somebody else began is waited for, then comes our own."""
    grants.put_entry("1234")
    grants.house.cloud.set_options(sync_seconds_per_packet=15)
    grants.house.cloud.program(UNIT).sync.push()
    row = await grants.issue()
    await grants.house.wait(GATHERED)
    await looks(grants, 12)
    assert grants.state(row) == "pending"
    await looks(grants, 40)
    assert grants.state(row) == "active"


async def test_deliver_changes(grants: Grants) -> None:
    """What somebody changed at the vendor is brought to the unit on demand, a unit named twice once."""
    grants.put_entry("1234", OTHER_UNIT)
    await grants.act(
        "deliver_changes",
        device_id=[grants.device_id("99992-1"), grants.device_id(OTHER_UNIT)],
    )
    await grants.deliver()
    assert grants.opens("1234", OTHER_UNIT)
    assert grants.house.count(PUSH) == 1


async def test_nothing_to_deliver(grants: Grants) -> None:
    """Where the unit has all already the delivery is done at once."""
    await grants.act("deliver_changes", device_id=grants.device_id())
    await grants.house.wait(GATHERED)
    assert grants.reading(PROGRESS) == "100"
    assert grants.house.count("GET UnitSync/Status") == 0


async def test_abort_delivery(grants: Grants) -> None:
    """A sync that is aborted stops; the grant stays pending and goes with the next one."""
    grants.house.cloud.set_sync_ending(UNIT, "stall", times=1)
    row = await grants.issue()
    await grants.house.wait(GATHERED)
    await grants.act("abort_delivery", device_id=grants.device_id())
    assert grants.house.cloud.sync_status(UNIT)["message"].startswith("No active")
    await looks(grants, 4)
    assert grants.state(row) == "pending"
    await looks(grants, 60)
    assert grants.state(row) == "active"
    assert grants.house.count(ABORT) == 1


async def test_set_sync_state_of_all(grants: Grants) -> None:
    """What the server takes the unit to have is set, and read back."""
    row = await grants.active()
    await grants.act(
        "set_sync_state", device_id=grants.device_id(), sync_state="ready_to_send"
    )
    entry = grants.entry(row["code"])
    assert entry is not None
    assert entry["unitSyncState"] == "READY_TO_SEND"
    await grants.house.wait(3700)
    await grants.deliver()
    assert grants.state(row) == "active"
    entry = grants.entry(row["code"])
    assert entry is not None
    assert entry["unitSyncState"] == "IDLE_OK"


async def test_set_sync_state_of_one(grants: Grants) -> None:
    """A single grant can be taken for delivered; the others stay."""
    rows = [await grants.issue(), await grants.issue()]
    await grants.act(
        "set_sync_state",
        device_id=grants.device_id(),
        sync_state="idle_ok",
        grant_id=rows[0]["grant_id"],
    )
    states = []
    for row in rows:
        entry = grants.entry(row["code"])
        assert entry is not None
        states.append(entry["unitSyncState"])
    assert states == ["IDLE_OK", "READY_TO_SEND"]


@pytest.mark.parametrize(
    ("part", "request_"),
    [
        ("grants", "POST Tools/IdEntriesSyncState"),
        ("settings", "POST Tools/UnitSettingsSyncState"),
        ("all", "POST Tools/AllUnitDataSyncState"),
    ],
)
async def test_parts_of_a_sync_state(grants: Grants, part: str, request_: str) -> None:
    """Each part of the unit's data has a request of its own."""
    await grants.act(
        "set_sync_state",
        device_id=grants.device_id(),
        sync_state="ready_to_send",
        part=part,
    )
    assert grants.house.count(request_) == 1


@pytest.mark.parametrize(
    "changes", [{"part": "all"}, {"part": "settings"}, {"device_id": "both"}], ids=str
)
async def test_sync_state_of_one_grant_elsewhere(
    grants: Grants, changes: dict[str, Any]
) -> None:
    """A single grant can only be named for its own unit, and for the part that is of grants."""
    row = await grants.active()
    data: dict[str, Any] = {
        "device_id": grants.device_id(),
        "sync_state": "idle_ok",
        "grant_id": row["grant_id"],
        **changes,
    }
    if data["device_id"] == "both":
        data["device_id"] = [grants.device_id(), grants.device_id(OTHER_UNIT)]
    with pytest.raises(ServiceValidationError) as failure:
        await grants.act("set_sync_state", **data)
    assert failure.value.translation_key == "one_device"
    data |= {"device_id": grants.device_id(OTHER_UNIT), "part": "grants"}
    with pytest.raises(ServiceValidationError) as failure:
        await grants.act("set_sync_state", **data)
    assert failure.value.translation_key == "unknown_grant"
