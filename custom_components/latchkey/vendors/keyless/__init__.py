"""Keyless, the Abloy CUMULUS and BEAT platform for locks that open through a gateway or a phone."""

from typing import Final

from ..vendor import Field, FieldKind, VendorSpec
from .adapter import connect
from .client import PRODUCTION
from .grants import FIELDS

SPEC: Final = VendorSpec(
    name="Abloy Keyless",
    fields=(
        Field("user_id", FieldKind.TEXT),
        Field("access_key", FieldKind.SECRET),
        Field("api_key", FieldKind.SECRET),
        Field("url", FieldKind.URL, default=PRODUCTION),
    ),
    connect=connect,
    grant_fields=FIELDS,
    poll_interval=120,
)
