"""Calls of a home's webhook as the vendor, or somebody else, makes them, and what became of them."""

import hashlib
import hmac
import json
from typing import Any

from homeassistant.components.webhook import async_generate_path, async_handle_webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util.aiohttp import MockRequest

from custom_components.latchkey.const import CONF_WEBHOOK_SECRET, DOMAIN
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from tests.conftest import EXTERNAL
from tests.house import House

UNIT = 99998
CONTACT = "99998/IN1"
"""A contact of that unit, which is open at first."""
UNITS = (3023, 99992, 99998)
"""All units of the cloud, in no other order than that of their numbers."""


def webhook_id(house: House) -> str:
    """Return what the home's webhook is known by."""
    known: str = house.entry.data[CONF_WEBHOOK_ID]
    return known


def secret(house: House) -> str:
    """Return what the vendor is to sign with."""
    known: str = house.entry.data[CONF_WEBHOOK_SECRET]
    return known


def address(house: House, external: str = EXTERNAL) -> str:
    """Return where the vendor is to call."""
    return f"{external}{async_generate_path(webhook_id(house))}"


def registered(house: House, unit_id: int = UNIT) -> str | None:
    """Return where the vendor calls about a unit, if anywhere."""
    held = house.cloud.webhook(unit_id)
    return held["callbackUrl"] if held else None


def status(house: House, unit_id: int = UNIT, **changes: Any) -> dict[str, Any]:
    """Return what a unit told last, in the form of a call, with some things otherwise."""
    unit = house.cloud.unit(unit_id)
    told = unit.last_status.answer(unit_id, unit.serial_number, cached=False)
    return {**told, **changes}


def body(house: House, unit_id: int = UNIT, **changes: Any) -> bytes:
    """Return the body of a call about a unit."""
    return json.dumps(status(house, unit_id, **changes)).encode()


def inputs(**states: str) -> list[dict[str, str]]:
    """Return inputs with their states in the vendor's form."""
    return [{"input": name, "state": state} for name, state in states.items()]


def signature(house: House, content: bytes) -> str:
    """Return the vendor's own signature of a body."""
    digest = hmac.new(secret(house).encode(), content, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


async def post(
    hass: HomeAssistant,
    known_by: str,
    content: bytes,
    headers: dict[str, str] | None = None,
) -> int:
    """Call a webhook in the way of a cloudhook, and return the status of the answer."""
    request = MockRequest(content, mock_source="cloud", method="POST", headers=headers)
    return (await async_handle_webhook(hass, known_by, request)).status


async def call(house: House, content: bytes, signed: str | None = None) -> int:
    """Call the home's webhook."""
    headers = {} if signed is None else {"X-Signature": signed}
    return await post(house.hass, webhook_id(house), content, headers)


async def call_signed(house: House, content: bytes) -> int:
    """Call the webhook as the vendor does."""
    return await call(house, content, signature(house, content))


async def called_in(house: House) -> None:
    """Wait until the cloud has called about everything, and what that led to is done."""
    await house.cloud.pushes_done()
    await house.settle()


async def move(house: House, on: bool, contact: str = CONTACT) -> None:
    """Move a contact two seconds later, and wait for the call about that."""
    house.tick(2)
    unit_id, name = contact.split("/")
    house.cloud.set_input(int(unit_id), name, on)
    await called_in(house)


async def push_of(house: House) -> dict[str, Any]:
    """Return what the diagnostics tell about calls."""
    told: dict[str, Any] = (
        await async_get_config_entry_diagnostics(house.hass, house.entry)
    )["push"]
    return told


async def counts(house: House) -> dict[str, int]:
    """Return what the calls until now were worth."""
    return dict((await push_of(house))["calls"])


async def is_healthy(house: House, unit_id: int = UNIT) -> bool:
    """Return whether a unit's changes are believed to be called in."""
    told = (await push_of(house))["devices"].get(str(unit_id), {})
    return bool(told.get("healthy"))


def states(house: House) -> dict[str, str]:
    """Return the states of all entities."""
    return {state.entity_id: state.state for state in house.hass.states.async_all()}


def health(house: House, key: str, unit_id: int = UNIT) -> State | None:
    """Return what is shown of how a unit's callback fares, if anything is."""
    registry = er.async_get(house.hass)
    own_id = f"push/{house.entry.unique_id}_{unit_id}_{key}"
    platform = "button" if key == "test_push" else "sensor"
    entity_id = registry.async_get_entity_id(platform, DOMAIN, own_id)
    return house.hass.states.get(entity_id) if entity_id else None


def shown(house: House, key: str, unit_id: int = UNIT) -> str:
    """Return the state of what is shown of how a unit's callback fares."""
    state = health(house, key, unit_id)
    assert state is not None
    return state.state
