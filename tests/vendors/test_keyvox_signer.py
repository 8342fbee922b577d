"""KEYVOX: the signature of a request, by the facts sheet's vectors and on the wire."""

import base64
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPMethod
from typing import Any

from aiohttp import ClientSession, web
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
from yarl import URL

from custom_components.latchkey.vendors.keyvox.adapter import connect
from custom_components.latchkey.vendors.keyvox.paths import PROFILES
from custom_components.latchkey.vendors.keyvox.signer import Signer
from tests.vendors.helpers import served

DATE = datetime(2026, 1, 1, tzinfo=UTC)
UNLOCK = b'{"lockId":"LOCK_ID","flag":"1"}'

UNITS_DIGEST = "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
UNLOCK_DIGEST = "SHA-256=dtLM+wlQOTq4KVUtbZBwPm/p5cMqQSdnSjeJQlmi0UM="
VECTORS = [
    ("portal", "getUnits", "vLsOkSycQ6SzOVuA1Tb83lGJ97KFz0Pi4KSbcBFHEcM="),
    ("overview", "getUnits", "A7YZDg0XM5WSlfl1dcxI7O9qEnGHxfysrweolGbsN0I="),
    ("portal", "unlock", "TslSCYH39t7P/kirfRSQwtteiUz8kVJEOiG5t9uuP4A="),
    ("overview", "unlock", "npLe5ai1tzvJ8rR5/o/wRgGpmON9ZOwLnf11qd8/aEM="),
]
"""The vectors of the facts sheet (1.3): profile, operation, and the signature."""
SENT = {"getUnits": (b"{}", UNITS_DIGEST), "unlock": (UNLOCK, UNLOCK_DIGEST)}
"""The bodies of the vectors, and their digests."""


def signer(profile: str) -> Signer:
    """Return a signer of the vectors' secret, whose clock stands still."""
    return Signer("key", "test-secret", PROFILES[profile].signed, lambda: DATE)


@pytest.mark.parametrize(("profile", "operation", "signature"), VECTORS)
def test_vectors(profile: str, operation: str, signature: str) -> None:
    """A request is signed as the facts sheet computes it, in the order in which it names the headers."""
    found = PROFILES[profile]
    body, digest = SENT[operation]
    url = URL(found.base).joinpath(*found.paths[operation].split("/"))
    headers = signer(profile)(HTTPMethod.POST, url, body)
    signed = {
        "portal": "date request-line digest",
        "overview": "x-target-host date digest",
    }[profile]
    assert headers == {
        "x-target-host": "default.pms",
        "date": "Thu, 01 Jan 2026 00:00:00 GMT",
        "digest": digest,
        "authorization": (
            f'hmac username="key", algorithm="hmac-sha256", headers="{signed}", '
            f'signature="{signature}"'
        ),
    }


@pytest.mark.parametrize(
    ("operation", "portal", "overview"),
    [
        (
            "getUnits",
            "https://eco.blockchainlock.io/api/eagle-pms/v1/getUnits",
            "https://api.keyvox.co/v1/getUnits",
        ),
        (
            "createBooking",
            "https://eco.blockchainlock.io/api/eagle-pms/bacsorder/create",
            "https://api.keyvox.co/v1/createBooking",
        ),
    ],
)
def test_addresses(operation: str, portal: str, overview: str) -> None:
    """Reservations have no version in their path at the portal; in the overview all have (2, 2.4)."""
    assert {
        name: str(URL(profile.base).joinpath(*profile.paths[operation].split("/")))
        for name, profile in PROFILES.items()
    } == {"portal": portal, "overview": overview}


def test_corrected() -> None:
    """A refusal whose date is elsewhere corrects the clock, once; one whose date is ours cannot be about it."""
    sign = signer("portal")
    assert not sign.correct(None)
    assert not sign.correct(timedelta(seconds=1))
    assert sign.correct(timedelta(seconds=-40))
    assert not sign.correct(timedelta(seconds=-41))
    url = URL("https://api.keyvox.co/v1/getUnits")
    told = sign(HTTPMethod.POST, url, b"{}")["date"]
    assert told == "Wed, 31 Dec 2025 23:59:20 GMT"
    assert sign.correct(timedelta())


def test_query_is_signed() -> None:
    """The request line is the one that is sent, its query included (1.3)."""
    sign = signer("portal")
    url = URL("https://a.example/v1/x?a=b%20c")
    assert sign(HTTPMethod.POST, url, b"") != sign(
        HTTPMethod.POST, url.with_query(None), b""
    )


bodies = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
        lambda each: (
            st.lists(each, max_size=3)
            | st.dictionaries(st.text(max_size=5), each, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=4,
)


@pytest.mark.parametrize("profile", ["portal", "overview"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sent=st.lists(st.tuples(st.booleans(), bodies), min_size=1, max_size=5))
async def test_digest_of_the_wire(
    socket_enabled: None, profile: str, sent: list[tuple[bool, dict[str, Any]]]
) -> None:
    """Whatever is sent, the digest is that of the bytes that arrive, and so is the request line that is signed."""
    received: list[bytes] = []

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        digest = base64.b64encode(sha256(body).digest()).decode()
        assert request.headers["digest"] == f"SHA-256={digest}"
        line = f"{request.method} {request.raw_path} HTTP/1.1"
        again = Signer(
            "key",
            "secret",
            PROFILES[profile].signed,
            lambda: datetime.strptime(
                request.headers["date"], "%a, %d %b %Y %H:%M:%S GMT"
            ).replace(tzinfo=UTC),
        )(HTTPMethod.POST, request.url, body)
        assert line == f"POST {request.url.raw_path_qs} HTTP/1.1"
        assert request.headers["authorization"] == again["authorization"]
        received.append(body)
        return web.json_response({"code": "0", "msg": "success"})

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with served(app) as base, ClientSession() as session:
        fields = {"api_key": "key", "api_secret": "secret", "profile": profile}
        keyvox = connect(session, {**fields, "url": str(base)})
        client = keyvox._client  # noqa: SLF001  what is below the adapter is what signs
        for is_command, body in sent:
            if is_command:
                await client.command("unlock", body)
            else:
                await client.read("getUnits", body)
    assert len(received) == len(sent)
