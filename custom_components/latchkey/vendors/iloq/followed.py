"""What a key's row tells of the grant that it is (facts sheet 3.3, 3.4)."""

from datetime import datetime, tzinfo
from typing import Final

from ..grants import Access, Credential, Fault, Followed, GrantState, IssuedGrant
from .times import moment
from .wire import WireKey, number

_PLANNED, _HANDED_OVER, _DELETED, _RETURNED = 0, 1, 3, 4
_NOT_ORDERED: Final = (0, 5, -1)
"""Planning, cancelled, and failed: nothing is on its way to the key."""
_ON_ITS_WAY: Final = (1, 2, 7)
_PROGRAMMED: Final = 3

_PHONE, _ILOQ, _OTHER = 4, 8, 128


def is_gone(key: WireKey) -> bool:
    """Return whether a key is kept for the logs alone."""
    return number(key.state) in (_DELETED, _RETURNED)


def credential_of(key: WireKey) -> Credential | None:
    """Return what a key is, where its type tells (KeyTypeMask)."""
    mask = number(key.keytypemask) or 0
    if mask & _PHONE:
        return Credential.PHONE
    if mask & _OTHER:
        return Credential.TAG
    return Credential.KEY if mask & _ILOQ else None


def delivery(key: WireKey, *, is_v1: bool) -> tuple[bool | None, Fault | None]:
    """Return whether a key has what is planned for it, and what of it was not even ordered.

    Version 1 tells of no programming: there a key that was handed over has all.
    """
    if is_v1:
        state = number(key.state)
        return {_PLANNED: False, _HANDED_OVER: True}.get(
            -1 if state is None else state
        ), None
    state = number(key.programmingstate)
    if state == _PROGRAMMED:
        return True, None
    if state in _ON_ITS_WAY:
        return False, None
    if state not in _NOT_ORDERED:
        return None, None
    if key.isprogrammed is None:
        return False, None
    return False, Fault.UPDATE if key.isprogrammed is True else Fault.ISSUE


def expiry(key: WireKey, zone: tzinfo) -> tuple[datetime | None, bool]:
    """Return until when a key opens, and whether that could be read: what cannot must not pass for no end."""
    end = moment(key.expiredate, zone)
    if end is None:
        return None, key.expiredate in (None, "")
    return end.replace(microsecond=0), True


def listed(key: WireKey, access: Access, zone: tzinfo, *, is_v1: bool) -> IssuedGrant:
    """Return a key as a grant; never a number of it."""
    end, is_told = expiry(key, zone)
    delivered, fault = delivery(key, is_v1=is_v1)
    return IssuedGrant(
        vendor_id=key.fnkey_id.casefold(),
        access=access,
        name=key.description,
        start=None,
        end=end,
        limits_told=is_told,
        delivered=delivered,
        leaving=False,
        credential=credential_of(key),
        gone=is_gone(key),
        fault=fault,
    )


def is_unsettled(grant: Followed, row: IssuedGrant) -> bool:
    """Return whether what a key opens may have changed since it was last seen."""
    if grant.in_doubt:
        return True
    if grant.state is GrantState.EXPIRED:
        return False
    return grant.state is not GrantState.ACTIVE or row.delivered is not True
