"""Passages at locks: each is told once, with its own time, however late it comes."""

from datetime import datetime, timedelta

from homeassistant.core import Event
from homeassistant.util import dt as dt_util
import pytest

from tests.keyless.home import LOG, Home


def shape(event: Event) -> tuple[str, str | None, str | None]:
    """Return what a passage was."""
    data = event.data
    return data["outcome"], data["method"], data["reason"]


def age(event: Event) -> timedelta:
    """Return how long ago a passage was."""
    return dt_util.utcnow() - datetime.fromisoformat(event.data["occurred_at"])


async def test_by_phone(home: Home) -> None:
    """Phones that open or are turned away are told; who it was is not told by the platform in words."""
    person, stranger = home.person(), home.platform.add_user(phone=True)
    await home.start()
    passages = home.passages()
    home.platform.open_by_phone(home.lock_id(), person.id)
    await home.wait(2)
    home.platform.open_by_phone(home.lock_id(), stranger.id)
    await home.wait(2)
    await home.wait(LOG)
    assert [shape(each) for each in passages] == [
        ("granted", "app", None),
        ("denied", "app", "no_permission"),
    ]
    event = home.shown("event", "passage")
    assert passages[0].data["entity_id"] == event.entity_id
    assert event.attributes["event_type"] == "denied"
    device = home.device(home.lock_id())
    assert device is not None
    assert passages[0].data["device_id"] == device.id
    assert home.shown("event", "passage", home.lock_id(1)).state == "unknown"
    await home.run(1800, 125)
    assert len(passages) == 2


async def test_by_gateway(home: Home) -> None:
    """An opening by Home Assistant is a passage at its lock, too."""
    await home.start()
    passages = home.passages()
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.run(LOG + 20)
    assert [shape(each) for each in passages] == [("granted", "gateway", None)]


async def test_what_is_no_passage(home: Home) -> None:
    """To lock, to boot, and what nobody has heard of are in the lock's own log."""
    person = home.person()
    await home.start()
    passages = home.passages()
    for event_name, kind in (("BOOT", "restart"), ("TAMPERED", "other")):
        home.platform.note(home.lock_id(), event_name)
        await home.wait(2)
        await home.wait(LOG)
        event = home.shown("event", "log")
        assert event.attributes["event_type"] == kind
        assert event.attributes["text"] == event_name
    assert home.platform.lock_by_phone(home.lock_id(), person.id)
    await home.wait(2)
    await home.wait(LOG)
    assert home.shown("event", "log").attributes["text"] == "lock"
    assert passages == []


async def test_before_the_start(home: Home) -> None:
    """What was there before the start is not told, however much it is and however close together."""
    person = home.person()
    for _ in range(10):
        home.platform.open_by_phone(home.lock_id(), person.id)
        home.platform.note(home.lock_id(), "BOOT")
    await home.wait(2)
    passages = home.passages()
    await home.start()
    await home.run(1800, 125)
    assert passages == []
    assert home.shown("event", "log").state == "unknown"


@pytest.mark.parametrize("separate_numbers", [False, True])
async def test_late(home: Home, separate_numbers: bool) -> None:
    """A passage that comes hours late is told once, with the time at which it was."""
    home.platform.set_options(separate_numbers=separate_numbers)
    person = home.person()
    await home.start()
    passages = home.passages()
    home.platform.open_by_phone(home.lock_id(), person.id, delay=4 * 3600)
    await home.run(3 * 3600, 300)
    assert passages == []
    await home.run(2 * 3600, 300)
    [passage] = passages
    assert timedelta(hours=4.9) < age(passage) < timedelta(hours=5.3)


async def test_late_behind_others(home: Home) -> None:
    """A passage that comes after later ones were told is told once, too: another phone may have brought those."""
    person = home.person()
    await home.start()
    passages = home.passages()
    home.platform.open_by_phone(home.lock_id(), person.id, delay=4 * 3600)
    await home.wait(600)
    home.platform.open_by_phone(home.lock_id(), person.id)
    await home.run(3 * 3600, 300)
    assert len(passages) == 1
    assert age(passages[0]) < timedelta(hours=3.2)
    await home.run(2 * 3600, 300)
    assert len(passages) == 2
    assert timedelta(hours=5) < age(passages[1]) < timedelta(hours=5.4)


async def test_late_behind_a_gateway(home: Home) -> None:
    """A phone's passage that comes after one that the gateway has brought at once is not lost."""
    person = home.person()
    await home.start()
    passages = home.passages()
    home.platform.open_by_phone(home.lock_id(), person.id, delay=1800)
    await home.wait(60)
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.run(3600, 60)
    assert sorted(shape(each)[1] or "" for each in passages) == ["app", "gateway"]


async def test_restart(home: Home) -> None:
    """A restart tells nothing twice."""
    person = home.person()
    await home.start()
    passages = home.passages()
    for _ in range(2):
        home.platform.open_by_phone(home.lock_id(), person.id)
        await home.wait(2)
    await home.wait(LOG)
    assert len(passages) == 2
    for _ in range(3):
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.run(600, 125)
    assert len(passages) == 2
    home.platform.open_by_phone(home.lock_id(), person.id)
    await home.wait(2)
    await home.wait(LOG)
    assert len(passages) == 3


@pytest.mark.parametrize("passed", [1, 10])
async def test_numbers_begin_again(home: Home, passed: int) -> None:
    """A lock that counts from nothing again after a factory reset is listened to, within an hour at the latest."""
    person = home.person()
    for _ in range(20):
        home.platform.open_by_phone(home.lock_id(), person.id)
        await home.wait(5)
    await home.start()
    passages = home.passages()
    home.platform.restart_numbers(home.lock_id())
    await home.wait(60)
    for _ in range(passed):
        home.platform.open_by_phone(home.lock_id(), person.id)
        await home.wait(5)
    await home.run(4000, 125)
    assert len(passages) == passed


async def test_log_cannot_be_read(home: Home) -> None:
    """What was logged while the log could not be read is told afterwards, once."""
    person = home.person()
    await home.start()
    passages = home.passages()
    home.fault("status", "locking-device-log/audit")
    home.platform.open_by_phone(home.lock_id(), person.id)
    home.platform.note(home.lock_id(), "TAMPERED")
    await home.run(1800, 125)
    assert passages == []
    home.platform.clear_faults()
    await home.run(900, 125)
    assert len(passages) == 1
    assert home.shown("event", "log").attributes["text"] == "TAMPERED"
