"""Whatever happens while access keys are issued, changed and taken back, none is lost or doubled, and the ledger says which there are."""

import asyncio
import logging
import os
from typing import Final

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from simulators.intserv import IntServCloud, serve
from simulators.intserv.systems import Pace
from tests.grants.home import Disk
from tests.intserv.crash import (
    CODES,
    DOUBTS,
    LEVELS,
    TIMES,
    Action,
    Schedule,
    Stroke,
    Trial,
)
from tests.intserv.mortal_home import MortalHome
from tests.simulators.helpers import FakeClock

SHORT: Final = 100
"""How many schedules are run unless LATCHKEY_SCHEDULES says another number."""
COMMANDS: Final = (*DOUBTS, 400, 404, 409, "rate_limit", "twice")
READINGS: Final = ("reset", "html", "half", 503, "rate_limit")
_COMMON: Final[tuple[Action, ...]] = (
    *("issue", "issue", "issue", "repeat", "update", "revoke", "revoke"),
    *("look", "look", "revoke_code", "portal", "restart"),
)


def _strokes(*actions: Action) -> st.SearchStrategy[Stroke]:
    return st.builds(
        Stroke,
        action=st.sampled_from(actions),
        code=st.sampled_from([0, 0, *range(len(CODES))]),
        spelling=st.integers(0, 2),
        levels=st.integers(0, len(LEVELS) - 1),
        times=st.integers(0, len(TIMES) - 1),
        pick=st.integers(0, 3),
        right_code=st.sampled_from([True, True, False]),
        trouble=st.none() | st.sampled_from(COMMANDS),
        reading=st.none() | st.sampled_from(READINGS),
        write=st.sampled_from([0, 0, 0, 1, 2]),
        lands=st.booleans(),
        end=st.sampled_from(["kill", "cancel"]),
        at=st.just(0) | st.integers(1, 30),
        pause=st.sampled_from([0, 0, 1, 4, 61, 130, 400, 3700]),
    )


_PACES: Final = st.none() | st.builds(
    Pace,
    seconds=st.none() | st.sampled_from([0.0, 3.0, 100.0]),
    error_type=st.none() | st.sampled_from(["CodeNotEnabled"]),
)
SCHEDULES: Final = st.builds(
    lambda first, others, **more: Schedule((first, *others), **more),
    first=_strokes("issue"),
    others=st.lists(_strokes(*_COMMON), max_size=6),
    options=st.fixed_dictionaries(
        {
            "removed_status": st.sampled_from(["unknown", "left", "applied"]),
            "unknown_status": st.sampled_from([400, 404]),
            "unknown_remove": st.sampled_from(["refuse", "ignore"]),
            "omitted": st.sampled_from(["keep", "clear"]),
            "time_form": st.sampled_from(["whole", "fraction", "offset"]),
        }
    ),
    paces=st.tuples(_PACES, _PACES),
    offline=st.tuples(*[st.sampled_from([False, False, True])] * 2),
)


class _Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self._trial = trial

    def emit(self, record: logging.LogRecord) -> None:
        self._trial.leaks.append(record.getMessage())


async def _run(schedule: Schedule) -> None:
    clock = FakeClock()
    cloud = IntServCloud(clock=clock)
    async with serve(cloud) as address:
        home = await MortalHome(cloud, address.url, clock, Disk()).started()
        trial = Trial(home, schedule)
        logger = logging.getLogger("custom_components.latchkey")
        lines, level, passes = _Lines(trial), logger.level, logger.propagate
        logger.addHandler(lines)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        try:
            await trial.run()
        finally:
            logger.removeHandler(lines)
            logger.setLevel(level)
            logger.propagate = passes
            await trial.home.ended()


def _tried(schedule: Schedule) -> None:
    with asyncio.Runner(debug=False) as runner:
        runner.run(_run(schedule))


@settings(
    max_examples=int(os.environ.get("LATCHKEY_SCHEDULES", SHORT)),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(schedule=SCHEDULES)
def test_schedules(socket_enabled: None, schedule: Schedule) -> None:
    """Each access key is one record's, each record says what is so, and no secret gets out."""
    _tried(schedule)


FOUND: Final = {
    "an earlier end stays, of what was made already": Schedule(
        (Stroke("issue", code=1, trouble="reset_after"), Stroke("issue", 1, times=1))
    ),
    "an earlier end stays, of what is no longer remembered": Schedule(
        (Stroke("issue"), Stroke("restart"), Stroke("issue", times=1))
    ),
    "what was delivered just before is no removal": Schedule(
        (Stroke("issue", pause=6), Stroke("revoke", trouble="reset"))
    ),
    "what is delivered meanwhile is no removal": Schedule(
        (Stroke("issue"), Stroke("revoke", trouble="reset", pause=61), Stroke("look")),
        {"removed_status": "applied", "apply_seconds": 30},
    ),
    "a page is no removal": Schedule(
        (Stroke("issue", pause=400), Stroke("revoke", trouble="html"))
    ),
    "a page is no removal by a code": Schedule(
        (
            Stroke("issue", trouble="half", pause=400),
            Stroke("revoke", trouble="html"),
        )
    ),
    "asked for twice, done for the first": Schedule(
        (
            Stroke("issue", pause=400),
            Stroke("revoke", pause=130),
            Stroke("revoke"),
        ),
        {"removed_status": "applied"},
    ),
    "asked for twice, first in doubt": Schedule(
        (
            Stroke("issue", pause=400),
            Stroke("revoke", trouble="twice", pause=130),
            Stroke("revoke"),
        ),
        {"removed_status": "applied"},
    ),
    "refused, since it was done just before": Schedule(
        (Stroke("issue", pause=400), Stroke("revoke", trouble="twice")),
        {"removed_status": "left"},
    ),
    "said not to be there, and told of": Schedule(
        (
            Stroke("issue"),
            Stroke("revoke", trouble="reset"),
            Stroke("look", trouble=404),
        ),
        paces=(Pace(None),),
    ),
    "taken back by its code, and once more": Schedule(
        (Stroke("issue", trouble="half"), Stroke("revoke"), Stroke("revoke"))
    ),
    "a doubt that has run out keeps no code": Schedule(
        (Stroke("issue", times=3, trouble="reset", pause=400), Stroke("issue"))
    ),
    "two readings that fail, and a good one between": Schedule(
        (
            Stroke("issue", pause=61),
            Stroke("update", trouble="reset", pause=1),
            Stroke("look", reading=404, pause=130),
            Stroke("look", pause=130),
            Stroke("look", reading=404),
        )
    ),
}
"""What was once wrong."""


@pytest.mark.parametrize("schedule", FOUND.values(), ids=FOUND)
def test_found(socket_enabled: None, schedule: Schedule) -> None:
    """The same, for what once was not so."""
    _tried(schedule)
