"""The control interface of the simulated KEYVOX cloud, and its command line."""

import asyncio
import json
import signal
import sys
from typing import Any

from aiohttp import ClientSession
import pytest

from simulators.errors import Invalid
from tests.simulators.keyvox import Org


async def post(org: Org, path: str, body: object = None, status: int = 204) -> Any:
    """Post to the control interface, and return what is answered."""
    reply = await org.control("POST", path, body)
    assert reply.status == status, reply.text
    return reply.json if reply.text else None


async def test_whole_story(org: Org) -> None:
    """All that can happen on site can be steered over HTTP."""
    place = await post(org, "places", {"name": "House", "type": "hotel"}, 201)
    lock = await post(org, "locks", {"name": "A", "related": "BCL-BR1"}, 201)
    body = {"name": "Room", "place_id": place["id"], "lock_ids": [lock["id"]]}
    unit = await post(org, "units", body, 201)
    await post(org, "plans", {"name": "Night", "place_id": place["id"]}, 201)
    locker = await post(org, "lockers", {"name": "L", "sizes": "13"}, 201)
    issued = {"unitId": unit["id"], **org.period()}
    await org.ok("createLockPin", {**issued, "pinCode": "123456"})
    await org.ok("setCard", {**issued, "cardId": "C"})
    org.clock.move(300)
    door, box = f"devices/{lock['id']}", f"devices/{locker['id']}"
    told = await post(org, f"{door}/pin", {"code": "123456"}, 200)
    assert told == {"granted": True, "reason": "valid"}
    told = await post(org, f"{box}/pin", {"code": "123456"}, 200)
    assert told == {"granted": False, "reason": "unknown"}
    assert (await post(org, f"{door}/card", {"card_id": "C"}, 200))["granted"]
    await post(org, f"{door}/button", {})
    await post(org, f"{door}/knob", {"action": "lock"})
    await post(org, f"{door}/app", {"user": "Anna"})
    await post(org, f"{door}/link")
    await post(org, f"{door}/batteries", {"battery": 12, "related_battery": 11})
    await post(org, f"{door}/connection", {"seconds": 0.0})
    await post(org, f"{box}/connection", {"online": False})
    await post(org, f"{box}/boxes/00-02", {"faulty": True})
    org.clock.move(1)
    told = await org.ok("getLockHistory", {"lockId": lock["id"]})
    assert [row["etype"] for row in told["history"]] == ["9", "6", "5", "2", "1"]
    status = await org.ok("getLockStatus", {"lockId": lock["id"]})
    assert (status["battery"], status["relateBattery"]) == ("12", "11")
    opened = {"deviceId": locker["id"], "boxNum": "00-01"}
    assert await org.code("unlockLocker", opened) == "E1012"
    rows = await org.ok("getLockerStatus", {"deviceId": locker["id"]})
    assert [row["status"] for row in rows] == ["0", "9"]


async def test_state(org: Org) -> None:
    """Everything is shown at once, with nothing hidden."""
    reply = await org.control("POST", "populate", {"count": 2})
    assert [row["lockName"] for row in reply.json["locks"]] == ["Lock 1", "Lock 2"]
    lock = reply.json["locks"][0]["lockId"]
    unit = next(iter(org.cloud.units_of(lock)))
    body = {"unitId": unit, **org.period()}
    told = await org.ok("createLockPin", {**body, "pinCode": "123456"})
    org.clock.move(300)
    state = (await org.control("GET", "state")).json
    assert {
        name: len(state[name]) for name in state if name not in ("now", "org_id")
    } == {
        "places": 2,
        "units": 3,
        "plans": 1,
        "locks": 2,
        "lockers": 1,
        "pins": 1,
        "cards": 0,
        "bookings": 0,
        "mails": 0,
    }
    (pin,) = state["pins"]
    assert (pin["id"], pin["code"], pin["status"]) == (told["pinId"], "123456", "30")
    (held,) = state["locks"][0]["memory"]
    assert (held["kind"], held["code"]) == ("pin", "123456")
    assert state["locks"][0]["unlocked"] is False
    assert [box["status"] for box in state["lockers"][0]["boxes"]] == [0] * 6
    assert [row["occupied"] for row in state["units"]] == [False] * 3
    assert org.cloud.populate(0) == []


async def test_access(org: Org) -> None:
    """The clock, the addresses and the key can be changed, and anything refused."""
    await post(org, "skew", {"seconds": 30})
    assert (await org.call("getUnits")).status == 403
    await post(org, "skew", {"seconds": 0.5})
    await post(org, "addresses", {"addresses": ["192.0.2.0/24"]})
    assert "IP address" in (await org.call("getUnits")).json["message"]
    await post(org, "addresses", {"addresses": ["127.0.0.1"]})
    await post(org, "api_key", {"api_key": "new", "api_secret": "other"})
    keys = {"key": "new", "secret": "other"}
    assert await org.code("getUnits", **keys) == "0"
    await post(org, "foreign", {"id": "X"})
    assert await org.code("getLockStatus", {"lockId": "X"}, **keys) == "E2003"
    await post(org, "foreign", {"id": "X", "foreign": False})
    assert await org.code("getLockStatus", {"lockId": "X"}, **keys) == "E0043"
    body = {"code": "E9999", "operation": "getUnits", "times": None}
    await post(org, "refusals", body)
    assert await org.code("getUnits", **keys) == "E9999"
    assert (await org.control("DELETE", "refusals")).status == 204
    assert await org.code("getUnits", **keys) == "0"


async def test_webhooks(org: Org) -> None:
    """Subscriptions are shown and changed."""
    body = {"url": "http://127.0.0.1:9/", "kind": "unlock_text", "means": [6, 5]}
    told = await post(org, "webhooks", body, 200)
    shown = {**body, "means": [5, 6], "devices": None, "actions": None}
    assert told == {"subscriptions": [shown], "sent": []}
    lock = org.cloud.add_lock("A")
    org.cloud.turn_knob(lock.id)
    org.later(1)
    await org.cloud.webhooks_sent()
    (sent,) = (await org.control("GET", "webhooks")).json["sent"]
    assert (sent["url"], sent["status"]) == (body["url"], None)
    reply = await org.control("DELETE", "webhooks")
    assert reply.json["subscriptions"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"profile": "none"},
        {"cursor_end": "null"},
        {"asterisks": "sometimes"},
        {"number_form": "float"},
        {"date_tolerance": -1},
        {"rate_limit": "x"},
        {"refusal_status": 404},
        {"error_status": 302},
        {"batch_seconds": 0},
        {"batch_seconds": 0.5},
        {"report_seconds": None},
        {"webhook_timeout": 0},
        {"webhook_copies": 11},
        {"locked_status": "1"},
        {"unknown": 1},
    ],
)
async def test_wrong_options(org: Org, changes: dict[str, Any]) -> None:
    """What no test can mean is refused, with all that comes with it."""
    body = {"lead_seconds": 1, **changes}
    assert (await org.control("POST", "options", body)).status == 400
    with pytest.raises(Invalid):
        org.cloud.set_options(**body)
    options = (await org.control("GET", "options")).json
    assert options == org.cloud.options.as_json()
    assert options["lead_seconds"] == 72 * 3600


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("devices/X/pin", {"code": "1234"}, 404),
        ("devices/X/knob", {}, 404),
        ("devices/X/connection", {"online": True}, 404),
        ("devices/X/batteries", {"battery": 1}, 404),
        ("devices/X/boxes/00-01", {"faulty": True}, 404),
        ("units", {"name": "A", "place_id": "X"}, 404),
        ("plans", {"name": "A", "place_id": "X"}, 404),
        ("places", {"name": "A", "type": "X"}, 400),
        ("locks", {}, 400),
        ("locks", {"name": "A", "pin_type": "9"}, 400),
        ("lockers", {"name": "A", "sizes": "9"}, 400),
        ("populate", {"count": -1}, 400),
        ("batches/fail", {"batches": -1}, 400),
        ("addresses", {"addresses": ["here"]}, 400),
        ("addresses", {"addresses": [1]}, 400),
        ("webhooks", {"url": "http://127.0.0.1/", "kind": "x"}, 400),
        (
            "webhooks",
            {"url": "http://127.0.0.1/", "kind": "unlock_json", "means": [[]]},
            400,
        ),
    ],
)
async def test_refusals(org: Org, path: str, body: object, status: int) -> None:
    """What cannot be done is refused."""
    assert (await org.control("POST", path, body)).status == status


async def test_options(org: Org) -> None:
    """Options are changed over HTTP."""
    told = await post(org, "options", {"live_status": True, "relock_seconds": 5}, 200)
    assert (told["live_status"], told["relock_seconds"]) == (True, 5)
    assert org.cloud.options.live_status


async def test_command_line(socket_enabled: None) -> None:
    """The cloud is served from the command line until it is told to stop."""
    ports = ("--port", "0", "--control-port", "0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulators.keyvox", *ports),
        *("--locks", "3", "--profile", "overview"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        address = json.loads(await process.stdout.readline())
        assert address["url"].endswith("/api/eagle-pms/")
        async with ClientSession() as session:
            async with session.get(address["control"] + "state") as reply:
                assert len((await reply.json())["locks"]) == 3
            async with session.get(address["control"] + "options") as reply:
                assert (await reply.json())["profile"] == "overview"
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
