"""What is done with a grant by its code: an issue in doubt repeated, a grant taken back of which no id is known."""

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall
from ulid_transform import ulid_now

from . import fields, grant_fields
from .const import ATTR_CODE, ATTR_CREDENTIAL, ATTR_GRANT_ID
from .coordinator import LatchkeyConfigEntry
from .errors import GRANT_ERRORS, vendor_errors
from .grant_issue import issued_row
from .grant_keeper import GrantKeeper
from .grant_rows import Place, Row, grant_errors
from .ledger import Record
from .vendors.granting import KnowsCodes
from .vendors.grants import Credential, GrantState
from .vendors.vendor import InvalidField, NotFound


def is_by_code(keeper: GrantKeeper, record: Record) -> bool:
    """Return whether nothing but its code leads to a grant."""
    return record.is_unseen and isinstance(keeper.vendor, KnowsCodes)


def is_repeated(keeper: GrantKeeper, record: Record) -> bool:
    """Return whether a change is in doubt that nothing but another one can settle."""
    is_in_doubt = record.state is GrantState.UNKNOWN and record.wanted is not None
    return is_in_doubt and isinstance(keeper.vendor, KnowsCodes)


async def issue_again(
    call: ServiceCall, entry: LatchkeyConfigEntry, place: Place, record: Record
) -> Row:
    """Repeat an issue in doubt: at the vendor, the same code is the same grant."""
    assert record.credential is not None
    keeper = place.keeper
    code = _code(call, keeper, record.credential)
    known = keeper.book.codes.of(record)
    if keeper.book.codes.is_another(record, code):
        raise fields.invalid(ATTR_CODE, "not_the_code_in_doubt")
    if known is None:
        fields.confirmed(call, "confirm_code_of_doubt")
    # What was asked for last is what is repeated.
    present = record.wanted or record.terms
    terms = grant_fields.terms(call, keeper, record.credential, present)
    terms = await grant_fields.prepared(
        entry, keeper.vendor, record.credential, terms, code
    )
    again, issued = await keeper.book.issue(
        ulid_now(), record.access, record.credential, terms, code, again=record
    )
    keeper.async_changed(record.scope)
    if record.grant_id in keeper.ledger.records and again.grant_id != record.grant_id:
        raise fields.invalid(ATTR_CODE, "doubt_remains", grant_id=again.grant_id)
    return issued_row(place, again, issued, code)


def code_to_revoke(
    call: ServiceCall, keeper: GrantKeeper, record: Record
) -> str | None:
    """Return the code by which a grant is to be taken back, None where its id does; refuse what cannot be."""
    is_given = bool(fields.text(call, ATTR_CODE))
    if fields.text(call, ATTR_CREDENTIAL):
        raise fields.invalid(ATTR_CREDENTIAL, "grant_is_named")
    if record.credential is None or not is_by_code(keeper, record):
        if is_given:
            raise fields.invalid(ATTR_CODE, "grant_is_named")
        return None
    known = keeper.book.codes.of(record)
    if known is not None and not is_given:
        return known
    code = _code(call, keeper, record.credential)
    if keeper.book.codes.is_another(record, code):
        raise fields.invalid(ATTR_CODE, "not_the_code_in_doubt")
    other = keeper.book.codes.held(record.credential, code)
    if other is not None and other.grant_id != record.grant_id:
        # It would be taken from whoever has that one, and nobody would be told.
        raise fields.invalid(ATTR_CODE, "code_of_other_grant", grant_id=other.grant_id)
    if known is None:
        fields.confirmed(call, "confirm_code_of_doubt")
    # In the spelling that was sent first.
    return known or code


async def revoke_code(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Take back what has a code, whoever issued it."""
    entry = fields.account_with(hass, call, "grants")
    keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
    vendor = keeper.vendor
    if not isinstance(vendor, KnowsCodes):
        raise fields.invalid(ATTR_GRANT_ID, "empty")
    kinds = list(vendor.codes)
    named = fields.text(call, ATTR_CREDENTIAL)
    if named not in kinds:
        raise fields.invalid(
            ATTR_CREDENTIAL, "unknown_credential", allowed=", ".join(kinds)
        )
    credential = Credential(named)
    code = _code(call, keeper, credential)
    if record := keeper.book.codes.held(credential, code):
        known = keeper.book.codes.of(record) if is_by_code(keeper, record) else None
        place = Place.of(hass, entry, keeper, record.access)
        with grant_errors(record.access_name):
            revoked = await keeper.book.revoke(record, known)
        keeper.async_changed(record.scope)
        return place.grant(revoked)
    with vendor_errors(entry.title, {**GRANT_ERRORS, NotFound: "not_found_code"}):
        await vendor.revoke_code(credential, code)
    # It may be one of ours, whose code is no longer remembered.
    keeper.async_hint()
    return {
        ATTR_GRANT_ID: None,
        ATTR_CREDENTIAL: credential.value,
        "state": GrantState.REVOKING.value,
    }


def _code(call: ServiceCall, keeper: GrantKeeper, credential: Credential) -> str:
    """Return the code, which must be given, and be one."""
    if not fields.text(call, ATTR_CODE):
        raise fields.invalid(ATTR_CODE, "code_of_doubt_needed")
    code = grant_fields.code(call, keeper.vendor.codes[credential])
    assert code is not None
    vendor = keeper.vendor
    assert isinstance(vendor, KnowsCodes)
    try:
        vendor.same_code(credential, code)
    except InvalidField as err:
        raise fields.invalid(err.field, err.reason) from None
    return code
