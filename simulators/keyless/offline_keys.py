"""Offline keys: each for one phone and one locking device, for a day at most."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
import os
from typing import Any, Self

from simulators.bodies import Body, check_names, choice
from simulators.clock import iso
from simulators.errors import Invalid
from simulators.keyless.formats import identifier, link, moment, phone
from simulators.registry import new_id

DEFAULT_LINK = "https://keyless.assaabloy.com"

_MECHANISMS = ("NONE", "SMS_WITHOUT_APP_LINK", "SMS_WITH_APP_LINK")
_FIELDS = (
    "operatingDeviceId",
    "lockingDeviceId",
    "startDatetime",
    "endDatetime",
    "deliveryMechanism",
    "phoneNumber",
    "appLinkBaseUrl",
)
_LONGEST_LINK = 42
_MOST_AHEAD = timedelta(days=30)
_LONGEST = timedelta(hours=24)
_KEY_BYTES = 79


def new_key() -> dict[str, str]:
    """Return a key as the answer to its issuing has it."""
    return {
        "id": new_id(),
        "value": base64.b64encode(os.urandom(_KEY_BYTES)).decode(),
    }


@dataclass(frozen=True)
class Delivery:
    """How a key is delivered: to which number, if to any, and behind which address, if it is a link."""

    mechanism: str
    phone_number: str | None
    base_url: str | None

    @classmethod
    def parse(cls, body: Body) -> Self:
        """Read how a key is to be delivered."""
        mechanism = choice(body, "deliveryMechanism", _MECHANISMS)
        base_url = link(body, "appLinkBaseUrl", DEFAULT_LINK, _LONGEST_LINK)
        return cls(
            mechanism,
            None if mechanism == "NONE" else phone(body),
            base_url if mechanism == "SMS_WITH_APP_LINK" else None,
        )

    def text(self, value: str) -> str:
        """Return what the message says."""
        return value if self.base_url is None else f"{self.base_url}?eo={value}"


@dataclass(frozen=True)
class OfflineKey:
    """What the platform keeps of an offline key."""

    id: str
    issuer_user_id: str
    operating_device_id: str
    locking_device_id: str
    start: datetime
    end: datetime
    issuance: datetime
    mechanism: str

    @classmethod
    def parse(cls, key_id: str, issuer: str, body: Body, now: datetime) -> Self:
        """Read a key as a request asks for it."""
        check_names(body, *_FIELDS)
        start, end = moment(body, "startDatetime"), moment(body, "endDatetime")
        if start > now + _MOST_AHEAD:
            raise Invalid("startDatetime cannot be more than 30 days in the future")
        if not start < end <= start + _LONGEST:
            raise Invalid("endDatetime must be within 24 hours after startDatetime")
        return cls(
            key_id,
            issuer,
            identifier(body, "operatingDeviceId"),
            identifier(body, "lockingDeviceId"),
            start,
            end,
            now,
            choice(body, "deliveryMechanism", _MECHANISMS),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the key as the vendor's interface lists it."""
        return {
            "id": self.id,
            "issuerUserId": self.issuer_user_id,
            "operatingDeviceId": self.operating_device_id,
            "lockingDeviceId": self.locking_device_id,
            "startDatetime": iso(self.start),
            "endDatetime": iso(self.end),
            "issuanceDatetime": iso(self.issuance),
            "deliveryMechanism": self.mechanism,
        }
