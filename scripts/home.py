"""A real Home Assistant in a folder of its own, with its frontend and this checkout's integration."""

import asyncio
import fcntl
import json
from pathlib import Path
import secrets
import shutil
import sys
from typing import Any, Final, Self

from scripts.child import LOOPBACK, Child, ScriptError, port_to_use, until
from scripts.home_api import HomeApi

ROOT: Final = Path(__file__).parent.parent
START_TIMEOUT: Final = 180.0
RESTART: Final = 100

# No default_config: it would listen for devices on all addresses and ask the internet for alerts and versions.
CONFIGURATION: Final = """\
homeassistant:
  name: Latchkey
  country: SE
  currency: SEK
  language: en
  time_zone: Europe/Stockholm
  unit_system: metric
  latitude: 59.33
  longitude: 18.07
  elevation: 10

frontend:
config:
history:
logbook:
automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml

logger:
  default: warning
  logs:
    custom_components.latchkey: debug
    homeassistant.util.package: info
    # Home Assistant always loads its camera parts; the machine needs no ffmpeg and no libturbojpeg for this.
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""
EMPTY: Final = {
    "automations.yaml": "[]\n",
    "scripts.yaml": "{}\n",
    "scenes.yaml": "[]\n",
}

# Home Assistant's own script takes the password as an argument, which any user of the machine could read meanwhile.
SET_PASSWORD: Final = """\
import sys
from homeassistant import scripts
sys.exit(scripts.run(["auth", "-c", sys.argv[1], "change_password", sys.argv[2], sys.stdin.read()]))
"""


class Home:
    """One Home Assistant: its folder, its process and its signed-in interface."""

    api: HomeApi

    def __init__(
        self,
        config: Path,
        port: int = 0,
        *,
        username: str = "demo",
        clean: bool = False,
    ) -> None:
        """Choose folder, port (0: any free one) and user; the password is new each time."""
        self.config = config.absolute()
        self.port = port_to_use(port, "--port")
        self.url = f"http://{LOOPBACK}:{self.port}/"
        self.username = username
        self.password = secrets.token_urlsafe(12)
        self._clean = clean
        self._child: Child | None = None

    async def __aenter__(self) -> Self:
        """Start Home Assistant and sign in."""
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop Home Assistant."""
        await self.stop()

    @property
    def process(self) -> Child:
        """Return the running process."""
        if self._child is None:
            raise ScriptError("Home Assistant has not been started.")
        return self._child

    def log(self) -> str:
        """Return all that Home Assistant has logged since its start."""
        return self.process.text()

    async def start(self) -> None:
        """Start Home Assistant on its folder, wait until it runs, and sign in."""
        await asyncio.to_thread(self._prepare)
        await self._set_password()
        await self._run()

    async def restart(self) -> None:
        """Start the process again after it ended by itself to be restarted."""
        await self.api.close()
        await self._run()

    async def stop(self) -> None:
        """Sign out and stop the process."""
        if self._child is not None:
            if hasattr(self, "api"):
                await self.api.close()
            await self._child.stop()

    def _prepare(self) -> None:
        """Write what the folder needs before Home Assistant starts on it."""
        storage = self.config / ".storage"
        self._check_unused()
        if self._clean and self.config.exists():
            if not storage.is_dir():
                raise ScriptError(
                    f"{self.config} is not a configuration folder of Home Assistant: not removed."
                )
            shutil.rmtree(self.config)
        storage.mkdir(parents=True, exist_ok=True)
        for name, text in {"configuration.yaml": CONFIGURATION, **EMPTY}.items():
            if not (self.config / name).exists():
                (self.config / name).write_text(text)
        components = self.config / "custom_components"
        if not components.exists():
            components.unlink(missing_ok=True)
            components.symlink_to(ROOT / "custom_components", target_is_directory=True)
        # This onboarding step would add a weather service, a radio and a speech service of the internet.
        if not (storage / "onboarding").exists():
            self._store("onboarding", 4, 1, {"done": ["core_config"]})
        # From configuration.yaml these would be on trial only: after five minutes Home Assistant would be back
        # on its default port, on all addresses.
        stable = {
            "server_host": [LOOPBACK],
            "server_port": self.port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        }
        self._store(
            "http",
            2,
            2,
            {"stable": stable, "pending": None, "yaml_migration_done": True},
        )

    def _check_unused(self) -> None:
        """Raise if a Home Assistant runs on this folder: it holds a lock on a file."""
        try:
            with (self.config / ".ha_run.lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            pass
        except BlockingIOError as error:
            raise ScriptError(
                f"Another Home Assistant runs on {self.config}: choose another folder with --config."
            ) from error

    def _store(
        self, key: str, version: int, minor_version: int, data: dict[str, Any]
    ) -> None:
        """Write one of Home Assistant's storage files."""
        content = {
            "version": version,
            "minor_version": minor_version,
            "key": key,
            "data": data,
        }
        (self.config / ".storage" / key).write_text(json.dumps(content, indent=2))

    async def _set_password(self) -> None:
        """Give the user of an earlier start the new password."""
        try:
            stored = json.loads(
                (self.config / ".storage/auth_provider.homeassistant").read_text()
            )
        except FileNotFoundError:
            return
        if self.username not in (user["username"] for user in stored["data"]["users"]):
            return
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SET_PASSWORD, str(self.config), self.username),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate(self.password.encode())
        if b"Password changed" not in output:
            raise ScriptError(
                f"The password could not be set anew; start with --clean. {output.decode().strip()}"
            )

    async def _run(self) -> None:
        """Start the process and wait until Home Assistant runs and knows the user."""
        self._child = await Child.start(
            "Home Assistant",
            # What is missing is to be noticed, not installed at run time.
            [
                sys.executable,
                "-P",
                str(ROOT / "scripts/hass.py"),
                "-c",
                str(self.config),
                "--skip-pip",
                "--log-no-color",
            ],
            cwd=self.config,
            log=self.config / "console.log",
            env={"PYTHONDONTWRITEBYTECODE": "", "PYTHONUNBUFFERED": "1"},
        )
        self.api = HomeApi(self.url)
        await until("Home Assistant to answer", START_TIMEOUT, self._answers)
        await self.api.sign_in(self.username, self.password)
        await until("Home Assistant to be running", START_TIMEOUT, self._runs)

    async def _answers(self) -> bool | None:
        """Tell whether the server is up, or raise if it never will be."""
        self.process.check()
        if "recovery mode" in self.log().lower():
            raise ScriptError(
                f"Home Assistant could not start normally: see {self.process.log}"
            )
        return await self.api.answers() or None

    async def _runs(self) -> bool | None:
        """Tell whether everything is set up."""
        self.process.check()
        return (await self.api.command("get_config"))["state"] == "RUNNING" or None
