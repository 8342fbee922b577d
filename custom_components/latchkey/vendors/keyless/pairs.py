"""Openings through gateways, which a lock's log and a gateway's may both tell of."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..openings import SKEW

_MOST: Final = 500
"""How many are remembered of a lock, of both logs together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """What one of the two logs tells of an opening."""

    key: tuple[str, ...]
    lock_id: str
    gateway_id: str
    """Empty where the lock does not tell which it was."""
    occurred_at: datetime
    is_locks: bool
    granted: bool = True
    """A gateway does not tell whether it was let in: it is taken to be."""


class Pairs:
    """Finds for what one log tells the other one's word of it: the two are one passage, told once.

    No id joins them, so they are paired by lock, gateway and time, in such a way that as few as can be stay alone.
    """

    def __init__(self) -> None:
        """Initialize with nothing told."""
        self._partners: defaultdict[str, dict[Half, Half | None]] = defaultdict(dict)

    def take(self, half: Half) -> bool:
        """Take in what a log tells, and return whether the other log has told it already.

        A lock's denial is always news, and outweighs what the gateway tells of it later.
        """
        partners = self._partners[half.lock_id]
        partners[half] = None
        is_told = half.granted and _pair(partners, half, set())
        while len(partners) > _MOST:
            oldest = min(partners, key=lambda each: each.occurred_at)
            if partner := partners.pop(oldest):
                del partners[partner]
        return is_told

    def is_refused(self, half: Half) -> bool:
        """Return whether the lock tells that it was a denial."""
        partner = self._partners[half.lock_id].get(half)
        return not half.granted or (partner is not None and not partner.granted)


def _pair(partners: dict[Half, Half | None], half: Half, tried: set[Half]) -> bool:
    """Find a partner, the likeliest first; one that is taken is freed where its own can have another."""
    candidates = sorted(
        (other for other in partners if _may_be_one(half, other)),
        key=lambda other: (
            not other.granted,
            abs(other.occurred_at - half.occurred_at),
        ),
    )
    for other in candidates:
        if other in tried:
            continue
        tried.add(other)
        taken_by = partners[other]
        if taken_by is None or _pair(partners, taken_by, tried):
            partners[half], partners[other] = other, half
            return True
    return False


def _may_be_one(one: Half, other: Half) -> bool:
    """Return whether two logs may tell of one opening; their clocks differ."""
    return (
        one.is_locks is not other.is_locks
        and abs(one.occurred_at - other.occurred_at) <= SKEW
        and (
            not one.gateway_id
            or not other.gateway_id
            or one.gateway_id == other.gateway_id
        )
    )
