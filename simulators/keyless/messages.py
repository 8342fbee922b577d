"""The messages that the platform sends by itself; here they go nowhere but into a list."""

from typing import TypedDict


class Message(TypedDict):
    """A message, and to whom it went."""

    to: str
    text: str


class Messages:
    """All messages, oldest first."""

    def __init__(self) -> None:
        """Start without any."""
        self.sent: list[Message] = []

    def send(self, to: str, text: str) -> None:
        """Send a message."""
        self.sent.append({"to": to, "text": text})
