"""What lets a user operate a locking device: permissions and offline keys."""

from datetime import datetime
from typing import Any

from simulators.bodies import Body
from simulators.clock import iso
from simulators.keyless.locks import Locks
from simulators.keyless.messages import Messages
from simulators.keyless.offline_keys import Delivery, OfflineKey, new_key
from simulators.keyless.options import Options
from simulators.keyless.people import OperatingDevice, People
from simulators.keyless.permissions import KEPT, Permission
from simulators.registry import Registry, new_id


class Grants:
    """All permissions and offline keys of the system."""

    def __init__(
        self, people: People, locks: Locks, messages: Messages, options: Options
    ) -> None:
        """Start without any."""
        self._people = people
        self._locks = locks
        self._messages = messages
        self._options = options
        self.permissions: Registry[Permission] = Registry()
        self.offline_keys: Registry[OfflineKey] = Registry()

    def grant(self, body: Body) -> Permission:
        """Grant a permission."""
        return self._put(Permission.parse(new_id(), body))

    def update(self, permission_id: str, body: Body) -> None:
        """Replace all about a permission but its id."""
        self._put(Permission.parse(self.permissions[permission_id].id, body))

    def _put(self, permission: Permission) -> Permission:
        """Keep a permission whose user and locking device there are."""
        self._people.users[permission.user_id]
        self._locks[permission.locking_device_id]
        self.permissions[permission.id] = permission
        return permission

    def issue(self, issuer: str, body: Body, now: datetime) -> dict[str, Any]:
        """Issue an offline key, and return what the caller is told."""
        primary = new_key()
        key = OfflineKey.parse(primary["id"], issuer, body, now)
        delivery = Delivery.parse(body)
        self._people.devices[key.operating_device_id]
        lock = self._locks.claimed(key.locking_device_id)
        told: dict[str, Any] = {"primaryKey": primary}
        if lock.new_certificates or self._options.alternative_key:
            told["alternativeKey"] = new_key()
        if delivery.phone_number:
            for issued in list(told.values()):
                self._messages.send(
                    delivery.phone_number, delivery.text(issued["value"])
                )
        self.offline_keys[key.id] = key
        return told | {"startDatetime": iso(key.start), "endDatetime": iso(key.end)}

    def allow(self, device: OperatingDevice, lock_id: str, at: datetime) -> bool:
        """Tell whether a phone has what it takes to open a locking device at an instant."""
        return any(
            permission.allows("OPEN", at)
            for permission in self.permissions.values()
            if (permission.user_id, permission.locking_device_id)
            == (device.user_id, lock_id)
        ) or any(
            key.start <= at < key.end
            for key in self.offline_keys.values()
            if (key.operating_device_id, key.locking_device_id) == (device.id, lock_id)
        )

    def drop_user(self, user_id: str) -> None:
        """Remove what a user who is deleted was granted."""
        self.permissions.drop(user_id=user_id)

    def drop_device(self, device_id: str) -> None:
        """Remove the keys of a phone that is deleted."""
        self.offline_keys.drop(operating_device_id=device_id)

    def drop_lock(self, lock_id: str) -> None:
        """Remove what was granted for a locking device that is deleted."""
        self.permissions.drop(locking_device_id=lock_id)
        self.offline_keys.drop(locking_device_id=lock_id)

    def drop_past(self, now: datetime) -> None:
        """Remove permissions that have been over for long."""
        for permission in list(self.permissions.values()):
            if now >= permission.end + KEPT:
                del self.permissions[permission.id]
