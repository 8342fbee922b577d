"""Schedules of what goes wrong around the actions on one grant."""

from dataclasses import dataclass
from typing import Final, Literal

from simulators.faults import FaultKind

type Action = Literal["issue", "update", "amend", "revoke"]
type End = Literal["run", "kill", "cancel"]
type Trouble = Literal[FaultKind, "late", "time_out"] | None

TROUBLES: Final[tuple[Trouble, ...]] = (
    None,
    "reset",
    "reset_after",
    "half",
    "html",
    "html_after",
    "status",
    "rate_limit",
    "twice",
    "late",
    "time_out",
)
READ_TROUBLES: Final[tuple[FaultKind | None, ...]] = (None, "status", "half", "html")


@dataclass(frozen=True)
class Stroke:
    """One action, and all that goes wrong with it."""

    action: Action
    end: End = "run"
    at: int = 0
    """At which suspension it ends, where it does not run to its own end."""
    trouble: Trouble = None
    """What happens to the command."""
    read_trouble: FaultKind | None = None
    """What happens to every reading until the action is over."""
    write: int = 0
    """Which write of the ledger fails first; none for 0."""
    writes: int = 1
    lands: bool = False
    busy: bool = False
    """Whether the grants are being compared just then."""
    restart: bool = False
    """Whether the home starts anew afterwards, although it was not killed."""
    late: int = 0
    """After how many minutes a command takes effect that the cloud took in and did not answer."""
    pushed: bool = False
    """Whether somebody else has the unit synchronised just then."""
    pause: int = 0
    """Minutes until the next action."""


@dataclass(frozen=True)
class Schedule:
    """Actions on one grant, at a cloud that answers in one way."""

    strokes: tuple[Stroke, ...]
    form: str = "rows"
    answer: str = "row"
    crash_in: int = -1
    """In which minute after the last action the home is killed once more."""
    crash_at: int = 1
