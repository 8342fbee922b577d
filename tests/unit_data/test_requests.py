"""Requests for readings: whose answer is looked for, within the vendor's limits."""

from itertools import pairwise

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.house import POLL, House
from tests.test_actions import person
from tests.unit_data.helpers import (
    EVVA,
    FULL,
    HOUR,
    LOOKS,
    OTHER_UNIT,
    UNIT,
    call,
    id_of,
    look,
    press,
    refused,
    reload,
    request,
    value,
)


def messages_read(house: House) -> int:
    """Return how often a unit's messages were read."""
    return house.cloud.requests.by_subject()[str(UNIT)]["GET /v1/UnitMessages"]


async def test_default(measuring: House) -> None:
    """Without a name the most complete profile is asked for; the answer says what is under way."""
    rows = await call(measuring, "request_readings", device_id=id_of(measuring))
    assert rows == [{"device_id": id_of(measuring), "queued": FULL, "skipped": {}}]
    assert value(measuring, "H1") is None
    await look(measuring)
    assert value(measuring, "H1") == "40.0"


async def test_named(measuring: House) -> None:
    """A command or a profile may be named, and is asked for alone."""
    assert await request(measuring, "CHECKTEMP") == ["CHECKTEMP"]
    measuring.cloud.set_counters(OTHER_UNIT, {"C1": 1})
    medium = ["CHECKASTAT", "CHECKTEMP"]
    assert await request(measuring, "controlStatusMedium", OTHER_UNIT) == medium
    await look(measuring)
    assert value(measuring, "H1") == "40.0"
    assert value(measuring, "C1", OTHER_UNIT) is None


async def test_unknown_name(measuring: House) -> None:
    """A name that is not in the catalogue is refused with those that are."""
    for name in ("CHECKNOTHING", "checktemp", "", "*"):
        message = await refused(
            measuring,
            "request_readings",
            "not_in_list",
            "request",
            device_id=id_of(measuring),
            request=name,
        )
        for known in (*FULL, "controlStatusFull", "controlStatusMedium"):
            assert known in message
        assert "CHECKNOTHING" not in message


async def test_evva(house: House) -> None:
    """A unit that cannot be asked is refused by its name, and nobody is asked then."""
    house.cloud.add_evva_unit(EVVA, "Cylinder")
    await house.start()
    message = await refused(
        house,
        "request_readings",
        "no_readings",
        "device_id",
        device_id=[id_of(house), id_of(house, EVVA)],
    )
    assert "Cylinder" in message


async def test_bad_devices(measuring: House, foreign: str) -> None:
    """A device that is missing, unknown or another integration's is refused."""
    refuse = "request_readings"
    await refused(measuring, refuse, "unknown_device", "device_id", device_id="nothing")
    await refused(measuring, refuse, "foreign_device", "device_id", device_id=foreign)
    await refused(measuring, refuse, "no_device", "device_id", device_id=[])
    await refused(measuring, refuse, "no_device", "device_id")
    await refused(measuring, refuse, "not_text", "device_id", device_id=[{}])
    data = {"device_id": id_of(measuring), "requests": "CHECKTEMP"}
    await refused(measuring, refuse, "unknown_field", "requests", **data)


async def test_expansion(measuring: House) -> None:
    """An expansion stands for its unit, which is asked once even if both are named."""
    measuring.cloud.set_sensors(OTHER_UNIT, {"H1": 55.0})
    part = id_of(measuring, f"{OTHER_UNIT}-1")
    rows = await call(
        measuring, "request_readings", device_id=[part, id_of(measuring, OTHER_UNIT)]
    )
    assert [row["device_id"] for row in rows] == [part]
    await look(measuring)
    assert value(measuring, "H1", OTHER_UNIT) == "55.0"


async def test_no_admin(measuring: House) -> None:
    """Whoever is no administrator may not ask, though the button is for all."""
    somebody = await person(measuring.hass, "system-users")
    with pytest.raises(HomeAssistantError):
        await call(measuring, "request_readings", somebody, device_id=id_of(measuring))
    assert measuring.count("POST RequestUnitInfo") == 0


@pytest.mark.parametrize("answers_after", [3, 20, 100])
async def test_looks(measuring: House, answers_after: int) -> None:
    """The answer shows with the first look after it came, and nobody looks on."""
    measuring.cloud.set_options(info_answer_seconds=answers_after)
    await press(measuring)
    before = messages_read(measuring)
    passed = 0
    for number, seconds in enumerate(LOOKS, 1):
        await measuring.wait(seconds)
        passed += seconds
        assert messages_read(measuring) == before + number
        if passed >= answers_after:
            break
        assert value(measuring, "H1") is None
    assert value(measuring, "H1") == "40.0"
    looked = messages_read(measuring)
    for _ in range(4):
        await measuring.wait(60)
    assert messages_read(measuring) == looked


async def test_silent_unit(measuring: House) -> None:
    """Of a unit that is offline the answer is looked for five times, then no more."""
    measuring.cloud.set_offline(UNIT, "stale")
    await press(measuring)
    before = messages_read(measuring)
    await look(measuring)
    assert messages_read(measuring) == before + len(LOOKS)
    for _ in range(5):
        await measuring.wait(60)
    assert messages_read(measuring) == before + len(LOOKS)
    assert value(measuring, "H1") is None


async def test_outputs_with_the_answer(measuring: House) -> None:
    """With its readings a unit told of its outputs, which are read at once."""
    for _ in range(2):
        await measuring.wait(POLL)
    await press(measuring)
    measuring.cloud.set_output(UNIT, "F1", True)
    await measuring.wait(4)
    await measuring.wait(1)
    assert measuring.switch(f"{UNIT}/F1") == "on"


async def test_answers_of_before(measuring: House) -> None:
    """An answer of before a request is not taken for the one that is waited for."""
    await request(measuring)
    await measuring.wait(4)
    measuring.tick(HOUR)
    await measuring.settle()
    fault = measuring.fault(kind="status", path="/v1/UnitMessages", status=503)
    await reload(measuring)
    assert fault.hits
    measuring.cloud.clear_faults()
    measuring.cloud.set_options(info_answer_seconds=40)
    measuring.cloud.set_sensors(UNIT, {"H1": 41.0})
    await press(measuring)
    await look(measuring)
    assert value(measuring, "H1") == "41.0"


def test_looks_grow() -> None:
    """Each look is later after the one before than that was."""
    assert all(one < other for one, other in pairwise(LOOKS))
