"""Home Assistant's own tool for actions, as a person uses it, and what there is to be seen afterwards."""

import json
from typing import Any

from playwright.async_api import Page, expect

from scripts.child import until
from scripts.home import Home

TIMEOUT = 60.0


async def perform(page: Page, home: Home, action: str, **data: Any) -> str:
    """Have an action performed in the tool, and return the answer that it shows."""
    await page.goto(f"{home.url}config/tools/action?service=latchkey.{action}")
    await page.get_by_text("YAML mode").click()
    editor = page.locator("ha-code-editor .cm-content").first
    await editor.click()
    await page.keyboard.press("ControlOrMeta+a")
    # What is JSON is YAML, too.
    await page.keyboard.insert_text(
        f"action: latchkey.{action}\ndata: {json.dumps(data)}\n"
    )
    await page.get_by_role("button", name="Perform action").click()
    answer = page.locator("ha-code-editor .cm-content").nth(1)
    await expect(answer).to_be_visible()
    return await answer.inner_text()


async def entity_of(home: Home, device_id: str, domain: str, name: str = "") -> str:
    """Return an entity of a device by its domain and a part of its name."""
    for entity in await home.api.command("config/entity_registry/list"):
        found: str = entity["entity_id"]
        if (
            entity["device_id"] == device_id
            and found.startswith(f"{domain}.")
            and name in (entity["original_name"] or "")
        ):
            return found
    raise AssertionError(f"no {domain} {name}")


async def device_id_of(home: Home, name: str) -> str:
    """Return a device by its name."""
    devices = await home.api.command("config/device_registry/list")
    found: str = next(each["id"] for each in devices if each["name"] == name)
    return found


async def becomes(home: Home, entity_id: str, wanted: str) -> None:
    """Wait until an entity shows something."""

    async def reached() -> bool | None:
        states = await home.api.states()
        return (entity_id in states and states[entity_id]["state"] == wanted) or None

    await until(f"{entity_id} to be {wanted}", TIMEOUT, reached)
