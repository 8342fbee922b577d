"""A lock group: all that one locking system keeps."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from simulators.agenda import Agenda
from simulators.clock import Clock
from simulators.iloq.accesses import Accesses
from simulators.iloq.blacklist import Blacklist
from simulators.iloq.calendars import Calendars
from simulators.iloq.dates import ZONES, Dates, Form
from simulators.iloq.fields import Record
from simulators.iloq.key_tags import KeyTags
from simulators.iloq.keys import Key, Keys
from simulators.iloq.locks import Locks
from simulators.iloq.logs import Line, Logs, as_event
from simulators.iloq.network import Network
from simulators.iloq.options import Options
from simulators.iloq.people import Persons
from simulators.iloq.places import ROOT_ID, RealEstate, Zone, ZoneType
from simulators.iloq.roles import PersonRole, SecurityRoles
from simulators.iloq.titles import Titles
from simulators.iloq.webhooks import Webhooks
from simulators.outbox import Outbox
from simulators.registry import Registry, new_id

_PUBLIC_API = 2048
_OTHER_OPTIONS: Final = 2 | 4 | 4096 | 8192 | 16384 | 32768 | 65536


class LockGroup:
    """A lock group with one real estate and one zone for each purpose, and nothing else until it is added."""

    def __init__(
        self,
        name: str,
        options: Options,
        agenda: Agenda,
        outbox: Outbox,
        clock: Clock,
        *,
        time_zone: str = "FLE Standard Time",
    ) -> None:
        """Start with an empty lock group."""
        self.id = new_id()
        self.name = name
        self.customer_id = new_id()
        self.options = options
        self.agenda = agenda
        self.clock = clock
        self.time_zone = time_zone
        self.zone = ZoneInfo(ZONES[time_zone])
        self.state = 0
        self.api_enabled = True
        self.expires: datetime | None = None
        self.real_estates = Registry[RealEstate]()
        self.zones = Registry[Zone]()
        self.persons = Persons(self)
        self.accesses = Accesses(self)
        self.titles = Titles(self)
        self.keys = Keys(self)
        self.locks = Locks(self)
        self.logs = Logs()
        self.key_tags = KeyTags(self)
        self.person_roles = Registry[PersonRole]()
        self.security_roles = SecurityRoles(self)
        self.blacklist = Blacklist(self)
        self.calendars = Calendars(self)
        self.network = Network()
        self.webhooks = Webhooks(options, outbox, agenda, self.dates("zulu"))
        self.keys.listener = self._tell_key
        self.blacklist.listener = self._tell_key
        self.logs.listener = self._tell_line
        self.real_estates[ROOT_ID] = RealEstate(ROOT_ID, name, None)
        self.add_zone("All", ZoneType.DEFAULT)
        self.default_zone = self.add_zone("Keys", ZoneType.DEFAULT_FOR_KEYS)

    def dates(self, form: Form) -> Dates:
        """Return how this lock group's dates are read, and written in one form."""
        return Dates(self.zone, form)

    def add_real_estate(self, name: str) -> RealEstate:
        """Add a real estate below the root."""
        added = RealEstate(new_id(), name, ROOT_ID)
        self.real_estates[added.id] = added
        return added

    def add_zone(self, name: str, kind: ZoneType = ZoneType.CUSTOMER) -> Zone:
        """Add a zone."""
        zone = Zone(new_id(), name, kind, self.time_zone)
        self.zones[zone.id] = zone
        return zone

    def _tell_key(self, event: str, key: Key) -> None:
        """Tell webhooks of a key."""
        told = key.as_json(self.dates("zulu"), v1=True)
        data = told | {"KeyTypeMask": key.record["KeyTypeMask"]}
        self.webhooks.tell(event, data, self.clock())

    def _tell_line(self, line: Line) -> None:
        """Tell webhooks of a line that has come."""
        data = as_event(line, self.dates("zulu"))
        self.webhooks.tell("device_log_arrived", data, line.arrived or line.at)

    def as_json(self, dates: Dates, v1: bool = False) -> Record:
        """Return the lock group as answers write it."""
        expires = dates.write(self.expires, "utc") if self.expires else None
        return {
            "LockGroup_ID": self.id,
            "Name": self.name,
            "Customer_ID": self.customer_id,
            "Description": "",
            "Address": "",
            "Classification": None,
            "ContactPerson": "",
            "CountryCode": "FIN",
            "State": self.state,
            "OptionMask": _OTHER_OPTIONS | (_PUBLIC_API if self.api_enabled else 0),
            "AdapterVersion": 0,
            "ExpireDateUTC" if v1 else "ExpireDateUtc": expires,
            "FrontImage": None,
            "InfoText": "",
            "ProgrammingAdmin": "",
            "TimeZoneStandardName": self.time_zone,
        }
