"""The simulated FlexyKey cloud as a process of its own, and its control interface."""

import json
from pathlib import Path
import sys
from typing import Any, Final, Self

import aiohttp

from scripts.child import Child, ScriptError, port_to_use, until

ROOT: Final = Path(__file__).parent.parent
START_TIMEOUT: Final = 30.0


class SimulatedCloud:
    """One simulated cloud: its process, its account and what happens on its sites."""

    url: str
    control_url: str

    def __init__(
        self, log: Path, *, port: int = 0, control_port: int = 0, units: int = 0
    ) -> None:
        """Choose ports (0: any free one) and the number of generated units."""
        self.account = {"username": "demo", "password": "demo"}
        self._log = log
        self._port = port_to_use(port, "--cloud-port")
        self._control_port = port_to_use(control_port, "--cloud-port")
        self._units = units
        self._child: Child | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Start the cloud."""
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the cloud."""
        await self.stop()

    async def start(self) -> None:
        """Start the process and wait until it says where it listens."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        options = {
            "port": self._port,
            "control-port": self._control_port,
            "units": self._units,
            **self.account,
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        self._child = await Child.start(
            "The simulated cloud",
            [sys.executable, "-m", "simulators.flexykey", *arguments],
            cwd=ROOT,
            log=self._log,
            env={"PYTHONUNBUFFERED": "1"},
        )
        address = await until("the simulated cloud", START_TIMEOUT, self._address)
        self.url = address["url"]
        self.control_url = address["control"]
        self._session = aiohttp.ClientSession(self.control_url)

    async def _address(self) -> dict[str, str] | None:
        """Return the line that the process prints when it is ready."""
        if self._child is not None:
            self._child.check()
        line, ended, _ = self._log.read_text().partition("\n")
        address: dict[str, str] | None = json.loads(line) if ended else None
        return address

    async def stop(self) -> None:
        """Stop the process."""
        if self._session is not None:
            await self._session.close()
        if self._child is not None:
            await self._child.stop()

    async def wait(self) -> int:
        """Wait until the process ends by itself."""
        if self._child is None:
            raise ScriptError("The simulated cloud has not been started.")
        return await self._child.wait()

    async def unit(self, unit_id: int) -> dict[str, Any]:
        """Return what a unit really is and has been told."""
        return await self._control("GET", f"units/{unit_id}")

    async def move_input(self, unit_id: int, name: str, state: str) -> None:
        """Move an input on site: `on` or `off`."""
        await self._control("POST", f"units/{unit_id}/inputs/{name}", {"state": state})

    async def type_code(self, unit_id: int, code: str) -> dict[str, Any]:
        """Type a code at a unit's door."""
        body = {"idNumber": code}
        return await self._control("POST", f"units/{unit_id}/keypad", body)

    async def issue_elsewhere(self, unit_id: int, count: int) -> None:
        """Have grants that were issued in the vendor's own system."""
        await self._control("POST", f"units/{unit_id}/entries", {"count": count})

    async def set_sensors(self, unit_id: int, **sensors: float) -> None:
        """Let a unit measure: T1 a temperature, H1 a humidity, P1 a pressure, B1 a battery."""
        await self._control("POST", f"units/{unit_id}/sensors", sensors)

    async def requests(self) -> dict[str, dict[str, int]]:
        """Return how often each request was made about each unit."""
        return await self._control("GET", "requests/subjects")

    async def set_webhook(self, unit_id: int, callback_url: str) -> None:
        """Have somebody else's callback stand at a unit."""
        body = {"callback_url": callback_url}
        await self._control("PUT", f"units/{unit_id}/webhook", body)

    async def webhook(self, unit_id: int) -> dict[str, Any]:
        """Return the callback that stands at a unit."""
        answer = await self._control("GET", f"units/{unit_id}/webhook")
        webhook: dict[str, Any] = answer["webhook"]
        return webhook

    async def settings(self, unit_id: int) -> list[dict[str, Any]]:
        """Return the settings that a unit itself has."""
        answer = await self._control("GET", f"units/{unit_id}/settings")
        held: list[dict[str, Any]] = answer["held"]
        return held

    async def set_options(self, **options: Any) -> None:
        """Set how the cloud behaves."""
        await self._control("POST", "options", options)

    async def _control(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Use the control interface."""
        if self._session is None:
            raise ScriptError("The simulated cloud has not been started.")
        async with self._session.request(method, path, json=body) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
        return answer
