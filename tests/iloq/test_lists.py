"""The directory of a locking system: lists, and persons who are added, changed and deleted."""

import json
import logging
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL
from homeassistant.core import Event
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import DOMAIN
from simulators.iloq.endpoints import R
from tests.iloq.home import Home
from tests.iloq.key_home import key_named, person_id, refused
from tests.test_actions import person

LISTS = ("get_accesses", "get_persons", "get_real_estates", "get_zones")
CREATE = "POST Persons"
UPDATE = "PUT Persons"
DELETE = "DELETE Persons/{id}"
ANNA = {
    "name": "Anna Maria Ek",
    "email": "ek@example.com",
    "phone": "+46 70-123 45 67",
    "person_code": "A-17",
    "language": "sv",
}


async def test_accesses(home: Home) -> None:
    """The access rights are listed, with what they are and where."""
    await home.start()
    rows = (await home.act("get_accesses"))["accesses"]
    assert {row["id"] for row in rows} == set(home.cloud.group.accesses)
    by_name = {row["name"]: row for row in rows}
    gym, cellar = by_name["Gym"], by_name["Cellar"]
    assert (gym["kind"], gym["state"], cellar["kind"]) == ("api", "active", "standard")
    assert gym["zone_id"] in home.cloud.group.zones
    assert gym["real_estate_id"] in home.cloud.group.real_estates


async def test_places(home: Home) -> None:
    """Zones and real estates are listed."""
    await home.start()
    zones = (await home.act("get_zones"))["zones"]
    assert {row["id"] for row in zones} == set(home.cloud.group.zones)
    assert {row["kind"] for row in zones} >= {"default", "default_for_keys_and_persons"}
    estates = (await home.act("get_real_estates"))["real_estates"]
    assert {row["id"] for row in estates} == set(home.cloud.group.real_estates)
    names = {row["name"]: row for row in estates}
    assert names["House"]["parent_id"] == names[home.cloud.group.name]["id"]


async def test_persons(home: Home) -> None:
    """The persons are listed with how they are reached, for administrators alone."""
    await home.start()
    rows = (await home.act("get_persons"))["persons"]
    assert {row["person_id"] for row in rows} == set(home.cloud.group.persons)
    by_name = {row["name"]: row for row in rows}
    anna = by_name["Anna Virtanen"]
    assert (anna["email"], anna["active"]) == ("anna@example.com", True)
    assert anna["external_id"].startswith("ext-")
    assert by_name["Bo Lind"]["phone"] == "+358401234567"
    assert by_name["Fredrik Nyman"]["active"] is False


async def test_create(home: Home) -> None:
    """A person is added with all that is given, to the zone that is named, once."""
    await home.start()
    told = (await home.act("create_person", **ANNA, zone="all"))["person"]
    made = home.cloud.group.persons[told["person_id"]]
    assert made.name == told["name"] == "Anna Maria Ek"
    assert (made.record["FirstName"], made.record["LastName"]) == ("Anna Maria", "Ek")
    assert made.record["eMail"] == told["email"] == "ek@example.com"
    assert made.record["Phone1"] == told["phone"] == "+46701234567"
    assert made.record["PersonCode"] == "A-17"
    assert made.record["LanguageCode"] == "sv"
    assert [home.cloud.group.zones[each].name for each in made.zones] == ["All"]
    told = (await home.act("create_person", name="Cher"))["person"]
    assert home.cloud.group.persons[told["person_id"]].name == "Cher"
    assert home.count(CREATE) == 2


async def test_update(home: Home) -> None:
    """What is given of a person is changed, and nothing else."""
    await home.start()
    anna = home.cloud.group.persons[person_id(home, "Anna Virtanen")]
    before = dict(anna.record)
    data = {"person_id": anna.id, "phone": "+358501112233"}
    told = (await home.act("update_person", **data))["person"]
    assert (told["name"], told["phone"]) == ("Anna Virtanen", "+358501112233")
    assert anna.record == before | {"Phone1": "+358501112233"}
    data = {"person_id": anna.id, "email": "", "name": "Anna Lind"}
    told = (await home.act("update_person", **data))["person"]
    assert (told["email"], anna.record["eMail"], anna.name) == ("", "", "Anna Lind")
    assert home.count(UPDATE) == 2


async def test_delete(home: Home) -> None:
    """A person is deleted where that is confirmed, and who has keys is not."""
    await home.start()
    cecilia = person_id(home, "Cecilia Berg")
    error = await refused(home, "delete_person", person_id=cecilia)
    assert error.translation_key == "confirm_delete_person"
    anna = person_id(home, "Anna Virtanen")
    error = await refused(home, "delete_person", person_id=anna, confirm=True)
    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "impossible_person_has_keys"
    assert home.count(DELETE) == 0
    answer = await home.act("delete_person", person_id=cecilia, confirm=True)
    assert answer == {"person": {"person_id": cecilia}}
    assert cecilia not in home.cloud.group.persons
    error = await refused(home, "delete_person", person_id=cecilia, confirm=True)
    assert error.translation_key == "not_found_person"
    assert home.count(DELETE) == 1


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_lost_answers(home: Home, kind: str) -> None:
    """Where an answer is lost after it was done, that is read back, and nothing is sent again."""
    await home.start()
    home.fault(kind, method="POST", times=1)
    told = (await home.act("create_person", **ANNA))["person"]
    made = home.cloud.group.persons[told["person_id"]]
    home.fault(kind, method="PUT", times=1)
    await home.act("update_person", person_id=made.id, language="fi")
    assert made.record["LanguageCode"] == "fi"
    home.fault(kind, method="DELETE", times=1)
    await home.act("delete_person", person_id=made.id, confirm=True)
    assert made.id not in home.cloud.group.persons
    assert home.count(CREATE) == home.count(UPDATE) == home.count(DELETE) == 1


async def test_unknown_outcomes(home: Home) -> None:
    """Where nothing shows that it was done, that is said, and nothing is sent again."""
    await home.start()
    named = person_id(home, "Cecilia Berg")
    for action, method, data in (
        ("create_person", "POST", ANNA),
        ("update_person", "PUT", {"person_id": named, "language": "fi"}),
        ("delete_person", "DELETE", {"person_id": named, "confirm": True}),
    ):
        fault = home.fault("status", method=method, times=1)
        error = await refused(home, action, **data)
        assert error.translation_key == "outcome_unknown_person"
        assert fault.hits == 1
    assert home.count(CREATE) == home.count(UPDATE) == home.count(DELETE) == 1


async def test_expired_sessions(home: Home) -> None:
    """A session that has ended is opened again, and each action is done once."""
    await home.start()
    for action in LISTS:
        home.cloud.sessions.expire()
        assert await home.act(action)
    home.cloud.sessions.expire()
    made = (await home.act("create_person", **ANNA))["person"]["person_id"]
    for action, data in (
        ("update_person", {"language": "fi"}),
        ("delete_person", {"confirm": True}),
    ):
        home.cloud.sessions.expire()
        await home.act(action, person_id=made, **data)
    # The first of two came with the session that had ended.
    assert home.count(CREATE) == 2
    assert home.count(UPDATE) == home.count(DELETE) == 1
    assert made not in home.cloud.group.persons


BAD: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("create_person", {}, "empty", "name"),
    ("create_person", {"name": ""}, "empty", "name"),
    ("create_person", {"name": "a" * 65}, "too_long", "name"),
    ("create_person", {"name": "A", "email": "a"}, "not_an_email", "email"),
    ("create_person", {"name": "A", "phone": "call me"}, "not_allowed", "phone"),
    ("create_person", {"name": "A", "phone": ["1"]}, "not_text", "phone"),
    (
        "create_person",
        {"name": "A", "person_code": "1" * 21},
        "not_allowed",
        "person_code",
    ),
    (
        "create_person",
        {"name": "A", "language": "Swedish!"},
        "not_a_language",
        "language",
    ),
    ("create_person", {"name": "A", "zone": "nowhere"}, "unknown_place_of_key", "zone"),
    ("create_person", {"name": "A", "Zone": "All"}, "unknown_field", "Zone"),
    ("update_person", {"name": "A"}, "empty", "person_id"),
    ("update_person", {"person_id": "x"}, "nothing_to_change", "person_id"),
    (
        "update_person",
        {"person_id": "../Keys", "name": "A"},
        "not_allowed",
        "person_id",
    ),
    ("update_person", {"person_id": "x", "name": ""}, "empty", "name"),
    ("delete_person", {"confirm": True}, "empty", "person_id"),
    (
        "delete_person",
        {"person_id": "x", "confirm": "yes"},
        "not_yes_or_no",
        "confirm",
    ),
    ("get_persons", {"config_entry_id": "x"}, "unknown_account", "config_entry_id"),
    ("get_zones", {"zone": "x"}, "unknown_field", "zone"),
)


async def test_bad_fields(home: Home) -> None:
    """A field that cannot be right is refused by its name, and nothing is sent."""
    await home.start()
    home.cloud.requests.reset()
    for action, data, key, field in BAD:
        error = await refused(home, action, **data)
        assert error.translation_key == key, (action, data)
        assert field in str(error)
    assert home.cloud.requests.total == 0


async def test_refused_by_the_vendor(home: Home) -> None:
    """What the vendor refuses is said in the home's words, without the value that it quotes."""
    await home.start()
    data = {"person_id": "6b0a2a57-5d0c-4f0e-9a34-3f6f2f5f6c1e"}
    error = await refused(home, "update_person", **data, language="fi")
    assert error.translation_key == "not_found_person"
    home.fault("status", "Persons", method="POST", status=400, text="ek@example.com")
    error = await refused(home, "create_person", **ANNA)
    assert error.translation_key == "invalid_request_person"
    assert "ek@example.com" not in str(error)


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
async def test_without_admin_rights(home: Home, group: str) -> None:
    """Nobody but administrators may, not even look."""
    await home.start()
    somebody = await person(home.hass, group)
    home.cloud.requests.reset()
    for action in (*LISTS, "create_person", "update_person", "delete_person"):
        with pytest.raises(Unauthorized):
            await home.hass.services.async_call(
                DOMAIN,
                action,
                {},
                blocking=True,
                return_response=True,
                context=somebody,
            )
    assert home.cloud.requests.total == 0


async def test_other_vendors(home: Home, entry: MockConfigEntry) -> None:
    """An account whose vendor keeps no directory is refused by name, and never meant where none is named."""
    entry.add_to_hass(home.hass)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.start()
    for action in LISTS:
        assert await home.act(action)
        error = await refused(home, action, config_entry_id=entry.entry_id)
        lacks = "no_accesses" if action == "get_accesses" else "no_directory"
        assert error.translation_key == lacks
        assert entry.title in str(error)


async def test_rights(home: Home) -> None:
    """Who may not see persons is told so."""
    home.cloud.user.rights = int(R.LOG_IN)
    await home.start()
    for action in ("get_persons", "get_accesses"):
        error = await refused(home, action)
        assert error.translation_key == "no_right"


async def test_version_1(home: Home) -> None:
    """The first generation lists nothing of this, as far as is known, which is said."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    for action in LISTS:
        error = await refused(home, action)
        assert error.translation_key == "not_available"
    error = await refused(home, "create_person", **ANNA)
    assert error.translation_key == "not_available"


async def test_secrets(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """How persons are reached stands in the answer, and nowhere else."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []
    home.hass.bus.async_listen(MATCH_ALL, events.append)
    await home.start()
    answer = json.dumps(await home.act("get_persons"))
    await home.act("create_person", **ANNA)
    texts = []
    for kind, path in (("status", "Persons"), ("half", "Persons")):
        home.fault(kind, path, method="POST", times=1)
        try:
            await home.act("create_person", **ANNA)
        except Exception as err:  # noqa: BLE001  whatever it is, it is read below
            texts.append(str(err))
    assert key_named(home, "Anna's key")
    texts += [str(each.as_dict()) for each in home.hass.states.async_all()]
    texts += [
        str(event.as_dict())
        for event in events
        if event.event_type != EVENT_CALL_SERVICE
    ]
    texts += [
        record.getMessage()
        for record in caplog.records
        if record.name != "homeassistant.core"
    ]
    assert "anna@example.com" in answer
    for secret in ("anna@example.com", "+358401234567", "ek@example.com", "A-17"):
        assert not [text for text in texts if secret in text]
