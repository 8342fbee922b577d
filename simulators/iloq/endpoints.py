"""The endpoints of both generations, and the rights that each of them asks for."""

from enum import IntFlag
from types import MappingProxyType
from typing import Final


class R(IntFlag):
    """The rights of a user, where the vendor names their bits."""

    LOG_IN = 1
    PERSONS = 2
    KEY_TOOLS = 32
    BLACKLIST_TOOLS = 128
    KEYS = 512
    ZONES = 2048
    ROLES = 32768
    EDIT_PERSONS = 65536
    EDIT_BLACKLIST = 131072
    EDIT_LOCKS = 262144
    EDIT_KEYS = 524288
    ACCESSES = 2097152
    EDIT_ACCESSES = 4194304
    BLACKLIST = 8388608
    EDIT_KEY_ACCESS = 33554432
    RETURN_KEYS = 134217728
    ORDER_LOCKS = 268435456
    EDIT_LOCK_ACCESS = 536870912
    LOCKS = 1073741824
    ADMINISTER = 2147483648
    ORDER_KEYS = 34359738368
    LOGS = 549755813888
    CALENDARS = 2251799813685248


ALL_RIGHTS: Final = int(~R(0))

type Needs = tuple[R, ...]
"""Sets of rights, of which a user must have one as a whole; none stands for no right that has a bit."""

V2: Final = MappingProxyType[str, Needs](
    {
        "GET Blacklists": (R.BLACKLIST_TOOLS | R.BLACKLIST,),
        "POST Blacklists/AddKey/{fnkeyId}": (
            R.BLACKLIST_TOOLS | R.EDIT_BLACKLIST | R.BLACKLIST,
        ),
        "GET Blacklists/CanAddKey/{fnkeyId}": (
            R.BLACKLIST_TOOLS | R.EDIT_BLACKLIST | R.BLACKLIST,
        ),
        "GET Blacklists/CanOrderS40Blacklist": (
            R.BLACKLIST_TOOLS | R.EDIT_BLACKLIST | R.BLACKLIST,
        ),
        "GET Blacklists/CanRemoveKey/{fnkeyId}": (
            R.BLACKLIST_TOOLS | R.EDIT_BLACKLIST | R.BLACKLIST,
        ),
        "POST Blacklists/OrderS40Blacklist": (
            R.BLACKLIST_TOOLS | R.EDIT_BLACKLIST | R.BLACKLIST,
        ),
        "DELETE Blacklists/RemoveKey/{fnkeyId}": (
            R.BLACKLIST_TOOLS | R.EDIT_BLACKLIST | R.BLACKLIST,
        ),
        "GET CalendarDataTitles": (R.CALENDARS,),
        "POST CalendarDataTitles": (R.CALENDARS,),
        "PUT CalendarDataTitles": (R.CALENDARS,),
        "DELETE CalendarDataTitles/{id}": (R.CALENDARS,),
        "GET CalendarDataTitles/{id}": (R.CALENDARS,),
        "GET CalendarDataTitles/{id}/CalendarDatas": (R.CALENDARS,),
        "GET CalendarDataTitles/{id}/CalendarNetworkModuleDeviceRelayLinks": (
            R.ADMINISTER,
        ),
        "PUT CalendarDataTitles/{id}/CalendarNetworkModuleDeviceRelayLinks": (
            R.ADMINISTER,
        ),
        "POST CalendarDatas": (R.CALENDARS,),
        "PUT CalendarDatas": (R.CALENDARS,),
        "DELETE CalendarDatas/{id}": (R.CALENDARS,),
        "GET CalendarDatas/{id}": (R.CALENDARS,),
        "GET CalendarDatas/{id}/CalendarDataSecurityRoleLinks": (R.CALENDARS,),
        "POST CalendarDatas/{id}/CalendarDataSecurityRoleLinks": (R.CALENDARS,),
        "PUT CalendarDatas/{id}/CalendarDataSecurityRoleLinks": (R.CALENDARS,),
        "POST CalendarDatas/{id}/CalendarDataSecurityRoleLinks/Delete": (R.CALENDARS,),
        "POST CreateSession": (),
        "PUT KeyPhones": (R.KEY_TOOLS | R.EDIT_KEYS | R.EDIT_KEY_ACCESS,),
        "POST KeyPhones/{id}/ReRegister": (R.KEY_TOOLS | R.EDIT_KEYS | R.ORDER_KEYS,),
        "GET KeyTags": (R.KEYS,),
        "POST KeyTags": (R.EDIT_KEYS,),
        "PUT KeyTags": (R.EDIT_KEYS,),
        "DELETE KeyTags/{id}": (R.EDIT_KEYS,),
        "GET KeyTags/{id}": (R.KEYS,),
        "GET Keys": (R.KEYS,),
        "POST Keys": (R.EDIT_KEYS,),
        "PUT Keys": (R.EDIT_KEYS,),
        "GET Keys/GetByRomIds": (R.KEYS,),
        "DELETE Keys/{id}": (R.EDIT_KEYS,),
        "GET Keys/{id}": (R.KEYS,),
        "GET Keys/{id}/CanDelete": (R.EDIT_KEYS,),
        "GET Keys/{id}/CanOrder": (R.ORDER_KEYS,),
        "GET Keys/{id}/CanReturn": (
            R.RETURN_KEYS,
            R.ORDER_KEYS,
        ),
        "GET Keys/{id}/CanUpdateMainZone": (R.EDIT_KEYS,),
        "GET Keys/{id}/KeyPhone": (R.KEYS,),
        "GET Keys/{id}/KeyTags": (R.KEYS,),
        "GET Keys/{id}/LocationReporting": (R.KEYS,),
        "PUT Keys/{id}/LocationReporting": (R.KEYS,),
        "POST Keys/{id}/Order": (R.ORDER_KEYS,),
        "POST Keys/{id}/Return": (
            R.RETURN_KEYS,
            R.ORDER_KEYS,
        ),
        "GET Keys/{id}/SecurityAccesses": (
            R.KEYS,
            R.EDIT_KEYS,
            R.ACCESSES,
            R.EDIT_ACCESSES,
            R.EDIT_KEY_ACCESS,
        ),
        "POST Keys/{id}/SecurityAccesses": (R.EDIT_KEY_ACCESS,),
        "PUT Keys/{id}/SecurityAccesses": (R.EDIT_KEY_ACCESS,),
        "GET Keys/{id}/SecurityAccesses/CanAdd": (R.EDIT_KEY_ACCESS,),
        "DELETE Keys/{id}/SecurityAccesses/{securityAccessId}": (R.EDIT_KEY_ACCESS,),
        "GET Keys/{id}/SecurityAccesses/{securityAccessId}/CanDelete": (
            R.EDIT_KEY_ACCESS,
        ),
        "GET Keys/{id}/TimeLimitTitles": (
            R.EDIT_KEYS,
            R.ACCESSES,
            R.EDIT_ACCESSES,
            R.EDIT_KEY_ACCESS,
            R.LOCKS,
        ),
        "POST Keys/{id}/TimeLimitTitles": (R.EDIT_KEY_ACCESS,),
        "GET Keys/{id}/TimeLimitTitles/CanAdd": (R.EDIT_KEY_ACCESS,),
        "POST Keys/{id}/TimeLimitTitles/CanAdd": (R.EDIT_KEY_ACCESS,),
        "DELETE Keys/{id}/TimeLimitTitles/{timeLimitTitleId}": (R.EDIT_KEY_ACCESS,),
        "GET Keys/{id}/TimeLimitTitles/{timeLimitTitleId}": (R.EDIT_KEY_ACCESS,),
        "PUT Keys/{id}/TimeLimitTitles/{timeLimitTitleId}": (R.EDIT_KEY_ACCESS,),
        "PUT Keys/{id}/UpdateMainZone": (R.EDIT_KEYS,),
        "GET Keys/{id}/Zones": (
            R.KEYS,
            R.ZONES,
        ),
        "GET KillSession": (),
        "GET LockGroups": (),
        "GET LockGroups/ConnectionSettings": (R.LOG_IN,),
        "POST LockGroups/GenerateAccessToken": (R.LOG_IN,),
        "POST LockLogs": (R.LOGS,),
        "POST LockLogs/GetLockLogDataByGoingDates": (R.LOGS,),
        "POST LockLogs/GetLockLogDataByTimestamp": (R.LOGS,),
        "GET Locks": (R.LOCKS,),
        "POST Locks": (R.EDIT_LOCKS,),
        "PUT Locks": (R.EDIT_LOCKS,),
        "DELETE Locks/{id}": (R.EDIT_LOCKS,),
        "GET Locks/{id}": (R.LOCKS,),
        "GET Locks/{id}/CanOrder": (R.ORDER_LOCKS,),
        "GET Locks/{id}/Options": (R.LOCKS,),
        "POST Locks/{id}/Order": (R.ORDER_LOCKS,),
        "GET Locks/{id}/SecurityAccesses": (
            R.EDIT_LOCKS,
            R.ACCESSES,
            R.EDIT_ACCESSES,
            R.EDIT_LOCK_ACCESS,
            R.LOCKS,
        ),
        "PUT Locks/{id}/SecurityAccesses": (R.EDIT_LOCK_ACCESS,),
        "GET Locks/{id}/TimeLimitTitles": (
            R.EDIT_LOCKS,
            R.ACCESSES,
            R.EDIT_ACCESSES,
            R.EDIT_LOCK_ACCESS,
            R.LOCKS,
        ),
        "GET NetworkModuleDeviceRelays/{id}": (R.ADMINISTER,),
        "GET NetworkModuleDeviceRelays/{id}/CalendarNetworkModuleDeviceRelayLinks": (
            R.ADMINISTER,
        ),
        "GET NetworkModuleDevices": (R.ADMINISTER,),
        "GET NetworkModuleDevices/{id}": (R.ADMINISTER,),
        "GET NetworkModuleDevices/{id}/NetworkModuleDeviceRelays": (R.ADMINISTER,),
        "GET NetworkModules": (R.ADMINISTER,),
        "GET NetworkModules/{id}": (R.ADMINISTER,),
        "GET NetworkModules/{id}/NetworkModuleDeviceRelays": (R.ADMINISTER,),
        "GET NetworkModules/{id}/NetworkModuleDevices": (R.ADMINISTER,),
        "GET PersonRoles": (R.ROLES,),
        "GET PersonRoles/{id}": (R.ROLES,),
        "GET PersonRoles/{id}/SecurityAccesses": (R.ROLES,),
        "GET Persons": (R.PERSONS,),
        "POST Persons": (R.EDIT_PERSONS,),
        "PUT Persons": (R.EDIT_PERSONS,),
        "GET Persons/GetByExternalPersonIds": (R.PERSONS,),
        "DELETE Persons/{id}": (R.EDIT_PERSONS,),
        "GET Persons/{id}": (R.PERSONS,),
        "GET Persons/{id}/CanDelete": (R.EDIT_PERSONS,),
        "GET Persons/{id}/Keys": (R.KEYS,),
        "GET Persons/{id}/NortecActivationCode": (R.PERSONS,),
        "GET Persons/{id}/PersonRoles": (R.ROLES,),
        "GET RealEstates": (R.LOG_IN,),
        "GET SecurityAccesses": (R.ACCESSES,),
        "POST SecurityAccesses": (R.EDIT_ACCESSES,),
        "PUT SecurityAccesses": (R.EDIT_ACCESSES,),
        "DELETE SecurityAccesses/{id}": (R.EDIT_ACCESSES,),
        "GET SecurityRoles": (R.ROLES,),
        "POST SecurityRoles": (),
        "PUT SecurityRoles": (),
        "DELETE SecurityRoles/{id}": (),
        "GET SecurityRoles/{id}": (R.ROLES,),
        "GET SecurityRoles/{id}/CalendarDataSecurityRoleLinks": (R.CALENDARS,),
        "GET SecurityRoles/{id}/CanDelete": (),
        "POST SetLockgroup": (),
        "GET Test": (),
        "GET TimeLimitTitles": (R.KEYS,),
        "POST TimeLimitTitles": (R.EDIT_KEY_ACCESS,),
        "PUT TimeLimitTitles": (R.EDIT_KEY_ACCESS,),
        "DELETE TimeLimitTitles/{id}": (R.EDIT_KEY_ACCESS,),
        "GET TimeLimitTitles/{id}": (R.KEYS,),
        "GET TimeLimitTitles/{id}/CanDelete": (R.EDIT_KEY_ACCESS,),
        "GET TimeLimitTitles/{id}/TimeLimitData": (R.KEYS,),
        "POST Url/GetUrl": (),
        "GET Version": (),
        "GET Webhooks/Events": (R.ADMINISTER,),
        "GET Webhooks/Subscriptions": (R.ADMINISTER,),
        "POST Webhooks/Subscriptions": (R.ADMINISTER,),
        "PUT Webhooks/Subscriptions": (R.ADMINISTER,),
        "GET Webhooks/Subscriptions/PendingEvents": (R.ADMINISTER,),
        "GET Webhooks/Subscriptions/PendingPayloads": (R.ADMINISTER,),
        "DELETE Webhooks/Subscriptions/{id}": (R.ADMINISTER,),
        "GET Webhooks/Subscriptions/{id}": (R.ADMINISTER,),
        "GET Webhooks/Subscriptions/{id}/Payloads": (R.ADMINISTER,),
        "GET Webhooks/Subscriptions/{id}/PendingEvents": (R.ADMINISTER,),
        "GET Zones": (R.LOG_IN,),
    }
)

V1: Final = frozenset(
    {
        "POST CreateSession",
        "GET KillSession",
        "POST SetLockgroup",
        "GET LockGroups",
        "GET Keys",
        "GET Keys/{id}",
        "POST Keys",
        "PUT Keys",
        "PUT Keys/{id}/SecurityAccesses",
        "GET Locks",
        "GET Locks/{id}",
        "GET Persons/{id}",
        "POST SecurityAccesses",
    }
)
"""The pages that were found of the first generation, and KillSession, which is assumed."""

WITHOUT_SESSION: Final = frozenset(
    {"POST CreateSession", "POST Url/GetUrl", "GET Test", "GET Version"}
)
"""That the last two need no session is assumed."""

WITHOUT_LOCK_GROUP: Final = WITHOUT_SESSION | {
    "GET LockGroups",
    "POST SetLockgroup",
    "GET KillSession",
}
