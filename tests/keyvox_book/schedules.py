"""Schedules of what happens to grants at KEYVOX, and to their delivery."""

from dataclasses import dataclass
import random
from typing import Final, Literal

from simulators.faults import FaultKind

type Act = Literal[
    "issue",
    "update",
    "amend",
    "revoke",
    "fail",
    "offline",
    "online",
    "restart",
    "pass",
    "elsewhere",
]
type Trouble = Literal[FaultKind, "late"] | None
type Place = Literal["unit", "box", "overview"]

TROUBLES: Final[tuple[Trouble, ...]] = (
    *(None,) * 12,
    "reset",
    "reset_after",
    "half",
    "html",
    "html_after",
    "status",
    "rate_limit",
    "late",
)
READ_TROUBLES: Final[tuple[FaultKind | None, ...]] = (
    *(None,) * 6,
    "status",
    "half",
    "html",
)
_ACTS: Final[tuple[Act, ...]] = (
    *("issue",) * 3,
    *("update",) * 4,
    "amend",
    *("revoke",) * 3,
    *("fail",) * 4,
    "offline",
    "online",
    "restart",
    *("pass",) * 4,
    "elsewhere",
)
_MINUTES: Final = (0, 1, 1, 2, 3, 6, 20, 90, 600, 5000)
_STARTS: Final = (0, 0, 0, 30, 600, 6000)
_LENGTHS: Final = (15, 240, 3000, 9000)


@dataclass(frozen=True)
class Step:
    """What is done, and all that goes wrong with it."""

    act: Act
    trouble: Trouble = None
    read_trouble: FaultKind | None = None
    stop_at: int = 0
    """At which suspension Home Assistant is killed; none for 0."""
    start: int = 0
    length: int = 240
    """From when on, and for how long, in minutes."""
    which: int = 0
    late: int = 1
    """After how many minutes a command takes effect that the cloud took in and did not answer."""
    minutes: int = 1
    """How long it is until the next step."""


@dataclass(frozen=True)
class Schedule:
    """Steps at one place."""

    seed: int
    place: Place
    steps: tuple[Step, ...]
    numbers: Literal["mixed", "string", "number"]


def schedule(seed: int) -> Schedule:
    """Return the schedule of a seed."""
    chance = random.Random(seed)
    place: Place = chance.choice(("unit", "unit", "unit", "box", "box", "overview"))

    def step(act: Act) -> Step:
        return Step(
            act=act,
            trouble=chance.choice(TROUBLES),
            read_trouble=chance.choice(READ_TROUBLES),
            stop_at=chance.choice((0, 0, 0, 0, 0, chance.randint(1, 12))),
            start=chance.choice(_STARTS),
            length=chance.choice(_LENGTHS),
            which=chance.randint(0, 2),
            late=chance.choice((0, 1, 1, 5)),
            minutes=chance.choice(_MINUTES),
        )

    acts: list[Act] = ["issue", *chance.choices(_ACTS, k=chance.randint(2, 9))]
    numbers: Literal["mixed", "string", "number"] = chance.choice(
        ("mixed", "string", "number")
    )
    return Schedule(seed, place, tuple(map(step, acts)), numbers)
