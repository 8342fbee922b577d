"""KEYVOX: what its answers and refusals mean, and lists to their end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientSession, web
import pytest

from custom_components.latchkey.vendors.keyvox.adapter import connect
from custom_components.latchkey.vendors.keyvox.client import PAGE, KeyvoxClient
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    DeviceUnreachable,
    InvalidField,
    InvalidRequest,
    NoRight,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
    Refused,
    VendorError,
    WrongPath,
)
from tests.vendors.helpers import served, told
from tests.vendors.keyvox import Organisation, served_organisation

FIELDS = {"api_key": "key", "api_secret": "secret", "profile": "portal", "url": ""}


@pytest.fixture
async def organisation(
    socket_enabled: None, pauses: list[float]
) -> AsyncIterator[Organisation]:
    """Return an organisation with two locks."""
    async with served_organisation() as organisation:
        yield organisation


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("api_key", "", "invalid_api_key"),
        ("api_key", 'a"b', "invalid_api_key"),
        ("api_key", "kéy", "invalid_api_key"),
        ("api_secret", "a\r\nb", "invalid_api_secret"),
        ("profile", "newest", "invalid_profile"),
        ("url", "http://192.168.1.4/", "insecure_url"),
        ("url", "keyvox", "invalid_url"),
    ],
)
async def test_wrong_fields(field: str, value: str, reason: str) -> None:
    """A field that cannot be right is named before anything is sent."""
    async with ClientSession() as session:
        with pytest.raises(InvalidField) as raised:
            connect(session, {**FIELDS, field: value})
    assert (raised.value.field, raised.value.reason) == (field, reason)


@pytest.mark.parametrize("seconds", [-3600, -5, 5, 40, 86400])
async def test_clock_off(organisation: Organisation, seconds: float) -> None:
    """A clock that is off by five seconds or more is corrected after one refusal, and stays so."""
    organisation.cloud.set_skew(seconds)
    keyvox = organisation.connect()
    await keyvox.account()
    refused = keyvox.counts["refused"]
    await keyvox.inventory()
    assert (refused, keyvox.counts["refused"]) == (1, 1)
    assert abs(keyvox.corrected_by.total_seconds() - seconds) <= 2


async def test_clock_set_right(organisation: Organisation) -> None:
    """A correction that is no more right is corrected."""
    organisation.cloud.set_skew(100)
    keyvox = organisation.connect()
    await keyvox.account()
    organisation.cloud.set_skew(0)
    await keyvox.account()
    assert abs(keyvox.corrected_by.total_seconds()) <= 2


async def test_clock_and_many(organisation: Organisation) -> None:
    """Of several requests that are refused at once for their time, each is sent again."""
    organisation.cloud.set_skew(40)
    client = organisation.connect()._client  # noqa: SLF001  requests are tried below the adapter
    found = await asyncio.gather(*(client.read("getUnits") for _ in range(3)))
    assert found[0] == found[1] == found[2] != []


async def test_clock_and_command(organisation: Organisation) -> None:
    """A command whose time was refused did nothing, and is sent again by the vendor's clock: once it is done."""
    organisation.cloud.set_options(history_seconds=0)
    organisation.cloud.set_skew(40)
    client = organisation.connect()._client  # noqa: SLF001  commands are tried below the adapter
    lock_id = next(iter(organisation.cloud.locks))
    await client.command("unlock", {"lockId": lock_id, "flag": "1"})
    assert organisation.count("v1/unlock") == 2
    organisation.cloud.settle()
    actions = [entry.action for entry in organisation.cloud.locks[lock_id].history]
    assert actions == ["unlock"]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    "fields", [{"api_key": "other"}, {"api_secret": "other"}, {}], ids=str
)
async def test_refused(
    organisation: Organisation, status: int, fields: dict[str, str]
) -> None:
    """A key, a secret or an address that is refused cannot be told apart, and is not tried again."""
    organisation.cloud.set_options(refusal_status=status)
    if not fields:
        organisation.cloud.register_addresses(["203.0.113.7"])
    keyvox = organisation.connect(**fields)
    with pytest.raises(Refused) as raised:
        await keyvox.account()
    assert organisation.count("v1/getUnits") == 1
    assert "demo-secret" not in told(raised.value)


@pytest.mark.parametrize(
    ("profile", "live"), [("portal", "overview"), ("overview", "portal")]
)
async def test_other_profile(
    organisation: Organisation, profile: str, live: str
) -> None:
    """Where the other profile is live, the path is unknown."""
    organisation.cloud.set_options(profile=live)
    with pytest.raises(WrongPath):
        await organisation.connect(profile).account()


@pytest.mark.parametrize("status", [200, 400, 403, 404])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("E0005", InvalidRequest),
        ("E0043", NotFound),
        ("E1012", DeviceUnreachable),
        ("E2003", NoRight),
        ("E7777", InvalidRequest),
        ("999", InvalidRequest),
    ],
)
async def test_codes(
    socket_enabled: None, status: int, code: str, error: type[VendorError]
) -> None:
    """What failed the code says, whatever the status; of the vendor's words nothing is told."""
    reply = await answering(
        {"code": code, "msg": "PIN 123456 is in use", "data": {}}, status
    )
    assert type(reply) is error
    assert "123456" not in told(reply)


async def answering(document: Any, status: int = 200, *, once: bool = False) -> Any:
    """Return what comes of an answer: data, or the error."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(document, status=status)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with served(app) as base, ClientSession() as session:
        client = connect(session, {**FIELDS, "url": str(base)})._client  # noqa: SLF001  answers are judged below the adapter
        try:
            if once:
                return await client.command("unlock", {})
            return await client.read("getUnits")
        except VendorError as err:
            return err


@pytest.mark.parametrize("code", ["0", 0, "00", " 0 "])
async def test_success(socket_enabled: None, code: str | int) -> None:
    """A code of 0 is a success as a text and as a number."""
    document = {"code": code, "msg": "success", "data": [1]}
    assert await answering(document) == [1]


@pytest.mark.parametrize(
    "document",
    [None, [], "0", {}, {"data": []}, {"code": None, "data": []}],
)
async def test_no_answer(
    socket_enabled: None, pauses: list[float], document: Any
) -> None:
    """Without a code nobody knows whether anything was done."""
    assert type(await answering(document)) is AnswerNotUnderstood
    assert type(await answering(document, once=True)) is OutcomeUnknown


@pytest.mark.parametrize("code", [True, [], {}, "", 1.5, "x" * 5000])
async def test_strange_codes(socket_enabled: None, code: Any) -> None:
    """A code that is none of the vendor's is no success."""
    assert isinstance(await answering({"code": code, "data": []}), InvalidRequest)


@pytest.mark.parametrize("cursor_end", ["empty", "repeat", "more"])
@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1])
async def test_cursor(organisation: Organisation, cursor_end: str, count: int) -> None:
    """A list with a cursor ends where its pages do, however the vendor tells that; each row comes once."""
    organisation.cloud.set_options(cursor_end=cursor_end, history_seconds=0)
    lock_id = next(iter(organisation.cloud.locks))
    for number in range(count):
        organisation.cloud.use_app(lock_id, f"user {number}")
    organisation.cloud.settle()
    rows = await client_of(organisation).until(
        lambda _: False, "getLockHistory", {"lockId": lock_id}, "history"
    )
    assert [row["userName"] for row in reversed(rows)] == [
        f"user {number}" for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, PAGE, PAGE + 1])
async def test_pages(organisation: Organisation, count: int) -> None:
    """A list with numbered pages is read to its end."""
    for number in range(count - 2):
        organisation.cloud.add_lock(f"More {number}")
    rows = await client_of(organisation).pages("getLocks")
    ids = [row["lockId"] for row in rows]
    assert sorted(ids) == sorted(organisation.cloud.locks)


async def test_same_page_for_ever(socket_enabled: None) -> None:
    """A server that knows no pages tells everything once."""
    rows = [{"lockId": str(number)} for number in range(PAGE)]

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"code": "0", "data": {"list": rows}})

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with served(app) as base, ClientSession() as session:
        client = connect(session, {**FIELDS, "url": str(base)})._client  # noqa: SLF001  pages are read below the adapter
        assert await client.pages("getLocks") == rows


async def test_not_in_the_overview(organisation: Organisation) -> None:
    """What the overview does not name and has no path for is not asked for."""
    with pytest.raises(NotAvailable):
        await client_of(organisation, "overview").read("listBookings")
    assert organisation.cloud.requests.counts.total() == 0


def client_of(organisation: Organisation, profile: str = "portal") -> KeyvoxClient:
    """Return what is below an account."""
    return organisation.connect(profile)._client  # noqa: SLF001  lists are read below the adapter
