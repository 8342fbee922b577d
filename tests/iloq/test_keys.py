"""The actions on iLOQ's keys beside granting: asked first, done once, looked at afterwards."""

from dataclasses import replace
import json
import logging
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL
from homeassistant.core import Event
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers.json import JSONEncoder
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.vendors.grants import GrantState
from simulators.iloq.endpoints import ALL_RIGHTS, R
from simulators.iloq.key_orders import program
from simulators.iloq.keys import Programming, State
from tests.iloq.home import INVENTORY, Home
from tests.iloq.key_home import access_id, grant, key_act, key_named, refused
from tests.test_actions import person

ACTIONS = (
    *("get_key", "order_key", "return_key", "block_key"),
    *("unblock_key", "add_access", "remove_access"),
)
ORDER = "POST Keys/{id}/Order"
RETURN = "POST Keys/{id}/Return"
ADD = "POST Keys/{id}/SecurityAccesses"
REMOVE = "DELETE Keys/{id}/SecurityAccesses/{securityAccessId}"


def fields_of(action: str) -> dict[str, Any]:
    """Return the fields that an action wants beside the grant."""
    if action == "return_key":
        return {"confirm": True}
    return {"access": "Gym"} if action.endswith("_access") else {}


async def test_get_key(home: Home) -> None:
    """All that is told of a key stands in the answer, but for what could be copied from it or leads to a phone."""
    await home.start()
    key = key_named(home, "Anna's phone")
    told = await key_act(home, "get_key", "Anna's phone")
    assert told["key_id"] == key.id
    assert told["kind"] == "phone"
    assert (told["state"], told["programming"]) == ("handed_over", "programmed")
    assert [each["name"] for each in told["accesses"]] == ["Entrance", "Gate"]
    assert (told["can_order"], told["can_return"], told["can_delete"]) == (
        False,
        True,
        False,
    )
    assert told["obstacles"] == {"order": "wrong_state", "delete": "programmed"}
    assert told["blocked"] is False
    assert told["real_estate"]["name"] == home.cloud.group.name
    written = json.dumps(told)
    for secret in (key.record["ROM_ID"], "+358409876543", "anna@example.com"):
        assert secret not in written
    assert f'"{key.record["Stamp"]}"' not in written


async def test_ours(home: Home) -> None:
    """A key that was issued here is managed by its grant's id; returned, its grant is revoked."""
    await home.start()
    issued = await home.act(
        "issue_key",
        access=["Entrance"],
        credential="tag",
        code="04AABBCC",
        name="Guest",
    )
    grant_id = issued["grants"][0]["grant_id"]
    told = (await home.act("get_key", grant_id=grant_id))["key"]
    key = home.cloud.group.keys[told["key_id"]]
    # An external tag is programmed by its order.
    assert told["programming"] == "programmed"
    added = await home.act("add_access", grant_id=grant_id, access="Gym")
    assert added["key"]["ordered"] is True
    assert access_id(home, "Gym") in key.programmed.accesses
    returned = await home.act("return_key", grant_id=grant_id, confirm=True)
    assert returned["key"] == {"grant_id": grant_id, "returned": True}
    await home.run(600, 60)
    record = home.entry.runtime_data.grants.ledger.records[grant_id]
    assert (record.state, record.is_gone) == (GrantState.REVOKED, True)
    error = await refused(home, "order_key", grant_id=grant_id)
    assert error.translation_key == "not_found_key"
    assert home.count(RETURN) == 1


async def test_order(home: Home) -> None:
    """What is planned for a key is ordered, once; what cannot be ordered is refused with the reason."""
    await home.start()
    told = await key_act(home, "order_key", "Spare key")
    assert (told["ordered"], told["programming"]) == (True, "ordered")
    assert key_named(home, "Spare key").programming is Programming.ORDERED
    assert home.count(ORDER) == 1
    error = await refused(home, "order_key", grant_id=grant(home, "Spare key"))
    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "impossible_wrong_state"
    assert home.count(ORDER) == 1


async def test_return(home: Home) -> None:
    """A key is returned only where that is confirmed and can be done, and is soon counted no more."""
    await home.start()
    key = key_named(home, "Anna's phone")
    named = f"{home.system_id}:{key.id}"
    for data in ({}, {"confirm": False}):
        error = await refused(home, "return_key", grant_id=named, **data)
        assert error.translation_key == "confirm_return_key"
        assert "Anna's phone" in str(error)
    before = int(home.shown("sensor", f"{home.system_id}_keys_handed_over").state)
    await home.act("return_key", grant_id=named, confirm=True)
    assert home.cloud.group.keys.gone[key.id].state is State.RETURNED
    await home.wait(20)
    after = int(home.shown("sensor", f"{home.system_id}_keys_handed_over").state)
    assert after == before - 1
    for description, reason in (
        ("Anna's key", "wrong_kind"),
        ("Spare key", "wrong_kind"),
    ):
        named = grant(home, description)
        error = await refused(home, "return_key", grant_id=named, confirm=True)
        assert error.translation_key == f"impossible_{reason}"
    assert home.count(RETURN) == 1


async def test_blocklist(home: Home) -> None:
    """A key is blocked and unblocked, and soon counted so."""
    await home.start()
    sensor = f"{home.system_id}_keys_blocked"
    assert home.shown("sensor", sensor).state == "0"
    assert await key_act(home, "block_key", "Anna's key") == {
        "grant_id": grant(home, "Anna's key"),
        "blocked": True,
    }
    await home.wait(20)
    assert home.shown("sensor", sensor).state == "1"
    error = await refused(home, "block_key", grant_id=grant(home, "Anna's key"))
    assert error.translation_key == "impossible_not_blockable"
    assert (await key_act(home, "get_key", "Anna's key"))["blocked"] is True
    assert (await key_act(home, "unblock_key", "Anna's key"))["blocked"] is False
    await home.wait(20)
    assert home.shown("sensor", sensor).state == "0"
    error = await refused(home, "unblock_key", grant_id=grant(home, "Anna's key"))
    assert error.translation_key == "impossible_not_blocked"


async def test_accesses(home: Home) -> None:
    """An access is added and removed alone, and the key is ordered where that is wanted and can be done."""
    await home.start()
    key, gym = key_named(home, "Anna's key"), access_id(home, "Gym")
    others = key.planned.accesses
    told = await key_act(home, "add_access", "Anna's key", access="gym")
    assert told["access_id"] == gym
    assert (told["ordered"], told["programming"]) == (True, "ordered")
    assert key.planned.accesses == (*others, gym)
    # The same again is already done, and nothing is left to be ordered.
    told = await key_act(home, "add_access", "Anna's key", access=gym)
    assert (told["ordered"], told["obstacle"]) == (False, "wrong_state")
    assert home.count(ADD) == home.count(ORDER) == 1
    told = await key_act(home, "remove_access", "Anna's key", access="Gym", order=False)
    assert told == {
        "grant_id": grant(home, "Anna's key"),
        "access_id": gym,
        "ordered": False,
    }
    assert key.planned.accesses == others
    assert key.programming is Programming.PLANNING
    assert home.count(ORDER) == 1
    error = await refused(
        home, "remove_access", grant_id=grant(home, "Anna's key"), access="Gym"
    )
    assert error.translation_key == "impossible_no_such_access"


async def test_access_that_needs_the_manager(home: Home) -> None:
    """An access that only the vendor's program can order is added, and the answer tells why it is not ordered."""
    await home.start()
    told = await key_act(home, "add_access", "Anna's key", access="Cellar")
    assert (told["ordered"], told["obstacle"]) == (False, "needs_manager")
    assert access_id(home, "Cellar") in key_named(home, "Anna's key").planned.accesses
    assert home.count(ORDER) == 0


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_lost_answers(home: Home, kind: str) -> None:
    """Where an answer is lost, what can be read back decides, and nothing is sent again."""
    await home.start()
    for action, description, operation in (
        ("add_access", "Anna's key", ADD),
        ("remove_access", "Anna's key", REMOVE),
        ("order_key", "Anna's key", ORDER),
        ("block_key", "Anna's key", "POST Blacklists/AddKey/{fnkeyId}"),
        ("unblock_key", "Anna's key", "DELETE Blacklists/RemoveKey/{fnkeyId}"),
        ("return_key", "Anna's phone", RETURN),
    ):
        data = fields_of(action)
        if action.endswith("_access"):
            data["order"] = False
        fault = home.fault(kind, method=operation.partition(" ")[0], times=1)
        await key_act(home, action, description, **data)
        assert fault.hits == home.count(operation) == 1, action


async def test_order_in_doubt(home: Home) -> None:
    """Where an access was added, and whether the key was ordered is not known, both are said."""
    await home.start()
    key = key_named(home, "Anna's key")
    fault = home.fault("status", f"Keys/{key.id}/Order", method="POST")
    data = {"grant_id": grant(home, "Anna's key"), "access": "Gym"}
    error = await refused(home, "add_access", **data)
    assert error.translation_key == "outcome_unknown_order"
    assert access_id(home, "Gym") in key.planned.accesses
    assert fault.hits == 1
    fault.kind = "rate_limit"
    error = await refused(home, "add_access", **data)
    assert error.translation_key == "not_ordered"
    home.cloud.faults.active.clear()
    # The same once more adds nothing, and orders what was left.
    told = await key_act(home, "add_access", "Anna's key", access="Gym")
    assert told["ordered"] is True
    assert home.count(ADD) == 1


async def test_unknown_outcome(home: Home) -> None:
    """Where nothing shows whether it was done, that is said; then it is looked at."""
    await home.start()
    fault = home.fault("status", method="POST", times=1)
    error = await refused(home, "block_key", grant_id=grant(home, "Anna's key"))
    assert error.translation_key == "outcome_unknown_key"
    assert "Anna's key" in str(error)
    assert fault.hits == 1
    before = home.count("GET Keys")
    await home.wait(20)
    assert home.count("GET Keys") > before


async def test_expired_session(home: Home) -> None:
    """A session that has ended is opened again, and the action is done once."""
    await home.start()
    for action, description in (
        ("get_key", "Anna's key"),
        ("order_key", "Spare key"),
        ("block_key", "Anna's key"),
        ("return_key", "Anna's phone"),
    ):
        home.cloud.sessions.expire()
        await key_act(home, action, description, **fields_of(action))
    assert home.count(ORDER) == home.count(RETURN) == 1


async def test_bad_fields(home: Home) -> None:
    """A field that cannot be right is refused by its name, and nothing is changed."""
    await home.start()
    for action in ACTIONS:
        await refuse_bad_fields(home, action)
    assert home.cloud.group.keys.gone == {}
    assert home.count(ADD) == home.count(REMOVE) == home.count(ORDER) == 0


async def refuse_bad_fields(home: Home, action: str) -> None:
    """Assert that each field of an action is refused where it cannot be right."""
    good = {"grant_id": grant(home, "Anna's key"), **fields_of(action)}
    for change, key, field in (
        ({"grant_id": ""}, "empty", "grant_id"),
        ({"grant_id": None}, "empty", "grant_id"),
        ({"grant_id": ["a"]}, "not_text", "grant_id"),
        ({"grant_id": "a"}, "unknown_grant", "grant_id"),
        ({"grant_id": f"{home.system_id}:x"}, "unknown_grant", "grant_id"),
        ({"grant_id": f"{home.system_id}:"}, "unknown_grant", "grant_id"),
        ({"config_entry_id": "x"}, "unknown_account", "config_entry_id"),
        ({"Grant": "a"}, "unknown_field", "Grant"),
    ):
        error = await refused(home, action, **{**good, **change})
        assert error.translation_key == key
        assert field in str(error)
    if action.endswith("_access"):
        for change, key in (
            ({"access": ""}, "empty"),
            ({"access": None}, "empty"),
            ({"access": "No such"}, "unknown_place_of_key"),
            ({"order": "yes"}, "not_yes_or_no"),
        ):
            error = await refused(home, action, **{**good, **change})
            assert error.translation_key == key


async def test_key_that_is_gone(home: Home) -> None:
    """A key that was deleted after it was listed is said to be unknown."""
    await home.start()
    named = grant(home, "Spare key")
    home.cloud.group.keys.remove(key_named(home, "Spare key"), State.DELETED)
    error = await refused(home, "order_key", grant_id=named)
    assert error.translation_key == "unknown_grant"


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
async def test_without_admin_rights(home: Home, group: str) -> None:
    """Nobody but administrators may."""
    await home.start()
    somebody = await person(home.hass, group)
    home.cloud.requests.reset()
    for action in ACTIONS:
        data = {"grant_id": grant(home, "Anna's key"), **fields_of(action)}
        with pytest.raises(Unauthorized):
            await home.hass.services.async_call(
                DOMAIN, action, data, blocking=True, context=somebody
            )
    assert home.cloud.requests.total == 0


async def test_other_vendors(home: Home, entry: MockConfigEntry) -> None:
    """An account whose vendor has no such keys is refused by name."""
    entry.add_to_hass(home.hass)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.start()
    for action in ACTIONS:
        data = {"grant_id": grant(home, "Anna's key"), **fields_of(action)}
        data["config_entry_id"] = entry.entry_id
        error = await refused(home, action, **data)
        assert error.translation_key == "no_keys"
        assert entry.title in str(error)


async def test_grants_that_are_no_keys(home: Home) -> None:
    """A grant of which the vendor has no key cannot be ordered, and is said to have none."""
    await home.start()
    ledger = home.entry.runtime_data.grants.ledger
    issued = await home.act(
        "issue_key", access=["Gym"], credential="tag", code="04AABBCC", name="Guest"
    )
    grant_id = issued["grants"][0]["grant_id"]
    record = ledger.records[grant_id]
    ledger.records = {grant_id: replace(record, vendor_id=None)}
    error = await refused(home, "order_key", grant_id=grant_id)
    assert error.translation_key == "no_key_there"


async def test_rights(home: Home) -> None:
    """Who has no right to something at the vendor is told so."""
    home.cloud.user.rights = int(R.LOG_IN | R.KEYS)
    await home.start()
    assert home.entity_id("sensor", f"{home.system_id}_keys_blocked") is None
    for action in ACTIONS[1:]:
        data = fields_of(action)
        if "access" in data:
            data["access"] = access_id(home, "Gym")
        data["grant_id"] = grant(home, "Anna's key")
        error = await refused(home, action, **data)
        assert error.translation_key == "no_right"
    told = await key_act(home, "get_key", "Anna's key")
    assert told["blocked"] is None
    assert told["obstacles"] == {}
    home.cloud.user.rights = ALL_RIGHTS


async def test_version_1(home: Home) -> None:
    """The first generation tells of keys; what it lacks is said not to be available."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    assert home.entity_id("sensor", f"{home.system_id}_keys_blocked") is None
    told = await key_act(home, "get_key", "Anna's key")
    assert (told["state"], told["programming"]) == ("handed_over", None)
    for action in ACTIONS[1:]:
        data = fields_of(action)
        if "access" in data:
            data["access"] = access_id(home, "Gym")
        data["grant_id"] = grant(home, "Anna's key")
        error = await refused(home, action, **data)
        assert error.translation_key == "not_available"


async def test_one_after_the_other(home: Home) -> None:
    """Two who order the same key at once lead to one order."""
    await home.start()
    named = grant(home, "Spare key")
    first = home.hass.async_create_task(home.act("order_key", grant_id=named))
    error = await refused(home, "order_key", grant_id=named)
    assert error.translation_key == "impossible_wrong_state"
    assert (await first)["key"]["ordered"] is True
    assert home.count(ORDER) == 1


async def test_secrets(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """No number of a key stands in a log, a state, an event or an error, whatever is done with it."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []
    home.hass.bus.async_listen(MATCH_ALL, events.append)
    tag = key_named(home, "Bo's tag")
    tag.record = tag.record | {
        "TagKey": "04F1E2D3C4B5A6",
        "ROM_ID": "DEADBEEF01020304",
        "Stamp": "S-98765",
    }
    program(tag)
    await home.start(key_sensors=True)
    answers = [
        await key_act(home, "get_key", "Bo's tag"),
        await key_act(home, "add_access", "Bo's tag", access="Sauna"),
        await key_act(home, "block_key", "Bo's tag"),
        await key_act(home, "unblock_key", "Bo's tag"),
    ]
    texts = []
    for kind in ("half", "html_after", "status"):
        home.fault(kind, method="POST", times=1)
        named = grant(home, "Bo's tag")
        try:
            await home.act("return_key", grant_id=named, confirm=True)
        except Exception as err:  # noqa: BLE001  whatever it is, it is read below
            texts.append(str(err))
        if tag.id in home.cloud.group.keys.gone:
            break
    await home.wait(INVENTORY)
    texts += [
        json.dumps(answers),
        json.dumps(
            [each.as_dict() for each in home.hass.states.async_all()], cls=JSONEncoder
        ),
        *(
            str(event.as_dict())
            for event in events
            if event.event_type != EVENT_CALL_SERVICE
        ),
        *(
            record.getMessage()
            for record in caplog.records
            if record.name != "homeassistant.core"
        ),
    ]
    for secret in ("04F1E2D3C4B5A6", "DEADBEEF01020304", "S-98765"):
        assert not [text for text in texts if secret in text]


async def test_blocked_grant(home: Home) -> None:
    """A key that is blocked is taken back, and one that is let go again is not; whoever issued it."""
    await home.start()
    key = key_named(home, "Anna's key")

    async def state() -> str:
        rows = (await home.act("get_grants"))["grants"]
        return next(
            str(each["state"]) for each in rows if each["grant_id"].endswith(key.id)
        )

    assert await state() == "active"
    await key_act(home, "block_key", "Anna's key")
    await home.settle()
    assert await state() == "revoking"
    await key_act(home, "unblock_key", "Anna's key")
    await home.wait(15)
    assert await state() == "active"
