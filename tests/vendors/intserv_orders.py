"""What the tests order of an IntServ account, and what it then has."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from custom_components.latchkey.vendors.grants import (
    Access,
    Credential,
    Followed,
    GrantState,
    Order,
)
from custom_components.latchkey.vendors.intserv.levels import SCOPE
from simulators.intserv.keys import AccessKey
from tests.vendors.intserv_account import Watched

GRANT = "01JD0000000000000000000001"
CARD = "EM:4242"
CODE = "135790"
UNKNOWN = "99999999-9999-4999-8999-999999999999"


def level(watched: Watched, name: str = "Staff") -> str:
    """Return the id of a level."""
    levels = watched.cloud.integration.levels()
    return next(level.id for level in levels if level.name == name)


def order(watched: Watched, *levels: str, **changes: Any) -> Order:
    """Return an order of a card for levels, whose limits are in seconds from now."""
    for limit in ("start", "end"):
        if isinstance(seconds := changes.get(limit), int):
            changes[limit] = watched.clock.now + timedelta(seconds=seconds)
    ids = ",".join(level(watched, name) for name in levels or ("Staff",))
    usual = Order(
        grant_id=GRANT,
        revision=1,
        access=Access(ids, "", SCOPE),
        credential=Credential.CARD,
        name="Anna Berg",
        start=None,
        end=None,
        fields={},
        code=CARD,
    )
    return replace(usual, **changes)


def followed(vendor_id: str | None, watched: Watched, **changes: Any) -> Followed:
    """Return a grant as it is known here."""
    usual = Followed(
        grant_id=GRANT,
        vendor_id=vendor_id,
        access=Access("", "", SCOPE),
        credential=Credential.CARD,
        name="Anna Berg",
        start=None,
        end=None,
        latest_end=None,
        revision=1,
        state=GrantState.PENDING,
        in_doubt=False,
        asked_at=watched.clock.now,
    )
    return replace(usual, **changes)


async def issued(watched: Watched, *levels: str, **changes: Any) -> str:
    """Issue a card, and return its id."""
    answer = await watched.account.issue(order(watched, *levels, **changes))
    assert answer.vendor_id
    return answer.vendor_id


def key(watched: Watched, key_id: str) -> AccessKey:
    """Return an access key as the cloud has it."""
    return watched.cloud.integration.store.keys[key_id]


def bodies(watched: Watched, path: str) -> list[Any]:
    """Return what was sent to an endpoint."""
    return [sent.body for sent in watched.offline.sent if sent.path == path]


def answer(watched: Watched, path: str, told: Any) -> None:
    """Have an endpoint answer this, or raise it, from now on."""
    answers = watched.offline.answers
    watched.offline.answers = {**answers, f"POST {path}": told}
