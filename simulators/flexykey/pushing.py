"""The part of the cloud that knows its units' webhooks and calls them."""

from datetime import datetime
from typing import override

from aiohttp import web

from simulators.clock import Clock
from simulators.errors import Invalid, Missing
from simulators.flexykey.calls import Push
from simulators.flexykey.options import Options
from simulators.flexykey.pushes import Pushes
from simulators.flexykey.unit import Unit
from simulators.flexykey.webhooks import Webhook, WebhookAnswer, Webhooks
from simulators.simulator import Simulator


class PushingCloud(Simulator):
    """A cloud that calls webhooks while it is served."""

    def __init__(self, clock: Clock) -> None:
        """Start without units and webhooks."""
        super().__init__(clock)
        self.options = Options()
        self.units: dict[int, Unit] = {}
        self.webhooks = Webhooks()
        self._pushes = Pushes(self.webhooks, self.options, clock)

    @override
    def cloud_app(self) -> web.Application:
        """Return the vendor's application; at its end nothing is sent any more."""

        async def close(_app: web.Application) -> None:
            await self._pushes.close()

        app = super().cloud_app()
        app.on_cleanup.append(close)
        return app

    def unit(self, unit_id: int) -> Unit:
        """Return a unit, or say that there is none of this id."""
        if unit_id not in self.units:
            raise Missing(f"no unit {unit_id}")
        return self.units[unit_id]

    def webhook(self, unit_id: int) -> WebhookAnswer | None:
        """Return what GET /v1/Webhooks tells of a unit's webhook, if it has one."""
        webhook = self.webhooks.get(self.unit(unit_id).unit_id)
        return webhook.answer() if webhook else None

    def webhook_secret(self, unit_id: int) -> str | None:
        """Return the secret of a unit's webhook, which the vendor's interface never tells."""
        return self.webhooks.existing(self.unit(unit_id).unit_id).secret

    def put_webhook(
        self, unit_id: int, callback_url: str, secret: str | None, is_active: int = 1
    ) -> Webhook:
        """Configure a unit's webhook, as PUT /v1/Webhooks does."""
        unit = self.unit(unit_id)
        webhook = self.webhooks.put(unit_id, callback_url, secret, is_active)
        self._pushes.follow_pulses(unit.unit_id)
        return webhook

    def set_webhook(
        self, unit_id: int, callback_url: str, secret: str | None = None
    ) -> None:
        """Configure a unit's webhook from somewhere else."""
        self.put_webhook(unit_id, callback_url, secret)

    def remove_webhook(self, unit_id: int) -> None:
        """Remove a unit's webhook."""
        self.webhooks.remove(self.unit(unit_id).unit_id)

    def fail_webhook(
        self, unit_id: int, consecutive: int, disabled_until: datetime | None = None
    ) -> None:
        """Have the last so many calls of a unit's webhook failed, with a pause until an instant or without one."""
        if consecutive < 0:
            raise Invalid("failures cannot be negative")
        webhook = self.webhooks.existing(self.unit(unit_id).unit_id)
        webhook.forgive()
        for _ in range(consecutive):
            webhook.failed(self.clock(), None, "ConnectError")
        webhook.disabled_until = disabled_until

    def set_reporting(
        self,
        unit_id: int,
        *,
        reports_changes: bool | None = None,
        secure: bool | None = None,
    ) -> None:
        """Choose whether a unit reports changes, and whether it communicates securely; it needs both for pushes."""
        unit = self.unit(unit_id)
        if reports_changes is not None:
            unit.reports_changes = reports_changes
        if secure is not None:
            unit.secure = secure

    def settle(self) -> None:
        """Have all units do what was due by the present time, such as ending pulses."""
        for unit in self.units.values():
            unit.settle()

    def pushes(self, unit_id: int) -> list[Push]:
        """Return the calls of a unit's webhook, as far as they are among the latest of the whole cloud."""
        return self._pushes.of(self.unit(unit_id).unit_id)

    async def push(self, unit_id: int) -> Push | None:
        """Send a unit's present status now whatever it reports by itself, and return the call unless it was dropped."""
        self.webhooks.existing(self.unit(unit_id).unit_id)
        return await self._pushes.send(unit_id)

    async def test_webhook(self, unit_id: int) -> Push | None:
        """Call a unit's webhook as POST /v1/Webhooks/Test does, also in a pause."""
        self.webhooks.existing(self.unit(unit_id).unit_id)
        return await self._pushes.send(unit_id, test=True)

    async def pushes_done(self) -> None:
        """Wait until nothing is left to be sent."""
        await self._pushes.done()
