"""The action that passes on what a vendor's interface takes, and nothing else here does; for administrators."""

from functools import partial
from math import isfinite
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.service import async_register_admin_service
import orjson

from . import fields
from .const import ATTR_BODY, ATTR_OPERATION, DOMAIN
from .errors import CALL_ERRORS, vendor_errors
from .vendors.vendor import InvalidField

LARGEST: Final = 16 * 1024
DEEPEST: Final = 8
_KEYS: Final = (ATTR_CONFIG_ENTRY_ID, ATTR_OPERATION, ATTR_BODY)
_WHOLE: Final = range(-(2**53) + 1, 2**53)
"""The whole numbers that every reader of JSON reads alike."""


@callback
def async_setup_call_actions(hass: HomeAssistant) -> None:
    """Register the action."""
    async_register_admin_service(
        hass,
        DOMAIN,
        "call_vendor",
        partial(_call_vendor, hass),
        schema=fields.schema(_KEYS),
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _call_vendor(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Pass a body on, once; what comes back stands in the answer and nowhere else."""
    fields.only(call, _KEYS)
    entry = fields.account_with(hass, call, "calls")
    vendor = entry.runtime_data.calls
    assert vendor is not None
    if not (operation := fields.text(call, ATTR_OPERATION)):
        raise fields.invalid(ATTR_OPERATION, "empty")
    if operation not in vendor.calls:
        raise fields.invalid(
            ATTR_OPERATION, "not_in_list", allowed=", ".join(vendor.calls)
        )
    body = _body(call)
    with vendor_errors(f"{entry.title}, {operation}", CALL_ERRORS):
        try:
            return {"answer": await vendor.call(operation, body)}
        except InvalidField as err:
            raise fields.invalid(err.field, err.reason) from None


def _body(call: ServiceCall) -> dict[str, Any]:
    """Return the field of the body, an empty one where it is not given; no error holds anything of it."""
    raw = call.data.get(ATTR_BODY)
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise fields.invalid(ATTR_BODY, "not_an_object")
    body: dict[str, Any] = _plain(raw, 0)
    try:
        size = len(orjson.dumps(body))
    except orjson.JSONEncodeError:
        # Half of a character, say.
        raise fields.invalid(ATTR_BODY, "not_plain_data") from None
    if size > LARGEST:
        raise fields.invalid(ATTR_BODY, "object_too_large", most=str(LARGEST))
    return body


def _plain(value: Any, depth: int) -> Any:
    """Return a value that JSON has, refuse any other."""
    if depth > DEEPEST:
        raise fields.invalid(ATTR_BODY, "object_too_deep", most=str(DEEPEST))
    match value:
        case None | bool():
            return value
        case str():
            return str(value)
        case int() if value in _WHOLE:
            return int(value)
        case float() if isfinite(value):
            return float(value)
        case list():
            return [_plain(each, depth + 1) for each in value]
        case dict() if all(isinstance(name, str) for name in value):
            return {str(name): _plain(each, depth + 1) for name, each in value.items()}
    raise fields.invalid(ATTR_BODY, "not_plain_data")
