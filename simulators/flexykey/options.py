"""What a test may choose about the whole cloud: the pace of syncs and what the guide leaves open."""

from dataclasses import dataclass
from typing import Literal

from simulators.choices import Choices
from simulators.errors import Invalid
from simulators.loopback import check_through

type EntryForm = Literal["rows", "envelope", "bare"]
type EntryAnswer = Literal["row", "empty"]
type NoWebhookAnswer = Literal["404", "null", "empty"]
type LogFilter = Literal["server", "unit"]

_LONGEST = 100_000_000
_CHOICES = {
    "entry_form": EntryForm,
    "entry_answer": EntryAnswer,
    "log_filter": LogFilter,
    "no_webhook_answer": NoWebhookAnswer,
}


@dataclass
class Options(Choices):
    """The options, each with the default that the guide states or suggests."""

    entry_form: EntryForm = "rows"
    """A list of entries is an array of rows, an object with items, or rows without unitSyncState."""
    entry_answer: EntryAnswer = "row"
    """Creating and changing an entry answer with its row, or with 200 and nothing."""
    entries_per_packet: int = 4
    sync_seconds_per_packet: float = 2
    sync_timeout: float = 300
    """A sync times out when it has taken no packet for so many seconds."""
    sync_result_seconds: float = 60
    """How long the end of a sync is still told."""
    sync_cache_seconds: float = 2
    """A sync status answered less than this ago is answered again as it was, whatever has happened since."""

    info_answer_seconds: float = 3
    """How long after a request for information a unit answers."""
    log_filter: LogFilter = "server"
    """Whether a log is read by the dates at which rows reached the server, or by those of the unit."""

    sign_webhooks: bool = True
    """Whether the cloud heeds a webhook's secret."""
    webhook_timeout: float = 5
    webhook_retries: int = 0
    callback_through: str | None = None
    """Where on this machine callbacks are delivered, as a reverse proxy before a home does it for the address outside."""
    no_webhook_answer: NoWebhookAnswer = "404"
    """A webhook that does not exist is not found, or null, or an empty list."""

    def __post_init__(self) -> None:
        """Refuse what no test can mean."""
        self.check_words(_CHOICES)
        if not isinstance(self.entries_per_packet, int) or self.entries_per_packet < 1:
            raise Invalid("entries_per_packet is at least 1")
        for name in (
            "sync_seconds_per_packet",
            "sync_timeout",
            "sync_result_seconds",
            "sync_cache_seconds",
            "info_answer_seconds",
            "webhook_timeout",
            "webhook_retries",
        ):
            if not 0 <= getattr(self, name) <= _LONGEST:
                raise Invalid(f"{name} must be 0 to {_LONGEST}")
        if not isinstance(self.webhook_retries, int) or not self.webhook_timeout:
            raise Invalid("retries are whole, and a timeout is longer than nothing")
        if self.callback_through is not None:
            check_through(self.callback_through)
