"""The access log under other circumstances: late, long, interrupted, and without secrets."""

from datetime import timedelta
import logging
import re

from homeassistant.core import Event, callback
from homeassistant.util import dt as dt_util
import pytest

from simulators.flexykey.logs import LogRow
from simulators.flexykey.options import LogFilter
from tests.house import POLL, House
from tests.unit_data.helpers import (
    EVVA,
    HOUR,
    LOG,
    PHONE,
    UNIT,
    UNKNOWN,
    VIA,
    Told,
    of_unit,
    reload,
)


async def test_many_lines(logged: House, told: Told) -> None:
    """More lines than one answer of the vendor's holds are all told."""
    now = dt_util.utcnow().replace(microsecond=0)
    rows: list[LogRow] = [
        {
            "serverDate": (now - timedelta(seconds=each)).strftime("%FT%TZ"),
            "unitDate": (now - timedelta(seconds=each)).strftime("%FT%TZ"),
            "sourceID": PHONE,
            "sourceLabel": str(each),
            "actionLabel": "R1",
            "logMsg": VIA,
        }
        for each in range(700)
    ]
    logged.cloud.add_log_rows(UNIT, rows)
    await logged.wait(LOG)
    await logged.wait(LOG)
    assert len(told.bus) == 700


async def test_evva(house: House, told: Told) -> None:
    """A unit of the other kind has no log and no events."""
    house.cloud.add_evva_unit(EVVA, "Cylinder")
    house.cloud.add_log(EVVA, log_msg="Omstart av programvara.")
    await house.start()
    for key in ("passage", "log"):
        assert of_unit(house, "event", key, unit=EVVA) is None
    await house.wait(LOG)
    assert told.states == []
    assert str(EVVA) not in house.cloud.requests.by_subject()


async def test_secrets(
    logged: House, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    """A number that might be a PIN is nowhere; of a longer one there are its last two digits, and no more."""
    caplog.set_level(logging.DEBUG, "custom_components.latchkey")
    events: list[str] = []

    @callback
    def note(event: Event) -> None:
        events.append(str(event.as_dict()))

    logged.hass.bus.async_listen("*", note)
    numbers = ("4711", "48151", "493817", "8675309", "48151623")
    long = ("481516234", PHONE, "04A2B3C4D5E6")
    for number in (*numbers, *long):
        for message in (VIA, UNKNOWN, f"{UNKNOWN}: {number}", f"Fel kod {number}."):
            logged.cloud.add_log(
                UNIT, log_msg=message, source_id=number, source_label=f"Bo {number}"
            )
        logged.cloud.add_log(UNIT, log_msg=f"Larm från {number}")
    await logged.wait(LOG)
    assert len(told.bus) == 3 * (len(numbers) + len(long))
    states = [str(state.as_dict()) for state in logged.hass.states.async_all()]
    everything = "\n".join((*events, *states, caplog.text))
    # Standing alone: the ids and microseconds of events are full of short numbers.
    assert [
        number
        for number in (*numbers, *long)
        if re.search(
            rf"(?<![0-9A-Za-z.]){re.escape(number)}(?![0-9A-Za-z])", everything
        )
    ] == []
    assert {each["credential"] for each in told.of(logged, "passage")} == {
        "•••",
        *(f"•••{number[-2:]}" for number in long),
    }


async def test_reload(logged: House, told: Told) -> None:
    """After a restart nothing is told twice, and the entities show what they told last."""
    logged.cloud.type_code(UNIT, "111222")
    await logged.wait(LOG)
    entity_id = of_unit(logged, "event", "passage")
    assert entity_id
    before = logged.hass.states.get(entity_id)
    told.states.clear()
    await reload(logged)
    for _ in range(3):
        await logged.wait(LOG)
    await logged.wait(HOUR)
    state = logged.hass.states.get(entity_id)
    assert state
    assert before
    assert state.state == before.state
    assert {each.state for each in told.states} <= {before.state}
    assert len(told.bus) == 1


async def test_outage(logged: House, told: Told) -> None:
    """What happened in an outage of the cloud is told after it, once."""
    logged.fault(kind="status", status=503)
    for _ in range(5):
        await logged.wait(POLL)
        logged.cloud.type_code(UNIT, "111222")
    assert told.bus == []
    logged.cloud.clear_faults()
    for _ in range(5):
        await logged.wait(LOG)
    assert len(told.bus) == 5


@pytest.mark.parametrize("log_filter", ["server", "unit"])
async def test_late_lines(logged: House, told: Told, log_filter: LogFilter) -> None:
    """What a unit wrote while it was offline is told once it comes, with its own time, and once."""
    logged.cloud.set_options(log_filter=log_filter)
    logged.cloud.set_offline(UNIT, "stale")
    at = dt_util.now().replace(second=0, microsecond=0)
    logged.cloud.type_code(UNIT, "111222")
    for _ in range(20):
        await logged.wait(310)
    logged.cloud.restart(UNIT)
    assert told.states == []
    logged.cloud.set_offline(UNIT, None)
    # What lies hours back by the unit's clock is found within the hour at the latest.
    for _ in range(13):
        await logged.wait(310)
    (late,) = told.of(logged, "passage")
    assert late["occurred_at"] == at.isoformat()
    assert len(told.of(logged, "log")) == 1
