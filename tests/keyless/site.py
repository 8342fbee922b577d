"""What a test of the actions on a site does and sees."""

from typing import Any

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.latchkey.const import DOMAIN
from tests.keyless.home import Home
from tests.texts import placeholders, translations

CODE = "2K7H-ASR3"
"""The claiming code of a box that waits to be claimed."""

ACTIONS = (
    *("claim_gateway", "delete_gateway", "associate_gateway", "dissociate_gateway"),
    *("create_locking_device", "rename_locking_device", "delete_locking_device"),
    "start_re_keying",
)


async def call(
    home: Home, action: str, /, context: Context | None = None, **data: Any
) -> Any:
    """Return what an action answers."""
    answer = await home.hass.services.async_call(
        DOMAIN, action, data, blocking=True, context=context, return_response=True
    )
    await home.settle()
    return answer


async def failed(home: Home, action: str, key: str, /, **data: Any) -> str:
    """Return the text with which an action fails, in the user's words and with nothing left to fill in."""
    with pytest.raises(HomeAssistantError) as caught:
        await call(home, action, **data)
    await home.settle()
    error = caught.value
    assert (error.translation_domain, error.translation_key) == (DOMAIN, key)
    given = (error.translation_placeholders or {}).keys()
    for language in ("en", "sv"):
        text = translations(language)["exceptions"][key]["message"]
        assert placeholders(text) <= given
    return str(error)


async def refused(home: Home, action: str, key: str, field: str, /, **data: Any) -> str:
    """Return the text with which a field is refused that cannot be right; nothing is sent, and the field is named."""
    home.platform.requests.reset()
    text = await failed(home, action, key, **data)
    assert f"field {field} " in text
    assert home.platform.requests.total == 0
    return text


def device_id(home: Home, platform_id: str) -> str:
    """Return what Home Assistant knows a device of the platform by."""
    device = home.device(platform_id)
    assert device is not None
    found: str = device.id
    return found


def commands(home: Home) -> dict[str, int]:
    """Return how often the platform was asked to change something, by request."""
    return {
        request.replace("/administration/", ""): count
        for request, count in home.platform.requests.counts.items()
        if not request.startswith("GET ") and not request.endswith("/login")
    }


def right(home: Home, action: str) -> dict[str, Any]:
    """Return fields with which an action has its effect at a home with two locks behind a gateway, and a lone one."""
    lock = device_id(home, home.lock_id())
    gateway = device_id(home, home.gateway_id())
    fields: dict[str, dict[str, Any]] = {
        "claim_gateway": {"claiming_code": CODE},
        "delete_gateway": {"device_id": gateway, "confirm": True},
        "associate_gateway": {
            "device_id": device_id(home, home.lock_id(2)),
            "gateway_id": gateway,
        },
        "dissociate_gateway": {"device_id": lock, "gateway_id": gateway},
        "create_locking_device": {"name": "Gate"},
        "rename_locking_device": {"device_id": lock, "name": "Gate"},
        "delete_locking_device": {"device_id": lock, "confirm": True},
        "start_re_keying": {"device_id": lock},
    }
    return fields[action]


SENT = {
    "claim_gateway": "POST gateway-device/claim",
    "delete_gateway": "DELETE gateway-device/{id}",
    "associate_gateway": "POST gateway-device-association",
    "dissociate_gateway": "DELETE gateway-device-association/{id}",
    "create_locking_device": "POST locking-device",
    "rename_locking_device": "PATCH locking-device/{id}",
    "delete_locking_device": "DELETE locking-device/{id}",
    "start_re_keying": "POST locking-device/{id}/re-key",
}
"""The one request that each action changes something by."""
