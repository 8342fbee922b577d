"""Issues grants: one code, or one holder, for all that it opens; checked whole before anything is sent."""

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from ulid_transform import ulid_now

from . import booking_ties, fields, grant_bookings, grant_fields, grant_targets
from .codes import generate
from .const import ATTR_CODE, ATTR_CREDENTIAL, ATTR_GRANT_ID, ATTR_INVITATION, DOMAIN
from .grant_holders import TOLD, Guest, guests
from .grant_keeper import GrantKeeper
from .grant_rows import Place, Row, terms_row
from .holders import HolderBook
from .ledger import Record, Terms, Tie
from .vendors.grants import CodeKind, CodeRule, Credential, Issued
from .vendors.vendor import Conflict, VendorError

MADE_HERE: Final = 6
"""How many digits a code has that is made here although each vendor would make one."""


class Plan(NamedTuple):
    """What is to be issued for one access."""

    place: Place
    credential: Credential
    rule: CodeRule
    terms: Terms
    entry_id: str
    holders: HolderBook | None
    tie: Tie | None


async def issue(
    hass: HomeAssistant,
    call: ServiceCall,
    credential_of: Callable[[GrantKeeper], Credential],
) -> list[Row]:
    """Check everything, then issue one grant for each access, all with the same code or for the same holder."""
    plans: list[Plan] = []
    code: str | None = None
    length = 0
    for entry, access in await grant_targets.targets(hass, call):
        keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
        credential = credential_of(keeper)
        if (rule := keeper.vendor.codes.get(credential)) is None:
            if credential is Credential.PIN:
                raise fields.invalid(
                    ATTR_DEVICE_ID,
                    "no_pins",
                    account=entry.title,
                    allowed=", ".join(keeper.vendor.codes),
                )
            raise fields.invalid(
                ATTR_CREDENTIAL,
                "unknown_credential",
                allowed=", ".join(keeper.vendor.codes),
            )
        code = grant_fields.code(call, rule)
        length = max(length, rule.generated or 0)
        place = Place.of(hass, entry, keeper, access)
        booking = await grant_bookings.named(call, entry)
        period = booking_ties.period(booking, access.id) if booking else None
        terms = grant_fields.terms(call, keeper, credential, period=period)
        terms = await grant_fields.prepared(
            entry, keeper.vendor, credential, terms, code
        )
        tie = booking_ties.tie(booking, access.id, terms) if booking else None
        holders = entry.runtime_data.holders
        plans.append(Plan(place, credential, rule, terms, entry.entry_id, holders, tie))
    if not plans:
        raise fields.invalid(ATTR_DEVICE_ID, "no_target")
    if not call.return_response:
        for plan in plans:
            _refuse_lost(plan, code)
    made_there = [plan for plan in plans if plan.rule.is_made_there]
    if len(made_there) > 1:
        # One for all that it opens: the vendor would make one for each.
        length = max(length, MADE_HERE)
    is_compared = code is not None or length > 0
    taken = await asyncio.gather(
        *(
            _codes_in_use(plan, is_made_here=code is None) if is_compared else _none()
            for plan in plans
        )
    )
    if code is None and length:
        readable = [codes for codes in taken if not isinstance(codes, VendorError)]
        if (code := generate(length, set().union(*readable))) is None:
            raise fields.invalid(ATTR_CODE, "no_code_left")
    by_account = await guests(
        {plan.entry_id: (plan.holders, plan.rule, plan.terms) for plan in plans}
    )
    rows = await asyncio.gather(
        *(
            plan.place.tried(
                _issue_one(plan, code, codes, by_account[plan.entry_id]),
                **terms_row(plan.terms, plan.credential),
            )
            for plan, codes in zip(plans, taken, strict=True)
        )
    )
    for entry_id, guest in by_account.items():
        await _invite(
            guest,
            [
                row
                for plan, row in zip(plans, rows, strict=True)
                if plan.entry_id == entry_id
            ],
            is_told=call.return_response,
        )
    return rows


async def _none() -> set[str]:
    """Return no codes: none will be compared with them."""
    return set()


def _refuse_lost(plan: Plan, code: str | None) -> None:
    """Refuse to have made what is told but once, and read by nobody."""
    if plan.rule.kind is not CodeKind.NONE:
        if code is None and not plan.rule.may_be_absent:
            raise fields.invalid(ATTR_CODE, "code_would_be_lost")
    elif plan.rule.is_final:
        raise fields.invalid(ATTR_CREDENTIAL, "answer_needed")
    elif plan.terms.fields.get(ATTR_INVITATION) == TOLD:
        raise fields.invalid(ATTR_INVITATION, "answer_needed")


async def _codes_in_use(plan: Plan, *, is_made_here: bool) -> set[str] | VendorError:
    """Return the codes that are in use where a grant is to be issued, or why they could not be read."""
    if plan.rule.kind is CodeKind.NONE:
        return set()
    if not plan.rule.is_listed:
        # One that is made here repeats nothing that is in doubt.
        codes = plan.place.keeper.book.codes
        return codes.in_use(plan.credential, doubted=is_made_here)
    try:
        issued = await plan.place.keeper.vendor.issued(plan.place.access.scope)
    except VendorError as err:
        return err
    return {grant.code for grant in issued if grant.code}


async def _issue_one(
    plan: Plan, code: str | None, taken: set[str] | VendorError, guest: Guest
) -> Row:
    if isinstance(taken, VendorError):
        raise taken
    if code in taken:
        raise Conflict
    keeper, access = plan.place.keeper, plan.place.access
    record, issued = await keeper.book.issue(
        ulid_now(),
        access,
        plan.credential,
        plan.terms,
        code,
        holder_id=guest.holder_id(),
        tie=plan.tie,
    )
    keeper.async_changed(access.scope)
    row = issued_row(plan.place, record, issued, code)
    if plan.rule.is_final and issued.code is None:
        # There is one, or may be, which nobody can open with, nor take back.
        end = plan.terms.end
        row["error"] = HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="code_lost",
            translation_placeholders={
                "name": access.name,
                "end": dt_util.as_local(end).isoformat(" ") if end else "",
            },
        )
    return row


def issued_row(place: Place, record: Record, issued: Issued, code: str | None) -> Row:
    """Return the row of what was just issued, with its codes."""
    row = place.grant(record, **_codes(code, issued))
    if issued.was_there:
        row["error"] = HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="code_was_there",
            translation_placeholders={
                "name": record.access_name,
                "grant_id": record.grant_id,
            },
        )
    return row


def _codes(code: str | None, issued: Issued) -> Row:
    """Return the codes, and what else opens, that are told in this answer alone."""
    codes = {
        ATTR_CODE: issued.code or code,
        "alternative_code": issued.alternative_code,
        "qr_code": issued.qr_code,
        "address": issued.address,
    }
    return {key: value for key, value in codes.items() if value is not None}


async def _invite(guest: Guest, rows: list[Row], *, is_told: bool) -> None:
    """Invite a holder who may open something now; take one back who was made for nothing."""
    issued = [row for row in rows if "error" not in row]
    if not any(row[ATTR_GRANT_ID] for row in rows):
        await guest.discard()
    if not issued:
        return
    await guest.named()
    try:
        invitation = await guest.invited()
    except HomeAssistantError as err:
        if not is_told:
            issued[0]["error"] = err
            return
        invitation = {"error": str(err)}
    if invitation is not None:
        for row in issued:
            row[ATTR_INVITATION] = invitation
