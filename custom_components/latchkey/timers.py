"""What is to be done in some seconds, each thing by a key: a later time takes the place of an earlier one."""

from collections.abc import Callable, Hashable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later


class Timers[K: Hashable]:
    """Calls when the time has come, until it is stopped or Home Assistant is."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize with nothing to come."""
        self._hass = hass
        self._cancels: dict[K, CALLBACK_TYPE] = {}
        self.is_stopped = False

    def __contains__(self, key: K) -> bool:
        """Return whether something is to come."""
        return key in self._cancels

    @callback
    def async_set(self, key: K, seconds: float, action: Callable[[], None]) -> None:
        """Have something done in some seconds, in the place of what was to come by this key."""

        @callback
        def due(_: datetime) -> None:
            del self._cancels[key]
            action()

        self.async_cancel(key)
        if not self.is_stopped:
            self._cancels[key] = async_call_later(
                self._hass, seconds, HassJob(due, cancel_on_shutdown=True)
            )

    @callback
    def async_cancel(self, key: K) -> None:
        """Do what was to come by a key no more."""
        if cancel := self._cancels.pop(key, None):
            cancel()

    @callback
    def async_stop(self) -> None:
        """Do nothing of all that any more."""
        self.is_stopped = True
        for cancel in self._cancels.values():
            cancel()
        self._cancels.clear()
