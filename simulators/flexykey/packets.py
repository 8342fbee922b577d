"""The packets in which changes of the access list and of the settings travel to a unit."""

from dataclasses import dataclass
from itertools import batched, chain

from simulators.flexykey.credential import Credential
from simulators.flexykey.entries import Entries
from simulators.flexykey.memory import Memory
from simulators.flexykey.settings import SettingJson, Settings


@dataclass(frozen=True)
class Change:
    """One row as it was when it was packaged; without a credential the unit is to delete it."""

    entry_id: int
    revision: int
    credential: Credential | None


@dataclass(frozen=True)
class SettingChange:
    """One setting as it was when it was packaged."""

    setting_id: int
    revision: int
    setting: SettingJson


type Packet = tuple[Change | SettingChange, ...]


def package(entries: Entries, settings: Settings, size: int) -> list[Packet]:
    """Pack the changes of this moment, so many to a packet."""
    changed_entries = (
        Change(
            entry.id,
            entry.revision,
            None if entry.state == "READY_TO_DELETE" else entry.credential,
        )
        for entry in entries
        if entry.state != "IDLE_OK"
    )
    changed_settings = (
        SettingChange(setting.id, setting.revision, setting.as_json())
        for setting in settings
        if setting.state != "IDLE_OK"
    )
    return list(batched(chain(changed_entries, changed_settings), size, strict=False))


def deliver(
    packet: Packet, entries: Entries, settings: Settings, memory: Memory
) -> None:
    """Have the unit take a packet, and the server note it for what has not changed since."""
    for change in packet:
        if isinstance(change, SettingChange):
            _deliver_setting(change, settings, memory)
        else:
            _deliver_entry(change, entries, memory)


def _deliver_setting(change: SettingChange, settings: Settings, memory: Memory) -> None:
    """Have the unit take a setting that a test has not removed since, and the server note it."""
    if (setting := settings.get(change.setting_id)) is None:
        return
    memory.settings[change.setting_id] = change.setting
    if setting.revision == change.revision:
        setting.mark("IDLE_OK")


def _deliver_entry(change: Change, entries: Entries, memory: Memory) -> None:
    """Have the unit take a change of its access list, and the server note it."""
    if change.credential is None:
        memory.credentials.pop(change.entry_id, None)
    else:
        memory.credentials[change.entry_id] = change.credential
    if (
        change.entry_id not in entries
        or entries[change.entry_id].revision != change.revision
    ):
        return
    if change.credential is None:
        entries.forget(change.entry_id)
    else:
        entries[change.entry_id].mark("IDLE_OK")
