"""The site with which a cloud begins, and what is added to it in great numbers."""

from datetime import timedelta
from typing import Any

from simulators.iloq.accesses import API, STANDARD, Access
from simulators.iloq.dates import Dates
from simulators.iloq.group import LockGroup
from simulators.iloq.key_orders import program
from simulators.iloq.keys import PROGRAMMED_TAG, Content, Key
from simulators.iloq.locks import Lock, LockType, PhysicalState
from simulators.iloq.logs import Line, mask_of
from simulators.iloq.people import Person
from simulators.iloq.places import ROOT_ID
from simulators.registry import new_id

S10_KEY, FOB, SERIES_5_KEY, PHONE_KEY, TAG_KEY = 9, 10, 264, 6, 384
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
    entrance, stairs, sauna, gym, roof = (
        build.access(name, API, house.id)
        for name in ("Entrance", "Stairs", "Sauna", "Gym", "Roof")
    )
    gate = build.access("Gate", API, yard.id)
    cellar = build.access("Cellar", STANDARD, house.id)
    service = build.access("Service", STANDARD)
    build.lock("Front door", LockType.D5, entrance, service, RealEstate_Id=house.id)
    build.lock("Stairwell", LockType.D5, stairs, service, RealEstate_Id=house.id)
    build.lock("Sauna", LockType.C5, sauna, RealEstate_Id=house.id)
    build.lock("Cellar", LockType.C5, cellar, service, RealEstate_Id=house.id)
    build.lock("Gate", LockType.S50, gate, RealEstate_Id=yard.id)
    build.lock("Gym", LockType.S50, gym, RealEstate_Id=house.id)
    anna = build.person("Anna", "Virtanen", eMail="anna@example.com")
    bo = build.person("Bo", "Lind", Phone1="+358401234567")
    build.person("Cecilia", "Berg")
    david = build.person("David", "Aalto")
    eva = build.person("Eva", "Korhonen")
    build.person("Fredrik", "Nyman", State=1)
    build.key("Anna's key", SERIES_5_KEY, entrance, stairs, sauna, person=anna)
    phone = build.key("Anna's phone", PHONE_KEY, entrance, gate, person=anna)
    phone.phone = {
        "FNKey_ID": phone.id,
        "PhoneNo": "+358409876543",
        "Email": "anna@example.com",
        "OptionMask": 2,
    }
    build.key("Bo's key", SERIES_5_KEY, entrance, cellar, person=bo)
    build.key("Bo's tag", TAG_KEY, gym, person=bo, TagKey="04A1B2C3")
    build.key("Fob", FOB, gate, person=david)
    build.key("Old key", S10_KEY, person=eva)
    build.key("Spare key", SERIES_5_KEY, roof, programmed=False)
    build.key("Service key", SERIES_5_KEY, service)


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
    now = group.agenda.settle()
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
