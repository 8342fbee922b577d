"""The book of grants, by examples: what a call comes to."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from custom_components.latchkey.ledger import LedgerError, Record
from custom_components.latchkey.vendors.grants import GrantState
from custom_components.latchkey.vendors.vendor import Conflict, RateLimited
from simulators import Fault
from tests.grants.cloud import LateCloud
from tests.grants.conftest import UNIT
from tests.grants.home import CODE, GRANT, Home

ENTRIES = "/v1/UnitIdEntries"


async def test_life(home: Home, cloud: LateCloud) -> None:
    """A grant is pending until the unit has it, and revoking until the unit has forgotten it."""
    assert (await home.issue()).state is GrantState.PENDING
    assert not cloud.type_code(UNIT, CODE).granted
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE
    assert cloud.type_code(UNIT, CODE).granted
    assert (await home.book.revoke(home.record)).state is GrantState.REVOKING
    assert cloud.type_code(UNIT, CODE).granted
    await home.ticks(2)
    assert home.state() is GrantState.REVOKED
    assert not cloud.type_code(UNIT, CODE).granted
    assert cloud.entries(UNIT) == cloud.memory(UNIT) == []
    assert [record.state for record in home.told] == [
        GrantState.PENDING,
        GrantState.ACTIVE,
        GrantState.REVOKING,
        GrantState.REVOKED,
    ]


async def test_two_calls_at_once(home: Home, cloud: LateCloud) -> None:
    """Two calls for the same unit and code at the same moment come to one grant and one conflict."""
    first, second = await asyncio.gather(
        home.issue(grant_id="GRANTONE"),
        home.issue(grant_id="GRANTTWO"),
        return_exceptions=True,
    )
    assert not isinstance(first, BaseException)
    assert isinstance(second, Conflict)
    assert list(home.ledger.records) == ["GRANTONE"]
    assert "GRANTTWO" not in home.disk.text
    assert len(cloud.entries(UNIT)) == 1


async def test_conflict_with_itself(home: Home, cloud: LateCloud) -> None:
    """A cloud that handles a call twice refuses the second one: the grant is there."""
    cloud.add_fault(Fault("twice", "POST", ENTRIES, times=1))
    record = await home.issue()
    assert record.state is GrantState.PENDING
    assert record.vendor_id == str(cloud.entries(UNIT)[0]["id"])


@pytest.mark.parametrize("kind", ["status", "half", "html"])
async def test_conflict_that_cannot_be_looked_into(
    home: Home, cloud: LateCloud, kind: str
) -> None:
    """While the list cannot be read, a conflict may be one with itself: it is unknown."""
    cloud.add_fault(Fault("twice", "POST", ENTRIES, times=1))
    cloud.add_fault(Fault(kind, "GET", ENTRIES))  # type: ignore[arg-type]  # the kind is one of the parameters
    assert (await home.issue()).state is GrantState.UNKNOWN
    cloud.clear_faults()
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE


async def test_foreign_conflict(home: Home, cloud: LateCloud) -> None:
    """A number that somebody else issued is a conflict, and nothing remains of the call."""
    cloud.program(UNIT).entries.create({"idNumber": CODE, "name": "Someone"})
    with pytest.raises(Conflict):
        await home.issue()
    assert home.ledger.records == {}
    assert GRANT not in home.disk.text
    assert [row["name"] for row in cloud.entries(UNIT)] == ["Someone"]


async def test_refused(home: Home, cloud: LateCloud) -> None:
    """What the cloud refuses was never there."""
    cloud.add_fault(Fault("rate_limit", "POST", ENTRIES, retry_after=1))
    with pytest.raises(RateLimited):
        await home.issue()
    assert home.ledger.records == {}
    assert GRANT not in home.disk.text


@pytest.mark.parametrize("lands", [False, True])
@pytest.mark.parametrize("action", ["issue", "update", "revoke"])
async def test_failed_write(
    home: Home, cloud: LateCloud, action: str, lands: bool
) -> None:
    """After a failed write of the intent nothing is sent, and all stays as it was."""
    if action != "issue":
        await home.issue()
        await home.ticks(2)
    before, commands = home.state(), cloud.commands()
    calls: dict[str, Callable[[], Coroutine[Any, Any, Record]]] = {
        "issue": home.issue,
        "update": lambda: home.book.update(GRANT, home.terms(days=60), None),
        "revoke": lambda: home.book.revoke(home.record),
    }
    home.disk.fail(1, lands=lands)
    with pytest.raises(LedgerError):
        await calls[action]()
    await home.ticks(3)
    assert home.state() == before
    assert cloud.commands() == commands


@pytest.mark.parametrize("kind", ["html", "status", "reset"])
async def test_issue_without_effect(home: Home, cloud: LateCloud, kind: str) -> None:
    """A call that had no effect and no clear refusal is unknown first, and failed after the grace."""
    cloud.add_fault(Fault(kind, "POST", ENTRIES, times=1))  # type: ignore[arg-type]  # the kind is one of the parameters
    assert (await home.issue()).state is GrantState.UNKNOWN
    await home.tick()
    assert home.state() is GrantState.UNKNOWN
    await home.ticks(2)
    assert home.state() is GrantState.FAILED


async def test_closed(home: Home, cloud: LateCloud) -> None:
    """A closed book asks nothing and writes nothing: another one may hold the file by now."""
    await home.issue()
    written = home.disk.text
    cloud.requests.reset()
    await home.book.close()
    with pytest.raises(LedgerError):
        await home.issue(grant_id="GRANTTWO")
    with pytest.raises(LedgerError):
        await home.book.revoke(home.record)
    await home.book.reconcile(str(UNIT))
    assert cloud.requests.total == 0
    assert home.disk.text == written
