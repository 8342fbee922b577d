"""The forms in which requests write what they carry, and the refusal of others."""

from datetime import datetime, timedelta
import re

from yarl import URL

from simulators.bodies import Body, text
from simulators.clock import from_iso
from simulators.errors import Invalid

_DURATION = re.compile(
    r"P(?=[\dT])(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
_PHONE = re.compile(r"\+[1-9]\d{1,14}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def identifier(body: Body, name: str) -> str:
    """Return a UUID, which must be there, in lower case."""
    value = text(body, name).lower()
    if not _UUID.fullmatch(value):
        raise Invalid(f"{name} must be a UUID")
    return value


def moment(body: Body, name: str) -> datetime:
    """Return an instant, which must be there."""
    return from_iso(text(body, name), name)


def duration(
    body: Body, name: str, default: str, least: timedelta, most: timedelta
) -> timedelta:
    """Return a duration within limits, both of them included."""
    value = body.get(name, default)
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Invalid(f"{name} must be a duration in ISO 8601")
    parts = {part: int(digits or 0) for part, digits in found.groupdict().items()}
    length = timedelta(**parts)
    if not least <= length <= most:
        raise Invalid(f"{name} must be from {least} to {most}")
    return length


def phone(body: Body, name: str = "phoneNumber") -> str:
    """Return a telephone number, which must be there."""
    value = text(body, name)
    if not _PHONE.fullmatch(value):
        raise Invalid(f"{name} must be in E.164 format")
    return value


def link(body: Body, name: str, default: str, longest: int) -> str:
    """Return an address on the web, or the default."""
    value = text(body, name) if name in body else default
    try:
        url = URL(value)
    except ValueError as error:
        raise Invalid(f"{name} must be a URL") from error
    if not url.host or url.scheme not in ("http", "https") or len(value) > longest:
        raise Invalid(f"{name} must be a URL of at most {longest} characters")
    return value
