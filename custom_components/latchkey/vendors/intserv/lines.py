"""Events as lines of a log: what is told of each (facts sheet 3.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from ..passages import LogLine, Outcome, masked, without_numbers
from ..vendor import AnswerNotUnderstood
from ..wire import moment
from .identification import CODE, PROXIMITY
from .part import door_id
from .wire import WireEvent, WireKey, WirePerson

_GRANTED: Final = range(100, 200)
_DENIED: Final = range(200, 300)
_WORDS: Final = ((Outcome.GRANTED, "granted"), (Outcome.DENIED, "denied"))
"""What the vendor's word for a category holds; the one for a refusal is documented nowhere."""
_METHODS: Final[Mapping[int | None, str]] = MappingProxyType(
    {
        101: "pin",
        102: "card",
        103: "card_and_pin",
        104: "exit_button",
        105: "common_code",
    }
)
_BY_KEY: Final[Mapping[str, str]] = MappingProxyType({PROXIMITY: "card", CODE: "pin"})
_REASONS: Final[Mapping[int | None, str]] = MappingProxyType(
    {
        201: "unknown_key",
        202: "outside_validity",
        203: "blacklisted",
        204: "disabled",
        205: "pin_not_set",
        206: "not_authorised",
        207: "outside_schedule",
    }
)

_LONGEST: Final = 200
"""Characters of a name or a word; what is longer would not fit where it is shown."""

type Identity = tuple[datetime, str]
"""What tells an event from all others of its system: its time and its sequence id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event; most are read more than once, and looked at once."""

    happened_at: datetime
    sequence: str
    door: str
    kind: int | None
    wire: WireEvent = field(repr=False)

    @property
    def identity(self) -> Identity:
        """Return what tells it from the others of its system."""
        return self.happened_at, self.sequence

    @property
    def own(self) -> tuple[str, datetime, str]:
        """Return what tells it from all others."""
        return self.wire.system_id, *self.identity

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Return its place among the others of its system."""
        digits = self.sequence if self.sequence.isascii() else ""
        return (
            self.happened_at,
            int(digits[:18]) if digits.isdigit() else 0,
            self.sequence,
        )

    @property
    def outcome(self) -> Outcome:
        """Return what it tells of, by its type; a new type by the vendor's word for its category."""
        if self.kind in _GRANTED:
            return Outcome.GRANTED
        if self.kind in _DENIED:
            return Outcome.DENIED
        word = _text(self.wire.category).casefold()
        return next((each for each, told in _WORDS if told in word), Outcome.OTHER)

    def line(self) -> LogLine:
        """Return what is told of it: at its door, or of its system where it is no passage."""
        outcome, system_id, kind = self.outcome, self.wire.system_id, self.kind
        is_other = outcome is Outcome.OTHER
        words = [self.door] if is_other else []
        words += [
            _text(self.wire.category)[:_LONGEST],
            "" if kind is None else str(kind),
        ]
        key = _parsed(WireKey, self.wire.key) or WireKey()
        key_type = key.type.casefold()
        # A code opens: nothing of it is told, not even to administrators.
        number = key.identification if key_type == PROXIMITY else ""
        return LogLine(
            device_id=system_id if is_other else door_id(system_id, self.door),
            outcome=outcome,
            occurred_at=self.happened_at,
            recorded_at=self.happened_at,
            text=without_numbers(" ".join(filter(None, words))),
            holder=_holder(self.wire) or None,
            method=_METHODS.get(kind) or _BY_KEY.get(key_type),
            reason=_REASONS.get(kind),
            number=number or None,
            credential=masked(number) if number else None,
            key=(system_id, self.happened_at.isoformat(), self.sequence),
        )


def row_of(wire: WireEvent) -> Row | None:
    """Return an event, None for one without a time, which nothing tells from others."""
    if (at := moment(wire.event_time)) is None:
        return None
    door = _text(wire.door_name)[:_LONGEST]
    return Row(
        happened_at=at,
        # Without a number, two doors may have something happen at the same time.
        sequence=_text(wire.sequence_id) or door,
        door=door,
        kind=_number(wire.type),
        wire=wire,
    )


def _holder(wire: WireEvent) -> str:
    """Return who it was: a person, or what the vendor calls a subject, whose form is not documented."""
    person = _parsed(WirePerson, wire.person)
    name = f"{person.first_name} {person.last_name}".strip() if person else ""
    if not name:
        subject = wire.subject
        if isinstance(subject, dict):
            subject = subject.get("name")
        name = subject.strip() if isinstance(subject, str) else ""
    return without_numbers(name[:_LONGEST])


def _parsed[W: (WireKey, WirePerson)](wire: type[W], raw: Any) -> W | None:
    """Return an object that may be missing, and that an event can do without."""
    if raw is None:
        return None
    try:
        return wire.parse(raw)
    except AnswerNotUnderstood:
        return None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""


def _number(value: Any) -> int | None:
    """Return a type, which may be written as a text."""
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
