"""The book of grants, by examples: what a reading of the cloud's list comes to."""

from datetime import timedelta

import pytest

from custom_components.latchkey.grant_records import GRACE
from custom_components.latchkey.ledger import Record, Terms
from custom_components.latchkey.vendors.grants import GrantState
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood
from simulators import Fault
from simulators.flexykey.entries import Entries
from tests.grants.cloud import LateCloud
from tests.grants.conftest import UNIT
from tests.grants.home import CODE, GRANT, Home

ENTRIES = "/v1/UnitIdEntries"


async def test_deleted_elsewhere(home: Home, cloud: LateCloud) -> None:
    """What somebody deletes at the vendor is revoking, and revoked when the unit has it."""
    await home.issue_and_deliver()
    entries = cloud.program(UNIT).entries
    entries.delete(cloud.entries(UNIT)[0]["id"])
    await home.reconcile()
    assert home.state() is GrantState.REVOKING
    home.request_delivery()
    await home.ticks(2)
    assert home.state() is GrantState.REVOKED


async def test_deletion_taken_back_elsewhere(home: Home, cloud: LateCloud) -> None:
    """What somebody deletes at the vendor and takes back is not deleted from here."""
    await home.issue_and_deliver()
    entries, row_id = cloud.program(UNIT).entries, cloud.entries(UNIT)[0]["id"]
    entries.delete(row_id)
    await home.reconcile()
    entries.set_state("IDLE_OK", row_id)
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE
    assert cloud.type_code(UNIT, CODE).granted


async def test_list_that_was_empty_for_a_while(
    home: Home, cloud: LateCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Grants that the cloud did not list for a while are not taken back when it lists them again."""
    await home.issue_and_deliver()
    with monkeypatch.context() as patch:
        patch.setattr(Entries, "__iter__", lambda self: iter(()))
        await home.ticks(5)
        assert home.state() is GrantState.REVOKED
    await home.ticks(3)
    assert home.state() is GrantState.ACTIVE
    assert cloud.type_code(UNIT, CODE).granted
    assert cloud.commands() == 1


@pytest.mark.parametrize("pushed", [False, True])
async def test_late_row(home: Home, cloud: LateCloud, pushed: bool) -> None:
    """A row of a grant that was said to have failed is taken back, be it with the unit already or not."""
    cloud.hold_next = "cut"
    await home.issue()
    await home.ticks(4)
    assert home.state() is GrantState.FAILED
    await cloud.release()
    if pushed:
        cloud.program(UNIT).sync.push()
        home.clock.move(10)
        assert cloud.type_code(UNIT, CODE).granted
    await home.ticks(3)
    assert home.state() is GrantState.REVOKED
    assert cloud.entries(UNIT) == cloud.memory(UNIT) == []


@pytest.mark.usefixtures("impatient")
async def test_late_row_within_the_grace(home: Home, cloud: LateCloud) -> None:
    """A call that timed out and took effect afterwards is a grant."""
    cloud.hold_next = "hang"
    assert (await home.issue()).state is GrantState.UNKNOWN
    await home.tick(GRACE.total_seconds() / 2)
    await cloud.release()
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE


async def test_changed_at_the_vendor(home: Home, cloud: LateCloud) -> None:
    """A validity and a name that somebody changed at the vendor are followed."""
    await home.issue_and_deliver()
    end = (home.clock.now + timedelta(days=2)).replace(microsecond=0)
    entries, row_id = cloud.program(UNIT).entries, cloud.entries(UNIT)[0]["id"]
    entries.change(row_id, {"validToIso": end.isoformat(), "name": "Zoe"})
    await home.reconcile()
    assert home.state() is GrantState.PENDING
    assert (home.record.terms.name, home.record.terms.end) == ("Zoe", end)


async def test_marker_wiped_at_the_vendor(home: Home, cloud: LateCloud) -> None:
    """A row whose description somebody cleared is still the grant's."""
    await home.issue_and_deliver()
    row_id = cloud.entries(UNIT)[0]["id"]
    cloud.program(UNIT).entries.change(row_id, {"description": ""})
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE


async def test_foreign_marker(home: Home, cloud: LateCloud) -> None:
    """A grant that the ledger lost is revoked by its row, whatever marker that carries."""
    await home.issue_and_deliver()
    row = cloud.entries(UNIT)[0]
    home.ledger.records.clear()
    now = home.clock()
    await home.book.revoke(
        Record(
            grant_id=f"{UNIT}:{row['id']}",
            access_id=home.access.id,
            access_name=home.access.name,
            scope=home.scope,
            credential=None,
            terms=Terms(name="Anna", start=None, end=None),
            state=GrantState.ACTIVE,
            vendor_id=str(row["id"]),
            created_at=now,
            asked_at=now,
            changed_at=now,
        )
    )
    await home.reconcile()
    (record,) = home.ledger.records.values()
    assert record.state is GrantState.REVOKING
    home.request_delivery()
    await home.ticks(2)
    (record,) = home.ledger.records.values()
    assert record.state is GrantState.REVOKED
    assert cloud.memory(UNIT) == []


# The list


@pytest.mark.parametrize("form", ["rows", "envelope"])
@pytest.mark.parametrize("answer", ["row", "empty"])
async def test_forms(home: Home, cloud: LateCloud, form: str, answer: str) -> None:
    """A list in an envelope and an empty answer are understood."""
    cloud.set_options(entry_form=form, entry_answer=answer)
    record = await home.issue()
    assert record.state is GrantState.PENDING
    assert (record.vendor_id is None) == (answer == "empty")
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE
    assert home.record.vendor_id == str(cloud.entries(UNIT)[0]["id"])
    await home.book.revoke(home.record)
    await home.ticks(2)
    assert home.state() is GrantState.REVOKED


async def test_several_pages(home: Home, cloud: LateCloud) -> None:
    """A grant is found behind 600 others, and their numbers are known."""
    cloud.generate_entries(UNIT, 600)
    cloud.set_options(entry_answer="empty")
    await home.issue()
    issued = await home.vendor.issued(home.scope)
    assert len({grant.vendor_id for grant in issued}) == 601
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE
    await home.book.update(GRANT, home.terms("Berta", 60), None)
    assert cloud.entries(UNIT)[-1]["idNumber"] == CODE


@pytest.mark.parametrize("spoilt", ["id", "whole"])
async def test_malformed_row(
    home: Home, cloud: LateCloud, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    """A row that cannot be read never passes for one that is missing."""
    await home.issue_and_deliver()
    row = cloud.entries(UNIT)[0]
    broken = None if spoilt == "whole" else {**row, "id": "?"}
    monkeypatch.setattr("simulators.flexykey.api.entries._row", lambda *_: broken)
    with pytest.raises(AnswerNotUnderstood):
        await home.book.reconcile(home.scope)
    assert home.state() is GrantState.ACTIVE


@pytest.mark.parametrize("kind", ["status", "html", "half", "reset", "rate_limit"])
async def test_unreadable_list(home: Home, cloud: LateCloud, kind: str) -> None:
    """While the list cannot be read, everything stays as it is."""
    await home.issue_and_deliver()
    cloud.add_fault(Fault(kind, "GET", ENTRIES))  # type: ignore[arg-type]  # the kind is one of the parameters
    before = home.record
    await home.ticks(5)
    assert home.record == before
