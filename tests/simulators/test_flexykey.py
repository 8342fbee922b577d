"""The simulated FlexyKey cloud against the examples of the vendor's guide, over loopback."""

import asyncio
from itertools import chain
import json
from pathlib import Path
import signal
import sys
from typing import Any

from aiohttp import ClientSession
from hypothesis import given, settings, strategies as st
import pytest

from simulators.errors import Invalid, Missing
from simulators.flexykey import (
    Address,
    FlexyKeyCloud,
    Shape,
    generate_expansion,
    generate_unit,
)
from tests.simulators.helpers import GUIDE, Client, FakeClock

pytestmark = pytest.mark.usefixtures("socket_enabled")

STATUS = "Control?unitId=3023"
F1_ON, X33_PULSE = GUIDE["control_requests"]


def states(answer: dict[str, Any]) -> dict[str, str]:
    """Return what a status answer lists, by name."""
    outputs = {
        entry["output"]: entry["state"]
        for kind in ("fOutputs", "xOutputs")
        for entry in answer[kind]
    }
    return outputs | {
        entry["input"]: entry["state"]
        for kind in ("inputs", "xInputs")
        for entry in answer[kind]
    }


def decoded(answer: dict[str, Any]) -> dict[str, str]:
    """Return what a status answer's two strings say, by name."""
    words = {"0": "off", "1": "on"}
    astat, temperatures = answer["rawStatus"].removeprefix("ASTAT:").split(", ")
    parts = list(zip(("IN", "F", "X"), astat.split(","), (6, 2, 64), strict=True))
    assert [token.split("=")[0] for token in temperatures.split(" ")] == [
        "T1",
        "T2",
        "T3",
        "T7600",
    ]
    if instat := answer["rawXInputsStatus"]:
        parts += zip(
            ("IN", "IX"),
            instat.removeprefix("INSTAT:").split(","),
            (6, 64),
            strict=True,
        )
    assert all(len(digits) == length for _, digits, length in parts)
    return {
        f"{kind}{number}": words[digit]
        for kind, digits, _ in parts
        for number, digit in enumerate(digits, 1)
        if digit != "-"
    }


# Units


async def test_units_are_the_guides(cloud: FlexyKeyCloud, client: Client) -> None:
    """A user of the company that owns the guide's units gets the guide's answer."""
    cloud.set_user("company", "secret", [99998, 99992])
    reply = await client.get("units", login=("company", "secret"))
    assert reply.status == 200
    assert reply.json == GUIDE["units"]
    assert "Dörr" in reply.text
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"


async def test_one_unit(client: Client) -> None:
    """One unit has the same structure as in the list."""
    for unit in GUIDE["units"]:
        assert (await client.get(f"units/{unit['unitId']}")).json == unit


@pytest.mark.parametrize("path", ["units/99998", "Units/99998", "UNITS/99998"])
async def test_paths_match_in_any_case(
    cloud: FlexyKeyCloud, client: Client, path: str
) -> None:
    """The guide mixes cases; all of them count as one route."""
    assert (await client.get(path)).json["unitId"] == 99998
    assert cloud.requests.counts == {"GET /v1/units/{unitId}": 1}


async def test_example_unit(client: Client) -> None:
    """The unit of the control examples has what those examples show."""
    unit = (await client.get("units/3023")).json
    assert unit["serialnumber"] == "040530585131396"
    modules = {
        module["number"]: [io["globalNumber"] for io in module["relays"]]
        for module in unit["expansions"]
    }
    assert modules == {
        1: [],
        9: ["X33", "X34", "X35", "X36"],
        15: ["X57", "X58", "X59", "X60"],
        16: ["X61", "X62", "X63", "X64"],
    }
    assert {module["hexAddress"] for module in unit["expansions"]} == {
        "0",
        "8",
        "E",
        "F",
    }


@pytest.mark.parametrize(
    ("path", "status"), [("units/1", 404), ("units/abc", 400), ("nothing", 404)]
)
async def test_unit_refusals(client: Client, path: str, status: int) -> None:
    """What does not exist is not found."""
    assert (await client.get(path)).status == status


# Rights


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer token"},
        {"Authorization": "Basic"},
        {"Authorization": "Basic ÄÄ"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic ZGVtbw=="},
        {"Authorization": "Basic /////w=="},
        {"Authorization": "Basic ZGVtbzp3cm9uZw=="},
        {"Authorization": "Basic bm9ib2R5OmRlbW8="},
    ],
)
@pytest.mark.parametrize("path", ["units", STATUS, "nothing"])
async def test_wrong_credentials(
    client: Client, path: str, headers: dict[str, str]
) -> None:
    """Every call needs the right user name and password."""
    reply = await client.get(path, login=None, headers=headers)
    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"].startswith("Basic ")


async def test_password_with_every_letter(cloud: FlexyKeyCloud, client: Client) -> None:
    """Passwords may hold colons and letters beyond ASCII; a changed one replaces the old one."""
    cloud.set_user("åsa", "a:b:ö")
    assert (await client.get("units", login=("åsa", "a:b:ö"))).status == 200
    cloud.set_user("åsa", "new")
    assert (await client.get("units", login=("åsa", "a:b:ö"))).status == 401
    assert (await client.get("units", login=("åsa", "new"))).status == 200


async def test_no_api_privilege(cloud: FlexyKeyCloud, client: Client) -> None:
    """A user without the API privilege is refused everything."""
    cloud.set_user("plain", "secret", api=False)
    assert (await client.get("units", login=("plain", "secret"))).status == 403


async def test_another_companys_unit(cloud: FlexyKeyCloud, client: Client) -> None:
    """Units of another company are neither listed nor reached."""
    login = ("other", "secret")
    cloud.set_user(*login, units=[99998])
    assert [
        unit["unitId"] for unit in (await client.get("units", login=login)).json
    ] == [99998]
    assert (await client.get("units/3023", login=login)).status == 403
    assert (
        await client.get("Control?serialNumber=040530585131396", login=login)
    ).status == 403
    assert (await client.post("Control", F1_ON, login=login)).status == 403
    assert cloud.units[3023].commands == []


# Control


async def test_guides_control_examples(cloud: FlexyKeyCloud, client: Client) -> None:
    """The guide's two commands give the guide's answer and take effect."""
    reply = await client.post("Control", F1_ON)
    assert reply.status == 200
    assert reply.json == GUIDE["control_response"]
    assert list(reply.json) == list(GUIDE["control_response"])
    reply = await client.post("control", X33_PULSE)
    assert reply.json == {
        **GUIDE["control_response"],
        "outputNumber": "X33",
        "outputAction": "60",
    }
    unit = cloud.units[3023]
    assert unit.is_on("F1") and unit.is_on("X33")
    assert [(command.output, command.action) for command in unit.commands] == [
        ("F1", "ON"),
        ("X33", "60"),
    ]


async def test_guides_status_example(client: Client) -> None:
    """The status after the guide's command is the guide's, but for its naive timestamps: those are Swedish time."""
    await client.post("Control", F1_ON)
    swedish = dict.fromkeys(
        ("statusTimestamp", "xInputsStatusTimestamp"), "2025-11-21 09:14:50"
    )
    for query in ("unitId=3023", "serialNumber=040530585131396"):
        answer = (await client.get(f"Control?{query}")).json
        assert list(answer) == list(GUIDE["status"])
        assert answer == {**GUIDE["status"], **swedish, "isCached": "serial" in query}


def test_guides_webhook_status(clock: FakeClock) -> None:
    """A unit shaped as the one of the guide's webhook example has that example's status, naive timestamps included."""
    cloud, example = FlexyKeyCloud(clock=clock), GUIDE["webhook_status"]
    document = generate_unit(4818, Shape(2, 4, 1, 4, 4)) | {
        "serialnumber": example["serialNumber"]
    }
    clock.now = clock.now.fromisoformat(example["statusTimestampIso"])
    more = [f"X{number}" for number in chain(range(33, 37), range(57, 65))]
    cloud.add_unit(document, unregistered=more, temperatures={"T7600": 28})
    assert cloud.status(4818) == example


async def test_unit_without_expansions(client: Client) -> None:
    """Without inputs on expansions their fields are null and empty."""
    answer = (await client.get("Control?unitId=99998")).json
    assert (
        answer["rawStatus"] == f"ASTAT:00----,00,{'-' * 64}, T1=-- T2=-- T3=-- T7600=30"
    )
    empty = {"xInputsStatusTimestamp", "xInputsStatusTimestampIso", "rawXInputsStatus"}
    assert [answer[name] for name in empty] == [None] * 3
    assert answer["xOutputs"] == answer["xInputs"] == []


@pytest.mark.parametrize("action", ["1", "60", "99999", 1, 60, 99999])
async def test_pulses_end(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock, action: str | int
) -> None:
    """A pulse holds the relay for its seconds, and the unit says when it ended."""
    reply = await client.post("Control", {**F1_ON, "outputAction": action})
    assert reply.json["outputAction"] == str(action)
    clock.move(int(action) - 0.01)
    assert cloud.units[3023].remaining("F1") == pytest.approx(0.01)
    assert states((await client.get(STATUS)).json)["F1"] == "on"
    clock.move(0.01)
    end = clock.now
    clock.move(5)
    assert cloud.units[3023].remaining("F1") is None
    assert cloud.units[3023].last_status.at == end
    assert states((await client.get(STATUS)).json)["F1"] == "off"


@pytest.mark.parametrize(
    ("action", "later"), [("ON", True), ("OFF", False), ("90", False)]
)
async def test_commands_during_a_pulse(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock, action: str, later: bool
) -> None:
    """OFF ends a pulse, ON makes it permanent, and another pulse counts from its own start."""
    unit = cloud.units[3023]
    await client.post("Control", {**F1_ON, "outputAction": "60"})
    clock.move(30)
    await client.post("Control", {**F1_ON, "outputAction": action})
    assert unit.is_on("F1") is (action != "OFF")
    clock.move(89)
    assert unit.is_on("F1") is (action != "OFF")
    clock.move(1)
    assert unit.is_on("F1") is later


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"outputNumber": output}
            for output in ("F3", "X0", "X65", "X033", "f1", "IN1", "", 1, None)
        ),
        *({"outputNumber": output} for output in ("X1", "X37", "X56")),
        *(
            {"outputAction": action}
            for action in (
                "0",
                "100000",
                "1.5",
                "ABC",
                "-1",
                " 5",
                "5 ",
                "",
                "on",
                "05",
                "٣",
            )
        ),
        *(
            {"outputAction": action}
            for action in (0, -1, 100000, 1.5, True, None, ["ON"])
        ),
        {"serialNumber": "040530585131396"},
        {"unitId": None},
        {"unitId": "3023"},
        {"unitId": True},
        {"unitId": None, "serialNumber": 40530585131396},
    ],
)
async def test_bad_commands(
    cloud: FlexyKeyCloud, client: Client, change: dict[str, Any]
) -> None:
    """A command that is not well formed, or for an output that the unit lacks, does nothing."""
    reply = await client.post("Control", {**F1_ON, **change})
    assert reply.status == 400
    assert reply.json["message"]
    assert cloud.units[3023].commands == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
async def test_malformed_bodies(client: Client, body: bytes) -> None:
    """A body that is no JSON object is refused."""
    assert (await client.call("POST", "Control", data=body)).status == 400


async def test_serial_number_keeps_its_zero(client: Client) -> None:
    """A serial number without its leading zero is another one."""
    serial = "40530585131396"
    assert (await client.get(f"Control?serialNumber={serial}")).status == 404
    assert (
        await client.post("Control", {**X33_PULSE, "serialNumber": serial})
    ).status == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?unitId=3023&serialNumber=040530585131396", 400),
        ("?unitId=abc", 400),
        ("?unitId=1", 404),
    ],
)
async def test_status_refusals(client: Client, query: str, status: int) -> None:
    """A status needs exactly one name of a unit there is."""
    assert (await client.get(f"Control{query}")).status == status


# What the cloud keeps


async def test_a_status_is_kept_for_a_moment(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A second read within the window repeats the first, even across a command."""
    first = (await client.get(STATUS)).json
    clock.move(0.5)
    await client.post("Control", F1_ON)
    clock.move(0.4)
    assert (await client.get(STATUS)).json == {**first, "isCached": True}
    clock.move(0.2)
    third = (await client.get(STATUS)).json
    assert (states(third)["F1"], third["isCached"]) == ("on", False)
    assert third["statusTimestampIso"] == "2025-11-21T08:14:51Z"
    cloud.cache_seconds = 0
    assert (await client.get(STATUS)).json["isCached"] is False


async def test_a_frozen_status(client: Client, clock: FakeClock) -> None:
    """A cloud that answers with an older status still executes commands, and catches up once it is thawed."""
    first = (await client.get(STATUS)).json
    details = (await client.control("POST", "units/3023", {"freeze_status": True})).json
    assert details["freeze_status"] is True
    clock.move(30)
    await client.post("Control", F1_ON)
    assert (await client.get(STATUS)).json == {**first, "isCached": True}
    assert (await client.control("GET", "units/3023")).json["relays"]["F1"][
        "state"
    ] == "on"
    await client.control("POST", "units/3023", {"freeze_status": False})
    thawed = (await client.get(STATUS)).json
    assert (states(thawed)["F1"], thawed["statusTimestampIso"], thawed["isCached"]) == (
        "on",
        "2025-11-21T08:15:20Z",
        False,
    )


async def test_offline_with_stale_answers(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A unit out of reach answers with what it sent last, and its commands come to nothing."""
    cloud.control(3023, "F2", "10")
    cloud.set_offline(3023, "stale")
    clock.move(60)
    assert (await client.post("Control", F1_ON)).json == GUIDE["control_response"]
    cloud.set_input(3023, "IN1", True)
    stale = (await client.get(STATUS)).json
    assert (stale["isCached"], stale["statusTimestampIso"]) == (
        True,
        "2025-11-21T08:14:50Z",
    )
    listed = states(stale)
    assert (listed["F1"], listed["F2"], listed["IN1"]) == ("off", "on", "off")
    assert [command.output for command in cloud.units[3023].commands] == ["F2"]
    cloud.set_offline(3023, None)
    back = (await client.get(STATUS)).json
    listed = states(back)
    assert (listed["F1"], listed["F2"], listed["IN1"], back["isCached"]) == (
        "off",
        "off",
        "on",
        False,
    )


async def test_offline_with_errors(cloud: FlexyKeyCloud, client: Client) -> None:
    """In the other mode the cloud says that the unit did not answer; its description is still there."""
    cloud.set_offline(3023, "error")
    assert (await client.get(STATUS)).status == 504
    assert (await client.post("Control", F1_ON)).status == 504
    assert (await client.post("Control", {**F1_ON, "outputNumber": "F3"})).status == 400
    assert (await client.get("units/3023")).status == 200
    assert cloud.units[3023].commands == []


# Agreement of strings and JSON


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Shape, list[tuple[str, str | float]]]:
    """Draw a shape and a row of steps: a wait, or an action on a relay or an input."""
    shape = Shape(
        draw(st.integers(0, 2)),
        draw(st.integers(0, 6)),
        draw(st.integers(0, 16)),
        draw(st.integers(0, 4)),
        draw(st.integers(0, 4)),
    )
    document = generate_unit(1, shape)
    boards = [document, *document["expansions"]]
    relays = [io["globalNumber"] for board in boards for io in board["relays"]]
    inputs = [io["globalNumber"] for board in boards for io in board["inputs"]]
    steps: list[st.SearchStrategy[tuple[str, str | float]]] = [
        st.tuples(st.just("wait"), st.floats(0, 20))
    ]
    if relays:
        steps.append(
            st.tuples(
                st.sampled_from(relays), st.sampled_from(["ON", "OFF", "1", "5", "30"])
            )
        )
    if inputs:
        steps.append(st.tuples(st.sampled_from(inputs), st.sampled_from(["ON", "OFF"])))
    if relays + inputs:
        steps.append(st.tuples(st.just("hide"), st.sampled_from(relays + inputs)))
    return shape, draw(st.lists(st.one_of(steps), max_size=12))


@settings(deadline=None)
@given(schedules())
def test_strings_and_json_agree(
    schedule: tuple[Shape, list[tuple[str, str | float]]],
) -> None:
    """After any row of steps the strings, the JSON and a simple model say the same."""
    shape, steps = schedule
    clock = FakeClock()
    cloud = FlexyKeyCloud(clock=clock, cache_seconds=0)
    unit = cloud.generate_units(1, shape)[0]
    model: dict[str, float] = {}
    hidden: set[str] = set()
    elapsed = 0.0
    for target, value in steps:
        if isinstance(value, float):
            clock.move(value)
            elapsed = (clock.now - FakeClock().now).total_seconds()
            continue
        if target == "hide":
            hidden.add(value)
            cloud.hide(unit.unit_id, hidden)
            continue
        if target in unit.relays:
            cloud.control(unit.unit_id, target, value)
        else:
            cloud.set_input(unit.unit_id, target, value == "ON")
        model[target] = {"ON": float("inf"), "OFF": 0.0}.get(value) or (
            elapsed + int(value) if value.isdigit() else 0.0
        )
    answer: Any = cloud.status(unit.unit_id)
    expected = {
        name: "on" if model.get(name, 0.0) > elapsed + 1e-9 else "off"
        for name in unit.names
        if name not in hidden
    }
    assert states(answer) == decoded(answer) == expected


# Fleet


def test_generated_shapes() -> None:
    """Sixteen modules carry X1-X64 and IX1-IX64, and a unit of exactly 65 relays and inputs can be had."""
    cloud = FlexyKeyCloud()
    full = cloud.generate_units(1, Shape(expansions=16))[0]
    assert full.relays == ["F1", "F2", *(f"X{number}" for number in range(1, 65))]
    assert full.inputs == ["IN1", "IN2", *(f"IX{number}" for number in range(1, 65))]
    for count in (2, 7, 65, 104):
        assert len(cloud.generate_units(1, Shape.of_entities(count))[0].names) == count
    units = cloud.generate_units(500)
    assert len({unit.serial_number for unit in units}) == 500
    assert all(len(unit.serial_number) == 15 for unit in units)


@pytest.mark.parametrize("count", [1, 105])
def test_impossible_shapes(count: int) -> None:
    """What the vendor's numbering cannot name is refused."""
    with pytest.raises(Invalid):
        Shape.of_entities(count)
    with pytest.raises(Invalid):
        Shape(relays=3)
    with pytest.raises(Invalid):
        generate_expansion(17)


def test_plain_methods_refuse_strangers() -> None:
    """A test that names what does not exist fails at once."""
    cloud = FlexyKeyCloud()
    with pytest.raises(Missing):
        cloud.set_input(1, "IN1", True)
    with pytest.raises(Missing):
        cloud.set_input(3023, "F1", True)
    with pytest.raises(Missing):
        cloud.control(3023, "X1", "ON")
    with pytest.raises(Missing):
        cloud.remove_expansion(3023, 2)
    with pytest.raises(Invalid):
        cloud.set_offline(3023, "asleep")  # type: ignore[arg-type]  # it is meant to be wrong
    with pytest.raises(Invalid):
        cloud.add_unit(cloud.units[3023].document)


# Control interface


async def test_inputs_and_outputs_by_hand(client: Client, clock: FakeClock) -> None:
    """Somebody on site moves inputs and relays; that is no command."""
    assert (
        await client.control("POST", "units/3023/inputs/IN1", {"state": "on"})
    ).json["inputs"]["IN1"] == "on"
    await client.control("POST", "units/3023/outputs/X64", {"state": "on"})
    answer = (await client.get(STATUS)).json
    assert (states(answer)["IN1"], states(answer)["X64"]) == ("on", "on")
    details = (
        await client.control("POST", "units/3023/outputs/X64", {"state": "off"})
    ).json
    assert details["relays"]["X64"] == {"state": "off", "remaining": None}
    assert details["commands"] == []
    await client.post("Control", X33_PULSE)
    clock.move(20)
    details = (await client.control("GET", "units/3023")).json
    assert details["relays"]["X33"] == {"state": "on", "remaining": 40.0}
    assert details["commands"] == [
        {"output": "X33", "action": "60", "at": "2025-11-21T08:14:50+00:00"}
    ]
    assert details["status_at"] == "2025-11-21T08:14:50Z"


async def test_changes_to_a_unit(client: Client) -> None:
    """Names, descriptions, hidden names, sensors and reach change through one call."""
    changes = {
        "name": "Gate",
        "description": {"F1": "Bommen", "X33": "Lyset"},
        "hide": ["F2", "IX2"],
        "temperatures": {"T1": 21.5},
    }
    assert (await client.control("POST", "units/3023", changes)).json["name"] == "Gate"
    unit = (await client.get("units/3023")).json
    assert (unit["name"], unit["relays"][0]["description"]) == ("Gate", "Bommen")
    assert unit["expansions"][1]["relays"][0]["description"] == "Lyset"
    answer = (await client.get(STATUS)).json
    assert answer["fOutputs"] == [{"output": "F1", "state": "off"}]
    assert answer["xInputs"] == [{"input": "IX1", "state": "off"}]
    assert answer["rawStatus"].startswith("ASTAT:00----,0-,")
    assert answer["rawStatus"].endswith(", T1=21.5 T2=-- T3=-- T7600=42")
    assert answer["rawXInputsStatus"].startswith("INSTAT:00----,0-00--")


async def test_units_come_and_go(client: Client) -> None:
    """Units are added word for word or generated, shown in short, and removed."""
    document = generate_unit(7)
    assert (await client.control("POST", "units", document)).status == 201
    assert (await client.get("units/7")).json == document
    generated = await client.control(
        "POST", "units", {"generate": {"count": 2, "entities": 65}}
    )
    ids = [unit["unitId"] for unit in generated.json["units"]]
    assert ids == [99999, 100000]
    shaped = await client.control(
        "POST", "units", {"generate": {"expansions": 3, "expansion_inputs": 0}}
    )
    assert shaped.json["units"][0]["unitId"] == 100001
    assert (await client.control("DELETE", "units/99998")).status == 200
    state = (await client.control("GET", "state")).json["units"]
    assert [unit["unitId"] for unit in state] == [99992, 3023, 7, 99999, 100000, 100001]
    assert state[1] == {
        "unitId": 3023,
        "name": "Port och larm",
        "on": ["IX2"],
        "offline": None,
        "freeze_status": False,
        "hide": [],
        "commands": 0,
    }
    assert (await client.get("units/99998")).status == 404


async def test_expansions_come_and_go(client: Client) -> None:
    """An expansion's relays and inputs exist as long as it does."""
    generated = {"generate": {"number": 2, "relays": 2, "inputs": 4}}
    assert (await client.control("POST", "units/99998/expansions", generated)).json[
        "expansions"
    ] == [2]
    verbatim = generate_expansion(1, 2, 0)
    assert (await client.control("POST", "units/99998/expansions", verbatim)).json[
        "expansions"
    ] == [1, 2]
    command = {"unitId": 99998, "outputNumber": "X5", "outputAction": "60"}
    assert (await client.post("Control", command)).status == 200
    await client.control("DELETE", "units/99998/expansions/2")
    assert (await client.post("Control", command)).status == 400
    assert [
        entry["output"]
        for entry in (await client.get("Control?unitId=99998")).json["xOutputs"]
    ] == ["X1", "X2"]
    await client.control("POST", "units/99998/expansions", generated)
    assert (await client.control("GET", "units/99998")).json["relays"]["X5"] == {
        "state": "off",
        "remaining": None,
    }


async def test_users_through_the_control_interface(client: Client) -> None:
    """A changed password and another company take effect at once."""
    assert (
        await client.control("POST", "users", {"username": "demo", "password": "new"})
    ).json == {"users": ["demo"]}
    assert (await client.get("units")).status == 401
    await client.control(
        "POST",
        "users",
        {"username": "b", "password": "b", "units": [3023], "api": True},
    )
    assert [
        unit["unitId"] for unit in (await client.get("units", login=("b", "b"))).json
    ] == [3023]


async def test_requests_through_the_control_interface(client: Client) -> None:
    """Calls of the vendor's interface are counted by route, refused ones included; those of this one are not."""
    await asyncio.gather(
        client.get("units"),
        client.get("Units/1"),
        client.get(STATUS),
        client.get("x", login=None),
    )
    counted = (await client.control("GET", "requests")).json
    assert counted["counts"] == {
        "GET /v1/Control": 1,
        "GET /v1/units": 1,
        "GET /v1/units/{unitId}": 1,
        "GET unknown": 1,
    }
    assert (counted["total"], counted["in_flight"]) == (4, 0)
    assert (await client.control("DELETE", "requests")).json["total"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "units/1", None, 404),
        ("DELETE", "units/1", None, 404),
        ("POST", "units/3023/inputs/IN3", {"state": "on"}, 404),
        ("POST", "units/3023/outputs/IN1", {"state": "on"}, 404),
        ("DELETE", "units/3023/expansions/2", None, 404),
        ("POST", "units/3023/inputs/IN1", {"state": True}, 400),
        ("POST", "units/3023/inputs/IN1", {"state": "open"}, 400),
        ("POST", "units/3023/inputs/IN1", {}, 400),
        ("POST", "units/3023/inputs/IN1", [], 400),
        ("POST", "units/3023", {"offline": "asleep"}, 400),
        ("POST", "units/3023", {"ofline": None}, 400),
        ("POST", "units/3023", {"hide": ["X1"]}, 400),
        ("POST", "units/3023", {"description": {"X1": "x"}}, 400),
        ("POST", "units/3023", {"temperatures": {"T9": 1}}, 400),
        ("POST", "units", {"unitId": 1}, 400),
        ("POST", "units", GUIDE["units"][0], 400),
        ("POST", "units", {**generate_unit(8), "relays": [None]}, 400),
        (
            "POST",
            "units",
            {**generate_unit(8), "relays": generate_unit(8)["relays"] * 2},
            400,
        ),
        (
            "POST",
            "units",
            {**generate_unit(8), "inputs": generate_unit(8)["relays"]},
            400,
        ),
        ("POST", "units", {"generate": []}, 400),
        ("POST", "units", {"generate": {"expansions": 17}}, 400),
        ("POST", "units/3023/expansions", {"generate": {"number": 9}}, 400),
        ("POST", "units/3023/expansions", {"generate": {"relays": 9}}, 400),
        ("POST", "users", {"username": "x"}, 400),
        ("POST", "faults", {"kind": "fire"}, 400),
    ],
)
async def test_control_refusals(
    client: Client, method: str, path: str, body: object, status: int
) -> None:
    """The control interface says what is wrong instead of doing something near it."""
    reply = await client.control(method, path, body)
    assert reply.status == status
    assert reply.json["error"]


async def test_control_body_must_be_json(client: Client) -> None:
    """An empty body is refused."""
    assert (await client.control("POST", "users")).status == 400


# Command line


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_command_line(end: signal.Signals) -> None:
    """The program says in one line where it is, serves, and ends cleanly on a signal."""
    options = (
        "--port",
        "0",
        "--control-port",
        "0",
        "--units",
        "2",
        "--username",
        "anna",
        "--password",
        "b:c",
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulators.flexykey",
        *options,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            assert process.stdout is not None
            ready = json.loads(await process.stdout.readline())
            assert set(ready) == {"url", "control"}
            async with ClientSession() as session:
                client = Client(session, Address(ready["url"], ready["control"]))
                assert client.address.url.startswith(
                    "http://127.0.0.1:"
                ) and client.address.url.endswith("/v1/")
                assert len((await client.get("units", login=("anna", "b:c"))).json) == 5
                assert len((await client.control("GET", "state")).json["units"]) == 5
                process.send_signal(end)
                assert await process.communicate() == (b"", b"")
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
