"""How far an access key is in each system, as a grant (facts sheet 3.3)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from ..grants import Delivered, Fault, Followed, GrantState, IssuedGrant
from ..vendor import AnswerNotUnderstood
from ..wire import moment
from .wire import WireApplied, WireStatus

_PENDING: Final = "pending"
_PARTLY: Final = "partiallyapplied"
_FAILED: Final = "failed"
_APPLIED: Final = "applied"
_NOWHERE: Final = "notapplied"
_STATUSES: Final = (_APPLIED, _NOWHERE, _PENDING, _PARTLY, _FAILED)
_UNTOLD: Final = "unknown"
_LONGEST_REASON: Final = 64
_EARLIER: Final = timedelta(seconds=1)
"""By how much a time of the vendor's may be before ours: it tells its clock in whole seconds, and rounds."""


def told(grant: Followed, raw: Any, ahead: timedelta) -> IssuedGrant:
    """Return how a grant stands; `ahead` is by how much the vendor's clock is. Raises AnswerNotUnderstood."""
    wire = WireStatus.parse(raw)
    # The word counts where the systems are not told of.
    if (word := wire.status.casefold()) not in _STATUSES:
        raise AnswerNotUnderstood("status")
    if wire.id and wire.id.casefold() != (grant.vendor_id or "").casefold():
        raise AnswerNotUnderstood("another id")
    deliveries = _deliveries(wire)
    states = {each.state for each in deliveries}
    has_failed = GrantState.FAILED in states or word == _FAILED
    is_pending = GrantState.PENDING in states or word == _PENDING
    # What is applied in part alone waits for something, be it told for what or not.
    is_pending = is_pending or (word == _PARTLY and not has_failed)
    is_revoked = grant.state is GrantState.REVOKING
    # In doubt, it tells of the change before.
    is_removed = is_revoked and not grant.in_doubt
    is_done = word == _NOWHERE or (word == _APPLIED and bool(deliveries))
    fault = None
    if has_failed and not (is_revoked and is_pending):
        fault = _fault(grant, is_revoked=is_revoked)
    return IssuedGrant(
        vendor_id=grant.vendor_id or "",
        grant_id=grant.grant_id,
        access=grant.access,
        name=grant.name,
        start=grant.start,
        end=grant.end,
        limits_told=False,
        credential=grant.credential,
        # An update that nobody answered may be what this tells of, or what was before it.
        revision=None if grant.wanted else grant.revision,
        delivered=not is_pending and (GrantState.ACTIVE in states or word == _APPLIED),
        leaving=is_revoked and (is_pending or has_failed),
        gone=is_removed and is_done and _is_gone(grant, deliveries, ahead),
        fault=fault,
        deliveries=deliveries,
    )


def _fault(grant: Followed, *, is_revoked: bool) -> Fault:
    if is_revoked:
        return Fault.REVOKE
    return Fault.UPDATE if grant.revision > 1 else Fault.ISSUE


def _is_gone(
    grant: Followed, deliveries: tuple[Delivered, ...], ahead: timedelta
) -> bool:
    """Return whether every system has taken up a removal: what was applied before it is what was there before."""
    asked_at = grant.asked_at + ahead - _EARLIER
    return all(
        each.state is GrantState.ACTIVE
        and each.since is not None
        and each.since >= asked_at
        for each in deliveries
    )


def _deliveries(wire: WireStatus) -> tuple[Delivered, ...]:
    """Return how far each system is, in the order of their ids."""
    return tuple(
        sorted(
            (
                *_in(wire.systems_where_applied, GrantState.ACTIVE),
                *_in(wire.systems_where_pending, GrantState.PENDING),
                *_in(wire.systems_where_failed, GrantState.FAILED),
            ),
            key=lambda each: each.system,
        )
    )


def _in(raw: Any, state: GrantState) -> Iterator[Delivered]:
    if raw is None:
        return
    wires, is_whole = WireApplied.parse_all(raw)
    if not is_whole:
        raise AnswerNotUnderstood("systems")
    for wire in wires:
        yield Delivered(
            system=wire.system_id,
            state=state,
            reason=_reason(wire.error_type) if state is GrantState.FAILED else None,
            since=moment(wire.applied_at),
        )


def _reason(told: Any) -> str:
    """Return why it failed, of which not all words are documented."""
    is_word = isinstance(told, str) and told.isascii() and told.isidentifier()
    return told if is_word and len(told) <= _LONGEST_REASON else _UNTOLD
