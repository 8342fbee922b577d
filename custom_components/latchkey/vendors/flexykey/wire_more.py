"""The JSON of what FlexyKey tells beside units: messages, settings, webhooks, logs, bookings."""

from dataclasses import dataclass, field
from typing import Any

from mashumaro import field_options

from ..wire import Wire, moment


@dataclass(kw_only=True)
class WireMeasure(Wire):
    """A sensor or a counter of a unit (guide 5 names the collections alone; their form is assumed to be the relays')."""

    globalnumber: str = ""
    localnumber: str = ""
    description: str = ""
    name: str = ""
    unit: str = ""


@dataclass(kw_only=True)
class WireCommand(Wire):
    """A CHECK command of the catalogue (guide 7.1)."""

    typename: str
    defaultcacheseconds: float = 0
    ratelimitmax: int = 1
    ratelimitintervalseconds: float = 60


@dataclass(kw_only=True)
class WireProfile(Wire):
    """A profile of the catalogue (guide 7.1)."""

    profilename: str
    typenames: Any = None
    cacheseconds: float = 0
    ratelimitmax: int = 1
    ratelimitintervalseconds: float = 60


@dataclass(kw_only=True)
class WireCatalogue(Wire):
    """The catalogue of what may be asked of a unit (guide 7.1)."""

    commands: Any = None
    profiles: Any = None


@dataclass(kw_only=True)
class WireQueued(Wire):
    """What became of a command (guide 7.2)."""

    typename: str
    status: str = ""


@dataclass(kw_only=True)
class WireMessage(Wire):
    """A message of a unit (guide 7.3)."""

    id: int
    timestampiso: Any = field(default=None, metadata=field_options(deserialize=moment))
    message: str = ""
    matchedtype: str = ""


@dataclass(kw_only=True)
class WireParam(Wire):
    """The rule of a setting's parameter (guide 9.1)."""

    type: str
    allowed: Any = None
    prefix: str = ""
    prefixmin: int = 0
    prefixmax: int = 0
    min: float = 0
    max: float = 0
    unit: str = ""
    maxlength: int = 255


@dataclass(kw_only=True)
class WireDefinition(Wire):
    """A setting that there can be (guide 9.1)."""

    setting: str
    description: str = ""
    params: Any = None


@dataclass(kw_only=True)
class WireSetting(Wire):
    """A setting that a unit has (guide 9.2)."""

    setting: str
    params: Any = None


@dataclass(kw_only=True)
class WireWebhook(Wire):
    """A webhook and how it fares (guide 12.4)."""

    event: str = ""
    callbackurl: str = field(default="", repr=False)
    isactive: int | None = 1
    lastsuccessutc: Any = field(
        default=None, metadata=field_options(deserialize=moment)
    )
    consecutivefailures: int = 0
    disableduntilutc: Any = field(
        default=None, metadata=field_options(deserialize=moment)
    )


@dataclass(kw_only=True)
class WireTested(Wire):
    """The outcome of a test call (guide 12.6)."""

    status: str = ""
    httpstatus: int | None = None


@dataclass(kw_only=True)
class WireLog(Wire):
    """A line of a unit's log (guide 13)."""

    serverdate: Any = field(default=None, metadata=field_options(deserialize=moment))
    unitdate: Any = field(default=None, metadata=field_options(deserialize=moment))
    sourceid: str = field(default="", repr=False)
    sourcelabel: str = ""
    actionlabel: str = ""
    logmsg: str = ""


@dataclass(kw_only=True)
class WireBooked(Wire):
    """The answer to a booking (guide 14)."""

    bookingid: str
