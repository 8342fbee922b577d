"""Who is told of a change."""

from collections.abc import Callable
import logging

from homeassistant.core import CALLBACK_TYPE, callback

_LOGGER = logging.getLogger(__name__)


class Listeners[**P]:
    """Tells all who listen; one that fails keeps nobody else from being told."""

    def __init__(self) -> None:
        """Initialize with nobody listening."""
        self._listeners: list[Callable[P, None]] = []

    def __bool__(self) -> bool:
        """Return whether anybody listens."""
        return bool(self._listeners)

    @callback
    def async_listen(self, listener: Callable[P, None]) -> CALLBACK_TYPE:
        """Have a listener told; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Tell all listeners."""
        for listener in list(self._listeners):
            try:
                listener(*args, **kwargs)
            except Exception:
                _LOGGER.exception("A change could not be told")
