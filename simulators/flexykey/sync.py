"""Syncs of one unit: changes are packaged, and the unit takes one packet after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NotRequired, TypedDict, get_args

from simulators.clock import Clock
from simulators.errors import Conflict, Invalid
from simulators.flexykey.entries import Entries
from simulators.flexykey.memory import Memory
from simulators.flexykey.options import Options
from simulators.flexykey.packets import Packet, deliver, package
from simulators.flexykey.settings import Settings

type Phase = Literal["IN_PROGRESS", "COMPLETED", "FAILED", "TIMED_OUT"]
type EndingKind = Literal["fail", "stall", "half"]

NO_SYNC = "No active unit programming"

_MESSAGES: dict[Phase, str] = {
    "IN_PROGRESS": "Unit programming is in progress.",
    "COMPLETED": "Unit programming was completed.",
    "FAILED": "Unit programming failed.",
    "TIMED_OUT": "Unit programming timed out.",
}


class SyncAnswer(TypedDict):
    """What the sync endpoints answer; without a sync there is nothing to count."""

    status: str
    message: str
    unitId: int
    entryCount: NotRequired[int]
    packetCount: NotRequired[int]
    packetsSent: NotRequired[int]


@dataclass(frozen=True)
class Ending:
    """In which way syncs go wrong: they fail or stall after so many packets, or fail after half of them."""

    kind: EndingKind
    after: int = 0
    times: int | None = None
    """How many of the next syncs; nothing stands for all."""

    def __post_init__(self) -> None:
        """Refuse what no test can mean."""
        if self.kind not in get_args(EndingKind.__value__):
            raise Invalid("ending is fail, stall or half")
        if self.after < 0 or (self.times is not None and self.times < 1):
            raise Invalid("after cannot be negative, times is at least 1 or null")


@dataclass
class _Run:
    """One sync, from its push until its end is no longer told."""

    packets: list[Packet]
    ending: Ending | None
    begun: datetime
    """When the unit began to take the packet that is under way."""
    progress: datetime
    """When it took the last one, or when the sync began."""
    phase: Phase = "IN_PROGRESS"
    taken: int = 0
    ended: datetime | None = None

    @property
    def goes_wrong(self) -> EndingKind | None:
        """Return in which way the packet under way goes wrong, if it does."""
        if self.ending is None:
            return None
        half = self.ending.kind == "half"
        limit = len(self.packets) // 2 if half else self.ending.after
        return self.ending.kind if self.taken >= limit else None

    def end(self, phase: Phase, at: datetime) -> None:
        """Come to an end."""
        self.phase = phase
        self.ended = at


class Sync:
    """The syncs of one unit; they move on when the clock has passed their steps and anything is asked."""

    def __init__(
        self,
        unit_id: int,
        entries: Entries,
        settings: Settings,
        memory: Memory,
        *,
        options: Options,
        clock: Clock,
        reachable: Callable[[], bool],
    ) -> None:
        """Start without a sync; only a reachable unit takes packets."""
        self.ending: Ending | None = None
        self._unit_id = unit_id
        self._entries = entries
        self._settings = settings
        self._memory = memory
        self._options = options
        self._clock = clock
        self._reachable = reachable
        self._run: _Run | None = None
        self._answered: tuple[datetime, SyncAnswer] | None = None

    def push(self) -> SyncAnswer:
        """Package what has changed and start a sync, unless one is active."""
        now = self.settle()
        if self._active:
            raise Conflict("Unit programming is active already")
        packets = package(
            self._entries, self._settings, self._options.entries_per_packet
        )
        if packets:
            self._run = _Run(packets, self._next_ending(), begun=now, progress=now)
        return {
            "status": "ACCEPTED",
            "message": "Unit sync was queued.",
            "unitId": self._unit_id,
            "entryCount": sum(map(len, packets)),
            "packetCount": len(packets),
        }

    def abort(self) -> SyncAnswer:
        """Drop the packets that the unit has not taken, and the end of a sync that has ended."""
        self.settle()
        message = "Unit sync was aborted." if self._active else NO_SYNC
        self._run = None
        return {"status": "OK", "message": message, "unitId": self._unit_id}

    def status(self) -> SyncAnswer:
        """Return how the sync stands at this moment."""
        self.settle()
        if (run := self._run) is None:
            return {"status": "OK", "message": NO_SYNC, "unitId": self._unit_id}
        return {
            "status": run.phase,
            "message": _MESSAGES[run.phase],
            "unitId": self._unit_id,
            "entryCount": sum(map(len, run.packets)),
            "packetCount": len(run.packets),
            "packetsSent": run.taken,
        }

    def read(self) -> SyncAnswer:
        """Return the status that the cloud answers with, which may be one that was kept."""
        now = self._clock()
        guard = timedelta(seconds=self._options.sync_cache_seconds)
        if self._answered is None or now - self._answered[0] >= guard:
            self._answered = now, self.status()
        return self._answered[1]

    def begin_packet_again(self) -> None:
        """Begin the packet under way anew, as when the unit is back."""
        if self._run:
            self._run.begun = self._clock()

    def settle(self) -> datetime:
        """Do what was due, each step at its own time, and return the present time."""
        now = self._clock()
        while self._active and self._step(self._active, now):
            pass
        if self._run and self._run.ended:
            told = timedelta(seconds=self._options.sync_result_seconds)
            if now - self._run.ended >= told:
                self._run = None
        return now

    @property
    def _active(self) -> _Run | None:
        """Return the sync that has not ended."""
        return self._run if self._run and self._run.phase == "IN_PROGRESS" else None

    def _step(self, run: _Run, now: datetime) -> bool:
        """Do the next step of a sync if it was due, and tell whether it was."""
        options, wrong = self._options, run.goes_wrong
        due = run.begun + timedelta(seconds=options.sync_seconds_per_packet)
        deadline = run.progress + timedelta(seconds=options.sync_timeout)
        if wrong == "stall" or not self._reachable() or due > deadline:
            if timed_out := deadline <= now:
                run.end("TIMED_OUT", deadline)
            return timed_out
        if due > now:
            return False
        if wrong:
            run.end("FAILED", due)
            return True
        deliver(run.packets[run.taken], self._entries, self._settings, self._memory)
        run.taken += 1
        run.begun = run.progress = due
        if run.taken == len(run.packets):
            run.end("COMPLETED", due)
        return True

    def _next_ending(self) -> Ending | None:
        """Return in which way the next sync goes wrong, and count it."""
        ending = self.ending
        if ending and ending.times is not None:
            self.ending = (
                Ending(ending.kind, ending.after, ending.times - 1)
                if ending.times > 1
                else None
            )
        return ending
