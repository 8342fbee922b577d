"""Constants of the Latchkey integration."""

from typing import Final

DOMAIN: Final = "latchkey"

CONF_VENDOR: Final = "vendor"

CONF_DOORS: Final = "doors"
CONF_POLL_INTERVAL: Final = "poll_interval"
CONF_PULSE: Final = "pulse"
CONF_MAY_BE_HELD_OPEN: Final = "may_be_held_open"

ATTR_DURATION: Final = "duration"
SERVICE_PULSE_OUTPUT: Final = "pulse_output"

DEFAULT_PULSE: Final = 5
MIN_POLL_INTERVAL: Final = 10
MAX_POLL_INTERVAL: Final = 3600
