"""How the platform refuses: a status, a code and a message."""

from collections.abc import Mapping

from simulators.errors import Invalid


class Refusal(Invalid):
    """What the platform refuses, and with which status and code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Take what is answered."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def wrong_value(value: object, name: str) -> Refusal:
    """Return the refusal of a value, be it malformed or an id of nothing."""
    return Refusal(
        400, "ValidationFailed", f"Invalid value ({value}) for parameter {name}."
    )


def not_now(message: str) -> Refusal:
    """Return the refusal of what the state of things forbids; that it is a 400 like the others is assumed."""
    return Refusal(400, "InvalidOperation", message)


def found[T](things: Mapping[str, T], value: str, name: str) -> T:
    """Return something by its id, which a request wrote in any case."""
    thing = things.get(value.lower())
    if thing is None:
        raise wrong_value(value, name)
    return thing
