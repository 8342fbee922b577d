"""Several accounts: what is named must tell which one is meant, and each keeps its own ledger."""

from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from simulators.flexykey import Address
from tests.grants_ha.helpers import OTHER_UNIT, UNIT, UNIT_NAME, Grants, device_id, sent


@pytest.fixture
async def second(grants: Grants, address: Address) -> MockConfigEntry:
    """Return a second account, whose user may reach one of the units."""
    grants.house.cloud.set_user("bo", "annat-4712", [OTHER_UNIT])
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="FlexyKey bo",
        unique_id="flexykey_bo",
        data={
            CONF_VENDOR: "flexykey",
            "username": "bo",
            "password": "annat-4712",
            "url": address.url,
        },
    )
    entry.add_to_hass(grants.hass)
    assert await grants.hass.config_entries.async_setup(entry.entry_id)
    await grants.house.settle()
    return entry


@pytest.mark.usefixtures("second")
async def test_name_without_an_account(grants: Grants) -> None:
    """A unit's name alone does not tell which account is meant."""
    with pytest.raises(ServiceValidationError) as failure:
        await grants.call("issue_pin", access=UNIT_NAME, name="Anna")
    assert failure.value.translation_key == "which_account"
    assert failure.value.translation_placeholders == {"field": "config_entry_id"}
    assert sent(grants.house) == {}


async def test_name_in_an_account(grants: Grants, second: MockConfigEntry) -> None:
    """A name is looked for in the account that is given, and there alone."""
    account = {"config_entry_id": second.entry_id, "name": "Anna"}
    (row,) = await grants.call("issue_pin", access=str(OTHER_UNIT), **account)
    assert row["device_id"] == device_id(grants.hass, second.entry_id, OTHER_UNIT)
    assert row["device_id"] != grants.device_id(OTHER_UNIT)
    with pytest.raises(ServiceValidationError) as failure:
        await grants.call("issue_pin", access=str(UNIT), **account)
    assert failure.value.translation_key == "unknown_access"


async def test_devices_of_both(
    grants: Grants, second: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """One call may open doors of both accounts; each grant is in its account's ledger, found by its id alone."""
    rows = await grants.call(
        "issue_pin",
        name="Anna",
        device_id=[
            grants.device_id(UNIT),
            device_id(grants.hass, second.entry_id, OTHER_UNIT),
        ],
    )
    assert len({row["code"] for row in rows}) == 1
    for row, entry in zip(rows, (grants.house.entry, second), strict=True):
        records = hass_storage[f"latchkey.grants.{entry.entry_id}"]["data"]["records"]
        assert [record["grant_id"] for record in records] == [row["grant_id"]]
        await grants.call("update_grant", grant_id=row["grant_id"], name="Bo")
    answers = await grants.call(
        "revoke_grant", grant_id=[row["grant_id"] for row in rows]
    )
    assert [answer["state"] for answer in answers] == ["revoking", "revoking"]


async def test_list_of_both(grants: Grants, second: MockConfigEntry) -> None:
    """Without an account the list is of all; with one it is of that one."""
    await grants.issue(UNIT)
    assert len(await grants.listed()) == 1
    assert await grants.listed(config_entry_id=second.entry_id) == []
    row = await grants.issue(OTHER_UNIT)
    listed = await grants.listed(config_entry_id=second.entry_id)
    assert [each["managed"] for each in listed] == [False]
    assert row["grant_id"] not in str(listed)
