"""Requests for information, their limits, and the messages of the simulated units."""

from typing import Any

import pytest

from simulators.errors import Invalid
from simulators.flexykey import FlexyKeyCloud, generate_unit
from simulators.flexykey.limits import OverLimit
from simulators.flexykey.status import Status
from simulators.flexykey.unit import Unit
from tests.simulators.helpers import Client, FakeClock

pytestmark = pytest.mark.usefixtures("socket_enabled")

UNIT = 4053
SERIAL = "194232156360400"
REQUEST = {"unitId": UNIT, "typeName": "CHECKTEMP"}
PROFILE = {"serialNumber": SERIAL, "profile": "controlStatusMedium"}
VALUES: dict[str, float | None] = {
    "T1": 24.1,
    "P1": 1000.823,
    "H1": 30.886,
    "B1": 93,
    "T2": 21.8,
    "P2": 1025.817,
    "H2": 24.861,
    "B2": 93,
}
MESSAGES = f"UnitMessages?unitId={UNIT}"

GUIDE_TYPES: dict[str, Any] = {
    "commands": [
        {
            "typeName": "CHECKASTAT",
            "description": "Read input and output status.",
            "isMultiMessage": False,
            "hydrates": ["Control.status"],
            "defaultCacheSeconds": 10,
            "rateLimitMax": 3,
            "rateLimitIntervalSeconds": 60,
        },
        {
            "typeName": "CHECKTEMP",
            "description": "Read current temperature.",
            "isMultiMessage": False,
            "hydrates": ["Control.temperatures"],
            "defaultCacheSeconds": 10,
            "rateLimitMax": 3,
            "rateLimitIntervalSeconds": 60,
        },
    ],
    "profiles": [
        {
            "profileName": "controlStatusFull",
            "description": "Full Control.Status refresh.",
            "typeNames": ["CHECKASTAT", "CHECKCOUNTERS", "CHECKTEMP", "CHECKSYS"],
            "cacheSeconds": 300,
            "rateLimitMax": 4,
            "rateLimitIntervalSeconds": 3600,
        }
    ],
}
GUIDE_ANSWER = {
    "status": "ACCEPTED",
    "unitId": UNIT,
    "serialNumber": SERIAL,
    "profile": None,
    "commandCount": 1,
    "queuedCount": 1,
    "commands": [{"typeName": "CHECKTEMP", "status": "QUEUED"}],
}
GUIDE_MESSAGE = {
    "id": 135702354,
    "unitId": UNIT,
    "direction": "IN",
    "timestamp": "2026-04-20 18:29:16",
    "timestampIso": "2026-04-20T16:29:16Z",
    "message": "T1=24.1 P1=1000.823 H1=30.886 B1=93 T2=21.8 P2=1025.817 H2=24.861 B2=93",
    "matchedType": "CHECKTEMP",
}


@pytest.fixture(autouse=True)
def unit(cloud: FlexyKeyCloud) -> None:
    """Add the unit of the guide's examples."""
    cloud.add_unit(generate_unit(UNIT) | {"serialnumber": SERIAL})


async def ask(client: Client, body: dict[str, Any] = REQUEST) -> list[str]:
    """Ask for information and return what becomes of each command."""
    reply = await client.post("RequestUnitInfo", body)
    assert reply.status == 200
    statuses = [command["status"] for command in reply.json["commands"]]
    assert reply.json["commandCount"] == len(statuses)
    assert reply.json["queuedCount"] == statuses.count("QUEUED")
    return statuses


def texts(cloud: FlexyKeyCloud) -> dict[str, str]:
    """Return the latest message of each type."""
    return {
        message["matchedType"]: message["message"]
        for message in reversed(cloud.messages(UNIT))
    }


# Catalogue


async def test_guides_catalogue(cloud: FlexyKeyCloud, client: Client) -> None:
    """The guide's entries are there word for word, and another catalogue takes their place."""
    types = (await client.get("RequestUnitInfoTypes")).json
    assert types["commands"][:2] == GUIDE_TYPES["commands"]
    assert types["profiles"][:1] == GUIDE_TYPES["profiles"]
    assert [command["typeName"] for command in types["commands"][2:]] == [
        "CHECKCOUNTERS",
        "CHECKSYS",
    ]
    assert types["profiles"][1]["profileName"] == "controlStatusMedium"
    cloud.set_catalogue(GUIDE_TYPES["commands"][:1])
    assert (await client.get("requestunitinfotypes")).json == {
        "commands": GUIDE_TYPES["commands"][:1],
        "profiles": [],
    }
    assert (await client.post("RequestUnitInfo", REQUEST)).status == 400
    with pytest.raises(Invalid):
        cloud.set_catalogue([], GUIDE_TYPES["profiles"])
    command = GUIDE_TYPES["commands"][0]
    wrong: Any = [{"typeName": "CHECKTEMP"}, {**command, "rateLimitMax": "3"}]
    for one in wrong:
        with pytest.raises(Invalid):
            cloud.set_catalogue([one])


async def test_command_that_no_unit_knows(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A command may be approved and never be answered."""
    command: Any = {**GUIDE_TYPES["commands"][0], "typeName": "CHECKMOON"}
    cloud.set_catalogue([command])
    assert await ask(client, {**REQUEST, "typeName": "CHECKMOON"}) == ["QUEUED"]
    clock.move(60)
    assert cloud.messages(UNIT) == []


# Requests and answers


async def test_guides_request(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """The guide's request gets the guide's answer, and later the guide's message."""
    cloud.set_sensors(UNIT, dict(reversed(VALUES.items())))
    clock.now = clock.now.fromisoformat("2026-04-20T16:29:13Z")
    reply = await client.post("RequestUnitInfo", REQUEST)
    assert (reply.json, list(reply.json)) == (GUIDE_ANSWER, list(GUIDE_ANSWER))
    clock.move(2.9)
    assert (await client.get(MESSAGES)).json == []
    clock.move(0.1)
    cloud.set_sensors(UNIT, {"T1": 0})
    clock.move(60)
    for query in (MESSAGES, f"UnitMessages?serialNumber={SERIAL}&typeName=CHECKTEMP"):
        reply = await client.get(query)
        assert reply.json == [GUIDE_MESSAGE]
        assert list(reply.json[0]) == list(GUIDE_MESSAGE)


async def test_profile(cloud: FlexyKeyCloud, client: Client, clock: FakeClock) -> None:
    """A profile queues its commands, each of which is answered in its own form."""
    cloud.set_temperatures(UNIT, {"T1": -3.5, "T7600": 41})
    cloud.set_counters(UNIT, {"C2": 7, "C1": 1234})
    reply = await client.post(
        "RequestUnitInfo", {**PROFILE, "profile": "controlStatusFull"}
    )
    assert (reply.json["profile"], reply.json["unitId"]) == ("controlStatusFull", UNIT)
    assert reply.json["queuedCount"] == 4
    clock.move(3)
    assert texts(cloud) == {
        "CHECKASTAT": f"ASTAT:00----,00,{'-' * 64}, T1=-3.5 T2=-- T3=-- T7600=41",
        "CHECKCOUNTERS": "C1=1234 C2=7",
        "CHECKTEMP": "T1=-3.5",
        "CHECKSYS": cloud.unit(UNIT).document["unitInfo"].replace("T=30", "T=41"),
    }


async def test_unit_without_sensors(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """What is not there shows dashes."""
    await ask(client, {**PROFILE, "profile": "controlStatusFull"})
    clock.move(3)
    assert texts(cloud)["CHECKTEMP"] == "T1=-- T2=-- T3=--"
    assert texts(cloud)["CHECKCOUNTERS"] == "C1=--"


async def test_status_on_request(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """CHECKASTAT has the unit send its status as it was at that instant."""
    cloud.control(UNIT, "F1", "5")
    await ask(client, {"unitId": UNIT, "typeName": "CHECKASTAT"})
    clock.move(3)
    assert cloud.unit(UNIT).last_status.at == clock.now
    clock.move(7)
    assert texts(cloud)["CHECKASTAT"].startswith("ASTAT:00----,10,")
    assert not cloud.unit(UNIT).is_on("F1")


class Listener:
    """Keeps what a unit reports."""

    def __init__(self) -> None:
        """Start without anything heard."""
        self.heard: list[Status] = []
        self.seconds: list[float | None] = []
        self.unit: Unit | None = None

    def reported(self, status: Status) -> None:
        """Hear of a status."""
        self.heard.append(status)

    def pulsing(self) -> None:
        """Ask when something is to come."""
        assert self.unit
        self.seconds.append(self.unit.next_end())


async def test_status_on_request_is_reported(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A status that was asked for goes to who hears of statuses, also where changes are not reported."""
    unit = cloud.unit(UNIT)
    unit.reporter = listener = Listener()
    listener.unit = unit
    unit.reports_changes = False
    await ask(client, PROFILE)
    assert listener.seconds == [3, 3]
    clock.move(3)
    unit.settle()
    assert [status.at for status in listener.heard] == [clock.now]
    unit.secure = False
    clock.move(60)
    await ask(client, PROFILE)
    clock.move(3)
    unit.settle()
    assert len(listener.heard) == 1


@pytest.mark.parametrize("mode", ["stale", "error"])
async def test_offline_unit_never_answers(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock, mode: Any
) -> None:
    """A request to a unit that is offline is accepted, and comes to nothing."""
    await ask(client)
    clock.move(3)
    cloud.set_offline(UNIT, mode)
    clock.move(10)
    assert await ask(client) == ["QUEUED"]
    clock.move(3)
    cloud.set_offline(UNIT, None)
    assert len(cloud.messages(UNIT)) == 1
    cloud.set_offline(UNIT, mode)
    clock.move(60)
    assert await ask(client) == ["QUEUED"]
    cloud.set_offline(UNIT, None)
    clock.move(3)
    assert len(cloud.messages(UNIT)) == 2


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"typeName": "CHECKALL"}, 400),
        ({"typeName": 1}, 400),
        ({"typeName": None, "profile": "full"}, 400),
        ({"typeName": "controlStatusFull"}, 400),
        ({"profile": "controlStatusFull"}, 400),
        ({"typeName": None}, 400),
        ({"serialNumber": SERIAL}, 400),
        ({"unitId": 1}, 404),
        ({"unitId": 3023}, 403),
    ],
)
async def test_refused_requests(
    cloud: FlexyKeyCloud, client: Client, changes: dict[str, Any], status: int
) -> None:
    """A request names one unit of one's own and one command or profile there is."""
    cloud.set_user("demo", "demo", [UNIT])
    reply = await client.post("RequestUnitInfo", {**REQUEST, **changes})
    assert reply.status == status


# Limits


async def test_cache_and_rate_limit(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A command is skipped within its cache time, and above its limit, which slides and is the unit's own."""
    for seconds, status in (
        (0, "QUEUED"),
        (9.9, "SKIPPED_CACHE"),
        (0.1, "QUEUED"),
        (10, "SKIPPED_RATE_LIMIT"),
        (39.9, "SKIPPED_RATE_LIMIT"),
        (0.1, "QUEUED"),
        (9.9, "SKIPPED_CACHE"),
    ):
        clock.move(seconds)
        assert await ask(client) == [status]
    assert [over.name for over in cloud.over_limit] == ["CHECKTEMP"] * 2
    assert cloud.over_limit[1] == OverLimit(
        FakeClock().now.replace(second=49, microsecond=900000, minute=15),
        UNIT,
        "CHECKTEMP",
    )
    assert await ask(client, {**REQUEST, "unitId": 3023}) == ["QUEUED"]
    assert await ask(client, {**REQUEST, "typeName": "CHECKASTAT"}) == ["QUEUED"]


async def test_limits_of_a_profile(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A profile above its own limits skips all its commands; each command keeps its own limits as well."""
    assert await ask(client, REQUEST) == ["QUEUED"]
    assert await ask(client, PROFILE) == ["QUEUED", "SKIPPED_CACHE"]
    clock.move(59)
    assert await ask(client, PROFILE) == ["SKIPPED_CACHE"] * 2
    for _ in range(8):
        clock.move(60)
        assert await ask(client, PROFILE) == ["QUEUED"] * 2
    assert cloud.over_limit == []
    clock.move(60)
    assert await ask(client, PROFILE) == ["SKIPPED_RATE_LIMIT"] * 2
    assert [over.name for over in cloud.over_limit] == ["controlStatusMedium"]


# Messages


async def test_messages_are_limited_and_filtered(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """The latest messages come first, twenty unless more are wanted, and of approved commands alone."""
    for number in range(120):
        clock.move(1)
        cloud.add_message(UNIT, f"T1={number}", "CHECKTEMP")
    cloud.add_message(UNIT, "C1=1", "CHECKCOUNTERS")
    cloud.add_message(UNIT, "raw", "CHECKRAW")
    rows = (await client.get(MESSAGES)).json
    assert [row["message"] for row in rows[:2]] == ["C1=1", "T1=119"]
    assert len(rows) == 20
    assert len((await client.get(f"{MESSAGES}&limit=100")).json) == 100
    rows = (await client.get(f"{MESSAGES}&typeName=CHECKTEMP&limit=2")).json
    assert [row["id"] for row in rows] == [135702473, 135702472]
    assert (await client.get(f"{MESSAGES}&typeName=CHECKRAW")).json == []
    assert (await client.get("UnitMessages?unitId=3023")).json == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("unitId=4053&limit=0", 400),
        ("unitId=4053&limit=101", 400),
        ("unitId=4053&limit=x", 400),
        ("", 400),
        (f"unitId=4053&serialNumber={SERIAL}", 400),
        ("unitId=1", 404),
        ("unitId=3023", 403),
    ],
)
async def test_refused_readings(
    cloud: FlexyKeyCloud, client: Client, query: str, status: int
) -> None:
    """Messages are those of one unit of one's own."""
    cloud.set_user("demo", "demo", [UNIT])
    assert (await client.get(f"UnitMessages?{query}")).status == status


# Sensors


async def test_sensors_agree(cloud: FlexyKeyCloud, client: Client) -> None:
    """The status string shows the same temperatures, however they were set."""
    cloud.set_sensors(UNIT, {"T2": 4.5, "T4": 8, "H4": None})
    cloud.set_temperatures(UNIT, {"T3": 7.0})
    raw = (await client.get(f"Control?unitId={UNIT}")).json["rawStatus"]
    assert raw.endswith(", T1=-- T2=4.5 T3=7.0 T7600=30")
    sensors = cloud.unit(UNIT).sensors
    assert sensors.temperature_message() == "T2=4.5 T3=7.0 T4=8 H4=--"
    values: Any
    for values in ({"T7600": 1}, {"C1": 1}, {"T1": True}, {"T1": "x"}, {"T0": 1}):
        with pytest.raises(Invalid):
            cloud.set_sensors(UNIT, values)
    for values in ({"T1": 1}, {"C1": 1.5}):
        with pytest.raises(Invalid):
            cloud.set_counters(UNIT, values)


async def test_described_sensors(cloud: FlexyKeyCloud, client: Client) -> None:
    """A unit lists what was described, and has no such list before."""
    before = (await client.get(f"units/{UNIT}")).json
    assert not before.keys() & {"sensors", "counters"}
    cloud.describe_sensors(UNIT, {"T1": ("Utomhus", "°C"), "C2": ("Vatten", "l")})
    after = (await client.get(f"units/{UNIT}")).json
    assert after == before | {
        "sensors": [
            {
                "localNumber": 1,
                "globalNumber": "T1",
                "description": "Utomhus",
                "unit": "°C",
            }
        ],
        "counters": [
            {
                "localNumber": 2,
                "globalNumber": "C2",
                "description": "Vatten",
                "unit": "l",
            }
        ],
    }
    cloud.describe_sensors(UNIT, {})
    assert (await client.get(f"units/{UNIT}")).json == before
    with pytest.raises(Invalid):
        cloud.describe_sensors(UNIT, {"X1": ("", "")})


# Evva


async def test_evva_units(cloud: FlexyKeyCloud, client: Client) -> None:
    """A unit of the other kind is listed, without inputs and outputs, and most calls are not for it."""
    cloud.add_evva_unit(70, "Cylinder")
    document = (await client.get("units/70")).json
    assert (document["unitType"], document["name"]) == ("EvvaAirKey", "Cylinder")
    assert document["relays"] == document["inputs"] == document["expansions"] == []
    dates = "dateFrom=2025-01-01T00:00:00Z&dateTo=2026-01-01T00:00:00Z"
    event = "event=control.statusChanged"
    for path in (
        "Control?unitId=70",
        "UnitMessages?unitId=70",
        "UnitSettings?unitId=70",
        f"unitlogs/70?{dates}",
        f"Webhooks?unitId=70&{event}",
    ):
        assert (await client.get(path)).status == 400
    assert (await client.delete(f"Webhooks?unitId=70&{event}")).status == 400
    assert (await client.post("Webhooks/Test", {"unitId": 70})).status == 400
    assert (
        await client.post("RequestUnitInfo", REQUEST | {"unitId": 70})
    ).status == 400
    control = {"unitId": 70, "outputNumber": "F1", "outputAction": "ON"}
    reply = await client.post("Control", control)
    assert (reply.status, reply.json["message"]) == (400, "Not for Evva units")
    body = {"unitId": 70, "setting": "WifiMode", "params": ["ON"]}
    assert (await client.put("UnitSettings", body)).status == 400
    assert (await client.put("Webhooks", {"unitId": 70})).status == 400
    assert cloud.unit_settings(70) == cloud.held_settings(70) == []


# Control


async def test_control(client: Client, clock: FakeClock) -> None:
    """Everything about information can be steered over HTTP."""
    unit = f"units/{UNIT}"
    assert (await client.control("POST", f"{unit}/sensors", VALUES)).status == 200
    reply = await client.control("POST", f"{unit}/counters", {"C1": 12})
    assert reply.json == {"sensors": VALUES, "counters": {"C1": 12}}
    described = {"T1": ["Utomhus", "°C"]}
    reply = await client.control("POST", f"{unit}/sensors/descriptions", described)
    assert reply.status == 200
    assert "sensors" in (await client.get(unit)).json
    for _ in range(4):
        await ask(client)
    clock.move(3)
    message = {"message": "C1=12", "matchedType": "CHECKCOUNTERS"}
    reply = await client.control("POST", f"{unit}/messages", message)
    assert [row["message"] for row in reply.json["messages"]] == [
        "C1=12",
        GUIDE_MESSAGE["message"],
    ]
    assert (await client.control("GET", "over_limit")).json == {
        "over_limit": [
            {"at": "2025-11-21T08:14:50+00:00", "unitId": UNIT, "name": "CHECKTEMP"}
        ]
    }
    commands = {"commands": GUIDE_TYPES["commands"]}
    assert (await client.control("POST", "catalogue", commands)).status == 200
    assert (await client.get("RequestUnitInfoTypes")).json["profiles"] == []
    evva = {"unitId": 71, "name": "Cylinder"}
    assert (await client.control("POST", "evva_units", evva)).status == 201
    assert (await client.control("POST", "evva_units", evva)).status == 400
    for path, body in (
        ("sensors", {"X1": 1}),
        ("counters", {"C1": "x"}),
        ("sensors/descriptions", {"T1": "Utomhus"}),
        ("messages", {"message": "x"}),
    ):
        assert (await client.control("POST", f"{unit}/{path}", body)).status == 400
