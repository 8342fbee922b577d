"""The packets in which changes of the access list travel to a unit."""

from dataclasses import dataclass
from itertools import batched

from simulators.flexykey.credential import Credential
from simulators.flexykey.entries import Entries
from simulators.flexykey.memory import Memory


@dataclass(frozen=True)
class Change:
    """One row as it was when it was packaged; without a credential the unit is to delete it."""

    entry_id: int
    revision: int
    credential: Credential | None


type Packet = tuple[Change, ...]


def package(entries: Entries, size: int) -> list[Packet]:
    """Pack the changes of this moment, so many to a packet."""
    changes = (
        Change(
            entry.id,
            entry.revision,
            None if entry.state == "READY_TO_DELETE" else entry.credential,
        )
        for entry in entries
        if entry.state != "IDLE_OK"
    )
    return list(batched(changes, size, strict=False))


def deliver(packet: Packet, entries: Entries, memory: Memory) -> None:
    """Have the unit take a packet, and the server note it for the rows that have not changed since."""
    for change in packet:
        if change.credential is None:
            memory.credentials.pop(change.entry_id, None)
        else:
            memory.credentials[change.entry_id] = change.credential
        if (
            change.entry_id not in entries
            or entries[change.entry_id].revision != change.revision
        ):
            continue
        if change.credential is None:
            entries.forget(change.entry_id)
        else:
            entries[change.entry_id].mark("IDLE_OK")
