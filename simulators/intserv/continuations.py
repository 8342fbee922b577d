"""Continuation keys: where the next page of events begins, for a while or for ever."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_urlsafe

from simulators.intserv.events import Event, History, Order, Query
from simulators.intserv.options import Options
from simulators.intserv.refusals import wrong_value

_KEPT = 10_000


@dataclass(frozen=True)
class Cursor:
    """A query and the place behind which its next page begins."""

    integration_id: str
    query: Query
    made: datetime
    after: Order | None = None
    repeated: bool = False


@dataclass(frozen=True)
class Page:
    """Some events, and the key to those that follow, if there are more."""

    events: list[Event]
    query: Query
    continuation_key: str | None


class Continuations:
    """The continuation keys that were given out, and what each of them stands for."""

    def __init__(self, options: Options) -> None:
        """Start without any."""
        self._options = options
        self._cursors: OrderedDict[str, Cursor] = OrderedDict()

    def expire(self) -> None:
        """Have no key be good any more."""
        self._cursors.clear()

    def find(self, key: object, integration_id: str, now: datetime) -> Cursor:
        """Return what a key stands for; that another integration's key, or one that has expired, is a 400 is assumed."""
        cursor = self._cursors.get(key) if isinstance(key, str) else None
        seconds = self._options.continuation_seconds
        if (
            cursor is None
            or cursor.integration_id != integration_id
            or (seconds is not None and now - cursor.made >= timedelta(seconds=seconds))
        ):
            raise wrong_value("continuation_key", "is not valid or has expired")
        return cursor

    def turn(
        self,
        history: History,
        cursor: Cursor,
        given: str | None,
        limit: int,
        now: datetime,
    ) -> Page:
        """Return the page behind a cursor, with a key for the next one; options have it lead to the same page."""
        newest = self._options.event_order == "newest"
        events, more = history.page(cursor.query, cursor.after, limit, newest=newest)
        if not more:
            return Page(events, cursor.query, None)
        repeats = self._options.repeat_pages
        if repeats == "always" and given:
            return Page(events, cursor.query, given)
        again = repeats == "always" or (repeats == "once" and not cursor.repeated)
        following = replace(
            cursor,
            made=now,
            after=cursor.after if again else events[-1].order,
            repeated=again,
        )
        return Page(events, cursor.query, self._keep(following))

    def _keep(self, cursor: Cursor) -> str:
        """Return a new key for a cursor; the oldest keys are forgotten when there are too many."""
        key = token_urlsafe()
        self._cursors[key] = cursor
        while len(self._cursors) > _KEPT:
            self._cursors.popitem(last=False)
        return key
