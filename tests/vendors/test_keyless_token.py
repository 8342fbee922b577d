"""Keyless' token: how long it is good, whatever is in it."""

from base64 import urlsafe_b64encode
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    ServiceUnavailable,
)
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline

LOGIN = "POST login"
HOUR = 3600


def jwt(claims: Any, padding: bool = False) -> str:
    """Return a token with these claims."""
    payload = urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return f"e30.{payload if padding else payload.rstrip('=')}.c2ln"


def made(answer: Any) -> tuple[Token, Offline, FakeClock]:
    """Return a token that is not there yet, of a platform with one answer to a login."""
    clock, transport = FakeClock(), Offline.of({LOGIN: answer})
    return Token(transport, "anna", "access-key", clock), transport, clock


def seconds_good(answer: Any) -> int:
    """Return for how many seconds a token is used."""
    low, high = 0, 2 * 86_400
    while low < high:
        middle = (low + high) // 2
        token, transport, clock = made(answer)
        run(token.renew())
        clock.move(middle)
        run(token.renew())
        if transport.count(LOGIN) == 2:
            high = middle
        else:
            low = middle + 1
    return low


@pytest.mark.parametrize("shift", [0, -86_400 * 365, 86_400 * 365])
@pytest.mark.parametrize("padding", [False, True])
def test_own_times(shift: int, padding: bool) -> None:
    """It is good for as long as lies between its own times, whatever our clock says; a minute less, to be sure."""
    claims = {"iat": 1_763_712_890 + shift, "exp": 1_763_712_890 + shift + 1800}
    assert seconds_good({"token": jwt(claims, padding)}) == 1800 - 60


@pytest.mark.parametrize(
    "token",
    [
        "abc",
        "a.b",
        "a.b.c",
        "a.!!!.c",
        "..",
        jwt([]),
        jwt("text"),
        jwt({}),
        jwt({"exp": 1_763_712_890}),
        jwt({"exp": 1_763_712_890, "iat": 1_763_712_890}),
        jwt({"exp": 1_763_712_890, "iat": 1_763_712_891}),
        jwt({"exp": 1e300, "iat": 0}),
        jwt({"exp": "nan", "iat": 0}),
        jwt({"exp": "soon", "iat": None}),
        jwt({"exp": [1], "iat": {}}),
    ],
)
def test_undecodable(token: str) -> None:
    """A token that does not tell is good for an hour."""
    assert seconds_good({"token": token}) == HOUR - 60


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(("exp", "iat", "custom:tenant-id")), inner
            )
        ),
    )
)
def test_any_claims(claims: Any) -> None:
    """Whatever it claims, it is a token; it is good for a day at most."""
    token, transport, clock = made({"token": jwt(claims)})
    run(token.renew())
    assert token.value
    assert isinstance(token.tenant, str)
    clock.move(86_400)
    run(token.renew())
    assert transport.count(LOGIN) == 2


@given(st.text(max_size=30))
def test_any_token(text: str) -> None:
    """Any text is a token that a header can hold, or is not understood."""
    token, _, _ = made({"token": text})
    try:
        run(token.renew())
    except AnswerNotUnderstood:
        assert not token.value
        return
    assert token.value.isascii()
    assert token.value.isprintable()


@pytest.mark.parametrize("answer", [None, [], "token", {}, {"token": {}}])
def test_answer_without_token(answer: Any) -> None:
    """A login that tells no token is not understood."""
    token, _, _ = made(answer)
    with pytest.raises(AnswerNotUnderstood):
        run(token.renew())


def test_refused() -> None:
    """A refused token is renewed, unless somebody has renewed it by then."""
    answers = iter(({"token": "first"}, {"token": "second"}, {"token": "third"}))
    token, transport, _ = made(lambda _: next(answers))
    run(token.renew())
    run(token.renew(refused="first"))
    run(token.renew(refused="first"))
    assert token.value == "second"
    assert transport.count(LOGIN) == 2


def test_failed_renewal() -> None:
    """After a login that failed there is no token that passes for good."""
    answers = iter(({"token": "first"}, ServiceUnavailable("503"), {"token": "third"}))
    token, _, _ = made(lambda _: next(answers))
    run(token.renew())
    with pytest.raises(ServiceUnavailable):
        run(token.renew(refused="first"))
    run(token.renew())
    assert token.value == "third"


def test_what_is_sent() -> None:
    """The credentials are in a login's body, and nowhere else."""
    token, transport, _ = made({"token": "a"})
    run(token.renew())
    (sent,) = transport.sent
    assert sent.body == {"userId": "anna", "accessKey": "access-key"}
    assert sent.query == {}
    assert "access-key" not in f"{token!r} {token!s}"
