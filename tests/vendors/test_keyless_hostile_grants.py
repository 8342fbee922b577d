"""Keyless' answers about grants and users as an enemy might send them: no crash, no leak, and nothing passes for gone."""

from datetime import timedelta
import json
from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.latchkey.vendors.grants import Credential, Issued, IssuedGrant
from custom_components.latchkey.vendors.holders import Holder, Invitation
from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.values import duration
from custom_components.latchkey.vendors.vendor import InvalidField, VendorError
from tests.vendors.helpers import run
from tests.vendors.keyless_offline import (
    LOCK,
    OFFLINE_KEY,
    OPERATING_DEVICE,
    OTHER_USER,
    PERMISSION,
    PERMISSION_ID,
    USER,
    account,
    order,
    page,
)
from tests.vendors.test_flexykey_hostile import mutated, silent

VENDOR_ID = f"permission/{PERMISSION_ID}"
EXTREMES = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00")
ISSUED = {
    "id": PERMISSION_ID,
    "primaryKey": {"id": "key", "value": "c2VjcmV0"},
    "alternativeKey": {"id": "other", "value": "b3RoZXI="},
    "accessKey": "a2V5",
    "role": "USER",
    "expirationDatetime": "2025-11-22T12:00:00Z",
    "invitationCode": "JBSWY3DP",
    "environmentUrl": "https://example.com",
}


@st.composite
def spoilt(draw: st.DrawFn, example: Any) -> Any:
    """Return a document in which some places were spoilt, some of its times being the first or last there is."""
    text = json.dumps(draw(mutated(example)))
    for key in ("start", "end"):
        if draw(st.booleans()):
            extreme = draw(st.sampled_from(EXTREMES))
            text = text.replace(str(PERMISSION[key]), extreme, 1)
    return json.loads(text)


def outcome(keyless: Keyless, call: str, *args: Any) -> Any:
    """Return what comes of a call; any other error than a vendor's goes through."""
    try:
        return run(getattr(keyless, call)(*args))
    except VendorError as err:
        return silent(err)


def check_row(row: IssuedGrant) -> None:
    """Check that a row can be worked with."""
    assert row.access.scope == LOCK
    assert row.vendor_id.partition("/")[2]
    for moment in (row.start, row.end):
        if moment is not None:
            # As Home Assistant tells it, in any zone.
            assert moment - timedelta(hours=14) < moment + timedelta(hours=14)
    if row.lives_on is not None:
        assert timedelta() < row.lives_on <= timedelta(days=3650)


def check_all(keyless: Keyless) -> None:
    """Ask for everything."""
    rows = outcome(keyless, "issued", LOCK)
    for row in rows if isinstance(rows, list) else ():
        check_row(row)
        for credential in (Credential.APP, Credential.OFFLINE_KEY):
            assert keyless.is_as_ordered(row, order(credential)) in (True, False)
    holders = outcome(keyless, "holders")
    for holder in holders if isinstance(holders, list) else ():
        assert isinstance(holder, Holder) and holder.id
    for call, args, kind in (
        ("issue", (order(),), Issued),
        ("issue", (order(Credential.OFFLINE_KEY),), Issued),
        ("update", (VENDOR_ID, order(key_validity_days="3")), type(None)),
        ("revoke", (VENDOR_ID,), type(None)),
        ("create_holder", (), str),
        ("holder", (USER,), Holder),
        ("delete_holder", (USER,), type(None)),
        ("delete_device", (USER,), type(None)),
        ("invite", (USER, {"invitation": "answer"}), Invitation),
        ("revoke_invitation", (USER,), type(None)),
    ):
        found = outcome(keyless, call, *args)
        assert isinstance(found, (kind, VendorError))


class Same(dict[str, Any]):
    """One answer to all but the login."""

    def __missing__(self, name: str) -> Any:
        """Return it."""
        return self["answer"]


def same(document: Any) -> Keyless:
    """Return an account to which everything is answered in the same way."""
    keyless, transport = account()
    transport.answers = Same({"POST login": {"token": "a.b.c"}, "answer": document})
    return keyless


@settings(max_examples=50, deadline=None, database=None)
@given(
    st.sampled_from(
        (
            page(PERMISSION),
            page(OFFLINE_KEY),
            page(OPERATING_DEVICE, {"id": OTHER_USER, "role": "USER"}),
            dict(PERMISSION),
            ISSUED,
        )
    ).flatmap(spoilt)
)
def test_one_answer_to_all(document: Any) -> None:
    """Any answer, spoilt anywhere, may be the answer to anything."""
    check_all(same(document))


@settings(max_examples=40, deadline=None, database=None)
@given(st.binary(max_size=40))
def test_bytes(answer: bytes) -> None:
    """Any bytes may be the answer to anything."""
    check_all(same(answer))


@settings(max_examples=50, deadline=None, database=None)
@given(spoilt([PERMISSION]), spoilt([OFFLINE_KEY]), spoilt([OPERATING_DEVICE]))
def test_nothing_passes_for_gone(permissions: Any, keys: Any, devices: Any) -> None:
    """However rows are spoilt: what still says what it is, is listed, or the list is refused."""
    keyless, _ = account(
        {
            "GET permission": page(*permissions),
            "GET offline-key": page(*keys),
            "GET operating-device": page(*devices),
        }
    )
    rows = outcome(keyless, "issued", LOCK)
    if isinstance(rows, VendorError):
        return
    listed = {row.vendor_id for row in rows}
    for kind, items in (("permission", permissions), ("offline-key", keys)):
        for item in items:
            assert isinstance(item, dict)
            if item["lockingDeviceId"] == LOCK:
                assert f"{kind}/{item['id']}" in listed
    phones = {item["userId"] for item in devices}
    for row in rows:
        if row.vendor_id.startswith("permission/"):
            assert row.delivered is (row.holder_id in phones)


@settings(max_examples=50, deadline=None, database=None)
@given(spoilt([PERMISSION]))
def test_the_others_are_as_they_were(items: Any) -> None:
    """However a row is spoilt, another one is read as ever, or the list is refused."""
    whole = {**PERMISSION, "id": "whole"}
    keyless, _ = account({"GET permission": page(*items, whole)})
    rows = outcome(keyless, "issued", LOCK)
    if not isinstance(rows, VendorError):
        (row,) = [row for row in rows if row.vendor_id == "permission/whole"]
        assert row.holder_id == USER
        assert row.limits_told


@settings(max_examples=60, deadline=None, database=None)
@given(st.text(st.sampled_from("P-+.,DTHMSWY0123456789 ٣"), max_size=12) | st.text())
def test_durations(text: str) -> None:
    """Any text is a duration that can be worked with, or none."""
    found = duration(text)
    assert found is None or timedelta() <= found <= timedelta(days=3650)


@settings(max_examples=60, deadline=None, database=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_links(rest: str) -> None:
    """Whatever a link is, it is taken or refused with its field."""
    keyless, _ = account()
    fields = {
        "user_id": USER,
        "delivery": "sms_with_link",
        "phone": "+46701234567",
        "app_link_base_url": f"https://{rest}",
    }
    ordered, refused = order(), "app_link_base_url"
    try:
        keyless.limits(Credential.OFFLINE_KEY, ordered.start, ordered.end, fields)
    except InvalidField as err:
        refused = err.field
    assert refused == "app_link_base_url"
