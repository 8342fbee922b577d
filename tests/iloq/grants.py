"""What the tests of grants do and see of an iLOQ account."""

from datetime import timedelta
from typing import Any, cast

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.grant_keeper import GrantKeeper
from custom_components.latchkey.vendors.iloq.people import key_id_of
from simulators.iloq.accesses import Access
from simulators.iloq.keys import Key
from simulators.iloq.people import Person
from tests.iloq.home import Home

type Row = dict[str, Any]


def later(**delta: float) -> str:
    """Return a time from now on, as a user writes it."""
    moment = dt_util.now() + timedelta(**delta)
    return moment.replace(microsecond=0, tzinfo=None).isoformat(" ")


def lock(home: Home, name: str) -> str:
    """Return what Home Assistant registered a lock by."""
    return home.registered_id(
        next(
            each.id
            for each in home.cloud.group.locks.values()
            if each.record["LockingObject"] == name
        )
    )


def access(home: Home, name: str) -> Access:
    """Return an access of the cloud's."""
    return next(
        each
        for each in home.cloud.group.accesses.values()
        if each.record["Name"] == name
    )


def person(home: Home, name: str) -> Person:
    """Return a person of the cloud's."""
    return next(each for each in home.cloud.group.persons.values() if each.name == name)


async def issue(home: Home, credential: str = "key", **data: Any) -> Row:
    """Issue a key to the sauna, unless told otherwise, and return its row."""
    if not {"access", "device_id"} & data.keys():
        data["access"] = "Sauna"
    answer = await home.act(
        "issue_key", **{"name": "Gun Ek", "credential": credential} | data
    )
    (row,) = cast("list[Row]", answer["grants"])
    return row


async def change(home: Home, row: Row, **data: Any) -> Row:
    """Change a grant, and return its row."""
    answer = await home.act("update_grant", grant_id=row["grant_id"], **data)
    (changed,) = cast("list[Row]", answer["grants"])
    return changed


async def revoke(home: Home, row: Row) -> Row:
    """Take a grant back, and return its row."""
    answer = await home.act("revoke_grant", grant_id=row["grant_id"])
    (revoked,) = cast("list[Row]", answer["grants"])
    return revoked


async def refused(home: Home, reason: str, field: str, /, **data: Any) -> None:
    """Assert that a key is refused by a field, before anything changed."""
    before = (dict(home.cloud.group.keys), dict(home.cloud.group.persons))
    with pytest.raises(ServiceValidationError) as caught:
        await issue(home, **data)
    assert caught.value.translation_key == reason
    assert (caught.value.translation_placeholders or {})["field"] == field
    assert (dict(home.cloud.group.keys), dict(home.cloud.group.persons)) == before


def keeper(home: Home) -> GrantKeeper:
    """Return the account's grants."""
    found = home.entry.runtime_data.grants
    assert isinstance(found, GrantKeeper)
    return found


def state(home: Home, row: Row) -> str:
    """Return where a grant stands."""
    grants = keeper(home)
    return grants.state(grants.ledger.records[row["grant_id"]]).value


def key(home: Home, row: Row) -> Key:
    """Return the cloud's key of a grant."""
    return home.cloud.group.keys[key_id_of(row["grant_id"])]


def opened(home: Home, row: Row) -> list[str]:
    """Return the names of the accesses that a grant's key has."""
    held = key(home, row).planned.accesses
    return sorted(home.cloud.group.accesses[each].record["Name"] for each in held)


def slots(home: Home, row: Row) -> dict[int, str]:
    """Return start and end of a grant's key, as the cloud writes them."""
    zone = home.cloud.group.zone
    return {
        slot["SlotNo"]: f"{slot['LimitDateLg'].astimezone(zone):%Y-%m-%d %H:%M}"
        for slot in key(home, row).planned.slots
        if slot["LimitDateLg"] is not None
    }
