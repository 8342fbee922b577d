"""Whatever a request carries, the simulated iLOQ cloud answers with more than a breakdown."""

import copy
from random import Random
from typing import Any

import pytest

from simulators.iloq.places import ROOT_ID
from simulators.registry import new_id
from tests.simulators.iloq import UNKNOWN, House, Json, key_body

LEAVES: list[Any] = [
    *(None, 0, -1, 6, 2**62, 2**70, 1.5, True, "", "x", UNKNOWN, ROOT_ID),
    *([], {}, ["x"], [None], [{}], {"a": 1}, [[]]),
    *("2026-01-01T00:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00"),
    *("9999-12-30T00:00:00+00:00", "0001-01-02T00:00:00Z", "24:00", "8:00"),
]
LISTS = (
    *("Keys", "Persons", "Locks", "SecurityAccesses", "TimeLimitTitles"),
    *("CalendarDataTitles", "Webhooks/Subscriptions", "SecurityRoles", "KeyTags"),
    *("Blacklists", "Zones", "NetworkModules"),
)


def proper(iloq: House) -> list[tuple[str, str, Json]]:
    """Return requests that are taken as they are."""
    group = iloq.cloud.group
    spare, title = iloq.key("Spare key").id, next(iter(group.titles))
    place = {"RealEstate_ID": ROOT_ID, "Zone_ID": group.default_zone.id}
    data = [{"StartTimeMS": 28800000, "EndTimeMS": 59400000, "WeekDayMask": 31}]
    slots = [
        {"SlotNo": 0, "LimitDateLg": "2026-01-01T00:00:00", "TimeLimitData": []},
        {"SlotNo": 2, "TimeLimitTitle_ID": title, "TimeLimitData": data},
    ]
    scheduler = {
        "RenewEndDate": "2026-01-01T00:00:00Z",
        "RenewGapCount": 1,
        "RenewGapType": 1,
        "RenewMinute": 70,
    }
    content = {
        "SecurityAccessIds": [iloq.access("Gym").id],
        "TimeLimitSlots": slots,
        "KeyScheduler": scheduler,
    }
    occurrence = {
        "CalendarDataTitle_ID": next(iter(group.calendars)),
        "StartDateTime": "2025-11-21T10:00:00",
        "EndDateTime": "2025-11-21T12:00:00",
        "Type": 0,
    }
    recurrence = {
        "Re_ID": new_id(),
        "Re_OccurrenceDurationTicks": 36_000_000_000,
        "Re_OccurrenceStartTime": "2025-11-21T10:00:00",
        "Re_PatternDaysOfWeek": 127,
        "Re_PatternFrequency": 1,
        "Re_RangeEndDate": "2025-12-31T00:00:00",
        "Re_RangeLimit": 2,
        "Re_RangeStartDate": "2025-11-21T00:00:00",
    }
    removed = {
        "RecurrenceId": recurrence["Re_ID"],
        "OriginalStartDateTime": "2025-11-22T10:00:00",
        "A_IsRemoved": True,
    }
    calendar = {
        "Entries": [occurrence | {"CalendarData_ID": new_id()}],
        "RecurringEntries": [occurrence | recurrence | {"CalendarData_ID": new_id()}],
        "RecurringEntryExceptions": [
            occurrence | removed | {"CalendarData_ID": new_id()}
        ],
    }
    line = {"StartTime": "8:00", "EndTime": "16:30", "WeekDayMask": 31}
    new_title = {"TimeLimitTitle_ID": new_id(), "StartDateLg": "2026-01-01T00:00:00"}
    subscription = {
        "SubscriptionId": new_id(),
        "WebhookEventId": "",
        "TargetEndpointUri": "http://127.0.0.1:9/hook",
        "StartDateUtc": iloq.iso(),
        "EndDateUtc": iloq.iso(86400),
        "JsonPathFilter": "$[?($.KeyTypeMask == 9)]",
    }
    period = {"StartDateUtc": iloq.iso(), "EndDateUtc": iloq.iso(60)}
    trail = {"FLockIds": [iloq.lock("Gate").id], "TypeMask": 4}
    lock = {"FLock_ID": new_id(), "LockType": 5, "PhysicalState": 0, **place}
    phone = {"FNKey_ID": iloq.key("Anna's phone").id, "PhoneNo": "+1", "OptionMask": 0}
    return [
        ("POST", "Keys", {"Key": key_body(ExpireDate=iloq.iso())} | content),
        ("PUT", f"Keys/{spare}/SecurityAccesses", content),
        ("POST", f"Keys/{spare}/TimeLimitTitles/CanAdd", {"TimeLimitSlot": slots[1]}),
        ("PUT", "KeyPhones", phone),
        ("POST", "Persons", {"Person": {"PersonCode": "1"}, "ZoneIds": []}),
        ("POST", "CalendarDatas", calendar),
        (
            "POST",
            "TimeLimitTitles",
            {"TimeLimitTitle": new_title | place, "TimeLimitData": [line]},
        ),
        ("POST", "Webhooks/Subscriptions", subscription),
        ("POST", "LockLogs/GetLockLogDataByTimestamp", period),
        ("POST", "LockLogs/GetLockLogDataByGoingDates", period),
        ("POST", "LockLogs", trail),
        ("POST", "Locks", {"Lock": lock}),
        ("POST", "SecurityRoles", {"SecurityRole_ID": new_id(), **place}),
        ("POST", "CalendarDataTitles", {"CalendarDataTitle_ID": new_id(), **place}),
        ("POST", "SetLockgroup", {"LockGroup_ID": group.id}),
    ]


def spoil(random: Random, body: Any) -> None:
    """Change one thing, somewhere within a body."""
    name = random.choice(list(body) if isinstance(body, dict) else range(len(body)))
    inner = body[name]
    if isinstance(inner, dict | list) and inner and random.random() < 0.85:
        spoil(random, inner)
    else:
        body[name] = copy.deepcopy(random.choice(LEAVES))


@pytest.mark.parametrize("seed", range(4))
async def test_spoilt(iloq: House, seed: int) -> None:
    """A proper request is taken, a spoilt one is taken or refused, and all that is kept can be read."""
    random = Random(seed)
    events = await iloq.get("Webhooks/Events")
    iloq.cloud.set_options(date_form=random.choice(("offset", "zulu", "naive")))
    for _ in range(12):
        for method, path, body in proper(iloq):
            if "WebhookEventId" in body:
                body["WebhookEventId"] = events[2]["Id"]
            spoil(random, body)
            reply = await iloq.call(method, path, body)
            assert reply.status in (200, 204, 400), (method, path, body, reply.text)
    for path in LISTS:
        await iloq.get(path)
    for key in await iloq.get("Keys"):
        await iloq.get(f"Keys/{key['FNKey_ID']}/TimeLimitTitles")
    for calendar in await iloq.get("CalendarDataTitles"):
        title = calendar["CalendarDataTitle_ID"]
        await iloq.get(f"CalendarDataTitles/{title}/CalendarDatas")
    assert (await iloq.control("GET", "lock_groups/demo")).status == 200


async def test_proper(iloq: House) -> None:
    """What is spoilt above would be taken as it is."""
    events = await iloq.get("Webhooks/Events")
    for method, path, body in proper(iloq):
        if "WebhookEventId" in body:
            body["WebhookEventId"] = events[2]["Id"]
        reply = await iloq.call(method, path, body)
        assert reply.status in (200, 204), (method, path, reply.text)
