"""Pages of IntServ's events whose end is told badly, and times and names that cannot be right."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from custom_components.latchkey.vendors.intserv import pages
from custom_components.latchkey.vendors.intserv.trail import PAST
from simulators.intserv import MAIN
from simulators.intserv.demo import crowd
from simulators.intserv.instants import written
from tests.vendors.intserv_account import Watched
from tests.vendors.scripted import Sent

type Told = dict[str, Any]


def event(watched: Watched, number: int = 1, **more: Any) -> Told:
    """Return an event of just now."""
    return {
        "event_time": f"{watched.clock.now:%Y-%m-%dT%H:%M:%SZ}",
        "sequence_id": number,
        "category": "accessgranted",
        "type": 102,
        "system_id": MAIN,
        "door_name": "Entrance",
        **more,
    }


async def told(
    events: Callable[[Watched], list[Told]], more: Callable[[Watched, Sent], Told]
) -> tuple[Watched, int]:
    """Return what is told of such answers after a beginning of such, and how many were asked for."""
    watched = Watched()
    answered: list[Told] = []
    watched.offline.answers = {
        "POST events/list": lambda sent: {
            "least_sync_time": f"{watched.clock.now:%Y-%m-%dT%H:%M:%SZ}",
            "events": answered,
            **more(watched, sent),
        }
    }
    await watched.news()
    watched.later(60)
    answered += events(watched)
    watched.offline.sent.clear()
    await watched.news()
    asked = watched.offline.count("POST events/list")
    await watched.news()
    return watched, asked


def three(watched: Watched) -> list[Told]:
    """Return some events."""
    return [event(watched, number) for number in range(3)]


async def test_query() -> None:
    """Levels are asked for with an empty object, events with a period in whole seconds, the system, and the largest page."""
    watched = Watched()
    await watched.account.inventory()
    assert [sent.body for sent in watched.offline.sent] == [{}]
    watched.offline.sent.clear()
    crowd(watched.cloud, 2100, timedelta(hours=1))
    await watched.news()
    now = watched.clock.now
    until = written(now + timedelta(hours=1, seconds=2), "whole")
    together = {
        "from_date": written(now - timedelta(days=1, seconds=1), "whole"),
        "to_date": until,
        "limit": 1000,
    }
    own = {
        "from_date": written(now - timedelta(days=7, seconds=1), "whole"),
        "to_date": until,
        "limit": 1000,
        "systems": [MAIN],
    }
    keys = [sent.body.pop("continuation_key", None) for sent in watched.offline.sent]
    assert [sent.body for sent in watched.offline.sent] == [*[together] * 3, own, own]
    assert [key is not None for key in keys] == [False, True, True, False, True]


NUMBERS = count()


@pytest.mark.parametrize(
    ("more", "most"),
    [
        (lambda *_: {"has_more": True}, 1),
        (lambda *_: {"has_more": True, "continuation_key": None}, 1),
        (lambda *_: {"has_more": True, "continuation_key": ["x"]}, 1),
        (lambda *_: {"has_more": False, "continuation_key": "resume"}, 1),
        (lambda *_: {"continuation_key": "resume"}, 1),
        (lambda *_: {"has_more": True, "continuation_key": "again"}, 2),
        (lambda *_: {"has_more": True, "continuation_key": str(next(NUMBERS))}, 10),
    ],
)
async def test_end(more: Callable[[Watched, Sent], Told], most: int) -> None:
    """A page that is not full, and after which nothing new comes, is the last one, whatever else is told of it."""
    watched, asked = await told(three, more)
    assert [key for *_, key in watched.told] == ["0", "1", "2"]
    assert asked == most


async def test_full_page_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a full page without a key there is more, unless nothing says so: shorter periods are read."""
    monkeypatch.setattr(pages, "PAGE", 3)
    watched, asked = await told(three, lambda *_: {"has_more": False})
    assert (len(watched.lines), asked) == (3, 1)
    watched, asked = await told(three, lambda *_: {"has_more": True})
    assert asked > 10
    assert len(set(watched.told)) == len(watched.lines) <= 3


@pytest.mark.parametrize(
    ("synced", "shown"),
    [
        (None, False),
        ("", False),
        ("0001-01-01T00:00:00Z", False),
        ("0001-01-01T00:00:00+14:00", False),
        ("1970-01-01T00:00:00Z", False),
        ("2001-01-01T00:00:00Z", True),
        ("9999-12-31T23:59:59.9999999Z", True),
    ],
)
async def test_guarantee(synced: str | None, shown: bool) -> None:
    """A guarantee that is none, or cannot be right, has nothing told twice or left out."""
    watched, _ = await told(three, lambda *_: {"least_sync_time": synced})
    assert len(watched.lines) == 3
    news = await watched.news()
    assert [each.value is not None for each in news.readings[MAIN]] == [shown, shown]
    watched.later(1000)
    await watched.news()
    watched.restart()
    await watched.news()
    assert len(watched.lines) == 3


async def test_guarantee_that_goes_back() -> None:
    """A guarantee that goes back has nothing told again, and a late event behind the first one is told."""
    watched, _ = await told(three, lambda *_: {})
    at = watched.clock.now
    late = event(watched, 7)
    watched.later(3600)
    events = [{**late, "sequence_id": number} for number in (0, 1, 2, 7)]
    watched.offline.answers = {
        "POST events/list": lambda _: {
            "least_sync_time": f"{at - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}",
            "events": events,
        }
    }
    await watched.news()
    await watched.news()
    assert [key for *_, key in watched.told] == ["0", "1", "2", "7"]


async def test_no_numbers() -> None:
    """Events without a sequence id are told apart by their doors; two of one door at one time are one."""

    def unnumbered(watched: Watched) -> list[Told]:
        return [
            event(watched, sequence_id=None, door_name=name)
            for name in ("Entrance", "Office", "Office")
        ]

    watched, _ = await told(unnumbered, lambda *_: {})
    assert [line.device_id for line in watched.lines] == [
        f"{MAIN}/Entrance",
        f"{MAIN}/Office",
    ]


async def test_long_names() -> None:
    """What is too long to be shown is cut; a slash in a name is nothing but a slash."""

    def long(watched: Watched) -> list[Told]:
        return [
            event(watched, 1, door_name="a" * 10_000, subject="Visitor " * 1000),
            event(watched, 2, door_name="East/West", category="x" * 10_000, type=None),
            event(watched, 3, door_name="East/West"),
        ]

    watched, _ = await told(long, lambda *_: {})
    first, other, door = watched.lines
    assert first.device_id == f"{MAIN}/{'a' * 200}"
    assert len(first.holder or "") <= 200
    assert (other.device_id, len(other.text) <= 210) == (MAIN, True)
    assert door.device_id == f"{MAIN}/East/West"
    assert watched.account.forget(door.device_id)


async def test_door_without_a_name() -> None:
    """A door of which no name is told is one all the same, called after its system."""

    def nameless(watched: Watched) -> list[Told]:
        return [event(watched, door_name=None)]

    watched, _ = await told(nameless, lambda *_: {})
    assert [line.device_id for line in watched.lines] == [f"{MAIN}/"]
    watched.restart()
    watched.offline.answers = {"POST accesslevels/list": {"levels": []}}
    inventory = await watched.account.inventory()
    shown = [(each.name, each.label, each.via_id) for each in inventory.devices]
    assert shown == [("", MAIN, None), ("", MAIN, MAIN)]


async def test_absurd_times() -> None:
    """An event of a time that no clock shows is left out; one that is a day ahead is told."""

    def ahead(watched: Watched) -> list[Told]:
        soon = watched.clock.now + timedelta(hours=20)
        return [
            event(watched, 1, event_time="9999-12-31T23:59:59Z"),
            event(watched, 2, event_time="0001-01-01T00:00:00Z"),
            event(watched, 3, event_time=f"{soon:%Y-%m-%dT%H:%M:%SZ}"),
        ]

    watched, _ = await told(ahead, lambda *_: {})
    assert [key for *_, key in watched.told] == ["3"]


@pytest.mark.parametrize("restarted", [False, True])
async def test_long_absence(restarted: bool) -> None:
    """After a long time in which nobody asked a week is told; while asked, a system that is behind tells of all."""
    watched = Watched()
    await watched.news()
    watched.happen()
    watched.later(20 * 24 * 3600)
    watched.happen(seconds_ago=PAST.total_seconds() - 60)
    if restarted:
        watched.restart()
    await watched.news()
    assert len(watched.lines) == 1
    watched.cloud.set_online(watched.cloud.systems[MAIN], False)
    watched.happen()
    for _ in range(4):
        watched.later(5 * 24 * 3600)
        await watched.news()
    watched.cloud.set_online(watched.cloud.systems[MAIN], True)
    watched.later(60)
    await watched.news()
    assert len(watched.lines) == 2
