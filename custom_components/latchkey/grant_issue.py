"""Issues grants: one code for all that it opens, checked whole before anything is sent."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from ulid_transform import ulid_now

from . import fields, grant_fields
from .codes import generate
from .const import ATTR_CODE, ATTR_CREDENTIAL
from .grant_keeper import GrantKeeper
from .grant_rows import Place, Row, terms_row
from .ledger import Terms
from .vendors.grants import Credential
from .vendors.vendor import Conflict, VendorError


class Plan(NamedTuple):
    """What is to be issued for one access."""

    place: Place
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
    for entry, access in grant_fields.targets(hass, call).values():
        keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
        credential = credential_of(keeper)
        if (rule := keeper.vendor.codes.get(credential)) is None:
            raise fields.invalid(
                ATTR_CREDENTIAL,
                "unknown_credential",
                allowed=", ".join(keeper.vendor.codes),
            )
        code = grant_fields.code(call, rule)
        length = max(length, rule.generated or 0)
        place = Place.of(hass, entry, keeper, access)
        plans.append(Plan(place, credential, grant_fields.terms(call, keeper)))
    if not plans:
        raise fields.invalid(ATTR_DEVICE_ID, "no_target")
    if code is None and not call.return_response:
        raise fields.invalid(ATTR_CODE, "code_would_be_lost")
    taken = await asyncio.gather(*(_codes_in_use(plan.place) for plan in plans))
    if code is None:
        readable = [codes for codes in taken if not isinstance(codes, VendorError)]
        if (code := generate(length, set().union(*readable))) is None:
            raise fields.invalid(ATTR_CODE, "no_code_left")
    return await asyncio.gather(
        *(
            plan.place.tried(
                _issue_one(plan, code, codes),
                **terms_row(plan.terms, plan.credential),
            )
            for plan, codes in zip(plans, taken, strict=True)
        )
    )


async def _codes_in_use(place: Place) -> set[str] | VendorError:
    """Return the codes that are in use where a grant is to be issued, or why they could not be read."""
    try:
        issued = await place.keeper.vendor.issued(place.access.scope)
    except VendorError as err:
        return err
    return {grant.code for grant in issued if grant.code}


async def _issue_one(plan: Plan, code: str, taken: set[str] | VendorError) -> Row:
    if isinstance(taken, VendorError):
        raise taken
    if code in taken:
        raise Conflict
    keeper, access = plan.place.keeper, plan.place.access
    record = await keeper.book.issue(
        ulid_now(), access, plan.credential, plan.terms, code
    )
    keeper.async_changed(access.scope)
    return plan.place.grant(record, code=code)
