"""How the cloud refuses; the vendor's documents have no error body, so that all of this is assumed."""

from simulators.errors import Invalid


class Refusal(Invalid):
    """What the cloud refuses, and with which status and code."""

    def __init__(self, status: int, error: str, message: str) -> None:
        """Take what is answered."""
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message


class UnknownKey(Refusal):
    """The refusal of an access key that is not there."""

    def __init__(self, status: int) -> None:
        """Take the status, which is a choice."""
        super().__init__(status, "AccessKeyNotFound", "There is no such access key")


def wrong_value(name: str, rule: str) -> Refusal:
    """Return the refusal of a field, which never repeats what was in it."""
    return Refusal(400, "BadRequest", f"{name} {rule}")


def unauthorized() -> Refusal:
    """Return the refusal of a token that is missing, wrong or revoked; that it is a 401 is assumed."""
    return Refusal(401, "Unauthorized", "The access token is not valid")


def too_many() -> Refusal:
    """Return the refusal of one request too many."""
    return Refusal(429, "TooManyRequests", "There were too many requests")
