"""A refusal of a request for what it is, whatever the system holds."""


class Refusal(Exception):
    """A status above 400 and why."""

    def __init__(self, status: int, detail: str) -> None:
        """Take both."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
