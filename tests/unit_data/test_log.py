"""The access log: each line becomes one event, and none comes twice."""

from datetime import timedelta

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.util import dt as dt_util

from tests.grants_ha.helpers import GATHERED, TAKEN
from tests.house import House
from tests.unit_data.helpers import (
    HOUR,
    LOG,
    OTHER_UNIT,
    PHONE,
    PIN,
    UNIT,
    VIA,
    Told,
    call,
    id_of,
    of_unit,
)


async def test_nothing_of_before(logged: House, told: Told) -> None:
    """What was there before the start is no news, however often it is read again."""
    await logged.wait(LOG)
    await logged.wait(HOUR)
    await logged.wait(LOG)
    assert told.states == []
    assert told.bus == []


async def test_granted(logged: House, told: Told) -> None:
    """Who types a PIN that was issued here is let in, and told of once, by name and without the PIN."""
    await call(logged, "issue_pin", device_id=id_of(logged), name="Anna", code=PIN)
    await logged.wait(GATHERED)
    await logged.wait(TAKEN)
    assert logged.cloud.type_code(UNIT, PIN).granted
    at = dt_util.now().replace(second=0, microsecond=0)
    await logged.wait(LOG)
    await logged.wait(LOG)
    (granted,) = told.of(logged, "passage")
    del granted["event_types"], granted["friendly_name"]
    assert granted == {
        "event_type": "granted",
        "holder": "Anna",
        "method": None,
        "credential": "•••",
        "reason": None,
        "occurred_at": at.isoformat(),
    }
    assert told.of(logged, "log") == []
    assert told.of(logged, "passage", OTHER_UNIT) == []


async def test_denied(logged: House, told: Told) -> None:
    """Who types an unknown number is told of once, with the reason."""
    assert not logged.cloud.type_code(UNIT, "111222").granted
    await logged.wait(LOG)
    await logged.wait(LOG)
    (denied,) = told.of(logged, "passage")
    assert denied["event_type"] == "denied"
    assert denied["reason"] == "not_registered"
    assert denied["holder"] is None
    assert denied["credential"] == "•••"


async def test_method(logged: House, told: Told) -> None:
    """A text that names one way alone tells by what somebody came."""
    ways = {"telefon": "phone", "rfid": "tag", "tangentbord": "pin", "knapp": None}
    for way in ways:
        message = f"puls på X-utgång via {way}"
        logged.cloud.add_log(
            UNIT, log_msg=message, source_id=PHONE, source_label=f"Bo {way}"
        )
    await logged.wait(LOG)
    passages = told.of(logged, "passage")
    assert {each["holder"]: each["method"] for each in passages} == {
        f"Bo {way}": method for way, method in ways.items()
    }
    assert {each["credential"] for each in passages} == {"•••67"}


async def test_bus(logged: House, told: Told) -> None:
    """Each passage is told on the bus as well, with its entity and its device."""
    logged.cloud.type_code(UNIT, "111222")
    logged.cloud.restart(UNIT)
    await logged.wait(LOG)
    (event,) = told.bus
    assert dict(event.data) == {
        "entity_id": of_unit(logged, "event", "passage"),
        "device_id": id_of(logged),
        "outcome": "denied",
        "holder": None,
        "method": None,
        "credential": "•••",
        "reason": "not_registered",
        "occurred_at": event.data["occurred_at"],
    }


async def test_unit_events(logged: House, told: Told) -> None:
    """What is no passage is the other event's, with the unit's own words."""
    logged.cloud.restart(UNIT)
    await logged.wait(LOG)
    logged.cloud.add_log(UNIT, log_msg="Larm från 070-123 45 67, zon 12")
    await logged.wait(LOG)
    restart, other = told.of(logged, "log")
    assert (restart["event_type"], restart["text"]) == (
        "restart",
        "Omstart av programvara.",
    )
    assert (other["event_type"], other["text"]) == (
        "other",
        "Larm från •••, zon 12",
    )
    assert told.of(logged, "passage") == []
    assert told.bus == []


async def test_order(logged: House, told: Told) -> None:
    """Several lines of one reading are several events, in the order in which they happened."""
    now = dt_util.utcnow()
    for minutes, name in ((3, "Bo"), (1, "Dan"), (2, "Cia"), (4, "Anna")):
        logged.cloud.add_log(
            UNIT,
            log_msg=VIA,
            source_id=PHONE,
            source_label=name,
            unit_date=now - timedelta(minutes=minutes),
            server_date=now,
        )
    await logged.wait(LOG)
    names = [each["holder"] for each in told.of(logged, "passage")]
    assert names == ["Anna", "Bo", "Cia", "Dan"]
    assert [event.data["holder"] for event in told.bus] == names


async def test_equal_lines(logged: House, told: Told) -> None:
    """Equal lines of one second are so many events, whether they are read together or not."""
    now = dt_util.utcnow()

    def again(times: int) -> None:
        for _ in range(times):
            logged.cloud.add_log(
                UNIT,
                log_msg=VIA,
                source_id=PHONE,
                source_label="Bo",
                unit_date=now,
                server_date=now,
            )

    again(3)
    await logged.wait(LOG)
    assert len(told.of(logged, "passage")) == 3
    again(2)
    for _ in range(3):
        await logged.wait(LOG)
    assert len(told.of(logged, "passage")) == 5
    assert len(told.bus) == 5


async def test_written_once(logged: House, told: Told) -> None:
    """A passage is one change of its entity, however often the account is polled afterwards."""
    changes: list[object] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"].endswith("_passage"):
            changes.append(event.data["new_state"])

    logged.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    logged.cloud.type_code(UNIT, "0701234567")
    await logged.wait(61)
    assert len(changes) == 1
    for _ in range(4):
        await logged.wait(31)
    assert len(changes) == 1
