"""Security accesses, and the zones and real estates in which they are."""

from simulators.iloq.api.call import Call, Handlers


def list_accesses(call: Call) -> object:
    """List all accesses."""
    return [access.as_json(call.dates) for access in call.group.accesses.values()]


def insert(call: Call) -> object:
    """Add an access; the name of the answer's field is assumed from that of persons."""
    access = call.group.accesses.insert(call.body, call.dates)
    return {"SecurityAccessIds": [access.id]}


def update(call: Call) -> object:
    """Write an access's fields."""
    call.group.accesses.edit(call.body, call.dates)
    return None


def delete(call: Call) -> object:
    """Delete an access."""
    accesses = call.group.accesses
    accesses.delete(call.find(accesses))
    return None


def list_zones(call: Call) -> object:
    """List all zones."""
    return [zone.as_json() for zone in call.group.zones.values()]


def list_real_estates(call: Call) -> object:
    """List all real estates."""
    return [estate.as_json() for estate in call.group.real_estates.values()]


HANDLERS: Handlers = {
    "GET SecurityAccesses": list_accesses,
    "POST SecurityAccesses": insert,
    "PUT SecurityAccesses": update,
    "DELETE SecurityAccesses/{id}": delete,
    "GET Zones": list_zones,
    "GET RealEstates": list_real_estates,
}
