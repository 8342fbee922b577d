"""One real Home Assistant, one simulated cloud and one browser for all tests of a module."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
import os
from pathlib import Path
import re
import subprocess
from typing import Final

from playwright.async_api import Browser, Page, async_playwright, expect
import pytest
import pytest_asyncio
import pytest_socket

from scripts.cloud import SimulatedCloud
from scripts.dashboard import put_up
from scripts.develop import add_simulated_account
from scripts.home import ROOT, Home

TIMEOUT_MS: Final = 30_000
ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for elsewhere, the machine itself is all that there is.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

type Shoot = Callable[[Page, str], Awaitable[None]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what the processes write."""
    # Only loopback can be reached still; the fixtures of a module start before a test's own `socket_enabled`.
    pytest_socket.enable_socket()
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="module")
def shoot(folder: Path) -> Shoot:
    """Return what keeps a screenshot, by a name."""
    shots = Path(os.environ.get("LATCHKEY_SHOTS") or folder / "shots")
    shots.mkdir(parents=True, exist_ok=True)

    async def shoot(page: Page, name: str) -> None:
        # Written here: Playwright would leave a thread behind that the check at a test's end does not like.
        (shots / f"{name}.png").write_bytes(await page.screenshot())

    return shoot


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cloud(folder: Path) -> AsyncIterator[SimulatedCloud]:
    """Run the simulated cloud."""
    async with SimulatedCloud(folder / "cloud.log") as cloud:
        yield cloud


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(folder: Path, cloud: SimulatedCloud) -> AsyncIterator[Home]:
    """Run Home Assistant with the simulated account and its dashboard."""
    async with Home(folder / "config") as home:
        await add_simulated_account(home, cloud)
        await put_up(home.api)
        yield home


@pytest.fixture(scope="module")
def chromium() -> str:
    """Return the path of a Chromium, or fail in one line that says how to get one."""
    found = subprocess.run(
        [ROOT / "scripts/browser.sh"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.fail(found.stderr.strip(), pytrace=False)
    return found.stdout.strip()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Run a headless Chromium with an empty profile."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=ARGUMENTS
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(home: Home, browser: Browser, shoot: Shoot) -> AsyncIterator[Page]:
    """Sign in through the login page and show the dashboard."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB"
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = await context.new_page()
    await page.goto(home.url)
    await page.locator("input[name=username]").fill(home.username)
    await page.locator("input[name=password]").fill(home.password)
    await shoot(page, "1-login")
    await page.locator("input[name=password]").press("Enter")
    await page.wait_for_url("**/latchkey/**")
    await expect(
        page.locator("hui-tile-card ha-state-icon ha-svg-icon").first
    ).to_be_visible()
    yield page
    await context.close()


@pytest.fixture(autouse=True)
def clean_log(home: Home) -> Iterator[None]:
    """Require that Home Assistant logs no error and installs nothing."""
    yield
    wrong = re.findall(
        r"^.* (?:ERROR|CRITICAL) .*$|^Traceback.*$|^.*Attempting install.*$",
        home.log(),
        re.MULTILINE,
    )
    assert not wrong, f"{wrong}, see {home.process.log}"
