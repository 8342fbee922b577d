"""The access log under any circumstances: a random schedule of lines, late ones and faults; and the logbook."""

from collections import Counter
from datetime import timedelta
import random
from types import SimpleNamespace
from typing import Any

from homeassistant.core import Event, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey import log_keeper
from custom_components.latchkey.const import DOMAIN, EVENT_PASSAGE
from custom_components.latchkey.logbook import async_describe_events
from simulators.flexykey.options import LogFilter
from tests.house import House
from tests.unit_data.helpers import HOUR, LOG, UNIT, UNIT_NAME, Told, id_of, of_unit

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 503, "times": 3},
    {"kind": "rate_limit", "retry_after": 20, "times": 1},
    {"kind": "half", "path": "/v1/unitlogs", "times": 1},
    {"kind": "html", "path": "/v1/unitlogs", "times": 1},
    {"kind": "reset", "path": "/v1/unitlogs", "times": 2},
    {"kind": "twice", "path": "/v1/unitlogs", "times": 1},
)


@pytest.mark.parametrize(("log_filter", "seed"), [("server", 0), ("unit", 1)])
async def test_schedule(
    house: House, told: Told, seed: int, log_filter: LogFilter
) -> None:
    """Whatever comes when, each of two hundred lines is told exactly once."""
    chance = random.Random(seed)
    house.cloud.set_options(log_filter=log_filter)
    await house.start(poll_interval=60)
    written: Counter[str] = Counter()
    while written.total() < 200:
        for _ in range(chance.choice((0, 1, 1, 2, 9))):
            name = f"N{chance.randrange(40)}"
            written[name] += 1
            now = dt_util.utcnow()
            late = chance.choice((0, 0, 0, 20, 3600, 5 * 3600, 20 * 3600))
            house.cloud.add_log(
                UNIT,
                log_msg="puls på X-utgång via rfid",
                source_id="4815162342",
                source_label=name,
                unit_date=now - timedelta(seconds=late),
                # A unit that is offline keeps what it writes.
                server_date=None if chance.random() < 0.5 else now,
            )
        match chance.randrange(8):
            case 0:
                house.fault(**chance.choice(FAULTS))
            case 1:
                house.cloud.set_offline(UNIT, "stale")
            case 2 | 3:
                house.cloud.set_offline(UNIT, None)
        await house.wait(chance.choice((5, 31, 62, 200)))
    house.cloud.clear_faults()
    house.cloud.set_offline(UNIT, None)
    await house.wait(LOG)
    # By the unit's own clock, what is older than minutes is looked for once an hour.
    for _ in range(3):
        await house.wait(HOUR / 2)
    assert Counter(event.data["holder"] for event in told.bus) == written
    assert len(told.of(house, "passage")) == written.total()


async def test_clock_set_back(
    house: House, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that was ahead and is set back makes nothing be told twice, and leaves no gap."""
    ahead = timedelta(minutes=30)
    own = SimpleNamespace(utcnow=lambda: dt_util.utcnow() + ahead)
    monkeypatch.setattr(log_keeper, "dt_util", own)
    await house.start()
    for number, lag in (("111222", ahead), ("333444", timedelta()), ("555666", ahead)):
        ahead = lag
        house.cloud.type_code(UNIT, number)
        await house.wait(LOG)
    for _ in range(40):
        await house.wait(LOG)
    assert len(told.bus) == 3


async def test_logbook(house: House, told: Told) -> None:
    """The logbook tells who was let in or turned away where."""
    described: dict[str, Any] = {}

    @callback
    def collect(domain: str, event_type: str, describe: Any) -> None:
        assert domain == DOMAIN
        described[event_type] = describe

    async_describe_events(house.hass, collect)
    describe = described[EVENT_PASSAGE]
    await house.start()
    house.cloud.add_log(
        UNIT,
        log_msg="puls på X-utgång via tangentbord",
        source_id="493817",
        source_label="Anna",
    )
    house.cloud.add_log(UNIT, log_msg="puls på X-utgång via knapp", source_id="493817")
    house.cloud.type_code(UNIT, "111222")
    await house.wait(LOG)
    entity_id = of_unit(house, "event", "passage")
    lines = [describe(event) for event in told.bus]
    assert all(line["name"] == UNIT_NAME for line in lines)
    assert all(line["entity_id"] == entity_id for line in lines)
    assert [line["message"] for line in lines] == [
        "Anna was let in (pin)",
        "somebody was let in",
        "somebody was turned away (not registered)",
    ]
    dr.async_get(house.hass).async_update_device(id_of(house), name_by_user="Port")
    assert describe(told.bus[0])["name"] == "Port"


async def test_logbook_of_a_device_that_is_gone(house: House) -> None:
    """A passage at a device that is there no more can be described still."""
    described: list[Any] = []
    async_describe_events(house.hass, lambda *args: described.append(args[2]))
    event: Event[dict[str, Any]] = Event(EVENT_PASSAGE, {"outcome": "granted"})
    assert described[0](event) == {
        "name": "Passage",
        "message": "somebody was let in",
        "entity_id": None,
    }
