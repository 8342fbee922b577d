"""Schedules of what goes wrong around the actions on a grant."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from tests.keyless_book.platform import ReadTrouble, Trouble

type Action = Literal[
    "issue", "key", "again", "extend", "shorten", "postpone", "days", "revoke"
]
type End = Literal["run", "kill", "cancel"]

TROUBLES: Final[tuple[Trouble | None, ...]] = (None, *get_args(Trouble.__value__))
READ_TROUBLES: Final[tuple[ReadTrouble | None, ...]] = (
    None,
    *get_args(ReadTrouble.__value__),
)
CHANGES: Final[tuple[Action, ...]] = ("extend", "shorten", "postpone", "days")


@dataclass(frozen=True)
class Stroke:
    """One action, and all that goes wrong with it."""

    action: Action
    end: End = "run"
    at: int = 0
    """At which suspension it ends, where it does not run to its own end."""
    arrives: bool = False
    """Whether a command that is on its way then arrives nevertheless."""
    trouble: Trouble | None = None
    """What happens to the command."""
    read_trouble: ReadTrouble | None = None
    """What happens to every reading once a command was sent, until the action is over."""
    write: int = 0
    """Which write of the ledger fails first; none for 0."""
    writes: int = 1
    lands: bool = False
    foreign: bool = False
    """Whether somebody else grants the same just before a permission of ours arrives."""
    busy: bool = False
    """Whether the grants are being compared just then."""
    restart: bool = False
    """Whether the home starts anew afterwards, although it was not killed."""
    late: int = 0
    """After how many minutes a command takes effect that the platform took in and did not answer."""
    pause: int = 0
    """Minutes until the next action."""


@dataclass(frozen=True)
class Schedule:
    """Actions on one grant."""

    strokes: tuple[Stroke, ...]
    begins_in: float = 0
    """In how many days it begins to open."""
    phone_in: int = 0
    """In which minute the user has a phone; -1 for never."""
    crash_in: int = -1
    """In which minute after the last action the home is killed once more."""
    crash_at: int = 1
