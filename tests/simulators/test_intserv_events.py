"""What happens at the doors of the simulated IntServ Access cloud, and how its history is read."""

from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from hypothesis import given, strategies as st
import pytest

from simulators.intserv import ANNEX, MAIN, IntServCloud
from simulators.intserv.api import Call, list_events
from simulators.intserv.demo import crowd
from simulators.intserv.events import Query
from tests.simulators.helpers import FakeClock
from tests.simulators.intserv import CARD, Estate

LIST = "events/list"
ANNA, BO = "EM:1234567890", "0x00000a0b0c"


def door(system: str, name: str) -> str:
    """Return the path of a door."""
    return f"systems/{system}/doors/{name}"


async def test_granted(estate: Estate) -> None:
    """A card that is let in is told with its key, its person and the door, once the system has told it."""
    told = await estate.try_key(card=ANNA)
    assert told == {
        "event_time": estate.iso(),
        "sequence_id": 1,
        "category": "accessgranted",
        "type": 102,
        "system_id": MAIN,
        "door_name": "Entrance",
        "key_id": estate.key("Anna"),
        "key": {"identification": ANNA, "type": "proximity"},
        "person": {
            "id": told["person"]["id"],
            "first_name": "Anna",
            "last_name": "Berg",
        },
        "subject": None,
    }
    assert await estate.events() == []
    estate.later(1)
    assert await estate.events() == [told]


async def test_types(estate: Estate) -> None:
    """Every type of the vendor's list happens, by what the system holds."""
    servers = "Server room"
    anna = f"systems/{MAIN}/keys/{estate.key('Anna')}"
    found = [
        await estate.try_key(code="864202"),
        await estate.try_key(card=ANNA),
        await estate.try_key(servers, card=BO, pin="1357"),
        await estate.control("POST", f"{door(ANNEX, 'Gate')}/exit", {}, 201),
        await estate.try_key("Gate", ANNEX, code="2468"),
        await estate.try_key(servers, card=BO, pin="7531"),
        await estate.try_key(card="MC:999"),
        await estate.try_key("Office", code="000000"),
        await estate.try_key(servers, card=ANNA),
    ]
    assert [event["type"] for event in found] == [
        *(101, 102, 103, 104, 105),
        *(200, 201, 201, 206),
    ]
    assert {event["category"] for event in found[:5]} == {"accessgranted"}
    assert {event["category"] for event in found[5:]} == {"accessdenied"}
    assert found[6]["key"] == {"identification": "MC:999", "type": "proximity"}
    assert [event["key_id"] is None for event in found] == [
        *(False, False, False, True, True),
        *(False, True, True, False),
    ]
    assert (found[3]["key"], found[3]["subject"]) == (None, None)
    assert found[4]["subject"] == {"name": "Common code"}
    for flag, kind in (("blacklisted", 203), ("disabled", 204)):
        await estate.control("PATCH", anna, {flag: True}, 204)
        assert (await estate.try_key(card=ANNA))["type"] == kind
        await estate.control("PATCH", anna, {flag: False}, 204)
    levels = [estate.level("Servers")]
    await estate.add(access_levels=levels, valid_to_date=estate.iso(60))
    assert (await estate.try_key(card=CARD))["type"] == 201
    estate.later(5)
    assert (await estate.try_key(servers, card=CARD, pin="0000"))["type"] == 205
    assert (await estate.try_key(card=CARD))["type"] == 102
    estate.later(55)
    assert (await estate.try_key(card=CARD))["type"] == 202
    assert (await estate.try_key(card="MC:12345"))["type"] == 102
    late = {"card": "MC:12345", "at": f"{estate.at():%Y-%m-%d}T16:00:00Z"}
    assert (await estate.try_key(**late))["type"] == 207


async def test_other_events(estate: Estate) -> None:
    """Events of any type and category can be told of, also of types that nobody knows yet."""
    path = f"{door(ANNEX, 'Store')}/events"
    body = {"type": 142, "category": "accessgiven", "subject": "Fire brigade"}
    told = await estate.control("POST", path, body, 201)
    assert (told["type"], told["category"]) == (142, "accessgiven")
    assert told["subject"] == {"name": "Fire brigade"}
    await estate.control("POST", path, {"type": 100}, 201)
    await estate.control("POST", path, {"type": 300}, 400)
    estate.later(1)
    assert [event["type"] for event in await estate.events()] == [142, 100]


async def test_local_user(estate: Estate) -> None:
    """Somebody who is managed in the system itself is a subject, not a person."""
    body = {"name": "Janitor", "identification": "9876", "type": "code"}
    await estate.control("POST", f"systems/{MAIN}/local", body, 204)
    await estate.control("POST", f"systems/{MAIN}/local", body, 409)
    told = await estate.try_key(code="9876")
    assert (told["type"], told["key_id"], told["person"]) == (101, None, None)
    assert told["subject"] == {"name": "Janitor"}


async def test_late_system(estate: Estate) -> None:
    """Events of a system that was cut off come later, before others that are known; the guarantee waits for them."""
    await estate.try_key(card=ANNA)
    estate.later(1)
    await estate.control("PATCH", f"systems/{ANNEX}", {"online": False})
    estate.later(10)
    await estate.try_key("Gate", ANNEX, card=ANNA)
    estate.later(10)
    await estate.try_key(card=ANNA)
    estate.later(1)
    told = await estate.ok(LIST)
    assert [event["system_id"] for event in told["events"]] == [MAIN, MAIN]
    assert told["least_sync_time"] == estate.iso(-22)
    only = await estate.ok(LIST, {"systems": [MAIN]})
    assert only["least_sync_time"] == estate.iso(-1)
    await estate.control("PATCH", f"systems/{ANNEX}", {"online": True})
    told = await estate.ok(LIST, {"from_date": told["least_sync_time"]})
    assert [event["system_id"] for event in told["events"]] == [MAIN, ANNEX, MAIN]
    assert [event["sequence_id"] for event in told["events"]] == [1, 1, 2]
    assert told["least_sync_time"] == estate.iso(-1)


async def test_slow_system(estate: Estate) -> None:
    """Each system may have its own delay, and the guarantee never goes back by it."""
    estate.later(60)
    before = (await estate.ok(LIST))["least_sync_time"]
    await estate.control("PATCH", f"systems/{ANNEX}", {"event_seconds": 30})
    await estate.try_key("Gate", ANNEX, card=ANNA)
    estate.later(29)
    told = await estate.ok(LIST)
    assert (told["events"], told["least_sync_time"]) == ([], before)
    estate.later(1)
    assert len((await estate.ok(LIST))["events"]) == 1


async def test_first_synchronisation(estate: Estate) -> None:
    """As long as a system has never synchronised, nothing is guaranteed for all."""
    estate.cloud.set_options(first_sync_seconds=30)
    await estate.control("POST", "systems", {"id": "xyz-009", "name": "New"}, 201)
    told = await estate.ok(LIST)
    assert told["least_sync_time"] is None
    both = {"systems": [MAIN, ANNEX]}
    assert (await estate.ok(LIST, both))["least_sync_time"] == estate.iso(-1)
    estate.later(29)
    assert (await estate.ok(LIST))["least_sync_time"] is None
    estate.later(1)
    assert (await estate.ok(LIST))["least_sync_time"] == estate.iso(-1)


async def test_period(estate: Estate) -> None:
    """A period has both its ends, and is the last seven days where nothing is said."""
    for days in (8, 7, 1):
        at = estate.iso(-days * 24 * 3600)
        await estate.try_key(card=ANNA, at=at)
    estate.later(1)
    assert len(await estate.events()) == 1
    assert len(await estate.events(from_date=estate.iso(-7 * 24 * 3600 - 1))) == 2
    everything = {"from_date": "2020-09-01T00:00:00Z"}
    assert len(await estate.events(**everything)) == 3
    end = estate.iso(-7 * 24 * 3600 - 1)
    assert len(await estate.events(**everything, to_date=end)) == 2
    assert len(await estate.events(from_date=end, to_date=end)) == 1
    naive = end.removesuffix("Z")
    assert len(await estate.events(from_date=naive, to_date=naive + ".5+00:00")) == 1
    assert await estate.events(from_date=estate.iso(60)) == []


async def test_filters(estate: Estate) -> None:
    """Both filters, neither of them and both of them false are the same."""
    await estate.try_key(card=ANNA)
    await estate.try_key(card="EM:9")
    await estate.try_key("Gate", ANNEX, card=ANNA)
    estate.later(1)

    async def types(**body: Any) -> list[int]:
        return [event["type"] for event in await estate.events(**body)]

    yes = {"include_access_granted": True}
    also = {"include_access_denied": True}
    no = {"include_access_granted": False, "include_access_denied": False}
    everything = [102, 201, 102]
    assert await types() == await types(**no) == await types(**yes, **also)
    assert await types() == await types(systems=[]) == everything
    assert await types(**yes) == await types(**yes, include_access_denied=False)
    assert await types(**yes) == [102, 102]
    assert await types(**also) == [201]
    assert await types(systems=[ANNEX]) == [102]
    nulls = dict.fromkeys(("from_date", "to_date", "systems", "limit", *yes, *also))
    assert await types(**nulls, continuation_key=None) == everything


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": True},
        {"limit": "10"},
        {"limit": 1.5},
        {"from_date": "yesterday"},
        {"from_date": 1},
        {"from_date": "2025-01-02T00:00:00Z", "to_date": "2025-01-01T00:00:00Z"},
        {"systems": MAIN},
        {"systems": [1]},
        {"systems": ["elsewhere"]},
        {"include_access_granted": "yes"},
        {"include_access_denied": 1},
        {"continuation_key": "nothing"},
        {"continuation_key": 1},
        {"page": 1},
    ],
)
async def test_wrong_queries(estate: Estate, body: object) -> None:
    """What is wrong is refused."""
    await estate.refused(LIST, body)


@pytest.mark.parametrize("order", ["oldest", "newest"])
@pytest.mark.parametrize("repeat", ["never", "once"])
async def test_pages(estate: Estate, order: str, repeat: str) -> None:
    """Pages follow each other without a gap, in either order; options tell pages twice."""
    estate.cloud.set_options(event_order=order, repeat_pages=repeat)
    crowd(estate.cloud, 25, timedelta(hours=1))
    told = await estate.events(limit=10, systems=[MAIN])
    once = await estate.events(systems=[MAIN])
    assert len(once) == 13
    assert [event["event_time"] for event in once] == sorted(
        (event["event_time"] for event in once), reverse=order == "newest"
    )
    assert told == (once[:10] + once if repeat == "once" else once)


async def test_endless_pages(estate: Estate) -> None:
    """A continuation key may lead to the same page for ever."""
    estate.cloud.set_options(repeat_pages="always")
    crowd(estate.cloud, 3, timedelta(hours=1))
    first = await estate.ok(LIST, {"limit": 2})
    body = {"continuation_key": first["continuation_key"], "limit": 2}
    assert [await estate.ok(LIST, body) for _ in range(3)] == [first] * 3


async def test_continuation(estate: Estate) -> None:
    """A key stands for its whole query, for as long as it is good, and for its own integration."""
    crowd(estate.cloud, 30, timedelta(hours=1))
    told = await estate.ok(LIST, {"limit": 3, "systems": [MAIN]})
    key = {"continuation_key": told["continuation_key"]}
    assert told["has_more"]
    estate.later(1)
    rest = await estate.ok(LIST, {**key, "systems": [ANNEX]})
    assert {event["system_id"] for event in rest["events"]} == {MAIN}
    assert await estate.ok(LIST, key) == rest
    assert len(told["events"]) + len(rest["events"]) == 15
    estate.api_key = estate.cloud.add_integration("Other", "other").api_key or ""
    await estate.refused(LIST, key)
    estate.api_key = estate.cloud.integration.api_key or ""
    estate.cloud.set_options(continuation_seconds=60)
    estate.later(58)
    await estate.ok(LIST, key)
    estate.later(1)
    assert "continuation_key" in await estate.refused(LIST, key)
    estate.cloud.set_options(continuation_seconds=None)
    await estate.ok(LIST, key)
    await estate.control("DELETE", "continuations", status=204)
    await estate.refused(LIST, key)


async def test_late_between_pages(estate: Estate) -> None:
    """What comes late while pages are turned stands before them, and is found by the next query alone."""
    await estate.control("PATCH", f"systems/{ANNEX}", {"online": False})
    await estate.try_key("Gate", ANNEX, card=ANNA)
    for _ in range(3):
        estate.later(1)
        await estate.try_key(card=ANNA)
    estate.later(1)
    first = await estate.ok(LIST, {"limit": 2})
    await estate.control("PATCH", f"systems/{ANNEX}", {"online": True})
    key = first["continuation_key"]
    second = await estate.ok(LIST, {"continuation_key": key})
    assert [event["system_id"] for event in second["events"]] == [MAIN]
    assert len(await estate.events(from_date=first["least_sync_time"])) == 4


async def test_restarted_sequence(estate: Estate) -> None:
    """A number comes again after a system has begun anew, even in the same second."""
    await estate.try_key(card=ANNA)
    await estate.control("DELETE", f"systems/{MAIN}/sequence", status=204)
    await estate.try_key("Office", card=ANNA)
    estate.later(1)
    told = await estate.ok(LIST, {"limit": 1})
    key = told["continuation_key"]
    told["events"] += (await estate.ok(LIST, {"continuation_key": key}))["events"]
    assert [event["sequence_id"] for event in told["events"]] == [1, 1]
    assert [event["door_name"] for event in told["events"]] == ["Entrance", "Office"]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("whole", "2025-11-21T08:14:50Z"),
        ("fraction", "2025-11-21T08:14:50.123Z"),
        ("offset", "2025-11-21T08:14:50+00:00"),
    ],
)
async def test_forms(estate: Estate, form: str, text: str) -> None:
    """Instants are written in one of three forms, and identifications in one of two."""
    estate.cloud.set_options(time_form=form, event_keys="hex")
    estate.clock.now = estate.clock.now.replace(microsecond=123456)
    assert (await estate.try_key(card=ANNA))["event_time"] == text
    told = await estate.try_key(code="864202")
    assert told["key"] == {"identification": "864202", "type": "code"}
    estate.later(1)
    told = await estate.ok(LIST, {"from_date": text, "to_date": text})
    assert told["least_sync_time"] == text
    assert [event["event_time"] for event in told["events"]] == [text] * 2
    assert told["events"][0]["key"]["identification"] == "0x00499602d2"


async def test_many_events(estate: Estate) -> None:
    """A hundred thousand events are made in little time, and read page by page without a gap."""
    day = 24 * 3600
    started = perf_counter()
    body = {"count": 100_000, "seconds": 10 * day}
    assert await estate.control("POST", "events", body, 201) == {"events": 100_000}
    # Generous, for a machine that does something else as well.
    assert perf_counter() - started < 15
    told = await estate.events(from_date=estate.iso(-day + 1))
    assert len(told) == 10_000
    places = {
        (event["system_id"], event["event_time"], event["sequence_id"])
        for event in told
    }
    assert len(places) == len(told)
    history = estate.cloud.history
    query = Query(estate.at(-20 * day), estate.at(), frozenset((MAIN, ANNEX)))
    found, after, more = [], None, True
    while more:
        events, more = history.page(query, after, 1000, newest=False)
        found += events
        after = events[-1].order
    assert found == list(history)


STEPS = st.lists(
    st.tuples(st.sampled_from(("push", "cut", "back", "later", "poll")), st.booleans()),
    max_size=60,
)


@given(STEPS)
def test_guarantee(steps: list[tuple[str, bool]]) -> None:
    """Who polls from the last guaranteed instant on misses nothing, however late a system tells."""
    clock = FakeClock()
    cloud = IntServCloud(clock=clock)
    pushed: set[tuple[str, int]] = set()
    seen: set[tuple[str, int]] = set()
    since = clock.now

    def poll() -> None:
        nonlocal since
        cloud.settle()
        body = {"from_date": since.isoformat()}
        told: Any = list_events(Call(cloud, cloud.integration, body, clock.now))
        seen.update(
            (event["system_id"], event["sequence_id"]) for event in told["events"]
        )
        since = datetime.fromisoformat(told["least_sync_time"])

    for step, first in [*steps, ("back", True), ("back", False), ("later", True)]:
        cloud.settle()
        system = cloud.systems[MAIN if first else ANNEX]
        match step:
            case "push":
                gate = next(iter(system.doors.values()))
                event = cloud.site.push_exit_button(system, gate, clock.now)
                pushed.add((system.id, event.sequence_id))
            case "cut" | "back":
                cloud.set_online(system, step == "back")
            case "later":
                clock.move(7.3 if first else 0.4)
            case "poll":
                poll()
    poll()
    assert seen == pushed
