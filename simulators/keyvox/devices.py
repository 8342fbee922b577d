"""What locks and lockers have in common: a memory of their own, and a connection that comes and goes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from simulators.errors import Invalid
from simulators.keyvox.credentials import Credential, Kind
from simulators.keyvox.history import Entry

type Reason = Literal["valid", "unknown", "not valid yet", "no longer valid"]


@dataclass(frozen=True)
class Held:
    """A PIN or a card as a device holds it."""

    credential_id: str
    kind: Kind
    code: str
    start: datetime
    end: datetime
    holder: str
    box_num: str | None
    once: bool

    @classmethod
    def of(cls, credential: Credential) -> Held:
        """Return what is sent to a device."""
        return cls(
            credential.id,
            credential.kind,
            credential.code,
            credential.start,
            credential.end,
            credential.holder,
            credential.place.box_num,
            credential.once,
        )

    def as_json(self) -> dict[str, Any]:
        """Return what is held as the control interface shows it."""
        return {
            "kind": self.kind,
            "code": self.code,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "holder": self.holder,
            "box_num": self.box_num,
        }


@dataclass(frozen=True)
class Decision:
    """Whether a device opens to somebody, and why."""

    reason: Reason
    held: Held | None = None

    @property
    def granted(self) -> bool:
        """Tell whether it opens."""
        return self.reason == "valid"


@dataclass
class Device:
    """A lock or a locker."""

    id: str
    name: str
    online: bool = True
    seconds: float = 0
    """How long a command takes on its way."""
    memory: dict[str, Held] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    history: list[Entry] = field(default_factory=list)
    """What the cloud knows of what has happened here, as it arrived."""
    waiting: list[Entry] = field(default_factory=list)
    """What has happened while there was no connection."""

    @property
    def is_reachable(self) -> bool:
        """Tell whether a command would arrive."""
        return self.online

    def set_seconds(self, seconds: float) -> None:
        """Make the device slow, or quick."""
        if seconds < 0:
            raise Invalid("seconds cannot be negative")
        self.seconds = seconds

    def take(self, credential_id: str, revision: int, held: Held | None) -> None:
        """Keep a PIN or a card, or forget it, unless something newer is known of it."""
        if self.revisions.get(credential_id, -1) > revision:
            return
        self.revisions[credential_id] = revision
        if held is None:
            self.memory.pop(credential_id, None)
        else:
            self.memory[credential_id] = held

    def decide(self, kind: Kind, code: str, at: datetime) -> Decision:
        """Decide about a PIN or a card by what is held, whatever the cloud knows by now."""
        decision = Decision("unknown")
        for held in self.memory.values():
            if (held.kind, held.code) == (kind, code):
                decision = Decision(_reason(held, at), held)
                if decision.granted:
                    break
        return decision


def _reason(held: Held, at: datetime) -> Reason:
    """Say whether something is valid at an instant; its end is no longer part of it."""
    if at < held.start:
        return "not valid yet"
    return "valid" if at < held.end else "no longer valid"
