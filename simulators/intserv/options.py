"""What a test may choose about the whole cloud: its pace, its limits, and what no source of the vendor states."""

from dataclasses import dataclass
from typing import Literal

from simulators.choices import Choices
from simulators.errors import Invalid
from simulators.intserv.instants import TimeForm

type UnknownFields = Literal["refuse", "ignore"]
type UnknownKey = Literal["refuse", "ignore"]
type RemovedStatus = Literal["unknown", "left", "applied"]
type Omitted = Literal["keep", "clear"]
type Nulls = Literal["clear", "keep", "refuse"]
type EventOrder = Literal["oldest", "newest"]
type EventKeys = Literal["given", "hex"]
type RepeatPages = Literal["never", "once", "always"]

_LONGEST = 100_000_000
_WORDS = {
    "unknown_fields": UnknownFields,
    "unknown_remove": UnknownKey,
    "removed_status": RemovedStatus,
    "omitted": Omitted,
    "nulls": Nulls,
    "time_form": TimeForm,
    "event_order": EventOrder,
    "event_keys": EventKeys,
    "repeat_pages": RepeatPages,
}
_SECONDS = ("rate_window", "event_seconds", "first_sync_seconds")
_MAY_BE_NONE = ("rate_limit", "retry_after", "apply_seconds", "continuation_seconds")


@dataclass
class Options(Choices):
    """The options, each with the default that a source states or suggests."""

    rate_limit: int | None = None
    """How many requests may be made within the window; nothing stands for any number."""
    rate_window: float = 60
    retry_after: int | None = None

    unknown_fields: UnknownFields = "refuse"
    unknown_status: int = 400
    """With which status the id or the identification of no access key is refused."""
    unknown_remove: UnknownKey = "refuse"
    """Whether the removal of an access key that is not there is refused, or answered like any other."""
    removed_status: RemovedStatus = "unknown"
    """What is told of an access key that was removed: nothing, or how far systems have dropped it, be those that have left out or listed."""
    omitted: Omitted = "keep"
    """What an update does with the optional fields that it leaves out."""
    nulls: Nulls = "clear"
    """What an update does with the optional fields that are null; "refuse" holds for every null in every body."""
    generated_codes: bool = False
    """Whether a code is generated for an access key of type code that has no identification."""
    time_form: TimeForm = "whole"
    """How answers write instants: in whole seconds, in milliseconds, or with an offset in place of the Z."""

    apply_seconds: float | None = 5
    """How long a system takes to apply a change; nothing stands for never, until it synchronises."""
    apply_error: str | None = None
    """The error type with which every change fails; nothing stands for none."""

    event_seconds: float = 1
    """How long what happens at a door takes to the cloud."""
    first_sync_seconds: float = 0
    """How long a new system takes until it has synchronised its events for the first time."""
    event_order: EventOrder = "oldest"
    event_keys: EventKeys = "given"
    """Whether events spell an identification as it was given, or in the vendor's own hexadecimal."""
    continuation_seconds: float | None = None
    """How long a continuation key is good; nothing stands for ever."""
    repeat_pages: RepeatPages = "never"
    """Whether a continuation key answers the page before once more, or for ever."""

    def __post_init__(self) -> None:
        """Refuse what no test can mean."""
        self.check_words(_WORDS)
        for name in (*_SECONDS, *_MAY_BE_NONE):
            value = getattr(self, name)
            if name in _MAY_BE_NONE and value is None:
                continue
            if not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
                raise Invalid(f"{name} must be 0 to {_LONGEST}")
        if self.unknown_status not in (400, 404):
            raise Invalid("unknown_status is 400 or 404")
        if not isinstance(self.generated_codes, bool):
            raise Invalid("generated_codes is true or false")
        if self.apply_error is not None and not isinstance(self.apply_error, str):
            raise Invalid("apply_error is a text or null")
