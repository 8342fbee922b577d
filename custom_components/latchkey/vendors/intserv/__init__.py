"""IntServ Access, which joins access systems of several makes behind one interface for keys, levels and events."""

from typing import Final

from ..vendor import Field, FieldKind, VendorSpec
from .adapter import connect
from .client import PRODUCTION
from .grants import FIELDS

SPEC: Final = VendorSpec(
    name="IntServ",
    fields=(
        Field("api_key", FieldKind.SECRET),
        Field("url", FieldKind.URL, default=PRODUCTION),
    ),
    connect=connect,
    grant_fields=FIELDS,
    poll_interval=60,
)
