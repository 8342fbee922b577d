"""Webhooks of the simulated FlexyKey cloud, with a callback on loopback that takes the pushes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
import hmac
import json
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from multidict import CIMultiDictProxy
import pytest

from simulators.clock import utc_now
from simulators.errors import Invalid, Missing
from simulators.flexykey import FlexyKeyCloud, serve
from tests.simulators.helpers import GUIDE, Client, FakeClock

pytestmark = pytest.mark.usefixtures("socket_enabled")

UNIT = 3023
EVENT = "control.statusChanged"
QUERY = f"Webhooks?unitId={UNIT}&event={EVENT}"
TEST = {"unitId": UNIT, "event": EVENT}
OUTSIDE = "https://example.com/flexykey%2Fwebhook?x=1"
NEW = {
    "lastAttemptUtc": None,
    "lastSuccessUtc": None,
    "lastStatusCode": None,
    "lastError": None,
    "attemptsTotal": 0,
    "successesTotal": 0,
    "failuresTotal": 0,
    "consecutiveFailures": 0,
    "disabledUntilUtc": None,
}


@dataclass
class Callback:
    """A callback that keeps what it is sent, and answers as it is told."""

    url: str = ""
    status: int = 200
    open: asyncio.Event = field(default_factory=asyncio.Event)
    paths: list[str] = field(default_factory=list)
    headers: list[CIMultiDictProxy[str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Answer at once."""
        self.open.set()

    async def take(self, request: web.Request) -> web.Response:
        """Take a push."""
        body = await request.read()
        await self.open.wait()
        self.paths.append(request.raw_path)
        self.headers.append(request.headers)
        self.bodies.append(body)
        return web.Response(status=self.status, headers={"Location": OUTSIDE})

    def states(self, name: str) -> list[str]:
        """Return the states of a main relay or input in the order in which they came."""
        answers = map(json.loads, self.bodies)
        return [
            io["state"]
            for answer in answers
            for io in (*answer["fOutputs"], *answer["inputs"])
            if name in io.values()
        ]


@pytest.fixture
async def callback(socket_enabled: None) -> AsyncIterator[Callback]:
    """Listen on loopback."""
    callback = Callback()
    app = web.Application()
    app.add_routes([web.route("*", "/{path:.*}", callback.take)])
    async with TestServer(app) as server:
        callback.url = str(server.make_url("/"))
        yield callback


def configuration(**changes: Any) -> dict[str, Any]:
    """Return the body of a configuration as the guide shows it."""
    return {
        "unitId": UNIT,
        "event": EVENT,
        "callbackUrl": OUTSIDE,
        "httpMethod": "POST",
        "isActive": 1,
        **changes,
    }


def told(cloud: FlexyKeyCloud) -> dict[str, Any]:
    """Return what is told of the webhook."""
    webhook = cloud.webhook(UNIT)
    assert webhook
    return {**webhook}


# Configuration


async def test_events(client: Client) -> None:
    """The guide's answer, word for word."""
    assert (await client.get("Webhooks/Events")).json == [
        {
            "eventName": "control.statusChanged",
            "description": "Triggered when an ASTAT status message is received from the unit. "
            "IO change notifications require the unit to be configured to report IO changes.",
        }
    ]


async def test_configuration(cloud: FlexyKeyCloud, client: Client) -> None:
    """A webhook is created, told as one or in a list, and deleted."""
    reply = await client.put("Webhooks", configuration(secret="s3cret"))
    created = {"id": 3, **configuration()}
    assert (reply.status, reply.json) == (200, created)
    assert list(reply.json) == list(created)
    reply = await client.get(QUERY)
    assert reply.json == created | NEW == cloud.webhook(UNIT)
    assert "s3cret" not in reply.text
    assert cloud.webhook_secret(UNIT) == "s3cret"
    assert (await client.get(f"Webhooks?unitId={UNIT}")).json == [created | NEW]
    reply = await client.delete(QUERY)
    assert (reply.status, reply.text) == (204, "")
    assert (await client.delete(QUERY)).status == 404
    assert cloud.webhook(UNIT) is None
    await client.put("webhooks", configuration(unitId=99998))
    assert [cloud.webhook(unit) and unit for unit in (UNIT, 99998)] == [None, 99998]


async def test_change(cloud: FlexyKeyCloud, client: Client) -> None:
    """A change keeps the id, and the secret unless another one is given or the address is another."""

    async def secret_after(**changes: Any) -> str | None:
        reply = await client.put("Webhooks", configuration(**changes))
        assert (reply.status, reply.json["id"]) == (200, 3)
        return cloud.webhook_secret(UNIT)

    assert await secret_after() is None
    assert await secret_after(secret="a") == "a"
    assert await secret_after(isActive=0) == "a"
    assert await secret_after(secret="b") == "b"
    assert await secret_after(secret=None) == "b"
    assert await secret_after(callbackUrl="https://example.org/") is None
    assert await secret_after(callbackUrl=OUTSIDE, secret="c") == "c"
    cloud.set_webhook(UNIT, "https://thief.example/")
    assert cloud.webhook_secret(UNIT) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "control.changed"},
        {"event": None},
        {"httpMethod": "PUT"},
        {"httpMethod": None},
        {"callbackUrl": None},
        {"callbackUrl": "http://example.com/"},
        {"callbackUrl": "http://127.0.0.1.example.com/"},
        {"callbackUrl": "https://"},
        {"callbackUrl": "/webhook"},
        {"callbackUrl": "https://[/"},
        {"callbackUrl": "ftp://127.0.0.1/"},
        {"isActive": True},
        {"isActive": 2},
        {"isActive": None},
        {"secret": 1},
        {"unitId": "3023"},
    ],
)
async def test_refused_configurations(
    cloud: FlexyKeyCloud, client: Client, changes: dict[str, Any]
) -> None:
    """What cannot be meant is a bad request and changes nothing."""
    reply = await client.put("Webhooks", configuration(**changes))
    assert reply.status == 400
    assert reply.json["message"]
    assert cloud.webhook(UNIT) is None


@pytest.mark.parametrize("host", ["127.0.0.1:8123", "localhost", "[::1]:1"])
async def test_loopback_may_be_plain(client: Client, host: str) -> None:
    """A home on this machine needs no certificate."""
    body = configuration(callbackUrl=f"http://{host}/api/webhook/1")
    assert (await client.put("Webhooks", body)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "Webhooks", None, 400),
        ("GET", "Webhooks?unitId=1", None, 404),
        ("DELETE", f"Webhooks?unitId={UNIT}", None, 400),
        ("DELETE", f"Webhooks?unitId={UNIT}&event=x", None, 404),
        ("DELETE", f"Webhooks?unitId=1&event={EVENT}", None, 404),
        ("PUT", "Webhooks", configuration(unitId=1), 404),
        ("POST", "Webhooks/Test", {}, 400),
        ("POST", "Webhooks/Test", TEST, 404),
        ("POST", "Webhooks/Test", {**TEST, "unitId": 1}, 404),
    ],
)
async def test_refusals(
    client: Client, method: str, path: str, body: object, status: int
) -> None:
    """What is incomplete is a bad request, and what does not exist is not found."""
    assert (await client.call(method, path, data=json.dumps(body))).status == status


async def test_another_companys_webhook(cloud: FlexyKeyCloud, client: Client) -> None:
    """Webhooks of another company's units are not reached."""
    login = ("other", "secret")
    cloud.set_user(*login, units=[99998])
    cloud.set_webhook(UNIT, OUTSIDE)
    for reply in (
        await client.put("Webhooks", configuration(), login=login),
        await client.get(QUERY, login=login),
        await client.delete(QUERY, login=login),
        await client.post("Webhooks/Test", TEST, login=login),
    ):
        assert reply.status == 403


@pytest.mark.parametrize(
    ("way", "status", "text"),
    [("404", 404, None), ("null", 200, "null"), ("empty", 200, "[]")],
)
async def test_no_webhook(
    cloud: FlexyKeyCloud, client: Client, way: str, status: int, text: str | None
) -> None:
    """That there is none can be told in three ways."""
    cloud.set_options(no_webhook_answer=way)
    for query in (QUERY, f"Webhooks?unitId={UNIT}", f"Webhooks?unitId={UNIT}&event=x"):
        reply = await client.get(query)
        assert reply.status == status
        assert text in (None, reply.text)


# Pushes


@pytest.mark.parametrize(
    ("change", "pushes"),
    [
        (lambda cloud: cloud.set_input(UNIT, "IN1", True), 1),
        (lambda cloud: cloud.set_input(UNIT, "IN1", False), 0),
        (lambda cloud: cloud.set_output(UNIT, "F2", True), 1),
        (lambda cloud: cloud.control(UNIT, "F2", "ON"), 1),
        (lambda cloud: cloud.control(UNIT, "F2", "OFF"), 0),
        (lambda cloud: cloud.control(UNIT, "F2", "5"), 1),
        (lambda cloud: cloud.set_temperatures(UNIT, {"T1": 4}), 1),
        (lambda cloud: cloud.set_offline(UNIT, "stale"), 0),
        (lambda cloud: cloud.freeze_status(UNIT), 0),
        (lambda cloud: cloud.status(UNIT), 0),
        (lambda cloud: cloud.settle(), 0),
    ],
)
async def test_changes_are_pushed(
    cloud: FlexyKeyCloud,
    client: Client,
    callback: Callback,
    change: Callable[[FlexyKeyCloud], object],
    pushes: int,
) -> None:
    """What the unit reports is pushed, and not what it is asked for."""
    cloud.set_webhook(UNIT, callback.url)
    change(cloud)
    await cloud.pushes_done()
    assert len(callback.bodies) == len(cloud.pushes(UNIT)) == pushes
    assert told(cloud)["attemptsTotal"] == pushes


async def test_payload(
    cloud: FlexyKeyCloud, client: Client, callback: Callback, clock: FakeClock
) -> None:
    """A push is what GET /v1/Control answers, signed over its raw bytes with the secret."""
    cloud.describe(UNIT, {"F1": "Dörr"})
    await client.put(
        "Webhooks",
        configuration(callbackUrl=callback.url + "api/x?y", secret="hemlig-ö"),
    )
    clock.move(10)
    cloud.set_input(UNIT, "IN2", True)
    await cloud.pushes_done()
    (body,), (headers,) = callback.bodies, callback.headers
    assert body.decode() == (await client.get(f"Control?unitId={UNIT}")).text
    assert json.loads(body)["isCached"] is False
    assert list(json.loads(body)) == list(GUIDE["webhook_status"])
    assert callback.paths == ["/api/x?y"]
    assert headers["Content-Type"] == "application/json"
    signature = hmac.new("hemlig-ö".encode(), body, sha256).hexdigest()
    assert headers["X-Signature"] == f"sha256={signature}"
    (push,) = cloud.pushes(UNIT)
    assert (push.at, push.body, push.status) == (clock(), body, 200)
    assert push.signature == headers["X-Signature"]
    assert (await client.get(QUERY)).json == {
        "id": 3,
        **configuration(callbackUrl=callback.url + "api/x?y"),
        **NEW,
        "lastAttemptUtc": "2025-11-21T08:15:00Z",
        "lastSuccessUtc": "2025-11-21T08:15:00Z",
        "lastStatusCode": 200,
        "attemptsTotal": 1,
        "successesTotal": 1,
    }


@pytest.mark.parametrize(
    ("secret", "signs"), [(None, True), ("", True), ("secret", False)]
)
async def test_unsigned(
    cloud: FlexyKeyCloud,
    client: Client,
    callback: Callback,
    secret: str | None,
    signs: bool,
) -> None:
    """Without a secret, or with a cloud that does not heed it, there is no signature."""
    cloud.set_options(sign_webhooks=signs)
    cloud.set_webhook(UNIT, callback.url, secret)
    push = await cloud.push(UNIT)
    assert push
    assert push.signature is None
    assert "X-Signature" not in callback.headers[0]


async def test_pulse_by_a_moved_clock(
    cloud: FlexyKeyCloud, client: Client, callback: Callback, clock: FakeClock
) -> None:
    """A pulse's end is pushed with the time of its end, when the clock has passed it."""
    cloud.set_webhook(UNIT, callback.url)
    cloud.control(UNIT, "F1", "5")
    clock.move(4)
    cloud.settle()
    clock.move(60)
    cloud.settle()
    await cloud.pushes_done()
    assert callback.states("F1") == ["on", "off"]
    assert [json.loads(body)["statusTimestampIso"] for body in callback.bodies] == [
        "2025-11-21T08:14:50Z",
        "2025-11-21T08:14:55Z",
    ]


@pytest.mark.parametrize(
    ("late", "states"),
    [(False, ["off", "on", "on", "off"]), (True, ["on", "off"])],
)
async def test_pulses_by_the_real_clock(
    callback: Callback, late: bool, states: list[str]
) -> None:
    """Ends of pulses are pushed at their times although nobody asks, also if the webhook came during the pulses."""
    cloud = FlexyKeyCloud(clock=utc_now)
    if not late:
        cloud.set_webhook(UNIT, callback.url)
    async with serve(cloud):
        cloud.units[UNIT].pulse_by_hand("F1", 0.1)
        cloud.units[UNIT].pulse_by_hand("F2", 0.2)
        if late:
            cloud.set_webhook(UNIT, callback.url)
        async with asyncio.timeout(5):
            while len(callback.bodies) < len(states):
                await asyncio.sleep(0.01)
    assert callback.states("F2") == states
    assert callback.states("F1")[-2:] == ["off", "off"]


async def test_no_timer_is_left(callback: Callback) -> None:
    """A cloud that is no longer served waits for no pulse's end."""
    cloud = FlexyKeyCloud(clock=utc_now)
    async with serve(cloud):
        cloud.set_webhook(UNIT, callback.url)
        cloud.units[UNIT].pulse_by_hand("F1", 0.1)
        await cloud.pushes_done()
    taken = len(callback.bodies)
    await asyncio.sleep(0.2)
    cloud.units[UNIT].reporter = None
    assert not cloud.units[UNIT].is_on("F1")
    assert len(callback.bodies) == taken


async def test_back_online(
    cloud: FlexyKeyCloud, client: Client, callback: Callback
) -> None:
    """An offline unit reports nothing, and its present status when it is back."""
    cloud.set_webhook(UNIT, callback.url)
    cloud.set_offline(UNIT, "stale")
    cloud.set_input(UNIT, "IN1", True)
    await cloud.pushes_done()
    assert callback.bodies == []
    cloud.set_offline(UNIT, None)
    await cloud.pushes_done()
    assert callback.states("IN1") == ["on"]


@pytest.mark.parametrize("flag", ["reports_changes", "secure"])
async def test_units_that_do_not_report(
    cloud: FlexyKeyCloud, client: Client, callback: Callback, flag: str
) -> None:
    """A unit reports changes only if it is configured to, and is heard only if it communicates securely."""
    cloud.set_webhook(UNIT, callback.url)
    cloud.set_reporting(UNIT, **{flag: False})
    cloud.set_input(UNIT, "IN1", True)
    await cloud.pushes_done()
    assert callback.bodies == []
    cloud.set_reporting(UNIT, **{flag: True})
    cloud.set_input(UNIT, "IN1", False)
    await cloud.pushes_done()
    assert callback.states("IN1") == ["off"]


async def test_order(cloud: FlexyKeyCloud, client: Client, callback: Callback) -> None:
    """A unit's pushes come one after the other, and another unit's do not wait for them."""
    slow, fast = Callback(), callback
    slow.open.clear()
    app = web.Application()
    app.add_routes([web.post("/", slow.take)])
    async with TestServer(app) as server:
        cloud.set_webhook(UNIT, str(server.make_url("/")))
        cloud.set_webhook(99998, fast.url)
        for on in (True, False, True, False, True):
            cloud.set_input(UNIT, "IN1", on)
        cloud.set_output(99998, "F1", True)
        async with asyncio.timeout(5):
            while not fast.bodies:
                await asyncio.sleep(0.01)
        assert slow.bodies == []
        slow.open.set()
        await cloud.pushes_done()
    assert slow.states("IN1") == ["on", "off", "on", "off", "on"]


def test_without_a_loop(clock: FakeClock) -> None:
    """What is reported where no loop runs is sent when one does."""
    cloud = FlexyKeyCloud(clock=clock)
    cloud.set_webhook(UNIT, f"http://127.0.0.1:{unused_port()}/")
    cloud.control(UNIT, "F2", "5")

    async def later() -> None:
        async with serve(cloud):
            await cloud.pushes_done()

    asyncio.run(later())
    assert [push.status for push in cloud.pushes(UNIT)] == [None]


# Failures


async def test_failures(
    cloud: FlexyKeyCloud, client: Client, callback: Callback, clock: FakeClock
) -> None:
    """After five failures in a row nothing is sent for fifteen minutes; another failure pauses again, a success ends it."""
    cloud.set_webhook(UNIT, callback.url)
    callback.status = 500
    for number in range(1, 5):
        await cloud.push(UNIT)
        assert told(cloud)["consecutiveFailures"] == number
    assert told(cloud)["disabledUntilUtc"] is None
    await cloud.push(UNIT)
    assert told(cloud) | {"id": 3} == {
        "id": 3,
        **configuration(callbackUrl=callback.url),
        "lastAttemptUtc": "2025-11-21T08:14:50Z",
        "lastSuccessUtc": None,
        "lastStatusCode": 500,
        "lastError": "HTTP 500",
        "attemptsTotal": 5,
        "successesTotal": 0,
        "failuresTotal": 5,
        "consecutiveFailures": 5,
        "disabledUntilUtc": "2025-11-21T08:29:50Z",
    }
    clock.move(899)
    cloud.set_input(UNIT, "IN1", True)
    assert await cloud.push(UNIT) is None
    assert len(callback.bodies) == 5
    clock.move(1)
    await cloud.push(UNIT)
    assert told(cloud)["consecutiveFailures"] == 6
    assert told(cloud)["disabledUntilUtc"] == "2025-11-21T08:44:50Z"
    clock.move(900)
    callback.status = 204
    cloud.set_input(UNIT, "IN1", False)
    await cloud.pushes_done()
    assert told(cloud)["consecutiveFailures"] == 0
    assert told(cloud)["disabledUntilUtc"] is None
    assert told(cloud)["lastError"] is None
    assert (told(cloud)["successesTotal"], told(cloud)["failuresTotal"]) == (1, 6)


@pytest.mark.parametrize("way", ["put", "test"])
async def test_forgiven(
    cloud: FlexyKeyCloud,
    client: Client,
    callback: Callback,
    clock: FakeClock,
    way: str,
) -> None:
    """A configuration or a successful test ends a pause."""
    cloud.set_webhook(UNIT, callback.url)
    cloud.fail_webhook(UNIT, 7, clock() + timedelta(minutes=5))
    assert told(cloud)["consecutiveFailures"] == told(cloud)["failuresTotal"] == 7
    assert told(cloud)["disabledUntilUtc"] == "2025-11-21T08:19:50Z"
    assert await cloud.push(UNIT) is None
    if way == "put":
        await client.put("Webhooks", configuration(callbackUrl=callback.url))
    else:
        assert (await client.post("Webhooks/Test", TEST)).json["status"] == "OK"
    assert told(cloud)["consecutiveFailures"] == 0
    assert told(cloud)["disabledUntilUtc"] is None
    assert await cloud.push(UNIT)


async def test_failures_without_a_pause(cloud: FlexyKeyCloud) -> None:
    """A test may have calls failed as it likes, but no negative number of them."""
    cloud.set_webhook(UNIT, OUTSIDE)
    cloud.fail_webhook(UNIT, 5)
    assert told(cloud)["disabledUntilUtc"] is None
    with pytest.raises(Invalid):
        cloud.fail_webhook(UNIT, -1)


async def test_retries(
    cloud: FlexyKeyCloud, client: Client, callback: Callback
) -> None:
    """A cloud may try again, until it is answered well."""
    cloud.set_options(webhook_retries=2)
    cloud.set_webhook(UNIT, callback.url)
    await cloud.push(UNIT)
    assert told(cloud)["attemptsTotal"] == 1
    callback.status = 404
    await cloud.push(UNIT)
    assert (told(cloud)["attemptsTotal"], told(cloud)["failuresTotal"]) == (4, 3)


async def test_unreachable(
    cloud: FlexyKeyCloud, client: Client, callback: Callback
) -> None:
    """A callback that is not there, or takes too long, is told by a word, and a redirect is not followed."""
    cloud.set_webhook(UNIT, f"http://127.0.0.1:{unused_port()}/")
    await cloud.push(UNIT)
    assert (told(cloud)["lastStatusCode"], told(cloud)["lastError"]) == (
        None,
        "ConnectError",
    )
    cloud.set_webhook(UNIT, callback.url)
    callback.status = 307
    await cloud.push(UNIT)
    assert told(cloud)["lastError"] == "HTTP 307"
    cloud.set_options(webhook_timeout=0.05)
    callback.open.clear()
    await cloud.push(UNIT)
    assert told(cloud)["lastError"] == "Timeout"
    callback.open.set()


async def test_inactive(
    cloud: FlexyKeyCloud, client: Client, callback: Callback
) -> None:
    """An inactive webhook is sent nothing, not even for a test."""
    await client.put("Webhooks", configuration(callbackUrl=callback.url, isActive=0))
    cloud.set_input(UNIT, "IN1", True)
    assert await cloud.push(UNIT) is None
    assert (await client.post("Webhooks/Test", TEST)).json == {
        "status": "FAILED",
        "webhookId": 3,
        "httpStatus": None,
    }
    assert callback.bodies == []
    assert told(cloud)["attemptsTotal"] == 0


async def test_end_of_the_cloud_during_a_call(callback: Callback) -> None:
    """What is under way ends with the cloud, and what waits is dropped."""
    cloud = FlexyKeyCloud()
    callback.open.clear()
    async with serve(cloud):
        cloud.set_webhook(UNIT, callback.url)
        waits = [asyncio.create_task(cloud.push(UNIT)) for _ in range(2)]
        await asyncio.sleep(0.05)
    assert await asyncio.gather(*waits) == [None, None]
    callback.open.set()
    async with serve(cloud):
        assert await cloud.push(UNIT)


async def test_removed_while_it_waits(
    cloud: FlexyKeyCloud, client: Client, callback: Callback
) -> None:
    """Nothing is sent to a webhook that is removed, nor of a unit that is."""
    cloud.set_webhook(UNIT, callback.url)
    cloud.set_input(UNIT, "IN1", True)
    cloud.remove_webhook(UNIT)
    await cloud.pushes_done()
    cloud.set_webhook(UNIT, callback.url)
    cloud.set_input(UNIT, "IN1", False)
    cloud.remove_unit(UNIT)
    await cloud.pushes_done()
    assert callback.bodies == []
    with pytest.raises(Missing):
        cloud.webhook(UNIT)


async def test_nothing_leaves_this_machine(
    cloud: FlexyKeyCloud, client: Client, callback: Callback
) -> None:
    """A callback elsewhere is delivered through this machine, or not at all."""
    cloud.set_webhook(UNIT, OUTSIDE)
    assert (await client.post("Webhooks/Test", TEST)).json == {
        "status": "FAILED",
        "webhookId": 3,
        "httpStatus": None,
    }
    assert told(cloud)["lastError"] == "ConnectError"
    assert told(cloud)["consecutiveFailures"] == 1
    cloud.set_options(callback_through=callback.url)
    push = await cloud.push(UNIT)
    assert push
    assert push.status == 200
    assert callback.paths == ["/flexykey%2Fwebhook?x=1"]
    assert told(cloud)["callbackUrl"] == OUTSIDE


@pytest.mark.parametrize(
    "options",
    [
        {"callback_through": "https://example.com"},
        {"callback_through": "https://["},
        {"callback_through": "127.0.0.1"},
        {"no_webhook_answer": "500"},
        {"webhook_retries": -1},
        {"webhook_retries": 0.5},
        {"webhook_timeout": 0},
    ],
)
def test_refused_options(cloud: FlexyKeyCloud, options: dict[str, Any]) -> None:
    """What no test can mean is refused."""
    with pytest.raises(Invalid):
        cloud.set_options(**options)


@pytest.mark.parametrize("status", [200, 410])
async def test_test(
    cloud: FlexyKeyCloud, client: Client, callback: Callback, status: int
) -> None:
    """The test tells what the callback answered, be it good or not."""
    callback.status = status
    cloud.set_webhook(UNIT, callback.url, "secret")
    assert (await client.post("Webhooks/Test", TEST)).json == {
        "status": "OK",
        "webhookId": 3,
        "httpStatus": status,
    }
    assert (
        callback.bodies[0].decode() == (await client.get(f"Control?unitId={UNIT}")).text
    )
    assert "X-Signature" in callback.headers[0]


# Over HTTP, and counted


async def test_control_interface(
    cloud: FlexyKeyCloud, client: Client, callback: Callback
) -> None:
    """Everything about webhooks can be done over the control interface."""
    path = f"units/{UNIT}/webhook"
    assert (await client.control("GET", path)).json == {
        "webhook": None,
        "secret": None,
        "reports_changes": True,
        "secure": True,
        "pushes": [],
    }
    body = {"callback_url": callback.url, "secret": "a"}
    reply = await client.control("PUT", path, body)
    assert (reply.json["webhook"], reply.json["secret"]) == (cloud.webhook(UNIT), "a")
    options = {
        "sign_webhooks": False,
        "callback_through": None,
        "no_webhook_answer": "null",
        "webhook_retries": 1,
    }
    reply = await client.control("POST", "options", options)
    assert reply.json | options == reply.json
    pushed = (await client.control("POST", f"units/{UNIT}/push")).json["push"]
    assert pushed == {
        "at": cloud.clock().isoformat(),
        "body": callback.bodies[0].decode(),
        "signature": None,
        "status": 200,
    }
    assert (await client.control("GET", path)).json["pushes"] == [pushed]
    failures: dict[str, Any] = {"consecutive": 6}
    failures["disabled_until"] = "2025-11-21T09:00:00Z"
    reply = await client.control("POST", path + "/failures", failures)
    assert reply.json["webhook"]["disabledUntilUtc"] == "2025-11-21T09:00:00Z"
    assert (await client.control("POST", f"units/{UNIT}/push")).json["push"] is None
    flags = {"reports_changes": False, "secure": False}
    reply = await client.control("POST", f"units/{UNIT}/reporting", flags)
    assert reply.json | flags == reply.json
    assert (await client.control("DELETE", path)).json["webhook"] is None
    for method, what in (("DELETE", "webhook"), ("POST", "push")):
        assert (await client.control(method, f"units/{UNIT}/{what}")).status == 404
    assert (await client.control("PUT", path, {"callback_url": "x"})).status == 400
    failures["disabled_until"] = "soon"
    assert (await client.control("POST", path + "/failures", failures)).status == 400


async def test_requests_by_unit(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """Requests are counted for the unit in their query, path or body, by the hour of the clock."""
    begin = clock()
    await client.get(f"Control?unitId={UNIT}")
    await client.get(f"Control?unitId={UNIT}", login=None)
    clock.move(3600)
    await client.put("Webhooks", configuration())
    await client.get("Units/99998")
    await client.get("units")
    await client.post("Control", [])
    first = Counter({"GET /v1/Control": 2})
    put = Counter({"PUT /v1/Webhooks": 1})
    later = {str(UNIT): put, "99998": Counter({"GET /v1/units/{unitId}": 1})}
    both = {**later, str(UNIT): first + put}
    requests = cloud.requests
    assert requests.by_subject() == requests.by_subject(begin) == both
    assert requests.by_subject(clock()) == later
    assert requests.by_subject(until=clock()) == {str(UNIT): first}
    reply = await client.control("GET", "requests/subjects")
    assert reply.json == both
    reply = await client.control("GET", "requests/subjects?since=2025-11-21T09:00")
    assert reply.json == later
    assert (await client.control("GET", "requests/subjects?since=x")).status == 400
    await client.control("DELETE", "requests")
    assert requests.by_subject() == {}


async def test_requests_by_shorter_periods(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """A short test may have it kept more exactly when requests came."""
    cloud.requests.resolution = timedelta(seconds=1)
    await client.get("units/99998")
    clock.move(1)
    assert cloud.requests.by_subject(clock()) == {}
    await client.get("units/99998")
    assert cloud.requests.by_subject(clock())["99998"].total() == 1
