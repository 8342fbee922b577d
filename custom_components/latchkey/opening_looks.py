"""How an opening is looked at: what is read of it, and when it is read again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from .vendors.openings import GRACE, Opening, OpensDoors
from .vendors.vendor import VendorError

SOON: Final = 5.0
"""Seconds between two looks in the first minute, when somebody is likely to be at the door."""
LATER: Final = 12.0
AT_THE_END: Final = 1.0
MINUTE: Final = timedelta(minutes=1)


async def read(
    vendor: OpensDoors, opening: Opening, clock: Callable[[], datetime]
) -> None:
    """Read how an opening stands, and what proves it; once it is acknowledged, the proof alone is in question."""
    began = clock()
    if opening.remote.acknowledged_at is None:
        try:
            remote = await vendor.opening(opening.remote.id)
        except VendorError:
            opening.miss(began + vendor.ahead)
            raise
        # By what the answer tells of the vendor's clock.
        opening.take(remote, began + vendor.ahead)
    await read_proofs(vendor, opening)


async def read_proofs(vendor: OpensDoors, opening: Opening) -> None:
    """Read what proves an opening, once there may be something."""
    if opening.remote.acknowledged_at is not None:
        for proof in await vendor.proofs(opening.remote):
            opening.prove(proof)


def until_next(opening: Opening, now: datetime, pause: float) -> float:
    """Return the seconds until an opening is looked at again, after a pause if possible: its end is not told late."""
    remote = opening.remote
    if remote.acknowledged_at is None and now >= remote.valid_until:
        # What was read before tells nothing of its end.
        return AT_THE_END
    seconds = max(SOON if now < remote.issued_at + MINUTE else LATER, pause)
    for at in (remote.valid_until, remote.valid_until + GRACE):
        if now < at:
            return min(seconds, (at - now).total_seconds())
    return seconds
