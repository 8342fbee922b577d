"""The delivery of PINs and cards: in batches, not long before they become valid, to each device that can be reached."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
import math

from simulators.agenda import Agenda
from simulators.errors import Invalid
from simulators.keyvox.credentials import Credential, Order, Stage
from simulators.keyvox.devices import Device, Held
from simulators.keyvox.options import Options


class Deliveries:
    """What waits for a batch, and what is on its way."""

    def __init__(
        self,
        agenda: Agenda,
        options: Options,
        devices_of: Callable[[Credential], Iterable[Device]],
    ) -> None:
        """Start with nothing to do."""
        self._agenda = agenda
        self._options = options
        self._devices_of = devices_of
        self._queue: dict[str, Credential] = {}
        self._revisions = count(1)
        self.failing = 0
        """How many of the next batches fail."""

    def fail_next(self, batches: int) -> None:
        """Have the next batches fail that have something to deliver, or none of them."""
        if batches < 0:
            raise Invalid("batches cannot be negative")
        self.failing = batches

    def request(self, credential: Credential, order: Order, at: datetime) -> None:
        """Have something delivered, which is accepted and nothing more."""
        credential.order, credential.stage = order, Stage.QUEUED
        credential.revision = next(self._revisions)
        self._enqueue(credential, at)

    def _enqueue(self, credential: Credential, at: datetime) -> None:
        """Have the first batch take something that it may."""
        self._queue[credential.id] = credential
        seconds = self._options.batch_seconds
        ready = math.ceil(max(0.0, self._ready(credential).timestamp()) / seconds)
        after_this = math.floor(at.timestamp() / seconds) + 1
        batch = max(ready, after_this) * seconds
        self._agenda.after(at, batch - at.timestamp(), self._run)

    def _ready(self, credential: Credential) -> datetime:
        """Return from when on something may be delivered."""
        if credential.is_disabled:
            return datetime.fromtimestamp(0, UTC)
        return credential.start - timedelta(seconds=self._options.lead_seconds)

    def _run(self, at: datetime) -> None:
        """Send what may be sent; what becomes of it is known when it has arrived."""
        batch = [one for one in self._queue.values() if self._ready(one) <= at]
        failed = bool(batch) and self.failing > 0
        self.failing -= failed
        for credential in batch:
            del self._queue[credential.id]
            credential.stage = Stage.UNDER_WAY
            held = None if credential.is_disabled else Held.of(credential)
            arrive = partial(
                self._arrive, credential, credential.revision, held, failed
            )
            self._agenda.after(at, self._options.delivery_seconds, arrive)

    def _arrive(
        self,
        credential: Credential,
        revision: int,
        held: Held | None,
        failed: bool,
        at: datetime,
    ) -> None:
        """Have the devices take what was sent, and try again later where one was not reached."""
        missed = False
        if not failed:
            for device in self._devices_of(credential):
                if device.is_reachable:
                    device.take(credential.id, revision, held)
                elif device.revisions.get(credential.id, -1) < revision:
                    missed = True
        if credential.revision != revision:
            return
        if missed:
            self._enqueue(credential, at)
        elif failed:
            credential.stage = Stage.FAILED
        else:
            credential.stage = Stage.DONE
            credential.issued = held is not None
