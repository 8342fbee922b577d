"""Locking devices: placeholders until a physical device is claimed, which has certificates and a log."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal

from simulators.clock import iso
from simulators.errors import Conflict, Invalid
from simulators.keyless.events import Events
from simulators.keyless.logs import LockEntry, Log
from simulators.keyless.options import Execution
from simulators.registry import Registry, new_id

type Profile = Literal["OPERATIONAL", "MANUFACTURING"]

PROFILES: tuple[Profile, Profile] = ("OPERATIONAL", "MANUFACTURING")
MODELS = (
    "PADLOCK",
    "KEY_DEPOSIT",
    "CONTROLLER",
    "SWING_HANDLE",
    "SWING_HANDLE_CONNECTED",
)
CERTIFICATE_VALIDITY: dict[Profile, timedelta] = {
    "OPERATIONAL": timedelta(days=2 * 365),
    "MANUFACTURING": timedelta(days=12 * 365),
}

_LONGEST_NAME = 255
_FIRST_SERIAL = 123456


@dataclass
class Certificate:
    """A certificate of a locking device."""

    expiration: datetime
    eligible: bool = False
    revoked: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the certificate as the vendor's interface tells of it."""
        return {
            "eligibleForReKeying": self.eligible,
            "expirationDatetime": iso(self.expiration),
            "revoked": self.revoked,
        }


@dataclass
class LockingDevice:
    """A locking device; what only a physical one has is empty until it is claimed."""

    id: str
    name: str
    model: str
    serial_number: str | None = None
    firmware_version: str = "1.0.0"
    certificates: dict[Profile, Certificate] = field(default_factory=dict)
    log: Log[LockEntry] = field(default_factory=Log)
    execution: Execution | None = None
    """What becomes of commands, if it is not what the options say."""
    new_certificates: dict[Profile, datetime] = field(default_factory=dict)
    """When those expire that a phone has installed, of which the platform does not know yet."""

    @property
    def claimed(self) -> bool:
        """Tell whether there is a physical device."""
        return self.serial_number is not None

    def is_operable(self, at: datetime) -> bool:
        """Tell whether the device works at all at an instant."""
        return all(
            not certificate.revoked
            and at < max(certificate.expiration, self.new_certificates.get(name, at))
            for name, certificate in self.certificates.items()
        )

    def as_json(self) -> dict[str, Any]:
        """Return the device as the vendor's interface tells of it."""
        told: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "claimingStatus": "CLAIMED" if self.claimed else "UNCLAIMED",
        }
        if self.claimed:
            told |= {
                "serialNumber": self.serial_number,
                "operationalCertificate": self.certificates["OPERATIONAL"].as_json(),
                "manufacturingCertificate": self.certificates[
                    "MANUFACTURING"
                ].as_json(),
                "hardwareModel": self.model,
                "hardwareVersion": "1",
                "firmwareVersion": self.firmware_version,
            }
        return told


class Locks(Registry[LockingDevice]):
    """All locking devices of the system."""

    def __init__(self, events: Events) -> None:
        """Start without any."""
        super().__init__()
        self._events = events
        self._serials = count(_FIRST_SERIAL)

    def create(self, name: object, model: str = MODELS[0]) -> LockingDevice:
        """Add a placeholder."""
        lock = LockingDevice(new_id(), _checked_name(name), model)
        self[lock.id] = lock
        return lock

    def claimed(self, lock_id: str) -> LockingDevice:
        """Return a locking device that is claimed, or say that it is not."""
        if not self[lock_id].claimed:
            raise Conflict("The locking device is not claimed")
        return self[lock_id]

    def claim(self, lock_id: str, user_id: str, now: datetime) -> LockingDevice:
        """Have a phone put a physical device in the place of a placeholder."""
        lock = self[lock_id]
        if lock.claimed:
            raise Conflict("The locking device is claimed already")
        lock.serial_number = f"BPLAD{next(self._serials)}"
        lock.certificates = {
            profile: Certificate(now + validity)
            for profile, validity in CERTIFICATE_VALIDITY.items()
        }
        self._events.emit(
            "LockingDeviceClaimed",
            lockingDeviceId=lock.id,
            userId=user_id,
            serialNumber=lock.serial_number,
        )
        return lock

    def patch(self, lock_id: str, patch: object) -> None:
        """Change a locking device by a JSON Patch, which can do nothing but replace its name."""
        lock = self[lock_id]
        if not isinstance(patch, list) or not patch:
            raise Invalid("The body must be a JSON Patch")
        name: object = lock.name
        for change in patch:
            match change:
                case {"op": "replace", "path": "/name", "value": value, **other} if (
                    not other
                ):
                    name = _checked_name(value)
                case _:
                    raise Invalid("Only the field name can be changed, by replace")
        lock.name = _checked_name(name)

    def set_certificate(
        self,
        lock_id: str,
        profile: Profile = "OPERATIONAL",
        *,
        expiration: datetime | None = None,
        eligible: bool | None = None,
        revoked: bool | None = None,
    ) -> None:
        """Change what the platform says of a certificate."""
        if profile not in PROFILES:
            raise Invalid("profile is OPERATIONAL or MANUFACTURING")
        certificate = self.claimed(lock_id).certificates[profile]
        if expiration is not None:
            certificate.expiration = expiration
        if revoked is not None:
            certificate.revoked = revoked
        if eligible and not certificate.eligible:
            self._events.emit(
                "LockingDeviceCertificateEligibleForReKeying",
                lockingDeviceId=lock_id,
                certificateProfile=profile,
                certificateExpirationDatetime=iso(certificate.expiration),
            )
        if eligible is not None:
            certificate.eligible = eligible


def _checked_name(name: object) -> str:
    """Return a name that the platform takes."""
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_NAME:
        raise Invalid(f"name must have 1 to {_LONGEST_NAME} characters")
    return name
