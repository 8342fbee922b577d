"""Revoking: the door may still open until the unit has synchronised, and the state says so."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from simulators.faults import FaultKind
from tests.grants_ha.helpers import (
    OTHER_UNIT,
    ROW_KEYS,
    TICK,
    UNIT,
    UNIT_NAME,
    Grants,
    sent,
)

CODE = "493817"
DELETE = "DELETE UnitIdEntries/{id}"
UNKNOWN_GRANT = "01JD2WQ2G8ZJ6S6T5V4R3Q2P1N"


async def test_revoking_until_the_unit_has_it(grants: Grants) -> None:
    """The code opens until the sync has ended; only then is the grant revoked and its entry gone."""
    row = await grants.active(code=CODE)
    (answer,) = await grants.call("revoke_grant", grant_id=row["grant_id"])
    assert set(answer) == ROW_KEYS
    assert answer["state"] == "revoking"
    assert grants.opens(CODE)
    assert (grants.reading("active_grants"), grants.reading("pending_grants")) == (
        "0",
        "1",
    )
    await grants.deliver()
    assert grants.state(row) == "revoked"
    assert not grants.opens(CODE)
    assert grants.entry(CODE) is None
    assert grants.reading("pending_grants") == "0"
    assert grants.life == ["pending", "active", "revoking", "revoked"]


async def test_revoked_before_it_was_delivered(grants: Grants) -> None:
    """A grant that no unit ever had is revoked with the next sync, and never opened."""
    row = await grants.issue(code=CODE)
    await grants.call("revoke_grant", grant_id=row["grant_id"])
    await grants.deliver()
    assert grants.state(row) == "revoked"
    assert not grants.opens(CODE)


async def test_several_at_once(grants: Grants) -> None:
    """Several grants are taken back by one call, a row for each, those named twice once."""
    rows = [await grants.active(), await grants.active(OTHER_UNIT)]
    ids = [row["grant_id"] for row in rows]
    answers = await grants.call("revoke_grant", grant_id=[*ids, ids[0]])
    assert [answer["grant_id"] for answer in answers] == ids
    await grants.deliver()
    assert {grants.state(row) for row in rows} == {"revoked"}


async def test_issued_elsewhere(grants: Grants) -> None:
    """A grant that somebody issued at the vendor is taken back by the id that the list tells."""
    entry_id = grants.put_entry(CODE)
    grants.house.cloud.program(UNIT).sync.push()
    await grants.house.wait(60)
    assert grants.opens(CODE)
    listed = [row for row in await grants.listed() if not row["managed"]]
    (row,) = listed
    assert row["grant_id"] == f"{UNIT}:{entry_id}"
    (answer,) = await grants.call("revoke_grant", grant_id=row["grant_id"])
    assert answer["state"] == "revoking"
    await grants.deliver()
    assert grants.state(row) == "revoked"
    assert not grants.opens(CODE)
    assert grants.entry(CODE) is None


async def test_issued_elsewhere_and_ended(grants: Grants) -> None:
    """One issued elsewhere whose end has passed is taken back as well, and the calendar bears it."""
    grants.put_entry(CODE, validToIso="2026-01-01T12:00:00Z")
    (row,) = await grants.listed()
    await grants.call("revoke_grant", grant_id=row["grant_id"])
    assert grants.entity("calendar", "grants").state == "off"
    await grants.deliver()
    assert grants.state(row) == "revoked"


async def test_unknown_ids(grants: Grants) -> None:
    """An id that nothing has is refused before anything is sent, together with those that something has."""
    row = await grants.active()
    before = sent(grants.house)
    for grant_id in (UNKNOWN_GRANT, f"{UNIT}:1", f"{UNIT}:", "1:506757", ":", "x"):
        with pytest.raises(ServiceValidationError) as failure:
            await grants.call("revoke_grant", grant_id=[row["grant_id"], grant_id])
        assert failure.value.translation_key == "unknown_grant"
    assert sent(grants.house) == before
    assert grants.state(row) == "active"


@pytest.mark.parametrize("kind", ["reset_after", "html_after", "twice", "reset"])
async def test_answer_lost(grants: Grants, kind: FaultKind) -> None:
    """A revocation once begun is carried on until it is done, whatever became of its answer."""
    row = await grants.active(code=CODE)
    grants.house.fault(kind=kind, method="DELETE", times=1)
    (answer,) = await grants.call("revoke_grant", grant_id=row["grant_id"])
    assert answer["state"] == "revoking"
    await grants.house.wait(TICK)
    await grants.deliver()
    assert grants.state(row) == "revoked"
    assert not grants.opens(CODE)


@pytest.mark.parametrize(
    ("status", "key"), [(403, "no_right"), (401, "wrong_credentials")]
)
async def test_refused(grants: Grants, status: int, key: str) -> None:
    """A revocation that the cloud refuses leaves the grant what it was, and nothing goes on behind the user's back."""
    row = await grants.active(code=CODE)
    grants.house.fault(kind="status", status=status, method="DELETE", times=1)
    with pytest.raises(HomeAssistantError) as failure:
        await grants.call("revoke_grant", grant_id=row["grant_id"])
    assert failure.value.translation_key == key
    assert UNIT_NAME in str(failure.value)
    assert grants.state(row) == "active"
    await grants.house.wait(TICK)
    await grants.house.wait(3700)
    assert grants.state(row) == "active"
    assert grants.opens(CODE)
    assert grants.house.count(DELETE) == 1


async def test_gone_already(grants: Grants) -> None:
    """A grant that the cloud no longer has is revoked as soon as its list has told so."""
    row = await grants.active(code=CODE)
    entry = grants.entry(CODE)
    assert entry is not None
    grants.house.cloud.program(UNIT).entries.forget(entry["id"])
    await grants.call("revoke_grant", grant_id=row["grant_id"])
    await grants.deliver()
    assert grants.state(row) == "revoked"


async def test_taken_back_elsewhere(grants: Grants) -> None:
    """A grant that somebody takes back at the vendor is revoked here too once it is looked for."""
    row = await grants.active(code=CODE)
    entry = grants.entry(CODE)
    assert entry is not None
    grants.house.cloud.program(UNIT).entries.delete(entry["id"])
    await grants.house.wait(3700)
    assert grants.state(row) == "revoking"
    await grants.deliver()
    assert grants.state(row) == "revoked"


async def test_taken_back_elsewhere_and_told(grants: Grants) -> None:
    """Where the vendor hints at it, it is looked for at once, and without a hint not yet."""
    row = await grants.active(code=CODE)
    entry = grants.entry(CODE)
    assert entry is not None
    grants.house.cloud.program(UNIT).entries.delete(entry["id"])
    for _ in range(3):
        await grants.house.wait(TICK)
    assert grants.state(row) == "active"
    grants.keeper.async_hint()
    await grants.house.wait(TICK)
    assert grants.state(row) == "revoking"


async def test_twice(grants: Grants) -> None:
    """To revoke again what is being revoked, or is, changes nothing."""
    row = await grants.active(code=CODE)
    for _ in range(2):
        (answer,) = await grants.call("revoke_grant", grant_id=row["grant_id"])
        assert answer["state"] == "revoking"
    await grants.deliver()
    (answer,) = await grants.call("revoke_grant", grant_id=row["grant_id"])
    assert answer["state"] == "revoked"
    assert grants.life == ["pending", "active", "revoking", "revoked"]


async def test_of_an_issue_in_doubt(grants: Grants) -> None:
    """What may have been issued can be revoked: it ends revoked, whether it was there or not."""
    grants.house.fault(kind="reset", method="POST", times=1)
    row = await grants.issue(code=CODE)
    assert row["state"] == "unknown"
    (answer,) = await grants.call("revoke_grant", grant_id=row["grant_id"])
    assert answer["state"] == "revoking"
    for _ in range(4):
        await grants.house.wait(TICK)
    assert grants.state(row) == "revoked"
