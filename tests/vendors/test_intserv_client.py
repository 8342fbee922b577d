"""IntServ's five operations: what is sent, how answers are read, what refusals mean, what is sent again."""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.latchkey.vendors.intserv.adapter import IntServ, connect
from custom_components.latchkey.vendors.intserv.client import IntServClient, Key, judge
from custom_components.latchkey.vendors.transport import Transport
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidField,
    InvalidRequest,
    OutcomeUnknown,
    RateLimited,
    Refused,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)
from simulators.faults import Fault
from simulators.intserv import ANNEX, DEMO_API_KEY, MAIN, IntServCloud, serve

KEY = {"identification": "EM:4242", "type": "proximity"}


@pytest.fixture
def systems_cloud() -> IntServCloud:
    """Return a cloud with the demonstration's systems."""
    return IntServCloud()


@pytest.fixture
async def integration(
    session: ClientSession, systems_cloud: IntServCloud, pauses: list[float]
) -> AsyncIterator[IntServ]:
    """Return the account there."""
    async with serve(systems_cloud) as address:
        yield connect(session, {"api_key": f" {DEMO_API_KEY} ", "url": address.url})


@pytest.fixture
async def operations(
    session: ClientSession, systems_cloud: IntServCloud, pauses: list[float]
) -> AsyncIterator[IntServClient]:
    """Return the five operations there."""
    async with serve(systems_cloud) as address:
        base = URL(address.url)
        headers = Key(DEMO_API_KEY).headers
        yield IntServClient(Transport(session, base, headers, judge=judge))


def counted(cloud: IntServCloud, path: str) -> int:
    """Return how often an operation was asked."""
    return cloud.requests.counts[f"POST /v1/{path}"]


async def test_operations(
    operations: IntServClient, systems_cloud: IntServCloud
) -> None:
    """All five are sent as the vendor describes them, and answered."""
    client = operations
    levels = await client.levels()
    assert {level["system_id"] for level in levels} == {MAIN, ANNEX}
    added = await client.add_key({"key": KEY, "access_levels": [levels[0]["id"]]})
    status = await client.key_status(added["id"])
    assert status["status"] in ("Pending", "Applied")
    assert (await client.events({}))["events"] == []
    await client.remove_key({"id": added["id"]})
    assert added["id"] not in systems_cloud.integration.store.keys


async def test_account(integration: IntServ, systems_cloud: IntServCloud) -> None:
    """The account is its set of systems; one without any is refused, since nothing would tell it from another."""
    account = await integration.account()
    assert account.parts == {MAIN, ANNEX}
    assert account.name == f"{MAIN}, {ANNEX}"
    systems_cloud.integration.rotate(DEMO_API_KEY)
    systems_cloud.integration.see([ANNEX, MAIN])
    assert await integration.account() == account
    systems_cloud.integration.see([MAIN])
    assert (await integration.account()).id != account.id
    systems_cloud.integration.see([])
    with pytest.raises(Refused) as refused:
        await integration.account()
    assert refused.value.reason == "no_levels"
    assert not (await integration.inventory()).complete


REFUSALS: list[tuple[dict[str, Any], type[VendorError]]] = [
    ({"kind": "status", "status": 400}, InvalidRequest),
    ({"kind": "status", "status": 401}, WrongCredentials),
    ({"kind": "status", "status": 403}, Refused),
    ({"kind": "rate_limit"}, RateLimited),
]


@pytest.mark.parametrize(("fault", "error"), REFUSALS)
async def test_refusals(
    operations: IntServClient,
    systems_cloud: IntServCloud,
    fault: dict[str, Any],
    error: type[VendorError],
) -> None:
    """A refusal means the same of a reading and of a command, and neither is sent again."""
    systems_cloud.add_fault(Fault(**fault))
    with pytest.raises(error):
        await operations.levels()
    with pytest.raises(error):
        await operations.add_key({"key": KEY})
    assert counted(systems_cloud, "accesslevels/list") == 1
    assert counted(systems_cloud, "accesskeys/add") == 1


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_lost_answers(
    operations: IntServClient, systems_cloud: IntServCloud, kind: Any
) -> None:
    """A reading is repeated where that helps; a command is sent once, and its outcome is unknown."""
    systems_cloud.add_fault(Fault(kind))
    with pytest.raises((ServiceUnavailable, AnswerNotUnderstood)):
        await operations.levels()
    with pytest.raises(OutcomeUnknown):
        await operations.add_key({"key": KEY})
    assert counted(systems_cloud, "accesskeys/add") == 1


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"api_key": "  "}, ("api_key", "empty")),
        ({"api_key": "nyckel-å"}, ("api_key", "invalid_api_key")),
        ({"api_key": "a b"}, ("api_key", "invalid_api_key")),
        ({"api_key": "a\nb"}, ("api_key", "invalid_api_key")),
        ({"url": "http://api.intserv.se/v1/"}, ("url", "insecure_url")),
    ],
)
async def test_fields(
    session: ClientSession, fields: dict[str, str], refused: tuple[str, str]
) -> None:
    """A field that cannot be right is named before anything is sent."""
    usual = {"api_key": "key", "url": "https://api.intserv.se/v1/"}
    with pytest.raises(InvalidField) as err:
        connect(session, {**usual, **fields})
    assert (err.value.field, err.value.reason) == refused


@pytest.mark.parametrize("answer", [None, [], "x", {}, {"levels": None}, {"levels": 1}])
async def test_answers_that_are_none(
    integration: IntServ, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    """What is no list of levels is not taken for an empty one."""

    async def read(*_: Any, **__: Any) -> Any:
        return answer

    monkeypatch.setattr(Transport, "read", read)
    with pytest.raises(AnswerNotUnderstood):
        await integration.inventory()
