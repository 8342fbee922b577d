"""Webhooks: whom the cloud calls when a unit's status arrives, and how its calls have gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import TypedDict

from yarl import URL

from simulators.clock import iso
from simulators.errors import Invalid, Missing
from simulators.loopback import is_loopback

EVENT = "control.statusChanged"
EVENTS = [
    {
        "eventName": EVENT,
        "description": "Triggered when an ASTAT status message is received from the unit. "
        "IO change notifications require the unit to be configured to report IO changes.",
    }
]

# The id in the guide's examples is the first one.
_FIRST_ID = 3
_METHOD = "POST"
# The guide shows that there is a pause, but neither what begins it nor how long it is.
_MOST_FAILURES = 5
_PAUSE = timedelta(minutes=15)


class Configuration(TypedDict):
    """A webhook as it was configured; the secret is never told."""

    id: int
    unitId: int
    event: str
    callbackUrl: str
    httpMethod: str
    isActive: int


class WebhookAnswer(Configuration):
    """A webhook with what has become of the calls."""

    lastAttemptUtc: str | None
    lastSuccessUtc: str | None
    lastStatusCode: int | None
    lastError: str | None
    attemptsTotal: int
    successesTotal: int
    failuresTotal: int
    consecutiveFailures: int
    disabledUntilUtc: str | None


@dataclass
class Webhook:
    """The webhook of one unit for the one event that there is."""

    id: int
    unit_id: int
    callback_url: str
    secret: str | None = None
    is_active: int = 1
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    successes: int = 0
    failures: int = 0
    consecutive_failures: int = 0
    disabled_until: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        """Tell whether a push is sent at all at an instant."""
        paused = self.disabled_until is not None and at < self.disabled_until
        return bool(self.is_active) and not paused

    def succeeded(self, at: datetime, status: int) -> None:
        """Note a call that was answered well, which also ends a pause."""
        self.last_attempt = self.last_success = at
        self.last_status, self.last_error = status, None
        self.successes += 1
        self.forgive()

    def failed(self, at: datetime, status: int | None, error: str) -> None:
        """Note a call that was not answered well, and pause after too many of them in a row."""
        self.last_attempt = at
        self.last_status, self.last_error = status, error
        self.failures += 1
        self.consecutive_failures += 1
        if self.consecutive_failures >= _MOST_FAILURES:
            self.disabled_until = at + _PAUSE

    def forgive(self) -> None:
        """Count failures in a row from nothing again."""
        self.consecutive_failures = 0
        self.disabled_until = None

    def configuration(self) -> Configuration:
        """Return what the vendor's interface answers when a webhook is configured."""
        return {
            "id": self.id,
            "unitId": self.unit_id,
            "event": EVENT,
            "callbackUrl": self.callback_url,
            "httpMethod": _METHOD,
            "isActive": self.is_active,
        }

    def answer(self) -> WebhookAnswer:
        """Return what the vendor's interface tells of a webhook."""
        return {
            **self.configuration(),
            "lastAttemptUtc": _written(self.last_attempt),
            "lastSuccessUtc": _written(self.last_success),
            "lastStatusCode": self.last_status,
            "lastError": self.last_error,
            "attemptsTotal": self.successes + self.failures,
            "successesTotal": self.successes,
            "failuresTotal": self.failures,
            "consecutiveFailures": self.consecutive_failures,
            "disabledUntilUtc": _written(self.disabled_until),
        }


class Webhooks:
    """The webhooks of all units."""

    def __init__(self) -> None:
        """Start without any."""
        self._ids = count(_FIRST_ID)
        self._by_unit: dict[int, Webhook] = {}

    def get(self, unit_id: int) -> Webhook | None:
        """Return the webhook of a unit, if it has one."""
        return self._by_unit.get(unit_id)

    def existing(self, unit_id: int) -> Webhook:
        """Return the webhook of a unit, or say that it has none."""
        if unit_id not in self._by_unit:
            raise Missing(f"unit {unit_id} has no webhook")
        return self._by_unit[unit_id]

    def put(
        self, unit_id: int, callback_url: str, secret: str | None, is_active: int = 1
    ) -> Webhook:
        """Create the webhook of a unit or change it; the old secret stays with the old address alone."""
        _check_callback(callback_url)
        webhook = self._by_unit.get(unit_id)
        if webhook is None:
            webhook = Webhook(next(self._ids), unit_id, callback_url)
            self._by_unit[unit_id] = webhook
        if secret is not None or callback_url != webhook.callback_url:
            webhook.secret = secret
        webhook.callback_url = callback_url
        webhook.is_active = is_active
        webhook.forgive()
        return webhook

    def remove(self, unit_id: int) -> None:
        """Remove the webhook of a unit, or say that it has none."""
        self.existing(unit_id)
        self.forget(unit_id)

    def forget(self, unit_id: int) -> None:
        """Remove the webhook of a unit, if it has one."""
        self._by_unit.pop(unit_id, None)


def check_body(body: dict[str, object]) -> tuple[str, str | None, int]:
    """Return the callback's address, the secret and the activity of a configuration, if it is a proper one."""
    if body.get("event") != EVENT:
        raise Invalid(f"event must be {EVENT}")
    if body.get("httpMethod") != _METHOD:
        raise Invalid(f"httpMethod must be {_METHOD}")
    callback_url, secret, is_active = map(
        body.get, ("callbackUrl", "secret", "isActive")
    )
    if not isinstance(callback_url, str):
        raise Invalid("callbackUrl must be a string")
    if not isinstance(secret, str | None):
        raise Invalid("secret must be a string")
    # The guide writes a number, of which a boolean is none.
    if type(is_active) is not int or is_active not in (0, 1):
        raise Invalid("isActive must be 0 or 1")
    return callback_url, secret, is_active


def _check_callback(callback_url: str) -> None:
    """Refuse an address that the cloud would not call."""
    try:
        url = URL(callback_url)
    except ValueError as error:
        raise Invalid("callbackUrl must be an address") from error
    allowed = ("https", "http") if is_loopback(url.host) else ("https",)
    if not url.host or url.scheme not in allowed:
        raise Invalid("callbackUrl must begin with https://")


def _written(at: datetime | None) -> str | None:
    """Write an instant as the vendor does, or none."""
    return None if at is None else iso(at)
