"""Webhooks of the simulated iLOQ cloud."""

import base64
import hashlib
import hmac
import json
from typing import Any

from aiohttp.test_utils import unused_port
import pytest

from simulators.errors import Invalid
from simulators.iloq.filters import matches
from simulators.iloq.places import ROOT_ID
from simulators.iloq.webhooks import REPETITIONS
from simulators.registry import new_id
from tests.simulators.callbacks import Callback
from tests.simulators.iloq import UNKNOWN, House, Json, key_body

PATH = "Webhooks/Subscriptions"


async def event_id(iloq: House, name: str) -> str:
    """Return the id of an event."""
    events = await iloq.get("Webhooks/Events")
    found: str = next(event["Id"] for event in events if event["Name"] == name)
    return found


async def body_for(iloq: House, url: str, event: str, **changes: Any) -> Json:
    """Return the body of a new subscription for a year."""
    return {
        "SubscriptionId": new_id(),
        "WebhookEventId": await event_id(iloq, event),
        "TargetEndpointUri": url,
        "StartDateUtc": iloq.iso(),
        "EndDateUtc": iloq.iso(365 * 86400),
        "CustomHeader": None,
        "JsonPathFilter": None,
        **changes,
    }


async def subscribe(iloq: House, url: str, event: str, **changes: Any) -> Json:
    """Subscribe, and return the subscription as it is told."""
    body = await body_for(iloq, url, event, **changes)
    await iloq.send("POST", PATH, body)
    told: Json = await iloq.get(f"{PATH}/{body['SubscriptionId']}")
    assert body.items() <= told.items()
    return told


async def test_subscriptions(iloq: House, callback: Callback) -> None:
    """Subscriptions are added, changed and deleted, up to three of an event."""
    told = await subscribe(iloq, callback.url, "key_added")
    assert (told["Counter"], len(told["SignKey"])) == (0, 36)
    for _ in range(2):
        await subscribe(iloq, callback.url, "key_added")
    await iloq.refused("POST", PATH, await body_for(iloq, callback.url, "key_added"))
    await subscribe(iloq, callback.url, "key_blocklisted")
    assert len(await iloq.get(PATH)) == 4
    path = f"{PATH}/{told['SubscriptionId']}"
    changed = told | {"EndDateUtc": iloq.iso(60), "CustomHeader": "x"}
    await iloq.send("PUT", PATH, changed)
    assert await iloq.get(path) == changed
    await iloq.send("DELETE", path)
    await iloq.refused("GET", path)
    await iloq.refused("PUT", PATH, changed)
    await iloq.send("POST", PATH, changed)
    await iloq.refused("POST", PATH, changed)


@pytest.mark.parametrize(
    "changes",
    [
        {"SubscriptionId": "x"},
        {"WebhookEventId": UNKNOWN},
        {"TargetEndpointUri": None},
        {"TargetEndpointUri": "https://example.com/hook"},
        {"TargetEndpointUri": "http://[::1"},
        {"EndDateUtc": "2026-11-23T08:14:50Z"},
        {"EndDateUtc": "2025-11-21T08:14:50Z"},
        {"EndDateUtc": None},
        {"JsonPathFilter": "$.x"},
    ],
)
async def test_refused(iloq: House, changes: Json) -> None:
    """A subscription must be one of an event, for a year at most, to this machine."""
    body = await body_for(iloq, "http://127.0.0.1:9/hook", "key_added")
    await iloq.refused("POST", PATH, body | changes)
    assert await iloq.get(PATH) == []


async def test_told(iloq: House, callback: Callback) -> None:
    """What happened is posted with a signature over the very bytes."""
    iloq.clock.move(0.5)
    told = await subscribe(iloq, callback.url, "key_added", CustomHeader="h\u00e4j")
    key = key_body(Description="J\u00f6rg")
    for _ in range(2):
        await iloq.send("POST", "Keys", {"Key": key | {"FNKey_ID": new_id()}})
    await iloq.cloud.webhooks_told()
    event, _ = callback.events
    assert list(event) == ["Data", "CreationTimeUtc"]
    assert event["CreationTimeUtc"] == "2025-11-21T08:14:50.500000Z"
    assert event["Data"]["Description"] == "J\u00f6rg"
    assert set(event["Data"]) == {
        "Description",
        "ExpireDate",
        "FNKey_ID",
        "InfoText",
        "KeyTypeMask",
        "Person_ID",
        "RealEstate_ID",
        "ROM_ID",
        "Stamp",
        "StampSource",
        "State",
        "TagKey",
        "TagKeySource",
        "VersionCode",
    }
    headers = callback.headers[0]
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Event-Name"] == "key_added"
    assert headers["Subscription-Id"] == told["SubscriptionId"]
    assert base64.b64decode(headers["Custom-Header"]).decode() == "h\u00e4j"
    assert [own["Counter"] for own in callback.headers] == ["1", "2"]
    rows = await iloq.get(f"{PATH}/{told['SubscriptionId']}/Payloads")
    assert [(row["Counter"], row["State"]) for row in rows] == [(1, 2), (2, 2)]
    mac = hmac.new(told["SignKey"].encode(), rows[0]["Data"].encode(), hashlib.sha256)
    assert headers["Webhook-Signature"] == mac.hexdigest()
    assert told["SignKey"] != told["SignKey"].lower()
    assert json.loads(rows[0]["Data"]) == event
    assert (await iloq.get(f"{PATH}/{told['SubscriptionId']}"))["Counter"] == 2


async def test_lines(iloq: House, callback: Callback) -> None:
    """A line of a log is told of when it arrives, however late that is."""
    await subscribe(iloq, callback.url, "device_log_arrived")
    key, lock = iloq.key("Anna's phone"), iloq.lock("Gate")
    path = f"lock_groups/demo/locks/{lock.id}"
    await iloq.control("POST", f"{path}/try", {"key_id": key.id})
    await iloq.control("POST", f"{path}/try", {})
    await iloq.cloud.webhooks_told()
    assert callback.events == []
    iloq.clock.move(600)
    await iloq.control("POST", f"{path}/read")
    await iloq.cloud.webhooks_told()
    assert [event["CreationTimeUtc"] for event in callback.events] == [iloq.iso()] * 2
    granted, unknown = (event["Data"] for event in callback.events)
    assert granted == {
        "DeviceLogTypeMask": 12,
        "FLock_ID": lock.id,
        "fnKey_ID": key.id,
        "GoingDateUtc": iloq.iso(-600),
        "KeyTypeMask": 6,
        "LanguageCode": None,
        "LockSerialNumber": lock.record["SerialNumber"],
        "Person_ID": iloq.person("Anna").id,
        "PersonFullName": "Anna Virtanen",
        "PhoneEmail": "anna@example.com",
        "PhoneNo": "+358409876543",
        "RealEstate_ID": lock.record["RealEstate_Id"],
    }
    assert (unknown["fnKey_ID"], unknown["DeviceLogTypeMask"]) == (None, 4097)


async def test_blocklisted(iloq: House, callback: Callback) -> None:
    """A key that is blocklisted is told of."""
    await subscribe(iloq, callback.url, "key_blocklisted")
    key = iloq.key("Fob")
    await iloq.send("POST", f"Blacklists/AddKey/{key.id}")
    await iloq.cloud.webhooks_told()
    [event] = callback.events
    assert (event["Data"]["FNKey_ID"], event["Data"]["RealEstate_ID"]) == (
        key.id,
        ROOT_ID,
    )


async def test_repeated(iloq: House, callback: Callback) -> None:
    """What is not taken is sent again six times under the same number, later each time, and then given up."""
    told = await subscribe(iloq, callback.url, "key_added")
    path = f"{PATH}/{told['SubscriptionId']}"
    callback.status = 500

    async def pending() -> list[tuple[int, int]]:
        rows = await iloq.get(f"{path}/PendingEvents")
        return [(row["State"], row["FailedRequests"]) for row in rows]

    await iloq.send("POST", "Keys", {"Key": key_body()})
    await iloq.cloud.webhooks_told()
    assert await pending() == [(3, 1)]
    for number, wait in enumerate(REPETITIONS, 2):
        iloq.clock.move(wait.total_seconds() - 1)
        await iloq.cloud.webhooks_told()
        assert len(callback.events) == number - 1
        iloq.clock.move(1)
        await iloq.cloud.webhooks_told()
        assert len(callback.events) == number
    assert await pending() == [(4, 7)]
    assert {own["Counter"] for own in callback.headers} == {"1"}
    assert len({own["Webhook-Signature"] for own in callback.headers}) == 1
    for name in ("PendingPayloads", "PendingEvents"):
        ids = await iloq.get(f"{PATH}/{name}")
        assert ids == {"SubscriptionIds": [told["SubscriptionId"]]}
    assert len(await iloq.get(f"{path}/Payloads?state=4")) == 1
    assert await iloq.get(f"{path}/Payloads?state=2") == []
    await iloq.refused("GET", f"{path}/Payloads?state=5")
    iloq.clock.move(30 * 86400)
    callback.status = 204
    await iloq.send("POST", "Keys", {"Key": key_body()})
    await iloq.cloud.webhooks_told()
    rows = await iloq.get(f"{path}/Payloads")
    assert [(row["Counter"], row["State"]) for row in rows] == [(2, 2)]
    assert await iloq.get(f"{PATH}/PendingPayloads") == {"SubscriptionIds": []}


async def test_taken_later(iloq: House, callback: Callback) -> None:
    """Nobody's listening is a failure too; what is taken then is sent no more."""
    told = await subscribe(iloq, f"http://127.0.0.1:{unused_port()}/hook", "key_added")
    await iloq.send("POST", "Keys", {"Key": key_body()})
    await iloq.cloud.webhooks_told()
    await iloq.send("PUT", PATH, told | {"TargetEndpointUri": callback.url})
    iloq.clock.move(300)
    await iloq.cloud.webhooks_told()
    iloq.clock.move(10**6)
    await iloq.cloud.webhooks_told()
    assert len(callback.events) == 1


async def test_unsubscribed(iloq: House, callback: Callback) -> None:
    """Nobody is told again after the subscription is gone, nor outside of its dates."""
    callback.status = 500
    told = await subscribe(iloq, callback.url, "key_added", EndDateUtc=iloq.iso(3600))
    await iloq.send("POST", "Keys", {"Key": key_body()})
    await iloq.cloud.webhooks_told()
    await iloq.send("DELETE", f"{PATH}/{told['SubscriptionId']}")
    iloq.clock.move(300)
    await iloq.cloud.webhooks_told()
    assert len(callback.events) == 1
    await subscribe(
        iloq,
        callback.url,
        "key_added",
        StartDateUtc=iloq.iso(60),
        EndDateUtc=iloq.iso(120),
    )
    for seconds, count in ((59, 1), (1, 2), (60, 2)):
        iloq.clock.move(seconds)
        await iloq.send("POST", "Keys", {"Key": key_body()})
        await iloq.cloud.webhooks_told()
        assert len(callback.events) == count


async def test_filtered(iloq: House, callback: Callback) -> None:
    """A filter lets through what it says."""
    path = "$[?($.KeyTypeMask == 9 || $.KeyTypeMask == 10)]"
    await subscribe(iloq, callback.url, "key_added", JsonPathFilter=path)
    for kind in (264, 10, 9):
        await iloq.send("POST", "Keys", {"Key": key_body(kind)})
    await iloq.cloud.webhooks_told()
    assert [event["Data"]["KeyTypeMask"] for event in callback.events] == [10, 9]


def test_filters() -> None:
    """Comparisons are joined by or, or by and; anything else is refused."""
    data = {"A": 1, "B": "x", "C": None, "D": True}
    assert matches("", data)
    assert matches("$[?($.A == 1 && $.B == 'x')]", data)
    assert matches('$[?($.C == null && $.D == true && $.B == "x")]', data)
    assert not matches("$[?($.A == 1 && $.B == 'y')]", data)
    assert not matches("$[?($.E == null)]", data)
    for wrong in ("x", "$[?($.A > 1)]", "$[?($.A == 1 || $.B)]"):
        with pytest.raises(Invalid):
            matches(wrong, data)


async def test_beside(iloq: House) -> None:
    """A lock group tells of its server, and makes tokens."""
    settings = await iloq.get("LockGroups/ConnectionSettings")
    assert iloq.address.url.startswith(settings["ServerUrl"])
    tokens = [
        (await iloq.send("POST", "LockGroups/GenerateAccessToken"))["AccessToken"]
        for _ in range(2)
    ]
    assert len(set(tokens)) == 2
