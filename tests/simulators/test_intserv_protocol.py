"""Who may call the simulated IntServ Access cloud, what it refuses, and how it fails."""

from aiohttp import ClientConnectionError
import pytest

from simulators.intserv import ANNEX, DEMO_API_KEY, MAIN, Fault
from simulators.intserv.api import ENDPOINTS
from tests.simulators.intserv import CARD, Estate

LEVELS = "accesslevels/list"


async def test_levels(estate: Estate) -> None:
    """All levels of all systems are listed, with or without an empty object."""
    told = await estate.ok(LEVELS)
    assert [(level["name"], level["system_id"]) for level in told["levels"]] == [
        ("Staff", MAIN),
        ("Office hours", MAIN),
        ("Servers", MAIN),
        ("Yard", ANNEX),
        ("Store", ANNEX),
    ]
    assert all(set(level) == {"id", "name", "system_id"} for level in told["levels"])
    assert (await estate.call(LEVELS)).json == told
    assert "systems" in await estate.refused(LEVELS, {"systems": []})


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {DEMO_API_KEY}",
        DEMO_API_KEY,
        f"Bearer {DEMO_API_KEY} x",
        f"Bearer {DEMO_API_KEY.upper()}",
        "Bearer nyckel-å",
    ],
)
async def test_wrong_token(estate: Estate, header: str | None) -> None:
    """A token that is missing or wrong is refused at every endpoint."""
    headers = {} if header is None else {"Authorization": header}
    for path in ENDPOINTS:
        reply = await estate.raw(path, {}, **headers)
        assert reply.status == 401
        assert reply.json["error"] == "Unauthorized"
        assert reply.headers["WWW-Authenticate"] == "Bearer"


async def test_scheme_in_any_case(estate: Estate) -> None:
    """The scheme is read in any case, as HTTP has it."""
    headers = {"Authorization": f"bearer {DEMO_API_KEY}"}
    assert (await estate.raw(LEVELS, {}, **headers)).status == 200


async def test_rotation(estate: Estate) -> None:
    """A new API key revokes the one before, and has the same access keys."""
    made = await estate.add()
    told = await estate.control("POST", "integrations/demo/api_key", {})
    await estate.refused(LEVELS, {}, 401)
    estate.api_key = told["api_key"]
    assert (await estate.status(made["id"]))["status"] == "NotApplied"
    body = {"api_key": "chosen"}
    await estate.control("POST", "integrations/demo/api_key", body)
    await estate.refused(LEVELS, {}, 401)
    estate.api_key = "chosen"
    await estate.ok(LEVELS)
    told = await estate.control("DELETE", "integrations/demo/api_key")
    assert told["api_key"] is None
    await estate.refused(LEVELS, {}, 401)


async def test_two_integrations(estate: Estate) -> None:
    """Integrations with a system in common see its levels and events, but not each other's access keys."""
    made = await estate.add(access_levels=[estate.level("Yard")])
    body = {"name": "Other", "systems": [ANNEX], "api_key": "other"}
    other = await estate.control("POST", "integrations", body, 201)
    estate.later(5)
    event = await estate.try_key("Gate", ANNEX, card=CARD)
    await estate.try_key("Entrance", MAIN, card=CARD)
    estate.later(5)
    estate.api_key = "other"
    levels = (await estate.ok(LEVELS))["levels"]
    assert {level["system_id"] for level in levels} == {ANNEX}
    assert await estate.events() == [event]
    assert event["key_id"] == made["id"]
    await estate.refused("accesskeys/status", {"id": made["id"]})
    await estate.refused("accesskeys/remove", {"id": made["id"]})
    await estate.refused("events/list", {"systems": [MAIN]})
    body = {"access_levels": [estate.level("Staff")]}
    key = {"key": {"identification": CARD, "type": "proximity"}}
    await estate.refused("accesskeys/add", {**key, **body})
    person = {"person": {"id": made["person"]["id"]}}
    await estate.refused("accesskeys/add", {**key, **person})
    # The same card in the same system is in use there.
    mine = await estate.add(access_levels=[estate.level("Yard")])
    assert mine["id"] != made["id"]
    estate.later(5)
    told = await estate.status(mine["id"])
    assert told["systems_where_failed"] == [
        {"system_id": ANNEX, "error_type": "KeyAlreadyInUse"}
    ]
    await estate.control("PATCH", f"integrations/{other['id']}", {"systems": []})
    assert (await estate.ok(LEVELS))["levels"] == []
    assert (await estate.ok("events/list"))["least_sync_time"] is None


async def test_wrong_requests(estate: Estate) -> None:
    """What is no JSON object, no endpoint or another method is refused."""
    for body in (b"{", b"[]", b"null", b"\xff"):
        reply = await estate.call(LEVELS, body)
        assert (reply.status, reply.json["error"]) == (400, "BadRequest")
    token = {"Authorization": f"Bearer {DEMO_API_KEY}"}
    plain = {"Content-Type": "text/plain"}
    assert (await estate.raw(LEVELS, {}, **token, **plain)).status == 415
    assert (await estate.raw("accesskeys/list", {}, **token)).status == 404
    assert (await estate.raw(LEVELS, method="GET", **token)).status == 405


async def test_rate_limit(estate: Estate) -> None:
    """So many requests may be made within a window, and then it is told when to come back."""
    estate.cloud.set_options(rate_limit=2, rate_window=60, retry_after=30)
    assert [(await estate.call(LEVELS, {})).status for _ in range(3)] == [200, 200, 429]
    assert (await estate.call(LEVELS, {})).headers["Retry-After"] == "30"
    estate.later(60)
    assert (await estate.call(LEVELS, {})).status == 200
    estate.cloud.set_options(rate_limit=0, retry_after=None)
    assert "Retry-After" not in (await estate.call(LEVELS, {})).headers


async def test_dropped_answer(estate: Estate) -> None:
    """An answer that is dropped leaves the key behind, which the same request finds again."""
    estate.cloud.add_fault(Fault("reset_after", path="/v1/accesskeys/add", times=1))
    with pytest.raises(ClientConnectionError):
        await estate.add()
    keys = estate.cloud.integration.store.keys
    (left,) = [key.id for key in keys.values() if key.identity.given == CARD]
    assert (await estate.add())["id"] == left
    estate.cloud.add_fault(Fault("twice", path="/v1/accesskeys/remove", times=1))
    # The second of two requests finds no key any more.
    await estate.refused("accesskeys/remove", {"id": left})


async def test_faults(estate: Estate) -> None:
    """Faults hit any endpoint before its token is looked at, and what they hold up is not done."""
    fault = {"kind": "rate_limit", "retry_after": 7, "times": len(ENDPOINTS)}
    await estate.control("POST", "faults", fault)
    for path in ENDPOINTS:
        reply = await estate.raw(path, {})
        assert (reply.status, reply.headers["Retry-After"]) == (429, "7")
    estate.cloud.add_fault(Fault("status", path="/v1/accesskeys/add", times=1))
    known = len(estate.cloud.integration.store.keys)
    key = {"key": {"identification": CARD, "type": "proximity"}}
    assert (await estate.call("accesskeys/add", key)).status == 503
    assert len(estate.cloud.integration.store.keys) == known


async def test_counts(estate: Estate) -> None:
    """Requests are counted, for the access key that they name by its id and never by its identification."""
    key_id = (await estate.add())["id"]
    await estate.status(key_id)
    counts = await estate.control("GET", "requests")
    assert counts["counts"] == {
        "POST /v1/accesskeys/add": 1,
        "POST /v1/accesskeys/status": 1,
    }
    subjects = await estate.control("GET", "requests/subjects")
    assert subjects == {key_id: {"POST /v1/accesskeys/status": 1}}
