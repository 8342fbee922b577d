"""Deliveries to the simulated unit, by syncs that go wrong."""

from typing import Literal

import pytest

from custom_components.latchkey.deliveries import RETRIES
from custom_components.latchkey.vendors.grants import (
    Credential,
    DeliveryState,
    GrantState,
)
from simulators import Fault
from tests.grants.cloud import LateCloud
from tests.grants.conftest import UNIT
from tests.grants.home import Home

PUSH = "POST /v1/UnitSync/PushChanges"
ABORT = "POST /v1/UnitSync/Abort"


async def issue_eight(home: Home) -> None:
    """Issue as many grants as two packets hold."""
    for number in range(8):
        await home.book.issue(
            f"GRANT{number:04}",
            home.access,
            Credential.PIN,
            home.terms(),
            f"48291{number}",
        )
    home.request_delivery()


def count(home: Home, state: GrantState) -> int:
    """Return how many grants are in a state."""
    return sum(record.state is state for record in home.ledger.records.values())


async def test_together(home: Home, cloud: LateCloud) -> None:
    """Changes of a few seconds go to the unit by one sync."""
    await issue_eight(home)
    await home.tick()
    assert count(home, GrantState.ACTIVE) == 8
    assert cloud.requests.counts[PUSH] == 1
    assert cloud.requests.counts[ABORT] == 0
    assert home.deliveries.delivery(home.scope).state is DeliveryState.COMPLETED


@pytest.mark.parametrize("form", ["rows", "bare"])
@pytest.mark.parametrize(
    "wrong",
    [("fail", 9, 0), ("half", 9, 4), ("stall", 308, 0)],
)
async def test_endings(
    home: Home,
    cloud: LateCloud,
    wrong: tuple[Literal["fail", "half", "stall"], float, int],
    form: str,
) -> None:
    """A sync that goes wrong is aborted and asked for again; until then only what arrived is active."""
    ending, first_try, held = wrong
    cloud.set_options(entry_form=form)
    cloud.set_sync_ending(UNIT, ending, times=1)
    await issue_eight(home)
    await home.tick(first_try + 5)
    assert len(cloud.memory(UNIT)) == held
    assert count(home, GrantState.ACTIVE) == (held if form == "rows" else 0)
    assert (cloud.requests.counts[PUSH], cloud.requests.counts[ABORT]) == (1, 1)
    assert home.deliveries.delivery(home.scope).state in (
        DeliveryState.FAILED,
        DeliveryState.TIMED_OUT,
    )
    await home.tick(60)
    assert len(cloud.memory(UNIT)) == count(home, GrantState.ACTIVE) == 8
    assert cloud.requests.counts[PUSH] == 2


@pytest.mark.parametrize("form", ["rows", "bare"])
async def test_somebody_elses_sync(home: Home, cloud: LateCloud, form: str) -> None:
    """A sync that began before our change does not count; ours follows it."""
    cloud.set_options(entry_form=form, sync_seconds_per_packet=20)
    cloud.program(UNIT).entries.create({"idNumber": "1111"})
    cloud.program(UNIT).sync.push()
    await issue_eight(home)
    await home.tick(30)
    assert len(cloud.memory(UNIT)) == 1
    assert count(home, GrantState.PENDING) == 8
    cloud.set_options(sync_seconds_per_packet=1)
    await home.ticks(2)
    assert len(cloud.memory(UNIT)) == 9
    assert count(home, GrantState.ACTIVE) == 8


@pytest.mark.usefixtures("bare")
async def test_end_of_an_earlier_sync(home: Home, cloud: LateCloud) -> None:
    """The end that is told after a push that got lost is an earlier sync's, and makes nothing active."""
    cloud.program(UNIT).entries.create({"idNumber": "1111"})
    cloud.program(UNIT).sync.push()
    home.clock.move(10)
    cloud.add_fault(Fault("reset", "POST", "/v1/UnitSync", times=1))
    await issue_eight(home)
    await home.tick(12)
    assert len(cloud.memory(UNIT)) == 1
    assert count(home, GrantState.ACTIVE) == 0
    await home.ticks(2)
    assert len(cloud.memory(UNIT)) == 9
    assert count(home, GrantState.ACTIVE) == 8


@pytest.mark.parametrize("kind", ["reset_after", "html_after", "half", "twice"])
@pytest.mark.parametrize("form", ["rows", "bare"])
async def test_lost_answers(home: Home, cloud: LateCloud, kind: str, form: str) -> None:
    """A push whose answer was lost or doubled leads to the same in the end."""
    cloud.set_options(entry_form=form)
    fault = Fault(kind, "POST", "/v1/UnitSync/PushChanges", times=1)  # type: ignore[arg-type]  # the kind is one of the parameters
    cloud.add_fault(fault)
    await issue_eight(home)
    await home.ticks(2)
    assert len(cloud.memory(UNIT)) == count(home, GrantState.ACTIVE) == 8


async def test_stays_away(home: Home, cloud: LateCloud) -> None:
    """A unit that is offline gets its changes when it is back; tries become rare."""
    cloud.set_offline(UNIT, "stale")
    await issue_eight(home)
    await home.tick(2 * 3600)
    tries = cloud.requests.counts[PUSH]
    assert 4 <= tries <= 8
    assert count(home, GrantState.PENDING) == 8
    cloud.set_offline(UNIT, None)
    await home.tick(RETRIES[-1] + 60)
    assert count(home, GrantState.ACTIVE) == 8
