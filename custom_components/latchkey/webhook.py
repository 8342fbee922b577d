"""Calls of the vendor about its devices: verified before anything in them is believed."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from http import HTTPStatus
from math import inf
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .const import CONF_WEBHOOK_SECRET, CONF_WEBHOOK_SIGNED
from .statuses import AHEAD, Verdict, changed
from .vendors.model import Capability, Status
from .vendors.push import Push, Signed
from .vendors.vendor import AnswerNotUnderstood
from .webhook_calls import HINT_EVERY, Calls

if TYPE_CHECKING:
    from .callbacks import Callbacks
    from .coordinator import LatchkeyCoordinator

UNCLEAR_EVERY: Final = 1.0
"""Seconds between two readings that calls of the vendor's own lead to."""
_NONE: Final[frozenset[str]] = frozenset()
MOST_LOOKS: Final = 5
LONGEST_TEST: Final = 5.0
"""Seconds for which a call is waited for that the vendor says it has made."""


class Receiver:
    """Takes the calls about an account's devices."""

    def __init__(self, coordinator: LatchkeyCoordinator, callbacks: Callbacks) -> None:
        """Initialize with who looks after the callbacks."""
        self._coordinator = coordinator
        self._callbacks = callbacks
        self._entry: ConfigEntry[Any] = coordinator.config_entry
        self._hinted_at: dict[str, float] = {}
        self._doubted: dict[str, Status] = {}
        """What the last call told that could not be told from what is held."""
        self._looks: dict[str, int] = {}
        """How often that has been looked into, while it is not clear."""
        self._expected: dict[str, asyncio.Event] = {}
        self._calls = Calls(coordinator.hass, coordinator.config_entry, self._judge)
        self.counts = self._calls.counts
        self.heard_at: dict[str, datetime] = {}
        """When a call about a device last came through."""

    @property
    def has_seen_signed(self) -> bool:
        """Return whether the vendor signs, so that an unsigned call cannot be its own."""
        return CONF_WEBHOOK_SIGNED in self._entry.data

    @callback
    def async_start(self) -> None:
        """Be ready for calls until the account is unloaded."""
        self._calls.async_start()

    @contextmanager
    def expecting(self, device_id: str) -> Iterator[asyncio.Event]:
        """Have a call about a device noted that says nothing new, such as a test's."""
        came = self._expected[device_id] = asyncio.Event()
        try:
            yield came
        finally:
            del self._expected[device_id]

    async def async_wait(self, came: asyncio.Event) -> None:
        """Wait for a call that the vendor says it has made."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_TEST):
                await came.wait()

    @callback
    def _judge(self, headers: Mapping[str, str], body: bytes) -> tuple[str, HTTPStatus]:
        """Return what a call is worth, having acted on it."""
        vendor = self._callbacks.vendor
        signed = vendor.signed(headers, body, self._entry.data[CONF_WEBHOOK_SECRET])
        if signed is Signed.WRONG:
            return "forged", HTTPStatus.UNAUTHORIZED
        if signed is Signed.NO and self.has_seen_signed:
            return "unsigned", HTTPStatus.UNAUTHORIZED
        try:
            push = vendor.pushed(body)
        except AnswerNotUnderstood:
            return "malformed", HTTPStatus.BAD_REQUEST
        device = self._coordinator.inventory.devices.get(push.device_id)
        if device is None or Capability.PUSH not in device.capabilities:
            return "unknown_device", HTTPStatus.NOT_FOUND
        if signed is Signed.YES:
            return self._take(push), HTTPStatus.OK
        is_test = push.device_id in self._expected
        if self._hint(push.device_id) or is_test:
            self._came_through(
                push.device_id, signed=False, points=_NONE if is_test else None
            )
        return "hint", HTTPStatus.OK

    @callback
    def _take(self, push: Push) -> str:
        """Take in what the vendor itself tells."""
        if not self.has_seen_signed:
            self._coordinator.hass.config_entries.async_update_entry(
                self._entry, data={**self._entry.data, CONF_WEBHOOK_SIGNED: True}
            )
        if self._is_expected(push.device_id):
            # What a test tells may be made up: the guide promises its form alone.
            self._hint(push.device_id, UNCLEAR_EVERY)
            self._came_through(push.device_id, signed=True, points=_NONE)
            return "test"
        before = self._coordinator.reported.get(push.device_id)
        verdict = self._coordinator.async_take_push(push.device_id, push.status)
        if verdict is Verdict.UNCLEAR:
            if self._doubted.get(push.device_id) == push.status:
                return Verdict.REPEATED
            self._doubted[push.device_id] = push.status
            self._looks[push.device_id] = 0
            self._hint(push.device_id, UNCLEAR_EVERY)
        # What tells nothing new may be replayed by anybody who has seen it.
        if verdict in (Verdict.NEWS, Verdict.UNCLEAR):
            points = changed(push.status, before) if verdict is Verdict.NEWS else _NONE
            self._came_through(push.device_id, signed=True, points=points)
        if verdict is Verdict.NEWS and self._coordinator.log:
            self._coordinator.log.async_hint(push.device_id)
        return verdict

    @callback
    def async_seen(self, device_id: str, status: Status) -> None:
        """Look again, a few times, where what was read is neither newer than a call nor what it told."""
        looks = self._looks.pop(device_id, MOST_LOOKS)
        device = self._coordinator.inventory.devices.get(device_id)
        if device is None or looks == MOST_LOOKS:
            return
        doubted = self._doubted[device_id]
        at, read_at = doubted.observed_at, status.observed_at
        # One that lies far ahead would be looked into for nothing.
        if at is None or at > dt_util.utcnow() + AHEAD or not changed(doubted, status):
            return
        if read_at is None or read_at <= at:
            self._looks[device_id] = looks + 1
            self._coordinator.commands.async_look_later(device, 2.0**looks, "unclear")

    def _is_expected(self, device_id: str) -> bool:
        expected = self._expected.get(device_id)
        return expected is not None and not expected.is_set()

    @callback
    def _came_through(
        self, device_id: str, *, signed: bool, points: frozenset[str] | None
    ) -> None:
        self.heard_at[device_id] = dt_util.utcnow()
        if expected := self._expected.get(device_id):
            expected.set()
        self._callbacks.async_heard(device_id, signed=signed, points=points)

    @callback
    def _hint(self, device_id: str, every: float = HINT_EVERY) -> bool:
        """Have a device read again, but not as often as somebody might wish who only calls; return whether anew."""
        now = self._coordinator.hass.loop.time()
        last = self._hinted_at.get(device_id, -inf)
        if last > now:
            # One is to come, and sees this one's reason too.
            return False
        due = max(now, last + every)
        if is_new := self._coordinator.commands.async_look_later(
            self._coordinator.inventory.devices[device_id], due - now, "call"
        ):
            self._hinted_at[device_id] = due
        return is_new
