"""The actions on a vendor's directory: persons, zones, real estates and access rights; for administrators."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
import re
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.service import async_register_admin_service

from . import fields
from .const import (
    ATTR_CONFIRM,
    ATTR_EMAIL,
    ATTR_LANGUAGE,
    ATTR_NAME,
    ATTR_PERSON_CODE,
    ATTR_PERSON_ID,
    ATTR_PHONE,
    ATTR_ZONE,
    DOMAIN,
    LONGEST_NAME,
)
from .coordinator import LatchkeyConfigEntry
from .errors import PERSON_ERRORS, vendor_errors
from .vendors.directory import KeepsDirectory, Person, PersonFields
from .vendors.vendor import InvalidField

type Row = dict[str, Any]
type Action = Callable[
    [ServiceCall, LatchkeyConfigEntry, KeepsDirectory], Awaitable[Row]
]

_PERSON: Final = "person"
_FIELDS: Final = (ATTR_NAME, ATTR_EMAIL, ATTR_PHONE, ATTR_PERSON_CODE, ATTR_LANGUAGE)
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    ATTR_EMAIL: (re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}"), "not_an_email"),
    ATTR_PHONE: (re.compile(r"\+?[0-9]{3,20}"), "not_allowed"),
    ATTR_PERSON_CODE: (re.compile(r"[^\x00-\x1f\x7f]{0,20}"), "not_allowed"),
    ATTR_LANGUAGE: (re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?"), "not_a_language"),
}
"""The form that a field has, and why what has another one is refused."""


@callback
def async_setup_directory_actions(hass: HomeAssistant) -> None:
    """Register the actions; lists are nothing without an answer."""
    only, optional = SupportsResponse.ONLY, SupportsResponse.OPTIONAL
    actions: dict[str, tuple[Action, tuple[str, ...], SupportsResponse]] = {
        "get_zones": (_get_zones, (), only),
        "get_real_estates": (_get_real_estates, (), only),
        "get_persons": (_get_persons, (), only),
        "create_person": (_create_person, (*_FIELDS, ATTR_ZONE), optional),
        "update_person": (_update_person, (ATTR_PERSON_ID, *_FIELDS), optional),
        "delete_person": (_delete_person, (ATTR_PERSON_ID, ATTR_CONFIRM), optional),
    }
    for name, (action, keys, response) in actions.items():
        taken = (ATTR_CONFIG_ENTRY_ID, *keys)
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_run, hass, action, taken),
            schema=fields.schema(taken),
            supports_response=response,
        )
    async_register_admin_service(
        hass,
        DOMAIN,
        "get_accesses",
        partial(_get_accesses, hass),
        schema=fields.schema((ATTR_CONFIG_ENTRY_ID,)),
        supports_response=only,
    )


async def _run(
    hass: HomeAssistant, action: Action, keys: tuple[str, ...], call: ServiceCall
) -> ServiceResponse:
    fields.only(call, keys)
    entry = fields.account_with(hass, call, "directory")
    directory = entry.runtime_data.directory
    assert directory is not None
    return await action(call, entry, directory)


async def _get_accesses(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """List the access rights."""
    fields.only(call, (ATTR_CONFIG_ENTRY_ID,))
    entry = fields.account_with(hass, call, "accesses")
    vendor = entry.runtime_data.accesses
    assert vendor is not None
    with vendor_errors(entry.title):
        found = await vendor.list_accesses()
    rows: list[Row] = [
        {
            "id": each.id,
            ATTR_NAME: each.name,
            "description": each.description,
            "kind": each.kind,
            "state": each.state,
            "zone_id": each.zone_id,
            "real_estate_id": each.real_estate_id,
        }
        for each in found
    ]
    for row, each in zip(rows, found, strict=True):
        if each.system_id:
            row["system"] = each.system_id
    return {"accesses": [*rows]}


async def _get_zones(
    call: ServiceCall, entry: LatchkeyConfigEntry, directory: KeepsDirectory
) -> Row:
    """List the zones."""
    with vendor_errors(entry.title):
        found = await directory.list_zones()
    return {
        "zones": [
            {
                "id": each.id,
                ATTR_NAME: each.name,
                "description": each.description,
                "kind": each.kind,
            }
            for each in found
        ]
    }


async def _get_real_estates(
    call: ServiceCall, entry: LatchkeyConfigEntry, directory: KeepsDirectory
) -> Row:
    """List the real estates."""
    with vendor_errors(entry.title):
        found = await directory.list_real_estates()
    return {
        "real_estates": [
            {"id": each.id, ATTR_NAME: each.name, "parent_id": each.parent_id}
            for each in found
        ]
    }


async def _get_persons(
    call: ServiceCall, entry: LatchkeyConfigEntry, directory: KeepsDirectory
) -> Row:
    """List the persons."""
    with vendor_errors(entry.title):
        found = await directory.list_persons()
    return {"persons": [_row(each) for each in found]}


async def _create_person(
    call: ServiceCall, entry: LatchkeyConfigEntry, directory: KeepsDirectory
) -> Row:
    """Add a person."""
    given = _given(call)
    name = fields.checked_name(given.name, LONGEST_NAME)
    zone_id = None
    if zone := fields.text(call, ATTR_ZONE):
        try:
            zone_id = directory.zone_id(zone)
        except InvalidField as err:
            raise fields.invalid(err.field, err.reason) from None
    with vendor_errors(name, PERSON_ERRORS):
        return {_PERSON: _row(await directory.create_person(given, zone_id))}


async def _update_person(
    call: ServiceCall, entry: LatchkeyConfigEntry, directory: KeepsDirectory
) -> Row:
    """Change a person."""
    person_id = fields.vendor_id(call, ATTR_PERSON_ID)
    given = _given(call)
    if given == PersonFields():
        raise fields.invalid(ATTR_PERSON_ID, "nothing_to_change")
    with vendor_errors(given.name or person_id, PERSON_ERRORS):
        return {_PERSON: _row(await directory.update_person(person_id, given))}


async def _delete_person(
    call: ServiceCall, entry: LatchkeyConfigEntry, directory: KeepsDirectory
) -> Row:
    """Delete a person."""
    person_id = fields.vendor_id(call, ATTR_PERSON_ID)
    fields.confirmed(call, "confirm_delete_person", person_id=person_id)
    with vendor_errors(person_id, PERSON_ERRORS):
        await directory.delete_person(person_id)
    return {_PERSON: {ATTR_PERSON_ID: person_id}}


def _given(call: ServiceCall) -> PersonFields:
    """Return the fields of a person that are given, each as it may be; all but the name may be emptied."""
    given = {key: fields.text(call, key) for key in _FIELDS}
    if given[ATTR_NAME] is not None:
        given[ATTR_NAME] = fields.checked_name(given[ATTR_NAME], LONGEST_NAME)
    if phone := given[ATTR_PHONE]:
        given[ATTR_PHONE] = re.sub(r"[\s()-]", "", phone)
    for key, (form, reason) in _FORMS.items():
        if (value := given[key]) and not form.fullmatch(value):
            raise fields.invalid(key, reason)
    return PersonFields(
        name=given[ATTR_NAME],
        email=given[ATTR_EMAIL],
        phone=given[ATTR_PHONE],
        person_code=given[ATTR_PERSON_CODE],
        language=given[ATTR_LANGUAGE],
    )


def _row(person: Person) -> Row:
    """Return what an answer for administrators says of a person, and nothing else does."""
    return {
        ATTR_PERSON_ID: person.id,
        ATTR_NAME: person.name,
        "active": person.is_active,
        "external_id": person.external_id,
        ATTR_EMAIL: person.email,
        ATTR_PHONE: person.phone,
        ATTR_PERSON_CODE: person.person_code,
        ATTR_LANGUAGE: person.language,
    }
