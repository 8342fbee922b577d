"""Whatever happens while access keys are issued, changed and taken back, none is lost or doubled, and the ledger says which there are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
import logging
import os
from typing import Final

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.latchkey.ledger import Terms
from custom_components.latchkey.vendors.grants import Credential, GrantState
from simulators.faults import Fault
from simulators.intserv import IntServCloud, serve
from simulators.intserv.systems import Pace
from tests.grants.home import Disk
from tests.intserv.crash import Trial
from tests.intserv.home import Systems
from tests.intserv.mortal_home import MortalHome
from tests.intserv.schedules import (
    CODES,
    DOUBTS,
    FOUND,
    LEVELS,
    TIMES,
    Action,
    Schedule,
    Stroke,
)
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


@asynccontextmanager
async def _home() -> AsyncIterator[MortalHome]:
    clock = FakeClock()
    cloud = IntServCloud(clock=clock)
    async with serve(cloud) as address:
        home = MortalHome(cloud, address.url, clock, Disk())
        try:
            yield await home.started()
        finally:
            await home.ended()


async def _run(schedule: Schedule) -> None:
    async with _home() as home:
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


@pytest.mark.parametrize("schedule", FOUND.values(), ids=FOUND)
def test_found(socket_enabled: None, schedule: Schedule) -> None:
    """The same, for what once was not so."""
    _tried(schedule)


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_end_while_a_system_has_a_later_one(
    socket_enabled: None, is_restarted: bool
) -> None:
    """What is issued again for less is not over before the systems know of it, remembered or not."""
    async with _home() as home:
        access, now = home.access("Staff"), home.clock.now
        long = Terms(name="Gun Ek", start=None, end=now + timedelta(days=30))
        short = Terms(name="Gun Ek", start=None, end=now + timedelta(minutes=5))
        if not is_restarted:
            home.cloud.add_fault(Fault("half", path="/v1/accesskeys/add", times=1))
        await home.issue("G1", access, Credential.PIN, long, "482913")
        home.clock.move(10)
        for system in home.cloud.systems.values():
            home.cloud.settle()
            home.cloud.set_online(system, False)
        await home.compare()
        if is_restarted:
            home = await home.restarted()
        record, _ = await home.issue("G2", access, Credential.PIN, short, "482913")
        assert record.grant_id == "G1"
        home.clock.move(400)
        await home.compare()
        assert home.records["G1"].state_at(home.clock.now) is GrantState.PENDING
        assert home.records["G1"].outlives(home.clock.now) == long.end
        for system in home.cloud.systems.values():
            home.cloud.set_online(system, True)
        home.clock.move(10)
        await home.looked()
        assert home.records["G1"].state is GrantState.EXPIRED
        await home.ended()


async def test_repeated_in_its_first_spelling(socket_enabled: None) -> None:
    """What is repeated is sent as it was at first: to the vendor, another spelling might be another card."""
    async with _home() as home:
        first, other = CODES[1].spellings[:2]
        terms = Terms(name="Gun Ek", start=None, end=None)
        access = home.access("Staff")
        home.cloud.add_fault(Fault("reset", path="/v1/accesskeys/add", times=1))
        doubted, _ = await home.issue("G1", access, Credential.CARD, terms, first)
        assert doubted.state is GrantState.UNKNOWN
        record, _ = await home.issue("G2", access, Credential.CARD, terms, other)
        assert record.grant_id == "G1"
        key = home.cloud.integration.store.keys[record.vendor_id or ""]
        assert key.identity.given == first


async def test_taken_back_in_its_first_spelling(
    systems: Systems, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken back by its code is named as it was at first, as long as that is remembered."""
    await systems.start()
    first, other = CODES[1].spellings[:2]
    systems.fault("half", "accesskeys/add", times=1)
    issued = await systems.act(
        "issue_key", access="Staff", credential="card", name="Gun Ek", code=first
    )
    (row,) = issued["grants"]
    assert row["state"] == "unknown"
    sent: list[str] = []
    vendor = systems.entry.runtime_data.grants.vendor
    revoke_code = vendor.revoke_code

    async def seen(credential: Credential, code: str) -> None:
        sent.append(code)
        await revoke_code(credential, code)

    monkeypatch.setattr(vendor, "revoke_code", seen)
    await systems.act("revoke_grant", grant_id=row["grant_id"], code=other)
    assert sent == [first]
