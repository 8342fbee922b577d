"""What of an ID entry is meant for the unit: a number, what it does, and from when to when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
import re
from typing import Any, TypedDict

from simulators.clock import from_iso, iso
from simulators.errors import Invalid

_NUMBER = re.compile(r"\+[0-9]+|[0-9A-Fa-f]+")
_TEXTS = {
    "idNumber": "id_number",
    "action": "action",
    "codeTag": "code_tag",
    "codeTagCalendar": "code_tag_calendar",
}
_INSTANTS = {"validFromIso": "valid_from", "validToIso": "valid_to"}


class CredentialJson(TypedDict):
    """A credential in the names of the vendor's interface."""

    idNumber: str
    action: str
    codeTag: str
    codeTagCalendar: str
    validFromIso: str | None
    validToIso: str | None


@dataclass(frozen=True)
class Credential:
    """A phone number, a PIN or a tag with what it opens; no start and no end mean always."""

    id_number: str = ""
    action: str = ""
    code_tag: str = ""
    code_tag_calendar: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def changed(self, body: Mapping[str, Any]) -> Credential:
        """Return the credential with what a request gives, or say what is wrong with that."""
        changes: dict[str, Any] = {
            field: text(body, name) for name, field in _TEXTS.items() if name in body
        } | {
            field: _instant(body, name)
            for name, field in _INSTANTS.items()
            if name in body
        }
        new = replace(self, **changes)
        if not _NUMBER.fullmatch(new.id_number):
            raise Invalid("idNumber must be a phone number, a PIN or a tag")
        if new.valid_from and new.valid_to and new.valid_to <= new.valid_from:
            raise Invalid("validToIso must be after validFromIso")
        return new

    def is_number(self, number: str) -> bool:
        """Tell whether a number is this one; the letters of tags match in any case."""
        return self.id_number.lower() == number.lower()

    def as_json(self) -> CredentialJson:
        """Return the credential as the vendor's interface writes it."""
        return {
            "idNumber": self.id_number,
            "action": self.action,
            "codeTag": self.code_tag,
            "codeTagCalendar": self.code_tag_calendar,
            "validFromIso": iso(self.valid_from) if self.valid_from else None,
            "validToIso": iso(self.valid_to) if self.valid_to else None,
        }


def text(body: Mapping[str, Any], name: str) -> str:
    """Return a field that must be text."""
    value = body[name]
    if not isinstance(value, str):
        raise Invalid(f"{name} must be a string")
    return value


def _instant(body: Mapping[str, Any], name: str) -> datetime | None:
    """Return a field that must be an instant with its offset, or nothing where it is empty."""
    if body[name] in (None, ""):
        return None
    return from_iso(text(body, name), name)
