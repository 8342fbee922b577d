"""The action call_vendor: what an operation takes is passed on once, and stands nowhere afterwards."""

from datetime import UTC, datetime
import json
import logging
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL
from homeassistant.core import Event
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers.json import JSONEncoder
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.latchkey.call_actions import DEEPEST, LARGEST
from custom_components.latchkey.const import DOMAIN
from simulators.keyvox.lockers import BoxStatus
from tests.keyvox.locker_home import LockerHome
from tests.test_actions import person

CARD = "0123456789ABCDEF"
OTHER_CARD = "FEDCBA9876543210"
OPERATIONS = (
    "setLockerStatus",
    "setBoxColor",
    "locks/events",
    "setCard",
    "updateCard",
    "disableCard",
    "getCardStatus",
    "getLockCardList",
    "setLockerCard",
    "updateLockerCard",
)


def period(start: int = 0) -> dict[str, str]:
    """Return the fields of an hour that begins so many seconds from now."""
    begin = int(dt_util.utcnow().timestamp()) + start
    return {"sTime": str(begin), "eTime": str(begin + 3600)}


async def answer(home: LockerHome, operation: str, **body: Any) -> Any:
    """Return what the vendor answers to a body, as it stands in the action's answer."""
    answered = await home.call("call_vendor", operation=operation, body=body)
    assert answered.keys() == {"answer"}
    return answered["answer"]


async def refused(home: LockerHome, **data: Any) -> HomeAssistantError:
    """Return with which error the action is refused."""
    with pytest.raises(HomeAssistantError) as failure:
        await home.call("call_vendor", **data)
    assert failure.value.translation_domain == DOMAIN
    return failure.value


async def test_operations(lockers: LockerHome) -> None:
    """Each of the operations reaches the vendor in the form that it demands, once, and has its effect there."""
    await lockers.start()
    cloud, locker = lockers.cloud, lockers.locker
    unit_id, lock_id = next(
        (unit.id, unit.lock_ids[0]) for unit in cloud.units.values() if unit.lock_ids
    )
    cloud.requests.reset()
    box = {"deviceId": locker.id, "boxNum": "00-01"}
    await answer(lockers, "setLockerStatus", **box, status="9")
    assert locker.box("00-01").status(cloud.clock()) is BoxStatus.FAULT
    await answer(lockers, "setBoxColor", **box, color="red")
    assert locker.box("00-01").color == "red"

    await answer(lockers, "setCard", unitId=unit_id, cardId=CARD, **period())
    card = cloud.cards[CARD]
    await answer(lockers, "updateCard", cardId=CARD, targetName="Anna", **period(7200))
    assert card.holder == "Anna"
    assert card.start.timestamp() == int(period(7200)["sTime"])
    status = await answer(lockers, "getCardStatus", cardId=CARD)
    assert str(status["status"]) == str(int(card.status))
    listed = await answer(lockers, "getLockCardList", lockId=lock_id)
    assert [row["cardId"] for row in listed["cardList"]] == [CARD]
    await answer(lockers, "disableCard", cardId=CARD)
    assert card.is_disabled

    box["boxNum"] = "00-02"
    await answer(lockers, "setLockerCard", **box, cardId=OTHER_CARD, **period())
    card = cloud.cards[OTHER_CARD]
    assert card.place.box_num == "00-02"
    await answer(
        lockers, "updateLockerCard", cardId=OTHER_CARD, targetName="Bo", **period(60)
    )
    assert card.holder == "Bo"

    cloud.press_button(lock_id)
    await lockers.wait(2)
    events = await answer(lockers, "locks/events", lockId=lock_id, page="1", count="9")
    assert [row["lockId"] for row in events["list"]] == [lock_id]
    for operation in OPERATIONS:
        assert lockers.count(operation) == 1


async def test_listed_operations(lockers: LockerHome) -> None:
    """What has an entity or an action of its own is not passed on, and the error names what is."""
    await lockers.start()
    lockers.cloud.requests.reset()
    for operation in ("unlock", "createLockPin", "getUnits", "setcard", "../unlock"):
        error = await refused(lockers, operation=operation, body={})
        assert error.translation_key == "not_in_list"
        assert "operation" in str(error)
        assert ", ".join(OPERATIONS) in str(error)
    assert lockers.cloud.requests.total == 0


async def test_without_answer(lockers: LockerHome) -> None:
    """Whoever wants no answer has it done all the same; a body may be left out."""
    await lockers.start()
    lockers.cloud.requests.reset()
    data = {"operation": "locks/events", "config_entry_id": lockers.entry.entry_id}
    await lockers.hass.services.async_call(DOMAIN, "call_vendor", data, blocking=True)
    assert lockers.count("locks/events") == 1


NO_OBJECTS: tuple[Any, ...] = ("{}", [], [{}], 7, True, "")
NOT_PLAIN: tuple[Any, ...] = (
    datetime(2026, 1, 1, tzinfo=UTC),
    b"\x00",
    {1: "a"},
    {"a", "b"},
    float("nan"),
    float("-inf"),
    2**64,
    "\ud800",
)


def nested(depth: int) -> Any:
    """Return an object so many levels deep."""
    value: Any = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("body", "key"),
    [
        *((body, "not_an_object") for body in NO_OBJECTS),
        *(({"cardId": value}, "not_plain_data") for value in NOT_PLAIN),
        *(({"cardId": [{"a": value}]}, "not_plain_data") for value in NOT_PLAIN),
        ({7: "a"}, "not_plain_data"),
        (nested(DEEPEST + 1), "object_too_deep"),
        (nested(5000), "object_too_deep"),
        ({"cardId": "9" * LARGEST}, "object_too_large"),
    ],
)
async def test_bad_bodies(lockers: LockerHome, body: Any, key: str) -> None:
    """A body that is none is refused by its field's name, without a word of it, and nothing is sent."""
    await lockers.start()
    lockers.cloud.requests.reset()
    error = await refused(lockers, operation="setCard", body=body)
    assert error.translation_key == key
    assert "body" in str(error)
    assert "cardId" not in str(error)
    assert lockers.cloud.requests.total == 0


async def test_largest_bodies(lockers: LockerHome) -> None:
    """A body may be as deep and as large as that; the vendor is the one who refuses it then."""
    await lockers.start()
    for body in (nested(DEEPEST), {"cardId": "9" * (LARGEST - len('{"cardId":""}'))}):
        error = await refused(lockers, operation="setCard", body=body)
        assert error.translation_key == "invalid_request_call"
    assert lockers.count("setCard") == 2


@pytest.mark.parametrize(
    ("data", "key", "field"),
    [
        ({}, "empty", "operation"),
        ({"operation": ""}, "empty", "operation"),
        ({"operation": ["setCard"]}, "not_text", "operation"),
        ({"operation": "setCard", "Body": {}}, "unknown_field", "Body"),
        (
            {"operation": "setCard", "config_entry_id": "x"},
            "unknown_account",
            "config_entry_id",
        ),
    ],
)
async def test_bad_fields(
    lockers: LockerHome, data: dict[str, Any], key: str, field: str
) -> None:
    """A field that cannot be right is refused by its name, and nothing is sent."""
    await lockers.start()
    lockers.cloud.requests.reset()
    error = await refused(lockers, **data)
    assert error.translation_key == key
    assert field in str(error)
    assert lockers.cloud.requests.total == 0


async def test_other_vendors(lockers: LockerHome, entry: MockConfigEntry) -> None:
    """An account whose vendor takes no calls is refused by name, and never meant where none is named."""
    entry.add_to_hass(lockers.hass)
    await lockers.hass.config_entries.async_setup(entry.entry_id)
    data = {"operation": "locks/events", "config_entry_id": entry.entry_id}
    await lockers.start()
    error = await refused(lockers, **data)
    assert error.translation_key == "no_calls"
    assert entry.title in str(error)
    assert "list" in await answer(lockers, "locks/events")


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after", "redirect"])
@pytest.mark.parametrize("operation", ["setBoxColor", "locks/events"])
async def test_lost_answer(lockers: LockerHome, operation: str, kind: str) -> None:
    """Where the answer is lost nothing is repeated, not even what should change nothing, and that is said."""
    await lockers.start()
    lockers.cloud.requests.reset()
    lockers.fault(kind, operation)
    box = {"deviceId": lockers.locker.id, "boxNum": "00-01", "color": "red"}
    body = box if operation == "setBoxColor" else {}
    error = await refused(lockers, operation=operation, body=body)
    assert error.translation_key == "outcome_unknown_call"
    assert f"KEYVOX, {operation}" in str(error)
    assert lockers.count(operation) == 1


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("E0005", "invalid_request_call"),
        ("E0043", "not_found_call"),
        ("E1012", "device_unreachable_call"),
        ("E2003", "no_right"),
        ("X1", "invalid_request_call"),
    ],
)
async def test_refusals(lockers: LockerHome, code: str, key: str) -> None:
    """What the vendor refuses is said in the home's words, not in the vendor's, which may quote."""
    await lockers.start()
    lockers.refuse(code, "setCard")
    error = await refused(lockers, operation="setCard", body={"cardId": CARD})
    assert error.translation_key == key
    assert "理由" not in str(error)
    assert lockers.count("setCard") == 1


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
async def test_without_admin_rights(lockers: LockerHome, group: str) -> None:
    """Nobody but administrators may."""
    await lockers.start()
    lockers.cloud.requests.reset()
    somebody = await person(lockers.hass, group)
    with pytest.raises(Unauthorized):
        await lockers.call("call_vendor", operation="locks/events", context=somebody)
    assert lockers.cloud.requests.total == 0


async def test_secrets(lockers: LockerHome, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of a body or of an answer is in a log, event, state or diagnosis, whatever became of it."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []
    lockers.hass.bus.async_listen(MATCH_ALL, events.append)
    await lockers.start()
    cloud = lockers.cloud
    unit_id, lock_id = next(
        (unit.id, unit.lock_ids[0]) for unit in cloud.units.values() if unit.lock_ids
    )
    secrets = (CARD, OTHER_CARD, "Astrid Hemlig", "vit-elefant")
    body = {"unitId": unit_id, "cardId": CARD, "targetName": secrets[2], **period()}
    texts = []
    await answer(lockers, "setCard", **body)
    assert await answer(lockers, "getLockCardList", lockId=lock_id)
    for kind in ("half", "html_after", "reset"):
        lockers.fault(kind, "setCard", times=1)
        body["cardId"] = OTHER_CARD
        texts.append(str(await refused(lockers, operation="setCard", body=body)))
    texts += [
        str(await refused(lockers, operation="setCard", body=wrong))
        for wrong in ({"cardId": {OTHER_CARD}}, {"cardId": secrets[3], "a": CARD})
    ]
    await lockers.run(600, 100)
    texts += [
        json.dumps(await lockers.diagnosis(), cls=JSONEncoder),
        json.dumps(
            [each.as_dict() for each in lockers.hass.states.async_all()],
            cls=JSONEncoder,
        ),
        *(
            str(event.as_dict())
            for event in events
            # Home Assistant itself tells of each action with what was put into it.
            if event.event_type != EVENT_CALL_SERVICE
        ),
        *(
            record.getMessage()
            for record in caplog.records
            if record.name != "homeassistant.core"
        ),
    ]
    assert any("setCard" in text for text in texts)
    for secret in secrets:
        assert not [text for text in texts if secret in text]


async def test_overview(lockers: LockerHome) -> None:
    """The other profile has the same operations, at its own paths."""
    data = {**lockers.entry.data, "profile": "overview"}
    data["url"] = str(URL(data["url"]).with_path("/"))
    lockers.entry.add_to_hass(lockers.hass)
    lockers.hass.config_entries.async_update_entry(lockers.entry, data=data)
    lockers.cloud.set_options(profile="overview")
    await lockers.hass.config_entries.async_setup(lockers.entry.entry_id)
    await lockers.settle()
    box = {"deviceId": lockers.locker.id, "boxNum": "00-01"}
    await answer(lockers, "setBoxColor", **box, color="blue")
    assert lockers.locker.box("00-01").color == "blue"
    assert lockers.cloud.requests.counts["POST /v1/setBoxColor"] == 1
