"""The list of grants: the vendor's, joined with the ledger, without a code."""

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.grants_ha.helpers import (
    OTHER_UNIT,
    ROW_KEYS,
    UNIT,
    UNIT_NAME,
    Grants,
    later,
    sent,
)

CODE = "493817"


async def test_rows(grants: Grants) -> None:
    """Each row tells what was agreed and whether it was issued here; none holds a code."""
    row = await grants.active(
        code=CODE, start_datetime=later(minutes=1), end_datetime=later(hours=1)
    )
    entry_id = grants.put_entry("1234", action="R2")
    managed, foreign = await grants.listed()
    assert managed == {
        **{key: value for key, value in row.items() if key != "code"},
        "state": "active",
        "managed": True,
    }
    assert set(foreign) == ROW_KEYS | {"managed"}
    assert foreign["managed"] is False
    assert foreign["grant_id"] == f"{UNIT}:{entry_id}"
    assert (foreign["access"], foreign["name"]) == (f"{UNIT_NAME}, R2", "Elsewhere")
    assert foreign["state"] == "pending"
    assert CODE not in str([managed, foreign])
    assert "1234" not in str([managed, foreign]).replace("067530215131204", "")


async def test_all_pages(grants: Grants) -> None:
    """A list of more than a page is complete."""
    grants.house.cloud.generate_entries(UNIT, 1001)
    assert len(await grants.listed()) == 1001


async def test_choice(grants: Grants) -> None:
    """Devices, names or an account choose what is listed; without any it is everything."""
    await grants.issue()
    await grants.issue(OTHER_UNIT)
    for chosen, count in (
        ({"device_id": grants.device_id()}, 1),
        ({"device_id": [grants.device_id(), grants.device_id(OTHER_UNIT)]}, 2),
        ({"access": [UNIT_NAME, f"{UNIT}/R2"]}, 1),
        ({"config_entry_id": grants.house.entry.entry_id}, 2),
        ({}, 2),
    ):
        assert len(await grants.listed(**chosen)) == count


async def test_expansion(grants: Grants) -> None:
    """The list of an expansion is its unit's, whatever action would open it."""
    await grants.issue(OTHER_UNIT)
    assert len(await grants.listed(device_id=grants.device_id("99992-1"))) == 1


async def test_in_doubt(grants: Grants) -> None:
    """What may or may not be at the vendor is listed as unknown."""
    grants.house.fault(kind="reset", method="POST", times=1)
    row = await grants.issue()
    (listed,) = await grants.listed()
    assert listed["grant_id"] == row["grant_id"]
    assert listed["state"] == "unknown"


async def test_changed_at_the_vendor(grants: Grants) -> None:
    """A name that somebody changed at the vendor is listed once it was looked for."""
    await grants.active(code=CODE)
    entry = grants.entry(CODE)
    assert entry is not None
    program = grants.house.cloud.program(UNIT)
    program.entries.change(entry["id"], {"name": "Bo"})
    await grants.house.wait(3700)
    (listed,) = await grants.listed()
    assert listed["name"] == "Bo"


async def test_one_unit_fails(grants: Grants) -> None:
    """A unit whose list cannot be read has a row that says so, and the others are listed."""
    await grants.issue()
    grants.house.fault(
        kind="status", status=403, path=f"/v1/UnitIdEntries?unitId={OTHER_UNIT}"
    )
    rows = await grants.listed()
    (failed,) = [row for row in rows if "error" in row]
    assert "BDD Demo enhet" in failed["error"]
    assert len(rows) == 2


async def test_all_fail(grants: Grants) -> None:
    """Where nothing can be read the action raises."""
    grants.house.fault(kind="status", status=403, path="/v1/UnitIdEntries")
    with pytest.raises(HomeAssistantError):
        await grants.listed()


async def test_nothing_is_changed(grants: Grants) -> None:
    """To list is to read."""
    await grants.listed()
    assert sent(grants.house) == {}
