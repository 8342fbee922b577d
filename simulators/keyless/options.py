"""What a test may choose about the whole platform: its pace, its limits, and what the vendor's page leaves open."""

from dataclasses import dataclass
from typing import Literal

from simulators.choices import Choices
from simulators.errors import Invalid

type Environment = Literal["production", "staging"]
type ListEnd = Literal["absent", "null", "repeat"]
type ActiveStatus = Literal["ACTIVATED", "ACTIVE"]
type Execution = Literal["granted", "denied", "nothing", "acknowledged_only"]

_LONGEST = 100_000_000
_CHOICES = {
    "environment": Environment,
    "list_end": ListEnd,
    "active_status": ActiveStatus,
    "execution": Execution,
}
_SECONDS = (
    "token_seconds",
    "command_seconds",
    "rate_window",
    "execute_seconds",
    "log_delay_seconds",
    "phone_log_delay_seconds",
    "heartbeat_seconds",
    "webhook_timeout",
)
_MAY_BE_NONE = ("rate_limit", "retry_after", "activation_seconds", "touch_seconds")
_STATUSES = ("invalid_status", "conflict_status")


@dataclass
class Options(Choices):
    """The options, each with the default that the vendor's page states or suggests."""

    environment: Environment = "production"
    token_seconds: float = 3600
    rate_limit: int | None = None
    """How many requests an API key may make within the window; nothing stands for any number."""
    rate_window: float = 60
    retry_after: int | None = None
    """The header of a refusal for too many requests, if it carries one."""
    invalid_status: int = 400
    conflict_status: int = 409
    patch_media_type: str | None = None
    """The one media type in which changes are taken; nothing stands for both that there could be."""
    list_end: ListEnd = "absent"
    """A list's last page has no token, or null, or every page has the same one for ever."""
    extra_fields: bool = False
    """Every object in an answer has a field that a minor version added."""

    association_limit: int = 6
    active_status: ActiveStatus = "ACTIVATED"
    activation_seconds: float | None = None
    """How long after it was claimed a gateway activates itself; nothing stands for never, until it is powered."""
    heartbeat_seconds: float = 86400
    heartbeat_reads: bool = True
    """Whether a gateway reads commands also when no locking device has woken it."""
    command_seconds: float = 300
    """For how long a command is valid."""
    touch_seconds: float | None = None
    """How long after a command somebody touches its locking device; nothing stands for never."""

    execution: Execution = "granted"
    """What becomes of a command, unless its locking device has a choice of its own."""
    execute_seconds: float = 2
    denied_in_gateway_log: bool = False
    gateways_in_lock_log: bool = True
    """Whether a locking device's own log tells of what gateways did, too."""
    log_delay_seconds: float = 1
    """How long what a gateway or a locking device logs takes to the platform, unless a phone carries it."""
    phone_log_delay_seconds: float = 1
    separate_numbers: bool = False
    """Whether a device numbers system and audit entries apart."""
    logs_of_all: bool = True
    """Whether the logs of locking devices can be read without saying of which one."""
    alternative_key: bool = False
    """Whether every offline key comes with an alternative one."""

    webhook_copies: int = 1
    webhook_timeout: float = 5

    def __post_init__(self) -> None:
        """Refuse what no test can mean."""
        self.check_words(_CHOICES)
        for name in (*_SECONDS, *_MAY_BE_NONE):
            value = getattr(self, name)
            if name in _MAY_BE_NONE and value is None:
                continue
            if not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
                raise Invalid(f"{name} must be 0 to {_LONGEST}")
        for name in _STATUSES:
            if not 400 <= getattr(self, name) <= 499:
                raise Invalid(f"{name} must be 400 to 499")
        if self.heartbeat_seconds < 1 or not self.webhook_timeout:
            raise Invalid("a heartbeat takes a second, a timeout more than nothing")
        if not 0 <= self.webhook_copies <= 10 or self.association_limit < 0:
            raise Invalid("webhook_copies are up to 10, association_limit is not below")
