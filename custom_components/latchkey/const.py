"""Constants of the Latchkey integration."""

from typing import Final

DOMAIN: Final = "latchkey"

CONF_VENDOR: Final = "vendor"

CONF_DOORS: Final = "doors"
CONF_PARTS: Final = "parts"
CONF_POLL_INTERVAL: Final = "poll_interval"
CONF_PULSE: Final = "pulse"
CONF_MAY_BE_HELD_OPEN: Final = "may_be_held_open"

CONF_CLOUDHOOK: Final = "cloudhook"
CONF_SUBSCRIPTIONS: Final = "subscriptions"
CONF_WEBHOOK_MISSED: Final = "webhook_missed"
CONF_WEBHOOK_SECRET: Final = "webhook_secret"
CONF_WEBHOOK_SIGNED: Final = "webhook_signed"
CONF_WEBHOOK_URL: Final = "webhook_url"

CONF_LOCKED_WORDS: Final = "locked_words"
CONF_UNLOCKED_WORDS: Final = "unlocked_words"

CONF_EXPIRY_NOTICE: Final = "expiry_notice"
CONF_KEY_SENSORS: Final = "key_sensors"
CONF_SHOW_HOLDERS: Final = "show_holders"

ATTR_ACCESS: Final = "access"
ATTR_BOOKING_ID: Final = "booking_id"
ATTR_BODY: Final = "body"
ATTR_BOOKING_OBJECT: Final = "booking_object"
ATTR_CLAIMING_CODE: Final = "claiming_code"
ATTR_CODE: Final = "code"
ATTR_CONFIRM: Final = "confirm"
ATTR_CREDENTIAL: Final = "credential"
ATTR_DURATION: Final = "duration"
ATTR_EMAIL: Final = "email"
ATTR_END: Final = "end_datetime"
ATTR_FAULT: Final = "fault"
ATTR_GATEWAY_ID: Final = "gateway_id"
ATTR_GRANT_ID: Final = "grant_id"
ATTR_GUESTS: Final = "guests"
ATTR_HOLDER: Final = "holder"
ATTR_INVITATION: Final = "invitation"
ATTR_INVITATION_ID: Final = "invitation_id"
ATTR_KEY_FIELDS: Final = "key_fields"
ATTR_LANGUAGE: Final = "language"
ATTR_LEDGER: Final = "ledger"
ATTR_MESSAGE: Final = "message"
ATTR_METHOD: Final = "method"
ATTR_NAME: Final = "name"
ATTR_OPERATING_DEVICE_ID: Final = "operating_device_id"
ATTR_NUMBER: Final = "number"
ATTR_OCCURRED_AT: Final = "occurred_at"
ATTR_OPERATION: Final = "operation"
ATTR_ORDER: Final = "order"
ATTR_OUTCOME: Final = "outcome"
ATTR_PART: Final = "part"
ATTR_PERSON_CODE: Final = "person_code"
ATTR_PERSON_ID: Final = "person_id"
ATTR_PHONE: Final = "phone"
ATTR_PIN: Final = "pin"
ATTR_PLAN: Final = "plan"
ATTR_REASON: Final = "reason"
ATTR_RENEW: Final = "renew"
ATTR_REQUEST: Final = "request"
ATTR_SIZE: Final = "size"
ATTR_SYNC_STATE: Final = "sync_state"
ATTR_STAMP: Final = "stamp"
ATTR_START: Final = "start_datetime"
ATTR_TEXT: Final = "text"
ATTR_USER_ID: Final = "user_id"
ATTR_ZONE: Final = "zone"

LONGEST_NAME: Final = 64

EVENT_OPENING: Final = "latchkey_opening"
EVENT_PASSAGE: Final = "latchkey_passage"

SERVICE_PULSE_OUTPUT: Final = "pulse_output"

DEFAULT_PULSE: Final = 5
MIN_POLL_INTERVAL: Final = 10
MAX_POLL_INTERVAL: Final = 900
MOST_EXPIRY_NOTICE: Final = 720
