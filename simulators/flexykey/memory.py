"""What a unit itself holds of the access list and the settings, and who has tried to come in by it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict

from simulators.flexykey.credential import Credential, CredentialJson
from simulators.flexykey.settings import SettingJson

type Reason = Literal["valid", "unknown number", "not valid yet", "no longer valid"]


class Held(CredentialJson, TypedDict):
    """A credential that the unit holds, with the id of its row on the server."""

    id: int


@dataclass(frozen=True)
class Attempt:
    """Somebody typed a PIN, called, or held a tag at the door."""

    at: datetime
    id_number: str
    granted: bool
    action: str | None
    reason: Reason
    entry_id: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the attempt as the control interface shows it."""
        return asdict(self) | {"at": self.at.isoformat()}


class Memory:
    """The memory of a physical unit; nothing but packets of a sync changes it."""

    def __init__(self) -> None:
        """Start with an empty memory."""
        self.credentials: dict[int, Credential] = {}
        self.settings: dict[int, SettingJson] = {}
        self.attempts: list[Attempt] = []

    def held(self) -> list[Held]:
        """Return what the unit holds, in the order of the rows."""
        return [
            {"id": entry_id, **credential.as_json()}
            for entry_id, credential in sorted(self.credentials.items())
        ]

    def held_settings(self) -> list[SettingJson]:
        """Return the settings that the unit holds, in the order in which the server made them."""
        return [self.settings[setting_id] for setting_id in sorted(self.settings)]

    def attempt(self, id_number: str, at: datetime) -> Attempt:
        """Decide on a number at the door, and remember the decision."""
        decision = Attempt(at, id_number, False, None, "unknown number", None)
        for entry_id, credential in sorted(self.credentials.items()):
            if credential.is_number(id_number):
                reason = _reason(credential, at)
                granted = reason == "valid"
                action = credential.action if granted else None
                decision = Attempt(at, id_number, granted, action, reason, entry_id)
                if granted:
                    break
        self.attempts.append(decision)
        return decision


def _reason(credential: Credential, at: datetime) -> Reason:
    """Say whether a credential is valid at an instant; its end is no longer part of it."""
    if credential.valid_from and at < credential.valid_from:
        return "not valid yet"
    if credential.valid_to and at >= credential.valid_to:
        return "no longer valid"
    return "valid"
