"""The home is killed, or its task cancelled, at every await point of an action, whatever the platform does."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
import logging
import random
from typing import Any, Final

from hypothesis import given, settings, strategies as st
import pytest

from tests.grants.home import Disk
from tests.keyless_book.home import Home
from tests.keyless_book.platform import Platform
from tests.keyless_book.schedules import (
    CHANGES,
    READ_TROUBLES,
    TROUBLES,
    Action,
    End,
    Schedule,
    Stroke,
)
from tests.keyless_book.trial import Trial
from tests.simulators.helpers import FakeClock

ACTIONS: Final[tuple[Action, ...]] = ("issue", "key", *CHANGES, "revoke")
ENDS: Final[tuple[End, ...]] = ("kill", "cancel")
ISSUED: Final = Stroke("issue", pause=2)
WRITES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"write": 1},
    {"write": 1, "writes": 99},
    {"write": 1, "lands": True},
    {"write": 2},
    {"write": 2, "writes": 99},
)
"""Which writes of the ledger fail."""
PHONES: Final = (0, -1, 3)


@dataclass
class Arena:
    """Runs schedules one after the other, each at a platform of its own."""

    runner: asyncio.Runner
    runs: int = 0

    def run(self, schedule: Schedule) -> Trial:
        """Run a schedule; return what was seen."""
        self.runs += 1
        platform = Platform(FakeClock(), phone=schedule.phone_in == 0)
        trial = Trial(Home(platform, Disk()), schedule)
        try:
            self.runner.run(trial.run())
        except AssertionError as err:
            err.add_note(repr(schedule))
            raise
        return trial

    def points(self, stroke: Stroke, **schedule: Any) -> list[Schedule]:
        """Run a stroke to its end; return the schedules that stop it at each of its await points."""
        before = () if stroke.action in ("issue", "key") else (ISSUED,)
        run_through = Schedule((*before, stroke), **schedule)
        suspensions = self.run(run_through).suspensions
        return [
            replace(
                run_through,
                strokes=(*before, replace(stroke, end=end, at=at, arrives=arrives)),
            )
            for end in ENDS
            for arrives in (False, True)
            for at in range(1, suspensions + 1)
        ]


@pytest.fixture
def arena(record_property: Callable[[str, object], None]) -> Iterator[Arena]:
    """Run in a loop that is not being debugged; tell how many schedules were run."""
    with asyncio.Runner(debug=False) as runner:
        arena = Arena(runner)
        # Log lines of thousands of troubles tell nothing.
        logging.disable()
        yield arena
        logging.disable(logging.NOTSET)
    record_property("schedules", arena.runs)
    print(f"\n{arena.runs} schedules")  # noqa: T201  what the profile has come to


def _wider() -> Iterator[tuple[Stroke, dict[str, Any]]]:
    """Return strokes with every combination of troubles, in an order that mixes them."""
    combined = list(
        product(ACTIONS, TROUBLES, READ_TROUBLES, WRITES, PHONES, (0, 3, 20), range(5))
    )
    random.Random(1).shuffle(combined)
    for action, trouble, reading, write, phone, begins_in, late in combined:
        stroke = Stroke(
            action,
            trouble=trouble,
            read_trouble=reading,
            foreign=late == 3,
            late=late,
            restart=late % 2 == 0,
            **write,
        )
        yield (
            stroke,
            {
                "phone_in": 0 if action == "key" else phone,
                "begins_in": begins_in,
            },
        )


def test_every_await_point(arena: Arena, schedules: int) -> None:
    """No grant is lost, doubled or reported wrongly, wherever an action is stopped.

    Each action under each trouble of the platform first; then, as far as schedules are left, with
    troubles of reading and writing besides.
    """
    points: list[Schedule] = []
    for action, trouble, late in product(ACTIONS, TROUBLES, (1, 4)):
        # Late is before and after the grace, and means something to what is held alone.
        if late == 1 and trouble != "late":
            continue
        points += arena.points(Stroke(action, trouble=trouble, late=late))
    wanted = max(schedules - arena.runs, 0)
    for schedule in random.Random(1).sample(points, min(len(points), wanted)):
        arena.run(schedule)
    for stroke, fields in _wider():
        if arena.runs >= schedules:
            break
        for point in arena.points(stroke, **fields):
            arena.run(point)
    assert arena.runs >= schedules


def _strokes(*actions: Action) -> st.SearchStrategy[Stroke]:
    return st.builds(
        lambda write, **fields: Stroke(**fields, **write),
        action=st.sampled_from(actions),
        end=st.sampled_from(("run", *ENDS)),
        at=st.integers(1, 30),
        arrives=st.booleans(),
        trouble=st.sampled_from(TROUBLES),
        read_trouble=st.sampled_from(READ_TROUBLES),
        write=st.sampled_from(WRITES),
        foreign=st.booleans(),
        busy=st.booleans(),
        restart=st.booleans(),
        late=st.integers(0, 6),
        pause=st.integers(0, 4),
    )


MIXTURES: Final = st.builds(
    lambda first, others, **fields: Schedule((first, *others), **fields),
    first=st.just(ISSUED) | _strokes("issue"),
    others=st.lists(_strokes("again", *CHANGES, "revoke"), max_size=4),
    begins_in=st.sampled_from((0, 3, 20)),
    phone_in=st.sampled_from(PHONES),
    crash_in=st.integers(-1, 5),
    crash_at=st.integers(1, 30),
)
"""Several actions one after the other, each with troubles of its own, and a crash while they are looked into."""


def test_mixtures(arena: Arena, schedules: int) -> None:
    """The same holds for actions that follow each other while earlier ones are still in doubt."""

    @settings(max_examples=max(schedules // 2, 1), deadline=None, database=None)
    @given(MIXTURES)
    def run(schedule: Schedule) -> None:
        arena.run(schedule)

    run()
