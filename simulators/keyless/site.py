"""The part of the cloud that is the site: people at doors, and gateways that sleep until they are woken."""

from datetime import datetime
from functools import partial
from typing import Literal, get_args

from simulators.bodies import Body
from simulators.errors import Invalid
from simulators.keyless.commands import RemoteCommand
from simulators.keyless.gateways import HARDWARE, Association, Gateway
from simulators.keyless.locks import MODELS, LockingDevice
from simulators.keyless.options import Execution
from simulators.keyless.people import OperatingDevice, Role, User
from simulators.keyless.recording import RecordingCloud
from simulators.registry import new_id

type BootReason = Literal["HEARTBEAT", "LOCKING_DEVICE"]

BATTERY_LOW = "BATTERY_LOW"


class SiteCloud(RecordingCloud):
    """A cloud whose devices can be touched."""

    def add_user(self, role: Role = "USER", *, phone: bool = False) -> User:
        """Add a user, with a phone or without."""
        self.settle()
        user = self.people.add_user(role)
        if phone:
            self.add_operating_device(user.id)
        return user

    def add_operating_device(
        self, user_id: str, *, legacy: bool = False
    ) -> OperatingDevice:
        """Give a user a phone, by an invitation unless it is a legacy one."""
        now = self.settle()
        if legacy:
            return self.people.add_device(user_id, legacy=True)
        body = {"userId": user_id, "deliveryMechanism": "NONE"}
        return self.people.accept(self.people.invite(body, now)["id"], now)

    def accept_invitation(self, invitation_id: str) -> OperatingDevice:
        """Have a phone accept an invitation."""
        return self.people.accept(invitation_id, self.settle())

    def add_locking_device(
        self, name: str, claimed: bool = True, model: str = MODELS[0]
    ) -> LockingDevice:
        """Add a locking device, with a physical one behind it or without."""
        self.settle()
        lock = self.locks.create(name, model)
        return self.claim(lock.id) if claimed else lock

    def claim(self, lock_id: str, user_id: str | None = None) -> LockingDevice:
        """Have a user put a physical device behind a locking device."""
        now = self.settle()
        return self.locks.claim(
            lock_id, user_id or next(iter(self.people.users), new_id()), now
        )

    def add_gateway(self, activated: bool = True) -> Gateway:
        """Add a gateway, which is powered already or lies in its box."""
        now = self.settle()
        box = self.gateways.add_box(new_id()[:9].upper())
        gateway = self.gateways.claim({"claimingCode": box.code}, now)
        gateway.reported = activated
        if activated:
            self.power(gateway.id)
        return gateway

    def claim_gateway(self, body: Body) -> Gateway:
        """Claim a box, whose gateway activates itself later if that is chosen."""
        now = self.settle()
        gateway = self.gateways.claim(body, now)
        if self.options.activation_seconds is not None:
            activate = partial(self._activate, gateway.id)
            self.agenda.after(now, self.options.activation_seconds, activate)
        return gateway

    def power(self, gateway_id: str, on: bool = True) -> None:
        """Power a gateway, which activates itself the first time, or cut its power."""
        now = self.settle()
        self.gateways[gateway_id].powered = on
        if on:
            self._activate(gateway_id, now)

    def associate(self, lock_id: str, gateway_id: str) -> Association:
        """Associate a locking device with a gateway."""
        body = {"lockingDeviceId": lock_id, "gatewayDeviceId": gateway_id}
        return self.gateways.associate(body, self.settle())

    def set_execution(self, lock_id: str, execution: Execution | None) -> None:
        """Choose what becomes of commands for a locking device, or leave it to the options again."""
        self.settle()
        if execution not in (None, *get_args(Execution.__value__)):
            raise Invalid("unknown execution")
        self.locks[lock_id].execution = execution

    def issue_command(self, issuer: str, body: Body) -> RemoteCommand:
        """Issue a remote command, upon which somebody touches the locking device if that is chosen."""
        now = self.settle()
        command = self.commands.issue(issuer, body, now)
        if self.options.touch_seconds is not None:
            touch = partial(self._touch, command.locking_device_id)
            self.agenda.after(now, self.options.touch_seconds, touch)
        return command

    def touch(self, lock_id: str) -> None:
        """Touch a locking device, which wakes the gateways associated with it."""
        now = self.settle()
        self.locks.claimed(lock_id)
        self._touch(lock_id, now)
        self.settle()

    def wake(self, gateway_id: str, reason: BootReason = "LOCKING_DEVICE") -> None:
        """Wake a gateway."""
        if reason not in get_args(BootReason.__value__):
            raise Invalid("unknown reason")
        now = self.settle()
        self._wake(self.gateways[gateway_id], reason, now)
        self.settle()

    def open_by_phone(
        self, lock_id: str, user_id: str, delay: float | None = None
    ) -> bool:
        """Have a user open a locking device, and tell whether it did; the entry may arrive later than others."""
        return self._operate(lock_id, user_id, "unlock", delay)

    def lock_by_phone(
        self, lock_id: str, user_id: str, delay: float | None = None
    ) -> bool:
        """Have a user lock a locking device, and tell whether it did."""
        return self._operate(lock_id, user_id, "lock", delay)

    def battery_low(self, lock_id: str, delay: float | None = None) -> None:
        """Have a locking device note that its battery is low."""
        self.note(lock_id, BATTERY_LOW, delay)

    def note(self, lock_id: str, event_name: str, delay: float | None = None) -> None:
        """Have a locking device note something of itself, such as that it has booted."""
        now = self.settle()
        self._note_system(self.locks.claimed(lock_id), now, event_name, delay)
        self.settle()

    def change_network(self, gateway_id: str) -> None:
        """Have a gateway note that it is in another network."""
        fields = {"eventName": "NETWORK_CHANGED"}
        self._note_gateway(self.gateways[gateway_id], self.settle(), "system", fields)
        self.settle()

    def restart_numbers(self, device_id: str) -> None:
        """Have a locking device or a gateway number its entries from nothing again."""
        self.settle()
        found = self.locks.get(device_id) or self.gateways[device_id]
        found.log.restart_numbers()

    def _activate(self, gateway_id: str, at: datetime) -> None:
        """Have a gateway activate itself if it is still to, and wake once a day from then on."""
        gateway = self.gateways.get(gateway_id)
        if gateway and gateway.activation is None:
            self.gateways.activate(gateway_id, at)
            self._plan_heartbeat(gateway_id, at)

    def _plan_heartbeat(self, gateway_id: str, at: datetime) -> None:
        """Have a gateway wake by itself when its time has come, for as long as there is the gateway."""

        def beat(at: datetime) -> None:
            if gateway := self.gateways.get(gateway_id):
                self._wake(gateway, "HEARTBEAT", at)
                self._plan_heartbeat(gateway_id, at)

        self.agenda.after(at, self.options.heartbeat_seconds, beat)

    def _touch(self, lock_id: str, at: datetime) -> None:
        """Wake the gateways associated with a locking device, which may be gone by now."""
        for association in self.gateways.of(locking_device_id=lock_id):
            gateway = self.gateways[association.gateway_id]
            self._wake(gateway, "LOCKING_DEVICE", at)

    def _wake(self, gateway: Gateway, reason: BootReason, at: datetime) -> None:
        """Have a gateway that can say so, and read what it is to do."""
        if gateway.activation is None or not gateway.powered:
            return
        fields = {"eventName": "BOOT", "bootReason": reason, **HARDWARE}
        self._note_gateway(gateway, at, "system", fields | gateway.doors)
        if reason == "HEARTBEAT" and not self.options.heartbeat_reads:
            return
        for command in self.commands.pending(gateway.id, at):
            lock = self.locks[command.locking_device_id]
            execution = lock.execution or self.options.execution
            if execution == "nothing":
                continue
            self.commands.acknowledge(command, at)
            if execution != "acknowledged_only":
                execute = partial(self._execute, command, execution == "granted")
                self.agenda.after(at, self.options.execute_seconds, execute)

    def _execute(self, command: RemoteCommand, granted: bool, at: datetime) -> None:
        """Have a gateway open a locking device, if both are still there."""
        lock = self.locks.get(command.locking_device_id)
        gateway = self.gateways.get(command.gateway_id)
        if lock is None or gateway is None:
            return
        # The key in the command dies with it, however early it was read.
        granted = granted and at < command.validity_end and lock.is_operable(at)
        if self.options.gateways_in_lock_log:
            self._note_operation(lock, at, "open", gateway, granted=granted)
        if granted or self.options.denied_in_gateway_log:
            fields = {
                "conversationName": "open",
                "lockingDeviceId": lock.id,
                "remoteCommandId": command.id,
            }
            self._note_gateway(gateway, at, "audit", fields)

    def _operate(
        self, lock_id: str, user_id: str, event_name: str, delay: float | None
    ) -> bool:
        """Have a user's phone operate a locking device, whose certificates it replaces by the way."""
        now = self.settle()
        lock, device = self.locks.claimed(lock_id), self.people.device_of(user_id)
        granted = lock.is_operable(now) and self.grants.allow(device, lock_id, now)
        if delay is None:
            delay = self.options.phone_log_delay_seconds
        self._note_operation(
            lock, now, event_name, device, granted=granted, delay=delay
        )
        if granted:
            self._re_key(lock, now, delay)
        self.settle()
        return granted
