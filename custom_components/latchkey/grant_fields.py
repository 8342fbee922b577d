"""The fields of the grant actions: read, checked before anything is sent, refused with their names."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from probatio import Secret
import voluptuous as vol

from .const import (
    ATTR_ACCESS,
    ATTR_CODE,
    ATTR_CREDENTIAL,
    ATTR_END,
    ATTR_NAME,
    ATTR_START,
    DOMAIN,
    LONGEST_NAME,
)
from .coordinator import LatchkeyConfigEntry
from .devices import identifier
from .grant_keeper import GrantKeeper
from .ledger import Terms
from .vendors.grants import Access, CodeRule, Credential, IssuesGrants
from .vendors.model import Device
from .vendors.vendor import InvalidField

YEARS: Final = range(2000, 9000)


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
        {
            vol.Optional(Secret(key) if key == ATTR_CODE else key): object
            for key in keys
        },
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


def terms(
    call: ServiceCall, keeper: GrantKeeper, present: Terms | None = None
) -> Terms:
    """Return what a grant shall be; what is not given stays as it is."""
    name = text(call, ATTR_NAME)
    if name is None and present:
        name = present.name
    if not name:
        raise invalid(ATTR_NAME, "empty")
    if not name.isprintable():
        raise invalid(ATTR_NAME, "not_allowed")
    if len(name) > LONGEST_NAME:
        raise invalid(ATTR_NAME, "too_long", most=str(LONGEST_NAME))
    start, end = moment(call, ATTR_START), moment(call, ATTR_END)
    if present:
        start = start if ATTR_START in call.data else present.start
        end = end if ATTR_END in call.data else present.end
    if end and end <= dt_util.utcnow():
        raise invalid(ATTR_END, "in_the_past")
    if start and end and end.timestamp() <= start.timestamp():
        raise invalid(ATTR_END, "ends_before_start")
    given = {field.key: text(call, field.key) for field in keeper.vendor.grant_fields}
    for field in keeper.vendor.grant_fields:
        value = given[field.key]
        if value and not field.pattern.fullmatch(value):
            raise invalid(field.key, "not_allowed")
    fields = {key: value for key, value in given.items() if value is not None}
    return Terms(name=name, start=start, end=end, fields=fields)


def credential(call: ServiceCall, keeper: GrantKeeper) -> Credential:
    """Return the credential that issue_key is to issue."""
    issued = [each for each in keeper.vendor.codes if each is not Credential.PIN]
    value = text(call, ATTR_CREDENTIAL)
    if value not in issued:
        raise invalid(ATTR_CREDENTIAL, "unknown_credential", allowed=", ".join(issued))
    return Credential(value)


def code(call: ServiceCall, rule: CodeRule) -> str | None:
    """Return the code, where one is given; it must be where none is made here."""
    value = text(call, ATTR_CODE)
    if value is None and rule.generated is not None:
        return None
    if not value:
        raise invalid(ATTR_CODE, "empty")
    if not rule.allows(value):
        raise invalid(
            ATTR_CODE,
            f"invalid_code_{rule.kind}",
            min=str(rule.shortest),
            max=str(rule.longest),
        )
    return value


def keeper_of(entry: LatchkeyConfigEntry | None, field: str) -> GrantKeeper:
    """Return the grants of an account that is named by a field."""
    if entry is None or entry.domain != DOMAIN:
        raise invalid(field, "unknown_account")
    if entry.state is not ConfigEntryState.LOADED:
        raise invalid(field, "not_loaded", account=entry.title)
    if (keeper := entry.runtime_data.grants) is None:
        raise invalid(field, "no_grants", account=entry.title)
    return keeper


def accounts(hass: HomeAssistant, call: ServiceCall) -> list[LatchkeyConfigEntry]:
    """Return the account that is named, else all that are running and have grants."""
    if (entry_id := text(call, ATTR_CONFIG_ENTRY_ID)) is not None:
        entry = hass.config_entries.async_get_entry(entry_id)
        keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
        return [entry] if entry else []
    return [
        entry
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if entry.runtime_data.grants is not None
    ]


def targets(
    hass: HomeAssistant, call: ServiceCall
) -> dict[tuple[str, str], tuple[LatchkeyConfigEntry, Access]]:
    """Return what is to be opened, each once, by account and access."""
    found: dict[tuple[str, str], tuple[LatchkeyConfigEntry, Access]] = {}
    for device_id in texts(call, ATTR_DEVICE_ID):
        entry, device = device_of(hass, device_id)
        vendor = keeper_of(entry, ATTR_DEVICE_ID).vendor
        devices = entry.runtime_data.data.devices
        access = _checked(vendor.access_of, device, devices, _given(call, vendor))
        found.setdefault((entry.entry_id, access.id), (entry, access))
    if names := texts(call, ATTR_ACCESS):
        entry, vendor = _account(hass, call)
        devices = entry.runtime_data.data.devices
        for name in names:
            access = _checked(vendor.access_named, name, devices, _given(call, vendor))
            found.setdefault((entry.entry_id, access.id), (entry, access))
    return found


def scopes(
    hass: HomeAssistant, call: ServiceCall
) -> list[tuple[LatchkeyConfigEntry, str]]:
    """Return what is delivered and read back together, of what is named or of all that there is."""
    found: dict[tuple[str, str], tuple[LatchkeyConfigEntry, str]] = {}
    for device_id in texts(call, ATTR_DEVICE_ID):
        entry, device = device_of(hass, device_id)
        found[entry.entry_id, device.root_id] = (entry, device.root_id)
    if names := texts(call, ATTR_ACCESS):
        entry, vendor = _account(hass, call)
        devices = entry.runtime_data.data.devices
        for name in names:
            scope = _checked(vendor.access_named, name, devices, {}).scope
            found[entry.entry_id, scope] = (entry, scope)
    if not found:
        for entry in accounts(hass, call):
            for device in entry.runtime_data.data.devices.values():
                found[entry.entry_id, device.root_id] = (entry, device.root_id)
    return list(found.values())


def _account(
    hass: HomeAssistant, call: ServiceCall
) -> tuple[LatchkeyConfigEntry, IssuesGrants]:
    """Return the only account that can be meant."""
    named = accounts(hass, call)
    if len(named) != 1:
        raise invalid(ATTR_CONFIG_ENTRY_ID, "which_account")
    return named[0], keeper_of(named[0], ATTR_CONFIG_ENTRY_ID).vendor


def _given(call: ServiceCall, vendor: IssuesGrants) -> dict[str, str]:
    given = {field.key: text(call, field.key) for field in vendor.grant_fields}
    return {key: value for key, value in given.items() if value}


def _checked[T](
    resolve: Any, what: T, devices: Mapping[str, Device], fields: Mapping[str, str]
) -> Access:
    try:
        access: Access = resolve(what, devices, fields)
    except InvalidField as err:
        raise invalid(err.field, err.reason) from None
    return access


def device_of(
    hass: HomeAssistant, device_id: str
) -> tuple[LatchkeyConfigEntry, Device]:
    """Return the account and the device of a device of Home Assistant's."""
    registered = dr.async_get(hass).async_get(device_id)
    if registered is None:
        raise invalid(ATTR_DEVICE_ID, "unknown_device")
    entry = hass.config_entries.async_get_entry(registered.config_entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise invalid(ATTR_DEVICE_ID, "foreign_device")
    keeper_of(entry, ATTR_DEVICE_ID)
    for device in entry.runtime_data.data.devices.values():
        if identifier(entry, device.id) in registered.identifiers:
            return entry, device
    raise invalid(ATTR_DEVICE_ID, "unknown_device")
