"""Where each of the five operations lies below the base address (facts sheet 2, 3.2 to 3.5)."""

from typing import Final

ADD_KEY: Final = "accesskeys/add"
REMOVE_KEY: Final = "accesskeys/remove"
KEY_STATUS: Final = "accesskeys/status"
LEVELS: Final = "accesslevels/list"
EVENTS: Final = "events/list"
