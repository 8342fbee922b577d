"""Issues grants: one code for all that it opens, checked whole before anything is sent."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from ulid_transform import ulid_now

from . import grant_fields as fields
from .codes import generate
from .const import ATTR_CODE, ATTR_CREDENTIAL
from .grant_keeper import GrantKeeper
from .grant_rows import Account, Row, account_keeper, grant_row, tried
from .ledger import Terms
from .vendors.grants import Access, Credential
from .vendors.vendor import Conflict, VendorError


class Plan(NamedTuple):
    """What is to be issued for one access."""

    entry: Account
    access: Access
    credential: Credential
    terms: Terms


async def issue(
    hass: HomeAssistant,
    call: ServiceCall,
    credential_of: Callable[[GrantKeeper], Credential],
) -> list[Row]:
    """Check everything, then issue one grant for each access, all with the same code."""
    plans: list[Plan] = []
    code: str | None = None
    length = 0
    for entry, access in fields.targets(hass, call).values():
        keeper = account_keeper(entry)
        credential = credential_of(keeper)
        if (rule := keeper.vendor.codes.get(credential)) is None:
            raise fields.invalid(
                ATTR_CREDENTIAL,
                "unknown_credential",
                allowed=", ".join(keeper.vendor.codes),
            )
        code = fields.code(call, rule)
        length = max(length, rule.generated or 0)
        plans.append(Plan(entry, access, credential, fields.terms(call, keeper)))
    if not plans:
        raise fields.invalid(ATTR_DEVICE_ID, "no_target")
    if code is None and not call.return_response:
        raise fields.invalid(ATTR_CODE, "code_would_be_lost")
    taken = await asyncio.gather(
        *(_tried_codes(plan.entry, plan.access) for plan in plans)
    )
    if code is None:
        readable = [codes for codes in taken if not isinstance(codes, VendorError)]
        if (code := generate(length, set().union(*readable))) is None:
            raise fields.invalid(ATTR_CODE, "no_code_left")
    return await asyncio.gather(
        *(
            tried(hass, plan.entry, plan.access, _issue_one(hass, plan, code, codes))
            for plan, codes in zip(plans, taken, strict=True)
        )
    )


async def _tried_codes(entry: Account, access: Access) -> set[str] | VendorError:
    """Return the codes that are in use where a grant is to be issued, or why they could not be read."""
    try:
        issued = await account_keeper(entry).vendor.issued(access.scope)
    except VendorError as err:
        return err
    return {grant.code for grant in issued if grant.code}


async def _issue_one(
    hass: HomeAssistant, plan: Plan, code: str, taken: set[str] | VendorError
) -> Row:
    if isinstance(taken, VendorError):
        raise taken
    if code in taken:
        raise Conflict
    keeper = account_keeper(plan.entry)
    record = await keeper.book.issue(
        ulid_now(), plan.access, plan.credential, plan.terms, code
    )
    keeper.async_changed(plan.access.scope)
    return grant_row(hass, plan.entry, record, code=code)
