"""Home Assistant's own tool for actions, as a person uses it."""

import json
from typing import Any

from playwright.async_api import Page, expect

from scripts.home import Home


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
