"""Calls that are not the vendor's, or not as they should be: nothing changes, and each is counted."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
import json

from aiohttp import ClientSession
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.util import dt as dt_util
import pytest
from yarl import URL

from custom_components.latchkey.webhook_calls import LARGEST_BODY
from simulators.clock import iso
from tests.house import INVENTORY, House
from tests.push.calls import (
    CONTACT,
    UNIT,
    address,
    body,
    call,
    call_signed,
    counts,
    inputs,
    move,
    signature,
    states,
)

LARGE = 10 * 1024 * 1024
NOT_UNDERSTOOD = (
    *(b"", b" ", b"{", b"\xff\xfe", b"<html>", b"null", b"3", b'"on"', b"NaN"),
    *(b"[]", b'[{"unitId": 99998}]', b"{}", b'{"unitId": null}', b"[" * 60_000),
    *(b'{"unitId": []}', b'{"unitId": "F1"}', b'{"unitId": 1e999}'),
    b'{"serialNumber": "067530215131204"}',
)


def lie(house: House) -> bytes:
    """Return a call that would move a contact."""
    house.tick(2)
    now = iso(dt_util.utcnow())
    return body(house, statusTimestampIso=now, inputs=inputs(IN1="on"))


def local(house: House) -> str:
    """Return the address of the webhook on this machine."""
    return address(house, house.cloud.options.callback_through or "")


async def verdict_of(house: House, before: dict[str, int]) -> str:
    """Return what the one call since then was worth."""
    await house.settle()
    after = await counts(house)
    (verdict,) = (key for key in after if after[key] != before.get(key, 0))
    assert after[verdict] == before.get(verdict, 0) + 1
    return verdict


async def test_forged(called: House) -> None:
    """A call with another signature is nobody's."""
    await called.start()
    content = lie(called)
    shown = states(called)
    digest = signature(called, content).removeprefix("sha256=")
    forged = ("", "sha256=", f"sha256={'0' * 64}", "0" * 64, digest, f"md5={digest}")
    for signed in (*forged, "sha256=\udce5", "å" * 64, f"sha256={digest}0"):
        before = await counts(called)
        assert await call(called, content, signed) == 401
        assert await verdict_of(called, before) == "forged"
    assert states(called) == shown


async def test_signature_of_something_else(called: House) -> None:
    """A signature counts for the very bytes that were signed, however it is written."""
    await called.start()
    content, before = lie(called), await counts(called)
    shown, signed = states(called), signature(called, content)
    for other in (content[:-1], content + b" ", content.replace(b"off", b"on")):
        assert await call(called, other, signed) == 401
    assert states(called) == shown
    assert (await counts(called))["forged"] == 3
    assert await call(called, content, f" {signed.upper()} ") == 200
    assert (await counts(called))["news"] == before.get("news", 0) + 1


@pytest.mark.parametrize("signs", [True, False])
async def test_not_understood(called: House, *, signs: bool) -> None:
    """What cannot be read is refused, whoever signed it."""
    called.cloud.set_options(sign_webhooks=signs)
    await called.start()
    shown = states(called)
    for content in NOT_UNDERSTOOD:
        before = await counts(called)
        signed = signature(called, content) if signs else None
        assert await call(called, content, signed) == 400
        assert await verdict_of(called, before) == "malformed"
    assert states(called) == shown


async def test_unknown_unit(called: House) -> None:
    """A call about a unit that is not the account's, or is not called about, is refused."""
    called.cloud.add_evva_unit(555, "Evva")
    await called.start()
    shown = states(called)
    for unit_id in (4711, -1, 0, 10**30, 555):
        before = await counts(called)
        content = json.dumps({"unitId": unit_id, "inputs": inputs(IN1="on")}).encode()
        assert await call_signed(called, content) == 404
        assert await verdict_of(called, before) == "unknown_device"
    assert states(called) == shown


async def pieces(size: int) -> AsyncIterator[bytes]:
    """Return a body whose length is not told before."""
    for _ in range(size // 65_536):
        yield b" " * 65_536


@pytest.mark.parametrize("chunked", [False, True])
async def test_oversized(called: House, *, chunked: bool) -> None:
    """A body that is larger than any may be is not read to its end."""
    await called.start()
    shown, before = states(called), await counts(called)
    async with (
        ClientSession() as session,
        session.post(
            local(called), data=pieces(LARGE) if chunked else BytesIO(b" " * LARGE)
        ) as response,
    ):
        assert response.status == 413
    assert await verdict_of(called, before) == "too_large"
    assert states(called) == shown
    await move(called, True)
    assert (await counts(called))["news"] == before.get("news", 0) + 1


@pytest.mark.parametrize(("size", "status"), [(0, 200), (1, 413)])
async def test_largest(called: House, size: int, status: int) -> None:
    """A body may be as large as that, and no larger, also where it comes by a cloudhook."""
    await called.start()
    content = lie(called).ljust(LARGEST_BODY + size)
    assert await call_signed(called, content) == status


async def test_slow(called: House) -> None:
    """A caller who does not send the body it promised is not waited for."""
    await called.start()
    shown, before = states(called), await counts(called)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def drop_by_drop() -> AsyncIterator[bytes]:
        yield b"{"
        begun.set()
        await ended.wait()

    async def post() -> int:
        async with (
            ClientSession() as session,
            session.post(local(called), data=drop_by_drop()) as response,
        ):
            return response.status

    posted = asyncio.create_task(post())
    await called.until(begun.is_set)
    for _ in range(500):
        await asyncio.sleep(0)
    assert await counts(called) == before
    called.tick(11)
    assert await posted == 408
    ended.set()
    assert await verdict_of(called, before) == "too_slow"
    assert states(called) == shown


async def test_other_methods(called: House) -> None:
    """Only POST calls: Home Assistant itself refuses the rest, so that there is nothing to count."""
    await called.start()
    content, before = lie(called), await counts(called)
    shown = states(called)
    signed = {"X-Signature": signature(called, content)}
    async with ClientSession(headers=signed) as session:
        for method, status in (("GET", 405), ("PUT", 405), ("HEAD", 200)):
            url = local(called)
            async with session.request(method, url, data=content) as response:
                assert response.status == status
    await called.settle()
    assert await counts(called) == before
    assert states(called) == shown


async def test_replayed_while_unreachable(called: House) -> None:
    """A call from the past does not bring back a unit that cannot be read."""
    await called.start()
    await move(called, True)
    old = called.cloud.pushes(UNIT)[-1]
    await move(called, False)
    called.cloud.set_offline(UNIT, "error")
    await called.wait(INVENTORY)
    assert called.contact(CONTACT) == STATE_UNAVAILABLE
    assert await call(called, old.body, old.signature) == 200
    assert called.contact(CONTACT) == STATE_UNAVAILABLE


async def test_unloaded(called: House) -> None:
    """A call for an account that is not running is answered, and leads to nothing."""
    await called.start()
    content = lie(called)
    await called.hass.config_entries.async_unload(called.entry.entry_id)
    assert await call_signed(called, content) == 200


async def test_cut_off(called: House) -> None:
    """A caller that is gone before its end is counted, and nothing is logged but that."""
    await called.start()
    address = URL(called.cloud.options.callback_through or "")
    webhook = called.cloud.webhook(UNIT)
    assert webhook is not None
    path = webhook["callbackUrl"].partition("example.com")[2]
    _, writer = await asyncio.open_connection(address.host, address.port)
    head = f"POST {path} HTTP/1.1\r\nHost: home\r\nContent-Length: 1000\r\n\r\n{{"
    writer.write(head.encode())
    await writer.drain()
    for _ in range(500):
        await asyncio.sleep(0)
    writer.close()
    await writer.wait_closed()
    for _ in range(2000):
        await asyncio.sleep(0)
    assert (await counts(called)).get("truncated") == 1
