"""iLOQ's webhooks: subscriptions, the signature of a call, and what did not come through."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import hashlib
import hmac
import json
from typing import Any
from uuid import uuid4

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.hints import Part
from custom_components.latchkey.vendors.iloq.client import IloqClient
from custom_components.latchkey.vendors.iloq.webhooks import MOST_PER_EVENT, Webhooks
from custom_components.latchkey.vendors.subscriptions import (
    Forged,
    KeepsSubscriptions,
    Subscription,
)
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidRequest,
    NoRight,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
)
from simulators.iloq.webhooks import EVENTS
from tests.vendors.iloq_account import SENT, UNSENT, Served, served_account

SUBSCRIPTION = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
KEY = "EFE3FD29-0B3E-405F-98EE-0CC5385DF5D5"
BODY = (
    b'{"Data":{"Description":"kuvaus","ExpireDate":"2021-04-20T10:42:40.803Z",'
    b'"FNKey_ID":"3fa85f64-5717-4562-b3fc-2c963f66afa6","InfoText":"infoa","KeyTypeMask":0,'
    b'"Person_ID":"3fa85f64-5717-4562-b3fc-2c963f66afa6",'
    b'"RealEstate_ID":"3fa85f64-5717-4562-b3fc-2c963f66afa6","ROM_ID":"string","Stamp":"string",'
    b'"StampSource":0,"State":0,"TagKey":"string","TagKeySource":0,"VersionCode":"string"},'
    b'"CreationTimeUtc":"2021-01-05T12:15:30Z"}'
)
"""The vendor's example of a body, with the key and the signature that belong to it."""
SIGNATURE = "0468a4741fc1445f9b70805456016c88ad5b61544dd8c38502be546f3e05b4e8"
HEADERS = {
    "Webhook-Signature": SIGNATURE,
    "Event-Name": "key_added",
    "Subscription-Id": SUBSCRIPTION,
    "Counter": "5304",
}
LOG = "device_log_arrived"
ADDRESS = "https://home.example.com/api/webhook/abc"
NOWHERE = "http://127.0.0.1:9"
"""Where nobody listens."""
YEAR = timedelta(days=364)
ALL_RIGHTS = 2**63 - 1
ADMINISTER = 2147483648


def webhooks() -> Webhooks:
    """Return what verifies calls, with nobody to ask."""
    return Webhooks(IloqClient.__new__(IloqClient), lambda: datetime.now(UTC))


def signed(content: bytes, **headers: str) -> dict[str, str]:
    """Return the headers of a call, signed by the example's key."""
    digest = hmac.new(KEY.encode(), content, hashlib.sha256).hexdigest()
    return {**HEADERS, "Webhook-Signature": digest, **headers}


# Calls


def test_documented_example() -> None:
    """The vendor's example is verified, and tells which call it is."""
    call = webhooks().told(HEADERS, BODY, {SUBSCRIPTION: KEY})
    assert call.subscription_id == SUBSCRIPTION
    assert (call.signature, call.number) == (SIGNATURE, "5304")
    assert call.sent_at == datetime(2021, 1, 5, 12, 15, 30, tzinfo=UTC)
    assert SIGNATURE not in repr(call)


def test_names_in_any_case() -> None:
    """Headers and fields are found in any case, and the subscription's id is."""
    headers = {name.upper(): value for name, value in HEADERS.items()}
    headers["SUBSCRIPTION-ID"] = SUBSCRIPTION.upper()
    assert webhooks().told(headers, BODY, {SUBSCRIPTION: KEY}).number == "5304"
    content = (
        b'{"data": {"fnKey_ID": "x"}, "CREATIONTIMEUTC": "2022-05-11T14:54:06.7471234"}'
    )
    call = webhooks().told(signed(content), content, {SUBSCRIPTION: KEY})
    assert call.sent_at == datetime(2022, 5, 11, 14, 54, 6, 747123, tzinfo=UTC)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {SUBSCRIPTION: KEY.lower()},
        {SUBSCRIPTION: ""},
        {"449226d9-bb2f-41f2-be90-32ec2b9b00c4": KEY},
    ],
)
def test_other_keys(keys: dict[str, str]) -> None:
    """The key counts as it is written, and for its own subscription alone."""
    with pytest.raises(Forged):
        webhooks().told(HEADERS, BODY, keys)


def test_empty_key() -> None:
    """Whoever signs by an empty key is nobody, where there is none."""
    digest = hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    with pytest.raises(Forged):
        webhooks().told(
            {**HEADERS, "Webhook-Signature": digest}, BODY, {SUBSCRIPTION: ""}
        )


@given(
    st.binary(max_size=200),
    st.text(max_size=80),
    st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4),
)
def test_hostile(content: bytes, signature: str, headers: dict[str, str]) -> None:
    """Whatever is called, it is forged; only the right signature of the very bytes is not."""
    given_headers = {**headers, **HEADERS, "Webhook-Signature": signature}
    with pytest.raises(Forged):
        webhooks().told(given_headers, content, {SUBSCRIPTION: KEY})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Data", "data", "CreationTimeUtc", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(_JSON, st.text(max_size=30))
def test_signed_nonsense(told: Any, counter: str) -> None:
    """What is signed is a call or not understood, whatever it tells."""
    content = json.dumps(told).encode()
    headers = signed(content, Counter=counter)
    try:
        call = webhooks().told(headers, content, {SUBSCRIPTION: KEY})
    except AnswerNotUnderstood:
        return
    assert isinstance(told, dict)
    assert call.subscription_id == SUBSCRIPTION


# Subscriptions


@pytest.fixture
async def served(socket_enabled: None) -> AsyncIterator[Served]:
    """Return an account whose calls lead nowhere."""
    async with served_account() as served:
        served.cloud.set_options(callback_through=NOWHERE)
        yield served


async def made(served: Served, event: str = LOG) -> Subscription:
    """Subscribe to an event, and return how the vendor has that."""
    subscription_id = str(uuid4())
    end = datetime.now(UTC) + YEAR
    await served.iloq.subscribe(subscription_id, event, ADDRESS, end)
    return next(
        each for each in await served.iloq.subscriptions() if each.id == subscription_id
    )


async def test_events(served: Served) -> None:
    """What can be subscribed to says what is to be read again."""
    assert isinstance(served.iloq, KeepsSubscriptions)
    events = await served.iloq.subscription_events()
    assert events.keys() == {*EVENTS.values()}
    system_id = served.cloud.group.id.casefold()
    assert events[LOG] == ((Part.LOG, system_id),)
    assert events["key_added"] == ((Part.INVENTORY, ""), (Part.GRANTS, ""))


async def test_life(served: Served) -> None:
    """A subscription is made, moved and renewed with its key and beginning kept, and ended once."""
    held = await made(served)
    now = datetime.now(UTC)
    assert (held.event, held.address, held.calls) == (LOG, ADDRESS, 0)
    assert held.starts_at and held.ends_at
    assert abs(held.ends_at - now - YEAR) < timedelta(minutes=1)
    assert held.sign_key and held.sign_key not in repr(held)
    assert held.address not in repr(held)
    await served.iloq.renew(held, f"{ADDRESS}/2", now + timedelta(days=10))
    (moved,) = await served.iloq.subscriptions()
    assert (moved.id, moved.sign_key) == (held.id, held.sign_key)
    assert (moved.address, moved.starts_at) == (f"{ADDRESS}/2", held.starts_at)
    assert moved.ends_at and moved.ends_at < held.ends_at
    await served.iloq.unsubscribe(held.id)
    assert not await served.iloq.subscriptions()
    with pytest.raises(NotFound):
        await served.iloq.unsubscribe(held.id)


async def test_full(served: Served) -> None:
    """A fourth subscription to one event is refused for that reason; one to another event is not."""
    for _ in range(MOST_PER_EVENT):
        await made(served)
    with pytest.raises(Conflict):
        await made(served)
    assert (await made(served, "key_added")).event == "key_added"


async def test_twice(served: Served) -> None:
    """The same subscription again is the one that there is, even the third."""
    held = [await made(served) for _ in range(MOST_PER_EVENT)]
    for each in held:
        await served.iloq.subscribe(each.id, LOG, ADDRESS, datetime.now(UTC) + YEAR)
    assert await served.iloq.subscriptions() == held


@pytest.mark.parametrize(
    "kind", [*(each for each in SENT if each != "half"), *UNSENT, "twice"]
)
async def test_lost_answers(served: Served, kind: str) -> None:
    """An answer that is lost is said to be (an empty one has no half); asked again by the same id, there is one."""
    subscription_id = str(uuid4())
    end = datetime.now(UTC) + YEAR
    served.fault(kind, "POST Webhooks/Subscriptions", times=1)
    if kind == "twice":
        await served.iloq.subscribe(subscription_id, LOG, ADDRESS, end)
    else:
        with pytest.raises(OutcomeUnknown):
            await served.iloq.subscribe(subscription_id, LOG, ADDRESS, end)
    assert len(await served.iloq.subscriptions()) == (kind not in UNSENT)
    await served.iloq.subscribe(subscription_id, LOG, ADDRESS, end)
    assert [each.id for each in await served.iloq.subscriptions()] == [subscription_id]


async def test_refused(served: Served) -> None:
    """What the vendor refuses for another reason is not taken for a lack of room; what it does not offer is not sent."""
    with pytest.raises(InvalidRequest):
        await served.iloq.subscribe(
            str(uuid4()), LOG, ADDRESS, datetime.now(UTC) + 3 * YEAR
        )
    before = served.count("POST Webhooks/Subscriptions")
    with pytest.raises(NotFound):
        await served.iloq.subscribe(
            str(uuid4()), "nothing", ADDRESS, datetime.now(UTC) + YEAR
        )
    assert served.count("POST Webhooks/Subscriptions") == before


async def test_unreadable(served: Served) -> None:
    """Where one of the subscriptions cannot be read, none is said to be missing."""
    await made(served)
    held = next(iter(served.cloud.group.webhooks.subscriptions.values()))
    held.record["SubscriptionId"] = {}
    with pytest.raises(AnswerNotUnderstood):
        await served.iloq.subscriptions()


async def test_missed(served: Served) -> None:
    """What could not be called about is told by the vendor's time, be it tried again or given up; of ours alone."""
    log, keys = await made(served), await made(served, "key_added")
    other = await made(served, "key_added")
    ours = (log.id, keys.id)
    assert await served.iloq.missed(ours) == {}
    group = served.cloud.group
    times = []
    for _ in range(3):
        group.webhooks.tell("key_added", {}, served.cloud.clock())
        await served.cloud.webhooks_told()
        times.append(group.webhooks.payloads[-1].created)
    assert await served.iloq.missed(ours) == {keys.id: times[-1]}
    for payload in group.webhooks.payloads:
        payload.state = type(payload.state)(4)
    assert await served.iloq.missed(ours) == {keys.id: times[-1]}
    assert await served.iloq.missed((other.id,)) == {other.id: times[-1]}
    for payload in group.webhooks.payloads:
        payload.state = type(payload.state)(2)
    assert await served.iloq.missed(ours) == {}


async def test_no_right(served: Served) -> None:
    """Without the right nothing is asked."""
    served.cloud.user.rights = ALL_RIGHTS & ~ADMINISTER
    served.cloud.sessions.expire()
    await served.iloq.inventory()
    before = dict(served.cloud.requests.counts)
    for ask in (served.iloq.subscription_events, served.iloq.subscriptions):
        with pytest.raises(NoRight):
            await ask()
    assert dict(served.cloud.requests.counts) == before


async def test_version_1(socket_enabled: None) -> None:
    """The first generation has none of it."""
    async with served_account(v1=True) as served:
        with pytest.raises(NotAvailable):
            await served.iloq.subscription_events()
