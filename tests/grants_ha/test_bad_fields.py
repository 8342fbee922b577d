"""Bad input: refused before anything is sent, in the user's words, which name the field and never quote it."""

import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import DOMAIN
from tests.grants_ha.fields import MARK, TAG, TWIN, WRONG, right, with_wrong
from tests.grants_ha.helpers import (
    ACTIONS,
    OTHER_UNIT,
    UNIT,
    Grants,
    exception_texts,
    later,
    sent,
)
from tests.house import INVENTORY

ANSWERING = ("issue_pin", "issue_key", "update_grant", "revoke_grant", "get_grants")


@pytest.fixture
def foreign(hass: HomeAssistant) -> dict[str, str]:
    """Return ids of an account and a device of another integration."""
    entry = MockConfigEntry(domain="other", title="Other")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("other", str(UNIT))}
    )
    return {"$foreign": device.id, "$foreign_account": entry.entry_id}


async def call(grants: Grants, action: str, data: dict[str, Any]) -> None:
    """Call an action, and have its answer if it gives one."""
    if action in ANSWERING:
        await grants.call(action, **data)
    else:
        await grants.act(action, **data)


def unknown(action: str) -> str:
    """Return why an action refuses a grant that is not known here."""
    return "grant_not_from_here" if action == "update_grant" else "unknown_grant"


def check_text(error: HomeAssistantError, key: str, field: str) -> None:
    """Check that an error is translated, names the field, and quotes nothing."""
    assert error.translation_domain == DOMAIN
    assert error.translation_key == key
    placeholders = error.translation_placeholders or {}
    assert placeholders["field"] == field
    message = str(error)
    assert field in message
    assert MARK not in message
    for texts in exception_texts():
        wanted = set(re.findall(r"{(\w+)}", texts[key]))
        assert wanted <= set(placeholders)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


async def refusal(
    grants: Grants, action: str, data: dict[str, Any], key: str, field: str
) -> str | None:
    """Return what is wrong with the way in which a call is refused, if anything is."""
    before = sent(grants.house), grants.keeper.ledger.records.copy()
    try:
        await call(grants, action, data)
    except ServiceValidationError as error:
        try:
            check_text(error, key, field)
        except AssertionError as failure:
            return f"{field} {data[field]!r}: {failure}"
    except Exception as error:  # noqa: BLE001  which one is what the test tells
        return f"{field} {data.get(field)!r}: {error!r}"
    else:
        return f"{field} {data.get(field)!r}: taken"
    await grants.house.settle()
    after = sent(grants.house), grants.keeper.ledger.records
    return None if after == before else f"{field} {data.get(field)!r}: had an effect"


@pytest.mark.parametrize("action", WRONG)
async def test_wrong_field(
    grants: Grants, foreign: dict[str, str], action: str
) -> None:
    """Every field of every action is checked before anything is sent, and nothing is left of the attempt."""
    row = await grants.active(code="493817")
    for unit in (UNIT, OTHER_UNIT):
        grants.house.cloud.rename(unit, TWIN)
    await grants.house.wait(INVENTORY)
    stand_ins = {**foreign, "$account": account_device_id(grants)}
    wrong = []
    for field, cases in WRONG[action].items():
        for value, key in cases:
            given = stand_ins.get(value, value) if isinstance(value, str) else value
            data = with_wrong(right(grants, action, row["grant_id"]), field, given)
            wrong.append(await refusal(grants, action, data, key, field))
    assert list(filter(None, wrong)) == []


async def test_booking_where_there_are_none(grants: Grants) -> None:
    """A grant for a booking is refused at an account that has no bookings."""
    row = await grants.active(code="493817")
    data = {**right(grants, "issue_pin", row["grant_id"]), "booking_id": "AB12"}
    wrong = await refusal(grants, "issue_pin", data, "no_reservations", "booking_id")
    assert wrong is None


def account_device_id(grants: Grants) -> str:
    """Return the device that carries the account's own entities."""
    registry = dr.async_get(grants.hass)
    device = registry.async_get_device_by_identifier(
        (DOMAIN, str(grants.house.entry.unique_id)), grants.house.entry.entry_id
    )
    assert device is not None
    return device.id


async def test_wrong_tag(grants: Grants) -> None:
    """A tag is of hexadecimal digits."""
    for code, key in TAG:
        data = right(grants, "issue_key", "") | {"credential": "tag", "code": code}
        with pytest.raises(ServiceValidationError) as failure:
            await grants.call("issue_key", **data)
        check_text(failure.value, key, "code")
        assert code not in str(failure.value)
    assert sent(grants.house) == {}


TOO_EARLY = (
    ("2099-01-01 12:00:00", "2099-01-01 11:59:59"),
    ("2099-01-01 12:00:00", "2099-01-01 12:00:00"),
    ("2099-01-01T12:00:00+01:00", "2099-01-01T11:00:00Z"),
    ("2099-01-01T12:00:00+00:00", "2099-01-01T12:30:00+01:00"),
)


@pytest.mark.parametrize("action", ["issue_pin", "issue_key", "update_grant"])
async def test_end_before_start(grants: Grants, action: str) -> None:
    """An end that does not lie after the start is refused, whatever zones they are written in."""
    row = await grants.active(code="493817")
    before = sent(grants.house)
    for start, end in TOO_EARLY:
        data = right(grants, action, row["grant_id"])
        data |= {"start_datetime": start, "end_datetime": end}
        with pytest.raises(ServiceValidationError) as failure:
            await grants.call(action, **data)
        check_text(failure.value, "ends_before_start", "end_datetime")
    assert sent(grants.house) == before


async def test_end_before_the_start_that_it_has(grants: Grants) -> None:
    """An update is measured by what the grant will be, not only by what is given."""
    row = await grants.active(
        start_datetime=later(hours=2), end_datetime=later(hours=3)
    )
    changes: list[dict[str, Any]] = [
        {"end_datetime": later(hours=1)},
        {"start_datetime": later(hours=4)},
    ]
    for data in changes:
        with pytest.raises(ServiceValidationError) as failure:
            await grants.call("update_grant", grant_id=row["grant_id"], **data)
        assert failure.value.translation_key == "ends_before_start"


async def test_wrong_action_after_a_slash(grants: Grants) -> None:
    """An action that follows a unit's name is checked like one that has a field of its own."""
    data = right(grants, "issue_pin", "")
    del data["device_id"]
    for wrong in (f"R1\x00{MARK}", MARK * 10, f"<{MARK}>"):
        with pytest.raises(ServiceValidationError) as failure:
            await grants.call("issue_pin", **data, access=f"{UNIT}/{wrong}")
        assert MARK not in str(failure.value)
    assert sent(grants.house) == {}


async def test_field_that_does_not_exist(grants: Grants) -> None:
    """A field that an action does not have is refused, without its value."""
    for action in ACTIONS:
        data = right(grants, action, "x")
        with pytest.raises(ServiceValidationError) as failure:
            await call(grants, action, {**data, "pincode": MARK})
        check_text(failure.value, "unknown_field", "pincode")
    assert sent(grants.house) == {}


async def test_account_that_is_not_running(grants: Grants) -> None:
    """Where the account is not running an action is refused, and says so where a device tells which one."""
    row = await grants.active()
    given = {action: right(grants, action, row["grant_id"]) for action in ACTIONS}
    given["get_grants"] = {"config_entry_id": grants.house.entry.entry_id}
    before = sent(grants.house)
    await grants.hass.config_entries.async_unload(grants.house.entry.entry_id)
    for action, data in given.items():
        with pytest.raises(ServiceValidationError) as failure:
            await call(grants, action, data)
        if "grant_id" in data:
            assert failure.value.translation_key == unknown(action)
        else:
            check_text(failure.value, "not_loaded", next(iter(data)))
            assert grants.house.entry.title in str(failure.value)
    assert sent(grants.house) == before


async def test_vendor_without_grants(
    grants: Grants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the account's vendor issues no grants an action is refused, and says so."""
    given = {action: right(grants, action, "x") for action in ACTIONS}
    given["get_grants"] = {"device_id": grants.device_id()}
    with monkeypatch.context() as patch:
        patch.setattr(grants.house.entry.runtime_data, "grants", None)
        for action, data in given.items():
            with pytest.raises(ServiceValidationError) as failure:
                await call(grants, action, data)
            if "grant_id" in data:
                check_text(failure.value, unknown(action), "grant_id")
            else:
                check_text(failure.value, "no_grants", "device_id")
    assert sent(grants.house) == {}
