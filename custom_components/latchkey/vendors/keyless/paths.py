"""Where each operation lies below the base address: the vendor's page as it is known states one path alone (locking-device)."""

import re
from typing import Final

from ..vendor import InvalidRequest

LOGIN: Final = "login"
USERS: Final = "user"
INVITATIONS: Final = "operating-device/invitation"
OPERATING_DEVICES: Final = "operating-device"
LOCKS: Final = "locking-device"
LOCK_LOG: Final = "locking-device-log"
PERMISSIONS: Final = "permission"
OFFLINE_KEYS: Final = "offline-key"
GATEWAYS: Final = "gateway-device"
CLAIM: Final = "gateway-device/claim"
GATEWAY_LOG: Final = "gateway-device-log"
ASSOCIATIONS: Final = "gateway-device-association"
COMMANDS: Final = "remote-command"
CANCEL: Final = "cancel"
"""Behind a command's path, by POST."""
RE_KEY: Final = "re-key"
"""Behind a lock's path, by POST."""

_ID: Final = re.compile(r"[0-9A-Za-z_-]+")


def one(listing: str, one_id: str) -> str:
    """Return where one thing of a list lies; raises InvalidRequest for an id that would lead to something else."""
    if not _ID.fullmatch(one_id):
        raise InvalidRequest("id")
    return f"{listing}/{one_id}"
