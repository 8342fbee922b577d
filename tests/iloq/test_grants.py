"""Keys as grants, from the action into the key and out of it again."""

from datetime import datetime
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.vendors.iloq.people import key_id_of, person_id_of
from simulators.iloq.demo import Builder
from simulators.iloq.key_orders import fetch, program, register_phone
from simulators.iloq.keys import Programming
from simulators.iloq.locks import LockType
from tests.iloq.grants import (
    Row,
    access,
    change,
    issue,
    keeper,
    key,
    later,
    lock,
    opened,
    person,
    refused,
    revoke,
    slots,
    state,
)
from tests.iloq.home import Home

NUMBER = "+358401112223"
EMAIL = "gun.ek@example.com"
TAG = "04F1E2D3"
LOOK = 70
"""Seconds after which what was just asked for was looked at."""


async def test_key_of_a_lock(home: Home) -> None:
    """A lock stands for the one access that a key can be given; the key is active once it is programmed."""
    await home.start()
    row = await issue(home, device_id=lock(home, "Front door"))
    assert (row["access"], row["state"]) == ("Entrance", "pending")
    assert row["device_id"] == home.registered_id(home.system_id)
    assert "code" not in row
    made = key(home, row)
    assert made.record["Description"] == "Gun Ek"
    assert made.record["KeyTypeMask"] == 264
    assert made.record["Person_ID"] is None
    assert made.zones == [home.cloud.group.default_zone.id]
    assert opened(home, row) == ["Entrance"]
    assert made.programming is Programming.ORDERED
    await home.wait(LOOK)
    assert state(home, row) == "pending"
    fetch(made)
    await home.wait(130)
    assert state(home, row) == "pending"
    program(made)
    await home.wait(310)
    assert state(home, row) == "active"


async def test_one_key_for_all(home: Home) -> None:
    """Locks and accesses of one call are one key with all of them, each once."""
    await home.start()
    row = await issue(
        home,
        device_id=[lock(home, "Front door"), lock(home, "Sauna")],
        access=["Gym", access(home, "Sauna").id.upper()],
    )
    assert opened(home, row) == ["Entrance", "Gym", "Sauna"]
    assert set(row["access"].split(", ")) == {"Entrance", "Gym", "Sauna"}
    assert len(keeper(home).ledger.records) == 1


async def test_phone(home: Home) -> None:
    """A phone's key is of a person who is made for it, and is sent to the number."""
    await home.start()
    row = await issue(home, "phone", code=NUMBER, name="Gun Maria Ek")
    assert row["code"] == NUMBER
    made, owner = key(home, row), person(home, "Gun Maria Ek")
    assert owner.id == made.record["Person_ID"] == person_id_of(row["grant_id"])
    assert owner.record["FirstName"] == "Gun Maria"
    assert owner.record["LastName"] == "Ek"
    assert owner.record["Phone1"] == NUMBER
    assert owner.zones == [home.cloud.group.default_zone.id]
    assert made.phone is not None
    assert made.phone["PhoneNo"] == NUMBER
    assert not made.phone["OptionMask"] & 8
    register_phone(made)
    await home.wait(LOOK)
    assert state(home, row) == "active"


async def test_phone_by_email(home: Home) -> None:
    """An address alone is enough for a phone; whoever has it is whom the key is for, in whatever letters."""
    await home.start()
    before = len(home.cloud.group.persons)
    row = await issue(home, "phone", email="ANNA@example.com")
    made = key(home, row)
    assert made.record["Person_ID"] == person(home, "Anna Virtanen").id
    assert len(home.cloud.group.persons) == before
    assert made.phone is not None
    assert made.phone["OptionMask"] & 8
    assert made.phone["Email"] == "ANNA@example.com"
    assert made.programming is Programming.ORDERED


async def test_tag(home: Home) -> None:
    """A tag is programmed by its order; its number is in the answer alone, and no list is read for it."""
    await home.start()
    listed = home.count("GET Keys")
    row = await issue(home, "tag", code=TAG, person_id=person(home, "Bo Lind").id)
    assert row["code"] == TAG
    assert home.count("GET Keys") == listed
    made = key(home, row)
    assert made.record["TagKey"] == TAG
    assert made.record["Person_ID"] == person(home, "Bo Lind").id
    await home.wait(LOOK)
    assert state(home, row) == "active"


async def test_all_fields(home: Home) -> None:
    """Every field is where the vendor has it."""
    await home.start()
    group = home.cloud.group
    zone, other = group.add_zone("East"), group.add_zone("West, upper")
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.settle()
    row = await issue(
        home,
        "phone",
        code=NUMBER,
        email=EMAIL,
        phone="+46701234567",
        person_code="P99",
        info_text="Summer guest",
        stamp="0042",
        zone="east",
        real_estate="Yard",
        start_datetime="2030-06-01 12:00:00",
        end_datetime="2030-06-08 10:00:00",
        key_fields='{"OfflineExpirationSeconds": 3600, "VersionCode": "7"}',
    )
    made = key(home, row)
    assert made.record["InfoText"] == "Summer guest"
    assert made.record["Stamp"] == "0042"
    assert made.record["VersionCode"] == "7"
    yard = next(each for each in group.real_estates.values() if each.name == "Yard")
    assert made.record["RealEstate_ID"] == yard.id
    assert (made.zones, made.main_zone) == ([zone.id], zone.id)
    assert made.offline_seconds == 3600
    times = [
        datetime.fromisoformat(row[field])
        for field in ("start_datetime", "end_datetime")
    ]
    assert made.record["ExpireDate"] == times[1]
    assert slots(home, row) == {
        number: f"{at.astimezone(group.zone):%Y-%m-%d %H:%M}"
        for number, at in enumerate(times)
    }
    owner = group.persons[person_id_of(row["grant_id"])]
    assert owner.zones == [zone.id]
    assert owner.record["PersonCode"] == "P99"
    assert owner.record["eMail"] == EMAIL
    assert owner.record["Phone1"] == "+46701234567"
    second = await issue(home, zone="West, upper")
    assert key(home, second).zones == [other.id]
    third = await issue(home, zone=f"East, {other.id}")
    assert set(key(home, third).zones) == {zone.id, other.id}
    assert key(home, third).main_zone == zone.id


WRONG: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("no_target", "device_id", {"access": []}),
    ("unknown_access", "access", {"access": "Attic"}),
    ("inactive_access", "access", {"access": "Old"}),
    ("ambiguous_access", "access", {"access": "Twin"}),
    ("lock_without_access", "device_id", {"device_id": "Shed"}),
    ("lock_of_several_accesses", "device_id", {"device_id": "Hall"}),
    ("not_a_lock", "device_id", {"device_id": ""}),
    ("unknown_credential", "credential", {"credential": "app"}),
    ("no_code_taken", "code", {"code": TAG}),
    ("empty", "code", {"credential": "tag"}),
    ("invalid_code_hex", "code", {"credential": "tag", "code": "lower"}),
    ("number_or_email_needed", "code", {"credential": "phone"}),
    ("not_a_phone", "code", {"credential": "phone", "code": "0701234567"}),
    ("not_a_guid", "person_id", {"person_id": "Bo"}),
    ("unknown_person", "person_id", {"person_id": key_id_of("nobody")}),
    ("person_not_in_use", "person_id", {"person_id": "Fredrik Nyman"}),
    ("person_is_named", "email", {"person_id": "Bo Lind", "email": EMAIL}),
    ("person_is_named", "phone", {"person_id": "Bo Lind", "phone": NUMBER}),
    ("person_needs_email", "person_code", {"person_code": "P1"}),
    ("several_persons", "email", {"email": "TWO@example.com"}),
    ("unknown_place_of_key", "zone", {"zone": "Moon"}),
    ("unknown_place_of_key", "real_estate", {"real_estate": "Moon"}),
    ("ambiguous_place_of_key", "zone", {"zone": "twice"}),
    ("not_a_json_object", "key_fields", {"key_fields": "{"}),
    ("not_a_json_object", "key_fields", {"key_fields": "[1]"}),
    ("unknown_key_field", "key_fields", {"key_fields": '{"Description": ""}'}),
    ("unknown_key_field", "key_fields", {"key_fields": '{"TimeLimits": []}'}),
    ("limits_not_a_list", "key_fields", {"key_fields": '{"TimeLimitSlots": 1}'}),
    ("field_not_taken", "user_id", {"user_id": "x"}),
    ("in_the_past", "end_datetime", {"end_datetime": "2020-01-01 12:00:00"}),
)


async def test_bad_fields(home: Home) -> None:
    """What cannot be right is refused by its field, before anything is sent."""
    group = home.cloud.group
    build = Builder(group)
    build.access("Old").record["Status"] = 1
    twins = [build.access("Twin"), build.access("twin")]
    build.lock("Shed", LockType.D5, build.access("Key", 1))
    build.lock("Hall", LockType.D5, *twins)
    for name in ("Twice", "twice"):
        group.add_zone(name)
        build.person(name, "Berg", eMail="two@Example.com")
    await home.start()
    for reason, field, wrong in WRONG:
        data = dict(wrong)
        if "device_id" in data:
            name = data["device_id"]
            data["device_id"] = (
                lock(home, name) if name else home.registered_id(home.system_id)
            )
        if " " in data.get("person_id", ""):
            data["person_id"] = person(home, data["person_id"]).id
        if data.get("access") == []:
            data["config_entry_id"] = home.entry.entry_id
        await refused(home, reason, field, **data)


async def test_what_cannot_be_ordered(home: Home) -> None:
    """A key that cannot be ordered is deleted again, and so is the person who was made for it."""
    await home.start()
    keys, people = set(home.cloud.group.keys), set(home.cloud.group.persons)
    with pytest.raises(ServiceValidationError) as caught:
        await issue(home, access="Cellar", email=EMAIL)
    assert caught.value.translation_key == "impossible_needs_manager"
    assert set(home.cloud.group.keys) == keys
    assert set(home.cloud.group.persons) == people
    assert not keeper(home).ledger.records


async def test_number_in_use(home: Home) -> None:
    """A number that another key has is refused, and nothing is left."""
    await home.start()
    keys, people = set(home.cloud.group.keys), set(home.cloud.group.persons)
    with pytest.raises(ServiceValidationError) as caught:
        await issue(home, "phone", code="+358409876543")
    assert caught.value.translation_key == "invalid_request_grant"
    assert "in use already" in str(caught.value)
    assert set(home.cloud.group.keys) == keys
    assert set(home.cloud.group.persons) == people


async def test_without_the_right_to_order(home: Home) -> None:
    """Who may not order leaves the key in planning, which shows; ordered by somebody else it goes on."""
    home.cloud.user.rights = (2**63 - 1) & ~34359738368
    await home.start()
    row = await issue(home)
    assert row["state"] == "pending"
    await home.wait(LOOK)
    assert state(home, row) == "failed"
    (listed,) = await rows_of(home, row)
    assert (listed["state"], listed["fault"]) == ("failed", "issue")
    key(home, row).programming = Programming.ORDERED
    await home.wait(130)
    assert state(home, row) == "pending"


async def rows_of(home: Home, row: Row) -> list[Row]:
    """Return the rows of a grant in the list."""
    answer = await home.act("get_grants")
    return [each for each in answer["grants"] if each["grant_id"] == row["grant_id"]]


async def test_list(home: Home) -> None:
    """All keys are listed, those of others too, without any of their numbers."""
    await home.start()
    row = await issue(home, "tag", code=TAG)
    answer = await home.act("get_grants")
    assert len(answer["grants"]) == len(home.cloud.group.keys)
    by_name = {each["name"]: each for each in answer["grants"]}
    assert by_name["Gun Ek"]["managed"] and by_name["Gun Ek"]["state"] == "active"
    assert by_name["Anna's phone"]["credential"] == "phone"
    assert by_name["Bo's tag"]["credential"] == "tag"
    assert by_name["Bo's key"]["credential"] == "key"
    assert not by_name["Bo's key"]["managed"]
    assert TAG not in repr(answer) and "04A1B2C3" not in repr(answer)
    assert row["grant_id"] == by_name["Gun Ek"]["grant_id"]


async def test_change(home: Home) -> None:
    """Name, start and end are changed, the key's other limits stay, and it is ordered again."""
    await home.start()
    row = await issue(home, access=["Sauna", "Gym"], end_datetime=later(days=5))
    program(key(home, row))
    await home.wait(LOOK)
    assert state(home, row) == "active"
    changed = await change(
        home,
        row,
        name="Gun Lind",
        start_datetime=later(days=1),
        end_datetime=later(days=3),
    )
    assert changed["state"] == "pending"
    made = key(home, row)
    assert made.programming is Programming.ORDERED
    assert made.record["Description"] == "Gun Lind"
    assert set(slots(home, row)) == {0, 1}
    end = dt_util.parse_datetime(changed["end_datetime"])
    assert made.record["ExpireDate"] == end
    assert opened(home, row) == ["Gym", "Sauna"]
    program(made)
    await home.wait(LOOK)
    assert state(home, row) == "active"
    with pytest.raises(ServiceValidationError) as caught:
        await change(home, row, code=TAG)
    assert caught.value.translation_key == "no_code_taken"


async def test_change_of_the_name_alone(home: Home) -> None:
    """Another name needs no other programming."""
    await home.start()
    row = await issue(home, end_datetime=later(days=5))
    program(key(home, row))
    await home.wait(LOOK)
    await change(home, row, name="Gun Lind")
    assert home.count("PUT Keys/{id}/SecurityAccesses") == 0
    await home.wait(LOOK)
    assert state(home, row) == "active"
    assert keeper(home).ledger.records[row["grant_id"]].terms.name == "Gun Lind"


async def test_code_cannot_change(home: Home) -> None:
    """A tag's number stays what it is."""
    await home.start()
    row = await issue(home, "tag", code=TAG)
    with pytest.raises(ServiceValidationError) as caught:
        await change(home, row, code="04AAAAAA")
    assert caught.value.translation_key == "code_cannot_change"
    assert key(home, row).record["TagKey"] == TAG


async def test_revoke_what_was_ordered(home: Home) -> None:
    """A key on its way can be neither deleted nor returned from here, which is said with what can be done."""
    await home.start()
    row = await issue(home)
    with pytest.raises(ServiceValidationError) as caught:
        await revoke(home, row)
    assert caught.value.translation_key == "impossible_being_programmed"
    program(key(home, row))
    await home.wait(LOOK)
    with pytest.raises(ServiceValidationError) as caught:
        await revoke(home, row)
    assert caught.value.translation_key == "impossible_programmed"
    assert state(home, row) == "active"


@pytest.mark.parametrize("credential", ["phone", "tag"])
async def test_revoke(home: Home, credential: str) -> None:
    """A phone's key and a tag are returned, by which they are gone."""
    await home.start()
    row = await issue(home, credential, code=NUMBER if credential == "phone" else TAG)
    if credential == "phone":
        register_phone(key(home, row))
    await home.wait(LOOK)
    revoked = await revoke(home, row)
    assert revoked["state"] == "revoking"
    assert key_id_of(row["grant_id"]) not in home.cloud.group.keys
    for _ in range(3):
        await home.wait(130)
    assert state(home, row) == "revoked"


async def test_revoke_of_others(home: Home) -> None:
    """A key that was made elsewhere and never ordered can be deleted here."""
    await home.start()
    answer = await home.act("get_grants")
    spare = next(each for each in answer["grants"] if each["name"] == "Spare key")
    await revoke(home, spare)
    names = [each.record["Description"] for each in home.cloud.group.keys.values()]
    assert "Spare key" not in names


async def test_change_of_others(home: Home) -> None:
    """A key that was made elsewhere is not changed here, and the error does not say that nobody knows it."""
    await home.start()
    answer = await home.act("get_grants")
    spare = next(each for each in answer["grants"] if each["name"] == "Spare key")
    with pytest.raises(ServiceValidationError) as caught:
        await home.act("update_grant", grant_id=spare["grant_id"], name="Mine")
    assert caught.value.translation_key == "grant_not_from_here"
    assert "grant_id" in str(caught.value)
    names = [each.record["Description"] for each in home.cloud.group.keys.values()]
    assert "Spare key" in names and "Mine" not in names


async def test_gone_elsewhere(home: Home) -> None:
    """A key that somebody returned elsewhere is revoked here."""
    await home.start()
    row = await issue(home, "tag", code=TAG)
    await home.wait(LOOK)
    made = key(home, row)
    del home.cloud.group.keys[made.id]
    for _ in range(4):
        await home.wait(3601)
    assert state(home, row) == "revoked"


async def test_access_changed_elsewhere(home: Home) -> None:
    """What a key was given and lost elsewhere shows in its grant."""
    await home.start()
    row = await issue(home)
    made = key(home, row)
    gym = access(home, "Gym").id
    made.planned = type(made.planned)((gym,), made.planned.slots)
    await home.wait(LOOK)
    (listed,) = await rows_of(home, row)
    assert listed["access"] == "Gym"
    program(made)
    await home.wait(130)
    assert keeper(home).ledger.records[row["grant_id"]].access_id == gym


async def test_many_are_read_together(home: Home) -> None:
    """A few grants are asked for one by one, many by one list."""
    await home.start()
    rows = [await issue(home, "tag", code=f"04AABBC{number}") for number in range(6)]
    await home.wait(LOOK)
    assert {state(home, row) for row in rows} == {"active"}
    asked, listed = home.count("GET Keys/{id}"), home.count("GET Keys")
    await home.wait(3601)
    assert home.count("GET Keys/{id}") == asked
    assert home.count("GET Keys") > listed


async def test_secrets(
    home: Home, caplog: pytest.LogCaptureFixture, hass_storage: dict[str, Any]
) -> None:
    """No number and no address is logged, or written to disk."""
    caplog.set_level("DEBUG")
    await home.start()
    await issue(home, "tag", code=TAG)
    await issue(home, "phone", code=NUMBER, email=EMAIL)
    await issue(home, key_fields='{"OnlineAccessCode": "73519"}')
    await home.wait(LOOK)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    for secret in (TAG, NUMBER, EMAIL, "73519"):
        assert secret not in caplog.text
        assert secret not in repr(hass_storage)


async def test_version_1(home: Home) -> None:
    """The first generation has keys and tags of accesses by their ids; handed over, a key is active."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    sauna = access(home, "Sauna").id
    row = await issue(home, access=sauna, end_datetime=later(days=2))
    assert row["state"] == "pending"
    made = key(home, row)
    assert opened(home, row) == ["Sauna"]
    end = dt_util.parse_datetime(row["end_datetime"])
    assert made.record["ExpireDate"] == end
    made.state = type(made.state)(1)
    await home.wait(LOOK)
    assert state(home, row) == "active"
    changed = await change(home, row, end_datetime=later(days=4), name="Gun Lind")
    end = dt_util.parse_datetime(changed["end_datetime"])
    assert made.record["ExpireDate"] == end
    assert made.record["Description"] == "Gun Lind"
    with pytest.raises(HomeAssistantError) as caught:
        await revoke(home, row)
    assert caught.value.translation_key == "not_available"
    tag = await issue(home, "tag", access=sauna, code=TAG, stamp="7")
    assert key(home, tag).record["TagKey"] == TAG
    for reason, field, data in (
        ("access_id_needed", "access", {"access": "Sauna"}),
        ("accesses_of_lock_not_told", "device_id", {"device_id": lock(home, "Sauna")}),
        ("unknown_credential", "credential", {"credential": "phone"}),
        ("not_in_this_generation", "start_datetime", {"start_datetime": later(days=1)}),
        ("not_in_this_generation", "email", {"email": EMAIL}),
        ("not_in_this_generation", "person_code", {"person_code": "1"}),
        ("unknown_place_of_key", "zone", {"zone": "Keys"}),
        ("unknown_key_field", "key_fields", {"key_fields": '{"TimeLimitSlots": []}'}),
        ("unknown_person", "person_id", {"person_id": key_id_of("nobody")}),
    ):
        given: dict[str, Any] = {} if "device_id" in data else {"access": sauna}
        await refused(home, reason, field, **given | data)
    owned = await issue(
        home,
        access=sauna,
        person_id=person(home, "Bo Lind").id,
        zone=home.cloud.group.default_zone.id,
    )
    assert key(home, owned).record["Person_ID"] == person(home, "Bo Lind").id
