"""Keys, and what may be done with them."""

from simulators.iloq import key_orders
from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.fields import Record, guid, known
from simulators.iloq.keys import Key
from simulators.iloq.refusals import not_now


def key_of(call: Call) -> Key:
    """Return the key that the path names."""
    return call.find(call.group.keys)


def _written(call: Call, keys: list[Key]) -> list[Record]:
    """Return keys as answers write them."""
    dates, v1 = call.dates, call.v1
    return [key.as_json(dates, v1) for key in keys]


def list_keys(call: Call) -> object:
    """List all keys."""
    return _written(call, list(call.group.keys.values()))


def get_key(call: Call) -> object:
    """Return one key."""
    return key_of(call).as_json(call.dates, call.v1)


def insert(call: Call) -> object:
    """Add a key."""
    key = call.group.keys.insert(call.body, call.dates, call.v1)
    return key.as_json(call.dates, call.v1)


def update(call: Call) -> object:
    """Write a key's fields."""
    call.group.keys.edit(call.body, call.dates, call.truth("updateVersionCode"))
    return None


def delete(call: Call) -> object:
    """Delete a key."""
    key_orders.delete(call.group, key_of(call))
    return None


def by_rom_ids(call: Call) -> object:
    """List the keys with some ROM ids; those that nothing has are passed over, which is assumed."""
    wanted = {rom_id.lower() for rom_id in call.texts("romIds")}
    keys = call.group.keys.values()
    chosen = [key for key in keys if (key.record["ROM_ID"] or "").lower() in wanted]
    return _written(call, chosen)


def keys_of_person(call: Call) -> object:
    """List the keys of a person."""
    person = call.find(call.group.persons)
    return {"Keys": _written(call, call.group.persons.keys_of(person))}


def order(call: Call) -> object:
    """Order a key."""
    key_orders.order(call.group, key_of(call), call.cloud.clock())
    return None


def give_back(call: Call) -> object:
    """Return a key."""
    key_orders.give_back(call.group, key_of(call))
    return None


def zones(call: Call) -> object:
    """List the zones of a key."""
    key = key_of(call)
    return {
        "MainZone": key.main_zone,
        "OutsideUserZoneCount": 0,
        "ZoneIds": list(key.zones),
    }


def update_main_zone(call: Call) -> object:
    """Give a key another main zone."""
    key = key_of(call)
    zone = guid(call.body.get("Zone_ID"), "Zone_ID")
    known([zone], call.group.zones, "Zone_ID")
    if reason := key_orders.can_update_main_zone(call.group, key):
        raise not_now(f"Main zone cannot be updated: {reason}")
    key.main_zone = zone
    return None


HANDLERS: Handlers = {
    "GET Keys": list_keys,
    "POST Keys": insert,
    "PUT Keys": update,
    "GET Keys/GetByRomIds": by_rom_ids,
    "GET Keys/{id}": get_key,
    "DELETE Keys/{id}": delete,
    "GET Persons/{id}/Keys": keys_of_person,
    "POST Keys/{id}/Order": order,
    "POST Keys/{id}/Return": give_back,
    "GET Keys/{id}/CanOrder": lambda call: key_orders.can_order(
        call.group, key_of(call)
    ),
    "GET Keys/{id}/CanReturn": lambda call: key_orders.can_return(
        call.group, key_of(call)
    ),
    "GET Keys/{id}/CanDelete": lambda call: key_orders.can_delete(key_of(call)),
    "GET Keys/{id}/CanUpdateMainZone": lambda call: key_orders.can_update_main_zone(
        call.group, key_of(call)
    ),
    "GET Keys/{id}/Zones": zones,
    "PUT Keys/{id}/UpdateMainZone": update_main_zone,
}
