"""A Home Assistant with one account, under a clock that moves when told to."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)


class Running:
    """What the homes of all vendors' tests do alike."""

    hass: HomeAssistant
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory

    async def start(self, **options: Any) -> None:
        """Set the account up, with options."""
        self.entry.add_to_hass(self.hass)
        self.hass.config_entries.async_update_entry(self.entry, options=options)
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def settle(self) -> None:
        """Let what is under way come to its end."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self.freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(self.hass)

    async def wait(self, seconds: float) -> None:
        """Let time pass, and what is due come to its end."""
        self.tick(seconds)
        await self.settle()

    async def told_by(self, calls: Coroutine[Any, Any, None]) -> None:
        """Wait until a cloud has called about everything, and what that led to is done."""
        calling = asyncio.create_task(calls)
        for _ in range(200):
            if calling.done():
                break
            # It looks at the clock before it goes on.
            await self.wait(0.01)
            for _ in range(200):
                await asyncio.sleep(0)
        await calling
        await self.wait(0.01)

    async def run(self, seconds: float, step: float = 10) -> None:
        """Let time pass in steps, as it does."""
        for _ in range(round(seconds / step)):
            await self.wait(step)
