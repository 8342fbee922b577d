"""What the vendor refuses with a code of its own, whatever the status of the answer."""

from dataclasses import dataclass
from typing import Final

PARAMETER_ERROR: Final = "E0005"
NO_SUCH_DATA: Final = "E0043"
UNREACHABLE: Final = "E1012"
NO_RIGHT: Final = "E2003"


class Unreachable(Exception):
    """A device does not answer."""


class Foreign(Exception):
    """What was asked for belongs to another organisation."""


class Refused(Exception):
    """A test has chosen that something is refused."""

    def __init__(self, code: str, message: str) -> None:
        """Take the code and the message of the answer."""
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Refusal:
    """A code that a test has chosen, for an operation or for all, and how many more times it is answered."""

    code: str
    message: str = ""
    operation: str | None = None
    times: int | None = 1


class Refusals(list[Refusal]):
    """The refusals that a test has chosen; the first one that fits is answered."""

    def take(self, operation: str) -> None:
        """Refuse an operation if that is chosen, and count it."""
        for refusal in self:
            if refusal.operation in (None, operation) and refusal.times != 0:
                if refusal.times is not None:
                    refusal.times -= 1
                raise Refused(refusal.code, refusal.message)
