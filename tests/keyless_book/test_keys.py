"""Keys that phones have fetched: how long they open, and what is said of that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.latchkey.vendors.grants import GrantState
from tests.keyless_book.home import GRANT, Home


async def test_key_outlives_the_revocation(home: Home) -> None:
    """A revoked grant is revoking until the last key that a phone may have has run out, also over a restart."""
    await home.issue()
    await home.tick()
    revoked = await home.book.revoke(home.record())
    assert revoked.state is GrantState.REVOKING
    assert home.platform.permissions() == []
    assert revoked.outlives(home.clock.now) == home.clock.now + timedelta(days=8)
    await home.ticks(3)
    until = home.until()
    assert until is not None
    assert max(key.until for key in home.platform.keys) <= until
    home = home.restarted()
    assert home.until() == until
    await home.tick((until - home.clock.now).total_seconds() - 1)
    assert home.state() is GrantState.REVOKING
    await home.tick(1)
    assert home.state() is GrantState.REVOKED
    assert home.until() is None


async def test_key_ends_with_the_grant(home: Home) -> None:
    """No key opens beyond the end of what was granted."""
    terms = home.terms(days=2)
    await home.issue(terms)
    revoked = await home.book.revoke(home.record())
    assert revoked.outlives(home.clock.now) == terms.end


async def test_chosen_validity(home: Home) -> None:
    """A key lives on for as long as was ordered."""
    await home.issue(home.terms(key_validity_days="2"))
    revoked = await home.book.revoke(home.record())
    assert revoked.outlives(home.clock.now) == home.clock.now + timedelta(days=2)


async def test_revoked_long_before_it_begins(home: Home) -> None:
    """What begins after any key would have run out, opens nothing once it is revoked."""
    await home.issue(home.terms(begins_in=9))
    revoked = await home.book.revoke(home.record())
    assert revoked.outlives(home.clock.now) is None
    await home.ticks(3)
    assert home.state() is GrantState.REVOKED


async def test_revoked_before_it_begins(home: Home) -> None:
    """What begins while a key that was fetched already is good, may open then."""
    await home.issue(home.terms(begins_in=3))
    revoked = await home.book.revoke(home.record())
    assert revoked.outlives(home.clock.now) == home.clock.now + timedelta(days=8)


async def test_revoked_elsewhere(home: Home) -> None:
    """What somebody revokes elsewhere is in doubt for two minutes, then revoking until its keys have run out."""
    await home.issue()
    (permission,) = home.platform.permissions()
    home.platform.fetch()
    home.platform.cloud.grants.permissions.take(permission["id"])
    await home.tick()
    assert home.state() is GrantState.UNKNOWN
    await home.ticks(2)
    assert home.state() is GrantState.REVOKING
    home = home.restarted()
    until = home.until()
    assert until is not None
    assert max(key.until for key in home.platform.keys) <= until
    await home.tick((until - home.clock.now).total_seconds())
    assert home.state() is GrantState.REVOKED


async def test_list_without_it_for_a_moment(home: Home) -> None:
    """One reading that lacks a permission takes nothing away."""
    await home.issue()
    grants = home.platform.cloud.grants
    (permission,) = grants.permissions.values()
    del grants.permissions[permission.id]
    await home.tick()
    grants.permissions[permission.id] = permission
    await home.ticks(3)
    assert home.state() is GrantState.ACTIVE


async def test_shortened(home: Home) -> None:
    """A key that was fetched before opens until its own end: until then nothing is said to have expired."""
    await home.issue()
    home.platform.fetch()
    (key,) = home.platform.keys
    terms = home.terms(days=1)
    updated = await home.book.update(GRANT, terms, None)
    assert updated.terms.end == terms.end
    assert home.until() == key.until
    await home.tick(25 * 3600)
    assert home.state() is GrantState.ACTIVE
    assert home.until() == key.until
    home = home.restarted()
    await home.tick((key.until - home.clock.now).total_seconds() - 1)
    assert home.state() is GrantState.ACTIVE
    await home.tick(1)
    assert home.state() is GrantState.EXPIRED
    assert home.until() is None


async def test_shortened_and_revoked(home: Home) -> None:
    """What was shortened and is revoked then, opens until the older key has run out."""
    await home.issue()
    home.platform.fetch()
    (key,) = home.platform.keys
    await home.book.update(GRANT, home.terms(days=1), None)
    home.clock.move(3600)
    await home.book.revoke(home.record())
    await home.ticks(3)
    assert home.state() is GrantState.REVOKING
    assert home.until() == key.until


async def test_postponed(home: Home) -> None:
    """What is put off until later may be opened by an older key before that."""
    await home.issue()
    until = home.clock.now + timedelta(days=8)
    await home.book.update(GRANT, home.terms(begins_in=20), None)
    assert home.until() == until
    home.clock.move(9 * 86400)
    assert home.until() is None


async def test_lengthened(home: Home) -> None:
    """What is only lengthened has no older key to be told of."""
    await home.issue()
    present = home.record().terms
    assert present.end is not None
    longer = replace(present, end=present.end + timedelta(days=9), fields={})
    await home.book.update(GRANT, longer, None)
    assert home.until() is None
    assert home.record().latest_end is None


async def test_validity_that_is_not_named(home: Home) -> None:
    """An update that names no validity leaves it as it is; one that shortens it, leaves older keys as they are."""
    await home.issue(home.terms(key_validity_days="2"))
    await home.book.update(GRANT, home.terms(days=40), None)
    assert home.record().lives_on == timedelta(days=2)
    (permission,) = home.platform.permissions()
    assert permission["operatingKeyValidityDuration"] == "P2D"
    terms = home.terms(days=40, key_validity_days="1")
    await home.book.update(GRANT, terms, None)
    (permission,) = home.platform.permissions()
    assert permission["operatingKeyValidityDuration"] == "P1D"
    assert home.record().lives_on == timedelta(days=2)


@pytest.mark.parametrize(
    ("change", "days"),
    [({"operatingKeyValidityDuration": "P31D"}, 30), ({"end": "2030-01-01"}, 8)],
)
async def test_changed_elsewhere_just_before(
    home: Home, change: dict[str, str], days: int
) -> None:
    """A permission is read before it is revoked: how long its keys open may have been changed elsewhere."""
    await home.issue()
    if "end" in change:
        change = {"end": f"{change['end']}T00:00:00Z"}
    home.platform.change(**change)
    home.platform.fetch()
    home.clock.move(60)
    revoked = await home.book.revoke(home.record())
    until = revoked.outlives(home.clock.now)
    assert until is not None
    assert until >= max(key.until for key in home.platform.keys)
    assert until <= home.clock.now + timedelta(days=days)


async def test_shortened_elsewhere(home: Home) -> None:
    """Also where somebody else shortens it, the older key is told of."""
    await home.issue()
    home.platform.fetch()
    (key,) = home.platform.keys
    home.platform.change(end="2025-11-21T12:00:00Z")
    await home.tick()
    end = home.record().terms.end
    assert end is not None and end.hour == 12
    until = home.until()
    assert until is not None and until >= key.until
    await home.tick(86400)
    assert home.state() is GrantState.ACTIVE


async def test_phone_that_is_gone(home: Home) -> None:
    """A phone that was deleted keeps its keys: the grant waits for another one, and says until when that may open."""
    await home.issue()
    home.platform.fetch()
    (key,) = home.platform.keys
    (device,) = home.platform.cloud.people.devices
    home.platform.cloud.delete_device(device)
    await home.tick()
    assert home.state() is GrantState.PENDING
    until = home.until()
    assert until is not None and until >= key.until
    await home.book.revoke(home.record())
    await home.ticks(3)
    assert home.state() is GrantState.REVOKING
    home.clock.move(9 * 86400)
    assert home.state() is GrantState.REVOKED
