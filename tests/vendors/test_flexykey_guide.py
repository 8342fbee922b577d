"""FlexyKey's client and adapter, by the examples of the vendor's guide, word for word."""

from datetime import UTC, datetime

import pytest

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.model import Capability, Device, DeviceKind
from custom_components.latchkey.vendors.vendor import ReportsStatus, SwitchesOutputs
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import Guide, unit

SERIAL = "040530585131396"


async def test_inventory(flexykey: FlexyKey, guide: Guide) -> None:
    """The guide's two units become devices, with those of their expansions that have terminals."""
    inventory = await flexykey.inventory()
    assert inventory.complete
    assert guide.received == ["GET /v1/units"]
    devices = {device.id: device for device in inventory.devices}
    assert list(devices) == ["99998", "99992", "99992-1", "99992-2"]
    first = devices["99998"]
    assert first == Device(
        id="99998",
        label="99998",
        kind=DeviceKind.UNIT,
        name="fkv3 test 2 S.kontor",
        manufacturer="FlexAccess",
        model="FlexyKey",
        serial="067530215131204",
        firmware="09.15",
        outputs=first.outputs,
        inputs=first.inputs,
        capabilities=frozenset(
            {
                Capability.LOG,
                Capability.PASSAGES,
                Capability.PUSH,
                Capability.READINGS,
                Capability.REQUESTS,
                Capability.SETTINGS,
            }
        ),
    )
    assert [(point.id, point.name) for point in first.points] == [
        ("F1", "Grind"),
        ("F2", "Dörr"),
        ("IN1", "Linjedetektor"),
        ("IN2", "Magnetkontakt"),
    ]
    assert (first.outputs[0].pulse.start, first.outputs[0].pulse.stop - 1) == (1, 99999)
    part = devices["99992-2"]
    assert (part.kind, part.name, part.label) == (DeviceKind.EXPANSION, "Objekt 2", "2")
    assert (part.parent_id, part.root_id) == ("99992", "99992")
    assert [(output.id, output.name) for output in part.outputs] == [
        ("X5", "Dörr"),
        ("X6", "Element"),
    ]
    assert [point.id for point in part.inputs] == ["IX5", "IX6", "IX7", "IX8"]


async def test_status(flexykey: FlexyKey, guide: Guide) -> None:
    """The guide's status tells what its lists tell, and nothing of what only its strings hold."""
    status = await flexykey.status(unit())
    assert guide.received == ["GET /v1/Control?unitId=3023"]
    assert status.observed_at == datetime(2025, 11, 21, 8, 14, 50, tzinfo=UTC)
    assert not status.cached
    assert {key for key, on in status.outputs.items() if on} == {"F1"}
    assert set(status.outputs) == {
        *("F1", "F2", "X33", "X34", "X35", "X36"),
        *("X57", "X58", "X59", "X60", "X61", "X62", "X63", "X64"),
    }
    assert status.inputs == {"IN1": False, "IN2": False, "IX1": False, "IX2": True}


async def test_webhook_status(flexykey: FlexyKey, guide: Guide) -> None:
    """The guide's second status is read by its UTC time, not by the Swedish one beside it."""
    guide.status = GUIDE["webhook_status"]
    status = await flexykey.status(unit(4818))
    assert status.observed_at == datetime(2026, 3, 28, 19, 49, 46, tzinfo=UTC)
    assert set(status.outputs) == {"F1", "F2", "X1", "X2", "X3", "X4"}


async def test_status_of_a_part_is_that_of_its_unit(
    flexykey: FlexyKey, guide: Guide
) -> None:
    """An expansion is asked for by its unit's id."""
    part = Device(
        id="3023-9",
        label="9",
        kind=DeviceKind.EXPANSION,
        name="Modul 9",
        parent_id="3023",
    )
    assert "X33" in (await flexykey.status(part)).outputs
    await flexykey.set_output(part, "X33", on=True)
    assert guide.received == ["GET /v1/Control?unitId=3023", "POST /v1/Control"]


async def test_commands(flexykey: FlexyKey, guide: Guide) -> None:
    """Commands have the very form of the guide's example: a number for the unit, a text for a pulse."""
    await flexykey.set_output(unit(), "F1", on=True)
    await flexykey.set_output(unit(), "F1", on=False)
    await flexykey.pulse_output(unit(), "X33", 60)
    assert guide.bodies == [
        GUIDE["control_requests"][0],
        {"unitId": 3023, "outputNumber": "F1", "outputAction": "OFF"},
        {"unitId": 3023, "outputNumber": "X33", "outputAction": "60"},
    ]


def test_capabilities(flexykey: FlexyKey) -> None:
    """FlexyKey's units tell their states and take commands."""
    assert isinstance(flexykey, ReportsStatus)
    assert isinstance(flexykey, SwitchesOutputs)


@pytest.mark.parametrize("serial", [SERIAL, f" {SERIAL} "])
async def test_leading_zero(flexykey: FlexyKey, guide: Guide, serial: str) -> None:
    """A serial number keeps its leading zero."""
    guide.units[0]["serialnumber"] = serial
    (device, *_) = (await flexykey.inventory()).devices
    assert device.serial == SERIAL
