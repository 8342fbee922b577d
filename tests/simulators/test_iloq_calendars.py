"""Calendars and network modules of the simulated iLOQ cloud."""

from typing import Any

import pytest

from simulators.iloq.calendars import Calendar
from simulators.iloq.places import ROOT_ID
from simulators.registry import new_id
from tests.simulators.iloq import UNKNOWN, House, Json

HOUR_TICKS = 3600 * 10**7


def calendar(iloq: House) -> Calendar:
    """Return the one calendar that there is."""
    return next(iter(iloq.cloud.group.calendars.values()))


def entry(iloq: House, **changes: Any) -> Json:
    """Return an entry from ten in the morning of the present day to noon."""
    return {
        "CalendarData_ID": new_id(),
        "CalendarDataTitle_ID": calendar(iloq).id,
        "StartDateTime": "2025-11-21T11:00:00",
        "EndDateTime": "2025-11-21T12:00:00",
        "Subject": "Open",
        "Type": 0,
        **changes,
    }


def recurring(iloq: House, **changes: Any) -> Json:
    """Return an entry that recurs on Fridays and Sundays from eleven in the morning for an hour."""
    return entry(
        iloq,
        Re_ID=new_id(),
        Re_OccurrenceDurationTicks=HOUR_TICKS,
        Re_OccurrenceStartTime="2025-11-21T11:00:00",
        Re_PatternDaysOfWeek=33,
        Re_PatternFrequency=1,
        Re_RangeEndDate="2025-12-31T00:00:00",
        Re_RangeLimit=2,
        Re_RangeStartDate="2025-11-21T00:00:00",
        **changes,
    )


async def on(iloq: House) -> bool:
    """Tell whether the gate's relay is on."""
    state = (await iloq.control("GET", "lock_groups/demo")).json
    [relay] = state["relays"]
    assert relay["Name"] == "Gate motor"
    found: bool = relay["on"]
    return found


async def during(iloq: House, *hours: float) -> list[bool]:
    """Tell whether the relay is on after so many hours each; it is 10:14:50 at the door to begin with."""
    seen = []
    for wait in hours:
        iloq.clock.move(wait * 3600)
        seen.append(await on(iloq))
    return seen


async def test_calendars(iloq: House) -> None:
    """Calendars are added, changed and deleted with their entries."""
    title = {
        "CalendarDataTitle_ID": new_id(),
        "Name": "Sauna",
        "Description": None,
        "OptionMask": 0,
        "RealEstate_ID": ROOT_ID,
        "ReservablePeriodLengthWeeks": 4,
        "ReservationTargetType": 0,
        "Type": 0,
        "Zone_ID": iloq.cloud.group.default_zone.id,
    }
    path = f"CalendarDataTitles/{title['CalendarDataTitle_ID']}"
    await iloq.send("POST", "CalendarDataTitles", title)
    await iloq.refused("POST", "CalendarDataTitles", title)
    await iloq.send("PUT", "CalendarDataTitles", title | {"Name": "S"})
    assert await iloq.get(path) == title | {"Name": "S"}
    assert len(await iloq.get("CalendarDataTitles")) == 2
    own = entry(iloq, CalendarDataTitle_ID=title["CalendarDataTitle_ID"])
    await iloq.send("POST", "CalendarDatas", {"Entries": [own]})
    await iloq.send("DELETE", path)
    await iloq.refused("GET", path)
    await iloq.refused("GET", f"CalendarDatas/{own['CalendarData_ID']}")
    await iloq.refused("PUT", "CalendarDataTitles", title)
    await iloq.refused("POST", "CalendarDataTitles", title | {"Zone_ID": UNKNOWN})


async def test_entries(iloq: House) -> None:
    """Entries are added, found by period, changed and deleted."""
    first = entry(iloq)
    day = {"StartDateTime": "2025-11-22T00:00:00", "EndDateTime": "2025-11-23T00:00:00"}
    second = entry(iloq, **day, Type=3)
    await iloq.send("POST", "CalendarDatas", {"Entries": [first, second]})
    path = f"CalendarDataTitles/{calendar(iloq).id}/CalendarDatas"
    told = await iloq.get(path)
    assert told == {
        "Entries": [first, second],
        "RecurringEntries": [],
        "RecurringEntryExceptions": [],
    }
    query = "?startDate=2025-11-21T12:00:00&endDate=2025-11-22T12:00:00"
    assert (await iloq.get(path + query))["Entries"] == [second]
    await iloq.refused("GET", path + "?startDate=x")
    one = f"CalendarDatas/{first['CalendarData_ID']}"
    changed = first | {"Subject": "Delivery"}
    await iloq.send("PUT", "CalendarDatas", {"Entries": [changed]})
    assert await iloq.get(one) == {
        "Entry": changed,
        "RecurringEntry": None,
        "RecurringEntryException": None,
    }
    await iloq.send("DELETE", one)
    await iloq.refused("GET", one)
    await iloq.refused("PUT", "CalendarDatas", {"Entries": [changed]})


@pytest.mark.parametrize(
    "changes",
    [
        {"CalendarDataTitle_ID": UNKNOWN},
        {"Type": 4},
        {"Type": -1},
        {"EndDateTime": "2025-11-21T11:00:00"},
        {"EndDateTime": None},
        {"StartDateTime": "x"},
        {"CalendarData_ID": None},
    ],
)
async def test_entry_refused(iloq: House, changes: Json) -> None:
    """If one entry is wrong, none is added."""
    body = {"Entries": [entry(iloq), entry(iloq, **changes)]}
    await iloq.refused("POST", "CalendarDatas", body)
    assert iloq.cloud.group.calendars.entries == {}
    await iloq.refused("POST", "CalendarDatas", {})


@pytest.mark.parametrize("changes", [{"Re_PatternFrequency": 4}, {"Re_ID": None}])
async def test_recurring_refused(iloq: House, changes: Json) -> None:
    """An entry that recurs must say how."""
    body = {"RecurringEntries": [recurring(iloq) | changes]}
    await iloq.refused("POST", "CalendarDatas", body)


async def test_relay(iloq: House) -> None:
    """A relay is on while an entry for that occurs, in the lock group's own time."""
    await iloq.send("POST", "CalendarDatas", {"Entries": [entry(iloq)]})
    assert await during(iloq, 0, 1, 0.5, 0.5) == [False, True, True, False]


@pytest.mark.parametrize("kind", [1, 2, 3])
async def test_other_types(iloq: House, kind: int) -> None:
    """Entries of other types turn nothing on by themselves."""
    await iloq.send("POST", "CalendarDatas", {"Entries": [entry(iloq, Type=kind)]})
    assert await during(iloq, 1) == [False]


async def test_recurring(iloq: House) -> None:
    """An entry recurs on its days until its end, but for the exceptions from it."""
    body = recurring(iloq)
    exceptions = [
        entry(
            iloq,
            RecurrenceId=body["Re_ID"],
            OriginalStartDateTime="2025-11-23T11:00:00",
            A_IsRemoved=True,
        ),
        entry(
            iloq,
            RecurrenceId=body["Re_ID"],
            OriginalStartDateTime="2025-11-28T11:00:00",
            A_IsRemoved=False,
            StartDateTime="2025-11-28T14:00:00",
            EndDateTime="2025-11-28T15:00:00",
        ),
    ]
    both = {"RecurringEntries": [body], "RecurringEntryExceptions": exceptions}
    await iloq.send("POST", "CalendarDatas", both)
    # Friday at 11:14, Saturday, Sunday, the next Friday, that day at 14:14, Sunday.
    seen = await during(iloq, 1, 24, 24, 5 * 24, 3, 45)
    assert seen == [True, False, False, False, True, True]
    path = f"CalendarDataTitles/{calendar(iloq).id}/CalendarDatas"
    assert await iloq.get(path + "?startDate=2026-01-01T00:00:00") == {
        "Entries": [],
        "RecurringEntries": [],
        "RecurringEntryExceptions": [],
    }
    told = await iloq.get(path)
    assert told["RecurringEntries"] == [body]
    assert told["RecurringEntryExceptions"] == exceptions
    assert await during(iloq, 7 * 24 * 5) == [False]
    one = f"CalendarDatas/{exceptions[0]['CalendarData_ID']}"
    assert (await iloq.get(one))["RecurringEntryException"] == exceptions[0]
    await iloq.send("DELETE", f"CalendarDatas/{body['CalendarData_ID']}")
    await iloq.refused("GET", one)


@pytest.mark.parametrize(
    ("frequency", "days", "seen"),
    [
        (0, [0, 1, 2], [True, True, True]),
        (1, [0, 1, 2], [True, False, True]),
        (2, [0, 1, 30], [True, False, True]),
        (3, [0, 30, 365], [True, False, True]),
    ],
)
async def test_frequencies(
    iloq: House, frequency: int, days: list[int], seen: list[bool]
) -> None:
    """Entries recur every day, on days of the week, of the month or of the year, also across midnight."""
    late = {
        "Re_PatternFrequency": frequency,
        "Re_RangeLimit": 0,
        "Re_OccurrenceStartTime": "2025-11-21T23:30:00",
    }
    body = recurring(iloq) | late
    await iloq.send("POST", "CalendarDatas", {"RecurringEntries": [body]})
    start = iloq.clock.now
    found = []
    for day in days:
        iloq.clock.now = start
        iloq.clock.move(day * 86400 + 14 * 3600)
        found.append(await on(iloq))
    assert found == seen


async def test_links(iloq: House) -> None:
    """A calendar's relays are set as a whole, and found from both sides."""
    path = (
        f"CalendarDataTitles/{calendar(iloq).id}/CalendarNetworkModuleDeviceRelayLinks"
    )
    [link] = await iloq.get(path)
    relay = link["NetworkModuleDeviceRelay_ID"]
    back = f"NetworkModuleDeviceRelays/{relay}/CalendarNetworkModuleDeviceRelayLinks"
    assert await iloq.get(back) == [link]
    await iloq.send("POST", "CalendarDatas", {"Entries": [entry(iloq)]})
    assert await during(iloq, 1) == [True]
    await iloq.send("PUT", path, {})
    assert (await iloq.get(path), await iloq.get(back)) == ([], [])
    assert await on(iloq) is False
    await iloq.send("PUT", path, {"NetworkModuleDeviceRelayIds": [relay]})
    assert await iloq.get(path) == [link]
    await iloq.refused("PUT", path, {"NetworkModuleDeviceRelayIds": [UNKNOWN]})


async def test_role_links(iloq: House) -> None:
    """Entries are linked to roles, and found from both sides."""
    own = entry(iloq, Type=1)
    await iloq.send("POST", "CalendarDatas", {"Entries": [own]})
    role = next(iter(iloq.cloud.group.security_roles))
    path = f"CalendarDatas/{own['CalendarData_ID']}/CalendarDataSecurityRoleLinks"
    back = f"SecurityRoles/{role}/CalendarDataSecurityRoleLinks"
    body = {"SecurityRoleIds": [role]}
    link = {"CalendarData_ID": own["CalendarData_ID"], "SecurityRole_ID": role}
    for method in ("POST", "POST", "PUT"):
        await iloq.send(method, path, body)
        assert (await iloq.get(path), await iloq.get(back)) == ([link], [link])
    await iloq.send("PUT", "CalendarDatas", {"Entries": [own | {"Subject": "S"}]})
    assert await iloq.get(path) == [link]
    assert await iloq.get(f"SecurityRoles/{role}/CanDelete") == 1
    await iloq.refused("DELETE", f"SecurityRoles/{role}")
    await iloq.send("POST", f"{path}/Delete", body)
    assert (await iloq.get(path), await iloq.get(back)) == ([], [])
    await iloq.refused("POST", path, {"SecurityRoleIds": [UNKNOWN]})


async def test_network(iloq: House) -> None:
    """Modules, devices and relays are found from each other."""
    [module] = await iloq.get("NetworkModules")
    path = f"NetworkModules/{module['FProgKey_ID']}"
    assert await iloq.get(path) == module
    devices = await iloq.get("NetworkModuleDevices")
    assert [device["Name"] for device in devices] == ["Front door", "Gate"]
    assert await iloq.get(f"{path}/NetworkModuleDevices") == devices
    [relay] = await iloq.get(f"{path}/NetworkModuleDeviceRelays")
    gate = f"NetworkModuleDevices/{devices[1]['NetworkModuleDevice_ID']}"
    assert await iloq.get(gate) == devices[1]
    assert await iloq.get(f"{gate}/NetworkModuleDeviceRelays") == [relay]
    one = f"NetworkModuleDeviceRelays/{relay['NetworkModuleDeviceRelay_ID']}"
    assert await iloq.get(one) == relay
    door = devices[0]["NetworkModuleDevice_ID"]
    assert iloq.lock("Front door").record["NetworkModuleDevice_ID"] == door
    await iloq.refused("GET", f"NetworkModules/{UNKNOWN}")
