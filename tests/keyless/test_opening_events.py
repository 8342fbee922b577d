"""What is told of an opening's end: an event with its reason and its remedy, in the home's language, and a line in the logbook."""

from typing import Any

from homeassistant.core import Event, callback
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.latchkey.const import DOMAIN, EVENT_OPENING
from custom_components.latchkey.logbook import OPENINGS, async_describe_events
from custom_components.latchkey.vendors.openings import End
from tests.keyless.home import Home
from tests.texts import translations


async def bring_about(home: Home, end: End) -> None:
    """Have an opening come to an end."""
    lock_id = home.lock_id()
    await home.act("open")
    match end:
        case End.DENIED:
            home.platform.set_execution(lock_id, "denied")
        case End.UNCONFIRMED:
            home.platform.set_execution(lock_id, "acknowledged_only")
        case End.CANCELLED:
            await home.act("lock")
    if end is not End.EXPIRED:
        home.platform.touch(lock_id)
    await home.run(440)


@pytest.mark.parametrize("language", ["en", "sv", "de"])
@pytest.mark.parametrize("end", End)
async def test_end(home: Home, end: End, language: str) -> None:
    """Each end is an event of its own, on the entity and on the bus, with a sentence in the home's language or in English."""
    home.hass.config.language = language
    told = async_capture_events(home.hass, EVENT_OPENING)
    await home.start()
    await bring_about(home, end)
    text = translations("sv" if language == "sv" else "en")["exceptions"]
    message = text[f"opening_{end}"]["message"].format(name="Lock 1")
    assert "Lock 1" in message
    state = home.shown("event", "opening")
    assert state.attributes["event_type"] == end
    assert state.attributes["message"] == message
    [event] = told
    device = home.device(home.lock_id())
    assert device is not None
    assert event.data == {
        "entity_id": state.entity_id,
        "device_id": device.id,
        "outcome": end,
        "message": message,
    }


async def test_language_changes(home: Home) -> None:
    """A home that comes to speak another language is told in that one from then on."""
    await home.start()
    await bring_about(home, End.CANCELLED)
    await home.hass.config.async_update(language="sv")
    await home.settle()
    await bring_about(home, End.CANCELLED)
    text = translations("sv")["exceptions"]["opening_cancelled"]["message"]
    state = home.shown("event", "opening")
    assert state.attributes["message"] == text.format(name="Lock 1")


async def test_twice_the_same(home: Home) -> None:
    """Two equal ends are two events."""
    told = async_capture_events(home.hass, EVENT_OPENING)
    await home.start()
    states = set()
    for _ in range(2):
        await bring_about(home, End.CANCELLED)
        states.add(home.shown("event", "opening").state)
    assert len(told) == len(states) == 2


async def test_logbook(home: Home) -> None:
    """The logbook tells what became of which door."""
    assert set(OPENINGS) == set(End)
    described: dict[str, Any] = {}

    @callback
    def collect(domain: str, event_type: str, describe: Any) -> None:
        assert domain == DOMAIN
        described[event_type] = describe

    async_describe_events(home.hass, collect)
    told: list[Event] = async_capture_events(home.hass, EVENT_OPENING)
    await home.start()
    await bring_about(home, End.DENIED)
    await bring_about(home, End.CANCELLED)
    describe = described[EVENT_OPENING]
    assert [describe(event) for event in told] == [
        {
            "name": "Lock 1",
            "message": message,
            "entity_id": home.shown("event", "opening").entity_id,
        }
        for message in (OPENINGS[End.DENIED], OPENINGS[End.CANCELLED])
    ]
    device = home.device(home.lock_id())
    assert device is not None
    dr.async_get(home.hass).async_update_device(device.id, name_by_user="Shed")
    assert describe(told[0])["name"] == "Shed"
    gone: Event[dict[str, Any]] = Event(EVENT_OPENING, {"outcome": "expired"})
    assert describe(gone) == {
        "name": "Opening",
        "message": OPENINGS[End.EXPIRED],
        "entity_id": None,
    }
