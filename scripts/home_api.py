"""Home Assistant's own HTTP and websocket interface, as its frontend uses it."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Self

import aiohttp

from scripts.child import ScriptError, until

TIMEOUT = aiohttp.ClientTimeout(total=60)
LARGEST_MESSAGE = 64 * 1024 * 1024

type Json = dict[str, Any]


class HomeApi:
    """A signed-in user of one Home Assistant."""

    def __init__(self, url: str) -> None:
        """Prepare for the Home Assistant at this address; it must end in a slash."""
        self.url = url
        self._session = aiohttp.ClientSession(url, timeout=TIMEOUT)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._token: str | None = None
        self._reader: asyncio.Task[None] | None = None
        self._results: dict[int, asyncio.Future[Json]] = {}
        self._last_id = 0

    async def __aenter__(self) -> Self:
        """Use the interface until the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._socket is not None and self._reader is not None:
            await self._socket.close()
            await self._reader
        await self._session.close()

    async def answers(self) -> bool:
        """Tell whether something that speaks HTTP is there already."""
        try:
            async with self._session.get("manifest.json") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def request(
        self, method: str, path: str, json: Mapping[str, Any] | None = None
    ) -> Any:
        """Send a request, with the token if there is one, and return the answer's JSON."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(
            method, path, json=json, headers=headers
        ) as response:
            if not response.ok:
                raise ScriptError(
                    f"Home Assistant answered {method} {path} with {response.status}: {await response.text()}"
                )
            return await response.json()

    async def sign_in(self, username: str, password: str) -> None:
        """Pass onboarding if it is still open, and connect as the user."""
        async with self._session.get("api/onboarding") as response:
            # Once all steps are done the address is gone.
            steps = await response.json() if response.ok else []
        missing = {step["step"] for step in steps if not step["done"]}
        if "user" in missing:
            user = {
                "name": username.capitalize(),
                "username": username,
                "password": password,
                "language": "en",
            }
            answer = await self.request(
                "POST", "api/onboarding/users", {**user, "client_id": self.url}
            )
            await self._connect(answer["auth_code"])
        else:
            await self._connect(await self._log_in(username, password))
        if "analytics" in missing:
            await self.request("POST", "api/onboarding/analytics")
        if "integration" in missing:
            address = {"client_id": self.url, "redirect_uri": self.url}
            await self.request("POST", "api/onboarding/integration", address)

    async def _log_in(self, username: str, password: str) -> str:
        """Go through the log-in form and return the code that a token is given for."""
        start = {
            "client_id": self.url,
            "redirect_uri": self.url,
            "handler": ["homeassistant", None],
        }
        flow = await self.request("POST", "auth/login_flow", start)
        answer = {"client_id": self.url, "username": username, "password": password}
        result = await self.request(
            "POST", f"auth/login_flow/{flow['flow_id']}", answer
        )
        if result["type"] != "create_entry":
            raise ScriptError(
                f"Home Assistant does not know the user {username!r} by this password."
            )
        code: str = result["result"]
        return code

    async def _connect(self, code: str) -> None:
        """Trade the code for a token and open the websocket."""
        form = {"grant_type": "authorization_code", "code": code, "client_id": self.url}
        async with self._session.post("auth/token", data=form) as response:
            response.raise_for_status()
            self._token = (await response.json())["access_token"]
        self._socket = await self._session.ws_connect(
            "api/websocket", max_msg_size=LARGEST_MESSAGE
        )
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self._token})
        if (await self._socket.receive_json())["type"] != "auth_ok":
            raise ScriptError("Home Assistant refused its own token.")
        self._reader = asyncio.create_task(self._read(self._socket))

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Hand results to those who wait for them; reading is also what answers pings and a closing."""
        async for message in socket:
            answer = message.json()
            waiting = self._results.get(answer["id"])
            if waiting and not waiting.done():
                waiting.set_result(answer)
        for waiting in self._results.values():
            if not waiting.done():
                waiting.set_exception(
                    ScriptError("Home Assistant closed the connection.")
                )

    async def command(self, command: str, **fields: Any) -> Any:
        """Send a websocket command and return its result."""
        if self._socket is None:
            raise ScriptError("Sign in first.")
        self._last_id += 1
        number = self._last_id
        result = self._results[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(TIMEOUT.total):
                await self._socket.send_json({"id": number, "type": command, **fields})
                answer = await result
        except (TimeoutError, aiohttp.ClientError) as error:
            raise ScriptError(f"Home Assistant did not answer {command}.") from error
        finally:
            del self._results[number]
        if not answer["success"]:
            raise ScriptError(
                f"Home Assistant refused {command}: {answer['error']['message']}"
            )
        return answer["result"]

    async def call(
        self, action: str, target: Mapping[str, Any] | None = None, **data: Any
    ) -> Any:
        """Run an action such as `switch.turn_on` and wait for its end."""
        domain, service = action.split(".")
        return await self.command(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target=dict(target or {}),
        )

    async def states(self) -> dict[str, Json]:
        """Return all states, by entity id."""
        return {state["entity_id"]: state for state in await self.command("get_states")}

    async def entries(self, domain: str = "latchkey") -> list[Json]:
        """Return the accounts that have been added."""
        entries: list[Json] = await self.command("config_entries/get", domain=domain)
        return entries

    async def add_account(self, vendor: str, data: Mapping[str, Any]) -> str:
        """Add an account through the config flow and return its entry id."""
        answers = [{"next_step_id": vendor}, data]
        step = await self._flow("flow", {"handler": "latchkey"}, answers)
        if step["type"] != "create_entry":
            raise _not_ended(step)
        entry_id: str = step["result"]["entry_id"]
        return entry_id

    async def reconfigure_account(self, entry_id: str, data: Mapping[str, Any]) -> None:
        """Give an account other credentials or another address through the config flow."""
        step = await self._flow(
            "flow", {"handler": "latchkey", "entry_id": entry_id}, [data]
        )
        if step.get("reason") != "reconfigure_successful":
            raise _not_ended(step)

    async def set_options(
        self, entry_id: str, answers: Iterable[Mapping[str, Any]]
    ) -> None:
        """Set an account's options through the options flow: one answer for each of its steps."""
        step = await self._flow("options/flow", {"handler": entry_id}, answers)
        if step["type"] != "create_entry":
            raise _not_ended(step)

    async def until_loaded(self, domain: str = "latchkey", timeout: float = 60) -> None:
        """Wait until all accounts are set up."""

        async def loaded() -> bool | None:
            entries = await self.entries(domain)
            return all(entry["state"] == "loaded" for entry in entries) or None

        await until(f"the accounts of {domain} to be set up", timeout, loaded)

    async def _flow(
        self, kind: str, start: Mapping[str, Any], answers: Iterable[Mapping[str, Any]]
    ) -> Json:
        """Answer the steps of a flow one after the other and return the last one."""
        path = f"api/config/config_entries/{kind}"
        step: Json = await self.request("POST", path, start)
        for answer in answers:
            if step["type"] not in ("menu", "form") or step.get("errors"):
                break
            step = await self.request("POST", f"{path}/{step['flow_id']}", answer)
        return step


def _not_ended(step: Json) -> ScriptError:
    """Return the error for a flow that ended otherwise than it should, or not at all."""
    wrong = (
        step.get("errors") or step.get("reason") or f"it waits at {step.get('step_id')}"
    )
    return ScriptError(f"The flow did not end as it should: {wrong}")
