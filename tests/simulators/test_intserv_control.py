"""The control interface of the simulated IntServ Access cloud, and its command line."""

import asyncio
import json
import signal
import sys
from typing import Any

from aiohttp import ClientSession
import pytest

from simulators.errors import Invalid
from simulators.intserv import ANNEX, DEMO_API_KEY, MAIN, IntServCloud
from tests.simulators.intserv import UNKNOWN, Estate


async def test_site(estate: Estate) -> None:
    """The site to begin with has two systems with three doors each, five levels, and keys that are applied."""
    state = await estate.control("GET", "state")
    assert [system["id"] for system in state["systems"]] == [MAIN, ANNEX]
    assert [len(system["doors"]) for system in state["systems"]] == [3, 3]
    assert sum(len(system["levels"]) for system in state["systems"]) == 5
    assert [len(system["held"]) for system in state["systems"]] == [4, 3]
    assert all(system["behind"] == [] for system in state["systems"])
    (integration,) = state["integrations"].values()
    assert integration["api_key"] == DEMO_API_KEY
    assert integration["systems"] == [MAIN, ANNEX]
    keys = (await estate.control("GET", "integrations/demo/keys"))["keys"]
    assert [key["person"]["first_name"] for key in keys] == [
        *("Anna", "Bo", "Cecilia", "David", "Eva"),
    ]
    assert [key["status"] for key in keys] == ["Applied"] * 4 + ["NotApplied"]
    assert keys[1]["pin"] == "1357"


async def test_building(estate: Estate) -> None:
    """A system is built with doors and levels, and can be seen by those integrations that are told."""
    system = "systems/new-001"
    await estate.control("POST", "systems", {"id": "new-001", "name": "New"}, 201)
    await estate.control("POST", "systems", {"id": "new-001", "name": "X"}, 409)
    body = {"name": "North door", "needs_pin": True}
    await estate.control("POST", f"{system}/doors", body, 201)
    await estate.control("POST", f"{system}/doors", body, 409)
    level: dict[str, Any] = {"name": "All", "doors": ["North door"], "from": "06:00"}
    told = await estate.control("POST", f"{system}/levels", level, 201)
    assert (await estate.ok("accesslevels/list"))["levels"][-1] == told
    for wrong in ({"doors": ["None"]}, {"doors": [1]}, {"from": "6 am"}):
        await estate.control("POST", f"{system}/levels", level | wrong, 400)
    changes = {"name": "Old", "code_length": 4, "event_seconds": 2.5}
    told = await estate.control("PATCH", system, changes)
    assert (told["name"], told["code_length"]) == ("Old", 4)
    made = await estate.add(pin="1234", access_levels=[estate.level("All")])
    estate.later(5)
    told = await estate.try_key(
        "North door", "new-001", key_id=made["id"], pin="1234", at="2025-11-21T05:59:59"
    )
    assert told["type"] == 207
    body = {"key_id": made["id"], "pin": "1234"}
    told = await estate.try_key("North door", "new-001", **body)
    assert told["type"] == 103
    events = await estate.control("GET", "events")
    assert [event["type"] for event in events["waiting"]] == [103]
    assert [event["type"] for event in events["events"]] == [207]
    await estate.call("accesskeys/remove", {"id": made["id"]})
    told = await estate.try_key("North door", "new-001", **body)
    assert told["type"] == 103
    estate.later(5)
    path = f"{system}/doors/North door/try"
    await estate.control("POST", path, body, 404)


@pytest.mark.parametrize(
    "changes",
    [
        {"rate_limit": "x"},
        {"rate_window": -1},
        {"rate_window": None},
        {"apply_seconds": -1},
        {"event_seconds": None},
        {"continuation_seconds": "x"},
        {"omitted": "ask"},
        {"nulls": "ignore"},
        {"time_form": "naive"},
        {"event_order": "random"},
        {"event_keys": "decimal"},
        {"repeat_pages": True},
        {"unknown_status": 500},
        {"unknown_fields": "keep"},
        {"unknown_remove": "keep"},
        {"generated_codes": 1},
        {"apply_error": 1},
        {"unknown": 1},
    ],
)
async def test_wrong_options(estate: Estate, changes: dict[str, Any]) -> None:
    """What no test can mean is refused, with all that comes with it."""
    body = {"first_sync_seconds": 1, **changes}
    await estate.control("POST", "options", body, 400)
    with pytest.raises(Invalid):
        estate.cloud.set_options(**body)
    options = await estate.control("GET", "options")
    assert options == estate.cloud.options.as_json()
    assert options["first_sync_seconds"] == 0


async def test_options(estate: Estate) -> None:
    """Options are changed over HTTP."""
    body = {"apply_seconds": None, "apply_error": "Busy", "generated_codes": True}
    told = await estate.control("POST", "options", body)
    assert {name: told[name] for name in body} == body
    assert estate.cloud.options.generated_codes


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "systems", {"id": "x"}, 400),
        ("PATCH", "systems/x", {}, 404),
        ("PATCH", f"systems/{MAIN}", {"code_length": 0}, 400),
        ("PATCH", f"systems/{MAIN}", {"code_length": 17}, 400),
        ("PATCH", f"systems/{MAIN}", {"event_seconds": -1}, 400),
        ("PATCH", f"systems/{MAIN}", {"doors": 1}, 400),
        ("PUT", f"systems/{MAIN}/pace", {"seconds": -1}, 400),
        ("PUT", f"systems/{MAIN}/pace", {}, 400),
        ("PUT", "systems/x/pace", {"seconds": 1}, 404),
        ("POST", "systems/x/synchronise", None, 404),
        ("POST", f"systems/{MAIN}/doors/None/try", {"card": "EM:1"}, 404),
        ("POST", f"systems/{MAIN}/doors/Office/try", {}, 400),
        (
            "POST",
            f"systems/{MAIN}/doors/Office/try",
            {"card": "EM:1", "code": "1"},
            400,
        ),
        ("POST", f"systems/{MAIN}/doors/Office/try", {"card": "XX:1"}, 400),
        ("POST", f"systems/{MAIN}/doors/Office/try", {"key_id": UNKNOWN}, 404),
        ("POST", f"systems/{MAIN}/doors/Office/exit", {"at": "now"}, 400),
        ("PATCH", f"systems/{MAIN}/keys/{UNKNOWN}", {"disabled": True}, 404),
        (
            "POST",
            f"systems/{MAIN}/local",
            {"name": "A", "identification": "1", "type": "pin"},
            400,
        ),
        ("POST", "integrations", {"name": "A", "systems": ["x"]}, 400),
        ("POST", "integrations", {"name": "A", "api_key": DEMO_API_KEY}, 409),
        ("POST", "integrations/demo/api_key", {"api_key": ""}, 400),
        ("POST", "integrations/x/api_key", {}, 404),
        ("PATCH", "integrations/demo", {"systems": [1]}, 400),
        ("POST", "events", {"count": -1}, 400),
        ("POST", "events", {"count": 1, "seconds": 0}, 400),
        ("POST", "events", {"count": 1_000_001}, 400),
    ],
)
async def test_refusals(
    estate: Estate, method: str, path: str, body: object, status: int
) -> None:
    """What cannot be done is refused."""
    await estate.control(method, path, body, status)


async def test_empty_cloud(estate: Estate) -> None:
    """A cloud may begin with nothing, and where there is no door nothing can have happened."""
    cloud = IntServCloud(clock=estate.clock, furnished=False)
    assert (cloud.systems, cloud.integration.store.keys) == ({}, {})
    estate.cloud.systems.clear()
    await estate.control("POST", "events", {"count": 1}, 400)


async def test_command_line(socket_enabled: None) -> None:
    """The cloud is served from the command line until it is told to stop."""
    ports = ("--port", "0", "--control-port", "0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulators.intserv", *ports),
        *("--events", "7", "--apply-seconds", "0", "--api-key", "chosen"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        address = json.loads(await process.stdout.readline())
        assert address["url"].endswith("/v1/")
        headers = {"Authorization": "Bearer chosen"}
        url = address["url"] + "events/list"
        async with ClientSession(headers=headers) as session:
            async with session.post(url, json={}) as reply:
                assert len((await reply.json())["events"]) == 7
            async with session.get(address["control"] + "options") as reply:
                assert (await reply.json())["apply_seconds"] == 0
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
