"""The site to begin with, and many events at once."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from simulators.errors import Invalid
from simulators.intserv.events import Event, EventType
from simulators.intserv.instants import stamped
from simulators.intserv.keys import AccessKey

if TYPE_CHECKING:
    from simulators.intserv.cloud import IntServCloud

MAIN: Final = "abc123-001"
ANNEX: Final = "abc123-002"

_CARD = "proximity"


def furnish(cloud: IntServCloud) -> None:
    """Add two systems of three doors each, five levels, and those who have cards and codes; all is applied."""
    house = cloud.add_system(MAIN, "Main building")
    annex = cloud.add_system(ANNEX, "Annex")
    for name in ("Entrance", "Office"):
        house.add_door(name)
    house.add_door("Server room", needs_pin=True)
    annex.add_door("Gate", common_code="2468")
    for name in ("Workshop", "Store"):
        annex.add_door(name)
    hours = (time(6), time(16))
    staff = house.add_level("Staff", ("Entrance", "Office"))
    office_hours = house.add_level("Office hours", ("Entrance", "Office"), hours)
    servers = house.add_level("Servers", ("Entrance", "Server room"))
    yard = annex.add_level("Yard", ("Gate", "Workshop"))
    store = annex.add_level("Store", ("Gate", "Store"))
    _key(cloud, _CARD, "EM:1234567890", "Anna", "Berg", staff.id, yard.id)
    _key(
        *(cloud, _CARD, "0x00000a0b0c", "Bo", "Lind", servers.id, store.id), pin="1357"
    )
    _key(cloud, _CARD, "MC:12345", "Cecilia", "Ek", office_hours.id)
    _key(cloud, "code", "864202", "David", "Holm", staff.id, yard.id)
    _key(cloud, _CARD, "MD:1234567|EM:777", "Eva", "Nord")
    for system in (house, annex):
        cloud.rollout.synchronise(system, cloud.clock())


def _key(
    cloud: IntServCloud,
    kind: str,
    identification: str,
    first_name: str,
    last_name: str,
    *levels: str,
    **more: Any,
) -> AccessKey:
    """Add an access key as the vendor's interface does."""
    body = {
        "key": {"identification": identification, "type": kind},
        "access_levels": list(levels),
        "person": {"first_name": first_name, "last_name": last_name},
        **more,
    }
    return cloud.integration.store.put(body)


def crowd(cloud: IntServCloud, count: int, span: timedelta) -> None:
    """Add many events that have come already, evenly from so long ago until now; every tenth is a refusal."""
    if count < 0 or span <= timedelta():
        raise Invalid("count cannot be negative, and the span is longer than nothing")
    places = [
        (system, door) for system in cloud.systems.values() for door in system.doors
    ]
    keys = list(cloud.integration.store.keys.values())
    if not places or not keys:
        raise Invalid("there are no doors or no access keys")
    start, step = cloud.clock() - span, span / max(count, 1)
    form = cloud.options.time_form

    def event(number: int, at: datetime) -> Event:
        system, door = places[number % len(places)]
        key = keys[number // len(places) % len(keys)]
        kind = EventType.GRANTED_CARD if number % 10 else EventType.NOT_AUTHORISED
        if key.identity.kind == "code" and number % 10:
            kind = EventType.GRANTED_CODE
        return Event(
            stamped(at, form),
            system.id,
            system.uplink.next_sequence(),
            cloud.site.next_number(),
            kind,
            door,
            key.id,
            key.identity,
            key.person,
        )

    cloud.history.load(
        event(number, start + step * (number + 1)) for number in range(count)
    )
