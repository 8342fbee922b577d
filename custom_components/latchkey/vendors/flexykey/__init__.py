"""FlexyKey, the access control of FlexAccess AB."""

from typing import Final

from ..vendor import Field, FieldKind, VendorSpec
from .adapter import connect
from .client import PRODUCTION
from .entries import FIELDS

SPEC: Final = VendorSpec(
    name="FlexyKey",
    fields=(
        Field("username", FieldKind.TEXT),
        Field("password", FieldKind.SECRET),
        Field("url", FieldKind.URL, default=PRODUCTION),
    ),
    grant_fields=FIELDS,
    connect=connect,
    poll_interval=30,
)
