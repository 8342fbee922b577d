"""Where each operation of the guide lies below the base address; what the guide does not state is marked so."""

from typing import Final

UNITS: Final = "units"
CONTROL: Final = "Control"
INFO_TYPES: Final = "RequestUnitInfoTypes"
REQUEST_INFO: Final = "RequestUnitInfo"
MESSAGES: Final = "UnitMessages"
ENTRIES: Final = "UnitIdEntries"
SETTINGS: Final = "UnitSettings"
DEFINITIONS: Final = "UnitSettings/Definitions"
PUSH_CHANGES: Final = "UnitSync/PushChanges"
SYNC_STATUS: Final = "UnitSync/Status"
ABORT_SYNC: Final = "UnitSync/Abort"
TOOLS: Final = "Tools"
WEBHOOKS: Final = "Webhooks"
TEST_WEBHOOK: Final = "Webhooks/Test"
LOGS: Final = "unitlogs"

BOOKINGS: Final = "Bookings"
"""Assumed, and so is its method, POST: the guide shows the body alone (14)."""
WEBHOOK_SECRET: Final = "secret"
"""Assumed: the field of PUT /Webhooks that sets the secret; the guide names the signature alone (12.7)."""
