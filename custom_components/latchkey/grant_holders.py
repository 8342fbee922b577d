"""For whom grants are issued, where the vendor must know the holder first: found or made, and invited on request."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from . import fields
from .const import ATTR_INVITATION, ATTR_INVITATION_ID, ATTR_USER_ID, DOMAIN
from .errors import HOLDER_ERRORS, INVITING_ERRORS
from .grant_rows import grant_errors
from .holders import HolderBook
from .ledger import Terms
from .vendors.grants import CodeRule
from .vendors.vendor import NotFound

TOLD: Final = "answer"
"""The delivery of an invitation whose code stands in the answer, for the caller to hand over."""


class Guest:
    """For whom the grants of one account are, in one call."""

    def __init__(
        self,
        holders: HolderBook | None = None,
        holder_id: str | None = None,
        invitation: Mapping[str, str] | None = None,
        *,
        name: str = "",
        is_new: bool = False,
        error: HomeAssistantError | None = None,
    ) -> None:
        """Initialize with nobody, where the vendor knows no holders."""
        self._holders = holders
        self._holder_id = holder_id
        self._invitation = invitation
        self._name = name
        self._is_new = is_new
        self._error = error

    def holder_id(self) -> str | None:
        """Return the vendor's id; raises what kept the holder from being made."""
        if self._error:
            raise self._error
        return self._holder_id

    async def named(self) -> None:
        """Know a holder by the grant's name who was known by none."""
        if (
            self._holders
            and self._holder_id
            and not self._holders.name(self._holder_id)
        ):
            await self._holders.async_name(self._holder_id, self._name)

    async def discard(self) -> None:
        """Delete a holder who was made for grants that were all refused."""
        if self._is_new and self._holders and self._holder_id:
            await self._holders.async_discard(self._holder_id)

    async def invited(self) -> dict[str, Any] | None:
        """Invite the holder, if that was asked for; return what the caller is told of it."""
        if self._holders is None or self._holder_id is None or not self._invitation:
            return None
        try:
            return await invite(self._holders, self._holder_id, self._invitation)
        except HomeAssistantError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="only_granted",
                translation_placeholders={"error": str(err)},
            ) from err


async def invite(
    holders: HolderBook, holder_id: str, invitation: Mapping[str, str]
) -> dict[str, Any]:
    """Invite a holder; return what the caller is told, a code in this answer alone."""
    name = holders.name(holder_id) or holder_id
    with grant_errors(name, INVITING_ERRORS):
        made = await holders.async_invite(holder_id, invitation)
    told = {
        ATTR_INVITATION_ID: made.id,
        "ends": dt_util.as_local(made.ends_at).isoformat() if made.ends_at else None,
        "code": made.code,
        "address": made.address,
    }
    return {key: value for key, value in told.items() if value is not None}


async def guests(
    wanted: Mapping[str, tuple[HolderBook | None, CodeRule, Terms]],
) -> dict[str, Guest]:
    """Return for whom the grants are in each account; whoever is named is checked everywhere before anybody is made."""
    found: dict[str, Guest] = {}
    to_make: list[tuple[str, HolderBook, Terms]] = []
    for entry_id, (holders, rule, terms) in wanted.items():
        if holders is None:
            found[entry_id] = Guest()
        elif (holder_id := terms.fields.get(ATTR_USER_ID)) is not None:
            found[entry_id] = await _known(holders, holder_id, rule, terms)
        else:
            to_make.append((entry_id, holders, terms))
    for entry_id, holders, terms in to_make:
        try:
            with grant_errors(terms.name, HOLDER_ERRORS):
                made = await holders.async_create(terms.name)
        except HomeAssistantError as err:
            found[entry_id] = Guest(error=err)
        else:
            found[entry_id] = Guest(holders, made, _invitation(terms), is_new=True)
    return found


async def _known(
    holders: HolderBook, holder_id: str, rule: CodeRule, terms: Terms
) -> Guest:
    """Return the holder who is named by the vendor's id, and never by a name."""
    with grant_errors(terms.name, HOLDER_ERRORS):
        try:
            holder = await holders.vendor.holder(holder_id)
        except NotFound:
            raise fields.invalid(ATTR_USER_ID, "unknown_user") from None
    if rule.needs_device and not holder.devices:
        raise fields.invalid(ATTR_USER_ID, "no_operating_device")
    return Guest(holders, holder.id, _invitation(terms), name=terms.name)


def _invitation(terms: Terms) -> Mapping[str, str]:
    return terms.fields if ATTR_INVITATION in terms.fields else {}
