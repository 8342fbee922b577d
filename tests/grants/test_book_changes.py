"""The book of grants, by examples: what changes and revocations come to."""

import asyncio

import pytest

from custom_components.latchkey.ledger import KEPT
from custom_components.latchkey.vendors.grants import Credential, GrantState
from custom_components.latchkey.vendors.vendor import NotFound, RateLimited, VendorError
from simulators import Fault
from tests.grants.cloud import LateCloud
from tests.grants.conftest import UNIT
from tests.grants.home import CODE, GRANT, OTHER_CODE, Home

ENTRIES = "/v1/UnitIdEntries"


async def test_update(home: Home, cloud: LateCloud) -> None:
    """A change is pending until the unit has it; the row's marker counts it."""
    await home.issue()
    await home.ticks(2)
    record = await home.book.update(GRANT, home.terms("Berta", 60), OTHER_CODE)
    assert (record.state, record.revision) == (GrantState.PENDING, 2)
    assert cloud.entries(UNIT)[0]["description"] == f"Latchkey {GRANT}.2"
    assert cloud.type_code(UNIT, CODE).granted
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE
    assert cloud.type_code(UNIT, OTHER_CODE).granted
    assert not cloud.type_code(UNIT, CODE).granted


async def test_update_keeps_the_code(home: Home, cloud: LateCloud) -> None:
    """A change without a code leaves the number as it is."""
    await home.issue()
    await home.book.update(GRANT, home.terms("Berta", 60), None)
    (row,) = cloud.entries(UNIT)
    assert (row["idNumber"], row["name"]) == (CODE, "Berta")


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_update_in_doubt_is_read_back(
    home: Home, cloud: LateCloud, kind: str
) -> None:
    """A change whose answer was lost is known by the revision in the row's marker."""
    await home.issue()
    cloud.add_fault(Fault(kind, "PUT", ENTRIES, times=1))  # type: ignore[arg-type]  # the kind is one of the parameters
    record = await home.book.update(GRANT, home.terms("Berta", 60), OTHER_CODE)
    assert (record.state, record.terms.name) == (GrantState.PENDING, "Berta")
    assert record.wanted is None


@pytest.mark.parametrize("kind", ["reset", "status", "html"])
async def test_update_without_effect(home: Home, cloud: LateCloud, kind: str) -> None:
    """A change that had no effect is given up after the grace; the grant is what it was."""
    await home.issue()
    await home.ticks(2)
    before = home.record
    cloud.add_fault(Fault(kind, "PUT", ENTRIES, times=1))  # type: ignore[arg-type]  # the kind is one of the parameters
    record = await home.book.update(GRANT, home.terms("Berta", 60), OTHER_CODE)
    assert record.state is GrantState.UNKNOWN
    await home.ticks(3)
    assert (home.state(), home.record.terms) == (GrantState.ACTIVE, before.terms)
    assert home.record.wanted is None


async def test_update_behind_a_revocation(home: Home, cloud: LateCloud) -> None:
    """A change that waited for a revocation to be sent does not bring the grant back."""
    await home.issue()
    await home.ticks(2)
    cloud.add_fault(Fault("reset", "DELETE", ENTRIES, times=1))
    revoked, updated = await asyncio.gather(
        home.book.revoke(home.record),
        home.book.update(GRANT, home.terms("Berta", 60), None),
        return_exceptions=True,
    )
    assert not isinstance(revoked, BaseException)
    assert isinstance(updated, VendorError)
    await home.ticks(3)
    assert home.state() is GrantState.REVOKED
    assert cloud.memory(UNIT) == []


async def test_update_of_what_is_gone(home: Home, cloud: LateCloud) -> None:
    """A change of a row that somebody deleted is refused, and the grant is found to be revoked."""
    await home.issue()
    await home.ticks(2)
    cloud.program(UNIT).entries.forget(cloud.entries(UNIT)[0]["id"])
    with pytest.raises(NotFound):
        await home.book.update(GRANT, home.terms("Berta", 60), OTHER_CODE)
    await home.ticks(4)
    assert home.state() is GrantState.REVOKED


# Revocations


@pytest.mark.parametrize("kind", ["reset", "reset_after", "status", "html", "twice"])
async def test_revocation_is_carried_on(
    home: Home, cloud: LateCloud, kind: str
) -> None:
    """A revocation once begun is carried on until the unit has it."""
    await home.issue()
    await home.ticks(2)
    cloud.add_fault(Fault(kind, "DELETE", ENTRIES, times=1))  # type: ignore[arg-type]  # the kind is one of the parameters
    assert (await home.book.revoke(home.record)).state is GrantState.REVOKING
    await home.ticks(3)
    assert home.state() is GrantState.REVOKED
    assert cloud.memory(UNIT) == []


async def test_revocation_of_a_pending_grant(home: Home, cloud: LateCloud) -> None:
    """A revocation that got lost before the unit had the grant is not forgotten."""
    await home.issue()
    cloud.add_fault(Fault("html", "DELETE", ENTRIES, times=1))
    await home.book.revoke(home.record)
    await home.reconcile()
    assert cloud.entries(UNIT)[0]["unitSyncState"] == "READY_TO_DELETE"


async def test_refused_revocation(home: Home, cloud: LateCloud) -> None:
    """A revocation that the cloud refused leaves the grant, and nothing goes on behind the user's back."""
    await home.issue()
    await home.ticks(2)
    cloud.add_fault(Fault("rate_limit", "DELETE", ENTRIES, times=1))
    with pytest.raises(RateLimited):
        await home.book.revoke(home.record)
    await home.ticks(4)
    assert home.state() is GrantState.ACTIVE
    assert cloud.type_code(UNIT, CODE).granted


async def test_pruned(home: Home) -> None:
    """A grant that is no more is forgotten after some time, one that has ended by the clock too."""
    await home.issue(home.terms(days=1))
    await home.book.issue(
        "GRANTTWO", home.access, Credential.PIN, home.terms(days=400), OTHER_CODE
    )
    await home.ticks(2)
    home.clock.move(24 * 3600)
    await home.tick()
    assert home.record.state_at(home.clock()) is GrantState.EXPIRED
    home.clock.move(KEPT.total_seconds() - 120)
    await home.tick()
    assert list(home.ledger.records) == [GRANT, "GRANTTWO"]
    home.clock.move(120)
    await home.tick()
    assert list(home.ledger.records) == ["GRANTTWO"]
    assert GRANT not in home.disk.text
