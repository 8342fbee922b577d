"""The control interface of the simulated iLOQ cloud, and its command line."""

import asyncio
import json
import signal
import sys
import time

from aiohttp import ClientSession
import pytest

from simulators.errors import Invalid
from simulators.iloq import V2, IloqCloud
from simulators.iloq.demo import crowd
from simulators.iloq.endpoints import R
from simulators.iloq.options import Options
from tests.simulators.helpers import FakeClock
from tests.simulators.iloq import LOG_IN, House


async def test_state(iloq: House) -> None:
    """Everything is shown at once."""
    state = (await iloq.control("GET", "state")).json
    [group] = state["lock_groups"]
    sizes = {name: group[name] for name in ("keys", "persons", "locks", "accesses")}
    assert sizes == {"keys": 8, "persons": 6, "locks": 6, "accesses": 8}
    assert state["customer_code"] == "ILOQ_21140"
    assert [user["name"] for user in state["users"]] == ["api"]
    assert LOG_IN["Password"] not in json.dumps(state)
    shown = (await iloq.control("GET", f"lock_groups/{group['id']}")).json
    assert len(shown["keys"]) == 8
    assert shown["subscriptions"] == shown["payloads"] == []
    assert (await iloq.control("GET", "lock_groups/none")).status == 404


async def test_furnished(iloq: House) -> None:
    """The house has keys of every kind, and accesses of both types."""
    keys = await iloq.get("Keys")
    assert {key["KeyTypeMask"] for key in keys} == {6, 9, 10, 264, 400}
    assert {row["Type"] for row in await iloq.get("SecurityAccesses")} == {1, 3}
    assert {row["LockType"] for row in await iloq.get("Locks")} == {2, 3, 5}
    empty = IloqCloud(clock=FakeClock(), furnished=False)
    assert not empty.group.keys and not empty.group.locks


async def test_users(iloq: House) -> None:
    """Users are added and changed."""
    body = {"name": "Other", "password": "p"}
    assert (await iloq.control("POST", "users", body)).status == 201
    reply = await iloq.log_in(UserName="other", Password="p")
    assert reply.json["Result"] == 1
    changes = {"rights": int(R.LOG_IN), "locked": True}
    told = (await iloq.control("PATCH", "users/other", changes)).json
    assert (told["rights"], told["locked"]) == (1, True)
    reply = await iloq.log_in(UserName="other", Password="p")
    assert reply.json["Result"] == 8
    assert (await iloq.control("PATCH", "users/none", {})).status == 404
    assert (await iloq.control("PATCH", "users/other", {"age": 1})).status == 400


async def test_groups(iloq: House) -> None:
    """Lock groups are added, furnished, filled and removed."""
    body = {"name": "B", "time_zone": "W. Europe Standard Time"}
    group = (await iloq.control("POST", "lock_groups", body)).json["id"]
    path = f"lock_groups/{group}"
    assert (await iloq.control("POST", f"{path}/furnish")).status == 204
    many = {"keys": 30, "locks": 20, "lines": 10}
    assert (await iloq.control("POST", f"{path}/crowd", many)).status == 204
    state = (await iloq.control("GET", "state")).json["lock_groups"][1]
    assert (state["keys"], state["locks"], state["lines"]) == (38, 26, 10)
    changes = {"state": 1, "api_enabled": False, "expires": "2026-01-01T00:00:00Z"}
    assert (await iloq.control("PATCH", path, changes)).status == 204
    told = (await iloq.get("LockGroups"))[1]
    assert (told["Name"], told["State"], told["OptionMask"] & 2048) == ("B", 1, 0)
    assert told["ExpireDateUtc"] == "2026-01-01T00:00:00Z"
    for wrong in ({"keys": -1}, {"keys": "1"}, {"doors": 1}):
        assert (await iloq.control("POST", f"{path}/crowd", wrong)).status == 400
    wrong_zone = {"name": "C", "time_zone": "Mars"}
    assert (await iloq.control("POST", "lock_groups", wrong_zone)).status == 400


def test_crowd() -> None:
    """Thousands of keys and locks are there in a moment."""
    cloud = IloqCloud(clock=FakeClock(), furnished=False)
    start = time.perf_counter()
    crowd(cloud.group, 5_000, 500)
    assert time.perf_counter() - start < 3
    assert (len(cloud.group.keys), len(cloud.group.locks)) == (5_000, 500)


async def test_doors_refused(iloq: House) -> None:
    """What is tried must be there."""
    path = f"lock_groups/demo/locks/{iloq.lock('Gate').id}/try"
    assert (await iloq.control("POST", path, {"outcome": "perhaps"})).status == 400
    assert (await iloq.control("POST", path, {"key_id": "none"})).status == 404
    path = "lock_groups/demo/locks/none/read"
    assert (await iloq.control("POST", path)).status == 404


async def test_options(iloq: House) -> None:
    """Options are shown and changed, all of them or none."""
    wrong = {"lockout_after": 0, "session_requests": 3}
    assert (await iloq.control("POST", "options", wrong)).status == 400
    told = (await iloq.control("GET", "options")).json
    assert (told["lockout_after"], told["session_requests"]) == (5, None)
    reply = await iloq.control("POST", "options", {"session_requests": 3})
    assert reply.json["session_requests"] == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"generations": "v3"},
        {"date_form": "x"},
        {"main_zones": "x"},
        {"log_order": "x"},
        {"log_seconds": -1},
        {"log_seconds": "1"},
        {"most_slots": 1.5},
        {"log_in_result": 13},
        {"log_in_result": 1},
        {"success_result": 2},
        {"webhook_timeout": 0},
        {"colour": "red"},
    ],
)
def test_wrong_options(changes: dict[str, object]) -> None:
    """What no test can mean is refused."""
    with pytest.raises(Invalid):
        Options().change(changes)


async def test_counted(iloq: House) -> None:
    """Requests are counted by endpoint, whatever base they come by, and by what they concern."""
    lock = iloq.lock("Gate").id
    await iloq.get(f"LOCKS/{lock}")
    told = (await iloq.control("GET", "requests")).json["counts"]
    assert told["GET /{base}/api/v2/Locks/{id}"] == 1
    subjects = (await iloq.control("GET", "requests/subjects")).json
    assert subjects[lock] == {"GET /{base}/api/v2/Locks/{id}": 1}


def test_every_endpoint() -> None:
    """The table has every endpoint of the sheet."""
    assert len(V2) == 136


async def test_command_line(socket_enabled: None) -> None:
    """The cloud is served from the command line until it is told to stop."""
    ports = ("--port", "0", "--control-port", "0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulators.iloq", *ports),
        *("--keys", "3", "--program-seconds", "5"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        address = json.loads(await process.stdout.readline())
        start, control = address["url"], address["control"]
        async with ClientSession() as session:
            body = {"CustomerCode": "ILOQ_21140"}
            async with session.post(start + "api/v2/Url/GetUrl", json=body) as reply:
                pool = await reply.json()
            url = pool + "api/v2/CreateSession"
            async with session.post(url, json=LOG_IN) as reply:
                assert (await reply.json())["Result"] == 1
            async with session.get(control + "options") as reply:
                assert (await reply.json())["program_seconds"] == 5
            async with session.get(control + "state") as reply:
                assert (await reply.json())["lock_groups"][0]["keys"] == 11
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
