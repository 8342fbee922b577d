"""The book of grants at a platform without marks, by examples: one call, one permission or none."""

import asyncio
from typing import Any

import pytest

from custom_components.latchkey.grant_readings import NEAR
from custom_components.latchkey.vendors.grants import GrantState
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidRequest,
    NotFound,
    ServiceUnavailable,
    VendorError,
)
from tests.grants.home import Disk
from tests.keyless_book.home import GRANT, Home
from tests.keyless_book.platform import Platform, ReadTrouble, Trouble

OTHER = "01JOTHER0000"


def same_elsewhere(platform: Platform, **changes: Any) -> str:
    """Have somebody else grant what was granted last; return the permission's id."""
    (body,) = platform.permissions()
    own_id = body.pop("id")
    granted = platform.cloud.grants.grant(body | changes)
    assert granted.id != own_id
    return granted.id


async def test_pending_until_there_is_a_phone(home: Home) -> None:
    """A grant waits until its user has set the app up."""
    platform = Platform(home.clock, phone=False)
    home = Home(platform, Disk())
    record, issued = await home.issue()
    assert (record.state, issued.code) == (GrantState.PENDING, None)
    platform.give_phone()
    await home.tick()
    assert home.state() is GrantState.ACTIVE
    assert [each.state for each in home.told] == [
        GrantState.PENDING,
        GrantState.ACTIVE,
    ]


async def test_issue_is_read_back(home: Home) -> None:
    """A grant of a user with a phone is active at once; where the list cannot be read, it is pending until it can."""
    record, _ = await home.issue()
    assert record.state is GrantState.ACTIVE
    home.platform.watch = lambda method: setattr(
        home.platform, "read_trouble", "status"
    )
    record, _ = await home.issue(home.terms(days=2), OTHER)
    assert record.state is GrantState.PENDING
    home.platform.read_trouble = None
    await home.tick()
    assert home.state(OTHER) is GrantState.ACTIVE


@pytest.mark.parametrize("trouble", ["refused", "rate_limit", "outage"])
async def test_refused(home: Home, trouble: Trouble) -> None:
    """What is refused leaves nothing behind."""
    home.platform.trouble = trouble
    with pytest.raises(VendorError):
        await home.issue()
    assert home.ledger.records == {}
    assert GRANT not in home.disk.text
    assert home.platform.permissions() == []


@pytest.mark.parametrize("read_trouble", ["status", "html", "broken_row"])
async def test_issue_where_the_list_cannot_be_read(
    home: Home, read_trouble: ReadTrouble
) -> None:
    """Nothing is sent where it cannot be told whether there is the same grant already."""
    home.platform.read_trouble = read_trouble
    with pytest.raises((ServiceUnavailable, AnswerNotUnderstood)):
        await home.issue()
    assert home.ledger.records == {}
    assert home.platform.commands == 0


@pytest.mark.parametrize("trouble", ["reset_after", "html_after", "half", "nameless"])
async def test_lost_answer(home: Home, trouble: Trouble) -> None:
    """A permission whose answer is lost is found by all that it is."""
    home.platform.trouble = trouble
    record, _ = await home.issue()
    await home.ticks(1)
    assert home.state() is GrantState.ACTIVE
    (permission,) = home.platform.permissions()
    assert home.record().vendor_id == f"permission/{permission['id']}"
    assert record.terms == home.record().terms


@pytest.mark.parametrize("trouble", ["reset", "html"])
async def test_without_effect(home: Home, trouble: Trouble) -> None:
    """A call that had no effect is unknown first, and failed after the grace."""
    home.platform.trouble = trouble
    assert (await home.issue())[0].state is GrantState.UNKNOWN
    await home.tick()
    assert home.state() is GrantState.UNKNOWN
    await home.ticks(2)
    assert home.state() is GrantState.FAILED


async def test_the_same_twice(home: Home) -> None:
    """What is there already is not granted again, be it ours or somebody else's."""
    terms = home.terms()
    await home.issue(terms)
    home.clock.move(60)
    with pytest.raises(Conflict):
        await home.issue(terms, OTHER)
    assert len(home.platform.permissions()) == 1
    await home.book.revoke(home.record())
    await home.ticks(3)
    assert (await home.issue(terms, OTHER))[0].state is GrantState.ACTIVE


async def test_repeated_in_doubt(home: Home) -> None:
    """While a call is in doubt the same is refused: the two could not be told apart."""
    terms = home.terms()
    home.platform.trouble = "late"
    await home.issue(terms)
    with pytest.raises(Conflict):
        await home.issue(terms, OTHER)
    home.platform.release()
    await home.tick()
    assert home.state() is GrantState.ACTIVE
    assert len(home.platform.permissions()) == 1


async def test_repeated_after_a_failure(home: Home) -> None:
    """A call that failed does not take the next one for its own late effect, and does not undo it."""
    terms = home.terms()
    home.platform.trouble = "reset"
    await home.issue(terms)
    await home.ticks(3)
    assert home.state() is GrantState.FAILED
    home.platform.trouble = "reset_after"
    await home.issue(terms, OTHER)
    await home.ticks(4)
    assert (home.state(), home.state(OTHER)) == (GrantState.FAILED, GrantState.ACTIVE)
    assert len(home.platform.permissions()) == 1


async def test_late_effect(home: Home) -> None:
    """A permission that comes after it was given up is told of: without a mark it may be somebody else's."""
    home.platform.trouble = "late"
    await home.issue()
    await home.ticks(4)
    assert home.state() is GrantState.FAILED
    home.platform.release()
    await home.tick()
    assert home.state() is GrantState.ACTIVE
    assert len(home.platform.permissions()) == 1


async def test_late_effect_of_what_was_taken_back(home: Home) -> None:
    """A permission that comes after it was taken back is revoked, and it is told how long its keys open."""
    home.platform.trouble = "late"
    await home.issue()
    await home.book.revoke(home.record())
    await home.ticks(4)
    assert home.state() is GrantState.REVOKED
    home.platform.release()
    await home.ticks(4)
    assert home.platform.permissions() == []
    assert home.state() is GrantState.REVOKING
    assert home.until() == home.record().opens_until
    until = home.until()
    assert until is not None
    assert until >= max(key.until for key in home.platform.keys)


async def test_the_same_elsewhere_later(home: Home) -> None:
    """What somebody else grants, hours after the same was taken back here in doubt, is left alone."""
    terms = home.terms()
    home.platform.trouble = "reset"
    await home.issue(terms)
    await home.book.revoke(home.record())
    await home.ticks(4)
    home.clock.now = home.record().asked_at + NEAR
    await home.issue(terms, OTHER)
    await home.ticks(4)
    assert home.state() is GrantState.REVOKED
    assert home.state(OTHER) is GrantState.ACTIVE


# Updates and revocations in doubt


@pytest.mark.parametrize("trouble", ["html_after", "reset_after"])
async def test_update_whose_answer_is_lost(home: Home, trouble: Trouble) -> None:
    """An update whose answer is lost or no JSON is read back."""
    await home.issue()
    home.platform.trouble = trouble
    terms = home.terms(days=40)
    updated = await home.book.update(GRANT, terms, None)
    assert updated.terms.end == terms.end
    assert updated.state is GrantState.ACTIVE


@pytest.mark.parametrize("trouble", ["html", "reset"])
async def test_update_without_effect(home: Home, trouble: Trouble) -> None:
    """An update that had no effect is unknown first, then it is what it was."""
    await home.issue()
    before = home.record().terms
    home.platform.trouble = trouble
    updated = await home.book.update(GRANT, home.terms(days=40), None)
    assert updated.state is GrantState.UNKNOWN
    await home.ticks(3)
    assert home.state() is GrantState.ACTIVE
    assert home.record().terms.end == before.end


async def test_update_after_one_in_doubt(home: Home) -> None:
    """An update that a crash left in doubt is looked into before the next one is made of it."""
    await home.issue()
    home.platform.watch = lambda method: home.die()
    home.platform.arrives = True
    terms = home.terms(days=40)
    with pytest.raises(asyncio.CancelledError):
        await home.book.update(GRANT, terms, None)
    home = home.restarted()
    home.platform.watch = lambda method: None
    assert home.record().wanted is not None
    updated = await home.book.update(GRANT, lambda present: present, None)
    assert updated.terms.end == terms.end


@pytest.mark.parametrize("trouble", ["html_after", "reset_after", "html", "reset"])
async def test_revocation_in_doubt(home: Home, trouble: Trouble) -> None:
    """A revocation whose answer is lost or no JSON is carried on."""
    await home.issue()
    home.platform.trouble = trouble
    assert (await home.book.revoke(home.record())).state is GrantState.REVOKING
    await home.ticks(5)
    assert home.platform.permissions() == []
    assert home.state() is GrantState.REVOKING
    assert home.record().is_gone


async def test_refused_revocation(home: Home) -> None:
    """A revocation that is refused leaves the grant what it was."""
    await home.issue()
    home.platform.trouble = "refused"
    with pytest.raises(InvalidRequest):
        await home.book.revoke(home.record())
    assert home.state() is GrantState.ACTIVE
    await home.ticks(3)
    assert len(home.platform.permissions()) == 1


async def test_killed_between_finding_and_revoking(home: Home) -> None:
    """What is found in doubt and revoked at once is on disk before: else nobody would know of its keys."""
    home.platform.trouble = "late"
    await home.issue()
    await home.book.revoke(home.record())
    home.platform.release()
    home.platform.fetch()
    seen: list[str] = []
    home.platform.watch = lambda method: seen.append(home.disk.text)
    await home.tick()
    assert len(seen) == 1
    assert '"vendor_id": "permission/' in seen[0]
    home.disk.fail(1, 99)
    await home.ticks(2)
    assert len(seen) == 1


async def test_nothing_is_revoked_after_a_failed_write(home: Home) -> None:
    """Where what was found cannot be written, it is revoked once it can."""
    home.platform.trouble = "late"
    await home.issue()
    await home.book.revoke(home.record())
    home.platform.release()
    home.disk.fail(1, 1)
    await home.tick()
    assert len(home.platform.permissions()) == 1
    await home.tick()
    assert home.platform.permissions() == []


# What became another's


@pytest.mark.parametrize("change", ["userId", "operationType"])
async def test_changed_into_another(home: Home, change: str) -> None:
    """A permission that somebody made one for somebody or something else is gone for whom it was granted."""
    other = home.platform.cloud.add_user(phone=True)
    await home.issue()
    value = other.id if change == "userId" else "UPDATE_TIME"
    home.platform.fetch()
    home.platform.change(**{change: value})
    await home.ticks(3)
    assert home.state() is GrantState.REVOKING
    assert home.record().holder_id == home.platform.user_id
    with pytest.raises(NotFound):
        await home.book.update(GRANT, home.terms(), None)
    assert len(home.platform.permissions()) == 1


async def test_two_that_look_the_same(home: Home) -> None:
    """Where somebody granted the same besides, ours is known by its id."""
    await home.issue()
    foreign = same_elsewhere(home.platform)
    await home.ticks(1)
    await home.book.revoke(home.record())
    await home.ticks(3)
    assert [each["id"] for each in home.platform.permissions()] == [foreign]
    assert home.record().is_gone
