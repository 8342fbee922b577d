"""What proves an opening, and what does not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.latchkey.door import FRESH, is_fresh
from custom_components.latchkey.vendors.openings import (
    GRACE,
    OVERDUE,
    SKEW,
    End,
    Opening,
    Proof,
    RemoteOpening,
)
from tests.openings.model import BEGIN, GATEWAY, LOCK, VALIDITY

READ_AT = BEGIN + timedelta(seconds=30)
"""When the gateway said that it would try."""
END = BEGIN + VALIDITY
SECOND = timedelta(seconds=1)


def command(**fields: Any) -> RemoteOpening:
    """Return a command that the gateway has read."""
    return RemoteOpening(
        **{
            "id": "command",
            "device_id": LOCK,
            "via_id": GATEWAY,
            "issued_at": BEGIN,
            "valid_until": END,
            "acknowledged_at": READ_AT,
            **fields,
        }
    )


def proof(**fields: Any) -> Proof:
    """Return what the lock tells soon after that."""
    return Proof(
        **{
            "device_id": LOCK,
            "via_id": GATEWAY,
            "occurred_at": READ_AT + 2 * SECOND,
            "granted": True,
            **fields,
        }
    )


NAMED = proof(opening_id="command")
LET_IN = proof(key="let-in")
REFUSED = proof(key="refused", granted=False)


@pytest.mark.parametrize(
    "other",
    [
        proof(opening_id="command", device_id="another"),
        proof(opening_id="another"),
        proof(opening_id="another", granted=False),
        LET_IN,
        proof(via_id=None),
        proof(via_id="another", granted=False),
        proof(device_id="another", granted=False),
        proof(occurred_at=END + GRACE + SECOND, granted=False),
        proof(occurred_at=READ_AT - SKEW - SECOND, granted=False),
    ],
)
def test_what_proves_nothing(other: Proof) -> None:
    """Another door, another command, another gateway, another time, or a permission without the command's name."""
    opening = Opening(command())
    opening.prove(other)
    assert opening.end(READ_AT) is None
    assert opening.end(END + GRACE - SECOND) is None
    assert opening.end(END + GRACE) is End.UNCONFIRMED


def test_denial_before_it_was_read() -> None:
    """A refusal is not this command's while no gateway has read it."""
    opening = Opening(command(acknowledged_at=None))
    opening.prove(REFUSED)
    assert opening.end(READ_AT) is None


@pytest.mark.parametrize(
    ("order", "end"),
    [
        ((NAMED,), End.OPENED),
        ((REFUSED,), End.DENIED),
        # A gateway may log what the lock refused.
        ((NAMED, REFUSED), End.DENIED),
        ((REFUSED, NAMED), End.DENIED),
        ((proof(opening_id="command", granted=False),), End.DENIED),
        # Somebody else's command at the same time was refused, but not this one.
        ((NAMED, REFUSED, LET_IN), End.OPENED),
        ((LET_IN, REFUSED, NAMED), End.OPENED),
        # It may have been either.
        ((LET_IN, REFUSED), None),
    ],
)
def test_what_outweighs(order: tuple[Proof, ...], end: End | None) -> None:
    """What is told in which order does not matter."""
    opening = Opening(command())
    for each in order:
        opening.prove(each)
    assert opening.end(READ_AT + 5 * SECOND) is end


@pytest.mark.parametrize("skew", [-SKEW, timedelta(), SKEW])
def test_wrong_clock(skew: timedelta) -> None:
    """A lock whose clock is wrong by two minutes is understood."""
    opening = Opening(command())
    opening.prove(proof(granted=False, occurred_at=READ_AT + 2 * SECOND + skew))
    assert opening.end(READ_AT) is End.DENIED


def test_earlier_lines() -> None:
    """A line that was read for an earlier opening, or may be a late one's, is not taken for this one's."""
    known = Opening(command(), known=["refused"])
    known.prove(REFUSED)
    assert known.keys == {"refused"}
    late = Opening(command(), not_before=READ_AT + 3 * SECOND)
    late.prove(REFUSED)
    assert known.end(READ_AT) is late.end(READ_AT) is None


def followed(read_at: datetime | None, missed_at: datetime | None) -> Opening:
    """Return an opening that no gateway has read, and that was read, or not, at some time."""
    opening = Opening(command(acknowledged_at=None))
    if read_at:
        opening.take(opening.remote, read_at)
    if missed_at:
        opening.miss(missed_at)
    return opening


@pytest.mark.parametrize(
    ("read_at", "missed_at", "now", "end"),
    [
        (END - SECOND, None, END - SECOND, None),
        (END - SECOND, None, END, None),
        (END, None, END, End.EXPIRED),
        (END - SECOND, END, END, End.UNCONFIRMED),
        (END - SECOND, END - SECOND, END, None),
        (END - SECOND, None, END + OVERDUE - SECOND, None),
        (END - SECOND, None, END + OVERDUE, End.UNCONFIRMED),
    ],
)
def test_expiry(
    read_at: datetime | None, missed_at: datetime | None, now: datetime, end: End | None
) -> None:
    """Only what could be read after its validity was certainly never acknowledged."""
    assert followed(read_at, missed_at).end(now) is end


def test_older_reading() -> None:
    """A reading that was overtaken by a newer one undoes nothing."""
    opening = Opening(command(acknowledged_at=None))
    before = opening.remote
    opening.take(command(acknowledged_at=None, cancelled_at=READ_AT), READ_AT)
    opening.take(before, READ_AT - SECOND)
    assert opening.end(READ_AT) is End.CANCELLED
    opening = followed(END, None)
    opening.take(before, READ_AT)
    assert opening.end(END) is End.EXPIRED


@pytest.mark.parametrize(
    ("proven_at", "now", "fresh"),
    [
        (None, READ_AT, False),
        (READ_AT, READ_AT, True),
        (READ_AT, READ_AT + FRESH - SECOND, True),
        (READ_AT, READ_AT + FRESH, False),
        (READ_AT + FRESH, READ_AT + 2 * FRESH - SECOND, True),
        # The gateway's clock is late, or ahead: it was carried out after it was read, and not in the future.
        (READ_AT - 2 * FRESH, READ_AT + SECOND, True),
        (READ_AT + 2 * FRESH, READ_AT + SECOND, True),
        (READ_AT + 2 * FRESH, READ_AT + FRESH, False),
    ],
)
def test_fresh(proven_at: datetime | None, now: datetime, fresh: bool) -> None:
    """A door is shown as open only if that was so within a minute, whatever the gateway's clock says."""
    opening = Opening(command())
    if proven_at:
        opening.prove(proof(opening_id="command", occurred_at=proven_at))
    assert is_fresh(opening, now) is fresh
