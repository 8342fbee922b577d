"""The action get_available_boxes: which boxes of a locker can be had in a period."""

from datetime import timedelta
import re

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.util import dt as dt_util
import pytest

from tests.keyvox.locker_home import INVENTORY, LockerHome
from tests.test_actions import person

UNREACHABLE = "E1012"


async def available(home: LockerHome, **data: object) -> list[dict[str, object]]:
    """Return what the action lists for an hour of tomorrow, unless told otherwise."""
    start = dt_util.utcnow() + timedelta(days=1)
    fields = {
        "device_id": home.device(home.locker.id).id,
        "start_datetime": start.isoformat(),
        "end_datetime": (start + timedelta(hours=1)).isoformat(),
    }
    answer = await home.call("get_available_boxes", **{**fields, **data})
    rows: list[dict[str, object]] = answer["boxes"]
    return rows


async def test_available_boxes(lockers: LockerHome) -> None:
    """The free boxes of a period are listed with their devices, names, numbers and sizes."""
    await lockers.start()
    lockers.locker.box("00-01").faulty = True
    rows = await available(lockers)
    assert rows[0] == {
        "device_id": lockers.device(lockers.box(2)).id,
        "name": "Box 2",
        "number": "00-02",
        "size": "small",
    }
    assert [row["number"] for row in rows] == [f"00-{n:02}" for n in range(2, 7)]
    assert [row["number"] for row in await available(lockers, size="medium")] == [
        *("00-03", "00-04")
    ]
    box = lockers.device(lockers.box(5)).id
    assert [row["size"] for row in await available(lockers, device_id=box, size="3")]
    await lockers.wait(2 * INVENTORY)
    lockers.locker.add_boxes("1")
    assert (await available(lockers))[-1]["device_id"] is None


async def test_available_boxes_of_a_period(lockers: LockerHome) -> None:
    """A box that is let then is not listed; before and after, it is."""
    await lockers.start()
    now = dt_util.utcnow().replace(microsecond=0)
    begin, end = now + timedelta(hours=2), now + timedelta(hours=4)
    cloud, locker = lockers.cloud, lockers.locker
    box = locker.box("00-01")
    cloud.rentals.issue(
        cloud.pins, (locker, box), (begin, end), now, code=None, holder="Anna"
    )
    for start, is_free in ((0, True), (3, False), (4, True)):
        period = [now + timedelta(hours=hours) for hours in (start, start + 1)]
        rows = await available(
            lockers,
            start_datetime=period[0].isoformat(),
            end_datetime=period[1].isoformat(),
        )
        assert ("00-01" in [row["number"] for row in rows]) is is_free


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("device_id", None, "no_device"),
        ("device_id", ["a", "b"], "several_devices"),
        ("device_id", "nowhere", "unknown_device"),
        ("start_datetime", None, "empty"),
        ("start_datetime", "soon", "not_a_time"),
        ("end_datetime", None, "empty"),
        ("end_datetime", "2020-01-01 00:00:00", "in_the_past"),
        ("end_datetime", 7, "not_a_time"),
        ("size", "a b", "not_allowed"),
        ("size", ["small"], "not_text"),
        ("sizes", "small", "unknown_field"),
    ],
)
async def test_bad_fields(
    lockers: LockerHome, field: str, value: object, key: str
) -> None:
    """A field that cannot be right is refused by its name, and nothing is sent."""
    await lockers.start()
    lockers.cloud.requests.reset()
    with pytest.raises(HomeAssistantError) as failure:
        await available(lockers, **{field: value})
    assert failure.value.translation_key == key
    assert re.search(rf"\b{field}\b", str(failure.value))
    assert lockers.cloud.requests.total == 0


async def test_no_locker(lockers: LockerHome) -> None:
    """A device that is no locker is refused; a start after the end, too."""
    await lockers.start()
    lock_id = next(iter(lockers.cloud.locks))
    with pytest.raises(HomeAssistantError) as failure:
        await available(lockers, device_id=lockers.device(lock_id).id)
    assert failure.value.translation_key == "no_locker"
    late = (dt_util.utcnow() + timedelta(days=9)).isoformat()
    with pytest.raises(HomeAssistantError) as failure:
        await available(lockers, start_datetime=late)
    assert failure.value.translation_key == "ends_before_start"


@pytest.mark.parametrize(
    ("code", "key"),
    [(UNREACHABLE, "device_unreachable_locker"), ("E0005", "invalid_request_locker")],
)
async def test_available_boxes_refused(
    lockers: LockerHome, code: str, key: str
) -> None:
    """What the vendor refuses is said of the locker."""
    await lockers.start()
    lockers.refuse(code, "getAvailableBoxes")
    with pytest.raises(HomeAssistantError) as failure:
        await available(lockers)
    assert failure.value.translation_key == key
    assert "Locker" in str(failure.value)


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
async def test_without_admin_rights(lockers: LockerHome, group: str) -> None:
    """The action is for administrators."""
    await lockers.start()
    lockers.cloud.requests.reset()
    somebody = await person(lockers.hass, group)
    with pytest.raises(Unauthorized):
        await available(lockers, context=somebody)
    assert lockers.cloud.requests.total == 0
