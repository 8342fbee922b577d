"""What every request to the simulated KEYVOX cloud has to pass, and how it is answered."""

from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession
import pytest

from simulators.keyvox import Fault, KeyVoxCloud, Refusal, serve
from tests.simulators.helpers import FakeClock
from tests.simulators.keyvox import Headers, Org, digest_of, headers_of

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
UNLOCK = b'{"lockId":"LOCK_ID","flag":"1"}'
VECTORS = [
    (
        ("getUnits", b"{}", "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
        {
            "portal": "vLsOkSycQ6SzOVuA1Tb83lGJ97KFz0Pi4KSbcBFHEcM=",
            "overview": "A7YZDg0XM5WSlfl1dcxI7O9qEnGHxfysrweolGbsN0I=",
        },
    ),
    (
        ("unlock", UNLOCK, "SHA-256=dtLM+wlQOTq4KVUtbZBwPm/p5cMqQSdnSjeJQlmi0UM="),
        {
            "portal": "TslSCYH39t7P/kirfRSQwtteiUz8kVJEOiG5t9uuP4A=",
            "overview": "npLe5ai1tzvJ8rR5/o/wRgGpmON9ZOwLnf11qd8/aEM=",
        },
    ),
]
"""The test vectors of the facts sheet: operation, body and digest, and the signature by profile."""
SIGNED = {
    "portal": "date request-line digest",
    "overview": "x-target-host date digest",
}


@pytest.mark.parametrize("profile", ["portal", "overview"])
@pytest.mark.parametrize(("request_", "signatures"), VECTORS)
@pytest.mark.parametrize("spoilt", [None, "signature", "digest", "body", "date"])
async def test_vectors(
    socket_enabled: None,
    request_: tuple[str, bytes, str],
    signatures: dict[str, str],
    profile: str,
    spoilt: str | None,
) -> None:
    """The sheet's signatures are taken as they stand, and nothing that is a letter off."""
    operation, body, digest = request_
    clock = FakeClock()
    clock.now = NEW_YEAR
    cloud = KeyVoxCloud(clock=clock, api_key="API_KEY", api_secret="test-secret")
    signature = signatures[profile]
    headers = {
        "x-target-host": "default.pms",
        "date": DATE,
        "digest": digest,
        "authorization": f'hmac username="API_KEY", algorithm="hmac-sha256", '
        f'headers="{SIGNED[profile]}", signature="{signature}"',
    }
    match spoilt:
        case "signature":
            headers["authorization"] = headers["authorization"].replace(
                signature, signature.swapcase()
            )
        case "digest":
            headers["digest"] = digest.swapcase()
        case "body":
            body += b" "
        case "date":
            headers["date"] = DATE.replace("00:00:00", "00:00:01")
    async with serve(cloud) as address, ClientSession() as session:
        org = Org(clock, cloud, address, session)
        reply = await org.post(org.url(operation, profile), body, headers)
    if spoilt:
        assert reply.status == 403
        assert reply.json == {"message": "HMAC signature does not match"}
    else:
        # There is no such lock, which is told to those who are let in alone.
        assert reply.status == 200
        assert reply.json["code"] == {"getUnits": "0", "unlock": "E0043"}[operation]


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"authorization": None}, "Unauthorized"),
        ({"authorization": "Bearer demo-key"}, "Unauthorized"),
        ({"date": None}, "HMAC signature cannot be verified, a valid date"),
        ({"digest": None}, "HMAC signature does not match"),
        ({"digest": digest_of(b"[]")}, "HMAC signature does not match"),
    ],
)
@pytest.mark.parametrize("profile", ["portal", "overview"])
async def test_headers(org: Org, headers: Headers, text: str, profile: str) -> None:
    """Every header has to be there."""
    reply = await org.call("getUnits", headers=headers, profile=profile)
    assert reply.status == 403
    assert reply.json["message"].startswith(text)


@pytest.mark.parametrize(
    ("signing", "text"),
    [
        ({"key": "other"}, "HMAC signature cannot be verified"),
        ({"secret": "other"}, "HMAC signature does not match"),
        ({"signed": "date digest"}, "HMAC signature cannot be verified"),
        ({"signed": "digest request-line date"}, "HMAC signature cannot be verified"),
        ({"signed": "x-target-host date digest"}, "HMAC signature cannot be verified"),
    ],
)
async def test_signatures(org: Org, signing: dict[str, Any], text: str) -> None:
    """The key is known, the secret is its own, and just what is fixed is signed."""
    reply = await org.call("getUnits", **signing)
    assert (reply.status, reply.json) == (403, {"message": text})
    org.cloud.set_options(refusal_status=401)
    assert (await org.call("getUnits", **signing)).status == 401


async def test_request_line(org: Org) -> None:
    """The whole path is signed, with the query if there is one."""
    url = org.url("getUnits").with_query(a="1")
    for path, status in ((url.path_qs, 200), (url.path, 403)):
        headers = headers_of("portal", path, b"{}", org.date())
        assert (await org.post(url, b"{}", headers)).status == status


async def test_bytes(org: Org) -> None:
    """The digest is over the bytes, whatever they mean."""
    url = org.url("getUnits")
    headers = headers_of("portal", url.path, b"{ }", org.date())
    assert (await org.post(url, b"{ }", headers)).status == 200
    assert (await org.post(url, b"{}", headers)).status == 403


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, 200), (4, 200), (-4, 200), (5, 403), (-5, 403)]
)
async def test_date_tolerance(org: Org, seconds: int, status: int) -> None:
    """A date that is five seconds off is refused, early or late."""
    reply = await org.call("getUnits", date=org.date(seconds))
    assert reply.status == status
    org.cloud.set_options(date_tolerance=60)
    assert (await org.call("getUnits", date=org.date(seconds))).status == 200


async def test_whole_seconds(org: Org) -> None:
    """Parts of a second do not count."""
    org.clock.move(0.9)
    assert (await org.call("getUnits", date=org.date(-4.9))).status == 200
    assert (await org.call("getUnits", date=org.date(-5))).status == 403


@pytest.mark.parametrize(
    "date",
    [
        "2025-11-21T08:14:50Z",
        "Fri, 21 Nov 2025 08:14:50 +0000",
        "Fri, 21 Nov 2025 09:14:50 +0100",
        "Thu, 21 Nov 2025 08:14:50 GMT",
        "fre, 21 nov 2025 08:14:50 GMT",
        "Fri, 21 Nov 25 08:14:50 GMT",
        "now",
    ],
)
async def test_date_form(org: Org, date: str) -> None:
    """A date is written in one way, in English and GMT."""
    assert org.date() == "Fri, 21 Nov 2025 08:14:50 GMT"
    assert (await org.call("getUnits", date=date)).status == 403


@pytest.mark.parametrize("skew", [3600, -7])
async def test_skew(org: Org, skew: int) -> None:
    """The server's clock can be off, which every answer tells: also a refusal, and a page of something else."""
    org.cloud.set_skew(skew)
    reply = await org.call("getUnits")
    assert (reply.status, reply.headers["Date"]) == (403, org.date(skew))
    reply = await org.call("getUnits", date=reply.headers["Date"])
    assert (reply.status, reply.headers["Date"]) == (200, org.date(skew))
    org.cloud.add_fault(Fault("html", times=1))
    assert (await org.call("getUnits")).headers["Date"] == org.date(skew)


async def test_addresses(org: Org) -> None:
    """Requests are taken from registered addresses and ranges alone, however well they are signed."""
    refused = (403, {"message": "Your IP address is not allowed"})
    for addresses, status in (
        (["192.0.2.1", "198.51.100.0/24"], 403),
        ([], 403),
        (["127.0.0.1"], 200),
        (["127.0.0.0/30", "2001:db8::/32"], 200),
    ):
        org.cloud.register_addresses(addresses)
        reply = await org.call("getUnits")
        assert reply.status == status
        assert status == 200 or (reply.status, reply.json) == refused


async def test_new_key(org: Org) -> None:
    """A new key ends the old one."""
    org.cloud.set_api_key("new", "better")
    assert (await org.call("getUnits")).status == 403
    assert (await org.call("getUnits", key="new", secret="better")).status == 200


async def test_rate_limit(org: Org) -> None:
    """Requests above the limit are refused until others are long enough ago."""
    org.cloud.set_options(rate_limit=2, rate_window=10)
    statuses = [(await org.call("getUnits")).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    org.clock.move(9)
    reply = await org.call("getUnits")
    assert (reply.status, reply.json) == (429, {"message": "API rate limit exceeded"})
    assert "Retry-After" not in reply.headers
    org.cloud.set_options(retry_after=7)
    assert (await org.call("getUnits")).headers["Retry-After"] == "7"
    org.clock.move(1)
    assert (await org.call("getUnits")).status == 200


@pytest.mark.parametrize("live", ["portal", "overview"])
async def test_live_profile(org: Org, live: str) -> None:
    """The profile that is not live is not there."""
    org.cloud.set_options(profile=live)
    for profile in ("portal", "overview"):
        reply = await org.call("getUnits", profile=profile)
        assert reply.status == (200 if profile == live else 404)


async def test_routes(org: Org) -> None:
    """What does not exist, or is meant for another host, is not routed anywhere."""
    missing = (404, {"message": "no Route matched with those values"})
    url = org.url("getUnits")
    for changed in (url.parent / "getunits", url.parent / "unlockDoor"):
        headers = headers_of("portal", changed.path, b"{}", org.date())
        reply = await org.post(changed, b"{}", headers)
        assert (reply.status, reply.json) == missing
    async with org.session.get(url) as response:
        assert response.status == 404
    for host in (None, "other.pms"):
        reply = await org.call("getUnits", headers={"x-target-host": host})
        assert (reply.status, reply.json) == missing


@pytest.mark.parametrize("body", [[], "x", 1])
async def test_bodies(org: Org, body: Any) -> None:
    """A body is a JSON object."""
    assert await org.code("getUnits", body) == "E0005"
    url = org.url("getUnits")
    for data in (b"", b"{", b"\xff"):
        headers = headers_of("portal", url.path, data, org.date())
        reply = await org.post(url, data, headers)
        assert (reply.status, reply.json["code"]) == (200, "E0005")


async def test_code_forms(org: Org) -> None:
    """The code of a success is a text or a number; an error is one with any status."""
    assert (await org.call("getUnits")).json == {
        "code": "0",
        "msg": "success",
        "data": [],
    }
    org.cloud.set_options(code_form="number")
    assert (await org.call("getUnits")).json["code"] == 0
    body = {"lockId": "X"}
    for status in (200, 400):
        org.cloud.set_options(error_status=status)
        reply = await org.call("getLockStatus", body)
        wanted = {"code": "E0043", "msg": "データが存在しません"}
        assert (reply.status, reply.json) == (status, wanted)


@pytest.mark.parametrize(
    ("form", "wanted"),
    [("missing", {}), ("null", {"data": None}), ("object", {"data": {}})],
)
async def test_empty_data(org: Org, form: str, wanted: dict[str, Any]) -> None:
    """Where there is nothing to tell, the data are missing, or null, or empty."""
    org.cloud.set_options(empty_data=form)
    lock = org.cloud.add_lock("A")
    reply = await org.call("unlock", {"lockId": lock.id, "flag": "1"})
    assert reply.json == {"code": "0", "msg": "success", **wanted}


async def test_number_forms(org: Org) -> None:
    """Numbers are texts about devices and numbers about reservations, or one of both; a PIN is always a text."""
    lock = org.cloud.add_lock("A")
    unit = org.room(lock)
    body = {"unitId": unit.id, "pinCode": "0123", **org.period()}
    await org.ok("createLockPin", body)

    async def told() -> tuple[Any, ...]:
        status = await org.ok("getLockStatus", {"lockId": lock.id})
        places = await org.ok("getPlaces", {})
        pins = await org.ok("getLockPinList", {"lockId": lock.id})
        pin = pins["pinList"][0]
        return (
            status["battery"],
            places["list"][0]["placeUtc"],
            pin["sTime"],
            pins["records"],
            pin["pinCode"],
        )

    org.cloud.set_options(asterisks="never")
    now = org.unix()
    assert await told() == ("100", 9, str(now), "1", "0123")
    org.cloud.set_options(number_form="number")
    assert await told() == (100, 9, now, 1, "0123")
    org.cloud.set_options(number_form="string")
    assert await told() == ("100", "9", str(now), "1", "0123")


async def test_virtual_battery_is_no_number(org: Org) -> None:
    """What is no number stays what it is in every form."""
    lock = org.cloud.add_lock("A", virtual=True)
    org.cloud.set_options(number_form="number")
    status = await org.ok("getLockStatus", {"lockId": lock.id})
    assert (status["battery"], status["wifi"]) == ("-", 0)


async def test_unknown_fields(org: Org) -> None:
    """A field that an operation does not know is refused, unless it is to be ignored."""
    lock = org.cloud.add_lock("A")
    body = {"lockId": lock.id, "lockid": lock.id}
    reply = await org.call("getLockStatus", body)
    assert (reply.json["code"], "lockid" in reply.json["msg"]) == ("E0005", True)
    org.cloud.set_options(unknown_fields="ignore")
    assert await org.code("getLockStatus", body) == "0"


async def test_foreign(org: Org) -> None:
    """What belongs to another organisation is not the caller's to ask for."""
    org.cloud.foreign.add("X")
    for name, body in (
        ("getLockStatus", {"lockId": "X"}),
        ("unlockLocker", {"deviceId": "X", "boxNum": "00-01"}),
        ("disableLockPin", {"pinId": "X"}),
    ):
        assert await org.code(name, body) == "E2003"


async def test_chosen_refusals(org: Org) -> None:
    """Any code can be answered, to an operation or to all, so many times."""
    org.cloud.refusals.append(Refusal("E9999", "?", "getUnits"))
    org.cloud.refusals.append(Refusal("E8888", times=2))
    assert await org.code("getLocks") == "E8888"
    reply = await org.call("getUnits")
    assert reply.json == {"code": "E9999", "msg": "?"}
    assert [await org.code("getUnits") for _ in range(2)] == ["E8888", "0"]


async def test_counts_and_faults(org: Org) -> None:
    """Requests are counted by their route and by what they concern, and faults hit them."""
    lock = org.cloud.add_lock("A")
    await org.call("getLockStatus", {"lockId": lock.id})
    await org.call("getLockStatus", {"lockId": lock.id}, profile="overview")
    await org.call("getUnits", [])
    counts = org.cloud.requests.counts
    assert counts["POST /api/eagle-pms/v1/getLockStatus"] == 1
    assert counts["POST /v1/getLockStatus"] == 1
    assert org.cloud.requests.by_subject()[lock.id].total() == 2
    path = "/api/eagle-pms/v1/getUnits"
    org.cloud.add_fault(Fault("status", path=path, times=1))
    statuses = [(await org.call("getUnits")).status for _ in range(2)]
    assert statuses == [503, 200]
