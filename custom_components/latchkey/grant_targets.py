"""What grants open, as the actions name it: devices, or names and ids of accesses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall

from .const import ATTR_ACCESS
from .coordinator import LatchkeyConfigEntry
from .errors import GRANT_ERRORS, vendor_errors
from .fields import account_with, device_of, invalid, text, texts
from .grant_fields import accounts, keeper_of
from .vendors.granting import IssuesGrants, JoinsAccesses, LearnsAccesses
from .vendors.grants import Access
from .vendors.model import Device
from .vendors.vendor import InvalidField


async def targets(
    hass: HomeAssistant, call: ServiceCall
) -> list[tuple[LatchkeyConfigEntry, Access]]:
    """Return what is to be opened, each once; one for all of an account where one grant opens it all."""
    found: dict[tuple[str, str], tuple[LatchkeyConfigEntry, Access]] = {}
    for device_id in texts(call, ATTR_DEVICE_ID):
        entry, device = device_of(hass, device_id)
        vendor = keeper_of(entry, ATTR_DEVICE_ID).vendor
        if isinstance(vendor, LearnsAccesses):
            with vendor_errors(device.name or device.label, GRANT_ERRORS):
                await vendor.learn(device)
        devices = entry.runtime_data.data.devices
        access = _checked(vendor.access_of, device, devices, _given(call, vendor))
        found.setdefault((entry.entry_id, access.id), (entry, access))
    if names := texts(call, ATTR_ACCESS):
        entry, vendor = _account(hass, call)
        devices = entry.runtime_data.data.devices
        for name in names:
            access = _checked(vendor.access_named, name, devices, _given(call, vendor))
            found.setdefault((entry.entry_id, access.id), (entry, access))
    return _joined(list(found.values()))


def _joined(
    found: Sequence[tuple[LatchkeyConfigEntry, Access]],
) -> list[tuple[LatchkeyConfigEntry, Access]]:
    """Return what is to be opened, where an account's vendor has one grant for several accesses by that alone."""
    joined: list[tuple[LatchkeyConfigEntry, Access]] = []
    for entry, access in found:
        vendor = keeper_of(entry, ATTR_CONFIG_ENTRY_ID).vendor
        if not isinstance(vendor, JoinsAccesses):
            joined.append((entry, access))
        elif all(each is not entry for each, _ in joined):
            of_entry = [access for each, access in found if each is entry]
            joined.append((entry, vendor.joined(of_entry)))
    return joined


def scopes(
    hass: HomeAssistant, call: ServiceCall
) -> list[tuple[LatchkeyConfigEntry, Access]]:
    """Return what is delivered and read back together, of what is named or of all that there is."""
    found: dict[tuple[str, str], tuple[LatchkeyConfigEntry, Access]] = {}

    def add(entry: LatchkeyConfigEntry, scopes: Iterable[Access]) -> None:
        found.update({(entry.entry_id, scope.id): (entry, scope) for scope in scopes})

    for device_id in texts(call, ATTR_DEVICE_ID):
        entry, device = device_of(hass, device_id)
        vendor = keeper_of(entry, ATTR_DEVICE_ID).vendor
        add(entry, vendor.scopes(entry.runtime_data.data.devices, device))
    if names := texts(call, ATTR_ACCESS):
        entry, vendor = _account(hass, call)
        devices = entry.runtime_data.data.devices
        for name in names:
            named = _checked(vendor.access_named, name, devices, {}).scope
            scopes = vendor.scopes(devices)
            add(entry, [scope for scope in scopes if scope.id == named])
    if not texts(call, ATTR_DEVICE_ID) and not names:
        for entry in accounts(hass, call):
            add(entry, all_scopes(entry))
    return list(found.values())


def all_scopes(entry: LatchkeyConfigEntry) -> Sequence[Access]:
    """Return all scopes of an account."""
    vendor = keeper_of(entry, ATTR_CONFIG_ENTRY_ID).vendor
    return vendor.scopes(entry.runtime_data.data.devices)


def _account(
    hass: HomeAssistant, call: ServiceCall
) -> tuple[LatchkeyConfigEntry, IssuesGrants]:
    """Return the only account that can be meant."""
    entry = account_with(hass, call, "grants")
    return entry, keeper_of(entry, ATTR_CONFIG_ENTRY_ID).vendor


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
