"""What the wire models of all vendors share: read what is there, ignore what is not known."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Self

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig

from .vendor import AnswerNotUnderstood


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise ValueError


def moment(value: Any) -> datetime | None:
    """Return an ISO 8601 time with zone (UTC where none is given), or None for what is not one."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except ValueError, OverflowError:
        return None


def lowered(raw: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a JSON object with its names in lower case, since vendors mix cases."""
    return {str(name).lower(): value for name, value in raw.items()}


ABSENT: Final = object()
"""What a field is that an answer lacks, where that is something else than null."""


def limit(value: Any) -> datetime | None:
    """Return a time, or None for none; what cannot be read must not pass for no limit."""
    if value is None or value == "":
        return None
    if (parsed := moment(value)) is None:
        raise ValueError
    return parsed


class Wire(DataClassDictMixin):
    """A JSON object of a vendor; names are matched in lower case, since vendors mix cases."""

    class Config(BaseConfig):
        """Take any scalar for a text, and null for an empty one."""

        serialization_strategy = {str: {"deserialize": _text}}  # noqa: RUF012  the library's own form

    @classmethod
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Lower the names."""
        return lowered(d)

    @classmethod
    def parse(cls, raw: Any) -> Self:
        """Return the object; raises AnswerNotUnderstood for anything else."""
        try:
            return cls.from_dict(raw)
        except ValueError, TypeError, AttributeError, LookupError:
            # The library's messages quote values.
            raise AnswerNotUnderstood(cls.__name__) from None

    @classmethod
    def parse_all(cls, raw: Any) -> tuple[list[Self], bool]:
        """Return the objects of a list that can be read, and whether all could."""
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            raise AnswerNotUnderstood(f"{cls.__name__}: not a list")
        read = []
        for item in raw:
            try:
                read.append(cls.parse(item))
            except AnswerNotUnderstood:
                continue
        return read, len(read) == len(raw)
