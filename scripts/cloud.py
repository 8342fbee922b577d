"""The simulated clouds as processes of their own, and their control interfaces."""

from collections.abc import Mapping
from http import HTTPStatus
import json
from pathlib import Path
import sys
from typing import Any, ClassVar, Final, Self

import aiohttp

from scripts.child import Child, ScriptError, port_to_use, until

ROOT: Final = Path(__file__).parent.parent
START_TIMEOUT: Final = 30.0


class SimulatedService:
    """One simulated vendor's cloud: its process and its control interface."""

    url: str
    control_url: str
    name: ClassVar[str]
    example: ClassVar[str] = ""
    """What can be done at the control interface, behind its address."""
    account: ClassVar[Mapping[str, str]]
    _module: ClassVar[str]

    def __init__(
        self, log: Path, *, port: int = 0, control_port: int = 0, **options: Any
    ) -> None:
        """Choose ports (0: any free one) and further options of the process."""
        self._log = log
        self._port = port_to_use(port, "--cloud-port")
        self._control_port = port_to_use(control_port, "--cloud-port")
        self._options = options
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
            "control_port": self._control_port,
            **self._options,
            **self.account,
        }
        arguments = [
            f"--{name.replace('_', '-')}={value}" for name, value in options.items()
        ]
        self._child = await Child.start(
            "The simulated cloud",
            [sys.executable, "-m", self._module, *arguments],
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
            empty = response.status == HTTPStatus.NO_CONTENT
            answer: dict[str, Any] = {} if empty else await response.json()
        return answer


class SimulatedCloud(SimulatedService):
    """The simulated FlexyKey cloud, and what happens on its sites."""

    name = "FlexyKey cloud"
    example = """units/99998/inputs/IN1 '{"state": "on"}'"""
    account: ClassVar[Mapping[str, str]] = {"username": "demo", "password": "demo"}
    _module = "simulators.flexykey"

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


class SimulatedPlatform(SimulatedService):
    """The simulated Keyless platform, and what happens at its locks."""

    name = "Keyless platform"
    example = "locking_devices/{id}/touch '{}'; locks are touched 20 s after a command"
    account: ClassVar[Mapping[str, str]] = {
        "user_id": "558aef6a-de33-4e6c-8219-1eab9727ae94",
        "access_key": "demo-access-key",
        "api_key": "demo-api-key",
    }
    _module = "simulators.keyless"

    async def locks(self) -> list[dict[str, Any]]:
        """Return the locks."""
        state = await self._control("GET", "state")
        locks: list[dict[str, Any]] = state["locking_devices"]
        return locks

    async def commands(self) -> list[dict[str, Any]]:
        """Return the remote commands that were ever issued."""
        state = await self._control("GET", "state")
        commands: list[dict[str, Any]] = state["commands"]
        return commands

    async def touch(self, lock_id: str) -> None:
        """Touch a lock, which wakes its gateways."""
        await self._control("POST", f"locking_devices/{lock_id}/touch", {})


class SimulatedOrganisation(SimulatedService):
    """The simulated KEYVOX organisation, and what happens at its locks, lockers and webhooks."""

    name = "KEYVOX cloud"
    example = """devices/{id}/pin '{"code": "123456"}'"""
    account: ClassVar[Mapping[str, str]] = {
        "api_key": "demo-key",
        "api_secret": "demo-secret",
    }
    _module = "simulators.keyvox"

    async def state(self) -> dict[str, Any]:
        """Return all that there is and has happened."""
        return await self._control("GET", "state")

    async def type_pin(self, device_id: str, code: str) -> dict[str, Any]:
        """Type a PIN at a lock or a locker."""
        return await self._control("POST", f"devices/{device_id}/pin", {"code": code})

    async def subscribe(self, url: str, kind: str) -> None:
        """Have an address on this machine called about unlockings or reservations."""
        await self._control("POST", "webhooks", {"url": url, "kind": kind})


class SimulatedManager(SimulatedService):
    """The simulated iLOQ cloud, and what happens at its locks and with its keys."""

    name = "iLOQ cloud"
    example = """lock_groups/demo/locks/{id}/try '{"key_id": "…"}'"""
    account: ClassVar[Mapping[str, str]] = {
        "customer_code": "ILOQ_21140",
        "username": "api",
        "password": "demo-password",
    }
    _module = "simulators.iloq"

    async def lock_group(self) -> dict[str, Any]:
        """Return all that there is in the demonstration's locking system."""
        return await self._control("GET", "lock_groups/demo")

    async def try_key(self, lock_id: str, key_id: str) -> dict[str, Any]:
        """Hold a key to a lock."""
        path = f"lock_groups/demo/locks/{lock_id}/try"
        return await self._control("POST", path, {"key_id": key_id})

    async def program(self, key_id: str) -> None:
        """Have a key programmed as it was ordered."""
        await self._control("POST", f"lock_groups/demo/keys/{key_id}/program", {})


class SimulatedIntegration(SimulatedService):
    """The simulated IntServ cloud, and what happens at the doors of its systems."""

    name = "IntServ cloud"
    example = """systems/abc123-001/doors/Entrance/try '{"card": "EM:1234567890"}'"""
    account: ClassVar[Mapping[str, str]] = {"api_key": "demo-integration-key"}
    _module = "simulators.intserv"

    async def state(self) -> dict[str, Any]:
        """Return the integrations and the systems with all that these hold."""
        return await self._control("GET", "state")

    async def try_card(self, system_id: str, door: str, card: str) -> dict[str, Any]:
        """Hold a card to a door's reader."""
        path = f"systems/{system_id}/doors/{door}/try"
        return await self._control("POST", path, {"card": card})

    async def type_code(self, system_id: str, door: str, code: str) -> dict[str, Any]:
        """Type a code at a door's reader."""
        path = f"systems/{system_id}/doors/{door}/try"
        return await self._control("POST", path, {"code": code})

    async def rotate(self, api_key: str) -> None:
        """Give the integration another API key, which revokes the one before."""
        path = "integrations/demo/api_key"
        await self._control("POST", path, {"api_key": api_key})
