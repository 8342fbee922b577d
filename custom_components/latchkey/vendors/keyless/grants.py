"""Permissions and offline keys as grants."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPMethod
from typing import Any, Final

from ..grants import (
    Access,
    CodeKind,
    CodeRule,
    Credential,
    GrantField,
    Issued,
    IssuedGrant,
    Order,
    root_scopes,
)
from ..model import Device, DeviceKind
from ..vendor import InvalidField, InvalidRequest, NotFound
from . import offline_keys, paths, permissions
from .client import KeylessClient
from .people import INVITATION_FIELDS, People
from .values import ID, PHONE
from .wire import WireGranted, WireOfflineKey, WirePermission

CODES: Final = {
    Credential.APP: CodeRule(CodeKind.NONE, 0, 0),
    Credential.OFFLINE_KEY: CodeRule(
        CodeKind.NONE, 0, 0, is_final=True, needs_device=True
    ),
}
FIELDS: Final = (
    GrantField("user_id", ID, False, frozenset(CODES), "not_a_user_id"),
    *permissions.FIELDS,
    *offline_keys.FIELDS,
    GrantField("phone", PHONE, False, frozenset(CODES), "not_a_phone"),
    *INVITATION_FIELDS,
)


class Grants(People):
    """What a system's users may open (6 and 7)."""

    codes = CODES
    grant_fields = FIELDS

    def __init__(self, client: KeylessClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API."""
        super().__init__(client, clock)
        self._clock = clock
        self._names: dict[str, str] = {}
        """The locks' names, by id."""

    def scopes(
        self, devices: Mapping[str, Device], device: Device | None = None
    ) -> Sequence[Access]:
        """Return the locks, and what else may be named in their place."""
        return root_scopes(devices, device)

    def device_of(self, access: Access) -> str | None:
        """Return the lock."""
        return access.scope

    def access_of(
        self, device: Device, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return a lock, for the operation that is named, else to open it."""
        if device.kind is not DeviceKind.LOCKING_DEVICE:
            raise InvalidField("device_id", "not_a_lock")
        operation = permissions.OPERATIONS.get(fields.get("operation", "open"))
        if operation is None:
            raise InvalidField("operation", "not_allowed")
        return permissions.access(device.id, device.name or device.label, operation)

    def access_named(
        self, text: str, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return the lock of this id, serial number or name."""
        locks = [
            device
            for device in devices.values()
            if device.kind is DeviceKind.LOCKING_DEVICE
        ]
        found = [lock for lock in locks if text in (lock.id, lock.serial)] or [
            lock for lock in locks if lock.name.casefold() == text.casefold()
        ]
        if not found:
            raise InvalidField("access", "unknown_access")
        if len(found) > 1:
            raise InvalidField("access", "ambiguous_access")
        return self.access_of(found[0], devices, fields)

    def limits(
        self,
        credential: Credential,
        start: datetime | None,
        end: datetime | None,
        fields: Mapping[str, str],
    ) -> tuple[datetime, datetime]:
        """Return the interval, which begins now unless it is said otherwise (6.1, 7.1)."""
        now = self._clock()
        if end is None:
            raise InvalidField("end_datetime", "end_required")
        start = start or now.replace(microsecond=0)
        if credential is Credential.OFFLINE_KEY:
            offline_keys.check(start, end, fields, now)
        else:
            permissions.check(fields)
            self.check_invitation(fields)
        return start, end

    def lives_on(
        self, credential: Credential, fields: Mapping[str, str]
    ) -> timedelta | None:
        """Return for how long a key that a phone has opens after it was taken back here (6.4, 7)."""
        if credential is Credential.OFFLINE_KEY:
            return offline_keys.LIVES_ON
        return permissions.validity(fields)

    def is_as_ordered(self, row: IssuedGrant, order: Order) -> bool:
        """Return whether a row is of the user, the lock, the operation and the interval that were ordered."""
        return (
            (row.credential, row.holder_id, row.access.id)
            == (order.credential, order.holder_id, order.access.id)
            and (row.start, row.end) == (order.start, order.end)
            and (
                "key_validity_days" not in order.fields
                or row.lives_on == permissions.validity(order.fields)
            )
        )

    async def issue(self, order: Order) -> Issued:
        """Grant a permission (6.1), or issue an offline key (7.1)."""
        if order.credential is Credential.OFFLINE_KEY:
            device_id = await self._device_of(order)
            body = offline_keys.body(order, device_id)
            raw = await self._change(HTTPMethod.POST, paths.OFFLINE_KEYS, body)
            return offline_keys.answered(raw)
        body = permissions.body(order)
        raw = await self._change(HTTPMethod.POST, paths.PERMISSIONS, body)
        found = WireGranted.id_in(raw)
        return Issued(vendor_id=found and f"{permissions.KIND}/{found}")

    async def _device_of(self, order: Order) -> str:
        """Return what the user of an offline key opens with, of which there is one (3)."""
        for device in await self._devices():
            if device.userid == order.holder_id:
                return device.id
        raise NotFound("no operating device")

    async def update(self, vendor_id: str, order: Order) -> None:
        """Make a permission what is ordered (6.5, 6.3)."""
        path = self._permission(vendor_id)
        held = WirePermission.parse(await self._client.read(path))
        if (held.userid, held.lockingdeviceid) != (
            order.holder_id,
            order.access.scope,
        ):
            # All about a permission but its id can be changed elsewhere: it is another one now.
            raise NotFound("permission")
        if body := permissions.changed_body(held, order):
            await self._change(HTTPMethod.PUT, path, body)

    async def revoke(self, vendor_id: str) -> None:
        """Revoke a permission (6.4)."""
        await self._change(HTTPMethod.DELETE, self._permission(vendor_id))

    @staticmethod
    def _permission(vendor_id: str) -> str:
        """Return a permission's path; raises InvalidRequest for an offline key, which nothing changes."""
        kind, _, own_id = vendor_id.partition("/")
        if kind != permissions.KIND:
            raise InvalidRequest("offline key")
        return f"{paths.PERMISSIONS}/{own_id}"

    async def issued(self, scope: str, *, ours: bool = False) -> list[IssuedGrant]:
        """Return a lock's permissions (6.2) and offline keys (7.2)."""
        name = self._names.get(scope, scope)
        held = _of_lock(
            WirePermission, await self._listings.every(paths.PERMISSIONS), scope
        )
        keys = _of_lock(
            WireOfflineKey, await self._listings.every(paths.OFFLINE_KEYS), scope
        )
        users = {device.id: device.userid for device in await self._devices()}
        with_device = set(users.values())
        return [
            *(
                permissions.issued(each, name, has_device=each.userid in with_device)
                for each in held
            ),
            *(
                offline_keys.issued(each, name, users.get(each.operatingdeviceid))
                for each in keys
            ),
        ]


def _of_lock[W: (WirePermission, WireOfflineKey)](
    wire: type[W], listed: list[Any], lock_id: str
) -> list[W]:
    """Return the rows of a lock; raises AnswerNotUnderstood for one that cannot be read and may be of it: it must not pass for gone."""
    rows = []
    for raw in listed:
        named = raw.get("lockingDeviceId", lock_id) if isinstance(raw, dict) else None
        if isinstance(named, str) and named not in ("", lock_id):
            continue
        row = wire.parse(raw)
        if row.lockingdeviceid == lock_id:
            rows.append(row)
    return rows
