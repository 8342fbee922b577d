"""Calls are verified, and then they are hints: what they tell is not believed, and nothing depends on how often they come."""

import asyncio
from datetime import timedelta
import json
import logging

from aiohttp import ClientSession
import pytest

from custom_components.latchkey.subscription_keeper import UNHEALTHY_INTERVAL
from custom_components.latchkey.webhook_calls import HINT_EVERY, LARGEST_BODY
from simulators.iloq.webhooks import REPETITIONS
from tests.iloq.called import ALL, KEYS, LOG, CalledHome
from tests.iloq.home import INVENTORY

LOOK = UNHEALTHY_INTERVAL + 1
NOT_UNDERSTOOD = (
    *(b"", b" ", b"{", b"\xff\xfe", b"<html>", b"null", b"3", b'"on"', b"NaN", b"[]"),
    *(b"{}", b'{"Data": null}', b'{"Data": []}', b'{"CreationTimeUtc": 3}'),
    b"[" * 60_000,
)


async def blocklist(called: CalledHome) -> None:
    """Have somebody block a key in the vendor's own program, and wait until the calls about it were made."""
    group = called.cloud.group
    key = next(each for each in group.keys.values() if group.blacklist.can_add(each))
    group.blacklist.add(key, called.cloud.clock())
    called.tick(1)
    await called.called_in()


async def test_hints(called: CalledHome) -> None:
    """A call about keys has the keys read again; what it tells of them is not taken."""
    await called.start()
    before = called.count("GET Keys")
    content = called.body(FNKey_ID="made-up", State=3)
    assert await called.call(content, called.signed(KEYS[0], content)) == 200
    assert called.count("GET Keys") == before + 1
    assert (await called.counts())["hint"] == 1


async def test_called_by_the_cloud(called: CalledHome) -> None:
    """What the cloud itself calls is verified, and shown."""
    await called.start()
    assert called.last_push() is None
    await called.try_key()
    assert await called.counts() == {"hint": 1}
    at = called.last_push()
    assert at is not None
    assert abs(at - called.cloud.clock()) < timedelta(seconds=3)
    assert await called.is_healthy()


async def test_duplicates(called: CalledHome) -> None:
    """The same call again leads to nothing, nor does a repetition that was made later."""
    await called.start()
    content = called.body(FNKey_ID="a")
    for _ in range(3):
        assert await called.call(content, called.signed(KEYS[0], content)) == 200
    called.tick(60)
    again = called.body(FNKey_ID="a")
    assert again != content
    before = called.count("GET Keys")
    assert await called.call(again, called.signed(KEYS[0], again)) == 200
    # The number is not signed: with another one the same body is still the same.
    headers = called.signed(KEYS[0], content, Counter="4712")
    assert await called.call(content, headers) == 200
    assert await called.counts() == {"hint": 1, "repeated": 4}
    assert called.count("GET Keys") == before
    other = called.signed(KEYS[1], again)
    assert await called.call(again, other) == 200
    assert (await called.counts())["hint"] == 2


@pytest.mark.parametrize(
    ("age", "verdict"),
    [(0, "hint"), (43, "hint"), (67, "hint"), (68, "repeated"), (10_000, "repeated")],
)
async def test_late(called: CalledHome, age: int, verdict: str) -> None:
    """A call may come as late as the vendor tries it, and a day more; then it is somebody else's repetition."""
    await called.start()
    at = (called.cloud.clock() - timedelta(hours=age)).replace(tzinfo=None)
    content = called.body(at.isoformat())
    assert await called.call(content, called.signed(LOG, content)) == 200
    assert await called.counts() == {verdict: 1}


async def test_forged(called: CalledHome) -> None:
    """A call that is not signed by the key of the very subscription that it names is refused."""
    await called.start()
    foreign = called.subscribe_elsewhere(LOG)
    before = called.count("GET Keys")
    content = called.body()
    good = called.signed(KEYS[0], content)
    signature = good["Webhook-Signature"]
    wrong = [
        {**good, "Webhook-Signature": each}
        for each in ("", "0" * 64, signature[:-1], f"{signature}0", "\udce5", "å" * 64)
    ]
    wrong += [
        {**good, "Subscription-Id": each}
        for each in ("", "nobody", foreign.id, called.ours[LOG].id)
    ]
    wrong += [
        {name: value for name, value in good.items() if name != each}
        for each in ("Webhook-Signature", "Subscription-Id")
    ]
    for headers in wrong:
        assert await called.call(content, headers) == 401, headers
    for other in (content[:-1], content + b" ", b""):
        assert await called.call(other, good) == 401
    assert {*await called.counts()} == {"forged"}
    assert called.count("GET Keys") == before
    assert not await called.is_healthy(KEYS[0])
    upper = {**good, "Webhook-Signature": f" {signature.upper()} "}
    upper["Subscription-Id"] = upper["Subscription-Id"].upper()
    assert await called.call(content, upper) == 200


async def test_no_key(called: CalledHome) -> None:
    """Where the vendor tells no key, nothing is signed by an empty one."""
    await called.start()
    for each in called.held:
        each.sign_key = ""
    await called.wait(LOOK)
    content = called.body()
    assert await called.call(content, called.signed(LOG, content)) == 401


async def test_another_key(called: CalledHome) -> None:
    """A key that the vendor has made anew counts as soon as it is read."""
    await called.start()
    called.ours[LOG].sign_key = "ANOTHER"
    content = called.body()
    assert await called.call(content, called.signed(LOG, content)) == 401
    await called.wait(LOOK)
    assert await called.call(content, called.signed(LOG, content)) == 200


async def test_not_understood(called: CalledHome) -> None:
    """What is signed but no call is refused; names in any case are a call."""
    await called.start()
    for content in NOT_UNDERSTOOD:
        assert await called.call(content, called.signed(LOG, content)) == 400
    assert await called.counts() == {"malformed": len(NOT_UNDERSTOOD)}
    content = json.dumps({"dATA": {"fnKey_ID": None}, "creationtimeutc": None}).encode()
    assert await called.call(content, called.signed(LOG, content)) == 200


async def test_too_large(called: CalledHome) -> None:
    """A body that is larger than any call's is not even read to its end."""
    await called.start()
    content = called.body(Description="x" * LARGEST_BODY)
    assert await called.call(content, called.signed(LOG, content)) == 413
    assert await called.counts() == {"too_large": 1}


async def test_early(called: CalledHome) -> None:
    """Before it is known how calls are signed, the vendor is asked to call again; and it does."""
    await called.start()
    fault = called.fault("status", "Webhooks/Events", status=503)
    await called.hass.config_entries.async_reload(called.entry.entry_id)
    await called.settle()
    await called.try_key()
    assert await called.counts() == {"early": 1}
    called.cloud.faults.active.remove(fault)
    await called.wait(LOOK)
    await called.wait(REPETITIONS[1].total_seconds() + 1)
    await called.called_in()
    counts = await called.counts()
    assert counts["early"] in (1, 2)
    assert counts["hint"] == 1


async def test_while_the_vendor_is_away(called: CalledHome) -> None:
    """Calls are verified by what was known before, though the vendor cannot be asked about its subscriptions."""
    await called.start()
    called.fault("status", "Webhooks", status=503)
    await called.wait(LOOK)
    assert (await called.diagnosis())["failed"]
    await called.try_key()
    assert await called.counts() == {"hint": 1}
    assert not await called.is_healthy()


async def test_flood(called: CalledHome) -> None:
    """However many calls come, little is read again."""
    await called.start()
    before = called.count("GET Keys")
    for number in range(30):
        content = called.body(FNKey_ID=str(number))
        headers = called.signed(KEYS[0], content, Counter=str(number))
        assert await called.call(content, headers) == 200
    await called.wait(HINT_EVERY)
    assert (await called.counts())["hint"] == 30
    assert called.count("GET Keys") == before + 2


async def test_answered_at_once(called: CalledHome) -> None:
    """A call is answered within moments, although the vendor takes its time for what it leads to."""
    await called.start()
    called.fault("delay", "Keys", seconds=2)
    content = called.body()
    headers = called.signed(KEYS[0], content)
    local = called.address(called.cloud.options.callback_through or "")
    async with asyncio.timeout(1), ClientSession() as session:
        answer = await session.post(local, data=content, headers=headers)
        assert answer.status == 200
    called.cloud.clear_faults()
    await called.settle()


async def test_secrets(called: CalledHome, caplog: pytest.LogCaptureFixture) -> None:
    """Neither keys nor addresses nor what calls tell stand in anything that is written."""
    caplog.set_level(logging.DEBUG)
    await called.start()
    await called.try_key()
    content = called.body(PersonFullName="Foo Bar", PhoneNo="555-12345678")
    assert await called.call(content, called.signed(LOG, content)) == 200
    assert await called.call(content[:-1], called.signed(LOG, content)) == 401
    told = [
        str(await called.diagnosis()),
        str([each.as_dict() for each in called.hass.states.async_all()]),
        str([each.getMessage() for each in caplog.records if "latchkey" in each.name]),
    ]
    kept = str(called.entry.as_dict())
    for each in called.held:
        assert each.sign_key not in kept
        assert all(each.sign_key not in text for text in told)
    for secret in ("Foo Bar", "555-1234", called.address().rpartition("/")[2]):
        assert [text for text in told if secret in text] == []


# Whether calls come


async def test_undelivered(called: CalledHome) -> None:
    """What the vendor could not call about while we were away is a hint, and shows that calls do not come."""
    await called.start()
    await called.try_key()
    assert await called.is_healthy()
    async with called.away():
        for _ in range(2):
            await called.try_key()
    assert (await called.diagnosis())["events"][LOG]["undelivered"]
    assert not await called.is_healthy()
    await called.wait(REPETITIONS[0].total_seconds())
    await called.called_in()
    assert (await called.counts())["hint"] == 2
    assert await called.is_healthy()


async def test_given_up(called: CalledHome) -> None:
    """What the vendor has given up counts as well, once."""
    await called.start()
    async with called.away():
        await blocklist(called)
        for pause in REPETITIONS:
            called.tick(pause.total_seconds() + 1)
            await called.called_in()
        (payload,) = called.cloud.group.webhooks.payloads
        assert payload.state == 4
    read = called.count("GET Keys")
    assert (await called.diagnosis())["events"]["key_blocklisted"]["undelivered"]
    await called.wait(LOOK)
    polled = called.count("GET Keys")
    await called.wait(INVENTORY)
    assert polled - read <= 2


async def test_proven_by_the_vendor(called: CalledHome) -> None:
    """After a restart the vendor's own count tells that calls come; at first, and in another state, nothing does."""
    await called.start()
    assert not await called.is_healthy()
    await called.try_key()
    await called.hass.config_entries.async_reload(called.entry.entry_id)
    await called.settle()
    assert await called.is_healthy()
    called.ours[LOG].state = 2
    await called.wait(3601)
    assert not await called.is_healthy()
    await called.try_key()
    assert await called.is_healthy()


async def test_moved(called: CalledHome) -> None:
    """At another address the calls have to come once before they are relied on."""
    await called.start()
    await called.try_key()
    await called.move_to("https://elsewhere.example.net")
    assert not await called.is_healthy()
    await called.try_key()
    assert await called.is_healthy()
    assert called.ours.keys() == ALL
