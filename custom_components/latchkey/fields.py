"""The fields of actions: read, checked before anything is sent, refused with their names."""

from collections.abc import Iterable
from datetime import datetime
import re
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from probatio import Secret
import voluptuous as vol

from .const import (
    ATTR_BODY,
    ATTR_CLAIMING_CODE,
    ATTR_CODE,
    ATTR_CONFIRM,
    ATTR_EMAIL,
    ATTR_END,
    ATTR_KEY_FIELDS,
    ATTR_NAME,
    ATTR_PERSON_CODE,
    ATTR_PHONE,
    ATTR_PIN,
    ATTR_STAMP,
    ATTR_START,
    DOMAIN,
)
from .coordinator import LatchkeyConfigEntry
from .devices import identifier
from .vendors.model import Device

YEARS: Final = range(2000, 9000)
_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SECRET: Final = (
    ATTR_BODY,
    ATTR_CLAIMING_CODE,
    ATTR_CODE,
    ATTR_EMAIL,
    ATTR_KEY_FIELDS,
    ATTR_PERSON_CODE,
    ATTR_PHONE,
    ATTR_PIN,
    ATTR_STAMP,
)


def invalid(field: str, key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error of a field; it never holds the field's value."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"field": field, **placeholders},
    )


def schema(keys: Iterable[str]) -> vol.Schema:
    """Return a schema that takes everything: fields are checked where errors can be translated."""
    return vol.Schema(
        {vol.Optional(Secret(key) if key in _SECRET else key): object for key in keys},
        extra=vol.ALLOW_EXTRA,
    )


def only(call: ServiceCall, keys: Iterable[str]) -> None:
    """Refuse a field that an action does not have: a misspelt end would mean for good."""
    for field in call.data:
        if field not in keys:
            raise invalid(field, "unknown_field", allowed=", ".join(keys))


def texts(call: ServiceCall, field: str) -> list[str]:
    """Return a field of one or several texts."""
    value = call.data.get(field)
    values = value if isinstance(value, list) else [] if value is None else [value]
    if not all(
        isinstance(text, str | int) and not isinstance(text, bool) for text in values
    ):
        raise invalid(field, "not_text")
    return [text for text in (str(value).strip() for value in values) if text]


def text(call: ServiceCall, field: str) -> str | None:
    """Return a field of one text; None where it is not given."""
    if field not in call.data or call.data[field] is None:
        return None
    value = call.data[field]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise invalid(field, "not_text")
    return str(value).strip()


def vendor_id(call: ServiceCall, field: str) -> str:
    """Return a field of a vendor's id, which becomes part of an address."""
    if not (value := text(call, field)):
        raise invalid(field, "empty")
    if not _ID.fullmatch(value):
        raise invalid(field, "not_allowed")
    return value


def confirmed(call: ServiceCall, key: str, **placeholders: str) -> None:
    """Refuse what cannot be undone, unless it is confirmed; the error's text says what is lost."""
    if not flag(call, ATTR_CONFIRM):
        raise invalid(ATTR_CONFIRM, key, **placeholders)


def flag(call: ServiceCall, field: str, *, default: bool = False) -> bool:
    """Return a field of yes or no, the default where it is not given."""
    value = call.data.get(field)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise invalid(field, "not_yes_or_no")
    return value


def checked_name(name: str | None, most: int) -> str:
    """Return a name, which can be printed and is no longer than it may be."""
    if not name:
        raise invalid(ATTR_NAME, "empty")
    if not name.isprintable():
        raise invalid(ATTR_NAME, "not_allowed")
    if len(name) > most:
        raise invalid(ATTR_NAME, "too_long", most=str(most))
    return name


def moment(call: ServiceCall, field: str) -> datetime | None:
    """Return a field of a time; one without zone is the home's."""
    value = call.data.get(field)
    if value is None:
        return None
    try:
        parsed = dt_util.parse_datetime(value) if isinstance(value, str) else value
        if not isinstance(parsed, datetime) or parsed.year not in YEARS:
            raise invalid(field, "not_a_time")
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=dt_util.get_default_time_zone())
        # By way of UTC an hour that a change of clocks leaves out becomes one that there is.
        return dt_util.as_local(dt_util.as_utc(parsed.replace(microsecond=0)))
    except ValueError, OverflowError:
        raise invalid(field, "not_a_time") from None


def period(
    call: ServiceCall, present: tuple[datetime, datetime] | None = None
) -> tuple[datetime, datetime]:
    """Return a period; of a present one what is not given stays as it is."""
    start, end = moment(call, ATTR_START), moment(call, ATTR_END)
    if end is not None and end <= dt_util.utcnow():
        raise invalid(ATTR_END, "in_the_past")
    if start is None:
        if present is None:
            raise invalid(ATTR_START, "empty")
        start = present[0]
    if end is None:
        if present is None:
            raise invalid(ATTR_END, "empty")
        end = present[1]
    if end.timestamp() <= start.timestamp():
        raise invalid(ATTR_END, "ends_before_start")
    return dt_util.as_utc(start), dt_util.as_utc(end)


def loaded(entry: LatchkeyConfigEntry | None, field: str) -> LatchkeyConfigEntry:
    """Return an account that is named by a field, if it is running."""
    if entry is None or entry.domain != DOMAIN:
        raise invalid(field, "unknown_account")
    if entry.state is not ConfigEntryState.LOADED:
        raise invalid(field, "not_loaded", account=entry.title)
    return entry


def accounts_with(
    hass: HomeAssistant, call: ServiceCall, part: str
) -> list[LatchkeyConfigEntry]:
    """Return the account that is named, else all that are running; only such as have a part, by its name there."""
    if (entry_id := text(call, ATTR_CONFIG_ENTRY_ID)) is not None:
        named = hass.config_entries.async_get_entry(entry_id)
        entry = loaded(named, ATTR_CONFIG_ENTRY_ID)
        if getattr(entry.runtime_data, part) is None:
            raise invalid(ATTR_CONFIG_ENTRY_ID, f"no_{part}", account=entry.title)
        return [entry]
    return [
        entry
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if getattr(entry.runtime_data, part) is not None
    ]


def account_with(
    hass: HomeAssistant, call: ServiceCall, part: str
) -> LatchkeyConfigEntry:
    """Return the only account that can be meant, of those that have a part."""
    found = accounts_with(hass, call, part)
    if len(found) != 1:
        raise invalid(ATTR_CONFIG_ENTRY_ID, "which_account")
    return found[0]


def one_device(
    hass: HomeAssistant, call: ServiceCall, field: str = ATTR_DEVICE_ID
) -> tuple[str, LatchkeyConfigEntry, Device]:
    """Return the one device that is named, with its id and its account."""
    named = texts(call, field)
    if not named:
        raise invalid(field, "no_device")
    if len(named) > 1:
        raise invalid(field, "several_devices")
    return named[0], *device_of(hass, named[0], field)


def device_of(
    hass: HomeAssistant, device_id: str, field: str = ATTR_DEVICE_ID
) -> tuple[LatchkeyConfigEntry, Device]:
    """Return the account and the device of a device of Home Assistant's."""
    registered = dr.async_get(hass).async_get(device_id)
    if registered is None:
        raise invalid(field, "unknown_device")
    entry = hass.config_entries.async_get_entry(registered.config_entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise invalid(field, "foreign_device")
    entry = loaded(entry, field)
    for device in entry.runtime_data.data.devices.values():
        if identifier(entry, device.id) in registered.identifiers:
            return entry, device
    raise invalid(field, "unknown_device")
