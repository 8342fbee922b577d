"""What belongs to a key beside its accesses: its phone, texts of an integrator's own, and reports of where it was used."""

from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.api.keys import key_of
from simulators.iloq.key_orders import PHONE_REGISTERED, PHONE_WAITING
from simulators.iloq.keys import Key
from simulators.iloq.models import KEY_PHONE
from simulators.iloq.refusals import found, wrong_value


def get_phone(call: Call) -> object:
    """Return the phone of a phone key."""
    key = _phone_key(call)
    phone = key.phone or {
        "FNKey_ID": key.id,
        "PhoneNo": None,
        "Email": None,
        "OptionMask": 0,
    }
    return phone | {"RequestTypeMask": 0}


def put_phone(call: Call) -> object:
    """Write the phone of a phone key; that another number has to be registered again is assumed."""
    record = KEY_PHONE.read(call.body, call.dates)
    key = found(call.group.keys, record["FNKey_ID"], "FNKey_ID")
    if not key.is_phone:
        raise wrong_value(key.id, "FNKey_ID")
    number = record["PhoneNo"]
    old = key.phone or {"PhoneNo": None, "OptionMask": 0}
    for other in call.group.keys.values():
        if number and other is not key and other.phone:
            if other.phone["PhoneNo"] == number:
                raise wrong_value(number, "PhoneNo")
    registration = old["OptionMask"] & (PHONE_WAITING | PHONE_REGISTERED)
    if number != old["PhoneNo"]:
        registration = PHONE_WAITING
    mask = record["OptionMask"] & ~(PHONE_WAITING | PHONE_REGISTERED)
    key.phone = record | {"OptionMask": mask | registration}
    return None


def register_again(call: Call) -> object:
    """Send the phone of a key another invitation."""
    key = _phone_key(call)
    if key.phone is None:
        raise wrong_value(key.id, "id")
    mask = key.phone["OptionMask"] & ~PHONE_REGISTERED
    key.phone = key.phone | {"OptionMask": mask | PHONE_WAITING}
    return None


def _phone_key(call: Call) -> Key:
    """Return the key that the path names, which must be a phone key."""
    key = key_of(call)
    if not key.is_phone:
        raise wrong_value(key.id, "id")
    return key


def list_tags(call: Call) -> object:
    """List the texts of all keys."""
    return [dict(tag.record) for tag in call.group.key_tags.values()]


def tags_of_key(call: Call) -> object:
    """List the texts of one key."""
    key = key_of(call)
    tags = call.group.key_tags.values()
    return [dict(tag.record) for tag in tags if tag.key_id == key.id]


def get_tag(call: Call) -> object:
    """Return one text."""
    return dict(call.find(call.group.key_tags).record)


def insert_tag(call: Call) -> object:
    """Add a text."""
    call.group.key_tags.insert(call.body, call.dates)
    return None


def update_tag(call: Call) -> object:
    """Write a text."""
    call.group.key_tags.edit(call.body, call.dates)
    return None


def delete_tag(call: Call) -> object:
    """Delete a text."""
    del call.group.key_tags[call.find(call.group.key_tags).id]
    return None


def get_reporting(call: Call) -> object:
    """Tell whether a phone key reports where it is used; the field's name is assumed."""
    return {_REPORTING: _phone_key(call).location_reporting}


def set_reporting(call: Call) -> object:
    """Have a phone key report where it is used, or not."""
    value = call.body.get(_REPORTING)
    if not isinstance(value, bool):
        raise wrong_value(value, _REPORTING)
    _phone_key(call).location_reporting = value
    return None


_REPORTING = "LocationReportingInAuditTrail"

HANDLERS: Handlers = {
    "GET Keys/{id}/KeyPhone": get_phone,
    "PUT KeyPhones": put_phone,
    "POST KeyPhones/{id}/ReRegister": register_again,
    "GET KeyTags": list_tags,
    "POST KeyTags": insert_tag,
    "PUT KeyTags": update_tag,
    "GET KeyTags/{id}": get_tag,
    "DELETE KeyTags/{id}": delete_tag,
    "GET Keys/{id}/KeyTags": tags_of_key,
    "GET Keys/{id}/LocationReporting": get_reporting,
    "PUT Keys/{id}/LocationReporting": set_reporting,
}
