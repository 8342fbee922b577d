"""Deliveries that fail: the grant's state, its fault, the event and the repair, and how each of them is resolved."""

from homeassistant.helpers import issue_registry as ir

from custom_components.latchkey.const import DOMAIN
from tests.keyvox.grants.home import BATCH, SEEN, Home, later


async def test_not_created(home: Home) -> None:
    """A PIN that no door got has failed, and is there: it is listed, changed and followed, and never issued again."""
    await home.start()
    home.cloud.deliveries.fail_next(1)
    row = await home.issue()
    await home.deliver()
    assert home.pin(row).status == "90"
    listed = await home.listed(row)
    assert (listed["state"], listed["fault"]) == ("failed", "issue")
    assert listed["managed"]
    assert "delivery_failed" in home.life
    assert home.issues() == {"delivery_failed_issue"}
    shown = home.shown("event", "grant").attributes
    assert shown["fault"] == "issue"
    assert "name" not in shown
    await home.wait(6 * 3600, step=301)
    assert len(home.cloud.pins) == 1
    (changed,) = await home.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(days=4)
    )
    assert changed["state"] == "pending"
    assert "fault" not in changed
    await home.deliver()
    assert home.state(row) == "active"
    assert home.issues() == set()
    assert len(home.cloud.pins) == 1


async def test_created_later_after_all(home: Home) -> None:
    """A PIN that the vendor delivers after all becomes active by itself."""
    await home.start()
    home.cloud.deliveries.fail_next(1)
    row = await home.issue()
    await home.deliver()
    assert home.state(row) == "failed"
    pin = home.pin(row)
    home.cloud.deliveries.request(pin, pin.order, home.cloud.clock())
    await home.wait(BATCH + 2 * 3600)
    assert home.state(row) == "active"
    assert home.issues() == set()


async def test_failed_and_revoked(home: Home) -> None:
    """A PIN that no door got can be revoked."""
    await home.start()
    home.cloud.deliveries.fail_next(1)
    row = await home.issue()
    await home.deliver()
    (revoked,) = await home.call("revoke_grant", grant_id=row["grant_id"])
    assert revoked["state"] == "revoking"
    await home.deliver()
    assert home.state(row) == "revoked"
    assert home.pin(row).is_gone
    assert home.issues() == set()


async def test_not_changed(home: Home) -> None:
    """A change that no door got leaves the old times at the door, which the row tells; a second one mends it."""
    await home.start()
    row = await home.issue()
    await home.deliver()
    home.cloud.deliveries.fail_next(1)
    await home.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(hours=3)
    )
    await home.deliver()
    assert home.pin(row).status == "91"
    listed = await home.listed(row)
    assert (listed["state"], listed["fault"]) == ("pending", "update")
    assert listed["may_open_until"] == row["end_datetime"]
    assert home.issues() == {"delivery_failed_update"}
    # Past the new end: the door still opens.
    await home.wait(4 * 3600, step=301)
    assert home.state(row) == "pending"
    assert home.held(row) is not None
    await home.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(hours=3)
    )
    await home.deliver()
    listed = await home.listed(row)
    assert listed["state"] == "active"
    assert "may_open_until" not in listed and "fault" not in listed
    assert home.issues() == set()


async def test_not_disabled(home: Home) -> None:
    """A revocation that no door got is told, and asked for again until the door has forgotten the PIN."""
    await home.start()
    row = await home.issue()
    await home.deliver()
    home.cloud.deliveries.fail_next(2)
    await home.call("revoke_grant", grant_id=row["grant_id"])
    await home.wait(BATCH)
    assert home.pin(row).status == "92"
    listed = await home.listed(row)
    assert (listed["state"], listed["fault"]) == ("revoking", "revoke")
    assert home.issues() == {"delivery_failed_revoke"}
    (issue,) = [
        each
        for (domain, _), each in ir.async_get(home.hass).issues.items()
        if domain == DOMAIN
    ]
    assert issue.translation_placeholders == {"name": "Room"}
    await home.wait(90 * 60)
    assert home.asked("disableLockPin") == 3
    assert home.state(row) == "revoked"
    assert home.held(row) is None
    assert home.issues() == set()
    assert home.life.count("delivery_failed") == 1


async def test_revocations_back_off(home: Home) -> None:
    """While no batch succeeds a revocation is asked for ever more seldom, and never said to be done."""
    await home.start()
    row = await home.issue()
    await home.deliver()
    home.cloud.deliveries.fail_next(1000)
    await home.call("revoke_grant", grant_id=row["grant_id"])
    await home.wait(24 * 3600, step=601)
    assert home.state(row) == "revoking"
    assert 5 < home.asked("disableLockPin") < 14
    home.cloud.deliveries.fail_next(0)
    await home.wait(13 * 3600, step=601)
    assert home.state(row) == "revoked"


async def test_revocation_repeated(home: Home) -> None:
    """A revocation that is repeated by hand is given its time, too, before it is asked for again."""
    await home.start()
    row = await home.issue()
    await home.deliver()
    home.cloud.deliveries.fail_next(1000)
    await home.call("revoke_grant", grant_id=row["grant_id"])
    await home.wait(4 * 60)
    await home.call("revoke_grant", grant_id=row["grant_id"])
    await home.wait(4 * 60)
    assert home.pin(row).status == "92"
    assert home.asked("disableLockPin") == 2
    await home.wait(5 * 60)
    assert home.asked("disableLockPin") == 3


async def test_revocation_outlived(home: Home) -> None:
    """Once its time is over no repair says that what was revoked still opens."""
    await home.start()
    row = await home.issue(end_datetime=later(hours=1))
    await home.deliver()
    home.cloud.deliveries.fail_next(1000)
    await home.call("revoke_grant", grant_id=row["grant_id"])
    await home.deliver()
    assert home.issues() == {"delivery_failed_revoke"}
    await home.wait(3600, step=301)
    assert home.state(row) == "revoking"
    assert home.issues() == set()


async def test_fault_outlives_a_restart(home: Home) -> None:
    """What failed is told again after a restart, by the repair and not by another event."""
    await home.start()
    home.cloud.deliveries.fail_next(1)
    row = await home.issue()
    await home.deliver()
    told_at = home.shown("event", "grant").state
    entries = home.hass.config_entries
    assert await entries.async_unload(home.entry.entry_id)
    assert home.issues() == set()
    assert await entries.async_setup(home.entry.entry_id)
    await home.settle()
    assert home.issues() == {"delivery_failed_issue"}
    assert home.state(row) == "failed"
    await home.wait(SEEN)
    assert home.shown("event", "grant").state == told_at


async def test_revoked_elsewhere(home: Home) -> None:
    """A PIN that is disabled in the vendor's console is revoked here once no door has it."""
    await home.start()
    row = await home.issue()
    await home.deliver()
    home.cloud.pins.disable(home.pin(row), home.cloud.clock())
    (listed,) = await home.call("get_grants", device_id=home.device_id("front"))
    assert listed["state"] in ("active", "revoking")
    await home.wait(3700)
    assert home.state(row) == "revoked"


async def test_revoked_elsewhere_and_not_disabled(home: Home) -> None:
    """A revocation of somebody else's that no door got is told as well, and asked for again."""
    await home.start()
    row = await home.issue()
    await home.deliver()
    home.cloud.deliveries.fail_next(1)
    home.cloud.pins.disable(home.pin(row), home.cloud.clock())
    await home.wait(BATCH)
    listed = await home.listed(row)
    assert (listed["state"], listed["fault"]) == ("revoking", "revoke")
    await home.wait(3600)
    assert home.asked("disableLockPin") == 1
    assert home.state(row) == "revoked"
    assert home.held(row) is None


async def test_refused_revocation_of_what_is_gone(home: Home) -> None:
    """A revocation that the vendor refuses because all is done already is no error."""
    await home.start()
    row = await home.issue()
    await home.deliver()
    home.cloud.pins.disable(home.pin(row), home.cloud.clock())
    home.freezer.tick(BATCH)
    home.cloud.settle()
    assert home.pin(row).is_gone
    (revoked,) = await home.call("revoke_grant", grant_id=row["grant_id"])
    assert revoked["state"] == "revoking"
    await home.wait(SEEN)
    assert home.state(row) == "revoked"
