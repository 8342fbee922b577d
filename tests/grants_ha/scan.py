"""Looks for secrets in all that a run leaves behind."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
import json
import logging
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
import pytest

from tests.grants_ha.helpers import Grants, Row


@dataclass
class Scan:
    """The secrets of a run, and what was written while it went on."""

    grants: Grants
    caplog: pytest.LogCaptureFixture
    supplied: set[str] = field(default_factory=set)
    """Codes that a caller gave: Home Assistant itself keeps these."""
    generated: set[str] = field(default_factory=set)
    credentials: set[str] = field(default_factory=set)
    """Passwords, and the headers that hold them."""
    events: list[Event[Any]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def listen(self) -> None:
        """Take note of every event."""

        @callback
        def note(event: Event[Any]) -> None:
            self.events.append(event)

        self.grants.hass.bus.async_listen(MATCH_ALL, note)

    @property
    def secrets(self) -> set[str]:
        """Return all secrets."""
        return self.supplied | self.generated | self.credentials

    async def tried(self, action: str, /, **data: Any) -> list[Row]:
        """Call an action; keep its error, if it fails."""
        try:
            return await self.grants.call(action, **data)
        except HomeAssistantError as error:
            self.errors.append(error)
            return []

    def found_in(self, text: str) -> set[str]:
        """Return the secrets that a text holds, in whichever case they are written."""
        return {secret for secret in self.secrets if secret.lower() in text.lower()}

    def in_log(self) -> dict[str, set[str]]:
        """Return the secrets in the log by logger."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        formatter = logging.Formatter()
        for record in (
            *self.caplog.get_records("setup"),
            *self.caplog.get_records("call"),
        ):
            found[record.name] |= self.found_in(formatter.format(record))
        return {name: secrets for name, secrets in found.items() if secrets}

    def in_events(self) -> dict[str, set[str]]:
        """Return the secrets in events by type."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for event in self.events:
            found[str(event.event_type)] |= self.found_in(_json(event.as_dict()))
        return {name: secrets for name, secrets in found.items() if secrets}

    def in_states(self) -> set[str]:
        """Return the secrets in states and attributes."""
        states = self.grants.hass.states.async_all()
        return self.found_in(_json([state.as_dict() for state in states]))

    def in_issues(self) -> set[str]:
        """Return the secrets in repairs."""
        issues = ir.async_get(self.grants.hass).issues.values()
        return self.found_in(_json([str(issue) for issue in issues]))

    def in_errors(self) -> set[str]:
        """Return the secrets in what was raised, and in what led to it."""
        texts = [text for error in self.errors for text in _texts(error, set())]
        return self.found_in("\n".join(texts))

    async def in_files(self, hass_storage: dict[str, Any]) -> dict[str, set[str]]:
        """Return the secrets in the files of .storage, all of which are written first."""
        hass: HomeAssistant = self.grants.hass
        hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await self.grants.house.settle()
        found = {key: self.found_in(_json(data)) for key, data in hass_storage.items()}
        return {key: secrets for key, secrets in found.items() if secrets}


def _json(data: Any) -> str:
    return json.dumps(data, cls=JSONEncoder, ensure_ascii=False)


def _texts(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    """Return all that an exception can be made to tell."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
    yield from _texts(error.__cause__, seen)
    yield from _texts(error.__context__, seen)
