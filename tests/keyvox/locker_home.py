"""What a test does and sees of a KEYVOX account with a locker, and of the calls that it gets."""

import asyncio
from dataclasses import dataclass
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.webhook import async_generate_path
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import AnyDeviceEntry
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from simulators.keyvox import Fault, KeyVoxCloud, Refusal
from simulators.keyvox.lockers import Locker
from tests.conftest import EXTERNAL
from tests.push.calls import post
from tests.running import Running

BOXES = 301
"""Seconds after which a locker has certainly been read."""
INVENTORY = 1000
"""Seconds after which an inventory is certainly due."""
BASE = "/api/eagle-pms/v1/"


@dataclass
class LockerHome(Running):
    """Home Assistant with the account; the first locker is meant unless another one is named."""

    hass: HomeAssistant
    cloud: KeyVoxCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory
    local: str = ""
    """Where its web server is on loopback, if it has one."""

    @property
    def locker(self) -> Locker:
        """Return the first locker."""
        return next(iter(self.cloud.lockers.values()))

    def box(self, number: int = 1, locker: Locker | None = None) -> str:
        """Return the id of a box's device."""
        return f"{(locker or self.locker).id}-00-{number:02}"

    def registered(self, platform: str, key: str, number: int = 1) -> str | None:
        """Return an entity of a box, if there is one."""
        own_id = f"{self.entry.unique_id}_{self.locker.id}_{self.box(number)}_{key}"
        return er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, own_id)

    def of_box(self, platform: str, key: str, number: int = 1) -> State:
        """Return what an entity of a box shows."""
        return self._state(self.registered(platform, key, number))

    def free(self, size: str | None = None, locker: Locker | None = None) -> str:
        """Return how many boxes of a locker are shown as free, of a size or all."""
        key = "free_boxes" if size is None else f"free_boxes_{size}"
        own_id = f"{self.entry.unique_id}_{(locker or self.locker).id}_{key}"
        unique_id = own_id if size is None else f"boxes/{own_id}"
        registry = er.async_get(self.hass)
        return self._state(
            registry.async_get_entity_id("sensor", DOMAIN, unique_id)
        ).state

    def _state(self, entity_id: str | None) -> State:
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    def statuses(self) -> list[str]:
        """Return how the locker's boxes are shown to stand."""
        numbers = range(1, len(self.locker.boxes) + 1)
        return [self.of_box("sensor", "box_status", each).state for each in numbers]

    def device(self, device_id: str) -> AnyDeviceEntry:
        """Return what a device is registered as, a box too."""
        registry = dr.async_get(self.hass)
        identifier = (DOMAIN, f"{self.entry.unique_id}_{device_id}")
        found = registry.async_get_device_by_identifier(
            identifier, self.entry.entry_id
        ) or registry.async_get_child_device_by_identifier(
            identifier, self.entry.entry_id
        )
        assert found is not None
        return found

    async def enable_buttons(self) -> None:
        """Have the user enable all buttons."""
        registry = er.async_get(self.hass)
        for each in er.async_entries_for_config_entry(registry, self.entry.entry_id):
            if each.domain == "button":
                registry.async_update_entity(each.entity_id, disabled_by=None)
        # Home Assistant loads the account anew, in half a minute.
        await self.wait(31)
        self.cloud.requests.reset()

    async def press(self, number: int = 1, context: Context | None = None) -> None:
        """Press the button of a box."""
        await self.hass.services.async_call(
            "button",
            "press",
            {"entity_id": self.registered("button", "open_box", number)},
            blocking=True,
            context=context,
        )

    async def call(self, action: str, /, **data: Any) -> Any:
        """Return what an action answers."""
        context = data.pop("context", None)
        return await self.hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=True
        )

    def count(self, operation: str) -> int:
        """Return how often the cloud received the request of an operation."""
        return self.cloud.requests.counts[f"POST {BASE}{operation}"]

    def fault(self, kind: str, operation: str, **fault: Any) -> Fault:
        """Put a fault in force for an operation."""
        fault["path"] = f"{BASE}{operation}"
        return self.cloud.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def refuse(self, code: str, operation: str, times: int | None = None) -> None:
        """Have an operation answered with a code, again and again unless told how often."""
        refusal = Refusal(code, "理由", operation, times)
        self.cloud.refusals.append(refusal)

    @property
    def account(self) -> ConfigEntryState:
        """Return how the account's entry is."""
        found: ConfigEntryState = self.entry.state
        return found

    async def diagnosis(self) -> Any:
        """Return the account's diagnostics."""
        return await async_get_config_entry_diagnostics(self.hass, self.entry)

    # Calls of the vendor's

    async def address(self) -> str:
        """Return where the vendor is to call, on loopback."""
        address = str((await self.call("get_callback_address"))["address"])
        assert address.startswith(f"{EXTERNAL}/api/webhook/")
        return address.replace(EXTERNAL, self.local)

    async def told(self) -> None:
        """Wait until the cloud has called about everything, and what that led to is done."""
        sending = asyncio.create_task(self.cloud.webhooks_sent())
        for _ in range(200):
            if sending.done():
                break
            # It looks at the clock before it goes on.
            await self.wait(0.01)
            for _ in range(200):
                await asyncio.sleep(0)
        await sending
        await self.wait(0.01)

    @property
    def webhook_id(self) -> str:
        """Return what the account's webhook is known by."""
        known: str = self.entry.data[CONF_WEBHOOK_ID]
        return known

    @property
    def local_address(self) -> str:
        """Return the address of the webhook on this machine."""
        return f"{self.local}{async_generate_path(self.webhook_id)}"

    async def post(self, told: Any) -> int:
        """Call the webhook in the way of a cloudhook."""
        content = told if isinstance(told, bytes) else json.dumps(told).encode()
        return await post(self.hass, self.webhook_id, content)

    async def counts(self) -> dict[str, int]:
        """Return what the calls until now were worth."""
        return dict((await self.diagnosis())["hints"]["calls"])
