"""The rhythm behind the polls: it waits where the account cannot be reached, and asks for little."""

import asyncio
from collections import Counter
import logging
from typing import Any

import pytest

from tests.house import INVENTORY, POLL, House, told as logged
from tests.unit_data.helpers import HOUR, LOG, UNIT, of_unit, press, reload, value

BEHIND = ("GET unitlogs/{unitId}", "GET UnitMessages", "GET UnitSettings")


def behind(house: House) -> dict[str, int]:
    """Return how often was read what is read behind the polls."""
    return {request: house.count(request) for request in BEHIND}


async def test_outage(house: House) -> None:
    """In an outage nothing is read behind the polls; afterwards it goes on, with what is due."""
    await house.start()
    house.fault(kind="status", path="/v1/Control", status=503)
    house.fault(kind="status", path="/v1/units", status=503)
    await house.wait(POLL)
    assert not house.entry.runtime_data.last_update_success
    before = behind(house)
    await press(house)
    for _ in range(12):
        await house.wait(HOUR / 12)
    assert behind(house) == before
    house.cloud.clear_faults()
    await house.wait(POLL)
    await house.wait(1)
    assert all(each > before[request] for request, each in behind(house).items())
    read = behind(house)
    for _ in range(4):
        await house.wait(LOG)
    assert house.count(BEHIND[0]) >= read[BEHIND[0]] + 9
    assert house.count(BEHIND[2]) == read[BEHIND[2]]


@pytest.mark.parametrize("path", ["/v1/unitlogs", "/v1/UnitSettings", "/v1/Control"])
async def test_rate_limit(house: House, path: str) -> None:
    """A request for a pause, whatever it answers, has all wait that is read behind the polls."""
    await house.start()
    house.tick(HOUR)
    await house.settle()
    fault = house.fault(kind="rate_limit", path=path, retry_after=200, times=1)
    house.tick(HOUR)
    await house.settle()
    await house.wait(POLL)
    assert fault.hits
    before = behind(house)
    for _ in range(4):
        await house.wait(POLL)
    assert behind(house) == before
    for _ in range(4):
        await house.wait(POLL)
    assert house.count(BEHIND[0]) > before[BEHIND[0]]


async def test_unload(house: House) -> None:
    """After an unload nothing is sent any more, whatever was waited for."""
    await house.start()
    await press(house)
    house.cloud.type_code(UNIT, "111222")
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    await house.settle()
    sent = house.cloud.requests.total
    for seconds in (5, 10, POLL, LOG, INVENTORY, HOUR):
        await house.wait(seconds)
    assert house.cloud.requests.total == sent


async def test_unload_while_reading(house: House) -> None:
    """What is being read at an unload is given up, without a trace in the log."""
    await house.start()
    fault = house.fault(kind="delay", path="/v1/unitlogs", seconds=5)
    house.tick(LOG)
    await house.until(lambda: fault.hits)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.tick(10)
    await house.settle()
    sent = house.cloud.requests.total
    await house.wait(HOUR)
    assert house.cloud.requests.total == sent


async def test_haste_while_reading(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Who asks for all at once while a device is being read gets all at once, afterwards."""
    await house.start()
    fault = house.fault(kind="delay", path="/v1/UnitMessages", seconds=5, times=1)
    rhythm = house.entry.runtime_data.readings.rhythm
    before = house.count("GET UnitMessages")
    rhythm.async_hurry_all()
    await house.until(lambda: fault.hits)
    rhythm.async_hurry_all()
    house.tick(6)
    await house.settle()
    await house.wait(POLL)
    assert house.count("GET UnitMessages") > before + len(house.cloud.units)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_unit_that_fails(house: House) -> None:
    """A unit whose log cannot be read keeps nobody from the logs of the others."""
    await house.start()
    house.fault(kind="status", path=f"/v1/unitlogs/{UNIT}", status=500)
    house.cloud.requests.reset()
    for _ in range(4):
        await house.wait(LOG)
    for unit_id, counts in house.cloud.requests.by_subject().items():
        if unit_id != str(UNIT):
            assert counts["GET /v1/unitlogs/{unitId}"] == 4


async def test_doors_come_first(house: House) -> None:
    """A slow reading of a log keeps neither a command nor a poll waiting."""
    await house.start()
    fault = house.fault(kind="delay", path="/v1/unitlogs", seconds=9)
    house.tick(LOG)
    await house.until(lambda: fault.hits)
    await house.act("switch.turn_on", f"{UNIT}/F1")
    assert [each.output for each in house.commands(UNIT)] == ["F1"]
    house.cloud.clear_faults()
    house.tick(10)
    await house.settle()


async def test_removed_unit(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A unit that is gone is asked for nothing any more, and loses its entities with its device."""
    await house.start()
    house.cloud.remove_unit(UNIT)
    for _ in range(4):
        await house.wait(INVENTORY)
    assert str(UNIT) not in house.devices()
    assert of_unit(house, "event", "passage") is None
    assert value(house, "signal") is None
    house.cloud.requests.reset()
    await house.wait(HOUR)
    await house.wait(LOG)
    assert str(UNIT) not in house.cloud.requests.by_subject()
    assert logged(caplog, logging.ERROR) == []


async def test_traffic(house: House) -> None:
    """An idle account without push asks for each unit's status twice a minute, for its log once, for the rest hourly."""
    await house.start()
    house.cloud.requests.reset()
    for _ in range(HOUR // 30):
        await house.wait(30)
    counted = house.cloud.requests.by_subject()
    assert set(counted) == {str(unit_id) for unit_id in house.cloud.units}
    most = Counter(
        {
            "GET /v1/Control": 120,
            "GET /v1/unitlogs/{unitId}": 60,
            "GET /v1/UnitMessages": 1,
            "GET /v1/UnitSettings": 1,
        }
    )
    for counts in counted.values():
        assert counts <= most
        assert counts["GET /v1/unitlogs/{unitId}"] >= 57
        assert counts["GET /v1/UnitMessages"] >= 1
    # The account's own requests beside those of its units: the inventory, and what settings there are.
    total = sum(counts.total() for counts in counted.values())
    assert house.count("GET units") <= 5
    assert house.cloud.requests.total <= total + 6


async def test_traffic_with_slow_polls(house: House) -> None:
    """Who polls every fifteen minutes has the logs read no more often."""
    await house.start(poll_interval=900)
    house.cloud.requests.reset()
    for _ in range(12 * 4):
        await house.wait(900)
    counted: dict[str, Counter[str]] = house.cloud.requests.by_subject()
    for counts in counted.values():
        assert counts["GET /v1/Control"] <= 49
        assert counts["GET /v1/unitlogs/{unitId}"] <= 49
        assert counts["GET /v1/UnitMessages"] <= 13
        assert counts["GET /v1/UnitSettings"] <= 13


async def test_no_two_at_once(house: House) -> None:
    """One rhythm has one request under way, so that an account with many units is no burst."""
    house.cloud.generate_units(8)
    await house.start()
    running: list[Any] = []
    house.fault(kind="delay", path="/v1/unitlogs", seconds=1)
    house.tick(LOG)
    for _ in range(20):
        for _ in range(40):
            await asyncio.sleep(0)
        running.append(house.cloud.requests.in_flight)
        house.tick(1)
    assert max(running) <= 4
    house.cloud.clear_faults()
    await reload(house)
