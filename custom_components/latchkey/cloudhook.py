"""The way through Home Assistant's own cloud; imported only where that is there, since it loads half of Home Assistant."""

from collections.abc import Callable
from typing import Any, Final

from hass_nabucasa import CloudError
from homeassistant.components import cloud
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

FAILURES: Final = (cloud.CloudNotAvailable, CloudError, ValueError, TimeoutError)
"""What fails where the cloud cannot be reached, or will not do it."""


class Cloudhook:
    """The cloudhook of a webhook."""

    def __init__(self, hass: HomeAssistant, webhook_id: str) -> None:
        """Initialize with the webhook."""
        self._hass = hass
        self._webhook_id = webhook_id

    @property
    def is_possible(self) -> bool:
        """Return whether there is a subscription."""
        return cloud.async_active_subscription(self._hass)

    async def async_address(self) -> str | None:
        """Return its address, made where there is none yet; None where that fails for the moment."""
        try:
            return await cloud.async_get_or_create_cloudhook(
                self._hass, self._webhook_id
            )
        except FAILURES:
            return None

    async def async_delete(self) -> bool:
        """Give it back; return whether that went well."""
        try:
            await cloud.async_delete_cloudhook(self._hass, self._webhook_id)
        except FAILURES:
            return False
        return True

    @callback
    def async_listen(self, changed: Callable[[], None]) -> CALLBACK_TYPE:
        """Have somebody told when the address may be another one; return what ends that."""

        async def connection_changed(state: cloud.CloudConnectionState) -> None:
            if state is cloud.CloudConnectionState.CLOUD_CONNECTED:
                changed()

        @callback
        def cloudhook_changed(_: dict[str, Any] | None) -> None:
            changed()

        ends = (
            cloud.async_listen_connection_change(self._hass, connection_changed),
            cloud.async_listen_cloudhook_change(
                self._hass, self._webhook_id, cloudhook_changed
            ),
        )

        @callback
        def end() -> None:
            for each in ends:
                each()

        return end
