"""The book of grants and offline keys, which nothing takes back."""

import pytest

from custom_components.latchkey.vendors.grants import Credential, GrantState
from custom_components.latchkey.vendors.vendor import InvalidRequest
from tests.keyless_book.home import Home
from tests.keyless_book.platform import Trouble

OTHER = "01JOTHER0000"


async def test_offline_key(home: Home) -> None:
    """An offline key is told in the answer alone, and opens until its end."""
    terms = home.terms(days=0.5)
    record, issued = await home.issue(terms, credential=Credential.OFFLINE_KEY)
    assert issued.code is not None
    assert issued.code not in "".join(home.disk.written)
    assert record.state is GrantState.ACTIVE
    assert terms.end is not None
    await home.tick((terms.end - home.clock.now).total_seconds())
    assert home.state() is GrantState.EXPIRED


async def test_offline_key_cannot_be_revoked(home: Home) -> None:
    """Nothing takes an offline key back, and nothing says so."""
    await home.issue(home.terms(days=0.5), credential=Credential.OFFLINE_KEY)
    with pytest.raises(InvalidRequest):
        await home.book.revoke(home.record())
    assert home.state() is GrantState.ACTIVE


async def test_offline_key_that_is_not_listed_any_more(home: Home) -> None:
    """A key that the platform forgets with its phone opens until its end nevertheless."""
    terms = home.terms(0.5, begins_in=20)
    await home.issue(terms, credential=Credential.OFFLINE_KEY)
    (device,) = home.platform.cloud.people.devices
    home.platform.cloud.delete_device(device)
    await home.ticks(3)
    assert home.state() is GrantState.REVOKING
    assert home.until() == terms.end
    assert terms.end is not None
    await home.tick((terms.end - home.clock.now).total_seconds() - 1)
    assert home.state() is GrantState.REVOKING
    await home.tick(1)
    assert home.state() is GrantState.REVOKED


@pytest.mark.parametrize("trouble", ["reset_after", "half", "html_after", "nameless"])
async def test_offline_key_whose_answer_is_lost(home: Home, trouble: Trouble) -> None:
    """A key whose answer is lost is there, and its value is nowhere; another one may be issued."""
    terms = home.terms(days=0.5)
    home.platform.trouble = trouble
    record, issued = await home.issue(terms, credential=Credential.OFFLINE_KEY)
    assert issued.code is None
    assert record.state is GrantState.ACTIVE
    _, issued = await home.issue(terms, OTHER, Credential.OFFLINE_KEY)
    assert issued.code is not None
    ids = {record.vendor_id for record in home.ledger.records.values()}
    assert len(ids) == len(home.platform.cloud.grants.offline_keys) == 2


async def test_offline_key_by_clocks_that_differ(home: Home) -> None:
    """A key in doubt is recognised also where the platform's clock is late."""
    home.platform.trouble = "late"
    await home.issue(home.terms(days=0.5), credential=Credential.OFFLINE_KEY)
    home.clock.move(-600)
    home.platform.release()
    home.clock.move(600)
    await home.tick()
    assert home.state() is GrantState.ACTIVE


async def test_older_offline_key(home: Home) -> None:
    """A key that somebody issued hours before is not taken for ours."""
    terms = home.terms(days=0.5, begins_in=1)
    await home.issue(terms, OTHER, Credential.OFFLINE_KEY)
    del home.ledger.records[OTHER]
    home.clock.move(3 * 3600)
    home.platform.trouble = "reset"
    await home.issue(terms, credential=Credential.OFFLINE_KEY)
    await home.ticks(3)
    assert home.state() is GrantState.FAILED
