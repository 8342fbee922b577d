"""Keyless: who we are to the platform, what its refusals mean, and lists to their end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from http import HTTPMethod
import logging
from typing import Any

from aiohttp import ClientSession, web
import pytest

from custom_components.latchkey.vendors.keyless import SPEC, paths
from custom_components.latchkey.vendors.keyless.adapter import Keyless, connect
from custom_components.latchkey.vendors.keyless.client import MEDIA_TYPE
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidField,
    InvalidRequest,
    NoRight,
    NotFound,
    RateLimited,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)
from simulators.faults import Fault, FaultKind
from tests.openings.account import Account, served_account
from tests.vendors.helpers import FAULTS, served, told

LOGIN = "POST login"
LOCKS = "GET locking-device"
UNKNOWN_ID = "558aef6a-de33-4e6c-8219-000000000000"


@pytest.fixture
async def account(
    socket_enabled: None, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Account]:
    """Return an account at a platform with two locks."""
    async with served_account(monkeypatch) as account:
        yield account


@pytest.fixture
def keyless(account: Account) -> Keyless:
    """Return its client."""
    return account.connect()


async def test_one_login(account: Account, keyless: Keyless) -> None:
    """Many who need a token cause one login."""
    await asyncio.gather(*(keyless.inventory() for _ in range(10)))
    assert account.cloud.times(LOGIN) == 1
    assert account.cloud.times(LOCKS) == 10


async def test_one_login_after_refusals(account: Account, keyless: Keyless) -> None:
    """Many whose token is refused cause one login too."""
    await keyless.inventory()
    account.cloud.revoke_tokens()
    await asyncio.gather(*(keyless.openings() for _ in range(10)))
    assert account.cloud.times(LOGIN) == 2


@pytest.mark.parametrize(("seconds", "logins"), [(3539, 1), (3540, 2), (7200, 2)])
async def test_renewal(
    account: Account, keyless: Keyless, seconds: int, logins: int
) -> None:
    """A token is renewed a minute before its end, and nothing is refused meanwhile."""
    await keyless.openings()
    account.clock.move(seconds)
    await keyless.openings()
    assert account.cloud.times(LOGIN) == logins
    assert account.cloud.times("GET remote-command") == 2


async def test_shorter_token(account: Account, keyless: Keyless) -> None:
    """How long a token is good, it says itself."""
    account.cloud.set_options(token_seconds=600)
    await keyless.openings()
    account.clock.move(539)
    await keyless.openings()
    assert account.cloud.times(LOGIN) == 1
    account.clock.move(1)
    await keyless.openings()
    assert account.cloud.times(LOGIN) == 2


@pytest.mark.parametrize("seconds", [1, 59, 60])
async def test_shortest_token(account: Account, keyless: Keyless, seconds: int) -> None:
    """A token that ends within the minute is used for what it was made for."""
    account.cloud.set_options(token_seconds=seconds)
    for _ in range(2):
        await keyless.openings()
    assert account.cloud.times("GET remote-command") == 2


async def test_revoked(account: Account, keyless: Keyless) -> None:
    """A refused token is renewed once, and the reading repeated once."""
    await keyless.openings()
    account.cloud.revoke_tokens()
    await keyless.openings()
    assert account.cloud.times(LOGIN) == 2
    assert account.cloud.times("GET remote-command") == 3


async def test_revoked_before_a_command(account: Account, keyless: Keyless) -> None:
    """A command whose token was refused is sent again, and takes effect once."""
    lock = await account.lock(keyless)
    opening = await keyless.open_door(lock, frozenset())
    account.cloud.revoke_tokens()
    await keyless.cancel_opening(opening)
    assert account.cloud.times(f"POST remote-command/{opening.id}/cancel") == 2
    account.cloud.revoke_tokens()
    command = {
        "gatewayDeviceId": lock.via_id,
        "lockingDeviceId": lock.id,
        "action": "OPEN",
    }
    await account.connect().openings()
    await keyless._client.command(HTTPMethod.POST, paths.COMMANDS, command)  # noqa: SLF001  without the list before it
    assert account.cloud.times("POST remote-command") == 3
    assert len(account.cloud.commands) == 2


async def test_refused_again(account: Account, keyless: Keyless) -> None:
    """A fresh token that is refused as well is not renewed for ever."""
    await keyless.openings()
    account.cloud.add_fault(
        Fault(kind="status", status=401, path="/administration/remote-command")
    )
    with pytest.raises(WrongCredentials):
        await keyless.openings()
    assert account.cloud.times(LOGIN) == 2


async def test_headers_around_a_failed_login(
    account: Account, keyless: Keyless
) -> None:
    """Nothing but a login is ever sent without a token, also not after a login that failed."""
    await keyless.openings()
    account.cloud.revoke_tokens()
    login = Fault(kind="status", path="/administration/login")
    account.cloud.add_fault(login)
    with pytest.raises(ServiceUnavailable):
        await keyless.openings()
    account.cloud.clear_faults()
    await keyless.openings()
    for asked in account.cloud.asked:
        assert asked.name == LOGIN or "Authorization" in asked.headers


async def test_headers(account: Account, keyless: Keyless) -> None:
    """Each request says which API it means, and who asks; a login does not say the latter."""
    lock = await account.lock(keyless)
    opening = await keyless.open_door(lock, frozenset())
    await keyless.cancel_opening(opening)
    await keyless.proofs(opening)
    await keyless.news(lock)
    await keyless.account()
    for asked in account.cloud.asked:
        assert asked.headers["Accept"] == MEDIA_TYPE
        assert asked.headers["X-Api-Key"] == account.cloud.api_key
        if asked.name == LOGIN:
            assert "Authorization" not in asked.headers
        else:
            assert asked.headers["Authorization"].startswith("Bearer ey")


async def test_account(account: Account, keyless: Keyless) -> None:
    """The account is the system that the token is for."""
    assert (await keyless.account()).id == account.cloud.tenant_id
    assert account.cloud.times(LOGIN) == 1


async def test_wrong_access_key(account: Account) -> None:
    """A login that is refused is not repeated."""
    with pytest.raises(WrongCredentials):
        await account.connect(access_key="wrong").account()
    assert [asked.name for asked in account.cloud.asked] == [LOGIN]


async def test_wrong_api_key(account: Account, keyless: Keyless) -> None:
    """The gateway before the platform refuses an unknown API key, at the login or later."""
    with pytest.raises(WrongCredentials):
        await account.connect(api_key="wrong").account()
    await keyless.openings()
    account.cloud.api_key = "another"
    with pytest.raises(WrongCredentials):
        await keyless.openings()


async def test_no_right(account: Account) -> None:
    """A user who is no administrator has no right to it, which is no wrong key."""
    user = account.cloud.add_user()
    keyless = account.connect(user_id=user.id, access_key=user.access_key)
    with pytest.raises(NoRight):
        await keyless.account()
    assert account.cloud.times(LOGIN) == 1


async def test_not_found(keyless: Keyless) -> None:
    """What the platform does not know is not found; a path that it does not know is another matter."""
    with pytest.raises(NotFound):
        await keyless.opening(UNKNOWN_ID)
    with pytest.raises(InvalidRequest):
        await keyless._client.read("remote-commands")  # noqa: SLF001  a path that is none
    with pytest.raises(InvalidRequest):
        await keyless._client.command(HTTPMethod.POST, "remote-commands")  # noqa: SLF001  a path that is none


@pytest.mark.parametrize("retry_after", [None, 7])
async def test_rate_limit(
    account: Account, keyless: Keyless, retry_after: int | None
) -> None:
    """A 429 says how long to wait, or does not; it is not repeated."""
    await keyless.openings()
    account.cloud.set_options(rate_limit=0, retry_after=retry_after)
    with pytest.raises(RateLimited) as failure:
        await keyless.openings()
    assert failure.value.retry_after == retry_after
    assert account.cloud.times("GET remote-command") == 2


@pytest.mark.parametrize("end", ["absent", "null"])
@pytest.mark.parametrize("count", [0, 98, 99, 248])
async def test_pages(account: Account, keyless: Keyless, end: str, count: int) -> None:
    """A list is read to its end, however that is told."""
    account.cloud.set_options(list_end=end)
    for number in range(count):
        account.cloud.add_locking_device(f"More {number}", claimed=False)
    inventory = await keyless.inventory()
    assert inventory.complete
    assert len(inventory.devices) == 2 + count + 1
    assert account.cloud.times(LOCKS) == max(1, -(-(2 + count) // 100))


async def test_pages_without_end(account: Account, keyless: Keyless) -> None:
    """A token that comes again is no way on."""
    account.cloud.set_options(list_end="repeat")
    with pytest.raises(AnswerNotUnderstood):
        await keyless.inventory()
    assert account.cloud.times("GET gateway-device") <= 3


async def test_what_a_minor_version_adds(account: Account, keyless: Keyless) -> None:
    """Fields that are not known are left alone, and a media type of the vendor's own is JSON."""
    before = await keyless.inventory()
    account.cloud.set_options(extra_fields=True)
    assert await keyless.inventory() == before
    lock = await account.lock(keyless)
    opening = await keyless.open_door(lock, frozenset())
    account.cloud.touch(lock.id)
    account.clock.move(5)
    assert (await keyless.opening(opening.id)).acknowledged_at is not None
    assert len(await keyless.proofs(opening)) == 2
    assert (await keyless.news(lock)).readings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_id", "anna"),
        ("user_id", ""),
        ("user_id", UNKNOWN_ID + "0"),
        ("api_key", "one\r\nX-Evil: two"),
        ("api_key", "nyckelö"),
        ("url", "http://example.com/administration/"),
        ("url", "https://anna:secret@example.com/"),
    ],
)
async def test_invalid_field(account: Account, field: str, value: str) -> None:
    """What cannot be right is refused before anything is sent."""
    with pytest.raises(InvalidField) as failure:
        account.connect(**{field: value})
    assert failure.value.field == field
    assert {each.key for each in SPEC.fields} == account.fields.keys()
    assert not account.cloud.asked


def assert_tells_nothing(account: Account, keyless: Keyless, text: str) -> None:
    """Assert that a text holds no secret."""
    token = keyless._client.token.value  # noqa: SLF001  a secret
    for secret in (account.cloud.admin.access_key, account.cloud.api_key, token):
        assert not secret or secret not in text
    assert "eyJ" not in text
    assert "Bearer" not in text


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if "delay" not in kind])
async def test_nothing_is_told(
    account: Account,
    keyless: Keyless,
    caplog: pytest.LogCaptureFixture,
    kind: FaultKind,
) -> None:
    """Whatever fails and however the platform echoes, no secret is in a log line, an exception or a repr."""
    caplog.set_level(logging.DEBUG, "custom_components")
    lock = await account.lock(keyless)
    opening = await keyless.open_door(lock, frozenset())
    token = keyless._client.token.value  # noqa: SLF001  a secret
    secrets = f"{account.cloud.admin.access_key} {account.cloud.api_key} {token}"
    for status in (401, 403, 404, 409, 500):
        account.cloud.clear_faults()
        account.cloud.add_fault(
            Fault(kind=kind, status=status, text=secrets, location="/login")
        )
        for attempt in (
            account.connect().account,
            keyless.inventory,
            partial(keyless.open_door, lock, frozenset()),
        ):
            with pytest.raises(VendorError) as failure:
                await attempt()
            assert_tells_nothing(account, keyless, told(failure.value))
            assert failure.value.__cause__ is None
        # Its answer has no body that could be spoilt.
        with suppress(VendorError):
            await keyless.cancel_opening(opening)
    lines = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components")
    ]
    assert lines
    assert_tells_nothing(account, keyless, "\n".join(lines))
    client = keyless._client  # noqa: SLF001  what might be shown
    for shown in (keyless, client, client.token, client.transport):
        assert_tells_nothing(account, keyless, f"{shown!r} {shown!s}")


@pytest.mark.parametrize(
    "token", ["one\r\nX-Evil: two", "one\ntwo", "one\0two", "ö", "", None, 5, ["one"]]
)
async def test_token_that_is_none(
    socket_enabled: None, pauses: list[float], token: Any
) -> None:
    """A token that no header can hold is not understood, and causes no other failure."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"token": token, "items": []})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with served(app) as base, ClientSession() as session:
        fields = {
            "user_id": UNKNOWN_ID,
            "access_key": "access-key",
            "api_key": "api-key",
            "url": str(base),
        }
        with pytest.raises(AnswerNotUnderstood):
            await connect(session, fields).account()
