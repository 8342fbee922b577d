"""The access list that the server keeps for a unit, and what of it the unit has yet to be told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from simulators.errors import Conflict, Invalid, Missing
from simulators.flexykey.credential import Credential, CredentialJson, text

type SyncState = Literal["READY_TO_SEND", "READY_TO_DELETE", "IDLE_OK"]


class Row(CredentialJson, TypedDict):
    """An entry as the vendor's interface lists it."""

    id: int
    unitId: int
    name: str
    description: str
    unitSyncState: SyncState


@dataclass
class Entry:
    """One row of the access list; its revision tells whether it has changed since it was packaged."""

    id: int
    unit_id: int
    credential: Credential
    name: str = ""
    description: str = ""
    state: SyncState = "READY_TO_SEND"
    revision: int = 0

    def mark(self, state: SyncState) -> None:
        """Set what the server believes the unit to have of this row."""
        self.state = state
        self.revision += 1

    def label(self, body: Mapping[str, Any]) -> None:
        """Take the texts that are never sent to the unit."""
        texts = {
            name: text(body, name) for name in ("name", "description") if name in body
        }
        self.name = texts.get("name", self.name)
        self.description = texts.get("description", self.description)

    def matches(self, search: str) -> bool:
        """Tell whether a text occurs in what is searched."""
        searched = (
            self.credential.id_number,
            self.name,
            self.description,
            self.credential.action,
        )
        return any(search.casefold() in value.casefold() for value in searched)

    def row(self) -> Row:
        """Return the row as the vendor's interface lists it."""
        return {
            "id": self.id,
            "unitId": self.unit_id,
            "name": self.name,
            "description": self.description,
            **self.credential.as_json(),
            "unitSyncState": self.state,
        }


class Entries:
    """The access list of one unit."""

    def __init__(self, unit_id: int, ids: Iterator[int]) -> None:
        """Start empty; the ids are those of the whole cloud."""
        self._unit_id = unit_id
        self._ids = ids
        self._entries: dict[int, Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        """Go through the entries in the order of their ids."""
        return iter(list(self._entries.values()))

    def __contains__(self, entry_id: int) -> bool:
        """Tell whether there is an entry of this id."""
        return entry_id in self._entries

    def __getitem__(self, entry_id: int) -> Entry:
        """Return an entry, or say that there is none of this id."""
        if entry_id not in self._entries:
            raise Missing(f"no entry {entry_id}")
        return self._entries[entry_id]

    def create(self, body: Mapping[str, Any]) -> Entry:
        """Add an entry that the unit has yet to be told of."""
        credential = Credential().changed(body)
        self._refuse_duplicate(credential)
        entry = Entry(0, self._unit_id, credential)
        entry.label(body)
        return self._add(entry)

    def change(self, entry_id: int, body: Mapping[str, Any]) -> Entry:
        """Change an entry; only what the unit is to know marks it for the next sync."""
        entry = self[entry_id]
        if entry.state == "READY_TO_DELETE":
            raise Conflict("The entry is marked for deletion")
        credential = entry.credential.changed(body)
        self._refuse_duplicate(credential, entry)
        entry.label(body)
        if credential != entry.credential:
            entry.credential = credential
            entry.mark("READY_TO_SEND")
        return entry

    def delete(self, entry_id: int) -> None:
        """Mark an entry for deletion."""
        entry = self[entry_id]
        if entry.state != "READY_TO_DELETE":
            entry.mark("READY_TO_DELETE")

    def forget(self, entry_id: int) -> None:
        """Drop an entry that the unit has deleted."""
        del self._entries[entry_id]

    def set_state(self, state: SyncState, entry_id: int | None = None) -> int:
        """Declare one entry or all of them changed or synchronised, and return how many that are."""
        entries = list(self) if entry_id is None else [self[entry_id]]
        for entry in entries:
            entry.mark(state)
        return len(entries)

    def generate(self, count: int) -> list[Entry]:
        """Add entries of always valid ten-digit numbers, as if they had been synchronised long ago."""
        taken = {entry.credential.id_number for entry in self}
        numbers = (
            str(number)
            for number in range(9_000_000_000, 9_000_000_000 + count + len(taken))
        )
        free = [number for number in numbers if number not in taken][:count]
        return [
            self._add(
                Entry(
                    0,
                    self._unit_id,
                    Credential(number, "R1"),
                    f"Holder {number}",
                    state="IDLE_OK",
                )
            )
            for number in free
        ]

    def _add(self, entry: Entry) -> Entry:
        """Add an entry under the next id."""
        entry.id = next(self._ids)
        self._entries[entry.id] = entry
        return entry

    def _refuse_duplicate(
        self, credential: Credential, but: Entry | None = None
    ) -> None:
        """Refuse a number that another entry has, be that one marked for deletion or not."""
        if any(
            entry.credential.is_number(credential.id_number)
            for entry in self
            if entry is not but
        ):
            raise Conflict("The idNumber exists on the unit already")


def check_state(value: object) -> SyncState:
    """Return a value as a state that a client may declare, or say that it is none."""
    if value == "READY_TO_SEND" or value == "IDLE_OK":  # noqa: PLR1714  narrows the type
        return value
    raise Invalid("unitSyncState must be READY_TO_SEND or IDLE_OK")
