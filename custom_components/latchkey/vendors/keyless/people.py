"""The platform's users as holders: ids and roles, no names; their phones, and the invitations of those."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPMethod
import re
from typing import Any, Final

from ..grants import Credential, GrantField
from ..holders import Holder, Invitation
from ..vendor import AnswerNotUnderstood, InvalidField, OutcomeUnknown
from . import paths
from .client import KeylessClient
from .listings import Listings
from .wire import WireInvitation, WireOperatingDevice, WireUser

_APP: Final = frozenset({Credential.APP})
_EMAIL: Final = re.compile(r"[^\s@\x00-\x1f]{1,64}@[^\s@\x00-\x1f]{3,190}")
_DELIVERIES: Final = {"sms": "SMS", "email": "EMAIL", "answer": "NONE"}
_FORMATS: Final = {"link": "INVITATION_LINK", "code": "INVITATION_CODE"}

INVITATION_FIELDS: Final = (
    GrantField("invitation", re.compile("sms|email|answer"), False, _APP),
    GrantField("invitation_format", re.compile("link|code"), False, _APP),
    GrantField("invitation_days", re.compile("[0-9]{1,3}"), False, _APP),
    GrantField("email", _EMAIL, False, _APP),
)
_MOST_DAYS: Final = 365


class People:
    """The users of a system (2 and 3)."""

    def __init__(self, client: KeylessClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API."""
        self._client = client
        self._listings = Listings(client, clock)

    async def create_holder(self) -> str:
        """Create a user of the role USER (2.2); the access key in the answer is not looked at."""
        answer = await self._change(HTTPMethod.POST, paths.USERS, {"role": "USER"})
        return _made(WireUser, answer).id

    async def holders(self) -> list[Holder]:
        """Return all users (2.1) with their operating devices (3.3)."""
        users, _ = WireUser.parse_all(await self._listings.every(paths.USERS))
        devices = await self._devices()
        return [_holder(user, devices) for user in users]

    async def holder(self, holder_id: str) -> Holder:
        """Return a user (2.3)."""
        raw = await self._client.read(f"{paths.USERS}/{holder_id}")
        return _holder(WireUser.parse(raw), await self._devices())

    async def delete_holder(self, holder_id: str) -> None:
        """Delete a user (2.4)."""
        await self._change(HTTPMethod.DELETE, f"{paths.USERS}/{holder_id}")

    async def delete_device(self, device_id: str) -> None:
        """Delete an operating device (3.4)."""
        path = f"{paths.OPERATING_DEVICES}/{device_id}"
        await self._change(HTTPMethod.DELETE, path)

    def check_invitation(self, fields: Mapping[str, str]) -> None:
        """Raise InvalidField for an invitation that the platform would not send (3.1)."""
        delivery = fields.get("invitation")
        if delivery is None:
            for key in ("invitation_format", "invitation_days", "email", "phone"):
                if key in fields:
                    raise InvalidField(key, "only_with_invitation")
            return
        for key, needed_by in (("phone", "sms"), ("email", "email")):
            if delivery == needed_by and key not in fields:
                raise InvalidField(key, "empty")
            if delivery != needed_by and key in fields:
                raise InvalidField(key, "not_with_this_delivery")
        if not 1 <= int(fields.get("invitation_days", "1")) <= _MOST_DAYS:
            raise InvalidField("invitation_days", "invitation_days_range")

    async def invite(self, holder_id: str, fields: Mapping[str, str]) -> Invitation:
        """Invite an operating device (3.1), for whole days, by SMS, e-mail, or a code in the answer.

        The name of the field for an e-mail address is not known; `emailAddress` is assumed.
        """
        delivery = fields["invitation"]
        body = {
            "userId": holder_id,
            "validityDuration": f"P{int(fields.get('invitation_days', '1'))}D",
            "deliveryMechanism": _DELIVERIES[delivery],
            "format": _FORMATS[fields.get("invitation_format", "link")],
        }
        if delivery == "sms":
            body["phoneNumber"] = fields["phone"]
        if delivery == "email":
            body["emailAddress"] = fields["email"]
        answer = await self._change(HTTPMethod.POST, paths.INVITATIONS, body)
        wire = _made(WireInvitation, answer)
        return Invitation(
            id=wire.id,
            ends_at=wire.expirationdatetime,
            code=wire.invitationcode or None,
            address=wire.environmenturl or None,
        )

    async def revoke_invitation(self, invitation_id: str) -> None:
        """Revoke an invitation (3.2)."""
        path = f"{paths.INVITATIONS}/{invitation_id}"
        await self._change(HTTPMethod.DELETE, path)

    async def _devices(self) -> list[WireOperatingDevice]:
        """Return all operating devices; one that cannot be read may be anybody's."""
        raw = await self._listings.every(paths.OPERATING_DEVICES)
        devices, all_read = WireOperatingDevice.parse_all(raw)
        if not all_read:
            raise AnswerNotUnderstood(WireOperatingDevice.__name__)
        return devices

    async def _change(self, method: HTTPMethod, path: str, body: Any = None) -> Any:
        """Send what changes something, once; return the answer's JSON, None where it has none.

        Raises OutcomeUnknown for an answer that is something else: it need not come from the platform.
        """
        self._listings.changed()
        try:
            answer = await self._client.command(method, path, body)
        finally:
            self._listings.changed()
        try:
            return answer.json() if answer.body.strip() else None
        except AnswerNotUnderstood:
            raise OutcomeUnknown("not JSON") from None


def _made[W: (WireUser, WireInvitation)](wire: type[W], answer: Any) -> W:
    """Return what was made; raises OutcomeUnknown for an answer that does not say so."""
    try:
        return wire.parse(answer)
    except AnswerNotUnderstood:
        raise OutcomeUnknown(wire.__name__) from None


def _holder(user: WireUser, devices: list[WireOperatingDevice]) -> Holder:
    return Holder(
        id=user.id,
        is_administrator=user.role.upper() != "USER",
        devices=tuple(device.id for device in devices if device.userid == user.id),
    )
