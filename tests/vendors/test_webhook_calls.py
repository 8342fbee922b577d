"""Calls of the vendor: who may call, and what a call tells (guide 12.1 and 12.7)."""

from collections.abc import Mapping
from datetime import UTC
import hashlib
import hmac
import json
from typing import Any

from hypothesis import given, strategies as st
from multidict import CIMultiDict
import pytest

from custom_components.latchkey.vendors.push import Push, Signed
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood
from tests.simulators.helpers import GUIDE
from tests.vendors.scripted import offline
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated, silent

SECRET = "hemlighet-åäö"


BODY = json.dumps(GUIDE["webhook_status"]).encode()


RIGHT = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


ACCOUNT, _ = offline({})


def signed(signature: str | None, body: bytes = BODY, secret: str = SECRET) -> Signed:
    """Return what a signature is worth."""
    headers: Mapping[str, str] = CIMultiDict(
        {} if signature is None else {"x-signature": signature}
    )
    return ACCOUNT.signed(headers, body, secret)


@pytest.mark.parametrize(
    "signature", [f"sha256={RIGHT}", f"sha256={RIGHT.upper()}", f" SHA256={RIGHT} "]
)
def test_right_signature(signature: str) -> None:
    """A signature is the hex of the body's HMAC, in small letters or capitals."""
    assert signed(signature) is Signed.YES


@pytest.mark.parametrize(
    "signature",
    [
        *(
            "",
            "sha256=",
            "sha256",
            RIGHT,
            f"sha1={RIGHT}",
            f"sha256 {RIGHT}",
            f"sha256={RIGHT}0",
        ),
        *(
            f"sha256={RIGHT[:-1]}",
            f"sha256= {RIGHT}",
            f"sha256={'0' * 64}",
            f"sha256={RIGHT}, sha256={RIGHT}",
        ),
        *(
            "sha256=ä",
            "sha256=\udcff",
            f"sha256={RIGHT[:-1]}\udc80",
            "ſha256=",
            "\x00",
            "𝟘" * 64,
        ),
        *("\ud800", f"sha256={RIGHT}\udfff"),
    ],
)
def test_wrong_signature(signature: str) -> None:
    """Anything else is wrong, whatever bytes it is made of."""
    assert signed(signature) is Signed.WRONG


def test_missing_signature() -> None:
    """A call without a signature is neither right nor wrong."""
    assert signed(None) is Signed.NO


def test_other_body_or_secret() -> None:
    """A signature is that of one body, byte for byte, with one secret."""
    assert signed(f"sha256={RIGHT}", BODY + b" ") is Signed.WRONG
    assert signed(f"sha256={RIGHT}", b"") is Signed.WRONG
    assert signed(f"sha256={RIGHT}", secret="hemlighet") is Signed.WRONG
    of_nothing = hmac.new(SECRET.encode(), b"", hashlib.sha256).hexdigest()
    assert signed(f"sha256={of_nothing}", b"") is Signed.YES


@given(st.text(), st.binary(), st.text())
def test_any_signature(signature: str, body: bytes, secret: str) -> None:
    """Nobody guesses a signature, and the right one is always right."""
    assert signed(signature, body, secret) is Signed.WRONG
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert signed(f"sha256={digest}", body, secret) is Signed.YES


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b" ",
            b"null",
            b"[]",
            b"{}",
            b'""',
            b"7",
            b"\xff",
            b"\x00",
            b"NaN",
            BODY[:-1],
            BODY + b"x",
        ),
        *(
            b"[" * 100_000,
            b'{"unitId":' * 10_000,
            b'{"unitId": 1e999}',
            b'{"unitId": "\\ud800"}',
            b"\xef\xbb\xbf{}",
        ),
        *(
            b'{"unitId": null}',
            b'{"unitId": []}',
            b'{"unitId": "x"}',
            BODY.decode().encode("utf-16"),
        ),
        json.dumps([GUIDE["webhook_status"]]).encode(),
    ],
)
def test_malformed_call(body: bytes) -> None:
    """A call that tells no unit's status is not understood."""
    with pytest.raises(AnswerNotUnderstood) as failure:
        ACCOUNT.pushed(body)
    silent(failure.value)


def pushed(body: bytes) -> Push | None:
    """Return what a call tells, None where it is not understood."""
    try:
        push = ACCOUNT.pushed(body)
    except AnswerNotUnderstood as err:
        silent(err)
        return None
    assert all(
        type(on) is bool
        for on in {**push.status.outputs, **push.status.inputs}.values()
    )
    assert push.status.observed_at is None or push.status.observed_at.tzinfo is UTC
    return push


@given(st.binary())
def test_any_bytes(body: bytes) -> None:
    """Any bytes are read or not understood."""
    pushed(body)


@given(mutated(GUIDE["webhook_status"]) | HOSTILE)
def test_spoilt_call(document: Any) -> None:
    """A call may be spoilt anywhere; what is left of it is read."""
    push = pushed(json.dumps(document).encode())
    if (
        isinstance(document, dict)
        and document.get("unitId") == 4818
        and "UNITID" not in document
    ):
        assert push is None or push.device_id == "4818"
