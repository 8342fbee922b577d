"""Whom an account's grants are for: the names that the vendor does not know, and the invitations that it does not list."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .ledger import LedgerError
from .ledger_store import LedgerStore
from .vendors.holders import Invitation, KnowsHolders
from .vendors.vendor import NotFound, OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)

CONTENT: Final = "holders"
LONGEST_CLOSE: Final = 20.0
"""Seconds that an unload waits for a holder who is being made."""


class HolderBook:
    """Keeps names and the ids of invitations; never the codes of those."""

    def __init__(
        self, hass: HomeAssistant, entry_id: str, vendor: KnowsHolders
    ) -> None:
        """Initialize with the account's client."""
        self._store = LedgerStore(hass, entry_id, CONTENT)
        self._turn = asyncio.Lock()
        self._closed = False
        self._names: dict[str, str] = {}
        self._invitations: dict[str, tuple[str, datetime | None]] = {}
        """Who was invited, and until when, by the invitations' ids."""
        self.vendor = vendor

    async def async_load(self) -> None:
        """Load what was kept; invitations that have ended are forgotten."""
        data = await self._store.async_load() or {}
        self._names = dict(data.get("names", {}))
        now = dt_util.utcnow()
        for invitation_id, (holder_id, text) in data.get("invitations", {}).items():
            ends_at = dt_util.parse_datetime(text) if text else None
            if ends_at is None or ends_at > now:
                self._invitations[invitation_id] = (holder_id, ends_at)

    async def async_close(self) -> None:
        """Let what is under way be answered, and begin nothing more, so that nobody writes after us."""
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_CLOSE), self._turn:
                pass

    def name(self, holder_id: str) -> str | None:
        """Return by what name a holder is known here."""
        return self._names.get(holder_id)

    def open_invitations(self, holder_id: str) -> dict[str, datetime | None]:
        """Return until when a holder's invitations are good, by their ids."""
        now = dt_util.utcnow()
        return {
            invitation_id: ends_at
            for invitation_id, (invited, ends_at) in self._invitations.items()
            if invited == holder_id and (ends_at is None or ends_at > now)
        }

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Wait for earlier calls; raises LedgerError, with nothing sent, once the book is closed."""
        async with self._turn:
            if self._closed:
                raise LedgerError("closed")
            yield

    async def async_name(self, holder_id: str, name: str) -> None:
        """Know a holder by a name; where that cannot be written it is known until the next start."""
        with suppress(LedgerError):
            async with self._in_turn():
                if self._names.get(holder_id) != name:
                    self._names[holder_id] = name
                    await self._save_if_possible()

    async def async_create(self, name: str) -> str:
        """Make a holder, and return the id; raises LedgerError, with nothing sent, where nothing can be written."""
        async with self._in_turn():
            await self._async_save()
            holder_id = await self.vendor.create_holder()
            self._names[holder_id] = name
            await self._save_if_possible()
            return holder_id

    async def async_discard(self, holder_id: str) -> None:
        """Delete a holder who was made for nothing; one who stays opens nothing."""
        try:
            await self.vendor.delete_holder(holder_id)
        except VendorError as err:
            _LOGGER.warning("A user who was made for nothing stays: %s", err)
            return
        with suppress(LedgerError):
            async with self._in_turn():
                del self._names[holder_id]
                await self._save_if_possible()

    async def async_delete(self, holder_id: str) -> None:
        """Delete a holder with all that it may open; what is in doubt is read back."""
        async with self._in_turn():
            try:
                await self.vendor.delete_holder(holder_id)
            except OutcomeUnknown:
                if not await self._is_deleted(holder_id):
                    raise
            # The name stays: what was granted may open for a while, and be told of in the logs.
            for invitation_id, (invited, _) in list(self._invitations.items()):
                if invited == holder_id:
                    del self._invitations[invitation_id]
            await self._save_if_possible()

    async def _is_deleted(self, holder_id: str) -> bool:
        try:
            await self.vendor.holder(holder_id)
        except NotFound:
            return True
        except VendorError:
            pass
        return False

    async def async_delete_device(self, device_id: str) -> None:
        """Delete what a holder opens with; what is in doubt is read back."""
        async with self._in_turn():
            try:
                await self.vendor.delete_device(device_id)
            except OutcomeUnknown as err:
                try:
                    found = await self.vendor.holders()
                except VendorError:
                    raise err from None
                if any(device_id in holder.devices for holder in found):
                    raise

    async def async_invite(
        self, holder_id: str, fields: Mapping[str, str]
    ) -> Invitation:
        """Invite a holder, and remember that."""
        async with self._in_turn():
            invitation = await self.vendor.invite(holder_id, fields)
            self._invitations[invitation.id] = (holder_id, invitation.ends_at)
            await self._save_if_possible()
            return invitation

    async def async_revoke_invitation(self, invitation_id: str) -> None:
        """Take an invitation back; one that there is not any more is as good as taken back."""
        async with self._in_turn():
            try:
                await self.vendor.revoke_invitation(invitation_id)
            except NotFound:
                if invitation_id not in self._invitations:
                    raise
            self._invitations.pop(invitation_id, None)
            await self._save_if_possible()

    async def _save_if_possible(self) -> None:
        try:
            await self._async_save()
        except LedgerError as err:
            _LOGGER.error("The names of users could not be written: %s", err)

    async def _async_save(self) -> None:
        data: dict[str, Any] = {
            "names": self._names,
            "invitations": {
                invitation_id: (holder_id, ends_at and ends_at.isoformat())
                for invitation_id, (holder_id, ends_at) in self._invitations.items()
            },
        }
        await self._store.async_write(data)
