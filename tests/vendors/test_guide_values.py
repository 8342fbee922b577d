"""What becomes of the values in the guide's units, status and webhook (5.1, 6.2, 12.1), word for word."""

from datetime import UTC, datetime
import json

import pytest

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.model import Status
from custom_components.latchkey.vendors.readings import Reading, ReadingKind
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import Guide, unit

NO_X_INPUTS = json.loads(
    '{"xInputsStatusTimestamp": null, "xInputsStatusTimestampIso": null,'
    ' "rawXInputsStatus": null, "xInputs": []}'
)
"""The guide's fragment for a unit without expansion inputs (12.1)."""


def modem(value: float, at: datetime | None) -> Reading:
    """Return the reading of a modem's temperature."""
    return Reading(
        id="modem_temperature",
        kind=ReadingKind.MODEM_TEMPERATURE,
        value=value,
        observed_at=at,
    )


async def test_unit_infos(flexykey: FlexyKey) -> None:
    """The texts of both units tell the modem's temperature, the signal and the bearer; RssiW=0 is no Wi-Fi."""
    readings = (await flexykey.inventory()).readings
    told = {
        unit_id: {reading.id: reading.value for reading in row}
        for unit_id, row in readings.items()
    }
    assert told == {
        "99998": {
            "modem_temperature": 31,
            "signal": 25,
            "wifi_signal": -62,
            "bearer": "wifi",
        },
        "99992": {"modem_temperature": 31, "signal": 25, "bearer": "gsm"},
    }
    # How old the text is, the vendor does not tell.
    assert all(
        reading.observed_at is None for row in readings.values() for reading in row
    )


async def test_json_wins_in_status(flexykey: FlexyKey, guide: Guide) -> None:
    """The raw string of 6.2 has IX1 to IX4, the JSON two of them; the JSON wins, T7600 is read from the string."""
    raw = GUIDE["status"]["rawXInputsStatus"].partition(",")[2]
    assert [place for place, state in enumerate(raw, 1) if state != "-"] == [1, 2, 3, 4]
    status = await flexykey.status(unit())
    assert status.inputs == {"IN1": False, "IN2": False, "IX1": False, "IX2": True}
    assert status.readings == (
        modem(42, datetime(2025, 11, 21, 8, 14, 50, tzinfo=UTC)),
    )


def check_webhook_status(status: Status) -> None:
    """Check what the status of 12.1 tells."""
    raw = GUIDE["webhook_status"]["rawStatus"].split(",")[2]
    held = [place for place, state in enumerate(raw, 1) if state != "-"]
    assert held == [1, 2, 3, 4, 33, 34, 35, 36, *range(57, 65)]
    assert status == Status(
        outputs=dict.fromkeys(("F1", "F2", "X1", "X2", "X3", "X4"), False),
        inputs=dict.fromkeys(
            ("IN1", "IN2", "IN3", "IN4", "IX1", "IX2", "IX3", "IX4"), False
        ),
        observed_at=datetime(2026, 3, 28, 19, 49, 46, tzinfo=UTC),
        readings=(modem(28, datetime(2026, 3, 28, 19, 49, 46, tzinfo=UTC)),),
    )


async def test_json_wins_in_webhook(flexykey: FlexyKey, guide: Guide) -> None:
    """The raw string of 12.1 has X1-X4, X33-X36 and X57-X64, the JSON X1-X4; asked for or pushed, it is the same."""
    guide.status = GUIDE["webhook_status"]
    asked = await flexykey.status(unit(4818))
    check_webhook_status(asked)
    push = flexykey.pushed(json.dumps(guide.status, indent=2).encode())
    assert push.device_id == "4818"
    assert push.status == asked


@pytest.mark.parametrize("name", ["status", "webhook_status"])
async def test_no_expansion_inputs(flexykey: FlexyKey, guide: Guide, name: str) -> None:
    """A unit without expansion inputs has null and empty fields, and all of the rest."""
    whole = flexykey.pushed(json.dumps(GUIDE[name]).encode()).status
    body = json.dumps({**GUIDE[name], **NO_X_INPUTS}).encode()
    status = flexykey.pushed(body).status
    assert status.inputs == {
        key: on for key, on in whole.inputs.items() if key.startswith("IN")
    }
    assert (status.outputs, status.readings) == (whole.outputs, whole.readings)


@pytest.mark.parametrize(
    "raw",
    [None, "", 7, [], {}, "ASTAT:", "ASTAT:11,11,11,11", "\x00", "T7600=", "-" * 999],
)
async def test_raw_strings_do_not_matter(
    flexykey: FlexyKey, guide: Guide, raw: object
) -> None:
    """Whatever the raw strings hold, the lists are read."""
    before = await flexykey.status(unit())
    guide.status |= {"rawStatus": raw, "rawXInputsStatus": raw}
    after = await flexykey.status(unit())
    assert (after.outputs, after.inputs) == (before.outputs, before.inputs)
    assert after.readings == ()


async def test_names_of_readings(flexykey: FlexyKey, guide: Guide) -> None:
    """A status has the names of the sensors that the list of units gives, once that was read."""
    guide.units[0] |= {
        "unitId": 3023,
        "sensors": [{"globalNumber": "T1", "description": "Förråd", "unit": "°C"}],
    }
    guide.status["rawStatus"] = "ASTAT:0,1,-, T1=19.5 T2=-- T7600=42"
    (first, _) = (await flexykey.status(unit())).readings
    assert (first.value, first.name, first.unit) == (19.5, "", "")
    await flexykey.inventory()
    (first, second) = (await flexykey.status(unit())).readings
    assert (first.value, first.name, first.unit) == (19.5, "Förråd", "°C")
    assert second.kind is ReadingKind.MODEM_TEMPERATURE


async def test_time_of_the_relays(flexykey: FlexyKey, guide: Guide) -> None:
    """A later message about inputs of expansions makes what is told of relays no newer than a command."""
    guide.status["xInputsStatusTimestampIso"] = "2025-11-21T09:00:00Z"
    status = await flexykey.status(unit())
    assert status.observed_at == datetime(2025, 11, 21, 8, 14, 50, tzinfo=UTC)
