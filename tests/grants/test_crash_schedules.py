"""The home is killed, or its task cancelled, at every await point of an action, whatever the cloud does."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import product
import logging
import random
from typing import Any, Final

from hypothesis import given, settings, strategies as st
import pytest

from simulators.flexykey import serve
from tests.grants.cloud import LateCloud
from tests.grants.home import Disk, Home
from tests.grants.schedules import (
    READ_TROUBLES,
    TROUBLES,
    Action,
    End,
    Schedule,
    Stroke,
)
from tests.grants.trial import Trial
from tests.simulators.helpers import FakeClock

ACTIONS: Final[tuple[Action, ...]] = ("issue", "update", "amend", "revoke")
ENDS: Final[tuple[End, ...]] = ("kill", "cancel")
FORMS: Final = ("rows", "envelope", "bare")
ANSWERS: Final = ("row", "empty")
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


@dataclass
class Arena:
    """Runs schedules one after the other at one served cloud, each with a unit of its own."""

    runner: asyncio.Runner
    cloud: LateCloud
    url: str
    clock: FakeClock
    runs: int = 0

    def run(self, schedule: Schedule) -> Trial:
        """Run a schedule; return what was seen."""
        self.runs += 1
        return self.runner.run(self._run(schedule))

    async def _run(self, schedule: Schedule) -> Trial:
        (unit,) = self.cloud.generate_units(1)
        home = Home(self.cloud, self.url, self.clock, Disk(), str(unit.unit_id))
        trial = Trial(home, schedule)
        try:
            await trial.run()
        except AssertionError as err:
            err.add_note(repr(schedule))
            raise
        finally:
            await self.cloud.release()
            self.cloud.clear_faults()
            for opened in {home, trial.home}:
                await opened.session.close()
            self.cloud.remove_unit(unit.unit_id)
        return trial

    def points(self, stroke: Stroke, form: str, answer: str) -> list[Schedule]:
        """Run a stroke to its end; return the schedules that stop it at each of its await points."""
        before = () if stroke.action == "issue" else (ISSUED,)
        schedule = Schedule((*before, stroke), form, answer)
        suspensions = self.run(schedule).suspensions
        return [
            replace(schedule, strokes=(*before, replace(stroke, end=end, at=at)))
            for end in ENDS
            for at in range(1, suspensions + 1)
        ]


@pytest.fixture
def arena(
    socket_enabled: None, record_property: Callable[[str, object], None]
) -> Iterator[Arena]:
    """Serve a cloud, in a loop that is not being debugged; tell how many schedules were run."""
    clock = FakeClock()
    cloud = LateCloud(clock)
    with asyncio.Runner(debug=False) as runner:
        stack = AsyncExitStack()
        address = runner.run(stack.enter_async_context(serve(cloud)))
        arena = Arena(runner, cloud, address.url, clock)
        # Log lines of thousands of troubles tell nothing.
        logging.disable()
        yield arena
        logging.disable(logging.NOTSET)
        runner.run(stack.aclose())
    record_property("schedules", arena.runs)
    print(f"\n{arena.runs} schedules")  # noqa: T201  what the profile has come to


def _wider() -> Iterator[tuple[Stroke, str, str]]:
    """Return strokes with every combination of troubles, in an order that mixes them."""
    combined = list(
        product(ACTIONS, TROUBLES, READ_TROUBLES, WRITES, FORMS, ANSWERS, range(5))
    )
    random.Random(1).shuffle(combined)
    for action, trouble, reading, write, form, answer, late in combined:
        restart, pushed = late % 2 == 0, late > 1
        yield (
            Stroke(
                action,
                trouble=trouble,
                read_trouble=reading,
                late=late,
                pushed=pushed,
                restart=restart,
                **write,
            ),
            form,
            answer,
        )


def test_every_await_point(arena: Arena, schedules: int) -> None:
    """No grant is lost, doubled or reported wrongly, wherever an action is stopped.

    Each action under each trouble of the cloud first; then, as far as schedules are left, with
    troubles of reading and writing besides.
    """
    points: list[Schedule] = []
    for action, trouble, late in product(ACTIONS, TROUBLES, (1, 4)):
        # Late is before and after the grace, and means something to what is held alone.
        if late == 1 and trouble not in ("late", "time_out"):
            continue
        stroke = Stroke(action, trouble=trouble, late=late, pushed=True)
        points += arena.points(stroke, "rows", "row")
    wanted = max(schedules - arena.runs, 0)
    for schedule in random.Random(1).sample(points, min(len(points), wanted)):
        arena.run(schedule)
    for stroke, form, answer in _wider():
        if arena.runs >= schedules:
            break
        for schedule in arena.points(stroke, form, answer):
            arena.run(schedule)
    assert arena.runs >= schedules


def _strokes(*actions: Action) -> st.SearchStrategy[Stroke]:
    return st.builds(
        lambda write, **fields: Stroke(**fields, **write),
        action=st.sampled_from(actions),
        end=st.sampled_from(("run", *ENDS)),
        at=st.integers(1, 16),
        trouble=st.sampled_from(TROUBLES),
        read_trouble=st.sampled_from(READ_TROUBLES),
        write=st.sampled_from(WRITES),
        busy=st.booleans(),
        restart=st.booleans(),
        late=st.integers(0, 6),
        pushed=st.booleans(),
        pause=st.integers(0, 4),
    )


MIXTURES: Final = st.builds(
    lambda first, others, **fields: Schedule((first, *others), **fields),
    first=st.just(ISSUED) | _strokes("issue"),
    others=st.lists(_strokes("update", "amend", "revoke"), max_size=3),
    form=st.sampled_from(FORMS),
    answer=st.sampled_from(ANSWERS),
    crash_in=st.integers(-1, 5),
    crash_at=st.integers(1, 30),
)
"""Several actions one after the other, each with troubles of its own, and a crash while they are looked into."""


def test_mixtures(arena: Arena, schedules: int) -> None:
    """The same holds for actions that follow each other while earlier ones are still in doubt."""

    @settings(max_examples=max(schedules // 4, 1), deadline=None, database=None)
    @given(MIXTURES)
    def run(schedule: Schedule) -> None:
        arena.run(schedule)

    run()
