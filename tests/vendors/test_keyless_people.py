"""Keyless' users, their phones and invitations: what is sent, and what is read of the answers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.latchkey.vendors.holders import Holder, Invitation
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidField,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
)
from tests.vendors.helpers import run, told
from tests.vendors.keyless_offline import (
    NOTHING,
    OPERATING_DEVICE,
    OTHER_USER,
    PHONE,
    USER,
    account,
    bodies,
    page,
)

CREATE = "POST user"
INVITE = "POST operating-device/invitation"
INVITATION_ID = "3a7d9f10-1b4c-4d2e-9a55-7c2e9e0f5f55"
ACCESS_KEY = "mA4OKvw59GXsivxQ0TSfg0BISsr94jyYVbNlFVr0Nn4="
CODE = "JBSWY3DPEHPK3PXP"
ENDS = "2025-11-22T08:14:50Z"


def test_create() -> None:
    """A user is created to open what is granted, never to administrate; the access key goes nowhere."""
    answer = {"id": USER, "accessKey": ACCESS_KEY, "role": "USER"}
    keyless, transport = account({CREATE: answer})
    assert run(keyless.create_holder()) == USER
    assert bodies(transport, CREATE) == [{"role": "USER"}]
    assert ACCESS_KEY not in repr(vars(keyless))


@pytest.mark.parametrize("key", [None, 7, ["x"], {"a": "b"}, "", "\x00"])
def test_access_key_is_not_looked_at(key: Any) -> None:
    """Whatever stands in the place of the access key is of no interest."""
    keyless, _ = account({CREATE: {"id": USER, "accessKey": key}})
    assert run(keyless.create_holder()) == USER


@pytest.mark.parametrize(
    "answer",
    [
        *(NOTHING, b"<html>", [], "x", 7, {}),
        *({"id": value, "accessKey": ACCESS_KEY} for value in (None, "", "a/b", 7)),
    ],
)
def test_create_without_an_id(answer: Any) -> None:
    """An answer without an id is a doubt: there may be a user, whose id nobody knows."""
    keyless, _ = account({CREATE: answer})
    with pytest.raises(OutcomeUnknown) as failure:
        run(keyless.create_holder())
    assert ACCESS_KEY not in told(failure.value)


def test_holders() -> None:
    """All users are listed with what they open with; one that cannot be read is left out."""
    keyless, _ = account(
        {
            "GET user": page(
                {"id": USER, "role": "USER"},
                {"id": OTHER_USER, "role": "ADMIN"},
                {"role": "USER"},
                {"id": "new", "role": "INSTALLER"},
            )
        }
    )
    assert run(keyless.holders()) == [
        Holder(id=USER, devices=(PHONE,)),
        Holder(id=OTHER_USER, is_administrator=True),
        # A role that is not known may be one with more rights.
        Holder(id="new", is_administrator=True),
    ]


def test_holder() -> None:
    """A user is read by the id."""
    keyless, _ = account({f"GET user/{USER}": {"id": USER, "role": "USER"}})
    assert run(keyless.holder(USER)) == Holder(id=USER, devices=(PHONE,))


@pytest.mark.parametrize("error", [NotFound(), ServiceUnavailable()])
def test_holder_that_is_not_read(error: Exception) -> None:
    """What keeps a user from being read is told."""
    keyless, _ = account({f"GET user/{USER}": error})
    with pytest.raises(type(error)):
        run(keyless.holder(USER))


@pytest.mark.parametrize("answer", [{}, [], {"id": ""}, {"id": None, "role": "USER"}])
def test_holder_that_is_not_understood(answer: Any) -> None:
    """A user without an id is none."""
    keyless, _ = account({f"GET user/{USER}": answer})
    with pytest.raises(AnswerNotUnderstood):
        run(keyless.holder(USER))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("delete_holder", f"DELETE user/{USER}"),
        ("delete_device", f"DELETE operating-device/{USER}"),
        ("revoke_invitation", f"DELETE operating-device/invitation/{USER}"),
    ],
)
def test_deletions(call: str, name: str) -> None:
    """Users, phones and invitations are deleted by their ids; refusals are told, and no answer is repeated."""
    for answer in (NOTHING, {"id": USER}):
        keyless, transport = account({name: answer})
        run(getattr(keyless, call)(USER))
        assert transport.count(name) == 1
    for error in (NotFound(), Conflict(), OutcomeUnknown()):
        keyless, transport = account({name: error})
        with pytest.raises(type(error)):
            run(getattr(keyless, call)(USER))
        assert transport.count(name) == 1
    keyless, _ = account({name: b"<html>"})
    with pytest.raises(OutcomeUnknown):
        run(getattr(keyless, call)(USER))


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        (
            {"invitation": "answer"},
            {
                "deliveryMechanism": "NONE",
                "validityDuration": "P1D",
                "format": "INVITATION_LINK",
            },
        ),
        (
            {
                "invitation": "sms",
                "phone": "+46701234567",
                "invitation_format": "code",
                "invitation_days": "365",
            },
            {
                "deliveryMechanism": "SMS",
                "phoneNumber": "+46701234567",
                "validityDuration": "P365D",
                "format": "INVITATION_CODE",
            },
        ),
        (
            {
                "invitation": "email",
                "email": "anna@example.com",
                "invitation_format": "link",
                "invitation_days": "007",
            },
            {
                "deliveryMechanism": "EMAIL",
                "emailAddress": "anna@example.com",
                "validityDuration": "P7D",
                "format": "INVITATION_LINK",
            },
        ),
    ],
)
def test_invite(fields: dict[str, str], sent: dict[str, str]) -> None:
    """A user is invited in one of three ways, for whole days, by a link or a code."""
    keyless, transport = account(
        {INVITE: {"id": INVITATION_ID, "expirationDatetime": ENDS}}
    )
    assert run(keyless.invite(USER, fields)) == Invitation(
        id=INVITATION_ID, ends_at=datetime(2025, 11, 22, 8, 14, 50, tzinfo=UTC)
    )
    assert bodies(transport, INVITE) == [{"userId": USER, **sent}]


def test_code_in_the_answer() -> None:
    """A code that is left to us to hand over stands in the answer, and in no representation of it."""
    answer = {
        "id": INVITATION_ID,
        "expirationDatetime": "never",
        "invitationCode": CODE,
        "environmentUrl": "https://eu-api.keyless.assaabloy.com",
    }
    keyless, _ = account({INVITE: answer})
    invitation = run(keyless.invite(USER, {"invitation": "answer"}))
    assert (invitation.code, invitation.ends_at) == (CODE, None)
    assert invitation.address == answer["environmentUrl"]
    assert CODE not in repr(invitation)


@pytest.mark.parametrize(
    "answer",
    [
        *(NOTHING, b"<html>", [], {}, {"invitationCode": CODE}),
        {"id": None, "invitationCode": CODE},
        {"id": INVITATION_ID, "invitationCode": [CODE]},
    ],
)
def test_invitation_without_an_id(answer: Any) -> None:
    """An answer that is not understood is a doubt, and its code is told nowhere."""
    keyless, _ = account({INVITE: answer})
    with pytest.raises(OutcomeUnknown) as failure:
        run(keyless.invite(USER, {"invitation": "answer"}))
    assert CODE not in told(failure.value)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        *(
            ({key: value}, (key, "only_with_invitation"))
            for key, value in (
                ("invitation_format", "link"),
                ("invitation_days", "7"),
                ("email", "anna@example.com"),
                ("phone", "+46701234567"),
            )
        ),
        ({"invitation": "sms"}, ("phone", "empty")),
        ({"invitation": "email"}, ("email", "empty")),
        (
            {"invitation": "sms", "phone": "+46701", "email": "a@b.se"},
            ("email", "not_with_this_delivery"),
        ),
        (
            {"invitation": "email", "phone": "+46701", "email": "a@b.se"},
            ("phone", "not_with_this_delivery"),
        ),
        (
            {"invitation": "answer", "phone": "+46701"},
            ("phone", "not_with_this_delivery"),
        ),
        *(
            (
                {"invitation": "answer", "invitation_days": days},
                ("invitation_days", "invitation_days_range"),
            )
            for days in ("0", "366", "999")
        ),
    ],
)
def test_invitation_that_cannot_be(
    fields: dict[str, str], refused: tuple[str, str]
) -> None:
    """What the platform would not send is refused with its field."""
    keyless, transport = account()
    with pytest.raises(InvalidField) as failure:
        keyless.check_invitation(fields)
    assert (failure.value.field, failure.value.reason) == refused
    assert transport.sent == []


def test_phones_are_read_with_the_users() -> None:
    """Where the phones cannot be read, nobody is told to have none."""
    keyless, _ = account(
        {
            "GET user": page({"id": USER, "role": "USER"}),
            "GET operating-device": page(OPERATING_DEVICE, {"id": "new"}),
        }
    )
    with pytest.raises(AnswerNotUnderstood):
        run(keyless.holders())
