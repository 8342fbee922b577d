"""The actions in the picker: every field is described, selectable and translated, and nothing else is."""

import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import selector, validate_selector
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.setup import async_setup_component
from probatio import Secret
import pytest
import voluptuous as vol

from custom_components.latchkey.const import DOMAIN

FOLDER = Path("custom_components/latchkey").absolute()

REQUIRED = {
    "issue_pin": {"name"},
    "issue_key": {"name", "credential"},
    "update_grant": {"grant_id"},
    "revoke_grant": set[str](),
    "get_code": {"grant_id"},
    "get_grants": set[str](),
    "deliver_changes": {"device_id"},
    "abort_delivery": {"device_id"},
    "set_sync_state": {"device_id", "sync_state"},
    "get_passages": {"device_id"},
    "request_readings": {"device_id"},
    "create_booking": {"start_datetime", "end_datetime"},
    "update_booking": {"booking_id"},
    "cancel_booking": {"booking_id"},
    "check_in": {"booking_id"},
    "check_out": {"booking_id"},
    "get_availability": {"start_datetime", "end_datetime"},
    "get_bookings": set[str](),
    "get_plans": set[str](),
    "claim_gateway": {"claiming_code"},
    "delete_gateway": {"device_id", "confirm"},
    "associate_gateway": {"device_id", "gateway_id"},
    "dissociate_gateway": {"device_id", "gateway_id"},
    "create_locking_device": {"name"},
    "rename_locking_device": {"device_id", "name"},
    "delete_locking_device": {"device_id"},
    "start_re_keying": {"device_id"},
    "get_users": set[str](),
    "name_user": {"user_id", "name"},
    "invite_user": {"user_id", "invitation"},
    "revoke_invitation": {"invitation_id"},
    "delete_user": {"user_id", "confirm"},
    "delete_operating_device": {"operating_device_id"},
    "get_callback_address": set[str](),
    "get_available_boxes": {"device_id", "start_datetime", "end_datetime"},
    "call_vendor": {"operation"},
    "get_key": {"grant_id"},
    "order_key": {"grant_id"},
    "return_key": {"grant_id", "confirm"},
    "block_key": {"grant_id"},
    "unblock_key": {"grant_id"},
    "add_access": {"grant_id", "access"},
    "remove_access": {"grant_id", "access"},
    "get_accesses": set[str](),
    "get_persons": set[str](),
    "get_zones": set[str](),
    "get_real_estates": set[str](),
    "create_person": {"name"},
    "update_person": {"person_id"},
    "delete_person": {"person_id", "confirm"},
    "open_until": {"entity_id", "end_datetime"},
    "cancel_open_until": {"entity_id"},
    "export_grants": set[str](),
    "import_grants": {"ledger"},
}
"""The fields without which an action is always refused."""

SILENT = {"deliver_changes", "abort_delivery", "set_sync_state"}
"""The actions that answer nothing."""

ANSWER_ALONE = {
    *("export_grants", "get_callback_address", "get_code"),
    *("get_accesses", "get_persons", "get_real_estates", "get_zones"),
}
"""The actions that do nothing but answer what stands nowhere else."""

SECRET = {
    *("code", "phone", "email", "claiming_code", "body"),
    *("key_fields", "person_code", "pin", "stamp"),
}
"""The fields whose values no error of a schema may show."""

ACTIONS = tuple(REQUIRED)


@pytest.fixture
async def described(
    hass: HomeAssistant, enable_custom_integrations: None
) -> dict[str, dict[str, Any]]:
    """Return the descriptions of Latchkey's actions as the frontend gets them."""
    assert await async_setup_component(hass, DOMAIN, {})
    descriptions = await async_get_all_descriptions(hass)
    return descriptions[DOMAIN]


def flat(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an action, those in sections included."""
    found: dict[str, Any] = {}
    for key, field in fields.items():
        found |= field.get("fields", {key: field})
    return found


def test_all_actions(described: dict[str, dict[str, Any]]) -> None:
    """No action is left out here but the one whose target are entities."""
    assert set(described) - {"pulse_output"} == set(ACTIONS)


def schema_of(hass: HomeAssistant, action: str) -> vol.Schema:
    """Return what an action takes."""
    schema = hass.services.async_services()[DOMAIN][action].schema
    assert isinstance(schema, vol.Schema)
    return schema


async def test_secret_fields(
    hass: HomeAssistant, described: dict[str, dict[str, Any]]
) -> None:
    """What opens doors is marked as secret, and so is what a gateway is claimed by."""
    for action in ACTIONS:
        marked = {
            str(key.schema.schema)
            for key in schema_of(hass, action).schema
            if isinstance(getattr(key, "schema", None), Secret)
        }
        assert marked == SECRET & set(flat(described[action]["fields"])), action


async def test_fields_are_those_that_are_taken(
    hass: HomeAssistant, described: dict[str, dict[str, Any]]
) -> None:
    """What is described is taken, and what is taken is described."""
    for action in ACTIONS:
        taken = {
            str(getattr(key, "schema", key)) for key in schema_of(hass, action).schema
        }
        assert set(flat(described[action]["fields"])) == taken, action


async def test_required_fields(described: dict[str, dict[str, Any]]) -> None:
    """The picker asks for what an action cannot do without."""
    for action in ACTIONS:
        required = {
            key
            for key, field in flat(described[action]["fields"]).items()
            if field.get("required")
        }
        assert required == REQUIRED[action], action


async def test_selectors_and_examples(described: dict[str, dict[str, Any]]) -> None:
    """Every field has a selector that Home Assistant knows, and an example that it takes."""
    for action in ACTIONS:
        for key, field in flat(described[action]["fields"]).items():
            validate_selector(field["selector"])
            chosen: Any = selector(field["selector"])
            several = chosen.config.get("multiple", False)
            chosen([field["example"]] if several else field["example"])
            assert field["example"] or key.startswith("code_tag"), (action, key)


async def test_answers(described: dict[str, dict[str, Any]]) -> None:
    """Answers are offered where there is something to tell, and forced upon nobody but who asks for nothing else."""
    for action in ACTIONS:
        expected = (
            None if action in SILENT else {"optional": action not in ANSWER_ALONE}
        )
        assert described[action].get("response") == expected, action


@pytest.mark.parametrize("language", ["en", "sv"])
async def test_translations(
    described: dict[str, dict[str, Any]], language: str
) -> None:
    """Every action, field and section has its texts in each language."""
    path = FOLDER / "translations" / f"{language}.json"
    services = json.loads(path.read_text("utf-8"))["services"]
    for action in ACTIONS:
        texts = services[action]
        assert texts["name"], action
        assert texts["description"], action
        fields = described[action]["fields"]
        assert set(texts["fields"]) == set(flat(fields)), action
        for key, field in texts["fields"].items():
            assert field["name"], (action, key)
            assert field["description"], (action, key)
        sections = {key for key, field in fields.items() if "fields" in field}
        assert set(texts.get("sections", {})) == sections, action
