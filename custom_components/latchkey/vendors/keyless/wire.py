"""The JSON of the platform."""

from dataclasses import dataclass, field
import re
from typing import Any, Final

from mashumaro import field_options

from ..vendor import AnswerNotUnderstood
from ..wire import ABSENT, Wire, limit, moment

OPENING: Final = ("open", "unlock")
"""The names of conversations that open, as far as they are known (5.2, 9.2)."""
_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_YEARS: Final = range(1970, 9999)
"""In which a time can be told in every zone."""


def _when() -> Any:
    return field(default=None, metadata=field_options(deserialize=moment))


def _bound() -> Any:
    """Return the field of a time that is as good as absent where it cannot be read: permissions come in unknown forms."""
    return field(default=ABSENT, metadata=field_options(deserialize=_read_bound))


def _read_bound(value: Any) -> Any:
    try:
        found = limit(value)
    except ValueError:
        return ABSENT
    return found if found is None or found.year in _YEARS else ABSENT


def _identity() -> Any:
    """Return the field of an id that there must be, and that may stand in a path."""
    return field(metadata=field_options(deserialize=_read_id))


def _read_id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError
    return value


@dataclass(kw_only=True)
class WireCertificate(Wire):
    """A certificate of a lock (4)."""

    eligibleforrekeying: bool = False
    expirationdatetime: Any = _when()
    revoked: bool = False


@dataclass(kw_only=True)
class WireLock(Wire):
    """A locking device (4); one that is not claimed has neither hardware nor certificates."""

    id: str
    name: str = ""
    claimingstatus: str = ""
    serialnumber: str = ""
    hardwaremodel: str = ""
    firmwareversion: str = ""
    operationalcertificate: Any = None
    manufacturingcertificate: Any = None

    @property
    def is_unclaimed(self) -> bool:
        """Return whether it is certainly a placeholder."""
        return self.claimingstatus.upper() == "UNCLAIMED"


@dataclass(kw_only=True)
class WireGateway(Wire):
    """A gateway device (8)."""

    id: str
    serialnumber: str = ""
    activationstatus: str = ""
    activationdatetime: Any = _when()
    hardwaremodel: str = ""
    firmwareversion: str = ""


@dataclass(kw_only=True)
class WireAssociation(Wire):
    """Which lock a gateway may open (10)."""

    gatewaydeviceid: str
    lockingdeviceid: str
    id: str = ""


@dataclass(kw_only=True)
class WireCommand(Wire):
    """A remote command, and what has happened to it (11)."""

    id: str
    gatewaydeviceid: str
    lockingdeviceid: str
    action: str = ""
    issueruserid: str = ""
    issuancedatetime: Any = _when()
    validityenddatetime: Any = _when()
    acknowledgementdatetime: Any = _when()
    cancellationdatetime: Any = _when()


@dataclass(kw_only=True)
class WireClient(Wire):
    """Who operated a lock (5.2): an operating device, or, as is assumed, a gateway by its own name."""

    type: str = ""
    userid: str = ""
    operatingdeviceid: str = ""
    gatewaydeviceid: str = ""


@dataclass(kw_only=True)
class WireLockEntry(Wire):
    """An entry of a lock's system or audit log (5)."""

    id: str
    lockingdeviceid: str
    eventname: str = ""
    occurrencedatetime: Any = _when()
    sequencenumber: int = -1
    client: Any = None
    granted: bool | None = None


@dataclass(kw_only=True)
class WireGatewayEntry(Wire):
    """An entry of a gateway's system or audit log (9); what is in it depends on what happened."""

    sequencenumber: int = -1
    datetime: Any = _when()
    eventname: str = ""
    conversationname: str = ""
    lockingdeviceid: str = ""
    remotecommandid: str = ""
    firmwareversion: str = ""
    door1state: str = ""
    door2state: str = ""


@dataclass(kw_only=True)
class WireUser(Wire):
    """A user, who has no name here (2)."""

    id: str = _identity()
    role: str = ""


@dataclass(kw_only=True)
class WireOperatingDevice(Wire):
    """What a user opens with (3.3)."""

    id: str = _identity()
    userid: str = _identity()


@dataclass(kw_only=True)
class WireInvitation(Wire):
    """The answer to an invitation (3.1); what it holds beside the id depends on how it is delivered."""

    id: str = _identity()
    expirationdatetime: Any = _when()
    invitationcode: str = field(default="", repr=False)
    environmenturl: str = ""


@dataclass(kw_only=True)
class WireGranted(Wire):
    """What is told of what was granted: a permission (6.1), a key (7.1)."""

    id: str = _identity()

    @classmethod
    def id_in(cls, raw: Any) -> str | None:
        """Return the id in an answer; None where it has none, and the list alone tells it."""
        try:
            return cls.parse(raw).id
        except AnswerNotUnderstood:
            return None


@dataclass(kw_only=True)
class WirePermission(WireGranted):
    """A permission (6)."""

    userid: str = _identity()
    lockingdeviceid: str = _identity()
    operationtype: str = ""
    permissiontype: str = ""
    operatingkeyvalidityduration: str = ""
    start: Any = _bound()
    end: Any = _bound()


@dataclass(kw_only=True)
class WireOfflineKey(Wire):
    """What is listed of an offline key (7.2); never its value."""

    id: str = _identity()
    operatingdeviceid: str = _identity()
    lockingdeviceid: str = _identity()
    startdatetime: Any = _bound()
    enddatetime: Any = _bound()
    issuancedatetime: Any = _when()
