"""The ledger exported and imported: a lost one loses no grant, and a copy is believed only as far as the vendor bears it out."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
import json
from typing import Any, NoReturn

from homeassistant.core import Context
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.latchkey.const import CONF_PARTS, CONF_VENDOR, DOMAIN
from custom_components.latchkey.grants import GrantBook
from custom_components.latchkey.ledger import Record
from custom_components.latchkey.ledger_copy import MOST
from tests.conftest import PASSWORD
from tests.grants_ha.helpers import (
    OTHER_UNIT,
    ROW_KEYS,
    TICK,
    UNIT,
    Grants,
    Row,
    exception_texts,
    later,
    sent,
    until,
)

CODE = "493817"
PHONE = "+46701234567"
READ_BACK = f"/v1/UnitIdEntries?unitId={UNIT}&limit=500&offset=0&search="

type Ledger = dict[str, Any]


async def exported(grants: Grants, **data: Any) -> Ledger:
    """Return what is handed out, as JSON brings it to somebody."""
    answer = await grants.hass.services.async_call(
        DOMAIN, "export_grants", data, blocking=True, return_response=True
    )
    assert answer is not None
    assert set(answer) == {"ledger"}
    ledger: Ledger = json.loads(json.dumps(answer["ledger"]))
    return ledger


async def imported(
    grants: Grants, ledger: Any, context: Context | None = None, **data: Any
) -> Row:
    """Import a ledger and return the answer."""
    answer: Any = await grants.hass.services.async_call(
        DOMAIN,
        "import_grants",
        {"ledger": ledger, **data},
        blocking=True,
        return_response=True,
        context=context,
    )
    assert set(answer) == {
        *("added", "kept", "ended", "elsewhere", "unread"),
        "grants",
    }
    return {**answer}


async def refused(grants: Grants, ledger: Any, key: str, **told: str) -> None:
    """Assert that a ledger is refused in the user's words, and nothing comes of it."""
    before = grants.keeper.ledger.records.copy(), sent(grants.house)
    with pytest.raises(ServiceValidationError) as failure:
        await imported(grants, ledger)
    error = failure.value
    assert error.translation_key == key
    placeholders = error.translation_placeholders or {}
    assert placeholders["field"] == "ledger"
    assert told.items() <= placeholders.items()
    assert all(key in texts for texts in exception_texts())
    assert "ledger" in str(error)
    await grants.house.settle()
    assert (grants.keeper.ledger.records, sent(grants.house)) == before


async def lose(grants: Grants) -> None:
    """Remove the account, its ledger with it, and add it again."""
    hass, entry = grants.hass, grants.house.entry
    data, title, unique_id = dict(entry.data), entry.title, entry.unique_id
    await hass.config_entries.async_remove(entry.entry_id)
    await grants.house.settle()
    grants.house.entry = MockConfigEntry(
        domain=DOMAIN, title=title, unique_id=unique_id, data=data
    )
    await grants.house.start()
    assert grants.keeper.ledger.records == {}
    grants.events.clear()
    grants.house.cloud.requests.reset()


def record_of(ledger: Ledger, row: Row) -> dict[str, Any]:
    """Return the record of a grant in what was handed out."""
    (record,) = [
        each for each in ledger["records"] if each["grant_id"] == row["grant_id"]
    ]
    found: dict[str, Any] = record
    return found


def held(grants: Grants, row: Row) -> Record:
    """Return what the ledger holds of a grant."""
    return grants.keeper.ledger.records[row["grant_id"]]


async def test_whole_round(grants: Grants, hass_storage: dict[str, Any]) -> None:
    """What was exported before the ledger was lost can be changed and taken back, each grant of it, and is on disk."""
    rows = [
        await grants.active(code=f"49381{number}", end_datetime=later(days=9))
        for number in range(3)
    ]
    (phone,) = await grants.call(
        "issue_key",
        device_id=grants.device_id(OTHER_UNIT),
        name="Bo",
        credential="phone",
        code=PHONE,
    )
    await grants.deliver()
    ledger = await exported(grants)
    await lose(grants)
    assert not any(row["managed"] for row in await grants.listed())
    answer = await imported(grants, ledger)
    assert sent(grants.house) == {}
    assert {key: answer[key] for key in answer if key != "grants"} == {
        "added": 4,
        "kept": 0,
        "ended": 0,
        "elsewhere": 0,
        "unread": 0,
    }
    assert answer["grants"] == await grants.listed()
    for row in answer["grants"]:
        assert set(row) == {*ROW_KEYS, "managed"}
        assert row["managed"]
        assert row["state"] == "active"
    key = f"latchkey.grants.{grants.house.entry.entry_id}"
    assert hass_storage[key]["data"]["records"] == ledger["records"]
    assert grants.reading("active_grants") == "4"
    assert grants.life == []

    for row in (*rows, phone):
        (updated,) = await grants.call(
            "update_grant", grant_id=row["grant_id"], name="Cilla"
        )
        assert updated["state"] == "pending"
    await grants.deliver()
    entries = [
        *grants.house.cloud.entries(UNIT),
        *grants.house.cloud.entries(OTHER_UNIT),
    ]
    assert [entry["name"] for entry in entries] == ["Cilla"] * 4
    assert all(grants.opens(row["code"]) for row in rows)
    await grants.call(
        "revoke_grant", grant_id=[row["grant_id"] for row in (*rows, phone)]
    )
    await grants.deliver()
    assert grants.house.cloud.entries(UNIT) == []
    assert grants.house.cloud.entries(OTHER_UNIT) == []
    assert not any(grants.opens(row["code"]) for row in rows)
    assert grants.house.count("POST UnitIdEntries") == 0


async def test_twice(grants: Grants) -> None:
    """Importing again adds nothing; what is held stays as it is, for it is newer."""
    row, other = await grants.active(), await grants.active(OTHER_UNIT)
    ledger = await exported(grants)
    await grants.call("update_grant", grant_id=row["grant_id"], name="Bo")
    await grants.call("revoke_grant", grant_id=other["grant_id"])
    await grants.deliver()
    before = grants.keeper.ledger.records.copy()
    for _ in range(2):
        answer = await imported(grants, {"ledger": ledger})
        assert (answer["added"], answer["kept"]) == (0, 2)
        assert answer["grants"] == []
    assert grants.keeper.ledger.records == before
    assert [entry["name"] for entry in grants.house.cloud.entries(UNIT)] == ["Bo"]
    assert not grants.opens(other["code"], OTHER_UNIT)


async def test_text_and_no_answer(grants: Grants) -> None:
    """A ledger may be a JSON text, and nobody needs to read the answer."""
    row = await grants.active()
    ledger = await exported(grants)
    await lose(grants)
    await grants.act("import_grants", ledger=json.dumps(ledger))
    assert grants.state(row) == "active"


async def test_taken_back_under_another_id(grants: Grants) -> None:
    """What was taken back here without the ledger is not brought back by it."""
    row = await grants.active(code=CODE)
    ledger = await exported(grants)
    await lose(grants)
    (elsewhere,) = await grants.listed()
    assert not elsewhere["managed"]
    await grants.call("revoke_grant", grant_id=elsewhere["grant_id"])
    answer = await imported(grants, ledger)
    assert (answer["added"], answer["kept"]) == (0, 1)
    await grants.deliver()
    await grants.house.wait(TICK)
    assert grants.state(row) is None
    assert grants.entry(CODE) is None
    assert grants.state(elsewhere) == "revoked"


async def test_gone_since(grants: Grants) -> None:
    """What the vendor lists no more is not believed, only looked for; nothing is sent."""
    row = await grants.active(code=CODE)
    ledger = await exported(grants)
    await lose(grants)
    program = grants.house.cloud.program(UNIT)
    program.entries.delete(grants.house.cloud.entries(UNIT)[0]["id"])
    program.sync.push()
    await grants.house.wait(60)
    answer = await imported(grants, ledger)
    assert [each["state"] for each in answer["grants"]] == ["unknown"]
    for _ in range(4):
        await grants.house.wait(TICK)
    assert grants.state(row) == "revoked"
    assert sent(grants.house) == {}


async def test_changed_since(grants: Grants) -> None:
    """What was changed since is as the vendor has it, and the next change is told from all before it."""
    row = await grants.active(code=CODE)
    ledger = await exported(grants)
    for name in ("Bo", "Cilla"):
        await grants.call("update_grant", grant_id=row["grant_id"], name=name)
    await grants.deliver()
    await lose(grants)
    (answered,) = (await imported(grants, ledger))["grants"]
    assert (answered["name"], answered["state"]) == ("Cilla", "active")
    assert held(grants, row).revision == 3
    # A change of which nothing came is not taken for done, since the row is of a revision as high.
    grants.house.fault(kind="reset", method="PUT", times=1)
    (doubted,) = await grants.call(
        "update_grant", grant_id=row["grant_id"], code="493818"
    )
    assert doubted["state"] == "unknown"
    for _ in range(4):
        await grants.house.wait(TICK)
    await grants.deliver()
    assert grants.state(row) == "active"
    assert held(grants, row).wanted is None
    assert grants.opens(CODE)


async def test_pending_at_the_export(grants: Grants) -> None:
    """A grant that was pending is delivered, and what became active meanwhile is no news."""
    waiting, done = await grants.issue(), await grants.issue(OTHER_UNIT)
    ledger = await exported(grants)
    assert {each["state"] for each in ledger["records"]} == {"pending"}
    await lose(grants)
    grants.house.cloud.program(OTHER_UNIT).sync.push()
    await grants.house.wait(60)
    answer = await imported(grants, ledger)
    assert [each["state"] for each in answer["grants"]] == ["pending", "active"]
    assert grants.life == []
    await grants.deliver()
    assert grants.state(waiting) == "active"
    assert grants.opens(waiting["code"])
    assert grants.life == ["active"]
    await grants.call("revoke_grant", grant_id=done["grant_id"])
    assert grants.life == ["active", "revoking"]


async def test_issue_in_doubt(grants: Grants) -> None:
    """Of an issue in doubt the vendor tells what came of it; it is not repeated."""
    grants.house.fault(kind="reset_after", method="POST", times=1)
    grants.house.fault(kind="status", status=403, method="GET", path=READ_BACK)
    there = await grants.issue(code=CODE)
    grants.house.cloud.clear_faults()
    grants.house.fault(kind="reset", method="POST", times=1)
    missing = await grants.issue(code="493818")
    ledger = await exported(grants)
    assert {each["step"] for each in ledger["records"]} == {"issue"}
    await lose(grants)
    await imported(grants, ledger)
    for _ in range(3):
        await grants.house.wait(TICK)
    await grants.deliver()
    assert grants.state(there) == "active"
    assert grants.state(missing) == "failed"
    assert grants.opens(CODE)
    assert grants.entry("493818") is None
    assert grants.house.count("POST UnitIdEntries") == 0


async def test_update_in_doubt(grants: Grants) -> None:
    """Of a change in doubt the vendor tells whether it was done; it is not repeated."""
    row = await grants.active(code=CODE)
    grants.house.fault(kind="reset", method="PUT", times=1)
    (doubted,) = await grants.call("update_grant", grant_id=row["grant_id"], name="Bo")
    assert doubted["state"] == "unknown"
    ledger = await exported(grants)
    assert record_of(ledger, row)["step"] == "update"
    await lose(grants)
    await imported(grants, ledger)
    for _ in range(4):
        await grants.house.wait(TICK)
    await grants.deliver()
    assert grants.state(row) == "active"
    assert held(grants, row).terms.name == "Anna"
    assert held(grants, row).wanted is None
    assert grants.house.count("PUT UnitIdEntries") == 0


async def test_revocation_is_carried_on(grants: Grants) -> None:
    """A revocation that was asked for and not done is carried on: the user did ask."""
    row = await grants.active(code=CODE)
    grants.house.fault(kind="reset", method="DELETE", times=1)
    (revoking,) = await grants.call("revoke_grant", grant_id=row["grant_id"])
    assert revoking["state"] == "revoking"
    ledger = await exported(grants)
    assert record_of(ledger, row)["step"] == "revoke"
    await lose(grants)
    assert grants.opens(CODE)
    (answered,) = (await imported(grants, ledger))["grants"]
    assert answered["state"] == "revoking"
    await grants.deliver()
    await grants.house.wait(TICK)
    assert grants.state(row) == "revoked"
    assert grants.entry(CODE) is None
    assert not grants.opens(CODE)


async def test_ended_is_left_out(grants: Grants) -> None:
    """What was over is left out: a row that has its id now is somebody else's, and stays."""
    row = await grants.active(code=CODE)
    ledger = await exported(grants)
    record = record_of(ledger, row)
    record |= {"state": "revoked", "ended_here": True}
    await lose(grants)
    answer = await imported(grants, ledger)
    assert (answer["added"], answer["ended"]) == (0, 1)
    await grants.house.wait(TICK)
    await grants.house.wait(3700)
    assert grants.state(row) is None
    assert grants.opens(CODE)
    assert sent(grants.house) == {}


async def test_expired(grants: Grants) -> None:
    """What ended by itself is held for as long as the ledger would, and can be given another end."""
    row = await grants.active(code=CODE, end_datetime=later(hours=1))
    ledger = await exported(grants)
    await lose(grants)
    await grants.house.wait(2 * 3600)
    answer = await imported(grants, ledger)
    assert [each["state"] for each in answer["grants"]] == ["expired"]
    assert grants.life == []
    await grants.call(
        "update_grant", grant_id=row["grant_id"], end_datetime=later(hours=1)
    )
    await grants.deliver()
    assert grants.opens(CODE)
    await lose(grants)
    await grants.house.wait(31 * 24 * 3600)
    answer = await imported(grants, ledger)
    assert (answer["added"], answer["ended"]) == (0, 1)


async def test_unit_that_is_not_there(grants: Grants) -> None:
    """What is at a unit that the account does not have now is left out and told; the copy keeps it."""
    row, other = await grants.active(), await grants.active(OTHER_UNIT)
    ledger = await exported(grants)
    grants.house.cloud.set_user("anna", PASSWORD, [UNIT])
    await lose(grants)
    answer = await imported(grants, ledger)
    assert (answer["added"], answer["elsewhere"]) == (1, 1)
    assert grants.state(row) == "active"
    assert grants.state(other) is None


async def test_vendor_does_not_answer(grants: Grants) -> None:
    """Where the vendor cannot be asked the grants are held all the same, and compared once it can be."""
    row = await grants.active(code=CODE)
    ledger = await exported(grants)
    await lose(grants)
    grants.house.fault(kind="status", status=503, path="/v1/UnitIdEntries")
    answer = await imported(grants, ledger)
    assert answer["added"] == 1
    for _ in range(3):
        await grants.house.wait(TICK)
    grants.house.cloud.clear_faults()
    grants.house.cloud.program(UNIT).entries.delete(
        grants.house.cloud.entries(UNIT)[0]["id"]
    )
    await grants.house.wait(TICK)
    assert grants.state(row) == "revoking"
    assert grants.life == []


async def test_import_while_issuing(
    grants: Grants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An issue under way at the same unit is waited for, and neither of them loses a grant."""
    begun = asyncio.Event()
    take_in = GrantBook.take_in

    async def begin(self: GrantBook, copied: Sequence[Record]) -> list[Record]:
        begun.set()
        return await take_in(self, copied)

    monkeypatch.setattr(GrantBook, "take_in", begin)
    row = await grants.active(code=CODE)
    ledger = await exported(grants)
    await lose(grants)
    grants.house.fault(
        kind="delay_answer", seconds=5, method="POST", path="/v1/UnitIdEntries", times=1
    )
    issuing = grants.hass.async_create_task(grants.issue(code="493818"))
    await grants.arrival("POST UnitIdEntries")
    importing = grants.hass.async_create_task(imported(grants, ledger))
    await until(begun.is_set)
    for _ in range(200):
        await asyncio.sleep(0)
    assert not importing.done()
    assert row["grant_id"] not in grants.keeper.ledger.records
    grants.pass_time(6)
    made = await issuing
    assert (await importing)["added"] == 1
    await grants.deliver()
    assert grants.state(row) == grants.state(made) == "active"
    assert grants.opens(CODE)
    assert grants.opens("493818")


async def test_ledger_cannot_be_written(
    grants: Grants, monkeypatch: pytest.MonkeyPatch, hass_storage: dict[str, Any]
) -> None:
    """What cannot be written is not held; the error says why."""
    await grants.active()
    ledger = await exported(grants)
    await lose(grants)

    async def fail(self: Store[Any], data: dict[str, Any]) -> NoReturn:
        raise WriteError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        with pytest.raises(HomeAssistantError) as failure:
            await imported(grants, ledger)
    assert failure.value.translation_key == "ledger_not_written"
    assert grants.keeper.ledger.records == {}
    assert sent(grants.house) == {}
    assert (await imported(grants, ledger))["added"] == 1


async def test_other_account(grants: Grants) -> None:
    """A copy of another account or another vendor is refused with both their names."""
    await grants.active()
    ledger = await exported(grants)
    await lose(grants)
    other = {**ledger, "account": "flexykey_bo", "title": "FlexyKey bo"}
    await refused(
        grants,
        other,
        "ledger_of_other_account",
        account="FlexyKey anna",
        other="FlexyKey bo",
    )
    for vendor, name in (("keyvox", "KEYVOX"), ("some", "some")):
        await refused(
            grants,
            {**ledger, "vendor": vendor},
            "ledger_of_other_vendor",
            vendor="FlexyKey",
            other=name,
        )


async def test_account_of_parts(grants: Grants) -> None:
    """An account whose id comes of its parts is the same while it has one of them left."""
    hass, entry = grants.hass, grants.house.entry
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_PARTS: ["one", "two"]}
    )
    await grants.active()
    ledger = await exported(grants)
    assert ledger["parts"] == ["one", "two"]
    await lose(grants)
    for account, parts, is_same in (("a", ["three"], False), ("a", ["two"], True)):
        changed = {**ledger, "account": account, "parts": parts}
        if is_same:
            assert (await imported(grants, changed))["added"] == 1
        else:
            await refused(grants, changed, "ledger_of_other_account")


async def test_which_account(grants: Grants) -> None:
    """Where there are several accounts the one that is meant must be named."""
    await grants.active()
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="FlexyKey bo",
        unique_id="flexykey_bo",
        data={
            CONF_VENDOR: "flexykey",
            "username": "bo",
            "password": "annat-4712",
            "url": grants.house.entry.data["url"],
        },
    )
    grants.house.cloud.set_user("bo", "annat-4712", [OTHER_UNIT])
    entry.add_to_hass(grants.hass)
    assert await grants.hass.config_entries.async_setup(entry.entry_id)
    calls: dict[str, Row] = {"export_grants": {}, "import_grants": {"ledger": {}}}
    for action, data in calls.items():
        with pytest.raises(ServiceValidationError) as failure:
            await grants.hass.services.async_call(
                DOMAIN, action, data, blocking=True, return_response=True
            )
        assert failure.value.translation_key == "which_account"
    ledger = await exported(grants, config_entry_id=grants.house.entry.entry_id)
    assert len(ledger["records"]) == 1
    with pytest.raises(ServiceValidationError) as failure:
        await imported(grants, ledger, config_entry_id=entry.entry_id)
    assert failure.value.translation_key == "ledger_of_other_account"
    # The one of two accounts at which it is, holds it.
    own = {"config_entry_id": grants.house.entry.entry_id}
    assert (await imported(grants, ledger, **own))["kept"] == 1


async def test_one_wrong_record(grants: Grants) -> None:
    """One record that is wrong keeps all out; the error tells its number."""
    rows = [await grants.active(), await grants.active(OTHER_UNIT)]
    ledger = await exported(grants)
    await lose(grants)
    second = ledger["records"][1]
    for key, value in (
        ("created_at", "2026-11-22T12:00:00"),
        ("state", "open"),
        ("grant_id", rows[0]["grant_id"]),
        ("scope", "../99998"),
        ("vendor_id", "17/../../Control"),
        ("code", CODE),
    ):
        wrong = {**ledger, "records": [ledger["records"][0], {**second, key: value}]}
        await refused(grants, wrong, "ledger_record_wrong", number="2")
    card = [{**record, "credential": "card"} for record in ledger["records"]]
    await refused(
        grants,
        {**ledger, "records": card},
        "ledger_credential_unknown",
        number="1",
        credential="card",
    )
    many = {**ledger, "records": [{}] * (MOST + 1)}
    await refused(grants, many, "ledger_too_long", most=str(MOST))
    for value in ("", None):
        await refused(grants, value, "empty")
    for value in ("x", 5, [], {}, "{", "[[", {"format": 1}, [ledger]):
        await refused(grants, value, "ledger_no_copy")
    await refused(grants, {**ledger, "format": 2}, "ledger_of_other_format")
    assert (await imported(grants, ledger))["added"] == 2


async def test_what_another_version_wrote(grants: Grants) -> None:
    """What the ledger itself cannot read is handed out too, and told when it comes back."""
    row = await grants.active()
    strange = {"grant_id": "from a later version", "colour": "red"}
    grants.keeper.ledger.load({"records": [strange, held(grants, row).to_dict()]})
    ledger = await exported(grants)
    assert ledger["unread"] == [strange]
    await lose(grants)
    answer = await imported(grants, ledger)
    assert (answer["added"], answer["unread"]) == (1, 1)


async def test_no_secret(grants: Grants) -> None:
    """What is handed out names guests, but holds no code, no number, no credential of the account."""
    await grants.active(code=CODE, code_tag="04A1B2C3", name="Anna Andersson")
    made = await grants.active()
    await grants.call(
        "issue_key",
        device_id=grants.device_id(),
        name="Bo",
        credential="phone",
        code=PHONE,
    )
    grants.house.fault(kind="reset", method="PUT", times=1)
    await grants.call("update_grant", grant_id=made["grant_id"], code="849302")
    text = json.dumps(await exported(grants))
    for secret in (
        CODE,
        PHONE,
        PHONE[1:],
        "04A1B2C3",
        made["code"],
        "849302",
        PASSWORD,
    ):
        assert secret not in text
    assert "Anna Andersson" in text
    ledger = json.loads(text)
    assert (ledger["format"], ledger["vendor"]) == (1, "flexykey")
    assert (ledger["account"], ledger["title"]) == ("flexykey_anna", "FlexyKey anna")
    assert dt_util.parse_datetime(ledger["exported_at"]) == dt_util.utcnow()


async def test_for_administrators_alone(
    grants: Grants, hass_read_only_user: MockUser, hass_admin_user: MockUser
) -> None:
    """Only an administrator may have the ledger, or change it."""
    await grants.active()
    ledger = await exported(grants)
    guest = Context(user_id=hass_read_only_user.id)
    for action, data in (("export_grants", {}), ("import_grants", {"ledger": ledger})):
        with pytest.raises(Unauthorized):
            await grants.hass.services.async_call(
                DOMAIN, action, data, blocking=True, context=guest, return_response=True
            )
    answer = await imported(grants, ledger, Context(user_id=hass_admin_user.id))
    assert answer["kept"] == 1


async def test_expiring_is_told_once(grants: Grants) -> None:
    """Taking in tells nothing; what comes later is told as ever."""
    row = await grants.active(end_datetime=later(hours=1))
    ledger = await exported(grants)
    await lose(grants)
    await imported(grants, ledger)
    assert grants.life == []
    grants.house.freezer.tick(timedelta(hours=1))
    await grants.house.wait(TICK)
    assert grants.life == ["expired"]
    assert grants.state(row) == "expired"
