"""The settings of the simulated units: what is approved, what the server keeps, and what a unit has."""

from typing import Any

import pytest

from simulators.errors import Invalid
from simulators.flexykey import FlexyKeyCloud, generate_unit
from tests.simulators.helpers import GUIDE, Client, FakeClock

pytestmark = pytest.mark.usefixtures("socket_enabled")

UNIT = 2472
SETTINGS = f"UnitSettings?unitId={UNIT}"
DEFINITIONS: list[dict[str, Any]] = [
    {
        "setting": "DefaultRelayPulse",
        "description": "Default relay pulse time.",
        "params": [
            {
                "type": "target",
                "allowed": ["F1", "F2"],
                "prefix": "X",
                "prefixMin": 1,
                "prefixMax": 64,
            },
            {"type": "integer", "min": 0, "max": 999999, "unit": "seconds"},
        ],
    },
    {
        "setting": "WifiMode",
        "description": "WiFi mode.",
        "params": [{"type": "enum", "allowed": ["ON", "OFF"]}],
    },
]
ITEMS: list[Any] = [
    {"setting": "DefaultRelayPulse", "params": ["F1", 15]},
    {"setting": "WifiMode", "params": ["ON"]},
]


@pytest.fixture(autouse=True)
def unit(cloud: FlexyKeyCloud) -> None:
    """Add the unit of the guide's examples."""
    cloud.add_unit(generate_unit(UNIT))


def states(cloud: FlexyKeyCloud) -> list[str]:
    """Return the sync states of all settings."""
    return [row["unitSyncState"] for row in cloud.unit_settings(UNIT)]


async def put(client: Client, setting: str, *params: Any) -> int:
    """Change a setting and return the status of the answer."""
    body = {"unitId": UNIT, "setting": setting, "params": list(params)}
    return (await client.put("UnitSettings", body)).status


async def test_guides_definitions(cloud: FlexyKeyCloud, client: Client) -> None:
    """The guide's definitions are there word for word, and others can take their place."""
    items = (await client.get("UnitSettings/Definitions")).json["items"]
    assert items[:2] == DEFINITIONS
    assert items[2]["setting"] == "WifiName"
    cloud.set_definitions(DEFINITIONS[:1])  # type: ignore[arg-type]  # the guide's own
    reply = await client.get("unitsettings/definitions")
    assert reply.json == {"items": DEFINITIONS[:1]}
    assert (await client.get(SETTINGS)).json["items"] == ITEMS[:1]
    assert await put(client, "WifiMode", "ON") == 400
    with pytest.raises(Invalid):
        cloud.set_definitions([{"setting": "x"}])  # type: ignore[typeddict-item]  # what is refused


async def test_guides_settings(cloud: FlexyKeyCloud, client: Client) -> None:
    """Every unit has the guide's rows, and the guide's bodies change them."""
    assert (await client.get(SETTINGS)).json == {"unitId": UNIT, "items": ITEMS}
    assert (await client.get("UnitSettings?unitId=3023")).json["items"] == ITEMS
    assert states(cloud) == ["IDLE_OK"] * 2
    body = {"unitId": UNIT, "setting": "DefaultRelayPulse", "params": ["F1", 15]}
    reply = await client.put("UnitSettings", body)
    assert (reply.status, reply.json) == (200, body)
    assert states(cloud) == ["READY_TO_SEND", "IDLE_OK"]
    assert await put(client, "WifiName", "min Router") == 200
    assert await put(client, "WifiMode", "OFF") == 200
    assert await put(client, "DefaultRelayPulse", "X64", 0) == 200
    assert (await client.get(SETTINGS)).json["items"] == [
        ITEMS[0],
        {"setting": "WifiMode", "params": ["OFF"]},
        {"setting": "WifiName", "params": ["min Router"]},
        {"setting": "DefaultRelayPulse", "params": ["X64", 0]},
    ]
    assert cloud.held_settings(UNIT) == ITEMS


@pytest.mark.parametrize(
    ("setting", "params"),
    [
        ("Secret", ["ON"]),
        (None, ["ON"]),
        (["WifiMode"], ["ON"]),
        ("WifiMode", None),
        ("WifiMode", "ON"),
        ("WifiMode", []),
        ("WifiMode", ["ON", "ON"]),
        ("WifiMode", ["on"]),
        ("WifiMode", [["ON"]]),
        ("WifiName", ["x" * 33]),
        ("WifiName", [7]),
        ("DefaultRelayPulse", ["F1", -1]),
        ("DefaultRelayPulse", ["F1", 1000000]),
        ("DefaultRelayPulse", ["F1", 1.5]),
        ("DefaultRelayPulse", ["F1", "15"]),
        ("DefaultRelayPulse", ["F1", True]),
        *(
            ("DefaultRelayPulse", [target, 15])
            for target in ("F3", "X0", "X65", "X01", "x1", "XX", "", 1, None)
        ),
    ],
)
async def test_refused_settings(
    cloud: FlexyKeyCloud, client: Client, setting: Any, params: Any
) -> None:
    """What is not approved or out of its range changes nothing."""
    body = {"unitId": UNIT, "setting": setting, "params": params}
    reply = await client.put("UnitSettings", body)
    assert (reply.status, bool(reply.json["message"])) == (400, True)
    assert states(cloud) == ["IDLE_OK"] * 2
    tool = {**body, "unitSyncState": "IDLE_OK"}
    assert (await client.post("Tools/UnitSettingsSyncState", tool)).status == 400


async def test_definition_of_an_unknown_kind(
    cloud: FlexyKeyCloud, client: Client
) -> None:
    """A kind of parameter that the guide does not show takes anything."""
    cloud.set_definitions(
        [{"setting": "Colour", "description": "", "params": [{"type": "colour"}]}]
    )
    assert await put(client, "Colour", {"red": 1}) == 200
    assert (await client.get(SETTINGS)).json["items"] == [
        {"setting": "Colour", "params": [{"red": 1}]}
    ]


@pytest.mark.parametrize(("unit_id", "status"), [(1, 404), (3023, 403), ("2472", 400)])
async def test_rights(
    cloud: FlexyKeyCloud, client: Client, unit_id: Any, status: int
) -> None:
    """Settings are those of a unit of one's own."""
    cloud.set_user("demo", "demo", [UNIT])
    body = {"unitId": unit_id, "setting": "WifiMode", "params": ["ON"]}
    assert (await client.put("UnitSettings", body)).status == status
    if isinstance(unit_id, int):
        assert (await client.get(f"UnitSettings?unitId={unit_id}")).status == status


# Sync


async def test_sync_delivers_settings(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A unit has a changed setting when a sync has brought it, in packets with entries of the access list."""
    for number in ("1", "2", "3"):
        cloud.program(UNIT).entries.create({"idNumber": number})
    await put(client, "WifiMode", "OFF")
    await put(client, "WifiName", "min Router")
    reply = await client.post("UnitSync/PushChanges", GUIDE["unit_sync_request"])
    assert (reply.json["entryCount"], reply.json["packetCount"]) == (5, 2)
    clock.move(2)
    assert cloud.held_settings(UNIT) == [
        ITEMS[0],
        {"setting": "WifiMode", "params": ["OFF"]},
    ]
    assert states(cloud) == ["IDLE_OK", "IDLE_OK", "READY_TO_SEND"]
    clock.move(2)
    assert len(cloud.held_settings(UNIT)) == 3
    assert states(cloud) == ["IDLE_OK"] * 3
    assert cloud.sync_status(UNIT)["status"] == "COMPLETED"


async def test_change_while_a_sync_is_active(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """The unit takes what was packaged; what changed since waits for the next push."""
    await put(client, "WifiName", "old")
    cloud.program(UNIT).sync.push()
    await put(client, "WifiName", "new")
    clock.move(2)
    assert cloud.held_settings(UNIT)[2]["params"] == ["old"]
    assert states(cloud)[2] == "READY_TO_SEND"
    assert cloud.program(UNIT).sync.push()["entryCount"] == 1
    cloud.set_settings(UNIT, ITEMS)
    clock.move(2)
    assert cloud.held_settings(UNIT) == ITEMS


# Tools


async def test_guides_tools(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """The guide's bodies change what the server believes, and a push after them sends that again."""
    one, every = GUIDE["unit_settings_sync_state_requests"]
    all_data = GUIDE["all_unit_data_sync_state_request"]
    for tool, body, expected in (
        ("UnitSettings", one, ["READY_TO_SEND", "IDLE_OK"]),
        ("UnitSettings", every, ["IDLE_OK", "IDLE_OK"]),
        ("AllUnitData", all_data, ["READY_TO_SEND", "READY_TO_SEND"]),
        ("IdEntries", every, ["READY_TO_SEND", "READY_TO_SEND"]),
    ):
        assert (await client.post(f"Tools/{tool}SyncState", body)).status == 200
        assert states(cloud) == expected
    assert cloud.program(UNIT).sync.push()["entryCount"] == 2
    clock.move(2)
    assert (states(cloud), cloud.held_settings(UNIT)) == (["IDLE_OK"] * 2, ITEMS)
    absent = {**one, "params": ["F2", 15]}
    assert (await client.post("Tools/UnitSettingsSyncState", absent)).status == 404
    other = {**one, "params": ["F1", 99]}
    assert (await client.post("Tools/UnitSettingsSyncState", other)).status == 200
    assert cloud.unit_settings(UNIT)[0] == {
        **ITEMS[0],
        "unitSyncState": "READY_TO_SEND",
    }


async def test_declared_synchronised_without_a_sync(
    cloud: FlexyKeyCloud, client: Client
) -> None:
    """The server may believe what is not so."""
    await put(client, "WifiMode", "OFF")
    body = {"unitId": UNIT, "unitSyncState": "IDLE_OK"}
    await client.post("Tools/AllUnitDataSyncState", body)
    assert cloud.program(UNIT).sync.push()["entryCount"] == 0
    assert cloud.held_settings(UNIT) == ITEMS


# Control


async def test_control(client: Client) -> None:
    """Settings and their definitions can be steered over HTTP."""
    rows = [{"setting": "WifiMode", "params": ["OFF"]}]
    path = f"units/{UNIT}/settings"
    reply = await client.control("POST", path, {"settings": rows})
    assert reply.json == {
        "settings": [{**rows[0], "unitSyncState": "IDLE_OK"}],
        "held": rows,
    }
    assert (await client.control("GET", path)).json == reply.json
    body: object
    for body in ({"settings": ["x"]}, {"settings": [{"setting": "x"}]}, {}):
        assert (await client.control("POST", path, body)).status == 400
    reply = await client.control("POST", "definitions", {"items": DEFINITIONS})
    assert reply.json == {"items": DEFINITIONS}
