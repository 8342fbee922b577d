"""The operations of both generations of the API, and the rights that they need (facts sheet 2.1, 3.4, 3.6)."""

from collections.abc import Mapping
from enum import IntFlag
from types import MappingProxyType
from typing import Final


class Right(IntFlag):
    """What a user may do, by the bits of the mask that SetLockgroup answers (3.4)."""

    NONE = 0
    LOG_IN = 1
    PERSONS = 2
    KEYS = 512
    ZONES = 2048
    ROLES = 32768
    EDIT_PERSONS = 65536
    EDIT_BLOCKLIST = 131072
    EDIT_LOCKS = 262144
    EDIT_KEYS = 524288
    ACCESSES = 2097152
    EDIT_ACCESSES = 4194304
    BLOCKLIST = 8388608
    EDIT_KEY_ACCESS = 33554432
    RETURN_KEYS = 134217728
    ORDER_LOCKS = 268435456
    EDIT_LOCK_ACCESS = 536870912
    LOCKS = 1073741824
    ADMINISTER = 2147483648
    ORDER_KEYS = 34359738368
    LOGS = 549755813888
    CALENDARS = 2251799813685248


_ANY_ACCESS: Final = (
    Right.KEYS
    | Right.EDIT_KEYS
    | Right.ACCESSES
    | Right.EDIT_ACCESSES
    | Right.EDIT_KEY_ACCESS
)
_LOCK_ACCESS: Final = (
    Right.EDIT_LOCKS
    | Right.ACCESSES
    | Right.EDIT_ACCESSES
    | Right.EDIT_LOCK_ACCESS
    | Right.LOCKS
)

V1: Final[Mapping[str, Right]] = MappingProxyType(
    {
        "POST CreateSession": Right.NONE,
        "GET LockGroups": Right.NONE,
        "POST SetLockgroup": Right.NONE,
        "GET KillSession": Right.NONE,
        "GET Keys": Right.KEYS,
        "GET Keys/{id}": Right.KEYS,
        "POST Keys": Right.EDIT_KEYS,
        "PUT Keys": Right.EDIT_KEYS,
        "PUT Keys/{id}/SecurityAccesses": Right.EDIT_KEY_ACCESS,
        "GET Locks": Right.LOCKS,
        "GET Locks/{id}": Right.LOCKS,
        "GET Persons/{id}": Right.PERSONS,
        "POST SecurityAccesses": Right.EDIT_ACCESSES,
    }
)
"""What is known of version 1 (2.1, and the seed); that it has KillSession is assumed."""

V2: Final[Mapping[str, Right]] = MappingProxyType(
    {
        "POST Url/GetUrl": Right.NONE,
        "POST CreateSession": Right.NONE,
        "GET LockGroups": Right.NONE,
        "POST SetLockgroup": Right.NONE,
        "GET KillSession": Right.NONE,
        "GET Test": Right.NONE,
        "GET Version": Right.NONE,
        "GET LockGroups/ConnectionSettings": Right.LOG_IN,
        "POST Blacklists/AddKey/{id}": Right.EDIT_BLOCKLIST,
        "GET Blacklists/CanAddKey/{id}": Right.EDIT_BLOCKLIST | Right.BLOCKLIST,
        "GET Blacklists/CanOrderS40Blacklist": Right.EDIT_BLOCKLIST | Right.BLOCKLIST,
        "GET Blacklists/CanRemoveKey/{id}": Right.EDIT_BLOCKLIST | Right.BLOCKLIST,
        "GET Blacklists": Right.BLOCKLIST,
        "POST Blacklists/OrderS40Blacklist": Right.EDIT_BLOCKLIST,
        "DELETE Blacklists/RemoveKey/{id}": Right.EDIT_BLOCKLIST,
        "POST CalendarDatas/{id}/CalendarDataSecurityRoleLinks/Delete": Right.CALENDARS,
        "GET CalendarDatas/{id}/CalendarDataSecurityRoleLinks": Right.CALENDARS,
        "GET SecurityRoles/{id}/CalendarDataSecurityRoleLinks": Right.CALENDARS,
        "POST CalendarDatas/{id}/CalendarDataSecurityRoleLinks": Right.CALENDARS,
        "PUT CalendarDatas/{id}/CalendarDataSecurityRoleLinks": Right.CALENDARS,
        "DELETE CalendarDataTitles/{id}": Right.CALENDARS,
        "GET CalendarDataTitles": Right.CALENDARS,
        "GET CalendarDataTitles/{id}": Right.CALENDARS,
        "POST CalendarDataTitles": Right.CALENDARS,
        "PUT CalendarDataTitles": Right.CALENDARS,
        "DELETE CalendarDatas/{id}": Right.CALENDARS,
        "GET CalendarDatas/{id}": Right.CALENDARS,
        "GET CalendarDataTitles/{id}/CalendarDatas": Right.CALENDARS,
        "POST CalendarDatas": Right.CALENDARS,
        "PUT CalendarDatas": Right.CALENDARS,
        "GET CalendarDataTitles/{id}/CalendarNetworkModuleDeviceRelayLinks": Right.ADMINISTER,
        "GET NetworkModuleDeviceRelays/{id}/CalendarNetworkModuleDeviceRelayLinks": Right.ADMINISTER,
        "PUT CalendarDataTitles/{id}/CalendarNetworkModuleDeviceRelayLinks": Right.ADMINISTER,
        "GET Keys/{id}/KeyPhone": Right.KEYS,
        "POST KeyPhones/{id}/ReRegister": Right.EDIT_KEYS,
        "PUT KeyPhones": Right.EDIT_KEYS,
        "DELETE KeyTags/{id}": Right.EDIT_KEYS,
        "GET KeyTags": Right.KEYS,
        "GET KeyTags/{id}": Right.KEYS,
        "GET Keys/{id}/KeyTags": Right.KEYS,
        "POST KeyTags": Right.EDIT_KEYS,
        "PUT KeyTags": Right.EDIT_KEYS,
        "GET Keys/{id}/SecurityAccesses/CanAdd": Right.EDIT_KEY_ACCESS,
        "POST Keys/{id}/TimeLimitTitles/CanAdd": Right.EDIT_KEY_ACCESS,
        "GET Keys/{id}/CanDelete": Right.EDIT_KEYS,
        "GET Keys/{id}/SecurityAccesses/{id}/CanDelete": Right.EDIT_KEY_ACCESS,
        "GET Keys/{id}/CanOrder": Right.ORDER_KEYS,
        "GET Keys/{id}/CanReturn": Right.RETURN_KEYS | Right.ORDER_KEYS,
        "GET Keys/{id}/CanUpdateMainZone": Right.EDIT_KEYS,
        "DELETE Keys/{id}": Right.EDIT_KEYS,
        "DELETE Keys/{id}/SecurityAccesses/{id}": Right.EDIT_KEY_ACCESS,
        "DELETE Keys/{id}/TimeLimitTitles/{id}": Right.EDIT_KEY_ACCESS,
        "GET Keys": Right.KEYS,
        "GET Keys/{id}": Right.KEYS,
        "GET Keys/{id}/LocationReporting": Right.KEYS,
        "GET Persons/{id}/Keys": Right.KEYS,
        "GET Keys/GetByRomIds": Right.KEYS,
        "GET Keys/{id}/SecurityAccesses": _ANY_ACCESS,
        "GET Keys/{id}/TimeLimitTitles/{id}": Right.EDIT_KEY_ACCESS,
        "GET Keys/{id}/TimeLimitTitles": _ANY_ACCESS | Right.LOCKS,
        "GET Keys/{id}/Zones": Right.KEYS | Right.ZONES,
        "POST Keys": Right.EDIT_KEYS,
        "POST Keys/{id}/SecurityAccesses": Right.EDIT_KEY_ACCESS,
        "POST Keys/{id}/TimeLimitTitles": Right.EDIT_KEY_ACCESS,
        "POST Keys/{id}/Order": Right.ORDER_KEYS,
        "POST Keys/{id}/Return": Right.RETURN_KEYS | Right.ORDER_KEYS,
        "PUT Keys/{id}/LocationReporting": Right.KEYS,
        "PUT Keys": Right.EDIT_KEYS,
        "PUT Keys/{id}/UpdateMainZone": Right.EDIT_KEYS,
        "PUT Keys/{id}/SecurityAccesses": Right.EDIT_KEY_ACCESS,
        "PUT Keys/{id}/TimeLimitTitles/{id}": Right.EDIT_KEY_ACCESS,
        "POST LockLogs/GetLockLogDataByGoingDates": Right.LOGS,
        "POST LockLogs/GetLockLogDataByTimestamp": Right.LOGS,
        "POST LockLogs": Right.LOGS,
        "GET Locks/{id}/CanOrder": Right.ORDER_LOCKS,
        "DELETE Locks/{id}": Right.EDIT_LOCKS,
        "GET Locks": Right.LOCKS,
        "GET Locks/{id}": Right.LOCKS,
        "GET Locks/{id}/Options": Right.LOCKS,
        "GET Locks/{id}/SecurityAccesses": _LOCK_ACCESS,
        "GET Locks/{id}/TimeLimitTitles": _LOCK_ACCESS,
        "POST Locks": Right.EDIT_LOCKS,
        "POST Locks/{id}/Order": Right.ORDER_LOCKS,
        "PUT Locks": Right.EDIT_LOCKS,
        "PUT Locks/{id}/SecurityAccesses": Right.EDIT_LOCK_ACCESS,
        "GET NetworkModuleDeviceRelays/{id}": Right.ADMINISTER,
        "GET NetworkModuleDevices/{id}/NetworkModuleDeviceRelays": Right.ADMINISTER,
        "GET NetworkModules/{id}/NetworkModuleDeviceRelays": Right.ADMINISTER,
        "GET NetworkModuleDevices": Right.ADMINISTER,
        "GET NetworkModuleDevices/{id}": Right.ADMINISTER,
        "GET NetworkModules/{id}/NetworkModuleDevices": Right.ADMINISTER,
        "GET NetworkModules": Right.ADMINISTER,
        "GET NetworkModules/{id}": Right.ADMINISTER,
        "GET PersonRoles": Right.ROLES,
        "GET Persons/{id}/PersonRoles": Right.ROLES,
        "GET PersonRoles/{id}": Right.ROLES,
        "GET PersonRoles/{id}/SecurityAccesses": Right.ROLES,
        "GET Persons/{id}/CanDelete": Right.EDIT_PERSONS,
        "DELETE Persons/{id}": Right.EDIT_PERSONS,
        "GET Persons": Right.PERSONS,
        "GET Persons/{id}/NortecActivationCode": Right.PERSONS,
        "GET Persons/{id}": Right.PERSONS,
        "GET Persons/GetByExternalPersonIds": Right.PERSONS,
        "POST Persons": Right.EDIT_PERSONS,
        "PUT Persons": Right.EDIT_PERSONS,
        "GET RealEstates": Right.LOG_IN,
        "DELETE SecurityAccesses/{id}": Right.EDIT_ACCESSES,
        "GET SecurityAccesses": Right.ACCESSES,
        "POST SecurityAccesses": Right.EDIT_ACCESSES,
        "PUT SecurityAccesses": Right.EDIT_ACCESSES,
        "GET SecurityRoles/{id}/CanDelete": Right.NONE,
        "DELETE SecurityRoles/{id}": Right.NONE,
        "GET SecurityRoles": Right.ROLES,
        "GET SecurityRoles/{id}": Right.ROLES,
        "POST SecurityRoles": Right.NONE,
        "PUT SecurityRoles": Right.NONE,
        "GET TimeLimitTitles/{id}/TimeLimitData": Right.KEYS,
        "GET TimeLimitTitles/{id}/CanDelete": Right.EDIT_KEY_ACCESS,
        "DELETE TimeLimitTitles/{id}": Right.EDIT_KEY_ACCESS,
        "GET TimeLimitTitles": Right.KEYS,
        "GET TimeLimitTitles/{id}": Right.KEYS,
        "POST TimeLimitTitles": Right.EDIT_KEY_ACCESS,
        "PUT TimeLimitTitles": Right.EDIT_KEY_ACCESS,
        "POST Webhooks/Subscriptions": Right.ADMINISTER,
        "DELETE Webhooks/Subscriptions/{id}": Right.ADMINISTER,
        "GET Webhooks/Events": Right.ADMINISTER,
        "GET Webhooks/Subscriptions/{id}/Payloads": Right.ADMINISTER,
        "GET Webhooks/Subscriptions/{id}/PendingEvents": Right.ADMINISTER,
        "GET Webhooks/Subscriptions/{id}": Right.ADMINISTER,
        "GET Webhooks/Subscriptions": Right.ADMINISTER,
        "GET Webhooks/Subscriptions/PendingEvents": Right.ADMINISTER,
        "GET Webhooks/Subscriptions/PendingPayloads": Right.ADMINISTER,
        "PUT Webhooks/Subscriptions": Right.ADMINISTER,
        "GET Zones": Right.LOG_IN,
    }
)
"""Version 2 (3.6); any one of an operation's rights is enough, and NONE stands for what no bit is known of."""


def is_allowed(needed: Right, held: Right | None) -> bool:
    """Return whether a user may do something; a mask that was not told forbids nothing."""
    return held is None or not needed or bool(needed & held)
