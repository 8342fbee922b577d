"""Subscriptions as the vendor has them for an account: one for each event, made, moved, renewed and ended."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
import logging
from typing import Any, Final
from uuid import uuid4

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .addresses import Addresses
from .const import CONF_SUBSCRIPTIONS
from .vendors.subscriptions import KeepsSubscriptions, Subscription
from .vendors.vendor import (
    Conflict,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    VendorError,
)

_LOGGER = logging.getLogger(__name__)

RENEWED: Final = timedelta(days=31)
"""How long before its end a subscription is renewed."""


class Orders:
    """Sees to it that the vendor has the subscriptions that it should; others' are left alone."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        vendor: KeepsSubscriptions,
        addresses: Addresses,
    ) -> None:
        """Initialize with the account's client, and with what tells our addresses."""
        self._hass = hass
        self._entry = entry
        self._vendor = vendor
        self._addresses = addresses

    async def async_ours(self) -> list[Subscription]:
        """Return the subscriptions that were made here, told by their ids or by where they lead."""
        ids = self._ids.values()
        return [
            each
            for each in await self._vendor.subscriptions()
            if each.id in ids or self._addresses.is_ours(each.address)
        ]

    async def async_end(self) -> None:
        """End all of ours, as many as can be; raises what keeps one of them."""
        kept: VendorError | None = None
        for each in await self.async_ours():
            try:
                await self._vendor.unsubscribe(each.id)
            except NotFound:
                continue
            except VendorError as err:
                kept = err
        if kept:
            raise kept

    @callback
    def async_forget(self) -> None:
        """Have other ids from now on: the vendor has none of ours any more."""
        self._keep({})

    async def async_order(
        self, events: Iterable[str], address: str
    ) -> tuple[list[Subscription], list[str]]:
        """Have one subscription to each event; return what we have then, and to what the vendor takes no more."""
        ours = await self.async_ours()
        full = []
        is_changed = False
        for event in events:
            mine = [each for each in ours if each.event == event]
            if self._is_in_order(event, mine, address):
                continue
            is_changed = True
            try:
                await self._async_subscribe(event, mine, address)
            except Conflict:
                full.append(event)
            except (InvalidRequest, NotFound, OutcomeUnknown) as err:
                # What has become of it is seen below, and looked after the next time.
                _LOGGER.debug("%s: %s: %s", self._entry.title, event, err)
        return (await self.async_ours() if is_changed else ours), full

    def _is_in_order(
        self, event: str, mine: Sequence[Subscription], address: str
    ) -> bool:
        if [each.id for each in mine] != [self._ids.get(event)]:
            return False
        ends_at = mine[0].ends_at
        return (
            mine[0].address == address
            and ends_at is not None
            and ends_at > dt_util.utcnow() + RENEWED
        )

    async def _async_subscribe(
        self, event: str, mine: Sequence[Subscription], address: str
    ) -> None:
        known = self._ids.get(event)
        mine = sorted(mine, key=lambda each: each.id != known)
        for each in mine[1:]:
            await self._async_unsubscribe(each)
        if not mine:
            await self._async_make(event, address)
            return
        self._keep({**self._ids, event: mine[0].id})
        try:
            await self._vendor.renew(mine[0], address, self._end)
        except Conflict, InvalidRequest, NotFound:
            # It is past that.
            await self._async_unsubscribe(mine[0])
            await self._async_make(event, address)

    async def _async_make(self, event: str, address: str) -> None:
        subscription_id = self._ids.get(event) or str(uuid4())
        # The same id again where no answer came: whichever request is carried out, there is one.
        self._keep({**self._ids, event: subscription_id})
        try:
            await self._vendor.subscribe(subscription_id, event, address, self._end)
        except InvalidRequest:
            # It may be that an id is not taken twice.
            self._drop(subscription_id)
            raise

    async def _async_unsubscribe(self, held: Subscription) -> None:
        with suppress(NotFound):
            await self._vendor.unsubscribe(held.id)
        self._drop(held.id)

    @property
    def _end(self) -> datetime:
        return dt_util.utcnow() + self._vendor.longest_subscription

    @property
    def _ids(self) -> Mapping[str, str]:
        """Return the ids of our subscriptions, by what they are about."""
        ids: Mapping[str, str] = self._entry.data.get(CONF_SUBSCRIPTIONS, {})
        return ids

    @callback
    def _drop(self, subscription_id: str) -> None:
        ids = self._ids.items()
        self._keep({event: kept for event, kept in ids if kept != subscription_id})

    @callback
    def _keep(self, ids: Mapping[str, str]) -> None:
        if ids != self._ids:
            data = {**self._entry.data, CONF_SUBSCRIPTIONS: ids}
            self._hass.config_entries.async_update_entry(self._entry, data=data)
