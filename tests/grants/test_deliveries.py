"""Deliveries against every order of requests, timers and answers."""

from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from custom_components.latchkey.deliveries import (
    GATHERING,
    LONGEST,
    LOOK_EVERY,
    RETRIES,
    Deliveries,
)
from custom_components.latchkey.vendors.grants import Delivery, DeliveryState
from custom_components.latchkey.vendors.vendor import (
    Conflict,
    OutcomeUnknown,
    ServiceUnavailable,
    VendorError,
)

SCOPE = "1"
ENDS = (
    DeliveryState.NONE,
    DeliveryState.COMPLETED,
    DeliveryState.FAILED,
    DeliveryState.TIMED_OUT,
)
ERRORS = st.sampled_from((ServiceUnavailable, Conflict, OutcomeUnknown))


@dataclass
class Question:
    """Something that was asked, and waits for the machine's answer."""

    name: str
    argument: object = None

    def __await__(self) -> Generator[Question, Any, Any]:
        """Wait for the answer."""
        return (yield self)


class Vendor:
    """A vendor that asks what to answer."""

    async def push(self, scope: str) -> int | None:
        """Ask what comes of a push."""
        changes: int | None = await Question("push")
        return changes

    async def delivery(self, scope: str) -> Delivery:
        """Ask how a delivery stands."""
        delivery: Delivery = await Question("look")
        return delivery

    async def abort(self, scope: str) -> None:
        """Ask what comes of an abort."""
        await Question("abort")


class DeliveriesMachine(RuleBasedStateMachine):
    """One device's deliveries: requests, timers and answers in any order."""

    def __init__(self) -> None:
        """Start with nothing asked for."""
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.timer: float | None = None
        self.step: Coroutine[Any, Any, None] | None = None
        self.question: Question | None = None
        self.owed = False
        """Whether something was changed that no push contains yet."""
        self.pushed_at: datetime | None = None
        self.sure = False
        self.end: DeliveryState | None = None
        self.aborted = False
        self.failures = 0
        self.percent = 0
        self.told: list[int] = []
        self.deliveries = Deliveries(
            Vendor(),
            schedule=self._schedule,
            progressed=self._progressed,
            ended=self._ended,
            clock=lambda: self.now,
        )

    def _schedule(self, scope: str, seconds: float) -> None:
        self.timer = seconds

    def _progressed(self) -> None:
        delivery = self.deliveries.delivery(SCOPE)
        if delivery.state is DeliveryState.RUNNING and delivery.percent is not None:
            self.told.append(delivery.percent)

    async def _ended(self, scope: str, began: datetime | None) -> bool:
        undone: bool = await Question("ended", began)
        return undone

    def _go_on(self, answer: object = None) -> None:
        """Have the step go on until it asks again or is over."""
        assert self.step is not None
        try:
            if isinstance(answer, VendorError):
                self.question = self.step.throw(answer)
            else:
                self.question = self.step.send(answer)
        except StopIteration:
            self.step = self.question = None
            return
        assert self.question is not None
        if self.question.name == "push":
            assert self.end is None, "an end was not told"
            self.pushed_at, self.owed, self.sure = self.now, False, False
            self.percent, self.told, self.aborted = 0, self.told[-1:], False

    def _asked(self, name: str) -> bool:
        return self.question is not None and self.question.name == name

    @rule()
    def request(self) -> None:
        """Change something."""
        self.owed = True
        self.deliveries.request(SCOPE)

    @precondition(lambda self: self.timer is not None)
    @rule(late=st.sampled_from((0.0, 1.0, 700.0)))
    def fire(self, late: float) -> None:
        """Let the time of the next step come."""
        assert self.timer is not None
        assert self.step is None, "two steps at once"
        self.now += timedelta(seconds=self.timer + late)
        self.timer = None
        self.step = self.deliveries.step(SCOPE)
        self._go_on()

    @precondition(lambda self: self._asked("push"))
    @rule(answer=st.integers(0, 9) | st.none() | ERRORS.map(lambda error: error()))
    def answer_push(self, answer: int | VendorError | None) -> None:
        """Answer a push."""
        self.sure = not isinstance(answer, VendorError)
        if answer == 0:
            self.end = DeliveryState.COMPLETED
        elif isinstance(answer, ServiceUnavailable):
            self.end = DeliveryState.FAILED
        self._go_on(answer)
        assert self.question or self.timer == LOOK_EVERY

    @precondition(lambda self: self._asked("look"))
    @rule(more=st.none() | st.integers(0, 100))
    def answer_running(self, more: int | None) -> None:
        """Let the delivery go on, as far as it may."""
        if more is not None:
            self.percent = more = max(self.percent, more)
        self._follow(Delivery(DeliveryState.RUNNING, more))

    @precondition(lambda self: self._asked("look"))
    @rule(error=ERRORS)
    def answer_nothing(self, error: type[VendorError]) -> None:
        """Let the delivery not be followed just now."""
        self._follow(error())

    def _follow(self, answer: Delivery | VendorError) -> None:
        assert self.pushed_at is not None
        over = self.now - self.pushed_at >= LONGEST
        self.end = DeliveryState.TIMED_OUT if over else None
        self._go_on(answer)
        assert over == (self.timer is None)

    @precondition(lambda self: self._asked("look"))
    @rule(state=st.sampled_from(ENDS))
    def answer_end(self, state: DeliveryState) -> None:
        """Let the delivery come to an end."""
        self.end = state
        self._go_on(Delivery(state))
        assert self.question, "the end was not told"

    @precondition(lambda self: self._asked("abort"))
    @rule(error=st.none() | ERRORS.map(lambda error: error()))
    def answer_abort(self, error: VendorError | None) -> None:
        """Answer an abort, which is for what was begun here and went wrong."""
        assert self.end in (DeliveryState.FAILED, DeliveryState.TIMED_OUT)
        self.aborted = True
        self._go_on(error)

    @precondition(lambda self: self._asked("ended"))
    @rule(undone=st.booleans())
    def answer_ended(self, undone: bool) -> None:
        """Have the grants compared, upon which it is over or to be done again, sooner or later."""
        assert self.question is not None
        completed = self.end is DeliveryState.COMPLETED
        assert self.question.argument == (
            self.pushed_at if completed and self.sure else None
        )
        wrong = self.end in (DeliveryState.FAILED, DeliveryState.TIMED_OUT)
        assert self.aborted == (wrong and self.sure)
        self.end = None
        self._go_on(undone)
        assert self.step is None
        if self.owed:
            assert self.timer == GATHERING
        elif undone:
            assert self.timer == RETRIES[min(self.failures, len(RETRIES) - 1)]
            self.failures += 1
        else:
            assert self.timer is None
            self.failures = 0

    @invariant()
    def nothing_is_forgotten(self) -> None:
        """Assert that what is to be done has a timer or is being done, never both."""
        assert (self.step is None) or (self.timer is None)
        idle = self.step is None and self.timer is None
        assert self.deliveries.idle(SCOPE) == idle
        assert not (idle and self.owed)
        assert self.told[1:] == sorted(self.told[1:])

    def teardown(self) -> None:
        """Drop what is under way."""
        if self.step is not None:
            self.step.close()


def test_any_order(schedules: int) -> None:
    """Never two at once, none forgotten, every end told, and nothing claimed that is not sure."""
    run_state_machine_as_test(
        DeliveriesMachine,
        settings=settings(
            max_examples=schedules, stateful_step_count=40, deadline=None, database=None
        ),
    )
