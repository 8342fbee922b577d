"""What the tests of grants do and see of an IntServ account."""

from datetime import timedelta
from typing import Any, cast

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.grant_keeper import GrantKeeper
from simulators.intserv.keys import AccessKey
from tests.intserv.home import Systems

type Row = dict[str, Any]

ADD_KEY = "accesskeys/add"
SOON = 61
"""Seconds after which a grant that is on its way was certainly looked into."""
GRACE = 200
"""Seconds after which what is not there is given up."""


def later(**delta: float) -> str:
    """Return a time from now on, as a user writes it."""
    moment = dt_util.now() + timedelta(**delta)
    return moment.replace(microsecond=0, tzinfo=None).isoformat(" ")


def keeper(systems: Systems) -> GrantKeeper:
    """Return the account's grants."""
    grants: GrantKeeper = systems.entry.runtime_data.grants
    return grants


def level(systems: Systems, name: str) -> str:
    """Return the id of a level at the cloud."""
    levels = systems.cloud.integration.levels()
    return next(each.id for each in levels if each.name == name)


def keys(systems: Systems, first_name: str) -> list[AccessKey]:
    """Return the access keys of a person at the cloud."""
    held = systems.cloud.integration.store.keys.values()
    return [key for key in held if key.person.first_name == first_name]


async def pin(systems: Systems, **data: Any) -> Row:
    """Issue a PIN for the staff's level, unless told otherwise, and return its row."""
    usual = {"access": "Staff", "name": "Gun Ek"}
    return await _row(systems, "issue_pin", usual | data)


async def card(systems: Systems, **data: Any) -> Row:
    """Issue a card for the staff's level, unless told otherwise, and return its row."""
    usual = {
        "access": "Staff",
        "name": "Gun Ek",
        "credential": "card",
        "code": "EM:4242",
    }
    return await _row(systems, "issue_key", usual | data)


async def doubted(systems: Systems, kind: str = "reset_after", **data: Any) -> Row:
    """Issue a card whose answer is lost, and return its row."""
    systems.fault(kind, ADD_KEY, times=1)
    row = await card(systems, **data)
    assert row["state"] == "unknown"
    return row


async def change(systems: Systems, row: Row, **data: Any) -> Row:
    """Change a grant, and return its row."""
    return await _row(systems, "update_grant", {"grant_id": row["grant_id"], **data})


async def revoke(systems: Systems, row: Row | None = None, **data: Any) -> Row:
    """Take a grant back, and return its row."""
    named = {"grant_id": row["grant_id"]} if row else {}
    return await _row(systems, "revoke_grant", named | data)


async def listed(systems: Systems) -> dict[str, Row]:
    """Return all grants that are listed, by their ids."""
    answer = await systems.act("get_grants")
    return {row["grant_id"]: row for row in cast("list[Row]", answer["grants"])}


async def state(systems: Systems, row: Row) -> str | None:
    """Return the state in which a grant is listed, if it is."""
    found = (await listed(systems)).get(row["grant_id"], {})
    return cast("str | None", found.get("state"))


async def refused(systems: Systems, reason: str, field: str, action: Any) -> None:
    """Assert that an action is refused by a field, before anything is sent."""
    paths = ("accesskeys/add", "accesskeys/remove")
    before = [systems.count(path) for path in paths]
    with pytest.raises(HomeAssistantError) as caught:
        await action
    assert caught.value.translation_key == reason
    assert caught.value.translation_placeholders is not None
    assert caught.value.translation_placeholders["field"] == field
    assert [systems.count(path) for path in paths] == before


async def _row(systems: Systems, action: str, data: dict[str, Any]) -> Row:
    (row,) = cast("list[Row]", (await systems.act(action, **data))["grants"])
    return row
