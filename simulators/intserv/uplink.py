"""How what happens at a system's doors comes to the cloud: in order, by and by, and late after an interruption."""

from datetime import datetime, timedelta

from simulators.intserv.events import Event
from simulators.intserv.options import Options


class Uplink:
    """A system's line to the cloud, with the events that wait for it."""

    def __init__(self, options: Options, since: datetime) -> None:
        """Start connected, with nothing synchronised yet."""
        self._options = options
        self._since = since
        self._sequence = 0
        self.online = True
        self.seconds: float | None = None
        """How long events take; nothing stands for what the options say."""
        self.waiting: list[Event] = []
        self.synced_to: datetime | None = None
        """Up to when all events have come; nothing before the first synchronisation."""

    def next_sequence(self) -> int:
        """Return the number of the next event."""
        self._sequence += 1
        return self._sequence

    def restart_sequence(self) -> None:
        """Begin to number from 1 again, as a system does whose memory was replaced."""
        self._sequence = 0

    def settle(self, now: datetime) -> list[Event]:
        """Return the events that have come since this was last asked."""
        options = self._options
        first = self._since + timedelta(seconds=options.first_sync_seconds)
        if not self.online or (self.synced_to is None and now < first):
            return []
        seconds = options.event_seconds if self.seconds is None else self.seconds
        until = now - timedelta(seconds=seconds)
        come = [event for event in self.waiting if event.at <= until]
        if come:
            self.waiting = [event for event in self.waiting if event.at > until]
        # What a guarantee has covered once it does not give up again.
        self.synced_to = max(until, self.synced_to or until)
        return come
