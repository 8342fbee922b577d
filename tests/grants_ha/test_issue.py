"""Issuing: what is asked for is what the cloud gets, and the answer says what came of it."""

from datetime import timedelta
import re

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from tests.grants_ha.helpers import (
    OTHER_UNIT,
    ROW_KEYS,
    UNIT,
    UNIT_NAME,
    Grants,
    later,
    sent,
)

POST = "POST /v1/UnitIdEntries"


async def test_row_of_a_pin(grants: Grants) -> None:
    """A PIN for a unit opens its first relay; the row tells all that was agreed, and the code."""
    row = await grants.issue(
        start_datetime=later(hours=1), end_datetime=later(hours=2), code="493817"
    )
    assert set(row) == ROW_KEYS | {"code"}
    assert row["device_id"] == grants.device_id()
    assert (row["access"], row["name"]) == (f"{UNIT_NAME}, R1", "Anna")
    assert (row["credential"], row["state"]) == ("pin", "pending")
    assert row["code"] == "493817"
    entry = grants.entry("493817")
    assert entry is not None
    assert (entry["action"], entry["name"]) == ("R1", "Anna")
    assert row["grant_id"] in entry["description"]
    now = dt_util.now().replace(microsecond=0)
    for field, hours in (("start_datetime", 1), ("end_datetime", 2)):
        moment = dt_util.parse_datetime(row[field], raise_on_error=True)
        assert moment == now + timedelta(hours=hours)
    assert sent(grants.house) == {POST: 1}


async def test_grant_without_times(grants: Grants) -> None:
    """Without start and end a grant opens at once and for good, and the row says so."""
    row = await grants.issue()
    assert row["start_datetime"] is None
    assert row["end_datetime"] is None
    entry = grants.entry(row["code"])
    assert entry is not None
    assert (entry["validFromIso"], entry["validToIso"]) == (None, None)


async def test_generated_code(grants: Grants) -> None:
    """A code that is made here has six digits and opens the door once the unit has it."""
    row = await grants.active()
    assert re.fullmatch("[0-9]{6}", row["code"])
    assert grants.opens(row["code"])


async def test_generated_code_is_never_in_use(
    grants: Grants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A code that any entry of the cloud has, on whichever page, is passed over."""
    grants.house.cloud.generate_entries(UNIT, 501)
    grants.put_entry("493817")
    digits = iter("493817380562")
    monkeypatch.setattr(
        "custom_components.latchkey.codes.secrets.choice", lambda _: next(digits)
    )
    row = await grants.issue()
    assert row["code"] == "380562"


async def test_expansion_needs_an_action(grants: Grants) -> None:
    """A grant for an expansion is refused, in words that name the field, until an action is given."""
    with pytest.raises(ServiceValidationError) as failure:
        await grants.issue("99992-1")
    assert failure.value.translation_key == "action_required"
    assert failure.value.translation_placeholders == {"field": "action"}
    assert sent(grants.house) == {}
    row = await grants.issue("99992-1", action="X1")
    assert row["access"] == "BDD Demo enhet, X1"
    entry = grants.entry(row["code"], OTHER_UNIT)
    assert entry is not None
    assert entry["action"] == "X1"


async def test_access_by_name(grants: Grants) -> None:
    """A unit is named by its name, number or serial number; what it is to do follows a slash."""
    named: tuple[tuple[object, str], ...] = (
        (UNIT_NAME, "R1"),
        (UNIT_NAME.upper(), "R1"),
        (str(UNIT), "R1"),
        (UNIT, "R1"),
        ("067530215131204", "R1"),
        (f"{UNIT_NAME}/R2", "R2"),
        (f" {UNIT} / R2 ", "R2"),
    )
    for access, action in named:
        (row,) = await grants.call("issue_pin", access=access, name="Anna")
        assert row["access"] == f"{UNIT_NAME}, {action}"
        assert row["device_id"] == grants.device_id()
        entry = grants.entry(row["code"])
        assert entry is not None
        assert entry["action"] == action


async def test_several_doors(grants: Grants) -> None:
    """One call issues one code, a grant for each door, and none twice."""
    unit, other = grants.device_id(), grants.device_id(OTHER_UNIT)
    rows = await grants.call(
        "issue_pin",
        name="Anna",
        device_id=[unit, other, unit],
        access=[str(UNIT), f"{UNIT}/R1", "BDD Demo enhet"],
    )
    assert [row["access"] for row in rows] == [
        f"{UNIT_NAME}, R1",
        "BDD Demo enhet, R1",
    ]
    assert len({row["grant_id"] for row in rows}) == 2
    (code,) = {row["code"] for row in rows}
    assert sent(grants.house) == {POST: 2}
    await grants.deliver()
    assert grants.opens(code)
    assert grants.opens(code, OTHER_UNIT)


async def test_partial_failure_names_each(grants: Grants) -> None:
    """Where one door fails, its row holds the error instead of the state, and the others are issued."""
    grants.house.fault(kind="status", status=403, path="/v1/UnitIdEntries", times=1)
    rows = await grants.call(
        "issue_pin",
        name="Anna",
        device_id=[grants.device_id(), grants.device_id(OTHER_UNIT)],
    )
    failed, issued = sorted(rows, key=lambda row: "state" in row)
    assert set(issued) == ROW_KEYS | {"code"}
    assert failed["access"] in failed["error"]
    assert {failed["access"], issued["access"]} == {
        f"{UNIT_NAME}, R1",
        "BDD Demo enhet, R1",
    }
    assert "state" not in failed
    assert "code" not in failed
    assert sent(grants.house) == {POST: 1}


async def test_refused_row_has_all_other_fields(grants: Grants) -> None:
    """A refused row has what every row has, but an error for its state."""
    grants.house.fault(kind="status", status=403, path="/v1/UnitIdEntries", times=1)
    rows = await grants.call(
        "issue_pin",
        name="Anna",
        device_id=[grants.device_id(), grants.device_id(OTHER_UNIT)],
    )
    (failed,) = [row for row in rows if "error" in row]
    assert set(failed) == ROW_KEYS - {"state"} | {"error"}


async def test_partial_failure_without_an_answer(grants: Grants) -> None:
    """A door that fails is never passed over in silence: nobody would read its row."""
    grants.house.fault(kind="status", status=403, path="/v1/UnitIdEntries", times=1)
    with pytest.raises(HomeAssistantError, match="1 of 2 failed"):
        await grants.call(
            "issue_pin",
            answer=False,
            name="Anna",
            code="493817",
            device_id=[grants.device_id(), grants.device_id(OTHER_UNIT)],
        )


@pytest.mark.parametrize("units", [[UNIT], [UNIT, OTHER_UNIT]])
async def test_all_doors_fail(grants: Grants, units: list[int]) -> None:
    """An action that fails for every door raises, and names each of them."""
    grants.house.fault(kind="status", status=403, method="POST")
    with pytest.raises(HomeAssistantError) as failure:
        await grants.call(
            "issue_pin",
            name="Anna",
            device_id=[grants.device_id(unit) for unit in units],
        )
    for unit in units:
        assert grants.house.cloud.unit(unit).document["name"] in str(failure.value)
    assert grants.keeper.ledger.records == {}


async def test_answer_not_asked_for(grants: Grants) -> None:
    """A given code needs no answer; one that is made here does, or nobody would know it."""
    await grants.call(
        "issue_pin", answer=False, device_id=grants.device_id(), name="A", code="493817"
    )
    assert grants.entry("493817") is not None
    with pytest.raises(ServiceValidationError) as failure:
        await grants.call(
            "issue_pin", answer=False, device_id=grants.device_id(), name="A"
        )
    assert failure.value.translation_key == "code_would_be_lost"
    assert sent(grants.house) == {POST: 1}


@pytest.mark.parametrize(
    ("credential", "code"),
    [("phone", "+46701234567"), ("phone", "0701234567"), ("tag", "04A1B2C3D4")],
)
async def test_keys(grants: Grants, credential: str, code: str) -> None:
    """A phone number or a tag is issued as it was given, and opens."""
    (row,) = await grants.call(
        "issue_key",
        device_id=grants.device_id(),
        name="Anna",
        credential=credential,
        code=code,
    )
    assert set(row) == ROW_KEYS | {"code"}
    assert (row["credential"], row["code"]) == (credential, code)
    await grants.deliver()
    assert grants.opens(code)


async def test_vendor_fields(grants: Grants) -> None:
    """What FlexyKey takes beyond the fields of all vendors arrives there."""
    row = await grants.issue(action="R2", code_tag="cleaning", code_tag_calendar="week")
    entry = grants.entry(row["code"])
    assert entry is not None
    assert entry["action"] == "R2"
    assert (entry["codeTag"], entry["codeTagCalendar"]) == ("cleaning", "week")


async def test_code_in_use(grants: Grants) -> None:
    """A code that somebody has already is a conflict, and nothing is left of the attempt."""
    first = await grants.issue(code="493817")
    with pytest.raises(ServiceValidationError) as failure:
        await grants.issue(code="493817")
    assert failure.value.translation_key == "conflict_grant"
    assert UNIT_NAME in str(failure.value)
    assert list(grants.keeper.ledger.records) == [first["grant_id"]]
    assert sent(grants.house) == {POST: 1}


async def test_conflict_at_the_cloud(grants: Grants) -> None:
    """A conflict that only the cloud sees is reported as one."""
    grants.house.fault(kind="status", status=409, method="POST", times=1)
    with pytest.raises(ServiceValidationError) as failure:
        await grants.issue(code="493817")
    assert failure.value.translation_key == "conflict_grant"
    assert grants.keeper.ledger.records == {}
