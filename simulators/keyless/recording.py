"""The part of the cloud that writes logs: what devices note reaches the platform later."""

from datetime import datetime

from simulators.clock import iso
from simulators.keyless.gateways import Gateway
from simulators.keyless.locks import CERTIFICATE_VALIDITY, LockingDevice, Profile
from simulators.keyless.logs import GatewayEntry, Kind, LockEntry
from simulators.keyless.people import OperatingDevice
from simulators.keyless.system import SystemCloud
from simulators.registry import new_id

GATEWAY_CLIENT = "GATEWAY_DEVICE"
"""What the vendor calls a gateway that operated a locking device; the page as it is known does not show it."""


class RecordingCloud(SystemCloud):
    """A cloud to whose devices something happens."""

    def _note_system(
        self, lock: LockingDevice, at: datetime, event_name: str, delay: float | None
    ) -> None:
        """Have a locking device note something of itself."""
        entry = LockEntry(
            new_id(), lock.id, event_name, *self._mark(lock, at, "system")
        )

        def arrive(_at: datetime) -> None:
            lock.log.arrived["system"].append(entry)
            self.events.emit("LockingDeviceSystemLogEntryReceived", **entry.as_event())

        self.agenda.after(at, self._delay(delay), arrive)

    def _note_operation(
        self,
        lock: LockingDevice,
        at: datetime,
        event_name: str,
        by: OperatingDevice | Gateway,
        *,
        granted: bool,
        delay: float | None = None,
    ) -> None:
        """Have a locking device note who has operated it."""
        if isinstance(by, Gateway):
            client = {"type": GATEWAY_CLIENT, "gatewayDeviceId": by.id}
        else:
            client = {
                "type": "OPERATING_DEVICE",
                "operatingDeviceId": by.id,
                "userId": by.user_id,
            }
        at_and_number = self._mark(lock, at, "audit")
        entry = LockEntry(
            new_id(), lock.id, event_name, *at_and_number, client, granted
        )

        def arrive(_at: datetime) -> None:
            lock.log.arrived["audit"].append(entry)
            told = entry.as_event()
            if isinstance(by, OperatingDevice):
                self.events.emit(
                    "LockingDeviceAuditLogEntryReceived",
                    **told,
                    operatingDeviceId=by.id,
                    userId=by.user_id,
                    granted=granted,
                )
            self.events.emit(
                "LockingDeviceAuditLogEntryReceivedV2",
                **told,
                client=client,
                granted=granted,
            )

        self.agenda.after(at, self._delay(delay), arrive)

    def _note_gateway(
        self, gateway: Gateway, at: datetime, kind: Kind, fields: dict[str, str]
    ) -> None:
        """Have a gateway note something."""
        number = gateway.log.next_number(kind, self.options)
        entry = GatewayEntry(at.replace(microsecond=0), number, fields)

        def arrive(_at: datetime) -> None:
            gateway.log.arrived[kind].append(entry)
            gateway.reported = True
            self.events.emit(
                f"GatewayDevice{kind.capitalize()}LogEntryReceived",
                gatewayDeviceId=gateway.id,
                logEntry=entry.as_json(),
            )

        self.agenda.after(at, self._delay(None), arrive)

    def _re_key(self, lock: LockingDevice, at: datetime, delay: float | None) -> None:
        """Have a phone replace the certificates of a locking device that are to be replaced."""
        for profile, certificate in lock.certificates.items():
            if not certificate.eligible or profile in lock.new_certificates:
                continue
            told = {"lockingDeviceId": lock.id, "certificateProfile": profile}
            self.events.emit("LockingDeviceCertificateSigningRequestCreated", **told)
            self.events.emit("LockingDeviceCertificateIssued", **told)
            lock.new_certificates[profile] = at + CERTIFICATE_VALIDITY[profile]
            self._note_system(lock, at, f"CERTIFICATE_CHANGED-{profile}", delay)
            self._complete_re_keying(lock, profile, at, delay)

    def _complete_re_keying(
        self, lock: LockingDevice, profile: Profile, at: datetime, delay: float | None
    ) -> None:
        """Have the platform learn of a new certificate when the entry about it has arrived."""

        def arrive(_at: datetime) -> None:
            certificate = lock.certificates[profile]
            certificate.expiration = lock.new_certificates.pop(profile)
            certificate.eligible = certificate.revoked = False
            self.events.emit(
                "LockingDeviceCertificateReKeyingCompleted",
                lockingDeviceId=lock.id,
                certificateProfile=profile,
                certificateExpirationDatetime=iso(certificate.expiration),
            )

        self.agenda.after(at, self._delay(delay), arrive)

    def _mark(
        self, lock: LockingDevice, at: datetime, kind: Kind
    ) -> tuple[datetime, int]:
        """Return the instant and the number that an entry of a locking device gets; it counts in whole seconds."""
        return at.replace(microsecond=0), lock.log.next_number(kind, self.options)

    def _delay(self, delay: float | None) -> float:
        """Return how long an entry takes to the platform, if nothing else is chosen for it."""
        return self.options.log_delay_seconds if delay is None else delay
