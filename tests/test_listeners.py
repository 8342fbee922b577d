"""Who listens is told, whoever else fails."""

import pytest

from custom_components.latchkey.listeners import Listeners


def test_one_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A listener that fails is logged, and keeps nobody else from being told, then or later."""
    listeners: Listeners[[str]] = Listeners()
    told: list[str] = []

    def fail(_: str) -> None:
        raise ValueError("broken listener")

    listeners.async_listen(told.append)
    stop = listeners.async_listen(fail)
    listeners.async_listen(told.append)
    listeners.async_tell("one")
    assert told == ["one", "one"]
    assert "broken listener" in caplog.text
    caplog.clear()
    stop()
    listeners.async_tell("two")
    assert told == ["one", "one", "two", "two"]
    assert caplog.text == ""
