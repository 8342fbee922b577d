"""The part of the cloud that is the platform: all that one system keeps, and how its parts go together."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, override

from aiohttp import web

from simulators.agenda import Agenda
from simulators.clock import Clock
from simulators.errors import Conflict
from simulators.keyless.access import Tokens
from simulators.keyless.commands import Commands
from simulators.keyless.events import Events
from simulators.keyless.gateways import Gateways
from simulators.keyless.grants import Grants
from simulators.keyless.locks import Locks
from simulators.keyless.messages import Messages
from simulators.keyless.options import Options
from simulators.keyless.people import People
from simulators.keyless.webhooks import Webhooks
from simulators.rate_limit import RateLimit
from simulators.simulator import Simulator


class SystemCloud(Simulator):
    """A cloud with one system."""

    def __init__(self, clock: Clock, tenant_id: str, api_key: str) -> None:
        """Start with an empty system."""
        super().__init__(clock)
        self.tenant_id = tenant_id
        self.api_key = api_key
        self.options = Options()
        self.agenda = Agenda(clock)
        self.tokens = Tokens(tenant_id, self.options)
        self.rate_limit = RateLimit(self.options, clock)
        self.events = Events(tenant_id)
        self.messages = Messages()
        self.people = People(self.events, self.messages)
        self.locks = Locks(self.events)
        self.grants = Grants(self.people, self.locks, self.messages, self.options)
        self.gateways = Gateways(self.events, self.locks, self.options)
        self.commands = Commands(self.events, self.locks, self.gateways, self.options)
        self.webhooks = Webhooks(self.options, self.settle)
        self.events.listener = self.webhooks.take

    @override
    def cloud_app(self) -> web.Application:
        """Return the vendor's application; webhooks are called while it is served."""

        async def start(_app: web.Application) -> None:
            self.webhooks.start()

        async def close(_app: web.Application) -> None:
            await self.webhooks.close()

        app = super().cloud_app()
        app.on_startup.append(start)
        app.on_cleanup.append(close)
        return app

    def settle(self) -> datetime:
        """Have everything happen that was due by the present time, and return that."""
        now = self.agenda.settle()
        self.grants.drop_past(now)
        return now

    def subscribe(self, url: str, types: Iterable[str] | None = None) -> None:
        """Tell an address on this machine of events, of all types or of some."""
        self.settle()
        self.webhooks.subscribe(url, types)

    async def events_sent(self) -> None:
        """Wait until the webhooks were told of all that has happened."""
        await self.webhooks.done()

    def set_options(self, **changes: Any) -> None:
        """Choose what is the same for the whole platform, from now on."""
        self.settle()
        self.options.change(changes)

    def revoke_tokens(self) -> None:
        """Have everybody log in again."""
        self.tokens.revoke()

    def delete_user(self, user_id: str) -> None:
        """Delete a user with all permissions and phones."""
        for device in list(self.people.devices.values()):
            if device.user_id == user_id:
                self.grants.drop_device(device.id)
        self.people.delete_user(user_id)
        self.grants.drop_user(user_id)

    def delete_device(self, device_id: str) -> None:
        """Delete a phone with its keys."""
        self.people.delete_device(device_id)
        self.grants.drop_device(device_id)

    def delete_lock(self, lock_id: str) -> None:
        """Delete a locking device with all that concerns it."""
        self.locks.take(lock_id)
        self.grants.drop_lock(lock_id)
        self.gateways.associations.drop(locking_device_id=lock_id)
        self.commands.drop(locking_device_id=lock_id)

    def delete_gateway(self, gateway_id: str) -> None:
        """Delete a gateway with all that concerns it; its box can be claimed again when it was reset."""
        self.gateways.take(gateway_id)
        self.gateways.associations.drop(gateway_id=gateway_id)
        self.commands.drop(gateway_id=gateway_id)

    def start_re_keying(self, lock_id: str) -> None:
        """Have the operational certificate of a locking device replaced at a phone's next visit."""
        if self.locks.claimed(lock_id).certificates["OPERATIONAL"].eligible:
            raise Conflict("The certificate is eligible for re-keying already")
        self.locks.set_certificate(lock_id, eligible=True)
