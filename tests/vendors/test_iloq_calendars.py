"""iLOQ's calendars: what is told of them, what recurs, and entries of ours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.iloq.adapter import Iloq
from custom_components.latchkey.vendors.iloq.calendar_entries import (
    MOST_ENTRIES,
    worked_out,
)
from custom_components.latchkey.vendors.iloq.calendar_wire import (
    WireEntries,
    WireRecurringEntry,
)
from custom_components.latchkey.vendors.iloq.recurrence import NotUnderstood, series
from custom_components.latchkey.vendors.iloq.session import InvalidValue
from custom_components.latchkey.vendors.model import Capability, Device, DeviceKind
from custom_components.latchkey.vendors.schedules import (
    Entry,
    EntryKind,
    EntryList,
    Hold,
    KeepsSchedules,
    Relay,
)
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NoRight,
    NotFound,
    OutcomeUnknown,
)
from tests.vendors.iloq_canned import GROUP, canned
from tests.vendors.scripted import Offline

HELSINKI = ZoneInfo("Europe/Helsinki")
CALENDAR = "c0000000-0000-4000-8000-000000000001"
OTHER = "c0000000-0000-4000-8000-000000000002"
RELAY = "b0000000-0000-4000-8000-000000000001"
ENTRY = "e0000000-0000-4000-8000-000000000001"
HOUR = 36_000_000_000
START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
SYSTEM = Device(id=GROUP, label="", kind=DeviceKind.SYSTEM, name="House")

LINKS = f"GET CalendarDataTitles/{CALENDAR}/CalendarNetworkModuleDeviceRelayLinks"
OTHER_LINKS = f"GET CalendarDataTitles/{OTHER}/CalendarNetworkModuleDeviceRelayLinks"
ENTRIES = f"GET CalendarDataTitles/{CALENDAR}/CalendarDatas"
RELAY_NAMED = f"GET NetworkModuleDeviceRelays/{RELAY}"
LISTED = [
    {"CalendarDataTitle_ID": CALENDAR.upper(), "Name": "Office hours"},
    {"CalendarDataTitle_ID": OTHER, "Name": None, "Description": "Sauna"},
]


def single(start: Any, end: Any, kind: Any = 0, **more: Any) -> dict[str, Any]:
    """Return an entry as the API has it."""
    return {
        "CalendarData_ID": ENTRY,
        "CalendarDataTitle_ID": CALENDAR,
        "StartDateTime": start,
        "EndDateTime": end,
        "Subject": None,
        "Type": kind,
        **more,
    }


def weekly(days: int, at: str = "2026-11-02T08:00:00", **more: Any) -> dict[str, Any]:
    """Return an entry that recurs on some days of the week for eight hours."""
    return {
        **single(None, None),
        "Re_ID": "r1",
        "Re_OccurrenceStartTime": at,
        "Re_OccurrenceDurationTicks": 8 * HOUR,
        "Re_PatternDaysOfWeek": days,
        "Re_PatternFrequency": 1,
        "Re_RangeStartDate": "2026-11-02T00:00:00",
        "Re_RangeEndDate": "0001-01-01T00:00:00",
        "Re_RangeLimit": 0,
        **more,
    }


def entries_of(
    start: datetime = START,
    end: datetime = END,
    *,
    singles: Any = None,
    recurring: Any = None,
    exceptions: Any = None,
) -> EntryList:
    """Return what a calendar comes to in a period."""
    told = WireEntries(singles, recurring, exceptions)
    return drained(told, start, end)


def drained(told: WireEntries, start: datetime, end: datetime) -> EntryList:
    """Run what gives others their turn, and waits for nothing else."""
    work = worked_out(told, HELSINKI, start, end)
    while True:
        try:
            work.send(None)
        except StopIteration as stop:
            result: EntryList = stop.value
            return result


def days_of(found: EntryList) -> list[str]:
    """Return the days on which entries begin, by the clocks in Helsinki."""
    return [f"{each.start.astimezone(HELSINKI):%m-%d}" for each in found.entries]


def local(entry: Entry) -> str:
    """Return an entry's times by the clocks in Helsinki."""
    start, end = (at.astimezone(HELSINKI) for at in (entry.start, entry.end))
    return f"{start:%d %H:%M}-{end:%d %H:%M}"


# What there is


async def test_schedules() -> None:
    """A calendar is told with the relays that it controls, each by its name, which is asked for once."""
    account, transport = await canned(
        {
            "GET CalendarDataTitles": LISTED,
            LINKS: [
                {
                    "CalendarDataTitle_ID": CALENDAR,
                    "NetworkModuleDeviceRelay_ID": RELAY.upper(),
                },
                {"CalendarDataTitle_ID": CALENDAR, "NetworkModuleDeviceRelay_ID": None},
            ],
            OTHER_LINKS: [{"NetworkModuleDeviceRelay_ID": RELAY}],
            RELAY_NAMED: {"Name": "Front door", "RelayNo": 1},
        }
    )
    listed = await account.schedules(SYSTEM)
    assert listed.complete
    front = (Relay(id=RELAY, name="Front door"),)
    assert [(each.id, each.name, each.relays) for each in listed.schedules] == [
        (OTHER, "Sauna", front),
        (CALENDAR, "Office hours", front),
    ]
    assert transport.count(f"GET api/v2/NetworkModuleDeviceRelays/{RELAY}") == 1


async def test_without_the_right_to_administer() -> None:
    """Without the right to administer nobody knows what a calendar controls; that is not the same as nothing."""
    rights = 2251799813685248 | 1
    account, transport = await canned(
        {"GET CalendarDataTitles": LISTED, "POST SetLockgroup": {"RightsMask": rights}}
    )
    listed = await account.schedules(SYSTEM)
    assert [each.relays for each in listed.schedules] == [None, None]
    assert len(transport.sent) == 1


async def test_no_relay() -> None:
    """A calendar without a link controls nothing."""
    account, _ = await canned(
        {"GET CalendarDataTitles": LISTED, LINKS: [], OTHER_LINKS: None}
    )
    listed = await account.schedules(SYSTEM)
    assert [each.relays for each in listed.schedules] == [(), ()]


@pytest.mark.parametrize(("rights", "expected"), [(1, False), (2251799813685248, True)])
async def test_capability(rights: int, expected: bool) -> None:
    """A system has calendars for whoever has the right to them."""
    account, _ = await canned({"POST SetLockgroup": {"RightsMask": rights}})
    inventory = await account.inventory()
    capabilities = inventory.devices[0].capabilities
    assert (Capability.SCHEDULES in capabilities) is expected
    assert isinstance(account, KeepsSchedules)


# What happens


async def test_entries() -> None:
    """Times with an offset are taken by it, those without are the locking system's; each type has its kind."""
    account, transport = await canned(
        {
            ENTRIES: {
                "Entries": [
                    single("2026-11-03T10:00:00", "2026-11-03T12:00:00"),
                    single(
                        "2026-11-04T10:00:00.0000000Z",
                        "2026-11-04T12:00:00+00:00",
                        "1",
                        CalendarData_ID="e2",
                        Subject="Anna",
                    ),
                    single(
                        "2026-11-05T10:00", "2026-11-05T11:00", 2, CalendarData_ID="e3"
                    ),
                    single(
                        "2026-11-06T10:00", "2026-11-06T11:00", 3, CalendarData_ID="E4"
                    ),
                    single(
                        "2026-11-07T10:00", "2026-11-07T11:00", 9, CalendarData_ID="e5"
                    ),
                    single("2026-11-08T10:00", None, CalendarData_ID="e6"),
                    single(
                        "2026-11-09T10:00", "2026-11-09T10:00", CalendarData_ID="e7"
                    ),
                    single(
                        "2026-12-24T10:00", "2026-12-24T11:00", CalendarData_ID="e8"
                    ),
                    "nonsense",
                ],
                "RecurringEntries": None,
            }
        }
    )
    told = await account.entries(CALENDAR, START, END)
    assert [(each.id, each.kind) for each in told.entries] == [
        (ENTRY, EntryKind.HELD_OPEN),
        ("e2", EntryKind.CODE),
        ("e3", EntryKind.KEY_CODE),
        ("e4", EntryKind.KEY_TIMES),
    ]
    assert told.left_out == 4
    first, second = told.entries[:2]
    assert first.start == datetime(2026, 11, 3, 8, tzinfo=UTC)
    assert (second.start.hour, second.title) == (10, "Anna")
    assert "Anna" not in repr(second)
    # The locking system's own time, and a day more: of what zone it is taken for is not known.
    assert transport.sent[0].query == {
        "startDate": "2026-10-31T02:00:00",
        "endDate": "2026-12-02T02:00:00",
    }


def test_title_that_is_a_number() -> None:
    """A title is shown, unless it is a telephone number or an address."""
    times = {"id": "e", "kind": EntryKind.CODE, "start": START, "end": END}
    shown = [
        Entry(title=title, **times).shown_title  # type: ignore[arg-type]  # of the keywords one kind each
        for title in ("Sauna", "+358 40 123 4567", "anna@example.com")
    ]
    assert shown == ["Sauna", "", ""]


async def test_answer_that_is_none() -> None:
    """No content is an empty calendar; anything but lists is not understood."""
    account, _ = await canned({ENTRIES: None})
    assert await account.entries(CALENDAR, START, END) == EntryList(entries=())
    account, _ = await canned({ENTRIES: {"Entries": "x"}})
    with pytest.raises(AnswerNotUnderstood):
        await account.entries(CALENDAR, START, END)


def test_bound() -> None:
    """Of very many entries the first ones are told."""
    many = [
        single(
            f"2026-11-{1 + n % 28:02}T10:00",
            "2026-12-01T00:00",
            CalendarData_ID=f"e{n}",
        )
        for n in range(MOST_ENTRIES + 50)
    ]
    found = entries_of(singles=many).entries
    assert len(found) == MOST_ENTRIES
    assert list(found) == sorted(found, key=lambda each: (each.start, each.id))


# What recurs


def test_weekly() -> None:
    """The first bit of the days is Sunday."""
    assert days_of(entries_of(recurring=[weekly(1)])) == [
        *("11-08", "11-15", "11-22", "11-29"),
    ]
    assert days_of(entries_of(recurring=[weekly(2 | 64)]))[:3] == [
        *("11-02", "11-07", "11-09"),
    ]
    found = entries_of(recurring=[weekly(2)])
    assert found.left_out == 0
    assert local(found.entries[0]) == "02 08:00-02 16:00"
    assert found.entries[0].id == f"{ENTRY}/2026-11-02"


def test_range() -> None:
    """The last date is one of them, and what begins before the first is none."""
    limited = weekly(
        127,
        Re_RangeLimit=2,
        Re_RangeStartDate="2026-11-20T00:00:00",
        Re_RangeEndDate="2026-11-21T22:00:00Z",
    )
    assert days_of(entries_of(recurring=[limited])) == ["11-20", "11-21", "11-22"]


def test_daily_monthly_yearly() -> None:
    """Every day; the same day of each month that has it; the same day of each year."""
    span = {
        "start": datetime(2027, 1, 1, tzinfo=UTC),
        "end": datetime(2027, 4, 1, tzinfo=UTC),
    }
    daily = weekly(0, Re_PatternFrequency=0)
    assert len(days_of(entries_of(recurring=[daily]))) == 29
    monthly = weekly(
        0,
        "2026-12-31T08:00:00",
        Re_PatternFrequency=2,
        Re_RangeStartDate="2026-12-31T00:00:00",
    )
    assert days_of(entries_of(**span, recurring=[monthly])) == ["01-31", "03-31"]
    yearly = weekly(
        0,
        "2024-02-14T08:00:00",
        Re_PatternFrequency=3,
        Re_RangeStartDate="2024-02-14T00:00:00",
    )
    assert days_of(entries_of(**span, recurring=[yearly])) == ["02-14"]


@pytest.mark.parametrize(
    "changed",
    [
        {"Re_PatternDaysOfWeek": 0},
        {"Re_PatternDaysOfWeek": 128},
        {"Re_PatternDaysOfWeek": -1},
        {"Re_PatternFrequency": 4},
        {"Re_PatternFrequency": None},
        # Which Tuesday of the month it is, is not told.
        {"Re_PatternFrequency": 2, "Re_PatternDaysOfWeek": 4},
        {
            "Re_PatternFrequency": 2,
            "Re_PatternDaysOfWeek": 0,
            "Re_RangeStartDate": "2026-11-05",
        },
        # Nor how often, where that is the limit.
        {"Re_RangeLimit": 1},
        {"Re_RangeLimit": 2},
        {"Re_RangeLimit": None},
        {"Re_OccurrenceDurationTicks": 0},
        {"Re_OccurrenceDurationTicks": 400 * 24 * HOUR},
        {"Re_OccurrenceDurationTicks": None},
        {"Re_OccurrenceStartTime": None},
        {"Re_OccurrenceStartTime": "soon"},
        {"Type": 7},
    ],
)
def test_patterns_not_understood(changed: dict[str, Any]) -> None:
    """A pattern of which it is not documented when it recurs is left out and counted, and no other is for that."""
    found = entries_of(
        recurring=[weekly(2) | changed, weekly(4, Re_ID="r2", CalendarData_ID="e2")]
    )
    assert found.left_out == 1
    assert {each.id.partition("/")[0] for each in found.entries} == {"e2"}


def test_exceptions() -> None:
    """An occurrence is removed, or happens otherwise, of the series and on the day that is named; one without a day is counted."""
    exception = {"RecurrenceId": "R1", "A_IsRemoved": False, **single(None, None)}
    found = entries_of(
        recurring=[weekly(2)],
        exceptions=[
            exception
            | {"A_IsRemoved": True, "OriginalStartDateTime": "2026-11-09T08:00:00"},
            exception
            | single("2026-11-17T09:00:00", "2026-11-17T10:00:00", 1)
            | {"OriginalStartDateTime": "2026-11-16T06:00:00Z"},
            exception | {"OriginalStartDateTime": None, "A_IsRemoved": True},
            exception | {"OriginalStartDateTime": "2026-11-30T08:00:00"},
        ],
    )
    # The last one happens otherwise, and it is not told how.
    assert [(local(each), each.kind) for each in found.entries] == [
        ("02 08:00-02 16:00", EntryKind.HELD_OPEN),
        ("17 09:00-17 10:00", EntryKind.CODE),
        ("23 08:00-23 16:00", EntryKind.HELD_OPEN),
    ]
    assert found.left_out == 2


def test_changes_of_clocks() -> None:
    """It is always the same hour by the clock on the wall; what ends with the hour that is left out does not happen."""
    spring = (datetime(2027, 3, 26, tzinfo=UTC), datetime(2027, 3, 30, tzinfo=UTC))
    night = weekly(127, "2026-11-02T22:00:00")
    found = entries_of(*spring, recurring=[night]).entries
    assert all(
        local(each)[3:11] == "22:00-" + f"{int(local(each)[:2]) + 1}" for each in found
    )
    assert all(local(each).endswith("06:00") for each in found)
    lasting = {local(each)[:2]: each.end - each.start for each in found}
    assert lasting["27"] == timedelta(hours=7)
    assert lasting["28"] == timedelta(hours=8)
    missing = weekly(127, "2026-11-02T03:30:00", Re_OccurrenceDurationTicks=HOUR // 2)
    assert "03-28" not in days_of(entries_of(*spring, recurring=[missing]))
    autumn = (datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC))
    early = weekly(127, "2026-10-01T22:00:00", Re_RangeStartDate="2026-10-01T00:00:00")
    lasting = {
        local(each)[:2]: each.end - each.start
        for each in entries_of(*autumn, recurring=[early]).entries
    }
    assert lasting["24"] == timedelta(hours=9)


hostile = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        [
            *("0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999", "2026-11-31", "1"),
            *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9" * 5000),
            *("2026-11-02T08:00:00", "2026-11-02T08:00:00Z", "--5", "²", HOUR, 127, 2),
        ]
    ),
    st.lists(st.integers(), max_size=1),
)


@settings(max_examples=50)
@given(
    wires=st.lists(
        st.fixed_dictionaries(
            {"CalendarData_ID": st.just(ENTRY)},
            optional=dict.fromkeys(
                (
                    *("StartDateTime", "EndDateTime", "Type", "Re_ID", "RecurrenceId"),
                    *("Re_OccurrenceDurationTicks", "Re_OccurrenceStartTime"),
                    *("Re_PatternDaysOfWeek", "Re_PatternFrequency", "Re_RangeLimit"),
                    *("Re_RangeEndDate", "Re_RangeStartDate", "A_IsRemoved"),
                    *("OriginalStartDateTime", "Subject"),
                ),
                hostile,
            ),
        )
        | hostile,
        max_size=6,
    )
)
def test_hostile_entries(wires: list[Any]) -> None:
    """Whatever a calendar holds, it is worked out or counted, within the period, at once."""
    found = entries_of(singles=wires, recurring=wires, exceptions=wires)
    assert all(
        each.start < each.end and each.start < END and each.end > START
        for each in found.entries
    )
    assert 0 <= found.left_out <= 3 * len(wires)


@settings(max_examples=40)
@given(
    days=st.integers(1, 127),
    begins=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    hours=st.integers(1, 24),
    from_=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    length=st.integers(1, 90),
)
def test_weekly_as_anybody_would_count(
    days: int, begins: datetime, hours: int, from_: datetime, length: int
) -> None:
    """What recurs every week comes to what one finds who goes through the days one by one."""
    # What is written tells no fold.
    begins = begins.replace(fold=0)
    wire = WireRecurringEntry.parse(
        weekly(
            days,
            begins.isoformat(),
            Re_RangeStartDate=begins.isoformat(),
            Re_OccurrenceDurationTicks=hours * HOUR,
        )
    )
    start = from_.replace(tzinfo=UTC)
    end = start + timedelta(days=length)
    found = {day for day, _, _ in series(wire, HELSINKI).between(start, end)}
    expected: set[date] = set()
    for offset in range(-3, length + 3):
        day = (start + timedelta(days=offset)).date()
        local_start = datetime.combine(day, begins.time())
        opens = local_start.replace(tzinfo=HELSINKI).astimezone(UTC)
        closes = (local_start + timedelta(hours=hours)).replace(tzinfo=HELSINKI)
        bit = 1 << (day.weekday() + 1) % 7
        if (
            days & bit
            and day >= begins.date()
            and opens < closes.astimezone(UTC)
            and opens < end
            and closes.astimezone(UTC) > start
        ):
            expected.add(day)
    assert found == expected


def test_error_of_a_pattern() -> None:
    """A pattern that is not understood is told as that."""
    with pytest.raises(NotUnderstood):
        series(WireRecurringEntry.parse(weekly(0)), HELSINKI)


# Entries of ours

HOLD = Hold(
    id=ENTRY,
    schedule_id=CALENDAR,
    start=datetime(2026, 7, 3, 8, tzinfo=UTC),
    end=datetime(2026, 7, 3, 10, tzinfo=UTC),
)
ONE = f"GET CalendarDatas/{ENTRY}"


async def changes(answers: dict[str, Any]) -> tuple[Iloq, Offline]:
    """Return an account that answers to changes."""
    return await canned({"POST CalendarDatas": b"", "PUT CalendarDatas": b""} | answers)


async def test_what_is_sent() -> None:
    """An entry of ours is sent with the offset of its times, once, and changed by its id."""
    account, transport = await changes({f"DELETE CalendarDatas/{ENTRY}": b""})
    await account.open_until(HOLD)
    await account.change_hold(HOLD)
    await account.cancel_hold(HOLD)
    (sent, changed, deleted) = transport.sent
    assert [each.method for each in transport.sent] == ["POST", "PUT", "DELETE"]
    assert sent.body == {
        "Entries": [
            {
                "CalendarData_ID": ENTRY,
                "CalendarDataTitle_ID": CALENDAR,
                "StartDateTime": "2026-07-03T11:00:00+03:00",
                "EndDateTime": "2026-07-03T13:00:00+03:00",
                "Subject": "Home Assistant",
                "Type": 0,
            }
        ],
        "RecurringEntries": [],
        "RecurringEntryExceptions": [],
    }
    assert changed.body == sent.body
    assert deleted.body is None


async def test_read_back() -> None:
    """An entry of ours is read back by its id; there is one, none, or what nobody understands."""
    told = single("2026-07-03T11:00:00", "2026-07-03T12:30:00")
    account, _ = await changes({ONE: {"Entry": told, "RecurringEntry": None}})
    found = await account.hold(HOLD)
    assert found is not None
    assert found.end == datetime(2026, 7, 3, 9, 30, tzinfo=UTC)
    for none in (
        InvalidValue("status 400"),
        NotFound("status 404"),
        None,
        {},
        {"Entry": None},
    ):
        account, _ = await changes({ONE: none})
        assert await account.hold(HOLD) is None
    for odd in (
        told | {"Type": 1},
        told | {"CalendarData_ID": OTHER},
        told | {"EndDateTime": None},
    ):
        account, _ = await changes({ONE: {"Entry": odd}})
        with pytest.raises(AnswerNotUnderstood):
            await account.hold(HOLD)


async def test_refusals() -> None:
    """A lost answer is a doubt, an unknown id is nothing found, a missing right is told before anything is sent."""
    account, _ = await changes(
        {
            "POST CalendarDatas": OutcomeUnknown("reset"),
            "PUT CalendarDatas": InvalidValue("status 400"),
            f"DELETE CalendarDatas/{ENTRY}": InvalidValue("status 400"),
        }
    )
    with pytest.raises(OutcomeUnknown):
        await account.open_until(HOLD)
    with pytest.raises(InvalidRequest):
        await account.change_hold(HOLD)
    with pytest.raises(NotFound):
        await account.cancel_hold(HOLD)
    account, transport = await changes({"POST SetLockgroup": {"RightsMask": 1}})
    with pytest.raises(NoRight):
        await account.open_until(HOLD)
    assert transport.sent == []
