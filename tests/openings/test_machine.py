"""Whatever happens around a remote opening, and in whatever order: nothing is told of it that is not so."""

from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from custom_components.latchkey.vendors.openings import (
    GRACE,
    End,
    Opening,
    Proof,
    RemoteOpening,
)
from custom_components.latchkey.vendors.vendor import VendorError
from tests.openings.model import Command, Execution, Platform
from tests.vendors.helpers import run

EXECUTIONS: st.SearchStrategy[Execution] = st.sampled_from(
    ("granted", "denied", "nothing")
)
DELAYS = st.sampled_from((0, 1, 5, 30, 120, 300, 900, 7200)).map(
    lambda seconds: timedelta(seconds=seconds)
)
SKEWS = st.integers(-60, 60).map(lambda seconds: timedelta(seconds=seconds))
PAUSES = st.sampled_from((1, 5, 12, 60, 119, 120, 179, 181, 299, 300, 420, 3600))


class Openings(RuleBasedStateMachine):
    """Openings of one door, each followed to its end as Home Assistant does it."""

    def __init__(self) -> None:
        """Start with nothing under way."""
        super().__init__()
        self.platform = Platform()
        self.account = self.platform.account()
        self.used: set[Proof] = set()
        self.opening: Opening | None = None
        self.command: Command | None = None
        self.is_read = False
        """Whether the last look could be taken."""

    def read(self) -> RemoteOpening:
        """Return how the command stands, as the platform tells it."""
        assert self.command is not None
        return run(self.account.opening(self.command.id))

    @precondition(lambda self: self.opening is None and not self.platform.is_out)
    @rule()
    def ask(self) -> None:
        """Ask for an opening."""
        self.command = self.platform.issue()
        self.opening = Opening(self.read())
        self.is_read = False

    @rule()
    def somebody_else_asks(self) -> None:
        """Another administrator asks for the same door, which proves nothing for ours."""
        self.platform.issue()

    @rule(
        execution=EXECUTIONS, lock_delay=DELAYS, gateway_delay=DELAYS, lock_skew=SKEWS
    )
    def touch(
        self,
        execution: Execution,
        lock_delay: timedelta,
        gateway_delay: timedelta,
        lock_skew: timedelta,
    ) -> None:
        """Touch the lock: what is pending is acknowledged, and perhaps carried out; the logs come when they come."""
        self.platform.touch(execution, lock_delay, gateway_delay, lock_skew)

    @rule(granted=st.booleans())
    def phone(self, granted: bool) -> None:
        """Open the same door by a phone."""
        self.platform.phone(granted=granted)

    @precondition(lambda self: self.opening is not None)
    @rule(look=st.booleans())
    def cancel(self, look: bool) -> None:
        """Cancel, by us, who look at once, or by others; no gateway may have read it."""
        assert self.command is not None
        if self.command.acknowledged_at is None and self.command.cancelled_at is None:
            self.command.cancelled_at = self.platform.now
        if look:
            self.look()

    @rule(is_out=st.booleans())
    def outage(self, is_out: bool) -> None:
        """Have readings fail from now on, or succeed again."""
        self.platform.is_out = is_out

    @precondition(lambda self: self.opening is not None and not self.platform.is_out)
    @rule()
    def restart(self) -> None:
        """Forget all but what the platform tells, as at a restart."""
        remote = self.read()
        self.opening = None
        if (
            remote.cancelled_at is None
            and self.platform.now < remote.valid_until + GRACE
        ):
            self.opening = Opening(remote)
            self.is_read = False

    @rule(seconds=PAUSES)
    def pass_time(self, seconds: int) -> None:
        """Let time pass, and look."""
        self.platform.now += timedelta(seconds=seconds)
        self.look()

    @rule()
    def look(self) -> None:
        """Look how the opening stands, and what proves it."""
        if (opening := self.opening) is None:
            return
        try:
            remote = self.read()
            opening.take(remote, self.platform.now)
            if remote.acknowledged_at is not None:
                for proof in run(self.account.proofs(remote)):
                    if proof not in self.used:
                        opening.prove(proof)
            self.is_read = True
        except VendorError:
            self.is_read = False
        if (end := opening.end(self.platform.now)) is None:
            return
        self.opening = None
        if end is End.DENIED:
            self.used |= opening.proofs
        self.check_end(end)

    def check_end(self, end: End) -> None:
        """Assert that what is told of the command's end is so."""
        assert self.command is not None
        now, command = self.platform.now, self.command
        match end:
            case End.OPENED:
                assert self.platform.is_proven(command)
                assert command.acknowledged_at is not None
            case End.DENIED:
                assert self.platform.denials()
                assert command.acknowledged_at is not None
            case End.EXPIRED:
                assert command.acknowledged_at is None
                assert command.cancelled_at is None
                assert now >= command.valid_until
            case End.CANCELLED:
                assert command.cancelled_at is not None
                assert command.acknowledged_at is None
            case End.UNCONFIRMED:
                assert now >= command.valid_until
                if self.is_read:
                    assert command.acknowledged_at is not None
                    assert now >= command.valid_until + GRACE
                    assert not self.platform.is_proven(command)

    @invariant()
    def ends_in_time(self) -> None:
        """Nothing is under way any more when it cannot happen, nor when it is known to have."""
        if self.opening is None:
            return
        now, remote = self.platform.now, self.opening.remote
        known = remote.acknowledged_at is not None
        assert now < remote.valid_until + (GRACE if known else timedelta())


def test_openings(schedules: int) -> None:
    """An opening is opened only if the gateway's log names it, expired only if nobody read it, and always ends."""
    runs = count()

    class Counted(Openings):
        def __init__(self) -> None:
            super().__init__()
            next(runs)

    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert next(runs) >= schedules


def proof(opening: RemoteOpening, **fields: Any) -> Proof:
    """Return a proof at the time of an opening."""
    return Proof(
        **{
            "device_id": opening.device_id,
            "via_id": opening.via_id,
            "occurred_at": opening.issued_at + timedelta(seconds=30),
            "granted": True,
            **fields,
        }
    )


def test_what_proves_nothing() -> None:
    """Another door, another command, another gateway, another time, or a permission without the command's name."""
    platform = Platform()
    remote = run(platform.account().opening(platform.issue().id))
    opening = Opening(remote)
    later = remote.valid_until + timedelta(hours=1)
    for other in (
        proof(remote, opening_id=remote.id, device_id="another"),
        proof(remote, opening_id="another"),
        proof(remote, opening_id="another", granted=False),
        proof(remote),
        proof(remote, via_id=None),
        proof(remote, via_id="another", granted=False),
        proof(remote, occurred_at=later, granted=False),
        proof(
            remote, occurred_at=remote.issued_at - timedelta(minutes=3), granted=False
        ),
    ):
        opening.prove(other)
    assert not opening.proofs
    assert opening.end(remote.issued_at) is None


def test_denial_outweighs() -> None:
    """A gateway may log what the lock refused: in either order, it was denied."""
    platform = Platform()
    remote = run(platform.account().opening(platform.issue().id))
    named, denied = proof(remote, opening_id=remote.id), proof(remote, granted=False)
    for order in ((named, denied), (denied, named)):
        opening = Opening(remote)
        for each in order:
            opening.prove(each)
        assert opening.end(remote.issued_at) is End.DENIED
