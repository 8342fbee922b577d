"""The operations without an entity or an action of their own, passed on by their names (3.6)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..vendor import InvalidField, NotAvailable
from .part import Part

_SESSION: Final = frozenset(
    {
        "POST Url/GetUrl",
        "POST CreateSession",
        "GET LockGroups",
        "POST SetLockgroup",
        "GET KillSession",
    }
)
"""What opens, directs and ends the session that all share."""
_ACTIONS: Final = frozenset(
    {
        "DELETE Blacklists/RemoveKey/{id}",
        "GET Blacklists",
        "GET Blacklists/CanAddKey/{id}",
        "GET Blacklists/CanRemoveKey/{id}",
        "POST Blacklists/AddKey/{id}",
        "DELETE CalendarDatas/{id}",
        "GET CalendarDataTitles",
        "GET CalendarDataTitles/{id}/CalendarDatas",
        "POST CalendarDatas",
        "PUT CalendarDatas",
        "DELETE Keys/{id}",
        "DELETE Keys/{id}/SecurityAccesses/{id}",
        "GET Keys",
        "GET Keys/{id}",
        "GET Keys/{id}/CanDelete",
        "GET Keys/{id}/CanOrder",
        "GET Keys/{id}/CanReturn",
        "GET Keys/{id}/SecurityAccesses",
        "GET Keys/{id}/SecurityAccesses/CanAdd",
        "GET Keys/{id}/SecurityAccesses/{id}/CanDelete",
        "GET Keys/{id}/TimeLimitTitles",
        "GET Keys/{id}/Zones",
        "POST Keys",
        "POST Keys/{id}/Order",
        "POST Keys/{id}/Return",
        "POST Keys/{id}/SecurityAccesses",
        "PUT KeyPhones",
        "PUT Keys",
        "PUT Keys/{id}/SecurityAccesses",
        "PUT Keys/{id}/UpdateMainZone",
        "POST LockLogs",
        "POST LockLogs/GetLockLogDataByGoingDates",
        "POST LockLogs/GetLockLogDataByTimestamp",
        "GET Locks",
        "DELETE Persons/{id}",
        "GET Persons",
        "GET Persons/{id}/CanDelete",
        "POST Persons",
        "PUT Persons",
        "GET RealEstates",
        "GET SecurityAccesses",
        "GET Zones",
    }
)
"""What is read for an entity, or done by an action."""
_PUSH: Final = "Webhooks/"
_READS: Final = frozenset({"POST Keys/{id}/TimeLimitTitles/CanAdd"})
"""What changes nothing although it is a POST."""
_BODY: Final = "body"
_PARTS: Final = frozenset({"ids", "query", _BODY})


def is_passed_on(operation: str) -> bool:
    """Return whether nothing else here does what an operation does."""
    return operation not in _SESSION | _ACTIONS and _PUSH not in operation


class Calls(Part):
    """What can be asked of the API by whoever knows its fields."""

    @property
    def calls(self) -> Sequence[str]:
        """Return the names of the operations that the generation has and the user may use."""
        return [
            name
            for name in self._client.session.operations
            if is_passed_on(name) and self._client.has(name)
        ]

    async def call(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return what an operation answers; `ids` stand in its path, `query` behind it, `body` is the request's."""
        if name not in self._client.session.operations or not is_passed_on(name):
            raise NotAvailable("no such call")
        if body.keys() - _PARTS:
            raise InvalidField(_BODY, "call_parts")
        ids = _ids(name, body.get("ids"))
        query = _query(body.get("query"))
        sent = body.get(_BODY)
        if name.startswith("GET ") or name in _READS:
            return await self._client.read(name, *ids, query=query, body=sent)
        return await self._client.command(name, *ids, query=query, body=sent)


def _ids(name: str, given: Any) -> list[str]:
    """Return the ids for a path; raises InvalidField where they are more or fewer than it has places."""
    ids = [] if given is None else given
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise InvalidField(_BODY, "call_ids")
    if len(ids) != name.count("{id}"):
        raise InvalidField(_BODY, "call_ids")
    return ids


def _query(given: Any) -> dict[str, str] | None:
    """Return a query, in which a truth is written as in JSON."""
    if given is None:
        return None
    if not isinstance(given, dict) or not all(
        isinstance(value, str | int | float) for value in given.values()
    ):
        raise InvalidField(_BODY, "call_query")
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in given.items()
    }
