"""One request, as its answer is made from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.iloq.dates import Dates, Form, Zoned
from simulators.iloq.fields import value_of
from simulators.iloq.group import LockGroup
from simulators.iloq.refusals import found, wrong_value
from simulators.iloq.sessions import Generation, Session

if TYPE_CHECKING:
    from simulators.iloq.cloud import IloqCloud

type Answering = Callable[[Call], object]
"""What answers a request: with data, with nothing, or with a whole response."""
type Handlers = Mapping[str, Answering]

_USUAL: Mapping[Generation, Form] = {"v1": "offset", "v2": "zulu"}


@dataclass
class Call:
    """A request with its session, its lock group and its body, where it has them."""

    cloud: IloqCloud
    request: web.Request
    generation: Generation
    body: dict[str, Any]
    given_session: Session | None
    given_group: LockGroup | None

    @property
    def v1(self) -> bool:
        """Tell whether the request is one of the first generation."""
        return self.generation == "v1"

    @property
    def session(self) -> Session:
        """Return the session, of which the gate has seen that it is there."""
        assert self.given_session
        return self.given_session

    @property
    def group(self) -> LockGroup:
        """Return the lock group, of which the gate has seen that it is there."""
        assert self.given_group
        return self.given_group

    @property
    def dates(self) -> Dates:
        """Return how dates are read and written."""
        return self.group.dates(self.form)

    @property
    def form(self) -> Form:
        """Return how dates are written."""
        form = self.cloud.options.date_form
        return _USUAL[self.generation] if form == "usual" else form

    def part(self, name: str = "id") -> str:
        """Return a part of the path."""
        return self.request.match_info[name]

    def find[T](self, things: Mapping[str, T], name: str = "id") -> T:
        """Return what a part of the path is the id of."""
        return found(things, self.part(name), name)

    def texts(self, name: str) -> list[str]:
        """Return the values of a query, which is repeated for each or has commas between them."""
        values = [
            part
            for value in self.request.query.getall(name, [])
            for part in value.split(",")
        ]
        if not values:
            raise wrong_value("", name)
        return values

    def choice(self, name: str, default: int, *allowed: int) -> int:
        """Return a whole number of the query."""
        value = self.request.query.get(name, str(default))
        if value not in map(str, allowed):
            raise wrong_value(value, name)
        return int(value)

    def truth(self, name: str) -> bool:
        """Return whether the query says true, which it does not if it says nothing."""
        value = self.request.query.get(name, "false").lower()
        if value not in ("true", "false"):
            raise wrong_value(value, name)
        return value == "true"

    def moment(self, name: str, kind: Zoned) -> Any:
        """Return an instant of the query, or nothing."""
        return value_of(kind, self.request.query.get(name), self.dates, name)
