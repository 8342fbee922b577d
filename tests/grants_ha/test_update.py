"""Updating: what is given changes, what is not stays, and the unit learns of it."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from simulators.faults import FaultKind
from tests.grants_ha.helpers import ROW_KEYS, TICK, UNIT, Grants, later, sent

CODE = "493817"
OTHER_CODE = "380562"
PUT = "PUT UnitIdEntries/{id}"


async def test_new_end(grants: Grants) -> None:
    """Another end is taken by the unit; code, name and start stay."""
    row = await grants.active(
        code=CODE, start_datetime=later(minutes=1), end_datetime=later(hours=1)
    )
    (answer,) = await grants.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(hours=2)
    )
    assert set(answer) == ROW_KEYS
    assert answer["state"] == "pending"
    assert (answer["name"], answer["start_datetime"]) == (
        "Anna",
        row["start_datetime"],
    )
    await grants.deliver()
    assert grants.state(row) == "active"
    await grants.house.wait(3700)
    assert grants.opens(CODE)
    await grants.house.wait(3600)
    assert not grants.opens(CODE)


async def test_no_end_any_more(grants: Grants) -> None:
    """An end that is given as none is taken away."""
    row = await grants.active(code=CODE, end_datetime=later(hours=1))
    (answer,) = await grants.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=None
    )
    assert answer["end_datetime"] is None
    await grants.deliver()
    await grants.house.wait(2 * 3600)
    assert grants.opens(CODE)


async def test_new_code(grants: Grants) -> None:
    """Another code opens in the place of the first, and stands in the answer."""
    row = await grants.active(code=CODE)
    (answer,) = await grants.call(
        "update_grant", grant_id=row["grant_id"], code=OTHER_CODE
    )
    assert set(answer) == ROW_KEYS | {"code"}
    assert answer["code"] == OTHER_CODE
    assert grants.opens(CODE)
    await grants.deliver()
    assert grants.opens(OTHER_CODE)
    assert not grants.opens(CODE)


async def test_new_name_and_fields(grants: Grants) -> None:
    """Name and the vendor's own fields change without another code."""
    row = await grants.active(code=CODE, code_tag="cleaning")
    await grants.call(
        "update_grant", grant_id=row["grant_id"], name="Bo", code_tag_calendar="week"
    )
    entry = grants.entry(CODE)
    assert entry is not None
    assert (entry["name"], entry["codeTag"]) == ("Bo", "cleaning")
    assert entry["codeTagCalendar"] == "week"


async def test_action_is_not_ignored(grants: Grants) -> None:
    """What a grant opens is changed where that is asked for, or refused; it is never passed over."""
    row = await grants.active(code=CODE)
    try:
        await grants.call("update_grant", grant_id=row["grant_id"], action="R2")
    except Exception as err:  # noqa: BLE001  whichever way it is refused
        assert "action" in str(err)  # noqa: PT017
        return
    entry = grants.entry(CODE)
    assert entry is not None
    assert entry["action"] == "R2"


async def test_expired_grant_is_prolonged(grants: Grants) -> None:
    """A grant whose end has passed opens again with a later one."""
    row = await grants.active(code=CODE, end_datetime=later(hours=1))
    await grants.house.wait(3700)
    assert grants.state(row) == "expired"
    await grants.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(hours=1)
    )
    await grants.deliver()
    assert grants.state(row) == "active"
    assert grants.opens(CODE)


async def test_code_of_somebody_else(grants: Grants) -> None:
    """A code that another grant has is a conflict, and the grant stays as it was."""
    row = await grants.active(code=CODE)
    await grants.active(code=OTHER_CODE)
    before = sent(grants.house)
    with pytest.raises(ServiceValidationError) as failure:
        await grants.call("update_grant", grant_id=row["grant_id"], code=OTHER_CODE)
    assert failure.value.translation_key == "conflict_grant"
    assert sent(grants.house) == before
    assert grants.state(row) == "active"
    assert grants.opens(CODE)


async def test_its_own_code(grants: Grants) -> None:
    """The code that it has already is no conflict."""
    row = await grants.active(code=CODE)
    await grants.call("update_grant", grant_id=row["grant_id"], code=CODE)
    await grants.deliver()
    assert grants.opens(CODE)


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after", "twice"])
async def test_answer_lost_and_read_back(grants: Grants, kind: FaultKind) -> None:
    """Where the cloud did it and the answer is lost, reading back finds that it did."""
    row = await grants.active(code=CODE)
    grants.house.fault(kind=kind, method="PUT", times=1)
    (answer,) = await grants.call("update_grant", grant_id=row["grant_id"], name="Bo")
    assert answer["name"] == "Bo"
    await grants.deliver()
    assert grants.state(row) == "active"
    assert grants.house.count(PUT) == 1


async def test_request_without_effect(grants: Grants) -> None:
    """Where the cloud never did it the grant is unknown for a while, and then what it was."""
    row = await grants.active(code=CODE, end_datetime=later(hours=10))
    grants.house.fault(kind="reset", method="PUT", times=1)
    (answer,) = await grants.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(hours=20)
    )
    assert answer["state"] == "unknown"
    for _ in range(4):
        await grants.house.wait(TICK)
    assert grants.state(row) == "active"
    record = grants.keeper.ledger.records[row["grant_id"]]
    assert record.wanted is None
    (listed,) = await grants.listed()
    assert listed["end_datetime"] == row["end_datetime"]
    assert grants.house.count(PUT) == 1


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (400, "invalid_request_grant"),
        (403, "no_right"),
        (409, "conflict_grant"),
    ],
)
async def test_refused(grants: Grants, status: int, key: str) -> None:
    """An update that the cloud refuses leaves the grant as it was."""
    row = await grants.active(code=CODE)
    grants.house.fault(kind="status", status=status, method="PUT", times=1)
    with pytest.raises(HomeAssistantError) as failure:
        await grants.call("update_grant", grant_id=row["grant_id"], name="Bo")
    assert failure.value.translation_key == key
    assert grants.state(row) == "active"
    (listed,) = await grants.listed()
    assert listed["name"] == "Anna"


async def test_gone_at_the_vendor(grants: Grants) -> None:
    """A grant that the cloud no longer has cannot be changed, and is revoked."""
    row = await grants.active(code=CODE)
    entry = grants.entry(CODE)
    assert entry is not None
    grants.house.cloud.program(UNIT).entries.forget(entry["id"])
    with pytest.raises(HomeAssistantError):
        await grants.call("update_grant", grant_id=row["grant_id"], name="Bo")
    for _ in range(4):
        await grants.house.wait(TICK)
    assert grants.state(row) == "revoked"


async def test_of_a_grant_whose_id_the_vendor_did_not_tell(grants: Grants) -> None:
    """A grant that was just issued can be changed although the cloud's answer told no id."""
    grants.house.cloud.set_options(entry_answer="empty")
    row = await grants.issue(code=CODE)
    (answer,) = await grants.call("update_grant", grant_id=row["grant_id"], name="Bo")
    assert answer["name"] == "Bo"
    entry = grants.entry(CODE)
    assert entry is not None
    assert entry["name"] == "Bo"


@pytest.mark.parametrize("state", ["revoking", "revoked", "unknown", "failed"])
async def test_states_that_cannot_change(grants: Grants, state: str) -> None:
    """What is on its way out, gone or in doubt is not changed; the error names the field and the state."""
    if state in ("unknown", "failed"):
        grants.house.fault(kind="reset", method="POST", times=1)
    row = await grants.issue(code=CODE)
    if state == "failed":
        for _ in range(4):
            await grants.house.wait(TICK)
    if state in ("revoking", "revoked"):
        await grants.deliver()
        await grants.call("revoke_grant", grant_id=row["grant_id"])
    if state == "revoked":
        await grants.deliver()
    assert grants.state(row) == state
    before = sent(grants.house)
    with pytest.raises(ServiceValidationError) as failure:
        await grants.call("update_grant", grant_id=row["grant_id"], name="Bo")
    assert failure.value.translation_key == "grant_cannot_change"
    assert failure.value.translation_placeholders == {
        "field": "grant_id",
        "state": state,
    }
    assert sent(grants.house) == before
