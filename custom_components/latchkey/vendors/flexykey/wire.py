"""The JSON of FlexyKey's units, of their status and of their access lists."""

from dataclasses import dataclass, field
from typing import Any

from mashumaro import field_options

from ..wire import ABSENT, Wire, limit, moment


@dataclass(kw_only=True)
class WireIO(Wire):
    """A relay or an input of a unit or expansion (guide 5.1)."""

    globalnumber: str
    description: str = ""


@dataclass(kw_only=True)
class WireExpansion(Wire):
    """An expansion module (guide 5.1)."""

    number: int
    type: str = ""
    description: str = ""
    relays: Any = None
    inputs: Any = None


@dataclass(kw_only=True)
class WireUnit(Wire):
    """A unit (guide 5.1)."""

    unitid: int
    unittype: str = ""
    serialnumber: str = ""
    name: str = ""
    softversion: str = ""
    unitinfo: Any = None
    sensors: Any = None
    counters: Any = None
    relays: Any = None
    inputs: Any = None
    expansions: Any = None


@dataclass(kw_only=True)
class WireState(Wire):
    """The state of one output or input (guide 6.2)."""

    state: str
    output: str = ""
    input: str = ""


@dataclass(kw_only=True)
class WireStatus(Wire):
    """The status of a unit (guide 6.2); of the raw string only what the JSON does not repeat is read."""

    unitid: int
    statustimestampiso: Any = field(
        default=None, metadata=field_options(deserialize=moment)
    )
    rawstatus: Any = None
    inputs: Any = None
    foutputs: Any = None
    xoutputs: Any = None
    xinputs: Any = None
    iscached: bool = False


@dataclass(kw_only=True)
class WireControlled(Wire):
    """The answer to a command (guide 6.1)."""

    status: str = ""


@dataclass(kw_only=True)
class WireEntry(Wire):
    """An ID entry (guide 8.2; the form of a listed one is assumed to be that of the body, with its id and state)."""

    id: int
    idnumber: str = field(default="", repr=False)
    name: str = ""
    description: str = ""
    action: str = ""
    codetag: str = ""
    codetagcalendar: str = ""
    validfromiso: Any = field(default=ABSENT, metadata=field_options(deserialize=limit))
    validtoiso: Any = field(default=ABSENT, metadata=field_options(deserialize=limit))
    unitsyncstate: str = ""


@dataclass(kw_only=True)
class WireSync(Wire):
    """A queued unit sync (guide 10.1), or its status (10.2, whose fields the guide does not name)."""

    status: str = ""
    message: str = ""
    entrycount: int | None = None
    packetcount: int = 0
    packetssent: int | None = None
