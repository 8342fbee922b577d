"""Doubts: whatever happens to a request, one call leaves one grant or none, and says truthfully which."""

import asyncio

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from simulators.faults import FaultKind
from tests.grants_ha.helpers import TICK, UNIT, UNIT_NAME, Grants, exception_texts

CODE = "493817"
POST = "POST UnitIdEntries"
ENTRIES = "/v1/UnitIdEntries"
READ_BACK = f"/v1/UnitIdEntries?unitId={UNIT}&limit=500&offset=0&search="
GRACE = 3
"""Minutes after which a request without an answer is certainly given up."""


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after", "twice"])
async def test_answer_lost_and_read_back(grants: Grants, kind: FaultKind) -> None:
    """Where the cloud did it and the answer is lost or odd, reading back finds the one grant."""
    grants.house.fault(kind=kind, method="POST", path=ENTRIES, times=1)
    row = await grants.issue(code=CODE)
    assert row["state"] == "pending"
    await grants.deliver()
    assert grants.state(row) == "active"
    assert grants.opens(CODE)
    assert grants.entry(CODE) is not None
    assert grants.house.count(POST) == 1


async def test_nothing_can_be_read_back(grants: Grants) -> None:
    """Where neither answer nor list can be had the state is unknown, until the list tells."""
    grants.house.fault(kind="reset_after", method="POST", path=ENTRIES, times=1)
    grants.house.fault(kind="status", status=403, method="GET", path=READ_BACK)
    row = await grants.issue(code=CODE)
    assert row["state"] == "unknown"
    assert grants.reading("pending_grants") == "1"
    await grants.house.wait(TICK)
    assert grants.state(row) == "unknown"
    grants.house.cloud.clear_faults()
    await grants.house.wait(TICK)
    assert grants.state(row) == "pending"
    await grants.deliver()
    assert grants.state(row) == "active"
    assert grants.life == ["unknown", "pending", "active"]
    assert grants.house.count(POST) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_request_without_effect(grants: Grants, status: int) -> None:
    """A request that had no effect is unknown while it still might have one, then failed; it is not repeated."""
    grants.house.fault(kind="status", status=status, method="POST", times=1)
    row = await grants.issue(code=CODE)
    assert row["state"] == "unknown"
    await grants.house.wait(TICK)
    assert grants.state(row) == "unknown"
    for _ in range(GRACE):
        await grants.house.wait(TICK)
    assert grants.state(row) == "failed"
    assert grants.life == ["unknown", "failed"]
    assert grants.entry(CODE) is None
    assert grants.house.count(POST) == 1
    assert grants.reading("pending_grants") == "0"


async def test_connection_cut_before_it_was_read(grants: Grants) -> None:
    """A connection that is cut is a doubt, although here the cloud never acted."""
    grants.house.fault(kind="reset", method="POST", times=1)
    row = await grants.issue(code=CODE)
    assert row["state"] == "unknown"
    for _ in range(GRACE + 1):
        await grants.house.wait(TICK)
    assert grants.state(row) == "failed"
    assert grants.house.count(POST) == 1


async def test_timeout_after_sending(grants: Grants) -> None:
    """Where the answer comes too late the list tells that there is a grant, and the call with it."""
    grants.house.fault(
        kind="delay_answer", seconds=40, method="POST", path=ENTRIES, times=1
    )
    call = grants.hass.async_create_task(grants.issue(code=CODE))
    await grants.arrival(POST)
    grants.pass_time(16)
    row = await call
    assert row["state"] == "pending"
    await grants.deliver()
    await grants.house.wait(30)
    assert grants.state(row) == "active"
    assert grants.house.count(POST) == 1


async def test_effect_after_the_timeout(grants: Grants) -> None:
    """A request that the cloud carries out only after we gave up on it is still our one grant."""
    grants.house.fault(kind="reset", method="POST", times=1)
    row = await grants.issue(code=CODE)
    assert row["state"] == "unknown"
    await grants.house.wait(TICK)
    assert grants.state(row) == "unknown"
    grants.put_entry(CODE, description=f"Latchkey {row['grant_id']}.1")
    await grants.house.wait(TICK)
    assert grants.state(row) == "pending"
    await grants.deliver()
    assert grants.state(row) == "active"
    assert grants.house.count(POST) == 1


async def test_effect_after_it_was_given_up(grants: Grants) -> None:
    """A grant that appears after it was said not to exist is taken back: the user may have issued another."""
    grants.house.fault(kind="reset", method="POST", times=1)
    row = await grants.issue(code=CODE)
    for _ in range(GRACE + 1):
        await grants.house.wait(TICK)
    assert grants.state(row) == "failed"
    grants.put_entry(CODE, description=f"Latchkey {row['grant_id']}.1")
    await grants.house.wait(3700)
    assert grants.state(row) == "revoking"
    await grants.house.wait(TICK)
    await grants.deliver()
    assert grants.state(row) == "revoked"
    assert not grants.opens(CODE)


async def test_cloud_cannot_be_reached(grants: Grants) -> None:
    """Where nothing was sent at all there is no doubt: the call raises, and nothing is left."""
    grants.house.fault(kind="rate_limit", retry_after=60, path=ENTRIES)
    with pytest.raises(HomeAssistantError) as failure:
        await grants.issue(code=CODE)
    assert failure.value.translation_key == "rate_limited_until"
    assert grants.keeper.ledger.records == {}
    assert grants.house.count(POST) == 0


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (400, "invalid_request_grant"),
        (401, "wrong_credentials"),
        (403, "no_right"),
        (404, "not_found_grant"),
        (409, "conflict_grant"),
        (422, "invalid_request_grant"),
    ],
)
async def test_clear_refusals(grants: Grants, status: int, key: str) -> None:
    """A refusal leaves no grant, and is told in the user's words."""
    grants.house.fault(kind="status", status=status, method="POST")
    with pytest.raises(HomeAssistantError) as failure:
        await grants.issue(code=CODE)
    assert failure.value.translation_key == key
    assert all(key in texts for texts in exception_texts())
    assert UNIT_NAME in str(failure.value)
    assert grants.keeper.ledger.records == {}
    assert grants.life == []


async def test_two_calls_at_the_same_moment(grants: Grants) -> None:
    """Two calls for the same unit and code give one grant and one clear conflict."""
    rows = await asyncio.gather(
        grants.issue(code=CODE), grants.issue(code=CODE), return_exceptions=True
    )
    (row,) = [row for row in rows if isinstance(row, dict)]
    (error,) = [row for row in rows if isinstance(row, BaseException)]
    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "conflict_grant"
    assert grants.entry(CODE) is not None
    assert list(grants.keeper.ledger.records) == [row["grant_id"]]
    assert grants.life == ["pending"]


async def test_two_generated_codes_at_the_same_moment(grants: Grants) -> None:
    """Two calls without a code are two grants."""
    rows = await asyncio.gather(grants.issue(), grants.issue())
    assert len({row["code"] for row in rows}) == 2
    assert len(grants.house.cloud.entries(UNIT)) == 2


async def test_caller_gives_up(grants: Grants) -> None:
    """A call that is cancelled while its request is under way leaves a grant that is found, not one that is lost."""
    grants.house.fault(
        kind="delay_answer",
        seconds=5,
        method="POST",
        path=ENTRIES,
        times=1,
    )
    call = grants.hass.async_create_task(grants.issue(code=CODE))
    await grants.arrival(POST)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    grants.pass_time(6)
    await grants.house.wait(TICK)
    (record,) = grants.keeper.ledger.records.values()
    row = {"grant_id": record.grant_id}
    assert grants.state(row) == "pending"
    await grants.deliver()
    assert grants.state(row) == "active"
    assert grants.house.count(POST) == 1


async def test_listener_that_fails(grants: Grants) -> None:
    """Whatever goes wrong in showing a grant, the call that issued it still answers, with the code."""

    def fail() -> None:
        raise HomeAssistantError

    row = await grants.active()
    stop = grants.keeper.async_listen(fail)
    try:
        (answer,) = await grants.call(
            "update_grant", grant_id=row["grant_id"], name="B"
        )
        assert answer["state"] == "pending"
        assert (await grants.issue())["code"]
    finally:
        stop()
