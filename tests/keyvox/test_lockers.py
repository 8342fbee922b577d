"""Lockers: how boxes stand, how many are free, and openings, each of which is sent once."""

import asyncio
from datetime import timedelta

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.latchkey import follow
from custom_components.latchkey.const import DOMAIN
from simulators.keyvox.lockers import BoxStatus
from tests.keyvox.locker_home import BOXES, INVENTORY, LockerHome
from tests.test_actions import person
from tests.texts import AT_LOCKERS

UNREACHABLE = "E1012"


def set_status(home: LockerHome, number: int, status: BoxStatus) -> None:
    """Have a box of the first locker stand in a way."""
    box = home.locker.box(f"00-{number:02}")
    home.cloud.rentals.set_status(box, status, home.cloud.clock())


async def refused(home: LockerHome, number: int = 1) -> HomeAssistantError:
    """Return with which error a box is not opened."""
    with pytest.raises(HomeAssistantError) as failure:
        await home.press(number)
    assert failure.value.translation_domain == DOMAIN
    assert f"Locker, Box {number}" in str(failure.value)
    return failure.value


async def test_statuses(lockers: LockerHome) -> None:
    """Each box shows how it stands, and whether it is out of order; the locker, how many are free."""
    for number, status in enumerate(BoxStatus, 1):
        set_status(lockers, number, status)
    await lockers.start()
    assert lockers.statuses() == [
        *("unused", "in_use", "expired", "fault", "unused", "unused")
    ]
    problems = [lockers.of_box("binary_sensor", "box_problem", n) for n in range(1, 7)]
    assert [each.state for each in problems].index(STATE_ON) == 3
    assert [each.state for each in problems].count(STATE_OFF) == 5
    assert lockers.free() == "3"
    assert (lockers.free("small"), lockers.free("large")) == ("1", "2")
    # Of the medium ones none was ever heard of.
    with pytest.raises(AssertionError):
        lockers.free("medium")
    set_status(lockers, 4, BoxStatus.UNUSED)
    set_status(lockers, 1, BoxStatus.IN_USE)
    await lockers.wait(BOXES)
    assert lockers.statuses()[0] == "in_use"
    assert lockers.statuses()[3] == "unused"
    assert (lockers.free("small"), lockers.free("medium")) == ("0", "1")


async def test_boxes_are_parts(lockers: LockerHome) -> None:
    """Each box is a part of its locker, by the vendor's name; its button is for the user to enable."""
    await lockers.start()
    registry = er.async_get(lockers.hass)
    for number in range(1, 7):
        box = lockers.device(lockers.box(number))
        assert box.name == f"Box {number}"
        entities = er.async_entries_for_device(
            registry, box.id, include_disabled_entities=True
        )
        assert {each.domain: each.disabled for each in entities} == {
            "binary_sensor": False,
            "button": True,
            "sensor": False,
        }
    assert lockers.hass.states.get("sensor.locker_free_boxes") is not None


async def test_names(lockers: LockerHome) -> None:
    """Each of these texts calls an entity, and no entity lacks its name."""
    for box, size in zip(lockers.locker.boxes.values(), "123X12", strict=True):
        box.size = size
    await lockers.start()
    await lockers.enable_buttons()
    used = {
        (each.domain, each.translation_key)
        for each in er.async_entries_for_config_entry(
            er.async_get(lockers.hass), lockers.entry.entry_id
        )
    }
    assert used >= AT_LOCKERS
    state = lockers.hass.states.get("sensor.locker_free_boxes_size_x")
    assert state is not None
    assert state.name == "Locker Free boxes, size X"
    assert state.state == "1"
    for state in lockers.hass.states.async_all():
        assert "{" not in state.name


async def test_unknown_status(
    lockers: LockerHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A status that is not known is shown as unknown, and as no problem and no health either."""
    locker = lockers.locker
    rows = [{**row, "status": "7"} for row in locker.as_status(lockers.cloud.clock())]
    monkeypatch.setattr(locker, "as_status", lambda at: rows)
    await lockers.start()
    assert set(lockers.statuses()) == {STATE_UNKNOWN}
    assert lockers.of_box("binary_sensor", "box_problem").state == STATE_UNKNOWN
    assert lockers.free() == "6"


@pytest.mark.parametrize("form", ["string", "number"])
async def test_forms_of_numbers(lockers: LockerHome, form: str) -> None:
    """Numbers are understood as texts and as numbers."""
    lockers.cloud.set_options(number_form=form)
    set_status(lockers, 2, BoxStatus.FAULT)
    await lockers.start()
    assert lockers.statuses()[:2] == ["unused", "fault"]
    assert [lockers.free(each) for each in (None, "small", "large")] == ["5", "1", "2"]


async def test_locker_that_does_not_answer(lockers: LockerHome) -> None:
    """A locker that cannot be reached takes nothing down but itself, and keeps its boxes."""
    other = lockers.cloud.add_locker("Other", "1")
    await lockers.start()
    lockers.fault("status", "getLockerStatus", status=503)
    lockers.cloud.clear_faults()
    lockers.refuse(UNREACHABLE, "getLockerStatus")
    await lockers.run(2 * INVENTORY, 100)
    assert lockers.account is ConfigEntryState.LOADED
    assert lockers.entry.runtime_data.last_update_success
    assert set(lockers.statuses()) == {STATE_UNAVAILABLE}
    assert lockers.free() == lockers.free(locker=other) == STATE_UNAVAILABLE
    assert lockers.device(lockers.box(6)).name == "Box 6"
    lockers.cloud.refusals.clear()
    await lockers.wait(BOXES)
    assert set(lockers.statuses()) == {"unused"}
    assert (lockers.free(), lockers.free(locker=other)) == ("6", "1")


@pytest.mark.parametrize("code", [UNREACHABLE, "E2003", "E0043", "E0005", "E9999"])
async def test_locker_unreachable_from_the_start(
    lockers: LockerHome, code: str
) -> None:
    """A locker that cannot be read at first does not keep the account from its start, and its boxes come later."""
    lockers.refuse(code, "getLockerStatus")
    await lockers.start()
    assert lockers.account is ConfigEntryState.LOADED
    assert lockers.registered("sensor", "box_status") is None
    lockers.cloud.refusals.clear()
    await lockers.wait(INVENTORY)
    await lockers.wait(BOXES)
    assert set(lockers.statuses()) == {"unused"}


async def test_moment_of_silence(lockers: LockerHome) -> None:
    """What the cloud does not answer once is shown as it was; what it does not answer twice is not known."""
    await lockers.start()
    fault = lockers.fault("status", "getAvailableBoxes", status=503)
    await lockers.wait(BOXES)
    assert fault.hits
    assert lockers.free() == "6"
    await lockers.wait(BOXES)
    assert lockers.free() == STATE_UNAVAILABLE
    assert set(lockers.statuses()) == {"unused"}


async def test_rate_limit(lockers: LockerHome) -> None:
    """A pause that the vendor wants leaves what is shown, and nothing is asked before its end."""
    await lockers.start()
    lockers.cloud.requests.reset()
    fault = lockers.fault("rate_limit", "getLockerStatus", retry_after=600)
    await lockers.wait(BOXES)
    assert fault.hits == 1
    lockers.cloud.clear_faults()
    assert set(lockers.statuses()) == {"unused"}
    await lockers.run(500, 100)
    assert lockers.count("getLockerStatus") == 1
    await lockers.run(700, 100)
    assert lockers.count("getLockerStatus") > 1


async def test_open(lockers: LockerHome) -> None:
    """A press opens that box, once, and the locker is looked at soon after."""
    await lockers.start()
    await lockers.enable_buttons()
    await lockers.press(2)
    assert [box.openings for box in lockers.locker.boxes.values()] == [0, 1, 0, 0, 0, 0]
    assert lockers.count("unlockLocker") == 1
    assert lockers.count("getLockerStatus") == 0
    set_status(lockers, 2, BoxStatus.IN_USE)
    await lockers.wait(6)
    assert lockers.statuses()[1] == "in_use"
    await lockers.press(2)
    assert lockers.count("unlockLocker") == 2


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_open_in_doubt(lockers: LockerHome, kind: str) -> None:
    """Where the answer is lost the command is not repeated, and it is said that the box may have opened."""
    await lockers.start()
    await lockers.enable_buttons()
    lockers.fault(kind, "unlockLocker")
    error = await refused(lockers)
    assert error.translation_key == "outcome_unknown_box"
    assert "may have opened" in str(error)
    await lockers.run(2 * BOXES, 50)
    assert lockers.count("unlockLocker") == 1
    assert lockers.locker.box("00-01").openings == 1


async def test_open_without_effect(lockers: LockerHome) -> None:
    """Where nothing was sent, or nothing done, that is said; nothing is repeated."""
    await lockers.start()
    await lockers.enable_buttons()
    for code, key in (
        ("E0005", "invalid_request_box"),
        ("E0043", "not_found"),
        ("E2003", "no_right"),
    ):
        lockers.refuse(code, "unlockLocker", 1)
        assert (await refused(lockers)).translation_key == key
    assert lockers.count("unlockLocker") == 3
    assert lockers.locker.box("00-01").openings == 0


async def test_open_while_offline(lockers: LockerHome) -> None:
    """A locker that is not connected may still open the box when it is reached; that is said."""
    lockers.cloud.set_connection(lockers.locker.id, online=False)
    await lockers.start()
    await lockers.enable_buttons()
    error = await refused(lockers, 3)
    assert error.translation_key == "device_unreachable_box"
    assert "may still open" in str(error)
    assert lockers.count("unlockLocker") == 1


async def received(home: LockerHome, openings: int) -> None:
    """Wait until the cloud has received so many commands to open, without time passing."""
    for _ in range(2000):
        if home.count("unlockLocker") == openings:
            return
        await asyncio.sleep(0)
    raise AssertionError("nothing came")


async def test_second_press(lockers: LockerHome) -> None:
    """A second press while the first one is unanswered is refused; that of another box is not."""
    await lockers.start()
    await lockers.enable_buttons()
    lockers.cloud.set_connection(lockers.locker.id, seconds=30)
    first = asyncio.create_task(lockers.press())
    await received(lockers, 1)
    assert (await refused(lockers)).translation_key == "already_opening"
    other = asyncio.create_task(lockers.press(2))
    await received(lockers, 2)
    assert not first.done()
    lockers.freezer.tick(timedelta(seconds=31))
    await asyncio.gather(first, other)
    lockers.cloud.set_connection(lockers.locker.id, seconds=0)
    await lockers.press()
    assert lockers.count("unlockLocker") == 3
    assert lockers.locker.box("00-01").openings == 2


async def test_clock_that_is_off(lockers: LockerHome) -> None:
    """A refusal of our clock, by which nothing was done, is no reason to give up; the box opens once."""
    await lockers.start()
    await lockers.enable_buttons()
    lockers.cloud.set_skew(120)
    await lockers.press()
    assert lockers.count("unlockLocker") == 2
    assert lockers.locker.box("00-01").openings == 1


async def test_removed_box(lockers: LockerHome) -> None:
    """A box that is gone from two inventories is gone here, too."""
    await lockers.start()
    assert lockers.registered("sensor", "box_status", 6)
    del lockers.locker.boxes["00-06"]
    await lockers.wait(INVENTORY)
    await lockers.wait(INVENTORY)
    assert lockers.registered("sensor", "box_status", 6) is None
    assert lockers.registered("button", "open_box", 6) is None
    assert lockers.registered("sensor", "box_status", 5)
    # What was once heard of stays.
    assert (lockers.free("large"), lockers.free("small")) == ("1", "2")


async def test_many_boxes(lockers: LockerHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more boxes than Home Assistant takes entities, theirs are for the user to enable."""
    monkeypatch.setattr(follow, "MOST_ENABLED", 400)
    for number in range(4):
        lockers.cloud.add_locker(f"Locker {number}", "1" * 60)
    await lockers.start()
    registry = er.async_get(lockers.hass)
    entities = er.async_entries_for_config_entry(registry, lockers.entry.entry_id)
    assert len(entities) > 246 * 3
    assert sum(not each.disabled for each in entities) <= 400


async def test_hundreds_of_boxes(lockers: LockerHome) -> None:
    """An account with hundreds of boxes shows them all."""
    for number in range(5):
        lockers.cloud.add_locker(f"Locker {number}", "1" * 80)
    await lockers.start()
    registry = er.async_get(lockers.hass)
    entities = er.async_entries_for_config_entry(registry, lockers.entry.entry_id)
    shown = [each for each in entities if not each.disabled]
    assert len(shown) < follow.MOST_ENABLED
    assert sum(each.translation_key == "box_status" for each in shown) == 406


async def test_rights(lockers: LockerHome) -> None:
    """A box is opened by whoever may control its button, and by nobody who may only look."""
    await lockers.start()
    await lockers.enable_buttons()
    guest = await person(lockers.hass, GROUP_ID_READ_ONLY)
    with pytest.raises(Unauthorized):
        await lockers.press(context=guest)
    assert lockers.cloud.requests.total == 0
    user = await lockers.hass.auth.async_create_user("Bo", group_ids=[GROUP_ID_USER])
    await lockers.press(context=Context(user_id=user.id))
    assert lockers.locker.box("00-01").openings == 1
