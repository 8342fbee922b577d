"""The limits of requests for readings: kept here, so that the vendor never has to."""

from collections.abc import Callable
from contextlib import suppress
import random

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.house import House
from tests.unit_data.helpers import (
    FULL,
    HOUR,
    OTHER_UNIT,
    UNIT,
    call,
    id_of,
    press,
    reload,
    request,
)


async def test_waiting_time(measuring: House) -> None:
    """What would pass a limit is not sent, and the user is told how long to wait."""
    for _ in range(3):
        assert await request(measuring, "CHECKTEMP") == ["CHECKTEMP"]
        await measuring.wait(12)
    sent = measuring.count("POST RequestUnitInfo")
    with pytest.raises(HomeAssistantError) as failure:
        await request(measuring, "CHECKTEMP")
    assert failure.value.translation_key == "rate_limited_until"
    assert failure.value.translation_placeholders
    assert failure.value.translation_placeholders["seconds"] == "24"
    assert measuring.count("POST RequestUnitInfo") == sent
    await measuring.wait(24)
    assert await request(measuring, "CHECKTEMP") == ["CHECKTEMP"]
    assert measuring.cloud.over_limit == []


async def test_several_units(measuring: House) -> None:
    """Of several units each is asked that may be; why one was not stands in its row."""
    for _ in range(3):
        await request(measuring, "CHECKTEMP")
        await measuring.wait(12)
    units = [id_of(measuring), id_of(measuring, OTHER_UNIT)]
    late, asked = await call(
        measuring, "request_readings", device_id=units, request="CHECKTEMP"
    )
    assert late["device_id"] == units[0]
    assert "seconds" in late["error"]
    assert asked == {"device_id": units[1], "queued": ["CHECKTEMP"], "skipped": {}}
    assert measuring.cloud.over_limit == []


async def test_still_fresh(measuring: House) -> None:
    """What was answered a moment ago is not asked for again, which is no error."""
    await press(measuring)
    await measuring.wait(4)
    sent = measuring.count("POST RequestUnitInfo")
    await press(measuring)
    (row,) = await call(measuring, "request_readings", device_id=id_of(measuring))
    assert row["skipped"] == dict.fromkeys(FULL, "fresh")
    assert measuring.count("POST RequestUnitInfo") == sent


@pytest.mark.parametrize("status", [400, 503])
async def test_failed_request_is_not_fresh(measuring: House, status: int) -> None:
    """A request that failed has no answer that could be fresh: the next one is sent, or refused aloud."""
    measuring.fault(kind="status", method="POST", status=status, times=1)
    with pytest.raises(HomeAssistantError):
        await press(measuring)
    await measuring.wait(61)
    sent = measuring.count("POST RequestUnitInfo")
    refusal = None
    try:
        await press(measuring)
    except HomeAssistantError as error:
        refusal = error
    assert refusal or measuring.count("POST RequestUnitInfo") == sent + 1


async def test_refused_by_the_vendor(measuring: House) -> None:
    """What the vendor itself leaves out for its limits is an error at the button."""
    # A unit that is offline tells nobody that it was asked.
    measuring.cloud.set_offline(UNIT, "stale")
    information, catalogue = (
        measuring.cloud.information(UNIT),
        measuring.cloud.catalogue,
    )
    for _ in range(4):
        information.request_profile(catalogue, "controlStatusFull")
        measuring.tick(301)
    await measuring.settle()
    with pytest.raises(HomeAssistantError) as failure:
        await press(measuring)
    assert failure.value.translation_key == "readings_refused"
    assert "SKIPPED_RATE_LIMIT" in str(failure.value)


HAMMERS: dict[str, Callable[[random.Random], str | None]] = {
    "full": lambda _: None,
    "mixed": lambda chance: chance.choice(
        [None, "controlStatusMedium", *FULL, "CHECKSYS"]
    ),
}


@pytest.mark.parametrize("hammer", HAMMERS)
async def test_hammering(measuring: House, hammer: str) -> None:
    """Whoever presses and asks for an hour passes no limit of the vendor's."""
    chance = random.Random(4711)
    refusals: list[str | None] = []
    for _ in range(HOUR // 30):
        name = HAMMERS[hammer](chance)
        try:
            await (press(measuring) if name is None else request(measuring, name))
        except HomeAssistantError as error:
            refusals.append(error.translation_key)
        await measuring.wait(30)
    assert measuring.cloud.over_limit == []
    assert len(refusals) > 10
    assert set(refusals) == {"rate_limited_until"}
    assert measuring.count("POST RequestUnitInfo") >= 4


async def test_limits_after_a_restart(measuring: House) -> None:
    """What was asked for before a restart counts, as far as the unit's messages tell."""
    for _ in range(3):
        await request(measuring, "CHECKTEMP")
        await measuring.wait(12)
    await measuring.wait(6)
    await reload(measuring)
    with pytest.raises(HomeAssistantError) as failure:
        await request(measuring, "CHECKTEMP")
    assert failure.value.translation_key == "rate_limited_until"
    assert measuring.cloud.over_limit == []


async def test_profile_limit_after_a_restart(measuring: House) -> None:
    """A profile that was asked for before a restart shows in the messages of all its commands, and counts."""
    for _ in range(4):
        assert await request(measuring) == FULL
        await measuring.wait(301)
    await reload(measuring)
    with suppress(HomeAssistantError):
        await press(measuring)
    assert measuring.cloud.over_limit == []
