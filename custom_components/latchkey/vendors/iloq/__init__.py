"""iLOQ, locking systems whose keys, access rights and logs are managed in the cloud, in both generations of its API."""

from typing import Final

from ..vendor import Field, FieldKind, VendorSpec
from .adapter import connect
from .key_fields import FIELDS
from .session import LOCK_GROUP

SPEC: Final = VendorSpec(
    name="iLOQ",
    fields=(
        Field("url", FieldKind.URL, default="https://s5.iloq.com/iloqws"),
        Field("customer_code", FieldKind.TEXT),
        Field("username", FieldKind.TEXT),
        Field("password", FieldKind.SECRET),
        Field("api_key", FieldKind.SECRET, may_be_empty=True),
    ),
    connect=connect,
    grant_fields=FIELDS,
    poll_interval=120,
    choice=LOCK_GROUP,
)
