"""The site with which a cloud begins, and what is added to it in great numbers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulators.iloq.accesses import API, STANDARD, Access
from simulators.iloq.dates import Dates
from simulators.iloq.group import LockGroup
from simulators.iloq.key_orders import PHONE_REGISTERED, program
from simulators.iloq.keys import PROGRAMMED_TAG, Content, Key
from simulators.iloq.locks import Lock, LockType, PhysicalState
from simulators.iloq.logs import Line, mask_of
from simulators.iloq.network import Device
from simulators.iloq.people import Person
from simulators.iloq.places import ROOT_ID
from simulators.iloq.roles import PersonRole
from simulators.registry import new_id

S10_KEY, FOB, SERIES_5_KEY, PHONE_KEY, TAG_KEY = 9, 10, 264, 6, 384
_SERIES_5_PROFILE = 2
_VERSIONS = {"HwVersion": 3, "SwVersion": 138, "DataVersion": 2, "MechVersion": 1}


class Builder:
    """Adds things to a lock group in the way of its own requests."""

    def __init__(self, group: LockGroup) -> None:
        """Take the lock group."""
        self.group = group
        self._dates: Dates = group.dates("zulu")

    def access(
        self, name: str, kind: int = API, real_estate_id: str = ROOT_ID
    ) -> Access:
        """Add a security access."""
        record = {
            "SecurityAccess_ID": new_id(),
            "Name": name,
            "Description": "",
            "Type": kind,
            "RealEstate_ID": real_estate_id,
            "Zone_ID": self.group.default_zone.id,
        }
        return self.group.accesses.insert({"SecurityAccess": record}, self._dates)

    def person(self, first_name: str, last_name: str, **fields: Any) -> Person:
        """Add a person."""
        number = len(self.group.persons) + 1
        record = {
            "Person_ID": new_id(),
            "FirstName": first_name,
            "LastName": last_name,
            "PersonCode": f"P{number:04}",
            "ExternalPersonId": f"ext-{number}",
            "LanguageCode": "en",
            **fields,
        }
        return self.group.persons.insert({"Person": record}, self._dates)

    def lock(self, name: str, kind: LockType, *accesses: Access, **fields: Any) -> Lock:
        """Add a lock that is installed and programmed with some accesses."""
        number = len(self.group.locks) + 1
        record = {
            "FLock_ID": new_id(),
            "LockingObject": name,
            "LocationCode": f"L{number:04}",
            "Description": "",
            "KeyChamber": "A",
            "LockType": int(kind),
            "PhysicalState": int(PhysicalState.INSTALLED),
            "RealEstate_Id": ROOT_ID,
            "SerialNumber": 100_000 + number,
            "Stamp": f"{number:04}",
            "Zone_ID": self.group.default_zone.id,
            **_VERSIONS,
            **fields,
        }
        lock = self.group.locks.insert({"Lock": record}, self._dates)
        lock.planned = Content(tuple(access.id for access in accesses))
        lock.program()
        return lock

    def key(
        self,
        description: str,
        kind: int,
        *accesses: Access,
        person: Person | None = None,
        programmed: bool = True,
        **fields: Any,
    ) -> Key:
        """Add a key, programmed or in planning."""
        number = len(self.group.keys) + 1
        record = {
            "FNKey_ID": new_id(),
            "Description": description,
            "InfoText": "",
            "KeyTypeMask": kind,
            "Person_ID": person.id if person else None,
            "RealEstate_ID": ROOT_ID,
            "ROM_ID": f"{number:016X}",
            "Stamp": f"{number:04}",
            "TagKey": "",
            "VersionCode": "",
            **fields,
        }
        ids = [access.id for access in accesses]
        body = {"Key": record, "SecurityAccessIds": ids}
        key = self.group.keys.insert(body, self._dates, v1=False)
        if programmed:
            program(key)
            if key.is_tag:
                key.record["KeyTypeMask"] = PROGRAMMED_TAG
        return key


def furnish(group: LockGroup) -> None:
    """Add a small house with a back yard, and those who live there."""
    build = Builder(group)
    house, yard = group.add_real_estate("House"), group.add_real_estate("Yard")
    door_device, gate_device = _wire(group)
    names = ("Entrance", "Stairs", "Sauna", "Gym", "Roof")
    has = {name: build.access(name, API, house.id) for name in names}
    has["Gate"] = build.access("Gate", API, yard.id)
    has["Cellar"] = build.access("Cellar", STANDARD, house.id)
    has["Service"] = service = build.access("Service", STANDARD)
    at_house: dict[str, Any] = {"RealEstate_Id": house.id}
    online = at_house | {"NetworkModuleDevice_ID": door_device.id}
    build.lock("Front door", LockType.D5, has["Entrance"], service, **online)
    build.lock("Stairwell", LockType.D5, has["Stairs"], service, **at_house)
    build.lock("Sauna", LockType.C5, has["Sauna"], **at_house)
    build.lock("Cellar", LockType.C5, has["Cellar"], service, **at_house)
    build.lock("Gate", LockType.S50, has["Gate"], RealEstate_Id=yard.id)
    build.lock("Gym", LockType.S50, has["Gym"], **at_house)
    _people(build, has)
    _times(group, house.id, gate_device)


def _people(build: Builder, has: Mapping[str, Access]) -> None:
    """Add persons with a role among them, and keys of every kind."""
    entrance, stairs = has["Entrance"], has["Stairs"]
    anna = build.person("Anna", "Virtanen", eMail="anna@example.com")
    bo = build.person("Bo", "Lind", Phone1="+358401234567")
    build.person("Cecilia", "Berg")
    david = build.person("David", "Aalto")
    eva = build.person("Eva", "Korhonen")
    build.person("Fredrik", "Nyman", State=1)
    tenant = PersonRole(new_id(), "Tenant", [entrance.id, stairs.id])
    build.group.person_roles[tenant.id] = tenant
    anna.role_ids.append(tenant.id)
    build.key("Anna's key", SERIES_5_KEY, entrance, stairs, has["Sauna"], person=anna)
    phone = build.key("Anna's phone", PHONE_KEY, entrance, has["Gate"], person=anna)
    phone.phone = {
        "FNKey_ID": phone.id,
        "PhoneNo": "+358409876543",
        "Email": "anna@example.com",
        "OptionMask": PHONE_REGISTERED,
    }
    build.key("Bo's key", SERIES_5_KEY, entrance, has["Cellar"], person=bo)
    build.key("Bo's tag", TAG_KEY, has["Gym"], person=bo, TagKey="04A1B2C3")
    build.key("Fob", FOB, has["Gate"], person=david)
    build.key("Old key", S10_KEY, person=eva)
    build.key("Spare key", SERIES_5_KEY, has["Roof"], programmed=False)
    build.key("Service key", SERIES_5_KEY, has["Service"])


def _wire(group: LockGroup) -> tuple[Device, Device]:
    """Add a network module with a device at the door, and one with a relay at the gate."""
    module = group.network.add_module("House network", group.clock())
    door = group.network.add_device(module, "Front door")
    gate = group.network.add_device(module, "Gate")
    group.network.add_relay(gate, "Gate motor")
    return door, gate


def _times(group: LockGroup, real_estate_id: str, gate: Device) -> None:
    """Add a calendar that the gate follows, a role for its code, and a time profile."""
    dates, zone_id = group.dates("zulu"), group.default_zone.id
    place = {"RealEstate_ID": real_estate_id, "Zone_ID": zone_id}
    calendar = {"CalendarDataTitle_ID": new_id(), "Name": "Gate hours", **place}
    added = group.calendars.insert(calendar, dates)
    added.relay_ids = [relay.id for relay in group.network.relays_of(gate)]
    role = {"SecurityRole_ID": new_id(), "Name": "Delivery", **place}
    group.security_roles.insert(role | {"OnlineAccessCode": "12345"}, dates)
    title_id = new_id()
    title = {
        "TimeLimitTitle_ID": title_id,
        "Name": "Office hours",
        "OptionMask": _SERIES_5_PROFILE,
        **place,
    }
    hours = {"StartTime": "8:00", "EndTime": "16:30", "WeekDayMask": 31}
    body = {"TimeLimitTitle": title, "TimeLimitData": [hours]}
    group.titles.insert(body, dates)


def crowd(group: LockGroup, keys: int = 0, locks: int = 0, lines: int = 0) -> None:
    """Add many keys, locks and lines that have come already, all of them alike but for their names."""
    build = Builder(group)
    access = build.access(f"Access {len(group.accesses) + 1}")
    for number in range(locks):
        build.lock(f"Lock {number + 1}", LockType.D5, access)
    for number in range(keys):
        build.key(f"Key {number + 1}", SERIES_5_KEY, access)
    if lines and group.locks and group.keys:
        _remember(group, lines)


def _remember(group: LockGroup, count: int) -> None:
    """Add lines of the past, one for each minute until now."""
    now = group.clock()
    locks, keys = list(group.locks.values()), list(group.keys.values())
    remembered = []
    for number in range(count):
        lock, key = locks[number % len(locks)], keys[number % len(keys)]
        at = now - timedelta(minutes=count - number)
        lock.openings += 1
        line = Line(lock, key, None, at, mask_of(key, True), lock.openings)
        line.arrived = at
        remembered.append(line)
    group.logs.load(remembered)
