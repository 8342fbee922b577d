"""IntServ's access levels, as what a grant opens: of one system or of several, by id and by name."""

from typing import Any

import pytest

from custom_components.latchkey.vendors.directory import ListedAccess, ListsAccesses
from custom_components.latchkey.vendors.grants import Access
from custom_components.latchkey.vendors.intserv.levels import SCOPE
from custom_components.latchkey.vendors.intserv.part import door_device, system_device
from custom_components.latchkey.vendors.intserv.paths import LEVELS
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood, InvalidField
from simulators.intserv import ANNEX, MAIN
from tests.vendors.intserv_account import Watched
from tests.vendors.intserv_orders import answer, level


@pytest.fixture
async def watched() -> Watched:
    """Return an account that knows its levels."""
    watched = Watched()
    await watched.account.inventory()
    return watched


async def reading(watched: Watched) -> None:
    """Have the levels read."""
    await watched.account.inventory()


def named(watched: Watched, text: str) -> Access:
    """Return what is meant by a text."""
    return watched.account.access_named(text, {}, {})


def refused(watched: Watched, text: str) -> str:
    """Return why a text is refused."""
    with pytest.raises(InvalidField) as err:
        named(watched, text)
    assert err.value.field == "access"
    return err.value.reason


def test_named(watched: Watched) -> None:
    """A level is named by its id, by its name, or by its name after its system's id, in capitals or not."""
    staff = Access(level(watched), "Staff", SCOPE)
    for text in (staff.id, staff.id.upper(), "Staff", "sTAFF", f"{MAIN}/Staff".upper()):
        assert named(watched, text) == staff
    assert named(watched, f"{ANNEX}/Yard").id == level(watched, "Yard")
    for text in (
        "",
        "Stuff",
        f"{ANNEX}/Staff",
        f"{MAIN}/",
        MAIN,
        "/Staff",
        "Staff,Yard",
    ):
        assert refused(watched, text) == "unknown_access"


async def test_name_in_two_systems(watched: Watched) -> None:
    """A name that two systems have takes the system's id; one that a system has twice takes the level's own."""
    annex = watched.cloud.systems[ANNEX]
    other = annex.add_level("staff", ())
    await reading(watched)
    assert refused(watched, "Staff") == "ambiguous_access"
    assert named(watched, f"{MAIN}/Staff").id == level(watched)
    assert named(watched, f"{ANNEX}/Staff").id == other.id
    third = annex.add_level("Staff", ())
    await reading(watched)
    assert refused(watched, f"{ANNEX}/Staff") == "ambiguous_access"
    assert {named(watched, each.id).id for each in (other, third)} == {
        other.id,
        third.id,
    }


async def test_confusing_names(watched: Watched) -> None:
    """An id goes before a name that is the same; a name that is the same as a system's and another one's is ambiguous."""
    annex = watched.cloud.systems[ANNEX]
    annex.add_level(level(watched), ())
    annex.add_level(f"{MAIN}/Staff", ())
    await reading(watched)
    assert named(watched, level(watched)).name == "Staff"
    assert refused(watched, f"{MAIN}/Staff") == "ambiguous_access"


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "system_without_level"),
        (["A"], None),
        (["A", "B"], "system_of_several_levels"),
    ],
)
async def test_device(watched: Watched, names: list[str], reason: str | None) -> None:
    """A system of one level opens it; one of none or several says so."""
    system = watched.cloud.add_system("new-003", "New")
    levels = [system.add_level(name, ()) for name in names]
    await reading(watched)
    device = system_device("new-003")
    if reason is None:
        access = watched.account.access_of(device, {}, {})
        assert access == Access(levels[0].id, "A", SCOPE)
        return
    with pytest.raises(InvalidField) as err:
        watched.account.access_of(device, {}, {})
    assert (err.value.field, err.value.reason) == ("device_id", reason)


def test_door(watched: Watched) -> None:
    """A door is refused: which levels open it is told nowhere."""
    with pytest.raises(InvalidField) as err:
        watched.account.access_of(door_device(MAIN, "Entrance"), {}, {})
    assert (err.value.field, err.value.reason) == (
        "device_id",
        "levels_of_door_not_told",
    )


def test_device_of(watched: Watched) -> None:
    """Levels of one system are shown there; those of several, and one that is no more, at none."""
    account = watched.account
    staff, servers, yard = (
        named(watched, each) for each in ("Staff", "Servers", "Yard")
    )
    assert account.device_of(staff) == MAIN
    assert account.device_of(account.joined([staff, servers])) == MAIN
    assert account.device_of(yard) == ANNEX
    assert account.device_of(account.joined([staff, yard])) is None
    gone = Access("gone", "Gone", SCOPE)
    assert account.device_of(gone) is None
    assert account.device_of(account.joined([staff, gone])) is None


def test_joined(watched: Watched) -> None:
    """Several levels are one access, the same one in whichever order, and each of them once."""
    levels = [named(watched, each) for each in ("Staff", "Yard", "Store")]
    joined = watched.account.joined(levels)
    assert joined == watched.account.joined([*reversed(levels), levels[0]])
    assert joined.id.split(",") == sorted(each.id for each in levels)
    assert sorted(joined.name.split(", ")) == ["Staff", "Store", "Yard"]
    assert joined.scope == SCOPE
    assert watched.account.joined(levels[:1]) == levels[0]


async def test_scopes(watched: Watched) -> None:
    """There is one scope, whichever device is asked for; it is called after the systems."""
    whole = [Access(SCOPE, f"{MAIN}, {ANNEX}", SCOPE)]
    assert watched.account.scopes({}) == whole
    assert watched.account.scopes({}, system_device(ANNEX)) == whole
    assert Watched().account.scopes({})[0].scope == SCOPE


async def test_list(watched: Watched) -> None:
    """All levels are listed as they are now, and can be named afterwards."""
    assert isinstance(watched.account, ListsAccesses)
    added = watched.cloud.systems[ANNEX].add_level("Attic", ())
    listed = await watched.account.list_accesses()
    assert ListedAccess(id=added.id, name="Attic", system_id=ANNEX) in listed
    assert len(listed) == len(watched.cloud.integration.levels())
    assert named(watched, "attic").id == added.id


@pytest.mark.parametrize(
    "raw",
    [
        {},
        [],
        {"levels": None},
        {"levels": {}},
        {"levels": [1]},
        {"levels": [{"id": "a"}]},
        {"levels": [{"id": "", "name": "A", "system_id": "s"}]},
        {"levels": [{"id": "a", "name": [], "system_id": "s"}]},
    ],
)
async def test_no_list(watched: Watched, raw: Any) -> None:
    """A list of which something cannot be read is not told as if it were all."""
    answer(watched, LEVELS, raw)
    with pytest.raises(AnswerNotUnderstood):
        await watched.account.list_accesses()
