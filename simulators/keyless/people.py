"""Users, the phones with which they operate locking devices, and the invitations of phones."""

from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
import os
from typing import Any, Literal

from simulators.bodies import Body, check_names, choice, text
from simulators.clock import iso
from simulators.errors import Conflict, Invalid, Missing
from simulators.keyless.access import new_access_key
from simulators.keyless.events import Events
from simulators.keyless.formats import duration, identifier, phone
from simulators.keyless.messages import Messages
from simulators.registry import Registry, new_id

type Role = Literal["USER", "ADMIN"]

ROLES: tuple[Role, Role] = ("USER", "ADMIN")
ENVIRONMENT_URL = "https://eu-api.keyless.assaabloy.com"

_LINK = "https://keyless.assaabloy.com"
_FORMATS = ("INVITATION_LINK", "INVITATION_CODE")
# The vendor's page as it is known has lost the name of the field for an e-mail address.
_EMAIL_FIELDS = ("emailAddress", "email")
_FIELDS = ("userId", "validityDuration", "deliveryMechanism", "phoneNumber", "format")


@dataclass(frozen=True)
class User:
    """A person or a system, with the key that is told but once."""

    id: str
    role: Role
    access_key: str

    def as_json(self) -> dict[str, Any]:
        """Return the user as the vendor's interface tells of it."""
        return {"id": self.id, "role": self.role}


@dataclass(frozen=True)
class OperatingDevice:
    """A phone; one that was not invited by this version of the API is a legacy one."""

    id: str
    user_id: str
    legacy: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the phone as the vendor's interface tells of it."""
        return {"id": self.id, "userId": self.user_id}


@dataclass
class Invitation:
    """An invitation of a phone."""

    id: str
    user_id: str
    code: str
    expiration: datetime
    accepted: bool = False


class People:
    """All users of the system with what is theirs."""

    def __init__(self, events: Events, messages: Messages) -> None:
        """Start without anybody."""
        self._events = events
        self._messages = messages
        self.users: Registry[User] = Registry()
        self.devices: Registry[OperatingDevice] = Registry()
        self.invitations: Registry[Invitation] = Registry()

    def add_user(
        self, role: Role, user_id: str | None = None, access_key: str | None = None
    ) -> User:
        """Add a user."""
        if role not in ROLES:
            raise Invalid("role is USER or ADMIN")
        user = User(user_id or new_id(), role, access_key or new_access_key())
        self.users[user.id] = user
        self._events.emit("UserCreated", userId=user.id, role=role)
        return user

    def delete_user(self, user_id: str) -> None:
        """Delete a user with all phones and invitations."""
        self.users.take(user_id)
        for device in self.devices.drop(user_id=user_id):
            self._events.emit("OperatingDeviceDeleted", operatingDeviceId=device.id)
        self.invitations.drop(user_id=user_id)
        self._events.emit("UserDeleted", userId=user_id)

    def invite(self, body: Body, now: datetime) -> dict[str, Any]:
        """Invite a phone, and return what the caller is told."""
        check_names(body, *_FIELDS, *_EMAIL_FIELDS)
        user = self.users[identifier(body, "userId")]
        length = duration(
            body,
            "validityDuration",
            "PT24H",
            timedelta(seconds=1),
            timedelta(days=365),
        )
        mechanism = choice(body, "deliveryMechanism", ("SMS", "EMAIL", "NONE"))
        form = choice(body, "format", _FORMATS, _FORMATS[0])
        code = b32encode(os.urandom(10 if form == "INVITATION_CODE" else 40)).decode()
        written = f"{_LINK}/?c={code}" if form == "INVITATION_LINK" else code
        invitation = Invitation(new_id(), user.id, code, now + length)
        told = {"id": invitation.id, "expirationDatetime": iso(invitation.expiration)}
        match mechanism:
            case "SMS":
                self._messages.send(phone(body), written)
            case "EMAIL":
                field = next(filter(body.__contains__, _EMAIL_FIELDS), _EMAIL_FIELDS[0])
                self._messages.send(text(body, field), written)
            case _:
                told["invitationCode"] = code
                # The newer code needs no address.
                if form == "INVITATION_LINK":
                    told["environmentUrl"] = ENVIRONMENT_URL
        self.invitations[invitation.id] = invitation
        return told

    def revoke_invitation(self, invitation_id: str) -> None:
        """Revoke an invitation that was not accepted."""
        if self.invitations[invitation_id].accepted:
            raise Conflict("An accepted invitation can't be revoked")
        del self.invitations[invitation_id]

    def accept(self, invitation_id: str, now: datetime) -> OperatingDevice:
        """Have a phone accept an invitation and activate itself."""
        invitation = self.invitations[invitation_id]
        if invitation.accepted or now >= invitation.expiration:
            raise Conflict("The invitation is not valid any more")
        device = self.add_device(invitation.user_id, invitation_id=invitation_id)
        invitation.accepted = True
        return device

    def add_device(
        self, user_id: str, *, invitation_id: str | None = None, legacy: bool = False
    ) -> OperatingDevice:
        """Give a user a phone that is active."""
        user = self.users[user_id]
        if any(device.user_id == user.id for device in self.devices.values()):
            raise Conflict("The user has an operating device already")
        device = OperatingDevice(new_id(), user.id, legacy)
        self.devices[device.id] = device
        if invitation_id:
            self._events.emit(
                "OperatingDeviceCreated",
                operatingDeviceId=device.id,
                userId=user.id,
                invitationId=invitation_id,
            )
        self._events.emit("OperatingDeviceActivated", operatingDeviceId=device.id)
        return device

    def delete_device(self, device_id: str) -> None:
        """Delete a phone, unless only its user can be deleted."""
        if self.devices[device_id].legacy:
            raise Conflict("A legacy operating device can't be deleted on its own")
        del self.devices[device_id]
        self._events.emit("OperatingDeviceDeleted", operatingDeviceId=device_id)

    def device_of(self, user_id: str) -> OperatingDevice:
        """Return a user's phone, or say that there is none."""
        user = self.users[user_id]
        for device in self.devices.values():
            if device.user_id == user.id:
                return device
        raise Missing(f"user {user_id} has no operating device")
