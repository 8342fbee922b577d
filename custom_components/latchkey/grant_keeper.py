"""An account's grants in Home Assistant: the ledger's file, the clock, deliveries, and who is told."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .const import CONF_EXPIRY_NOTICE, CONF_SHOW_HOLDERS
from .deliveries import Deliveries
from .grant_looks import TICK, GrantLooks
from .grant_repairs import GrantRepairs
from .grants import GrantBook
from .ledger import Ledger, LedgerError, News, Record, Step
from .ledger_store import LedgerStore
from .timers import Timers
from .vendors.granting import DeliversChanges, IssuesGrants, KnowsCodes
from .vendors.grants import Delivery, DeliveryState, GrantState
from .vendors.vendor import VendorError

_LOGGER = logging.getLogger(__name__)

LONGEST_CLOSE: Final = 20.0
"""Seconds that an unload waits for a grant that is being issued."""
EXPIRING: Final = "expiring"
DELIVERY_FAILED: Final = "delivery_failed"
_NOTHING: Final = (None, None, ())


class GrantKeeper:
    """Keeps an account's grants in step with the vendor and with the clock."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, vendor: IssuesGrants
    ) -> None:
        """Initialize with the account's client."""
        self._hass = hass
        self._entry = entry
        self._store = LedgerStore(hass, entry.entry_id)
        self._notice = timedelta(hours=entry.options.get(CONF_EXPIRY_NOTICE, 0))
        self.show_holders: bool = entry.options.get(CONF_SHOW_HOLDERS, False)
        self._listeners: set[CALLBACK_TYPE] = set()
        self._event_listeners: set[Callable[[str, Record], None]] = set()
        self._told: dict[str, News] = {}
        self._uncompared: dict[str, set[str]] = {}
        """By scope, the grants out of a copy that were not compared yet: what became of them since is no news."""
        self._timers: Timers[str] = Timers(hass)
        self._ticking = asyncio.Lock()
        self.vendor = vendor
        self.ledger = Ledger(self._store.async_write)
        self.book = GrantBook(vendor, self.ledger, dt_util.utcnow, self._changed)
        self.deliveries = (
            Deliveries(
                vendor,
                schedule=self._schedule,
                progressed=self._notify,
                ended=self._delivered,
                clock=dt_util.utcnow,
            )
            if isinstance(vendor, DeliversChanges)
            else None
        )
        self._looks = GrantLooks(vendor, self.ledger, dt_util.utcnow, self._idle)
        self._repairs = GrantRepairs(
            hass,
            entry.entry_id,
            self.ledger,
            asks_for_codes=isinstance(vendor, KnowsCodes),
        )

    async def async_load(self) -> None:
        """Load the ledger."""
        self.ledger.load(await self._store.async_load())
        self._told = {
            record.grant_id: record.news for record in self.ledger.records.values()
        }

    @callback
    def async_start(self) -> None:
        """Take up what was left undone, now that there is somebody to be told of it."""
        self._entry.async_on_unload(self._timers.async_stop)
        self._repairs.async_show()
        self._entry.async_on_unload(
            async_track_time_interval(
                self._hass, self._tick, TICK, cancel_on_shutdown=True
            )
        )
        self._entry.async_create_background_task(
            self._hass,
            self._tick(dt_util.utcnow()),
            f"{self._entry.title}: grants left undone",
        )

    async def async_close(self) -> None:
        """Let what is under way come to its end, so that its answer is not lost and nobody writes after us."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_CLOSE):
                await self.book.close()

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Have a listener called when a grant or a delivery changed."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def async_listen_events(
        self, listener: Callable[[str, Record], None]
    ) -> CALLBACK_TYPE:
        """Have a listener told of each grant that comes to another state or near its end."""
        self._event_listeners.add(listener)
        return lambda: self._event_listeners.discard(listener)

    @callback
    def async_hint(self) -> None:
        """Compare all grants with the vendor's now: something happened there."""
        self._looks.clear()
        self._entry.async_create_background_task(
            self._hass,
            self._tick(dt_util.utcnow()),
            f"{self._entry.title}: grants, something happened",
        )

    @callback
    def async_changed(self, scope: str) -> None:
        """Bring what was changed to the device, and look after it soon, however long others have been waiting there."""
        self._looks.hasten(scope)
        self._repairs.async_show()
        self._deliver(scope)

    async def async_take_in(self, copied: Sequence[Record]) -> list[Record]:
        """Add what a copy of the ledger has and we have not, and compare it with the vendor's; return what was added.

        Raises LedgerError, and then nothing is added.
        """
        new = [each for each in copied if each.grant_id not in self.ledger.records]
        self._mark_uncompared(new)
        try:
            added = await self.book.take_in(copied)
        finally:
            for record in new:
                self._uncompared.pop(record.scope, None)
        # Anew, since a comparison that was under way may have ended meanwhile.
        self._mark_uncompared(added)
        for record in added:
            self._tell(record)
        self._looks.clear()
        scopes = {record.scope for record in copied}
        await asyncio.gather(*(self._look_at(scope) for scope in scopes))
        if not self._timers.is_stopped:
            self._repairs.async_show()
        self._notify()
        return [self.ledger.records.get(each.grant_id, each) for each in added]

    @callback
    def _mark_uncompared(self, records: Iterable[Record]) -> None:
        for record in records:
            self._uncompared.setdefault(record.scope, set()).add(record.grant_id)

    @callback
    def _deliver(self, scope: str) -> None:
        if self.deliveries and self._undelivered(scope):
            self.deliveries.request(scope)
        self._notify()

    def state(self, record: Record) -> GrantState:
        """Return the state of a grant at this moment."""
        return record.state_at(dt_util.utcnow())

    def count(self, *states: GrantState) -> int:
        """Return how many grants are in one of some states."""
        return sum(
            self.state(record) in states for record in self.ledger.records.values()
        )

    def next_expiry(self) -> datetime | None:
        """Return when the next grant ends by itself."""
        now = dt_util.utcnow()
        ends = (
            record.terms.end
            for record in self.ledger.records.values()
            if record.state in (GrantState.PENDING, GrantState.ACTIVE)
        )
        return min((end for end in ends if end and end > now), default=None)

    def delivery(self, scope: str) -> Delivery:
        """Return how far the delivery to a device has come."""
        if self.deliveries is None:
            return Delivery(DeliveryState.NONE)
        return self.deliveries.delivery(scope)

    # What changes, and who is told

    @callback
    def _changed(self, record: Record) -> None:
        self._tell(record)
        if not self._timers.is_stopped:
            self._repairs.async_show()
        self._notify()

    @callback
    def _tell(self, record: Record) -> None:
        state = self.state(record)
        told_state, told_fault, told_at = self._told.get(record.grant_id, _NOTHING)
        self._told[record.grant_id] = (state, *record.news[1:])
        if record.grant_id in self._uncompared.get(record.scope, ()):
            return
        if state is not told_state:
            self._tell_all(state, record)
        if record.fault is not None and (
            record.fault is not told_fault or set(record.failed_at) - set(told_at)
        ):
            self._looks.hasten(record.scope)
            self._tell_all(DELIVERY_FAILED, record)

    @callback
    def _tell_all(self, event_type: str, record: Record) -> None:
        """Tell each listener; none of them may keep a grant from being answered."""
        for listener in list(self._event_listeners):
            try:
                listener(event_type, record)
            except Exception:
                _LOGGER.exception("A grant's event could not be told")

    @callback
    def _notify(self) -> None:
        for listener in list(self._listeners):
            try:
                listener()
            except Exception:
                _LOGGER.exception("A grant's change could not be told")

    @callback
    def _schedule(self, scope: str, seconds: float) -> None:
        """Have the next step of a delivery done in some seconds."""

        @callback
        def due() -> None:
            assert self.deliveries is not None
            self._entry.async_create_background_task(
                self._hass,
                self.deliveries.step(scope),
                f"{self._entry.title}: delivery to {scope}",
            )

        self._timers.async_set(scope, seconds, due)

    # Keeping in step

    def _idle(self, scope: str) -> bool:
        return self.deliveries is None or self.deliveries.idle(scope)

    def _undelivered(self, scope: str) -> bool:
        return any(
            record.state in (GrantState.PENDING, GrantState.REVOKING)
            and record.step is Step.NONE
            for record in self.ledger.of_scope(scope)
        )

    async def _delivered(self, scope: str, began: datetime | None) -> bool:
        """Compare after a delivery; return whether another one is needed."""
        await self._reconcile(scope, began)
        return self._undelivered(scope)

    async def _reconcile(
        self, scope: str, delivered_from: datetime | None = None
    ) -> None:
        whole = self._looks.begin(scope)
        try:
            await self.book.reconcile(scope, delivered_from, whole=whole)
            self._uncompared.pop(scope, None)
        except VendorError as err:
            _LOGGER.debug(
                "%s: grants of %s not read: %s", self._entry.title, scope, err
            )
        self._notify()

    async def _tick(self, now: datetime) -> None:
        """Look into what is in doubt, take up deliveries, tell of what the clock ends."""
        if self._ticking.locked():
            return
        async with self._ticking:
            await self._tell_by_clock(now)
            await self._look_around(now)

    async def _look_around(self, now: datetime) -> None:
        for scope in {record.scope for record in self.ledger.records.values()}:
            if scope in self._uncompared or now >= self._looks.due(scope):
                await self._look_at(scope)

    async def _look_at(self, scope: str) -> None:
        await self._reconcile(scope)
        self._looks.ended(scope)
        if self._idle(scope) and self._undelivered(scope):
            self._deliver(scope)

    async def _tell_by_clock(self, now: datetime) -> None:
        """Tell of what ends by itself, and ahead of it; all is marked before anything is waited for."""
        expiring = []
        ended = False
        for record in list(self.ledger.records.values()):
            if (state := record.state_at(now)) is not record.state:
                record = self.ledger.put(record, state=state, changed_at=now)
                ended = True
            self._tell(record)
            end = record.terms.end
            if (
                state in (GrantState.PENDING, GrantState.ACTIVE)
                and end is not None
                and end <= now + self._notice
                and self._notice
                and not record.expiry_told
            ):
                expiring.append(self.ledger.put(record, expiry_told=True))
        for record in expiring:
            self._tell_all(EXPIRING, record)
        self._notify()
        self._repairs.async_show()
        if ended or expiring:
            with suppress(LedgerError):
                await self.ledger.save(now)
