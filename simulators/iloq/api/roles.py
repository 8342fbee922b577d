"""Time profiles, roles and the blocklist."""

from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.keys import Key


def list_titles(call: Call) -> object:
    """List all time profiles."""
    return [title.as_json(call.dates) for title in call.group.titles.values()]


def get_title(call: Call) -> object:
    """Return one time profile."""
    return call.find(call.group.titles).as_json(call.dates)


def title_data(call: Call) -> object:
    """Return the hours of a time profile."""
    return [dict(line) for line in call.find(call.group.titles).data]


def insert_title(call: Call) -> object:
    """Add a time profile."""
    call.group.titles.insert(call.body, call.dates)
    return None


def update_title(call: Call) -> object:
    """Write a time profile."""
    call.group.titles.edit(call.body, call.dates)
    return None


def can_delete_title(call: Call) -> object:
    """Tell whether a time profile can be deleted."""
    return call.group.titles.can_delete(call.find(call.group.titles))


def delete_title(call: Call) -> object:
    """Delete a time profile."""
    call.group.titles.delete(call.find(call.group.titles))
    return None


def list_person_roles(call: Call) -> object:
    """List the roles of all persons."""
    return [role.as_json() for role in call.group.person_roles.values()]


def get_person_role(call: Call) -> object:
    """Return one role of persons."""
    return call.find(call.group.person_roles).as_json()


def roles_of_person(call: Call) -> object:
    """List the roles of one person."""
    roles = call.group.person_roles
    person = call.find(call.group.persons)
    return [roles[role_id].as_json() for role_id in person.role_ids if role_id in roles]


def accesses_of_role(call: Call) -> object:
    """List the accesses that come with a role."""
    accesses = call.group.accesses
    role = call.find(call.group.person_roles)
    return [
        accesses[access_id].as_json(call.dates)
        for access_id in role.access_ids
        if access_id in accesses
    ]


def list_roles(call: Call) -> object:
    """List the roles of those who know codes."""
    return [role.as_json() for role in call.group.security_roles.values()]


def get_role(call: Call) -> object:
    """Return one role of those who know a code."""
    return call.find(call.group.security_roles).as_json()


def insert_role(call: Call) -> object:
    """Add a role of those who know a code."""
    return call.group.security_roles.insert(call.body, call.dates).as_json()


def update_role(call: Call) -> object:
    """Write a role of those who know a code."""
    return call.group.security_roles.edit(call.body, call.dates).as_json()


def can_delete_role(call: Call) -> object:
    """Tell whether a role of those who know a code can be deleted."""
    roles = call.group.security_roles
    return roles.can_delete(call.find(roles))


def delete_role(call: Call) -> object:
    """Delete a role of those who know a code."""
    roles = call.group.security_roles
    roles.delete(call.find(roles))
    return None


def _listed(call: Call) -> Key:
    """Return the key that is put on the blocklist, or taken from it."""
    return call.find(call.group.keys, "fnkeyId")


def block(call: Call) -> object:
    """Put a key on the blocklist."""
    call.group.blacklist.add(_listed(call), call.cloud.clock())
    return None


def unblock(call: Call) -> object:
    """Take a key from the blocklist."""
    call.group.blacklist.remove(_listed(call))
    return None


def order_blacklist(call: Call) -> object:
    """Order the blocklist."""
    call.group.blacklist.order()
    return None


HANDLERS: Handlers = {
    "GET TimeLimitTitles": list_titles,
    "POST TimeLimitTitles": insert_title,
    "PUT TimeLimitTitles": update_title,
    "GET TimeLimitTitles/{id}": get_title,
    "DELETE TimeLimitTitles/{id}": delete_title,
    "GET TimeLimitTitles/{id}/CanDelete": can_delete_title,
    "GET TimeLimitTitles/{id}/TimeLimitData": title_data,
    "GET PersonRoles": list_person_roles,
    "GET PersonRoles/{id}": get_person_role,
    "GET PersonRoles/{id}/SecurityAccesses": accesses_of_role,
    "GET Persons/{id}/PersonRoles": roles_of_person,
    "GET SecurityRoles": list_roles,
    "POST SecurityRoles": insert_role,
    "PUT SecurityRoles": update_role,
    "GET SecurityRoles/{id}": get_role,
    "DELETE SecurityRoles/{id}": delete_role,
    "GET SecurityRoles/{id}/CanDelete": can_delete_role,
    "GET Blacklists": lambda call: call.group.blacklist.as_json(call.dates),
    "POST Blacklists/AddKey/{fnkeyId}": block,
    "DELETE Blacklists/RemoveKey/{fnkeyId}": unblock,
    "GET Blacklists/CanAddKey/{fnkeyId}": lambda call: call.group.blacklist.can_add(
        _listed(call)
    ),
    "GET Blacklists/CanRemoveKey/{fnkeyId}": lambda call: _listed(call).blocklisted,
    "GET Blacklists/CanOrderS40Blacklist": lambda call: (
        call.group.blacklist.can_order()
    ),
    "POST Blacklists/OrderS40Blacklist": order_blacklist,
}
