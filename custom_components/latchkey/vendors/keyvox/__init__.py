"""KEYVOX, Blockchain Lock's cloud for smart locks, lockers and what is let behind them."""

from typing import Final

from ..vendor import Field, FieldKind, VendorSpec
from .adapter import connect
from .grants import FIELDS
from .paths import PROFILES

SPEC: Final = VendorSpec(
    name="KEYVOX",
    fields=(
        Field("api_key", FieldKind.SECRET),
        Field("api_secret", FieldKind.SECRET),
        Field("profile", FieldKind.SELECT, default="portal", options=tuple(PROFILES)),
        Field("url", FieldKind.URL, may_be_empty=True),
    ),
    connect=connect,
    grant_fields=FIELDS,
    poll_interval=180,
)
