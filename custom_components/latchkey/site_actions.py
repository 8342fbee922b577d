"""The actions that change what stands at a site: gateways, locking devices, and what they have to do with each other."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
import re
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.service import async_register_admin_service

from . import fields
from .const import ATTR_CLAIMING_CODE, ATTR_CONFIRM, ATTR_GATEWAY_ID, ATTR_NAME, DOMAIN
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .devices import async_device_entry
from .errors import (
    ASSOCIATION_ERRORS,
    CLAIM_ERRORS,
    DISSOCIATION_ERRORS,
    SITE_ERRORS,
    vendor_errors,
)
from .vendors.model import Device, DeviceKind
from .vendors.site import ManagesSite
from .vendors.vendor import NotFound, OutcomeUnknown, VendorError

_CODE: Final = re.compile(r"[0-9A-Za-z-]{4,64}")
_LONGEST_NAME: Final = 255
_SITE: Final = "site"

type Row = dict[str, str | None]
type Action = Callable[[HomeAssistant, ServiceCall], Coroutine[Any, Any, Row]]


@callback
def async_setup_site_actions(hass: HomeAssistant) -> None:
    """Register the actions; each answers with the thing that it is about."""
    gateway, lock = DeviceKind.GATEWAY.value, DeviceKind.LOCKING_DEVICE.value
    actions: dict[str, tuple[Action, str, tuple[str, ...]]] = {
        "claim_gateway": (
            _claim_gateway,
            gateway,
            (ATTR_CONFIG_ENTRY_ID, ATTR_CLAIMING_CODE),
        ),
        "delete_gateway": (_delete_gateway, gateway, (ATTR_DEVICE_ID, ATTR_CONFIRM)),
        "associate_gateway": (_associate, lock, (ATTR_DEVICE_ID, ATTR_GATEWAY_ID)),
        "dissociate_gateway": (_dissociate, lock, (ATTR_DEVICE_ID, ATTR_GATEWAY_ID)),
        "create_locking_device": (_create, lock, (ATTR_CONFIG_ENTRY_ID, ATTR_NAME)),
        "rename_locking_device": (_rename, lock, (ATTR_DEVICE_ID, ATTR_NAME)),
        "delete_locking_device": (_delete, lock, (ATTR_DEVICE_ID, ATTR_CONFIRM)),
        "start_re_keying": (_start_re_keying, lock, (ATTR_DEVICE_ID,)),
    }
    for name, (action, noun, keys) in actions.items():
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_answered, hass, action, noun, keys),
            schema=fields.schema(keys),
            supports_response=SupportsResponse.OPTIONAL,
        )


async def _answered(
    hass: HomeAssistant,
    action: Action,
    noun: str,
    keys: tuple[str, ...],
    call: ServiceCall,
) -> ServiceResponse:
    fields.only(call, keys)
    return {noun: {**await action(hass, call)}}


@dataclass(frozen=True, slots=True)
class _Target:
    """An account whose vendor manages a site, and what an error calls what is meant."""

    entry: LatchkeyConfigEntry
    coordinator: LatchkeyCoordinator
    site: ManagesSite
    name: str

    async def change[T](
        self,
        change: Coroutine[Any, Any, T],
        errors: Mapping[type[VendorError], str] = SITE_ERRORS,
        *,
        deleted: str | None = None,
    ) -> T:
        """Change something, and read at once what there is then."""
        with vendor_errors(self.name, errors):
            try:
                result = await change
            except NotFound, OutcomeUnknown:
                # What there is tells more than the error.
                await self.coordinator.async_read_inventory()
                raise
        await self.coordinator.async_read_inventory(deleted)
        return result

    def registered_id(self, hass: HomeAssistant, device_id: str) -> str | None:
        """Return what Home Assistant knows a device by; nothing where it could not be read yet."""
        device = self.coordinator.inventory.devices.get(device_id)
        registered = device and async_device_entry(hass, self.entry, device)
        return registered.id if registered else None


@dataclass(frozen=True, slots=True)
class _DeviceTarget(_Target):
    """A device of such an account."""

    device: Device
    row: Row


def _account(hass: HomeAssistant, call: ServiceCall) -> _Target:
    """Return the only account that can be meant."""
    entry = fields.account_with(hass, call, _SITE)
    coordinator = entry.runtime_data
    assert coordinator.site is not None
    return _Target(entry, coordinator, coordinator.site, entry.title)


def _device(
    hass: HomeAssistant, call: ServiceCall, field: str, kind: DeviceKind
) -> _DeviceTarget:
    """Return the one device that is named, which must be of a kind."""
    named, entry, device = fields.one_device(hass, call, field)
    coordinator = entry.runtime_data
    if (site := coordinator.site) is None:
        raise fields.invalid(field, "no_site", account=entry.title)
    name = device.name or device.label
    if device.kind is not kind:
        raise fields.invalid(field, f"no_{kind}", name=name)
    row: Row = {ATTR_DEVICE_ID: named}
    return _DeviceTarget(entry, coordinator, site, name, device, row)


def _pair(
    hass: HomeAssistant, call: ServiceCall
) -> tuple[_DeviceTarget, _DeviceTarget]:
    """Return a locking device and a gateway of one account."""
    lock = _device(hass, call, ATTR_DEVICE_ID, DeviceKind.LOCKING_DEVICE)
    gateway = _device(hass, call, ATTR_GATEWAY_ID, DeviceKind.GATEWAY)
    if gateway.entry is not lock.entry:
        raise fields.invalid(ATTR_GATEWAY_ID, "other_account", account=lock.entry.title)
    return lock, gateway


async def _claim_gateway(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Claim the gateway that has a code on it."""
    code = fields.text(call, ATTR_CLAIMING_CODE)
    if not code:
        raise fields.invalid(ATTR_CLAIMING_CODE, "empty")
    if not _CODE.fullmatch(code):
        raise fields.invalid(ATTR_CLAIMING_CODE, "invalid_claiming_code")
    account = _account(hass, call)
    claimed = await account.change(account.site.claim_gateway(code), CLAIM_ERRORS)
    return {
        ATTR_DEVICE_ID: account.registered_id(hass, claimed.id),
        "serial_number": claimed.serial,
    }


async def _delete_gateway(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Delete a gateway."""
    gateway = _device(hass, call, ATTR_DEVICE_ID, DeviceKind.GATEWAY)
    fields.confirmed(call, "confirm_gateway", name=gateway.name)
    deletion = gateway.site.delete_gateway(gateway.device)
    await gateway.change(deletion, deleted=gateway.device.id)
    return gateway.row


async def _associate(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Let a gateway operate a locking device."""
    lock, gateway = _pair(hass, call)
    await lock.change(
        lock.site.associate(lock.device, gateway.device), ASSOCIATION_ERRORS
    )
    return lock.row


async def _dissociate(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Let a gateway operate a locking device no more."""
    lock, gateway = _pair(hass, call)
    await lock.change(
        lock.site.dissociate(lock.device, gateway.device), DISSOCIATION_ERRORS
    )
    return lock.row


async def _create(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Create a locking device, into which a physical one is claimed on the spot."""
    name = fields.checked_name(fields.text(call, ATTR_NAME), _LONGEST_NAME)
    account = _account(hass, call)
    created = await account.change(account.site.create_locking_device(name))
    return {ATTR_DEVICE_ID: account.registered_id(hass, created)}


async def _rename(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Give a locking device another name."""
    lock = _device(hass, call, ATTR_DEVICE_ID, DeviceKind.LOCKING_DEVICE)
    name = fields.checked_name(fields.text(call, ATTR_NAME), _LONGEST_NAME)
    await lock.change(lock.site.rename_locking_device(lock.device, name))
    return lock.row


async def _delete(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Delete a locking device; one that is claimed only where that is confirmed."""
    lock = _device(hass, call, ATTR_DEVICE_ID, DeviceKind.LOCKING_DEVICE)
    if not fields.flag(call, ATTR_CONFIRM):
        is_claimed = lock.device.is_claimed
        if not is_claimed:
            # It may have been claimed since the inventory was read.
            with vendor_errors(lock.name, SITE_ERRORS):
                is_claimed = await lock.site.is_claimed(lock.device)
        if is_claimed:
            raise fields.invalid(ATTR_CONFIRM, "confirm_claimed", name=lock.name)
    deletion = lock.site.delete_locking_device(lock.device)
    await lock.change(deletion, deleted=lock.device.id)
    return lock.row


async def _start_re_keying(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Have a locking device's certificate renewed before its time."""
    lock = _device(hass, call, ATTR_DEVICE_ID, DeviceKind.LOCKING_DEVICE)
    await lock.change(lock.site.start_re_keying(lock.device))
    return lock.row
