"""The fields of the vendor's models: how they are read from a body, kept, and written into an answer."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

from simulators.iloq.dates import Dates, Zoned
from simulators.iloq.refusals import wrong_value

type Record = dict[str, Any]
type Kind = Literal["text", "guid", "int", "bool", Zoned]

_EMPTY: Mapping[Kind, object] = {"int": 0, "bool": False}
_DATES: tuple[Kind, ...] = ("date", "utc", "lg")
_LARGEST = 2**63


class Model:
    """The fields of one model by their kinds; what a body leaves out is empty."""

    def __init__(
        self,
        *,
        text: str = "",
        guid: str = "",
        whole: str = "",
        truth: str = "",
        date: str = "",
        utc: str = "",
        lg: str = "",
        required: str = "",
    ) -> None:
        """Take the names of each kind, and those that must be there, separated by spaces."""
        given: dict[Kind, str] = {
            "text": text,
            "guid": guid,
            "int": whole,
            "bool": truth,
            "date": date,
            "utc": utc,
            "lg": lg,
        }
        self.kinds = {name: kind for kind in given for name in given[kind].split()}
        self._required = required.split()
        self._dates: dict[str, Zoned] = {
            name: kind
            for name, kind in self.kinds.items()
            if kind in ("date", "utc", "lg")
        }

    def read(self, body: object, dates: Dates, where: str = "") -> Record:
        """Return all fields of an object; what the model does not know is passed over, as ASP.NET does."""
        if not isinstance(body, dict):
            raise wrong_value(body, where or "body")
        prefix = f"{where}." if where else ""
        for name in self._required:
            if body.get(name) is None:
                raise wrong_value("", prefix + name)
        return {
            name: value_of(kind, body.get(name), dates, prefix + name)
            for name, kind in self.kinds.items()
        }

    def read_all(self, bodies: object, dates: Dates, where: str) -> list[Record]:
        """Return the fields of all objects in a list, for which null may stand."""
        if bodies is None:
            return []
        if not isinstance(bodies, list):
            raise wrong_value(bodies, where)
        return [
            self.read(body, dates, f"{where}[{number}]")
            for number, body in enumerate(bodies)
        ]

    def write(self, record: Record, dates: Dates) -> Record:
        """Return a record as answers write it."""
        return record | {
            name: dates.write(record[name], kind)
            for name, kind in self._dates.items()
            if record[name] is not None
        }


def value_of(kind: Kind, value: object, dates: Dates, name: str) -> Any:
    """Return a value of a kind, or refuse it."""
    if value is None:
        return _EMPTY.get(kind)
    match kind, value:
        case "text", str():
            return value
        case "guid", str():
            return guid(value, name)
        case "int", int() if type(value) is int and abs(value) < _LARGEST:
            return value
        case "bool", bool():
            return value
        case ("date" | "utc" | "lg") as zoned, str():
            try:
                return dates.read(value, zoned)
            except ValueError, OverflowError:
                pass
    raise wrong_value(value, name)


def guid(value: object, name: str) -> str:
    """Return a GUID in lower case."""
    if isinstance(value, str) and len(value) == 36:
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise wrong_value(value, name)


def guids(values: object, name: str) -> list[str]:
    """Return the GUIDs in a list without repetitions; null may stand for it."""
    if values is None:
        return []
    if not isinstance(values, list):
        raise wrong_value(values, name)
    return list(dict.fromkeys(guid(value, name) for value in values))


def known(values: Iterable[str], things: Mapping[str, object], name: str) -> list[str]:
    """Return ids, all of which must be of something."""
    found = list(values)
    for value in found:
        if value not in things:
            raise wrong_value(value, name)
    return found
