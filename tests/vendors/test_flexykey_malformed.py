"""FlexyKey's answers that are not what the guide shows."""

from typing import Any

import pytest

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    OutcomeUnknown,
)
from tests.vendors.guide import Guide, unit


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "QUEUED"},
        {"status": ""},
        {"status": None},
        {"status": {"OK": 1}},
        {},
        [],
        None,
        "OK",
    ],
)
async def test_command_without_ok(
    flexykey: FlexyKey, guide: Guide, answer: Any
) -> None:
    """An answer that does not say OK says nothing certain."""
    guide.controlled = answer
    with pytest.raises(OutcomeUnknown):
        await flexykey.set_output(unit(), "F1", on=True)
    assert len(guide.bodies) == 1


async def test_unknown_fields(flexykey: FlexyKey, guide: Guide) -> None:
    """Fields that the guide does not name change nothing, wherever they stand."""
    before = (await flexykey.inventory(), await flexykey.status(unit()))

    def extend(value: Any) -> None:
        for item in list(value.values()) if isinstance(value, dict) else value:
            if isinstance(item, dict | list):
                extend(item)
        if isinstance(value, dict):
            value |= {"sensors": [{"T1": 20.5}], "new": None, "Other": "text"}

    extend(guide.units)
    extend(guide.status)
    assert before == (await flexykey.inventory(), await flexykey.status(unit()))


@pytest.mark.parametrize("value", [None, "absent", []])
async def test_no_lists(flexykey: FlexyKey, guide: Guide, value: Any) -> None:
    """A list that is null, absent or empty is an empty one."""
    lists = {"relays", "inputs", "expansions", "fOutputs", "xOutputs", "xInputs"}
    for document in (*guide.units, guide.status):
        for name in lists & document.keys():
            if value == "absent":
                del document[name]
            else:
                document[name] = value
    inventory = await flexykey.inventory()
    assert inventory.complete
    assert [device.id for device in inventory.devices] == ["99998", "99992"]
    assert not any(device.points for device in inventory.devices)
    status = await flexykey.status(unit())
    assert (status.outputs, status.inputs) == ({}, {})


@pytest.mark.parametrize(
    "broken", [None, 7, "unit", [], {}, {"unitId": None}, {"unitId": "x"}]
)
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_malformed_unit(
    flexykey: FlexyKey, guide: Guide, broken: Any, place: int
) -> None:
    """A unit that cannot be read leaves the others, and the inventory incomplete."""
    guide.units.insert(place, broken)
    inventory = await flexykey.inventory()
    assert not inventory.complete
    assert [device.id for device in inventory.devices] == [
        "99998",
        "99992",
        "99992-1",
        "99992-2",
    ]


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("relays", {}),
        ("relays", [None]),
        ("inputs", [{"localNumber": 1}]),
        ("expansions", "text"),
        ("expansions", [{"type": "WEXP"}]),
        ("expansions", [{"number": 1, "relays": [7]}]),
        ("expansions", [{"number": 1, "inputs": 7}]),
    ],
)
async def test_malformed_part(
    flexykey: FlexyKey, guide: Guide, name: str, broken: Any
) -> None:
    """A part that cannot be read leaves its unit, and the inventory incomplete."""
    guide.units[0][name] = broken
    inventory = await flexykey.inventory()
    assert not inventory.complete
    assert [device.id for device in inventory.devices][0] == "99998"
    assert "99992-2" in [device.id for device in inventory.devices]


async def test_terminal_without_or_with_the_same_number(
    flexykey: FlexyKey, guide: Guide
) -> None:
    """A relay without a global number is none, and of two with the same the first counts."""
    guide.units[0]["relays"] = [
        {"globalNumber": "", "description": "nothing"},
        {"globalNumber": "F1", "description": "first"},
        {"globalNumber": "F1", "description": "second"},
    ]
    (device, *_) = (await flexykey.inventory()).devices
    assert [(output.id, output.name) for output in device.outputs] == [("F1", "first")]


async def test_relay_that_the_status_lacks(flexykey: FlexyKey, guide: Guide) -> None:
    """A relay that is in the raw string alone, or has a strange state, is absent and not off."""
    guide.status["fOutputs"] = [
        {"output": "F1", "state": "unknown"},
        {"output": "F2", "state": "ON"},
        {"state": "on"},
        {"output": "X1"},
        None,
    ]
    guide.status["xOutputs"] = guide.status["xOutputs"][1:]
    outputs = (await flexykey.status(unit())).outputs
    assert "F1" not in outputs
    assert "X33" not in outputs
    assert "X1" not in outputs
    assert outputs["F2"] is True
    assert outputs["X34"] is False


@pytest.mark.parametrize("cached", [True, False])
async def test_cached(flexykey: FlexyKey, guide: Guide, cached: bool) -> None:
    """A status from the cloud's memory is known as such."""
    guide.status["isCached"] = cached
    assert (await flexykey.status(unit())).cached is cached


@pytest.mark.parametrize("at", [None, "", "soon", 5, "2025-11-21 09:14"])
async def test_status_without_a_time(flexykey: FlexyKey, guide: Guide, at: Any) -> None:
    """A status whose time cannot be read still tells its states."""
    guide.status["statusTimestampIso"] = at
    guide.status["statusTimestamp"] = "2025-11-21 08:14:50"
    status = await flexykey.status(unit())
    assert status.outputs["F1"] is True
    assert (status.observed_at is None) == (at != "2025-11-21 09:14")


@pytest.mark.parametrize("status", [None, [], {}, "text", {"unitId": 99998}])
async def test_status_of_something_else(
    flexykey: FlexyKey, guide: Guide, status: Any
) -> None:
    """A status that is none, or another unit's, is not taken."""
    guide.status = status
    with pytest.raises(AnswerNotUnderstood):
        await flexykey.status(unit())
