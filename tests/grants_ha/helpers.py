"""What the tests of grants do: call the actions, let deliveries happen, look at what is shown."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
import json
from pathlib import Path
from typing import Any, cast

from homeassistant.core import Context, Event, HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

import custom_components.latchkey
from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.grant_keeper import GrantKeeper
from simulators.flexykey.entries import Row as Entry
from tests.house import House

UNIT = 99998
"""A unit without expansions."""
OTHER_UNIT = 99992
"""A unit with expansions."""
UNIT_NAME = "fkv3 test 2 S.kontor"

GATHERED = 6
"""Seconds after which changes are certainly on their way to the unit."""
TAKEN = 4
"""Seconds after which a small delivery that is on its way has certainly been seen to end."""
TICK = 61
"""Seconds after which what is in doubt has certainly been looked into."""

ROW_KEYS = {
    *("grant_id", "device_id", "access", "name", "credential"),
    *("state", "start_datetime", "end_datetime"),
}
"""What every row of an answer has."""

ACTIONS = (
    *("issue_pin", "issue_key", "update_grant", "revoke_grant", "get_grants"),
    *("deliver_changes", "abort_delivery", "set_sync_state"),
)
"""All actions of grants and deliveries."""

type Row = dict[str, Any]


@dataclass
class Grants:
    """The grants of a house."""

    house: House
    events: list[Event[Any]] = field(default_factory=list)

    @property
    def hass(self) -> HomeAssistant:
        """Return Home Assistant."""
        return self.house.hass

    @property
    def keeper(self) -> GrantKeeper:
        """Return the account's grants."""
        keeper = self.house.entry.runtime_data.grants
        assert isinstance(keeper, GrantKeeper)
        return keeper

    def device_id(self, device: int | str = UNIT) -> str:
        """Return what Home Assistant registered a unit by, or an expansion such as "99992-1"."""
        return device_id(self.hass, self.house.entry.entry_id, device)

    async def call(
        self,
        action: str,
        /,
        context: Context | None = None,
        *,
        answer: bool = True,
        **data: Any,
    ) -> list[Row]:
        """Call an action and return the rows of its answer."""
        response = await self.hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=answer
        )
        if not answer:
            assert response is None
            return []
        assert response is not None
        assert set(response) == {"grants"}
        rows = response["grants"]
        assert isinstance(rows, list)
        assert all(isinstance(row, dict) for row in rows)
        return cast("list[Row]", rows)

    async def act(
        self, action: str, /, context: Context | None = None, **data: Any
    ) -> None:
        """Call an action that has no answer."""
        await self.hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context
        )

    async def issue(self, unit: int | str = UNIT, **data: Any) -> Row:
        """Issue a PIN for a unit and return its row."""
        (row,) = await self.call(
            "issue_pin", **{"device_id": self.device_id(unit), "name": "Anna", **data}
        )
        return row

    async def active(self, unit: int | str = UNIT, **data: Any) -> Row:
        """Issue a PIN and have the unit take it; return the row of before."""
        row = await self.issue(unit, **data)
        await self.deliver()
        assert self.state(row) == "active"
        return row

    async def deliver(self) -> None:
        """Let changes be gathered, sent and taken."""
        await self.house.wait(GATHERED)
        await self.house.wait(TAKEN)

    def state(self, row: Row) -> str | None:
        """Return where a grant stands, or None where it is not known."""
        record = self.keeper.ledger.records.get(row["grant_id"])
        return self.keeper.state(record).value if record else None

    def entry(self, code: str, unit: int = UNIT) -> Entry | None:
        """Return the cloud's entry of a code, if there is one, and only one."""
        rows = [
            row for row in self.house.cloud.entries(unit) if row["idNumber"] == code
        ]
        assert len(rows) < 2
        return rows[0] if rows else None

    def put_entry(self, code: str, unit: int = UNIT, **fields: Any) -> int:
        """Have somebody else issue a code at the cloud; return its entry's id."""
        body = {"idNumber": code, "action": "R1", "name": "Elsewhere", **fields}
        return self.house.cloud.program(unit).entries.create(body).id

    def opens(self, code: str, unit: int = UNIT) -> bool:
        """Return whether a code opens a unit's door at this moment."""
        return self.house.cloud.type_code(unit, code).granted

    def entity(self, platform: str, key: str) -> State:
        """Return what an entity of the account shows, or of a unit as in "99998_delivery"."""
        registry = er.async_get(self.hass)
        entity_id = registry.async_get_entity_id(
            platform, DOMAIN, f"{self.house.entry.unique_id}_{key}"
        )
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    def reading(self, key: str) -> str:
        """Return the state of a sensor."""
        return self.entity("sensor", key).state

    @property
    def life(self) -> list[str]:
        """Return what the event entity told, in its order."""
        entity_id = self.entity("event", "grant").entity_id
        return [
            event.data["new_state"].attributes["event_type"]
            for event in self.events
            if event.data["entity_id"] == entity_id
            and event.data["new_state"] is not None
            and event.data["new_state"].attributes.get("event_type")
        ]

    async def arrival(self, request: str, count: int = 1) -> None:
        """Wait until the cloud has received a request so often, bodies and all; the clock stands still."""
        await until(lambda: self.house.count(request) >= count)
        for _ in range(50):
            await asyncio.sleep(0)

    async def restart(self) -> None:
        """Unload the account and set it up again."""
        entries = self.hass.config_entries
        assert await entries.async_unload(self.house.entry.entry_id)
        assert await entries.async_setup(self.house.entry.entry_id)
        await self.house.settle()

    def pass_time(self, seconds: float) -> None:
        """Let time pass without waiting for what comes of it."""
        self.house.freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(self.hass)

    async def listed(self, **data: Any) -> list[Row]:
        """Return the rows of get_grants."""
        return await self.call("get_grants", **data)


async def until(is_so: Callable[[], bool]) -> None:
    """Let what is under way go on until something is so; the clock stands still."""
    for _ in range(100_000):
        if is_so():
            return
        await asyncio.sleep(0)
    raise TimeoutError


def sent(house: House) -> dict[str, int]:
    """Return how often the cloud was asked to change anything."""
    return {
        request: count
        for request, count in house.cloud.requests.counts.items()
        if not request.startswith("GET ")
    }


def device_id(hass: HomeAssistant, entry_id: str, device: int | str) -> str:
    """Return what Home Assistant registered a vendor's device of an account by."""
    registry = dr.async_get(hass)
    for registered in (
        *dr.async_entries_for_config_entry(registry, entry_id),
        *dr.async_child_entries_for_config_entry(registry, entry_id),
    ):
        if any(name.endswith(f"_{device}") for _, name in registered.identifiers):
            return registered.id
    raise LookupError(device)


@cache
def exception_texts() -> tuple[dict[str, str], ...]:
    """Return the messages of all errors by their keys, in each language."""
    folder = Path(custom_components.latchkey.__file__).with_name("translations")
    return tuple(
        {
            key: text["message"]
            for key, text in json.loads(path.read_text("utf-8"))["exceptions"].items()
        }
        for path in sorted(folder.glob("*.json"))
    )


def later(**delta: float) -> str:
    """Return a time from now on, as a user writes it: the home's, without zone."""
    moment = dt_util.now() + timedelta(**delta)
    return moment.replace(microsecond=0, tzinfo=None).isoformat(" ")
