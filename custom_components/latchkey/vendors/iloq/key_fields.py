"""The fields that keys have beyond those of all vendors' grants, and what may be in them (facts sheet 2, 3.3, 4.5)."""

from collections.abc import Mapping
import re
from typing import Any, Final

import orjson

from ..grants import CodeKind, CodeRule, Credential, GrantField
from ..vendor import InvalidField
from .accesses import GUID

KEY: Final = CodeRule(CodeKind.NONE, 0, 0)
PHONE: Final = CodeRule(
    CodeKind.PHONE, 6, 15, may_be_absent=True, can_change=False, is_listed=False
)
TAG: Final = CodeRule(CodeKind.HEX, 4, 20, can_change=False, is_listed=False)
CODES: Final = {Credential.KEY: KEY, Credential.PHONE: PHONE, Credential.TAG: TAG}
CODES_V1: Final = {Credential.KEY: KEY, Credential.TAG: TAG}

_ALL: Final = frozenset(CODES)
_NAME: Final = re.compile(r"[^\x00-\x1f]{1,200}")

FIELDS: Final = (
    GrantField("person_id", GUID, False, _ALL, "not_a_guid"),
    GrantField(
        "email",
        re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}"),
        False,
        _ALL,
        "not_an_email",
    ),
    GrantField("phone", re.compile(r"\+?[0-9]{6,15}"), False, _ALL, "not_a_phone"),
    GrantField("person_code", re.compile(r"[^\x00-\x1f]{1,20}"), False, _ALL),
    GrantField("info_text", re.compile(r"[^\x00]{1,500}"), False, _ALL),
    GrantField("stamp", re.compile(r"[^\x00-\x1f]{1,10}"), False, _ALL),
    GrantField("zone", _NAME, False, _ALL),
    GrantField("real_estate", _NAME, False, _ALL),
    GrantField("key_fields", re.compile(r"(?s).{1,8000}"), False, _ALL),
)

_OF_A_PERSON: Final = ("phone", "person_code")
OF_A_KEY: Final = ("ManufacturingInfo", "OnlineAccessCode", "ROM_ID", "VersionCode")
"""The names in `key_fields` that go into the key itself; the others stand beside it."""
LIMITS_V1: Final = "TimeLimits"
SLOTS: Final = "TimeLimitSlots"
_BESIDE_V1: Final = (LIMITS_V1,)
_BESIDE_V2: Final = (SLOTS, "KeyScheduler", "OfflineExpirationSeconds")


def expert(fields: Mapping[str, str], *, is_v1: bool) -> dict[str, Any]:
    """Return what the field `key_fields` holds, whose values nobody here knows the meaning of.

    Raises InvalidField for what is no JSON object, and for a name that the generation's key has not, or that has a
    field of its own.
    """
    if "key_fields" not in fields:
        return {}
    try:
        told = orjson.loads(fields["key_fields"])
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise InvalidField("key_fields", "not_a_json_object")
    if not told.keys() <= {*OF_A_KEY, *(_BESIDE_V1 if is_v1 else _BESIDE_V2)}:
        raise InvalidField("key_fields", "unknown_key_field")
    if not isinstance(told.get(LIMITS_V1 if is_v1 else SLOTS, []), list):
        raise InvalidField("key_fields", "limits_not_a_list")
    return told


def check_person(
    credential: Credential, fields: Mapping[str, str], *, has_code: bool, is_v1: bool
) -> None:
    """Raise InvalidField where the fields of a person contradict each other, or the credential."""
    is_phone = credential is Credential.PHONE
    if is_phone and not has_code and "email" not in fields:
        raise InvalidField("code", "number_or_email_needed")
    for field in (*_OF_A_PERSON, "email"):
        if field not in fields:
            continue
        if is_v1:
            raise InvalidField(field, "not_in_this_generation")
        if "person_id" in fields and (field != "email" or not is_phone):
            raise InvalidField(field, "person_is_named")
        if "person_id" not in fields and "email" not in fields and not is_phone:
            raise InvalidField(field, "person_needs_email")
