"""Where Home Assistant can be called from outside: a cloudhook, or an external https address."""

from collections.abc import Callable
import logging
import secrets
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError

from .const import CONF_CLOUDHOOK, CONF_WEBHOOK_URL

if TYPE_CHECKING:
    from .cloudhook import Cloudhook

_LOGGER = logging.getLogger(__name__)

_CLOUD: Final = "cloud"


class Addresses:
    """The addresses of an account's webhook, present and past."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        moved: Callable[[], None],
    ) -> None:
        """Initialize with whom to tell that the address may be another one."""
        self._hass = hass
        self._entry = entry
        self._moved = moved

    @property
    def is_cloudhook(self) -> bool:
        """Return whether the registered address is a cloudhook."""
        data = self._entry.data
        return CONF_CLOUDHOOK in data and data[CONF_CLOUDHOOK] == data.get(
            CONF_WEBHOOK_URL
        )

    @callback
    def async_follow(self) -> None:
        """Tell when the address may have become another one."""

        @callback
        def core_updated(event: Event[dict[str, Any]]) -> None:
            if "external_url" in event.data:
                self._moved()

        self._entry.async_on_unload(
            self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, core_updated)
        )
        if hook := self._cloudhook:
            self._entry.async_on_unload(hook.async_listen(self._compare))

    @callback
    def _compare(self) -> None:
        self._entry.async_create_background_task(
            self._hass, self._async_compare(), f"{self._entry.title}: address"
        )

    async def _async_compare(self) -> None:
        """Tell where the address is another one than is registered."""
        if await self.async_address() != self._entry.data.get(CONF_WEBHOOK_URL):
            self._moved()

    async def async_address(self) -> str | None:
        """Return where the vendor is to call, None where it cannot."""
        if (hook := self._cloudhook) and hook.is_possible:
            if (made := await hook.async_address()) is not None:
                self._update(CONF_CLOUDHOOK, made)
                return made
            # It may only not be connected for the moment.
            if CONF_CLOUDHOOK in self._entry.data:
                return str(self._entry.data[CONF_CLOUDHOOK])
        try:
            address = webhook.async_generate_url(
                self._hass, self._entry.data[CONF_WEBHOOK_ID], allow_internal=False
            )
        except NoURLAvailableError:
            return None
        return address if address.startswith("https://") else None

    def is_ours(self, address: str) -> bool:
        """Return whether a callback leads here, by whatever host it once did."""
        data = self._entry.data
        if address in (data.get(CONF_WEBHOOK_URL), data.get(CONF_CLOUDHOOK)):
            return True
        path = webhook.async_generate_path(data[CONF_WEBHOOK_ID])
        return address.endswith(path)

    @callback
    def async_remember(self, address: str) -> None:
        """Keep the address that is registered."""
        self._update(CONF_WEBHOOK_URL, address)

    @callback
    def async_forget(self) -> None:
        """Keep the address that was registered no more: nothing leads there."""
        data = {
            key: kept
            for key, kept in self._entry.data.items()
            if key != CONF_WEBHOOK_URL
        }
        self._hass.config_entries.async_update_entry(self._entry, data=data)

    async def async_delete_cloudhook(self) -> None:
        """Give the cloudhook back."""
        if CONF_CLOUDHOOK in self._entry.data:
            await self._async_give_back(self._cloudhook)

    async def async_renew(self) -> None:
        """Have another address from now on; the cloudhook of the old one is given back."""
        data = {**self._entry.data, CONF_WEBHOOK_ID: secrets.token_hex(32)}
        hook = self._cloudhook if data.pop(CONF_CLOUDHOOK, None) else None
        self._hass.config_entries.async_update_entry(self._entry, data=data)
        self._moved()
        await self._async_give_back(hook)

    async def _async_give_back(self, hook: Cloudhook | None) -> None:
        if hook and not await hook.async_delete():
            _LOGGER.warning("%s: the cloudhook stays", self._entry.title)

    @property
    def _cloudhook(self) -> Cloudhook | None:
        """Return the way through the cloud, where Home Assistant has that part."""
        if _CLOUD not in self._hass.config.components:
            return None
        from .cloudhook import Cloudhook  # noqa: PLC0415  it loads half of Home Assistant

        return Cloudhook(self._hass, self._entry.data[CONF_WEBHOOK_ID])

    @callback
    def _update(self, key: str, value: str) -> None:
        if self._entry.data.get(key) != value:
            self._hass.config_entries.async_update_entry(
                self._entry, data={**self._entry.data, key: value}
            )
