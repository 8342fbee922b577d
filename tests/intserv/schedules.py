"""Schedules of what goes wrong around access keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from custom_components.latchkey.vendors.grants import Credential
from simulators.faults import FaultKind
from simulators.intserv.identifications import Kind
from simulators.intserv.systems import Pace

PIN: Final = "7351"


@dataclass(frozen=True)
class Code:
    """A code in some spellings."""

    credential: Credential
    kind: Kind
    spellings: tuple[str, ...]


CODES: Final = (
    Code(Credential.PIN, "code", ("482913",)),
    Code(
        Credential.CARD,
        "proximity",
        ("EM:4886718345", "0x0123456789", "em:0X123456789"),
    ),
    Code(Credential.PIN, "code", ("591372",)),
)
LEVELS: Final = (("Staff",), ("Staff", "Yard"), ("Store",))
TIMES: Final[tuple[tuple[float | None, float | None], ...]] = (
    (None, 30),
    (None, None),
    (0.1, 20),
    (None, 1 / 240),
)
"""Days until the start and the end."""

type Action = Literal[
    "issue", "repeat", "update", "revoke", "revoke_code", "portal", "look", "restart"
]
type Trouble = FaultKind | int | None
"""What happens to a request: a fault, or a status."""
DOUBTS: Final = ("reset", "reset_after", "html", "html_after", "half", "redirect", 503)
"""After which nobody knows what became of a request."""


@dataclass(frozen=True)
class Stroke:
    """One action, and all that goes wrong with it."""

    action: Action
    code: int = 0
    spelling: int = 0
    levels: int = 0
    times: int = 0
    pick: int = 0
    """Which of the grants it is about, where it is about one."""
    right_code: bool = True
    trouble: Trouble = None
    """What happens to the command."""
    reading: Trouble = None
    """What happens to the next reading."""
    write: int = 0
    """Which write of the ledger fails first; none for 0."""
    lands: bool = False
    end: Literal["kill", "cancel"] = "kill"
    at: int = 0
    """At which suspension it ends, where it does not run to its own end."""
    pause: int = 0
    """Seconds until the next one."""


@dataclass(frozen=True)
class Schedule:
    """What happens one after the other at a cloud of some kind."""

    strokes: tuple[Stroke, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    paces: tuple[Pace | None, ...] = ()
    """How each system applies changes, where it has a pace of its own."""
    offline: tuple[bool, ...] = ()


FOUND: Final = {
    "an earlier end stays, of what was made already": Schedule(
        (Stroke("issue", code=1, trouble="reset_after"), Stroke("issue", 1, times=1))
    ),
    "an earlier end stays, of what is no longer remembered": Schedule(
        (Stroke("issue"), Stroke("restart"), Stroke("issue", times=1))
    ),
    "a later start stays, of what is no longer remembered": Schedule(
        (Stroke("issue", times=2), Stroke("restart"), Stroke("issue", times=1))
    ),
    "what was delivered just before is no removal": Schedule(
        (Stroke("issue", pause=6), Stroke("revoke", trouble="reset"))
    ),
    "what is delivered meanwhile is no removal": Schedule(
        (Stroke("issue"), Stroke("revoke", trouble="reset", pause=61), Stroke("look")),
        {"removed_status": "applied", "apply_seconds": 30},
    ),
    "a page is no removal": Schedule(
        (Stroke("issue", pause=400), Stroke("revoke", trouble="html"))
    ),
    "a page is no removal by a code": Schedule(
        (
            Stroke("issue", trouble="half", pause=400),
            Stroke("revoke", trouble="html"),
        )
    ),
    "asked for twice, done for the first": Schedule(
        (
            Stroke("issue", pause=400),
            Stroke("revoke", pause=130),
            Stroke("revoke"),
        ),
        {"removed_status": "applied"},
    ),
    "asked for twice, first in doubt": Schedule(
        (
            Stroke("issue", pause=400),
            Stroke("revoke", trouble="twice", pause=130),
            Stroke("revoke"),
        ),
        {"removed_status": "applied"},
    ),
    "refused, since it was done just before": Schedule(
        (Stroke("issue", pause=400), Stroke("revoke", trouble="twice")),
        {"removed_status": "left"},
    ),
    "said not to be there, and told of": Schedule(
        (
            Stroke("issue"),
            Stroke("revoke", trouble="reset"),
            Stroke("look", trouble=404),
        ),
        paces=(Pace(None),),
    ),
    "taken back by its code, and once more": Schedule(
        (Stroke("issue", trouble="half"), Stroke("revoke"), Stroke("revoke"))
    ),
    "a doubt that has run out keeps no code": Schedule(
        (
            Stroke("issue", times=3, trouble="reset", pause=400),
            Stroke("look"),
            Stroke("issue"),
        )
    ),
    "refused for it was done just before, and no status": Schedule(
        (
            Stroke("issue", pause=130),
            Stroke("revoke", trouble="twice", reading="html", pause=400),
            Stroke("revoke"),
        ),
        {"removed_status": "applied"},
    ),
    "two readings that fail, and a good one between": Schedule(
        (
            Stroke("issue", pause=61),
            Stroke("update", trouble="reset", pause=1),
            Stroke("look", reading=404, pause=130),
            Stroke("look", pause=130),
            Stroke("look", reading=404),
        )
    ),
}
"""What was once wrong."""
