"""IntServ's access keys as grants in Home Assistant: issued, followed, changed and taken back."""

from datetime import UTC, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.latchkey.const import DOMAIN
from simulators.intserv import ANNEX, MAIN
from simulators.intserv.identifications import identity
from simulators.intserv.systems import Pace
from tests.intserv.grants import (
    GRACE,
    SOON,
    card,
    change,
    keys,
    later,
    level,
    listed,
    pin,
    refused,
    revoke,
    state,
)
from tests.intserv.home import Systems


async def test_pin(systems: Systems) -> None:
    """A PIN is made here, stands in the answer alone, opens once its system has it, and is taken back."""
    await systems.start()
    row = await pin(systems, start_datetime=later(hours=1), end_datetime=later(days=2))
    assert row["state"] == "pending"
    assert len(row["code"]) == 6
    (key,) = keys(systems, "Gun")
    assert key.identity == identity("code", row["code"])
    assert key.person.last_name == "Ek"
    assert row["person_id"] == key.person.id
    assert key.rights.level_ids == (level(systems, "Staff"),)
    start = dt_util.parse_datetime(row["start_datetime"])
    assert start is not None
    assert key.rights.valid_from == start.astimezone(UTC)
    device = systems.device(MAIN)
    assert device is not None
    assert row["device_id"] == device.id
    await systems.wait(SOON)
    (told,) = (await listed(systems)).values()
    assert told["state"] == "active"
    assert told["managed"]
    assert "code" not in told
    (delivery,) = told["deliveries"]
    assert (delivery["system"], delivery["state"]) == (MAIN, "active")
    revoked = await revoke(systems, row)
    assert revoked["state"] == "revoking"
    assert not keys(systems, "Gun")
    await systems.run(GRACE, 61)
    assert not await listed(systems)


async def test_card_with_pin(systems: Systems) -> None:
    """A card opens levels of several systems by one key; its PIN must be given again with each change."""
    await systems.start()
    row = await card(
        systems, access=["Staff", f"{ANNEX}/Yard"], pin="1357", code="md:7654321"
    )
    assert (row["access"], row["device_id"]) == ("Staff, Yard", None) or (
        row["access"],
        row["device_id"],
    ) == ("Yard, Staff", None)
    (key,) = keys(systems, "Gun")
    assert key.rights.pin == "1357"
    assert set(key.rights.level_ids) == {
        level(systems, "Staff"),
        level(systems, "Yard"),
    }
    await refused(
        systems, "give_again", "pin", change(systems, row, end_datetime=later(days=9))
    )
    systems.cloud.set_options(omitted="clear")
    changed = await change(systems, row, end_datetime=later(days=9), pin="2468")
    assert changed["state"] == "pending"
    (key,) = keys(systems, "Gun")
    assert key.rights.pin == "2468"
    assert len(key.rights.level_ids) == 2
    assert key.rights.valid_to is not None


@pytest.mark.parametrize("omitted", ["keep", "clear"])
async def test_whole_state(systems: Systems, omitted: str) -> None:
    """What a change leaves out is sent all the same: it is what it was, and an end that is taken away is gone."""
    systems.cloud.set_options(omitted=omitted)
    await systems.start()
    row = await pin(systems, end_datetime=later(days=1))
    (key,) = keys(systems, "Gun")
    end = key.rights.valid_to
    await change(systems, row, name="Gun Eriksson")
    assert key.rights.valid_to == end
    assert key.rights.level_ids == (level(systems, "Staff"),)
    await change(systems, row, end_datetime=None)
    assert key.rights.valid_to is not None
    assert key.rights.valid_to.year == 2099
    assert (await listed(systems))[row["grant_id"]]["end_datetime"] is None
    start = later(days=2)
    await change(systems, row, start_datetime=start)
    await change(systems, row, start_datetime=None)
    assert key.rights.valid_from is not None
    assert key.rights.valid_from <= dt_util.utcnow() + timedelta(seconds=2)


async def test_existing_person(systems: Systems) -> None:
    """A person who is there gets one more key."""
    await systems.start()
    first = await pin(systems)
    second = await card(systems, person_id=first["person_id"], name="Gun's card")
    assert second["person_id"] == first["person_id"]
    assert len(keys(systems, "Gun")) == 2


async def test_by_device(systems: Systems) -> None:
    """A system with one level stands for that; one with several does not, nor does a door."""
    await systems.start()
    systems.come()
    await systems.wait(SOON)
    main, door = systems.device(MAIN), systems.device(f"{MAIN}/Entrance")
    assert main is not None
    assert door is not None
    for device, reason in (
        (main, "system_of_several_levels"),
        (door, "levels_of_door_not_told"),
    ):
        action = pin(systems, access=None, device_id=device.id)
        await refused(systems, reason, "device_id", action)
    for name in ("Office hours", "Servers"):
        systems.cloud.drop_level(level(systems, name))
    await systems.act("get_accesses")
    row = await pin(systems, access=None, device_id=main.id)
    assert row["access"] == "Staff"


async def test_accesses(systems: Systems) -> None:
    """The levels are listed with their systems; what is listed can be named at once."""
    await systems.start()
    house = systems.cloud.systems[MAIN]
    made = house.add_level("Attic", ("Office",))
    await refused(systems, "unknown_access", "access", pin(systems, access="Attic"))
    told = (await systems.act("get_accesses"))["accesses"]
    assert {"id": made.id, "name": "Attic", "system": MAIN}.items() <= next(
        each for each in told if each["name"] == "Attic"
    ).items()
    assert (await pin(systems, access="Attic"))["state"] == "pending"
    systems.cloud.systems[ANNEX].add_level("Attic", ("Store",))
    await systems.act("get_accesses")
    await refused(systems, "ambiguous_access", "access", pin(systems, access="Attic"))
    assert await card(systems, access=f"{ANNEX}/attic")


async def test_partially(systems: Systems) -> None:
    """Each system that does not take a grant up is named: in the list, the event and the repair; the others open."""
    events = async_capture_events(systems.hass, "state_changed")
    await systems.start()
    systems.cloud.systems[ANNEX].codes_enabled = False
    row = await pin(systems, access=["Staff", "Yard"])
    await systems.wait(SOON)
    told = (await listed(systems))[row["grant_id"]]
    assert (told["state"], told["fault"]) == ("active", "issue")
    assert [
        (each["system"], each["state"], each.get("reason"))
        for each in told["deliveries"]
    ] == [(MAIN, "active", None), (ANNEX, "failed", "CodeNotEnabled")]
    failed = [
        event.data["new_state"].attributes
        for event in events
        if event.data["new_state"]
        and event.data["new_state"].attributes.get("event_type") == "delivery_failed"
    ]
    assert failed[0]["failed_at"] == {ANNEX: "CodeNotEnabled"}
    (issue,) = [
        each
        for (domain, _), each in ir.async_get(systems.hass).issues.items()
        if domain == DOMAIN
    ]
    assert issue.translation_placeholders is not None
    assert f"{ANNEX}: CodeNotEnabled" in issue.translation_placeholders["name"]
    # Once it is mended, the same terms are sent again.
    systems.cloud.systems[ANNEX].codes_enabled = True
    await change(systems, row)
    await systems.wait(SOON)
    told = (await listed(systems))[row["grant_id"]]
    assert "fault" not in told
    assert {each["state"] for each in told["deliveries"]} == {"active"}
    assert not any(domain == DOMAIN for domain, _ in ir.async_get(systems.hass).issues)


async def test_pending_and_failed(systems: Systems) -> None:
    """What fails everywhere has failed; what waits for a system is pending."""
    await systems.start()
    systems.cloud.set_online(systems.cloud.systems[ANNEX], False)
    row = await pin(systems, access=["Staff", "Yard"])
    await systems.wait(SOON)
    assert await state(systems, row) == "pending"
    systems.cloud.set_online(systems.cloud.systems[ANNEX], True)
    await systems.run(400, 61)
    assert await state(systems, row) == "active"
    systems.cloud.set_options(apply_error="KeyInUse")
    failed = await card(systems)
    await systems.wait(SOON)
    assert await state(systems, failed) == "failed"
    assert (await listed(systems))[failed["grant_id"]]["fault"] == "issue"


@pytest.mark.parametrize("removed_status", ["unknown", "left", "applied"])
async def test_revocation_waits(systems: Systems, removed_status: str) -> None:
    """A revocation is under way until the last system has it, where the vendor tells."""
    systems.cloud.set_options(removed_status=removed_status)
    await systems.start()
    row = await pin(systems, access=["Staff", "Yard"])
    await systems.wait(SOON)
    assert await state(systems, row) == "active"
    systems.cloud.set_online(systems.cloud.systems[ANNEX], False)
    await revoke(systems, row)
    await systems.run(600, 61)
    if removed_status == "unknown":
        assert await state(systems, row) is None
        return
    assert await state(systems, row) == "revoking"
    (delivery,) = [
        each
        for each in (await listed(systems))[row["grant_id"]]["deliveries"]
        if each["state"] == "pending"
    ]
    assert delivery["system"] == ANNEX
    systems.cloud.set_online(systems.cloud.systems[ANNEX], True)
    await systems.run(4000, 400)
    assert await state(systems, row) is None
    assert systems.count("accesskeys/remove") == 1


@pytest.mark.parametrize("removed_status", ["left", "applied"])
async def test_revocation_that_failed_somewhere(
    systems: Systems, removed_status: str
) -> None:
    """A revocation that is asked for again and again is done once each system has dropped the key, be it before the last time."""
    systems.cloud.set_options(removed_status=removed_status)
    await systems.start()
    row = await pin(systems, access=["Staff", "Yard"])
    await systems.wait(SOON)
    annex = systems.cloud.systems[ANNEX]
    annex.pace = Pace(5, "KeyInUse")
    await revoke(systems, row)
    await systems.run(1800, 61)
    assert await state(systems, row) == "revoking"
    assert systems.count("accesskeys/remove") > 1
    systems.cloud.rollout.synchronise(annex, systems.cloud.clock())
    await systems.run(4000, 400)
    assert await state(systems, row) is None


async def test_removed_elsewhere(systems: Systems) -> None:
    """A key that was removed in the portal is a grant no more."""
    await systems.start()
    row = await pin(systems)
    await systems.wait(SOON)
    (key,) = keys(systems, "Gun")
    systems.cloud.integration.store.remove({"id": key.id})
    await systems.run(8000, 400)
    assert await state(systems, row) is None


async def test_expiry(systems: Systems) -> None:
    """A grant ends by itself, and is asked for no more."""
    await systems.start()
    row = await pin(systems, end_datetime=later(hours=1))
    await systems.wait(SOON)
    await systems.wait(3600)
    assert await state(systems, row) is None
    before = systems.count("accesskeys/status")
    await systems.run(8000, 2000)
    assert systems.count("accesskeys/status") == before
    assert (await change(systems, row, end_datetime=later(days=1)))[
        "state"
    ] == "pending"


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"code": "4242"}, "identification_size", "code"),
    ({"code": "EM:0x12345678901"}, "identification_size", "code"),
    ({"code": "EM:1|EM:2"}, "identification_twice", "code"),
    ({"code": "XY:12345"}, "identification_format", "code"),
    ({"code": 0x00499602D2}, "needs_quotation_marks", "code"),
    ({"code": "MC:9999999999"}, "identification_too_large", "code"),
    ({"code": None}, "empty", "code"),
    ({"pin": "12345"}, "not_four_digits", "pin"),
    ({"pin": "12a4"}, "not_four_digits", "pin"),
    ({"person_id": "Anna"}, "not_a_guid", "person_id"),
    ({"access": "Roof"}, "unknown_access", "access"),
    ({"access": None}, "no_target", "device_id"),
    ({"credential": "phone"}, "unknown_credential", "credential"),
    ({"end_datetime": "2001-01-01"}, "in_the_past", "end_datetime"),
    ({"email": "a@example.com"}, "field_not_taken", "email"),
]


@pytest.mark.parametrize(("data", "reason", "field"), BAD)
async def test_bad_fields(
    systems: Systems, data: dict[str, Any], reason: str, field: str
) -> None:
    """A field that cannot be right is named, before anything is sent."""
    await systems.start()
    await refused(systems, reason, field, card(systems, **data))


async def test_code_fields(systems: Systems) -> None:
    """A PIN is digits, cannot be changed, and has no PIN of its own."""
    await systems.start()
    await refused(systems, "invalid_code_digits", "code", pin(systems, code="12a4"))
    await refused(systems, "unknown_field", "pin", pin(systems, pin="1234"))
    row = await pin(systems, code="483921")
    await refused(
        systems, "code_cannot_change", "code", change(systems, row, code="483922")
    )
    await refused(systems, "grant_is_named", "code", revoke(systems, row, code="1234"))


async def test_code_in_use(systems: Systems) -> None:
    """A code that another grant has is refused; once that one is gone, it is free."""
    await systems.start()
    row = await card(systems, code="EM:4242")
    with pytest.raises(HomeAssistantError) as caught:
        await card(systems, code="0x0000001092", name="Bo Ek")
    assert caught.value.translation_key == "conflict_grant"
    assert systems.count("accesskeys/add") == 1
    await revoke(systems, row)
    await systems.run(GRACE, 61)
    again = await card(systems, code="EM:4242", name="Bo Ek")
    assert again["grant_id"] != row["grant_id"]


async def test_somebody_elses(systems: Systems) -> None:
    """A code that somebody has already, unknown to us, is reported: there is one key for it."""
    await systems.start()
    (david,) = keys(systems, "David")
    with pytest.raises(HomeAssistantError) as caught:
        await pin(systems, code="864202")
    assert caught.value.translation_key == "code_was_there"
    assert "David" not in str(caught.value)
    (row,) = (await listed(systems)).values()
    assert row["person_id"] == david.person.id
    await revoke(systems, row)
    assert not keys(systems, "David")


async def test_revoke_by_code(systems: Systems) -> None:
    """What was issued elsewhere is taken back by its code."""
    await systems.start()
    (david,) = keys(systems, "David")
    await refused(
        systems, "unknown_credential", "credential", revoke(systems, code="864202")
    )
    row = await revoke(systems, code="864202", credential="pin")
    assert (row["grant_id"], row["state"]) == (None, "revoking")
    assert david.id not in systems.cloud.integration.store.keys
    with pytest.raises(HomeAssistantError) as caught:
        await revoke(systems, code="864202", credential="pin")
    assert caught.value.translation_key == "not_found_code"
    # One of ours is found by its code.
    ours = await card(systems, code="EM:4242")
    gone = await revoke(systems, code="0x0000001092", credential="tag")
    assert gone["grant_id"] == ours["grant_id"]
    assert not keys(systems, "Gun")


async def test_many(systems: Systems) -> None:
    """Many grants are asked for a part at a time, those that were not for longest first."""
    await systems.start()
    for number in range(60):
        await pin(systems, code=f"7{number:05}")
    await systems.wait(SOON)
    assert systems.count("accesskeys/status") == 50
    await systems.wait(125)
    assert {row["state"] for row in (await listed(systems)).values()} == {"active"}
