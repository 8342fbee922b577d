"""An IntServ account before a simulated cloud's own state, without a network, under a clock that moves when told to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from custom_components.latchkey.vendors.intserv.adapter import IntServ
from custom_components.latchkey.vendors.intserv.client import IntServClient
from custom_components.latchkey.vendors.intserv.part import system_device
from custom_components.latchkey.vendors.passages import LogLine, News
from custom_components.latchkey.vendors.vendor import InvalidRequest, NotFound
from simulators.intserv import MAIN, IntServCloud
from simulators.intserv.api import ENDPOINTS, Call
from simulators.intserv.events import Event, EventType
from simulators.intserv.refusals import Refusal
from tests.simulators.helpers import FakeClock
from tests.vendors.scripted import Offline, Sent


@dataclass
class Watched:
    """A cloud, an account there, and what it has told."""

    clock: FakeClock = field(default_factory=FakeClock)
    cloud: IntServCloud = field(init=False)
    account: IntServ = field(init=False)
    offline: Offline = field(init=False)
    lines: list[LogLine] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin."""
        self.cloud = IntServCloud(clock=self.clock)
        self.offline = Offline.of(
            {f"POST {path}": self._answered for path in ENDPOINTS}
        )
        self.account = self._new()

    def _new(self) -> IntServ:
        return IntServ(IntServClient(self.offline), self.clock)

    def _answered(self, sent: Sent) -> Any:
        """Return what an endpoint answers, or the error that its refusal is."""
        self.cloud.settle()
        call = Call(self.cloud, self.cloud.integration, sent.body, self.clock())
        try:
            return ENDPOINTS[sent.path](call)
        except Refusal as refusal:
            meant = NotFound if refusal.status == 404 else InvalidRequest
            return meant(f"status {refusal.status}")

    def restart(self, *, crash: bool = False) -> None:
        """Begin anew with what was kept; after a crash with nothing."""
        kept = {} if crash else self.account.memory()
        self.account = self._new()
        self.account.recall(kept)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move(seconds)
        self.cloud.settle()

    def happen(
        self,
        seconds_ago: float = 0,
        kind: int = EventType.GRANTED_CARD,
        *,
        system: str = MAIN,
        door: str = "Entrance",
        **more: Any,
    ) -> Event:
        """Have something happen at a door."""
        where = self.cloud.systems[system]
        at = self.clock.now - timedelta(seconds=seconds_ago)
        return self.cloud.site.log(where, where.doors[door], kind, at, **more)

    async def news(self, system: str = MAIN) -> News:
        """Read a system's events, and return what is new."""
        news = await self.account.news(system_device(system))
        self.lines += news.lines
        return news

    async def behind(self, seconds: float) -> None:
        """Read what there is, and cut the main system off for a while."""
        await self.news()
        self.cloud.set_online(self.cloud.systems[MAIN], False)
        self.later(seconds)

    @property
    def told(self) -> Iterator[tuple[str, ...]]:
        """Return the identities of all that was told."""
        return (line.key for line in self.lines)


def identity(event: Event) -> tuple[str, ...]:
    """Return what tells an event from all others."""
    return event.system_id, event.at.isoformat(), str(event.sequence_id)
