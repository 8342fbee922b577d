"""What can be wrong with the fields of the grant actions, and what is then said."""

from collections.abc import Mapping
from typing import Any, Final

from tests.grants_ha.helpers import OTHER_UNIT, UNIT, Grants, later

MARK: Final = "quokka"
"""Stands in every wrong text, so that it can be told whether an error quotes it."""
TWIN: Final = "Twin"
"""The name of two units."""
DROPPED: Final = object()
"""Stands for a field that is not given."""

NOT_TEXTS: Final = (True, 1.5, {"quokka": 1}, [["quokka"]])

NAME: Final[list[tuple[Any, str]]] = [
    (DROPPED, "empty"),
    (None, "empty"),
    ("", "empty"),
    ("   ", "empty"),
    (MARK * 20, "too_long"),
    (f"{MARK}\n{MARK}", "not_allowed"),
    (f"{MARK}\x00", "not_allowed"),
    (f"{MARK}\u202e", "not_allowed"),
    *((value, "not_text") for value in (*NOT_TEXTS, [MARK])),
]
TIME: Final[list[tuple[Any, str]]] = [
    (MARK, "not_a_time"),
    ("24:00", "not_a_time"),
    ("2027-02-30 10:00:00", "not_a_time"),
    ("2027-13-01 10:00", "not_a_time"),
    ("2027-12-01 25:00:00", "not_a_time"),
    ("2027-12-01 10:00:00+99:00", "not_a_time"),
    *((value, "not_a_time") for value in (17, *NOT_TEXTS)),
]
PIN: Final[list[tuple[Any, str]]] = [
    ("", "empty"),
    ("   ", "empty"),
    *(
        (value, "invalid_code_digits")
        for value in (
            "123",
            "493817562",
            "49381x",
            MARK,
            "4938 17",
            "４９３８１７",
            -12345,
        )
    ),
    *((value, "not_text") for value in (*NOT_TEXTS, ["493817"])),
]
PHONE: Final[list[tuple[Any, str]]] = [
    (DROPPED, "empty"),
    (None, "empty"),
    ("", "empty"),
    *(
        (value, "invalid_code_phone")
        for value in ("+46", "+46 70 123 45 67", "++46701234567", MARK, "1" * 20)
    ),
    *((value, "not_text") for value in (*NOT_TEXTS, ["+46701234567"])),
]
TAG: Final[list[tuple[Any, str]]] = [
    ("04A", "invalid_code_hex"),
    ("04A1B2G3", "invalid_code_hex"),
    ("0" * 21, "invalid_code_hex"),
]
DEVICE: Final[list[tuple[Any, str]]] = [
    (MARK, "unknown_device"),
    ("$foreign", "foreign_device"),
    ("$account", "unknown_device"),
    *((value, "not_text") for value in (*NOT_TEXTS, [None])),
]
NO_TARGET: Final[list[tuple[Any, str]]] = [
    (value, "no_target") for value in (DROPPED, None, "", [], ["", " "])
]
NO_DEVICE: Final[list[tuple[Any, str]]] = [
    (value, "no_device") for value, _ in NO_TARGET
]
ACCESS: Final[list[tuple[Any, str]]] = [
    (MARK, "unknown_access"),
    ([str(UNIT), MARK], "unknown_access"),
    (f"/{MARK}", "unknown_access"),
    (TWIN, "ambiguous_access"),
    *((value, "not_text") for value in NOT_TEXTS),
]
ACCOUNT: Final[list[tuple[Any, str]]] = [
    (MARK, "unknown_account"),
    ("$foreign_account", "unknown_account"),
    ("", "unknown_account"),
    *((value, "not_text") for value in (*NOT_TEXTS, [MARK])),
]
ACTION: Final[list[tuple[Any, str]]] = [
    (f"{MARK}\n{MARK}", "not_allowed"),
    (f"<{MARK}>", "not_allowed"),
    (MARK * 10, "not_allowed"),
    *((value, "not_text") for value in (*NOT_TEXTS, ["R1"])),
]
CODE_TAG: Final[list[tuple[Any, str]]] = [
    (f"{MARK}\x1f{MARK}", "not_allowed"),
    (MARK * 10, "not_allowed"),
    *((value, "not_text") for value in (*NOT_TEXTS, [MARK])),
]
CREDENTIAL: Final[list[tuple[Any, str]]] = [
    *(
        (value, "unknown_credential")
        for value in (DROPPED, None, "", MARK, "pin", "card", "PHONE")
    ),
    *((value, "not_text") for value in (*NOT_TEXTS, ["phone"])),
]
NO_GRANT: Final[list[tuple[Any, str]]] = [
    (value, "empty") for value in (DROPPED, None, "", " ")
]
UNKNOWN_GRANTS: Final = (MARK, f"{UNIT}:1", f"{UNIT}:")

TARGET: Final = {
    "device_id": [*DEVICE, *NO_TARGET],
    "access": ACCESS,
    "config_entry_id": ACCOUNT,
}
TERMS: Final = {
    "name": NAME,
    "start_datetime": TIME,
    "end_datetime": [
        *TIME,
        ("2026-01-01 12:00:00", "in_the_past"),
        ("2026-01-01T12:00:00Z", "in_the_past"),
    ],
    "code_tag": CODE_TAG,
    "code_tag_calendar": CODE_TAG,
}

WRONG: Final[Mapping[str, Mapping[str, list[tuple[Any, str]]]]] = {
    "issue_pin": {**TARGET, **TERMS, "code": PIN, "action": ACTION},
    "issue_key": {
        **TARGET,
        **TERMS,
        "code": PHONE,
        "credential": CREDENTIAL,
        "action": ACTION,
    },
    "update_grant": {
        **TERMS,
        "name": [(value, key) for value, key in NAME if value is not DROPPED and value],
        "code": PIN,
        "grant_id": [
            *NO_GRANT,
            *((value, "grant_not_from_here") for value in UNKNOWN_GRANTS),
            *((value, "not_text") for value in (*NOT_TEXTS, [MARK])),
        ],
    },
    "revoke_grant": {
        "grant_id": [
            *NO_GRANT,
            *((value, "unknown_grant") for value in UNKNOWN_GRANTS),
            ([], "empty"),
            ([MARK], "unknown_grant"),
            *((value, "not_text") for value in NOT_TEXTS),
        ],
        "config_entry_id": ACCOUNT,
    },
    "get_grants": {
        "device_id": DEVICE,
        "access": ACCESS,
        "config_entry_id": ACCOUNT,
    },
    "deliver_changes": {"device_id": [*DEVICE, *NO_DEVICE]},
    "abort_delivery": {"device_id": [*DEVICE, *NO_DEVICE]},
    "set_sync_state": {
        "device_id": [*DEVICE, *NO_DEVICE],
        "sync_state": [
            *((value, "not_in_list") for value in (DROPPED, "", MARK, "IDLE_OK")),
            *((value, "not_text") for value in NOT_TEXTS),
        ],
        "part": [
            (MARK, "not_in_list"),
            *((value, "not_text") for value in NOT_TEXTS),
        ],
        "grant_id": [
            (MARK, "unknown_grant"),
            *((value, "not_text") for value in NOT_TEXTS),
        ],
    },
}
"""Wrong values by action and field, each with the error that it leads to."""


def right(grants: Grants, action: str, grant_id: str) -> dict[str, Any]:
    """Return fields of an action that are all right."""
    unit = {"device_id": grants.device_id()}
    terms = {
        "name": "Anna",
        "start_datetime": later(hours=1),
        "end_datetime": later(hours=2),
    }
    return {
        "issue_pin": {**unit, **terms, "code": "380562"},
        "issue_key": {
            **unit,
            **terms,
            "credential": "phone",
            "code": "+46701234567",
        },
        "update_grant": {**terms, "grant_id": grant_id},
        "revoke_grant": {"grant_id": grant_id},
        "get_grants": dict[str, Any](),
        "deliver_changes": unit,
        "abort_delivery": unit,
        "set_sync_state": {**unit, "sync_state": "idle_ok"},
    }[action]


def with_wrong(data: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """Return fields of which one is wrong, and nothing else stands in its place."""
    wrong = {key: given for key, given in data.items() if key != field}
    if field == "access":
        wrong.pop("device_id", None)
    if field == "config_entry_id" and "device_id" in wrong:
        wrong.pop("device_id")
        wrong["access"] = str(OTHER_UNIT)
    if field == "config_entry_id" and "grant_id" in wrong:
        wrong["grant_id"] = f"{UNIT}:1"
    if value is not DROPPED:
        wrong[field] = value
    return wrong
