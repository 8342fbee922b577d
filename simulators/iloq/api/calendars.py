"""Calendars, and what follows them."""

from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.calendars import MODELS, Calendar, Entry, EntryKind
from simulators.iloq.fields import Record, guids, known
from simulators.iloq.occurrences import overlaps


def _calendar(call: Call) -> Calendar:
    """Return the calendar that the path names."""
    return call.find(call.group.calendars)


def _entry(call: Call) -> Entry:
    """Return the entry that the path names."""
    return call.find(call.group.calendars.entries)


def list_calendars(call: Call) -> object:
    """List all calendars."""
    return [dict(calendar.record) for calendar in call.group.calendars.values()]


def get_calendar(call: Call) -> object:
    """Return one calendar."""
    return dict(_calendar(call).record)


def insert_calendar(call: Call) -> object:
    """Add a calendar."""
    call.group.calendars.insert(call.body, call.dates)
    return None


def update_calendar(call: Call) -> object:
    """Write a calendar."""
    call.group.calendars.edit(call.body, call.dates)
    return None


def delete_calendar(call: Call) -> object:
    """Delete a calendar."""
    call.group.calendars.delete(_calendar(call))
    return None


def list_entries(call: Call) -> object:
    """List the entries of a calendar, those of a period if the query names one."""
    start, end = call.moment("startDate", "lg"), call.moment("endDate", "lg")
    told: dict[EntryKind, list[Record]] = {kind: [] for kind in MODELS}
    for entry in call.group.calendars.of(_calendar(call)):
        if overlaps(entry.record, start, end):
            told[entry.kind].append(entry.as_json(call.dates))
    return told


def get_entry(call: Call) -> object:
    """Return one entry."""
    entry = _entry(call)
    names: dict[str, EntryKind] = {
        "Entry": "Entries",
        "RecurringEntry": "RecurringEntries",
        "RecurringEntryException": "RecurringEntryExceptions",
    }
    return {
        name: entry.as_json(call.dates) if entry.kind == kind else None
        for name, kind in names.items()
    }


def insert_entries(call: Call) -> object:
    """Add entries."""
    call.group.calendars.put_entries(call.body, call.dates, new=True)
    return None


def update_entries(call: Call) -> object:
    """Write entries."""
    call.group.calendars.put_entries(call.body, call.dates, new=False)
    return None


def delete_entry(call: Call) -> object:
    """Delete an entry."""
    call.group.calendars.delete_entry(_entry(call))
    return None


def relays_of_calendar(call: Call) -> object:
    """List the relays that follow a calendar."""
    calendar = _calendar(call)
    return [_link(calendar, relay_id) for relay_id in calendar.relay_ids]


def calendars_of_relay(call: Call) -> object:
    """List the calendars that a relay follows."""
    relay = call.find(call.group.network.relays)
    return [
        _link(calendar, relay.id)
        for calendar in call.group.calendars.values()
        if relay.id in calendar.relay_ids
    ]


def set_relays(call: Call) -> object:
    """Have these relays follow a calendar, and no others."""
    name = "NetworkModuleDeviceRelayIds"
    chosen = guids(call.body.get(name), name)
    _calendar(call).relay_ids = known(chosen, call.group.network.relays, name)
    return None


def _link(calendar: Calendar, relay_id: str) -> Record:
    """Return a link of a calendar and a relay as answers write it."""
    return {
        "CalendarDataTitle_ID": calendar.id,
        "NetworkModuleDeviceRelay_ID": relay_id,
    }


def roles_of_entry(call: Call) -> object:
    """List the roles to which an entry is linked."""
    entry = _entry(call)
    return [_role_link(entry, role_id) for role_id in entry.role_ids]


def entries_of_role(call: Call) -> object:
    """List the entries to which a role is linked."""
    role = call.find(call.group.security_roles)
    return [
        _role_link(entry, role.id)
        for entry in call.group.calendars.entries.values()
        if role.id in entry.role_ids
    ]


def add_roles(call: Call) -> object:
    """Link an entry to some more roles."""
    entry = _entry(call)
    entry.role_ids = list(dict.fromkeys([*entry.role_ids, *_roles(call)]))
    return None


def set_roles(call: Call) -> object:
    """Link an entry to these roles, and no others."""
    _entry(call).role_ids = _roles(call)
    return None


def remove_roles(call: Call) -> object:
    """Undo the links of an entry to some roles."""
    entry, gone = _entry(call), _roles(call)
    entry.role_ids = [role_id for role_id in entry.role_ids if role_id not in gone]
    return None


def _roles(call: Call) -> list[str]:
    """Return the roles in a body; the field's name is assumed from that of the relays."""
    name = "SecurityRoleIds"
    return known(guids(call.body.get(name), name), call.group.security_roles, name)


def _role_link(entry: Entry, role_id: str) -> Record:
    """Return a link of an entry and a role as answers write it."""
    return {"CalendarData_ID": entry.id, "SecurityRole_ID": role_id}


_LINKS = "CalendarNetworkModuleDeviceRelayLinks"
_ROLE_LINKS = "CalendarDataSecurityRoleLinks"

HANDLERS: Handlers = {
    "GET CalendarDataTitles": list_calendars,
    "POST CalendarDataTitles": insert_calendar,
    "PUT CalendarDataTitles": update_calendar,
    "GET CalendarDataTitles/{id}": get_calendar,
    "DELETE CalendarDataTitles/{id}": delete_calendar,
    "GET CalendarDataTitles/{id}/CalendarDatas": list_entries,
    "POST CalendarDatas": insert_entries,
    "PUT CalendarDatas": update_entries,
    "GET CalendarDatas/{id}": get_entry,
    "DELETE CalendarDatas/{id}": delete_entry,
    f"GET CalendarDataTitles/{{id}}/{_LINKS}": relays_of_calendar,
    f"PUT CalendarDataTitles/{{id}}/{_LINKS}": set_relays,
    f"GET NetworkModuleDeviceRelays/{{id}}/{_LINKS}": calendars_of_relay,
    f"GET CalendarDatas/{{id}}/{_ROLE_LINKS}": roles_of_entry,
    f"POST CalendarDatas/{{id}}/{_ROLE_LINKS}": add_roles,
    f"PUT CalendarDatas/{{id}}/{_ROLE_LINKS}": set_roles,
    f"POST CalendarDatas/{{id}}/{_ROLE_LINKS}/Delete": remove_roles,
    f"GET SecurityRoles/{{id}}/{_ROLE_LINKS}": entries_of_role,
}
