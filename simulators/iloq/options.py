"""What a test may choose about the whole cloud: its pace, its limits, and what no source of the vendor states."""

from dataclasses import dataclass
from typing import Literal

from simulators.choices import Choices
from simulators.errors import Invalid
from simulators.loopback import check_through

type Generations = Literal["both", "v1", "v2"]
type DateForm = Literal["usual", "offset", "zulu", "naive"]
type MainZones = Literal["unsupported", "optional", "required"]
type LogOrder = Literal["newest", "oldest"]

_LONGEST = 100_000_000
_WORDS = {
    "generations": Generations,
    "date_form": DateForm,
    "main_zones": MainZones,
    "log_order": LogOrder,
}
_SECONDS = ("rate_window", "log_seconds", "webhook_timeout")
_MAY_BE_NONE = (
    "rate_limit",
    "retry_after",
    "session_requests",
    "session_seconds",
    "fetch_seconds",
    "program_seconds",
    "offline_log_seconds",
)
_COUNTS = ("lockout_after", "most_accesses", "most_slots")
_FAILURES = (0, *range(2, 13))


@dataclass
class Options(Choices):
    """The options, each with the default that a source states or suggests."""

    generations: Generations = "both"
    """Which generations of the API are served."""
    handed_out: str | None = "{origin}/iloqwspool2/"
    """What GetUrl answers; where it begins with this server's origin, all else of the second generation lives there."""
    api_key: str | None = None
    """What the API gateway wants to see in x-api-key; nothing stands for no gateway."""
    rate_limit: int | None = None
    """How many requests may be made within the window; nothing stands for any number."""
    rate_window: float = 60
    retry_after: int | None = None

    log_in_result: int | None = None
    """The Result with which every log-in is refused; nothing stands for none."""
    success_result: int = 1
    """The Result of a log-in that succeeds: 1, or 0 as a client's tests have it."""
    lockout_after: int = 5
    """The how manieth wrong password in a row locks a user out."""
    session_requests: int | None = None
    """After how many requests a session expires; nothing stands for never."""
    session_seconds: float | None = None
    """How long after its last request a session expires; nothing stands for never."""

    date_form: DateForm = "usual"
    """How answers write dates: seven digits and an offset in the first generation and a Z in the second, or one for both."""
    main_zones: MainZones = "optional"
    """Whether keys have main zones, and whether a phone key is not ordered before it has one."""
    most_accesses: int = 100
    """How many accesses a key takes."""
    most_slots: int = 10
    """How many slots for time limits a key has."""
    fetch_seconds: float | None = None
    """How long after its order a key's packet is fetched; nothing stands for never, until it is told."""
    program_seconds: float | None = None
    """How long after its packet was fetched a key is programmed; nothing stands for never, until it is told."""

    log_seconds: float = 1
    """How long a line of an online lock takes to the database."""
    offline_log_seconds: float | None = 3600
    """How long a line of an offline lock takes to the database; nothing stands for never, until the lock is read."""
    log_order: LogOrder = "newest"
    webhook_timeout: float = 5
    callback_through: str | None = None
    """Where on this machine webhooks are called, as a reverse proxy before a home does it for the address outside."""

    def __post_init__(self) -> None:
        """Refuse what no test can mean."""
        self.check_words(_WORDS)
        for name in (*_SECONDS, *_MAY_BE_NONE):
            value = getattr(self, name)
            if name in _MAY_BE_NONE and value is None:
                continue
            if not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
                raise Invalid(f"{name} must be 0 to {_LONGEST}")
        for name in _COUNTS:
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise Invalid(f"{name} must be a whole number from 1")
        if self.log_in_result not in (None, *_FAILURES):
            raise Invalid("log_in_result is one of a failure")
        if self.success_result not in (0, 1):
            raise Invalid("success_result is 0 or 1")
        if not self.webhook_timeout:
            raise Invalid("webhook_timeout is not 0")
        if self.callback_through is not None:
            check_through(self.callback_through)
