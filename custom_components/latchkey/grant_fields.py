"""The fields of the grant actions: read, checked before anything is sent, refused with their names."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.util import dt as dt_util

from .const import (
    ATTR_CODE,
    ATTR_CREDENTIAL,
    ATTR_END,
    ATTR_NAME,
    ATTR_START,
    LONGEST_NAME,
)
from .coordinator import LatchkeyConfigEntry
from .errors import GRANT_ERRORS, vendor_errors
from .fields import accounts_with, checked_name, invalid, loaded, moment, text
from .grant_keeper import GrantKeeper
from .ledger import Record, Terms
from .vendors import VENDORS
from .vendors.granting import IssuesGrants, LimitsGrants, PreparesGrants
from .vendors.grants import CodeKind, CodeRule, Credential, GrantField
from .vendors.vendor import InvalidField

_FIELDS: Final = [field for spec in VENDORS.values() for field in spec.grant_fields]


def extra_keys(is_taken: Callable[[GrantField], bool]) -> tuple[str, ...]:
    """Return the fields that some vendor's grants have beyond those of all vendors, of those that are asked for."""
    return tuple(dict.fromkeys(field.key for field in _FIELDS if is_taken(field)))


EXTRA: Final = extra_keys(lambda field: True)


def terms(
    call: ServiceCall,
    keeper: GrantKeeper,
    credential: Credential,
    present: Terms | None = None,
    *,
    period: tuple[datetime, datetime] | None = None,
) -> Terms:
    """Return what a grant shall be; what is not given stays as it is, or is as long as what it is for."""
    holder = name(call, present.name if present else None)
    start, end = moment(call, ATTR_START), moment(call, ATTR_END)
    if period:
        start, end = start or period[0], end or period[1]
    if present:
        start = start if ATTR_START in call.data else present.start
        end = end if ATTR_END in call.data else present.end
    if end and end <= dt_util.utcnow():
        raise invalid(ATTR_END, "in_the_past")
    if start and end and end.timestamp() <= start.timestamp():
        raise invalid(ATTR_END, "ends_before_start")
    fields = extra(call, keeper.vendor, credential, is_new=present is None)
    if isinstance(keeper.vendor, LimitsGrants):
        try:
            start, end = keeper.vendor.limits(credential, start, end, fields)
        except InvalidField as err:
            raise invalid(err.field, err.reason) from None
    return Terms(name=holder, start=start, end=end, fields=fields)


def name(call: ServiceCall, present: str | None = None) -> str:
    """Return whose grant it is; what is not given stays as it is."""
    value = text(call, ATTR_NAME)
    return checked_name(present if value is None else value, LONGEST_NAME)


def given_again(call: ServiceCall, record: Record) -> None:
    """Refuse a change that leaves out what is kept nowhere, and might be lost at the vendor."""
    for key in record.unkept:
        if not text(call, key):
            raise invalid(key, "give_again")


def extra(
    call: ServiceCall,
    vendor: IssuesGrants,
    credential: Credential,
    *,
    is_new: bool = False,
) -> dict[str, str]:
    """Return the fields that are the vendor's own; one that its grants of this credential lack is refused."""
    taken = {
        field.key: field
        for field in vendor.grant_fields
        if credential in field.credentials
    }
    fields: dict[str, str] = {}
    for key in EXTRA:
        if (value := text(call, key)) is None:
            continue
        if key not in taken:
            raise invalid(key, "field_not_taken", credential=credential.value)
        if taken[key].pattern.fullmatch(value):
            fields[key] = value
        elif value:
            raise invalid(key, taken[key].reason)
    for key, field in taken.items():
        if is_new and field.required and key not in fields:
            raise invalid(key, "empty")
    return fields


def credential(call: ServiceCall, keeper: GrantKeeper) -> Credential:
    """Return the credential that issue_key is to issue."""
    issued = [each for each in keeper.vendor.codes if each is not Credential.PIN]
    value = text(call, ATTR_CREDENTIAL)
    if value not in issued:
        raise invalid(ATTR_CREDENTIAL, "unknown_credential", allowed=", ".join(issued))
    return Credential(value)


def code(call: ServiceCall, rule: CodeRule) -> str | None:
    """Return the code, where one is given; it must be where none is made here."""
    value = text(call, ATTR_CODE)
    if rule.kind is CodeKind.NONE:
        if value:
            raise invalid(ATTR_CODE, "no_code_taken")
        return None
    if value is None and (
        rule.generated is not None or rule.is_made_there or rule.may_be_absent
    ):
        return None
    if not value:
        raise invalid(ATTR_CODE, "empty")
    if rule.kind is CodeKind.IDENTIFICATION and not isinstance(
        call.data[ATTR_CODE], str
    ):
        # Without quotation marks 0x12 is the number 18, and would be another card.
        raise invalid(ATTR_CODE, "needs_quotation_marks")
    if not rule.allows(value):
        raise invalid(
            ATTR_CODE,
            f"invalid_code_{rule.kind}",
            min=str(rule.shortest),
            max=str(rule.longest),
        )
    return value


def keeper_of(entry: LatchkeyConfigEntry | None, field: str) -> GrantKeeper:
    """Return the grants of an account that is named by a field."""
    entry = loaded(entry, field)
    if (keeper := entry.runtime_data.grants) is None:
        raise invalid(field, "no_grants", account=entry.title)
    return keeper


def accounts(hass: HomeAssistant, call: ServiceCall) -> list[LatchkeyConfigEntry]:
    """Return the account that is named, else all that are running and have grants."""
    return accounts_with(hass, call, "grants")


async def prepared(
    entry: LatchkeyConfigEntry,
    vendor: IssuesGrants,
    credential: Credential,
    terms: Terms,
    code: str | None,
) -> Terms:
    """Return what a grant shall be with what its vendor had to look up for it."""
    if not isinstance(vendor, PreparesGrants):
        return terms
    with vendor_errors(entry.title, GRANT_ERRORS):
        try:
            fields = await vendor.prepared(credential, terms.fields, code)
        except InvalidField as err:
            raise invalid(err.field, err.reason) from None
    return replace(terms, fields=dict(fields))
