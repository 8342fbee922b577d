"""Persons."""

from simulators.iloq.api.call import Call, Handlers


def list_persons(call: Call) -> object:
    """List all persons."""
    return [
        person.as_json(call.dates, call.v1) for person in call.group.persons.values()
    ]


def get_person(call: Call) -> object:
    """Return one person."""
    return call.find(call.group.persons).as_json(call.dates, call.v1)


def by_external_ids(call: Call) -> object:
    """List the persons of some external ids."""
    found = call.group.persons.by_external_ids(call.texts("externalPersonIds"))
    return [person.as_json(call.dates) for person in found]


def insert(call: Call) -> object:
    """Add a person."""
    return {"PersonIds": [call.group.persons.insert(call.body, call.dates).id]}


def update(call: Call) -> object:
    """Write a person's fields."""
    call.group.persons.edit(call.body, call.dates)
    return None


def can_delete(call: Call) -> object:
    """Tell whether a person can be deleted."""
    persons = call.group.persons
    return persons.can_delete(call.find(persons))


def delete(call: Call) -> object:
    """Delete a person."""
    persons = call.group.persons
    persons.delete(call.find(persons))
    return None


def activation_code(call: Call) -> object:
    """Return a code that is made of the person's id; what it is for is not told."""
    return call.find(call.group.persons).id[:8].upper()


HANDLERS: Handlers = {
    "GET Persons": list_persons,
    "POST Persons": insert,
    "PUT Persons": update,
    "GET Persons/GetByExternalPersonIds": by_external_ids,
    "GET Persons/{id}": get_person,
    "DELETE Persons/{id}": delete,
    "GET Persons/{id}/CanDelete": can_delete,
    "GET Persons/{id}/NortecActivationCode": activation_code,
}
