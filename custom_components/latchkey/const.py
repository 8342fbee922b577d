"""Constants of the Latchkey integration."""

from typing import Final

DOMAIN: Final = "latchkey"

CONF_VENDOR: Final = "vendor"

CONF_DOORS: Final = "doors"
CONF_POLL_INTERVAL: Final = "poll_interval"
CONF_PULSE: Final = "pulse"
CONF_MAY_BE_HELD_OPEN: Final = "may_be_held_open"

CONF_EXPIRY_NOTICE: Final = "expiry_notice"
CONF_SHOW_HOLDERS: Final = "show_holders"

ATTR_ACCESS: Final = "access"
ATTR_CODE: Final = "code"
ATTR_CREDENTIAL: Final = "credential"
ATTR_DURATION: Final = "duration"
ATTR_END: Final = "end_datetime"
ATTR_GRANT_ID: Final = "grant_id"
ATTR_NAME: Final = "name"
ATTR_PART: Final = "part"
ATTR_SYNC_STATE: Final = "sync_state"
ATTR_START: Final = "start_datetime"

LONGEST_NAME: Final = 64

SERVICE_PULSE_OUTPUT: Final = "pulse_output"

DEFAULT_PULSE: Final = 5
MIN_POLL_INTERVAL: Final = 10
MAX_POLL_INTERVAL: Final = 900
MOST_EXPIRY_NOTICE: Final = 720
