"""Deliveries: changes of a few seconds go to a device together, one delivery at a time, followed to its end."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
import logging
from typing import Final

from .vendors.granting import DeliversChanges
from .vendors.grants import Delivery, DeliveryState
from .vendors.vendor import Conflict, OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)

GATHERING: Final = 5.0
"""Seconds for which further changes are waited for."""
LOOK_EVERY: Final = 3.0
LONGEST: Final = timedelta(minutes=10)
"""After which a delivery that comes to no end is given up."""
RETRIES: Final = (10.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds after which a delivery that left something undone is asked for again; the last one for good."""


class Phase(Enum):
    """What the next step of a job is."""

    NONE = auto()
    PUSH = auto()
    FOLLOW = auto()


@dataclass(slots=True)
class Job:
    """The deliveries of one device."""

    began: datetime
    phase: Phase = Phase.NONE
    again: bool = False
    """Whether something was changed since the delivery that is followed began."""
    ours: bool = True
    """Whether the delivery that is followed was asked for here, so that it contains our changes."""
    insisting: bool = False
    """Whether it is asked for again until it is completed, whatever else is undone."""
    failures: int = 0
    delivery: Delivery = field(default_factory=lambda: Delivery(DeliveryState.NONE))


class Deliveries:
    """Delivers an account's changes, a step at a time, by whoever's clock calls for the next one."""

    def __init__(
        self,
        vendor: DeliversChanges,
        *,
        schedule: Callable[[str, float], None],
        progressed: Callable[[], None],
        ended: Callable[[str, datetime | None], Awaitable[bool]],
        clock: Callable[[], datetime],
    ) -> None:
        """Initialize with what has `step` called for a device in some seconds, in the place of any call before.

        `ended` is given when a completed delivery began, and None for one that was not completed; it returns
        whether anything is still to be delivered.
        """
        self._vendor = vendor
        self._schedule = schedule
        self._progressed = progressed
        self._ended = ended
        self._clock = clock
        self._jobs: dict[str, Job] = {}

    def delivery(self, scope: str) -> Delivery:
        """Return how far the delivery to a device has come."""
        job = self._jobs.get(scope)
        return job.delivery if job else Delivery(DeliveryState.NONE)

    def idle(self, scope: str) -> bool:
        """Return whether no delivery to a device is under way or to come."""
        job = self._jobs.get(scope)
        return job is None or job.phase is Phase.NONE

    def insists(self, scope: str) -> bool:
        """Return whether changes to a device are still to be delivered, whatever it takes."""
        job = self._jobs.get(scope)
        return job is not None and job.insisting

    def request(self, scope: str, *, insist: bool = False) -> None:
        """Have the changes to a device delivered soon; if need be, time and again."""
        job = self._jobs.setdefault(scope, Job(self._clock()))
        job.insisting = job.insisting or insist
        if job.phase is Phase.FOLLOW:
            job.again = True
            return
        job.phase = Phase.PUSH
        self._schedule(scope, GATHERING)

    async def step(self, scope: str) -> None:
        """Do what is due for a device."""
        job = self._jobs[scope]
        try:
            await self._step(scope, job)
        except Exception:
            # Whatever it was: the next request begins anew.
            job.phase = Phase.NONE
            raise

    async def _step(self, scope: str, job: Job) -> None:
        followed = job.phase is Phase.FOLLOW
        if followed:
            state = await self._look(scope, job)
        else:
            state = await self._push(scope, job)
        if state is DeliveryState.RUNNING:
            self._schedule(scope, LOOK_EVERY)
            return
        ended_badly = state in (DeliveryState.FAILED, DeliveryState.TIMED_OUT)
        if ended_badly and followed and job.ours:
            # What is left of it would stand in the next one's way.
            with suppress(VendorError):
                await self._vendor.abort(scope)
        completed = state is DeliveryState.COMPLETED and job.ours
        if completed and not job.again:
            job.insisting = False
        undone = await self._ended(scope, job.began if completed else None)
        undone = undone or job.insisting
        if not undone and not job.again:
            job.phase = Phase.NONE
            job.failures = 0
            return
        job.phase = Phase.PUSH
        if job.again:
            self._schedule(scope, GATHERING)
        else:
            self._schedule(scope, RETRIES[min(job.failures, len(RETRIES) - 1)])
            job.failures += 1

    async def _push(self, scope: str, job: Job) -> DeliveryState:
        job.phase = Phase.FOLLOW
        job.again = False
        job.ours = True
        job.began = self._clock()
        self._tell(job, Delivery(DeliveryState.RUNNING, 0))
        try:
            if await self._vendor.push(scope) == 0:
                return self._tell(job, Delivery(DeliveryState.COMPLETED))
        except Conflict:
            # Somebody else's is under way, which may have begun before our change.
            job.ours = False
        except OutcomeUnknown as err:
            # What is told of next may be an earlier one's end.
            job.ours = False
            _LOGGER.debug("A delivery to %s may have begun: %s", scope, err)
        except VendorError as err:
            _LOGGER.debug("No delivery to %s: %s", scope, err)
            return self._tell(job, Delivery(DeliveryState.FAILED))
        return DeliveryState.RUNNING

    async def _look(self, scope: str, job: Job) -> DeliveryState:
        try:
            delivery = await self._vendor.delivery(scope)
        except VendorError as err:
            _LOGGER.debug("The delivery to %s could not be followed: %s", scope, err)
            delivery = job.delivery
        over = self._clock() - job.began >= LONGEST
        if over and delivery.state is DeliveryState.RUNNING:
            delivery = Delivery(DeliveryState.TIMED_OUT)
        return self._tell(job, delivery)

    def _tell(self, job: Job, delivery: Delivery) -> DeliveryState:
        if delivery != job.delivery:
            job.delivery = delivery
            self._progressed()
        return delivery.state
