"""What happens at the doors: cards and codes are tried, exit buttons pushed, all of it by what a system really holds."""

from datetime import datetime
from itertools import count

from simulators.errors import Invalid
from simulators.intserv.events import Event, EventType
from simulators.intserv.identifications import Identity, code_mark
from simulators.intserv.instants import stamped
from simulators.intserv.options import Options
from simulators.intserv.systems import Door, Held, System

_EARLIEST_TYPE, _LATEST_TYPE = 100, 299


class Site:
    """The doors of all systems."""

    def __init__(self, options: Options) -> None:
        """Start where nothing has happened."""
        self._options = options
        self._numbers = count(1)

    def next_number(self) -> int:
        """Return the number of the next event among those of all systems."""
        return next(self._numbers)

    def hold_card(
        self,
        system: System,
        door: Door,
        card: Identity,
        at: datetime,
        pin: str | None = None,
    ) -> Event:
        """Hold a card at a door, and type a PIN with it where the door asks for one."""
        held = system.find(card.marks)
        if held is None:
            return self._unheld(system, door, card, EventType.GRANTED_CARD, at)
        refused = _refusal(system, door, held, at)
        granted = EventType.GRANTED_CARD
        if refused is None and door.needs_pin:
            granted = EventType.GRANTED_CARD_PIN
            if held.rights.pin is None:
                refused = EventType.PIN_NOT_SET
            elif held.rights.pin != pin:
                # Of a wrong PIN no type speaks.
                refused = EventType.DENIED
        return self._told(system, door, held, refused or granted, at)

    def type_code(
        self, system: System, door: Door, code: Identity, at: datetime
    ) -> Event:
        """Type a code at a door, which may be that of the door itself."""
        if code.given == door.common_code:
            return self.log(
                system, door, EventType.COMMON_CODE, at, subject="Common code"
            )
        held = system.find(code.marks)
        if held is None:
            return self._unheld(system, door, code, EventType.GRANTED_CODE, at)
        refused = _refusal(system, door, held, at)
        return self._told(system, door, held, refused or EventType.GRANTED_CODE, at)

    def push_exit_button(self, system: System, door: Door, at: datetime) -> Event:
        """Push the button inside a door."""
        return self.log(system, door, EventType.EXIT_BUTTON, at)

    def log(
        self,
        system: System,
        door: Door,
        kind: int,
        at: datetime,
        *,
        held: Held | None = None,
        identity: Identity | None = None,
        subject: str | None = None,
        category: str | None = None,
    ) -> Event:
        """Have a system note an event of any type, which comes to the cloud by and by."""
        if not _EARLIEST_TYPE <= kind <= _LATEST_TYPE:
            raise Invalid(f"type is {_EARLIEST_TYPE} to {_LATEST_TYPE}")
        event = Event(
            stamped(at, self._options.time_form),
            system.id,
            system.uplink.next_sequence(),
            self.next_number(),
            kind,
            door.name,
            held.key.id if held else None,
            held.key.identity if held else identity,
            held.key.person if held else None,
            subject,
            category,
        )
        system.uplink.waiting.append(event)
        return event

    def _unheld(
        self, system: System, door: Door, key: Identity, granted: int, at: datetime
    ) -> Event:
        """Note a card or a code that is known to the system alone, which has users of its own, or to nobody."""
        user = system.local_user(key.marks)
        kind = granted if user else EventType.UNKNOWN_KEY
        return self.log(system, door, kind, at, identity=key, subject=user)

    def _told(
        self, system: System, door: Door, held: Held, kind: int, at: datetime
    ) -> Event:
        """Note what became of an access key."""
        return self.log(system, door, kind, at, held=held)


def typed(text: str) -> Identity:
    """Return the digits that somebody types."""
    return Identity("code", frozenset({code_mark(text)}), text)


def _refusal(system: System, door: Door, held: Held, at: datetime) -> EventType | None:
    """Return why a system refuses an access key at a door, if it does; in which order it looks is assumed."""
    rights = held.rights
    if held.key.id in system.blacklisted:
        return EventType.BLACKLISTED
    if held.key.id in system.disabled:
        return EventType.DISABLED
    if (rights.valid_from and at < rights.valid_from) or (
        rights.valid_to and at >= rights.valid_to
    ):
        return EventType.OUTSIDE_VALIDITY
    levels = [
        system.levels[level_id]
        for level_id in rights.level_ids
        if level_id in system.levels and door.name in system.levels[level_id].doors
    ]
    if not levels:
        return EventType.NOT_AUTHORISED
    if not any(level.open_at(at) for level in levels):
        return EventType.OUTSIDE_SCHEDULE
    return None
