"""IntServ's events: each is told once, however late, on whichever pages, and over restarts."""

from collections import Counter
from datetime import timedelta
import random
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.intserv import events, pages
from custom_components.latchkey.vendors.intserv.events import MOST_PAGES
from custom_components.latchkey.vendors.intserv.guarantee import LAG
from custom_components.latchkey.vendors.intserv.lines import row_of
from custom_components.latchkey.vendors.intserv.part import door_device, system_device
from custom_components.latchkey.vendors.intserv.trail import PAST
from custom_components.latchkey.vendors.intserv.wire import WireEvent
from custom_components.latchkey.vendors.passages import Outcome
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood
from simulators.intserv import ANNEX, MAIN
from simulators.intserv.demo import crowd
from simulators.intserv.events import Event, EventType
from simulators.intserv.identifications import identity as identity_of
from tests.vendors.intserv_account import Watched, identity

TYPES: list[tuple[int, Outcome, str | None, str | None]] = [
    (100, Outcome.GRANTED, None, None),
    (101, Outcome.GRANTED, "pin", None),
    (102, Outcome.GRANTED, "card", None),
    (103, Outcome.GRANTED, "card_and_pin", None),
    (104, Outcome.GRANTED, "exit_button", None),
    (105, Outcome.GRANTED, "common_code", None),
    (199, Outcome.GRANTED, None, None),
    (200, Outcome.DENIED, None, None),
    (201, Outcome.DENIED, None, "unknown_key"),
    (202, Outcome.DENIED, None, "outside_validity"),
    (203, Outcome.DENIED, None, "blacklisted"),
    (204, Outcome.DENIED, None, "disabled"),
    (205, Outcome.DENIED, None, "pin_not_set"),
    (206, Outcome.DENIED, None, "not_authorised"),
    (207, Outcome.DENIED, None, "outside_schedule"),
    (299, Outcome.DENIED, None, None),
]
"""What each type tells of: outcome, method and reason."""


@pytest.mark.parametrize(("kind", "outcome", "method", "reason"), TYPES)
async def test_types(
    kind: int, outcome: Outcome, method: str | None, reason: str | None
) -> None:
    """Each type of the table has its outcome, its method and its reason; new ones go by their hundred."""
    watched = Watched()
    await watched.news()
    watched.happen(kind=kind)
    watched.later(60)
    await watched.news()
    (line,) = watched.lines
    assert (line.outcome, line.method, line.reason) == (outcome, method, reason)
    assert line.device_id == f"{MAIN}/Entrance"


@pytest.mark.parametrize(
    ("category", "outcome"),
    [
        ("accessgranted", Outcome.GRANTED),
        ("AccessDenied", Outcome.DENIED),
        ("doorforced", Outcome.OTHER),
        (None, Outcome.OTHER),
    ],
)
@pytest.mark.parametrize("kind", [300, "x", None, True])
def test_types_that_are_new(category: Any, outcome: Outcome, kind: Any) -> None:
    """A type of no known hundred goes by its category; what is neither is an event of the system."""
    row = row_of(
        WireEvent.parse(
            {
                "event_time": "2026-01-02T03:04:05.5Z",
                "sequence_id": 7,
                "system_id": MAIN,
                "door_name": "Gate",
                "category": category,
                "type": kind,
            }
        )
    )
    assert row is not None
    line = row.line()
    assert line.outcome is outcome
    own = MAIN if outcome is Outcome.OTHER else f"{MAIN}/Gate"
    assert line.device_id == own
    assert line.key == (MAIN, "2026-01-02T03:04:05.500000+00:00", "7")


async def test_who_it_was() -> None:
    """A person or a subject is named; a card's number is for administrators, and nothing of a code is told."""
    watched = Watched()
    await watched.news()
    house = watched.cloud.systems[MAIN]
    card = identity_of("proximity", "EM:1234567890")
    watched.cloud.site.hold_card(
        house, house.doors["Entrance"], card, watched.clock.now
    )
    code = identity_of("code", "864202")
    watched.cloud.site.type_code(
        house, house.doors["Entrance"], code, watched.clock.now
    )
    watched.happen(kind=105, subject="Cleaners 4711 2233")
    watched.later(60)
    await watched.news()
    by_card, by_code, by_subject = watched.lines
    assert (by_card.holder, by_card.credential) == ("Anna Berg", "•••90")
    assert by_card.number == "EM:1234567890"
    assert (by_code.holder, by_code.credential, by_code.number) == (
        *("David Holm", None),
        None,
    )
    assert by_subject.holder == "Cleaners •••"
    shown = repr(watched.lines)
    assert "864202" not in shown
    assert "1234567890" not in shown


async def test_beginning() -> None:
    """What was there before is no news, but tells of the doors; a second system has events of its own."""
    watched = Watched()
    crowd(watched.cloud, 2500, timedelta(days=7))
    news = await watched.news()
    assert news.lines == []
    assert [device.id for device in news.found] == [
        f"{MAIN}/Entrance",
        f"{MAIN}/Office",
        f"{MAIN}/Server room",
    ]
    assert {device.via_id for device in news.found} == {MAIN}
    assert (await watched.news()).found == []
    inventory = await watched.account.inventory()
    assert [device.id for device in inventory.devices] == [
        MAIN,
        ANNEX,
        f"{MAIN}/Entrance",
        f"{MAIN}/Office",
        f"{MAIN}/Server room",
    ]
    assert len((await watched.news(ANNEX)).found) == 3
    assert watched.lines == []


async def test_late_events() -> None:
    """A system that was cut off for days tells of them when it is back, and holds the other one up in nothing."""
    watched = Watched()
    for system in (MAIN, ANNEX):
        await watched.news(system)
    house = watched.cloud.systems[MAIN]
    watched.cloud.set_online(house, False)
    happened = []
    for _ in range(48):
        watched.later(3600)
        happened.append(watched.happen(seconds_ago=30))
        happened.append(watched.happen(seconds_ago=5, system=ANNEX, door="Gate"))
        news = await watched.news()
        assert news.lines == []
        await watched.news(ANNEX)
    late = {each.id: each.value for each in news.readings[MAIN]}
    assert late["sync_late"] is True
    assert (watched.clock.now - late["least_sync_time"]) > LAG  # type: ignore[operator]  # it is a time
    watched.cloud.set_online(house, True)
    watched.later(60)
    news = await watched.news()
    assert len(news.lines) == 48
    assert [line.occurred_at for line in news.lines] == sorted(
        line.occurred_at for line in news.lines
    )
    assert {each.id: each.value for each in news.readings[MAIN]}["sync_late"] is False
    await watched.news(ANNEX)
    assert Counter(watched.told) == Counter(map(identity, happened))


async def test_not_synchronised() -> None:
    """Before a system has synchronised at all, nobody knows whether it is late; nothing is told twice."""
    watched = Watched()
    watched.cloud.set_options(first_sync_seconds=7200)
    fresh = watched.cloud.add_system("new-1", "New")
    fresh.add_door("Hall")
    news = await watched.news("new-1")
    assert [each.value for each in news.readings["new-1"]] == [None, None]
    for _ in range(150):
        watched.happen(system="new-1", door="Hall")
        watched.later(60)
        await watched.news("new-1")
    assert len(watched.lines) == 150
    assert len(set(watched.told)) == 150


@pytest.mark.parametrize("repeat", ["once", "always"])
@pytest.mark.parametrize("order", ["oldest", "newest"])
async def test_repeated_pages(
    monkeypatch: pytest.MonkeyPatch, repeat: str, order: str
) -> None:
    """A continuation key that leads to the same page again does no harm, nor does one that leads nowhere."""
    monkeypatch.setattr(pages, "PAGE", 200)
    watched = Watched()
    await watched.behind(2 * 3600)
    watched.cloud.set_options(repeat_pages=repeat, event_order=order)
    crowd(watched.cloud, 1800, timedelta(hours=1))
    watched.offline.sent.clear()
    for _ in range(3):
        watched.later(60)
        await watched.news()
    wanted = [event for event in watched.cloud.history if event.system_id == MAIN]
    assert len(wanted) == 900
    assert Counter(watched.told) == Counter(map(identity, wanted))
    assert watched.offline.count("POST events/list") < 3 * MOST_PAGES


async def test_expired_continuation() -> None:
    """A continuation key that is good for no time leads to shorter periods, and nothing is left out."""
    watched = Watched()
    await watched.behind(2 * 3600)
    watched.cloud.set_options(continuation_seconds=0)
    crowd(watched.cloud, 5000, timedelta(hours=1))
    watched.later(60)
    await watched.news()
    wanted = [event for event in watched.cloud.history if event.system_id == MAIN]
    assert len(wanted) > 2000
    assert Counter(watched.told) == Counter(map(identity, wanted))


async def test_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one reading may take is told by the ones that follow."""
    monkeypatch.setattr(events, "MOST_PAGES", 12)
    monkeypatch.setattr(pages, "MOST_TURNED", 2)
    monkeypatch.setattr(pages, "PAGE", 200)
    watched = Watched()
    await watched.behind(5 * 24 * 3600)
    crowd(watched.cloud, 8000, timedelta(days=5))
    watched.cloud.set_online(watched.cloud.systems[MAIN], True)
    watched.later(60)
    for _ in range(20):
        watched.offline.sent.clear()
        await watched.news()
        assert watched.offline.count("POST events/list") <= 12
    wanted = [event for event in watched.cloud.history if event.system_id == MAIN]
    assert len(wanted) > 3800
    assert Counter(watched.told) == Counter(map(identity, wanted))


async def test_100_000_events() -> None:
    """Of 100,000 events, many of them late and on repeated pages, over restarts, each is told once."""
    chance = random.Random(8)
    watched = Watched()
    systems = {
        system.id: list(system.doors) for system in watched.cloud.systems.values()
    }
    for system_id in systems:
        await watched.news(system_id)
    happened: list[Event] = []
    types = list(EventType)
    for round_ in range(50):
        watched.clock.move(7200)
        for _ in range(2000):
            system_id = chance.choice(list(systems))
            happened.append(
                watched.happen(
                    chance.uniform(0, 7199),
                    chance.choice(types),
                    system=system_id,
                    door=chance.choice(systems[system_id]),
                )
            )
        for system in watched.cloud.systems.values():
            # What happened since it was last on line comes late.
            watched.cloud.set_online(system, chance.random() < 0.8)
        if round_ % 10 == 7:
            for system in watched.cloud.systems.values():
                system.uplink.restart_sequence()
        watched.cloud.set_options(
            repeat_pages=chance.choice(["never", "never", "once", "always"]),
            event_order=chance.choice(["oldest", "newest"]),
            event_seconds=chance.choice([1, 30, 600]),
        )
        if chance.random() < 0.3:
            watched.restart()
        for system_id in systems:
            await watched.news(system_id)
    for system in watched.cloud.systems.values():
        watched.cloud.set_online(system, True)
    watched.later(6000)
    for _ in range(2):
        for system_id in systems:
            await watched.news(system_id)
    assert len(happened) == 100_000
    assert Counter(watched.told) == Counter(map(identity, happened))


async def test_restart() -> None:
    """What came while nobody asked is told afterwards, doors that were quiet since long stay; a crash is a new beginning."""
    watched = Watched()
    watched.happen()
    watched.later(60)
    await watched.news()
    watched.later(20 * 24 * 3600)
    await watched.news()
    watched.restart()
    watched.happen()
    watched.later(2 * 24 * 3600)
    inventory = await watched.account.inventory()
    assert f"{MAIN}/Entrance" in [device.id for device in inventory.devices]
    assert len((await watched.news()).lines) == 1
    assert len((await watched.news()).lines) == 0
    watched.restart(crash=True)
    assert len((await watched.news()).lines) == 0
    assert watched.account.forget(f"{MAIN}/Entrance")
    assert not watched.account.forget(f"{MAIN}/Entrance")
    assert not watched.account.forget(MAIN)
    inventory = await watched.account.inventory()
    assert [device.id for device in inventory.devices] == [MAIN, ANNEX]


async def test_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log on demand is a door's or a whole system's, of a period."""
    watched = Watched()
    for door in ("Entrance", "Office", "Entrance"):
        watched.happen(door=door)
        watched.later(3600)
    now = watched.clock.now
    house, entrance = system_device(MAIN), door_device(MAIN, "Entrance")
    past = now - PAST
    assert len(await watched.account.log(house, past, now)) == 3
    assert len(await watched.account.log(entrance, past, now)) == 2
    lately = now - timedelta(hours=1)
    assert len(await watched.account.log(entrance, lately, now)) == 1
    monkeypatch.setattr(events, "_MOST_ASKED", 3)
    crowd(watched.cloud, 10_000, timedelta(hours=1))
    with pytest.raises(AnswerNotUnderstood):
        await watched.account.log(house, past, now)


NESTED = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
TIMES = st.datetimes().map(lambda at: f"{at.isoformat()}Z")
EVENTS = st.fixed_dictionaries(
    {"event_time": TIMES | NESTED, "system_id": st.just(MAIN) | NESTED},
    optional=dict.fromkeys(
        (
            *("sequence_id", "category", "type", "door_name"),
            *("key_id", "key", "person", "subject"),
        ),
        NESTED,
    ),
)


@given(
    told=st.lists(EVENTS | NESTED, max_size=5) | st.none(),
    more=st.dictionaries(
        st.sampled_from(["least_sync_time", "has_more", "continuation_key"]),
        NESTED | TIMES,
    ),
)
@settings(deadline=None, max_examples=60)
async def test_hostile_answers(told: Any, more: dict[str, Any]) -> None:
    """Whatever is answered is told or left out, within the bounds, and kept in a form that can be read again."""
    watched = Watched()
    await watched.news()
    watched.offline.answers = {"POST events/list": lambda _: {"events": told, **more}}
    watched.offline.sent.clear()
    await watched.news()
    assert watched.offline.count("POST events/list") <= MOST_PAGES
    once = list(watched.told)
    assert len(once) == len(set(once))
    watched.restart()
    await watched.news()
    assert list(watched.told) == once


@settings(max_examples=50)
@given(memory=st.dictionaries(st.sampled_from([MAIN, ANNEX, ""]), NESTED))
async def test_hostile_memory(memory: dict[str, Any]) -> None:
    """What was kept and cannot be read is a new beginning."""
    watched = Watched()
    watched.account.recall(memory)
    await watched.news()
    assert watched.lines == []
