"""Subscriptions to what happens in an account: looked after, and their calls taken for hints."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
import logging
import secrets
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .addresses import Addresses
from .const import CONF_WEBHOOK_URL
from .hint_reader import HintReader
from .listeners import Listeners
from .push_repairs import PushRepairs
from .rhythm import Rhythm
from .subscription_health import Standing
from .subscription_orders import Orders
from .vendors.hints import Part
from .vendors.model import Capability, Device
from .vendors.passages import LogLine
from .vendors.subscriptions import Forged, KeepsSubscriptions, Parts, Subscription
from .vendors.vendor import AnswerNotUnderstood, NoRight, NotAvailable
from .webhook_calls import Calls

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER = logging.getLogger(__name__)

HEALTHY_INTERVAL: Final = 3600.0
UNHEALTHY_INTERVAL: Final = 600.0
LATEST: Final = timedelta(days=1)
"""How much later than by the vendor's own word a call may come."""


class SubscriptionKeeper:
    """Looks after an account's subscriptions, and takes their calls."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, vendor: KeepsSubscriptions
    ) -> None:
        """Initialize with nothing subscribed to."""
        hass = coordinator.hass
        self._coordinator = coordinator
        self._vendor = vendor
        self._entry: ConfigEntry[Any] = coordinator.config_entry
        self._repairs = PushRepairs(coordinator)
        self._reader = HintReader(coordinator)
        self._calls = Calls(hass, self._entry, self._judge)
        self.counts = self._calls.counts
        self.addresses = Addresses(hass, self._entry, self._moved)
        self._orders = Orders(hass, self._entry, vendor, self.addresses)
        self._started = False
        self._parts: Mapping[str, Parts] = {}
        self._was_healthy: frozenset[str] = frozenset()
        self.is_known = False
        """Whether it has been read which subscriptions there are."""
        self.failed = False
        """Whether that could not be read the last time."""
        self.standings: dict[str, Standing] = {}
        """How each subscription of ours fares, by its id; the keys that sign their calls are nowhere else."""
        self.changed: Listeners[[]] = Listeners()
        """Told when there are other subscriptions, or a call came."""
        self.rhythm = Rhythm(
            coordinator,
            "subscriptions",
            Capability.SUBSCRIPTIONS,
            self._async_look_after,
            lambda _: HEALTHY_INTERVAL if self.is_well else UNHEALTHY_INTERVAL,
        )

    @callback
    def async_start(self) -> None:
        """Be ready for calls, and subscribe once Home Assistant can be called."""
        hass = self._coordinator.hass
        data = dict(self._entry.data)
        data.setdefault(CONF_WEBHOOK_ID, secrets.token_hex(32))
        hass.config_entries.async_update_entry(self._entry, data=data)
        self._calls.async_start()
        if not self.rhythm.devices:
            _LOGGER.debug("%s: nothing to subscribe to", self._coordinator.name)

        @callback
        def started(_: HomeAssistant) -> None:
            self.addresses.async_follow()
            self._started = True
            self.rhythm.async_hurry_all()

        self._entry.async_on_unload(async_at_started(hass, started))

    @callback
    def async_stop(self) -> None:
        """Tell nobody any more, and read nothing."""
        self.rhythm.async_stop()
        self._reader.async_stop()
        self._repairs.async_stop()

    # How they fare

    @property
    def heard_at(self) -> datetime | None:
        """Return when a call last came, since the account was loaded."""
        heard = [each.heard_at for each in self.standings.values() if each.heard_at]
        return max(heard, default=None)

    @property
    def is_well(self) -> bool:
        """Return whether all is called about that there is to be subscribed to."""
        return bool(self._parts) and all(map(self.is_healthy, self._parts))

    def is_healthy(self, event: str) -> bool:
        """Return whether an event is called about, as far as anything tells."""
        address, now = self._entry.data.get(CONF_WEBHOOK_URL), dt_util.utcnow()
        return not self.failed and any(
            (each.subscription.event, each.subscription.address) == (event, address)
            and each.works(now)
            for each in self.standings.values()
        )

    def tells_of_log(self, device_id: str) -> bool:
        """Return whether a device's log hardly needs to be read, since its lines are called about."""
        return any(map(self.is_healthy, self._events_of_log(device_id)))

    @callback
    def async_logged(self, device_id: str, lines: Sequence[LogLine]) -> None:
        """Note what a reading of a log has found, which calls should have announced."""
        events, now = self._events_of_log(device_id), dt_util.utcnow()
        for each in self.standings.values():
            if each.subscription.event in events:
                each.logged(lines, now)
        if self._compare():
            self.rhythm.async_hurry_all()

    def _events_of_log(self, device_id: str) -> list[str]:
        parts = self._parts.items()
        return [event for event, each in parts if (Part.LOG, device_id) in each]

    @callback
    def _compare(self) -> bool:
        """Read at once what is told of no more; return whether there is anything."""
        healthy = frozenset(filter(self.is_healthy, self._parts))
        lost = self._was_healthy - healthy
        for event in lost:
            _LOGGER.debug("%s: no calls of %s", self._coordinator.name, event)
            self._hint(event)
        self._was_healthy = healthy
        self.changed.async_tell()
        return bool(lost)

    @callback
    def _hint(self, event: str) -> None:
        self._reader.async_hint(self._parts.get(event, ()))

    # Calls

    @callback
    def _judge(self, headers: Mapping[str, str], body: bytes) -> tuple[str, HTTPStatus]:
        """Return what a call is worth, having acted on it."""
        if not self.is_known:
            # Nobody knows yet how it should be signed; the vendor calls again.
            return "early", HTTPStatus.SERVICE_UNAVAILABLE
        keys = {
            subscription_id: each.subscription.sign_key
            for subscription_id, each in self.standings.items()
            # Anybody could sign with an empty one.
            if each.subscription.sign_key
        }
        try:
            call = self._vendor.told(headers, body, keys)
        except Forged:
            return "forged", HTTPStatus.UNAUTHORIZED
        except AnswerNotUnderstood:
            return "malformed", HTTPStatus.BAD_REQUEST
        now = dt_util.utcnow()
        oldest = now - self._vendor.longest_retry - LATEST
        is_late = call.sent_at is not None and call.sent_at < oldest
        if is_late or not self._reader.is_new(call.signature):
            return "repeated", HTTPStatus.OK
        standing = self.standings[call.subscription_id]
        standing.heard(now)
        self._compare()
        held = standing.subscription
        # It may be counted anew from a renewal on.
        numbered = f"{held.id}/{held.ends_at}/{call.number}"
        if call.number is not None and not self._reader.is_new(numbered):
            return "repeated", HTTPStatus.OK
        self._hint(held.event)
        return "hint", HTTPStatus.OK

    # Subscriptions

    @callback
    def _moved(self) -> None:
        """Look after the subscriptions at once: there is another address."""
        self.rhythm.async_hurry_all()

    async def _async_look_after(self, _: Device) -> None:
        """Bring the subscriptions in order, and see how they fare."""
        if not self._started:
            return
        address = await self.addresses.async_address()
        if address is None and CONF_WEBHOOK_URL not in self._entry.data:
            return
        failed = True
        try:
            await self._async_order(address)
            await self._async_read_missed()
            failed = False
        except (NoRight, NotAvailable) as err:
            _LOGGER.debug("%s: no subscriptions: %s", self._coordinator.name, err)
        finally:
            self.failed = failed
            self._compare()

    async def _async_order(self, address: str | None) -> None:
        if address is None:
            await self._orders.async_end()
            self._orders.async_forget()
            self._take(())
            self._repairs.async_full(())
            self.addresses.async_forget()
            return
        self._parts = await self._vendor.subscription_events()
        # Before anything is sent, so that we know it for ours whatever happens.
        self.addresses.async_remember(address)
        ours, full = await self._orders.async_order(self._parts, address)
        self._take(ours)
        self._repairs.async_full(full)

    @callback
    def _take(self, ours: Sequence[Subscription]) -> None:
        """Take in which subscriptions the vendor has for us."""
        before, now = self.standings, dt_util.utcnow()
        self.standings = {
            each.id: before.get(each.id) or Standing(each, since=now) for each in ours
        }
        for each in ours:
            self.standings[each.id].take(each)
        self.is_known = True

    async def _async_read_missed(self) -> None:
        """Take what the vendor could not call about for hints."""
        if not self.standings:
            return
        for each, at in (await self._vendor.missed(tuple(self.standings))).items():
            standing = self.standings[each]
            if standing.missed(at):
                self._hint(standing.subscription.event)
