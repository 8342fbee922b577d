"""The book of grants, by examples: rows that do not tell whether the unit has them."""

from datetime import timedelta

import pytest

from custom_components.latchkey.vendors.grants import GrantState
from tests.grants.cloud import LateCloud
from tests.grants.conftest import UNIT
from tests.grants.home import CODE, GRANT, OTHER_CODE, Home

pytestmark = pytest.mark.usefixtures("bare")


async def test_bare_rows(home: Home, cloud: LateCloud) -> None:
    """Only a delivery that was begun after the grant was accepted makes it active."""
    before = home.clock()
    home.clock.move(1)
    await home.issue()
    await home.reconcile(before)
    assert home.state() is GrantState.PENDING
    await home.reconcile()
    assert home.state() is GrantState.PENDING
    await home.ticks(2)
    assert home.state() is GrantState.ACTIVE
    assert cloud.type_code(UNIT, CODE).granted


async def test_bare_row_in_doubt(home: Home, cloud: LateCloud) -> None:
    """A delivery that began before a row in doubt was seen may not contain it."""
    cloud.hold_next = "cut"
    await home.issue()
    home.clock.move(1)
    began = home.clock()
    home.clock.move(1)
    await cloud.release()
    await home.reconcile(began)
    assert home.state() is GrantState.PENDING


async def test_bare_update_after_a_crash(home: Home, cloud: LateCloud) -> None:
    """A change that a crash left in doubt is not with the unit because the grant was."""
    await home.issue_and_deliver()
    home.disk.fail(2)
    await home.book.update(GRANT, home.terms("Berta", 60), OTHER_CODE)
    again = await home.restarted()
    await again.reconcile()
    assert again.record.terms.name == "Berta"
    assert again.state() is GrantState.PENDING
    again.request_delivery()
    await again.ticks(2)
    assert again.state() is GrantState.ACTIVE
    assert cloud.type_code(UNIT, OTHER_CODE).granted
    await again.session.close()


async def test_bare_change_at_the_vendor(home: Home, cloud: LateCloud) -> None:
    """A validity that somebody changed at the vendor is not with the unit yet."""
    await home.issue_and_deliver()
    end = (home.clock.now + timedelta(days=2)).replace(microsecond=0)
    row_id = cloud.entries(UNIT)[0]["id"]
    cloud.program(UNIT).entries.change(row_id, {"validToIso": end.isoformat()})
    await home.reconcile()
    assert home.state() is GrantState.PENDING
