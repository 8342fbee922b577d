"""Keyless' permissions and offline keys: what is sent, what is read, and what is refused before that."""

from datetime import timedelta, timezone
from typing import Any

import pytest

from custom_components.latchkey.vendors.granting import (
    ComparesGrants,
    IssuesGrants,
    LimitsGrants,
)
from custom_components.latchkey.vendors.grants import Credential, Issued
from custom_components.latchkey.vendors.holders import KnowsHolders
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
)
from tests.vendors.helpers import run, told
from tests.vendors.keyless_offline import (
    END,
    KEY_ID,
    LOCK,
    NOTHING,
    OTHER_LOCK,
    OTHER_USER,
    PERMISSION,
    PERMISSION_ID,
    PHONE,
    START,
    USER,
    access,
    account,
    bodies,
    order,
    page,
)

APP, OFFLINE = Credential.APP, Credential.OFFLINE_KEY
GRANT = "POST permission"
ISSUE = "POST offline-key"
UPDATE = f"PUT permission/{PERMISSION_ID}"
REVOKE = f"DELETE permission/{PERMISSION_ID}"
GET = f"GET permission/{PERMISSION_ID}"
VENDOR_ID = f"permission/{PERMISSION_ID}"
BODY = {key: value for key, value in PERMISSION.items() if key != "id"}
KEY = {"id": KEY_ID, "value": "c2VjcmV0LWtleQ=="}


def test_capabilities() -> None:
    """The account has what the grants of Home Assistant ask for."""
    keyless, _ = account()
    for capability in (IssuesGrants, LimitsGrants, ComparesGrants, KnowsHolders):
        assert isinstance(keyless, capability)
    assert set(keyless.codes) == {APP, OFFLINE}


# Permissions


@pytest.mark.parametrize(
    ("ordered", "changes"),
    [
        (order(), {}),
        (
            order(key_validity_days="31"),
            {"operatingKeyValidityDuration": "P31D"},
        ),
        (order(key_validity_days="01"), {"operatingKeyValidityDuration": "P1D"}),
        (
            order(opens=access("UPDATE_FIRMWARE")),
            {"operationType": "UPDATE_FIRMWARE"},
        ),
        (order(opens=access("UPDATE_TIME")), {"operationType": "UPDATE_TIME"}),
        (
            order(start=START.astimezone(timezone(timedelta(hours=-9)))),
            {},
        ),
        # What is about an invitation is no part of a permission.
        (order(invitation="sms", phone="+46701234567"), {}),
    ],
)
def test_permission(ordered: Any, changes: dict[str, str]) -> None:
    """A permission is granted with all that it is, and its id is read."""
    keyless, transport = account({GRANT: {"id": PERMISSION_ID}})
    assert run(keyless.issue(ordered)) == Issued(vendor_id=VENDOR_ID)
    assert bodies(transport, GRANT) == [BODY | changes]


@pytest.mark.parametrize(
    "answer", [NOTHING, {}, [], "x", {"id": None}, {"id": ""}, {"id": "../user"}]
)
def test_permission_without_id(answer: Any) -> None:
    """A permission whose id is not told is granted all the same: the list tells."""
    keyless, _ = account({GRANT: answer})
    assert run(keyless.issue(order())) == Issued()


def test_update() -> None:
    """All of a permission is replaced, so what was not ordered is sent as it is."""
    held = {**PERMISSION, "operatingKeyValidityDuration": "P3D"}
    keyless, transport = account({GET: held, UPDATE: NOTHING})
    ordered = order(end=END + timedelta(days=1))
    run(keyless.update(VENDOR_ID, ordered))
    expected = {**held, "end": "2025-11-24T08:00:00Z"}
    del expected["id"]
    assert bodies(transport, UPDATE) == [expected]


def test_update_of_the_validity() -> None:
    """The validity of its keys is changed where that was ordered."""
    keyless, transport = account({GET: PERMISSION, UPDATE: NOTHING})
    run(keyless.update(VENDOR_ID, order(key_validity_days="2")))
    assert bodies(transport, UPDATE) == [BODY | {"operatingKeyValidityDuration": "P2D"}]


@pytest.mark.parametrize("spelt", ["P8D", "PT192H", "P1DT168H", "P1W1D"])
def test_update_to_what_it_is(spelt: str) -> None:
    """Nothing is sent where a permission is what was ordered, however its validity is spelt."""
    held = {**PERMISSION, "operatingKeyValidityDuration": spelt}
    keyless, transport = account({GET: held})
    run(keyless.update(VENDOR_ID, order(key_validity_days="8")))
    assert transport.count(UPDATE) == 0


@pytest.mark.parametrize("kind", ["RECURRING", "MULTIPLE_INTERVALS", "", None, "NEW"])
def test_update_of_another_kind(kind: str | None) -> None:
    """A permission of several intervals is refused: what replaces them is not known."""
    keyless, transport = account({GET: {**PERMISSION, "permissionType": kind}})
    with pytest.raises(InvalidRequest):
        run(keyless.update(VENDOR_ID, order()))
    assert transport.count(UPDATE) == 0


@pytest.mark.parametrize(
    "change", [{"userId": OTHER_USER}, {"lockingDeviceId": OTHER_LOCK}]
)
def test_update_of_what_became_another(change: dict[str, str]) -> None:
    """A permission that somebody made one for another user or lock is not the one that was granted."""
    keyless, transport = account({GET: {**PERMISSION, **change}})
    with pytest.raises(NotFound):
        run(keyless.update(VENDOR_ID, order()))
    assert transport.count(UPDATE) == 0


@pytest.mark.parametrize(
    "answer", [ServiceUnavailable(), NotFound(), {"id": PERMISSION_ID}, [], b"<html>"]
)
def test_update_that_cannot_be_read_before(answer: Any) -> None:
    """Nothing is sent where a permission cannot be read, and that is no doubt."""
    keyless, transport = account({GET: answer})
    with pytest.raises((ServiceUnavailable, NotFound, AnswerNotUnderstood)):
        run(keyless.update(VENDOR_ID, order()))
    assert transport.count(UPDATE) == 0


def test_revoke() -> None:
    """A permission is revoked by its id; an answer may have a body or none."""
    for answer in (NOTHING, {"id": PERMISSION_ID}):
        keyless, transport = account({REVOKE: answer})
        run(keyless.revoke(VENDOR_ID))
        assert transport.count(REVOKE) == 1


@pytest.mark.parametrize("vendor_id", [f"offline-key/{KEY_ID}", PERMISSION_ID, ""])
def test_nothing_changes_an_offline_key(vendor_id: str) -> None:
    """Nothing is sent to change what is no permission."""
    keyless, transport = account()
    with pytest.raises(InvalidRequest):
        run(keyless.revoke(vendor_id))
    with pytest.raises(InvalidRequest):
        run(keyless.update(vendor_id, order(OFFLINE)))
    assert transport.sent == []


# Offline keys


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({}, {"deliveryMechanism": "NONE"}),
        (
            {"delivery": "sms", "phone": "+46701234567"},
            {
                "deliveryMechanism": "SMS_WITHOUT_APP_LINK",
                "phoneNumber": "+46701234567",
            },
        ),
        (
            {
                "delivery": "sms_with_link",
                "phone": "+46701234567",
                "app_link_base_url": "https://keys.example.com",
            },
            {
                "deliveryMechanism": "SMS_WITH_APP_LINK",
                "phoneNumber": "+46701234567",
                "appLinkBaseUrl": "https://keys.example.com",
            },
        ),
    ],
)
def test_offline_key(fields: dict[str, Any], sent: dict[str, str]) -> None:
    """An offline key is issued for the user's phone, and its value stands in the answer, never in a representation."""
    answer = {
        "primaryKey": KEY,
        "startDatetime": "2025-11-22T12:00:00Z",
        "endDatetime": "2025-11-23T08:00:00Z",
    }
    keyless, transport = account({ISSUE: answer})
    issued = run(keyless.issue(order(OFFLINE, user_id=USER, **fields)))
    assert issued == Issued(vendor_id=f"offline-key/{KEY_ID}", code=KEY["value"])
    assert KEY["value"] not in repr(issued)
    assert bodies(transport, ISSUE) == [
        {
            "operatingDeviceId": PHONE,
            "lockingDeviceId": LOCK,
            "startDatetime": "2025-11-22T12:00:00Z",
            "endDatetime": "2025-11-23T08:00:00Z",
            **sent,
        }
    ]


@pytest.mark.parametrize("member", ["alternativeKey", "secondaryKey", "oldKey"])
def test_alternative_key(member: str) -> None:
    """A second key is told whatever its member is called; what holds no value is none."""
    answer = {
        "primaryKey": KEY,
        "note": {"value": 7},
        member: {"id": KEY_ID, "value": "b3RoZXI="},
    }
    keyless, _ = account({ISSUE: answer})
    issued = run(keyless.issue(order(OFFLINE)))
    assert (issued.code, issued.alternative_code) == (KEY["value"], "b3RoZXI=")
    assert "b3RoZXI=" not in repr(issued)


@pytest.mark.parametrize(
    "answer",
    [
        *(NOTHING, {}, [], "x", {"primaryKey": None}, {"primaryKey": "x"}),
        *({"primaryKey": {"id": KEY_ID, "value": value}} for value in ("", None, 7)),
        {"alternativeKey": KEY},
    ],
)
def test_offline_key_without_value(answer: Any) -> None:
    """An answer without a key is a doubt: one may have been issued."""
    keyless, _ = account({ISSUE: answer})
    with pytest.raises(OutcomeUnknown) as failure:
        run(keyless.issue(order(OFFLINE)))
    assert KEY["value"] not in told(failure.value)


def test_offline_key_without_a_phone() -> None:
    """Nothing is sent for a user whose phone is gone by now."""
    devices = page({"id": PHONE, "userId": OTHER_USER})
    keyless, transport = account({"GET operating-device": devices})
    with pytest.raises(NotFound):
        run(keyless.issue(order(OFFLINE)))
    assert transport.count(ISSUE) == 0


@pytest.mark.parametrize("credential", [APP, OFFLINE])
def test_answer_that_is_no_json(credential: Credential) -> None:
    """A page in place of an answer may have come from anywhere: the outcome is unknown."""
    page_of_html = b"<html>Back soon</html>"
    keyless, transport = account(
        {
            GRANT: page_of_html,
            ISSUE: page_of_html,
            GET: PERMISSION,
            UPDATE: page_of_html,
            REVOKE: page_of_html,
        }
    )
    with pytest.raises(OutcomeUnknown):
        run(keyless.issue(order(credential)))
    with pytest.raises(OutcomeUnknown):
        run(keyless.update(VENDOR_ID, order(end=END + timedelta(hours=1))))
    with pytest.raises(OutcomeUnknown):
        run(keyless.revoke(VENDOR_ID))
    assert [transport.count(name) for name in (UPDATE, REVOKE)] == [1, 1]
