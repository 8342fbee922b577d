"""What a test may choose about the whole cloud: its pace, its limits, and what no source of the vendor states."""

from dataclasses import dataclass
from typing import Literal

from simulators.choices import Choices
from simulators.errors import Invalid

type Live = Literal["both", "portal", "overview"]
type CodeForm = Literal["string", "number"]
type NumberForm = Literal["mixed", "string", "number"]
type EmptyData = Literal["missing", "null", "object"]
type UnknownFields = Literal["refuse", "ignore"]
type CursorEnd = Literal["empty", "repeat", "more"]
type HistoryOrder = Literal["newest", "oldest"]
type Asterisks = Literal["never", "until_issued", "always"]
type BookingState = Literal["A", "Q"]
type JsonForm = Literal["history", "event"]

_LONGEST = 100_000_000
_WORDS = {
    "profile": Live,
    "code_form": CodeForm,
    "number_form": NumberForm,
    "empty_data": EmptyData,
    "unknown_fields": UnknownFields,
    "cursor_end": CursorEnd,
    "history_order": HistoryOrder,
    "asterisks": Asterisks,
    "booking_state": BookingState,
    "json_form": JsonForm,
}
_SECONDS = (
    "date_tolerance",
    "rate_window",
    "lead_seconds",
    "delivery_seconds",
    "answer_seconds",
    "offline_seconds",
    "history_seconds",
    "webhook_timeout",
)
_WHOLE = ("batch_seconds", "report_seconds")
_MAY_BE_NONE = ("rate_limit", "retry_after", "relock_seconds")


@dataclass
class Options(Choices):
    """The options, each with the default that a source states or suggests."""

    profile: Live = "both"
    """Which profile is live; the requests of the other one find nobody."""
    date_tolerance: float = 5
    """From which difference on, in seconds, the date of a request is refused."""
    refusal_status: int = 403
    """With which status an address, a date, a key or a signature is refused."""
    rate_limit: int | None = None
    """How many requests may be made within the window; nothing stands for any number."""
    rate_window: float = 60
    retry_after: int | None = None
    error_status: int = 200
    """With which status an answer comes whose code is an error."""
    code_form: CodeForm = "string"
    """Whether the code of a success is "0" or 0."""
    number_form: NumberForm = "mixed"
    """Numbers are texts in the answers about devices and numbers in those about reservations, or one of both."""
    empty_data: EmptyData = "missing"
    unknown_fields: UnknownFields = "refuse"
    cursor_end: CursorEnd = "empty"
    """The last page's position is empty, or the one that was asked for, or leads to empty pages for ever."""
    history_order: HistoryOrder = "newest"

    asterisks: Asterisks = "until_issued"
    """When the lists show PINs as asterisks."""
    asterisks_in_answers: bool = False
    """Whether the answer that issues a PIN shows it as the lists do."""
    refuse_duplicates: bool = False
    """Whether a unit takes no second PIN of the same digits in the same time."""
    batch_seconds: int = 120
    lead_seconds: float = 72 * 3600
    """How long before its start a PIN is delivered."""
    delivery_seconds: float = 5
    """How long after its batch a PIN is at the device."""

    answer_seconds: float = 65
    """How long the cloud waits for a device before it says that it does not answer."""
    offline_seconds: float = 0
    """How long the cloud tries to reach a device that is not connected."""
    live_status: bool = False
    """Whether a lock is asked for its status, or its last report is told."""
    report_seconds: int = 600
    """How often a lock reports by itself."""
    history_seconds: float = 1
    """How long what happens at a device takes to the cloud."""
    relock_seconds: float | None = None
    """How long after it was unlocked a lock locks itself; nothing stands for never."""
    locked_status: str = "0"
    unlocked_status: str = "1"

    booking_state: BookingState = "A"
    """The state of a new reservation."""
    update_moves_pins: bool = True
    """Whether the PINs of a reservation follow when it is changed."""

    json_form: JsonForm = "history"
    """Whether the unlock history's JSON has the names of getLockHistory, or the form of the reservation webhook."""
    webhook_copies: int = 1
    webhook_timeout: float = 5

    def __post_init__(self) -> None:
        """Refuse what no test can mean."""
        self.check_words(_WORDS)
        for name in (*_SECONDS, *_WHOLE, *_MAY_BE_NONE):
            value = getattr(self, name)
            if name in _MAY_BE_NONE and value is None:
                continue
            if not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
                raise Invalid(f"{name} must be 0 to {_LONGEST}")
        for name in _WHOLE:
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise Invalid(f"{name} must be a whole number from 1")
        if self.refusal_status not in (401, 403):
            raise Invalid("refusal_status is 401 or 403")
        if self.error_status != 200 and not 400 <= self.error_status <= 599:
            raise Invalid("error_status is 200, or 400 to 599")
        if not self.webhook_timeout or not 0 <= self.webhook_copies <= 10:
            raise Invalid("webhook_copies are up to 10, webhook_timeout is not 0")
        if self.locked_status == self.unlocked_status:
            raise Invalid("locked_status and unlocked_status must differ")
