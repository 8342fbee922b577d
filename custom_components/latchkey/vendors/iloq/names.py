"""The names of persons, asked for when they are needed and kept for a while (facts sheet 3.3)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ..vendor import AnswerNotUnderstood, NoRight, NotAvailable, NotFound, VendorError
from .client import IloqClient
from .wire import ROOT_REAL_ESTATE, WirePerson

PERSON: Final = "GET Persons/{id}"
FEW: Final = 5
MANY: Final = 50
"""How many persons are asked for at a time: again and again, or once by a user."""
_MOST: Final = 500
_LASTS: Final = timedelta(days=1)
"""Names change."""


class Names:
    """Some persons' names."""

    def __init__(self, client: IloqClient, clock: Callable[[], datetime]) -> None:
        """Initialize with none."""
        self._client = client
        self._clock = clock
        self._known: dict[str, tuple[str, datetime]] = {}
        self._left = 0

    def begin(self, most: int) -> None:
        """Have some more asked for."""
        self._left = most

    async def of(self, person_id: str) -> str:
        """Return a person's name; nothing where nobody is named, or the user may not see it, or too many were asked for."""
        person_id = person_id.casefold()
        # The same id stands for nobody that elsewhere stands for the root.
        if person_id in ("", ROOT_REAL_ESTATE) or not self._client.has(PERSON):
            return ""
        now = self._clock()
        name, at = self._known.get(person_id, ("", None))
        if at is not None and at <= now < at + _LASTS:
            return name
        if self._left <= 0:
            return name
        self._left -= 1
        try:
            person = WirePerson.parse(await self._client.read(PERSON, person_id))
            name = " ".join(filter(None, (person.firstname, person.lastname)))
        except NoRight, NotAvailable, NotFound, AnswerNotUnderstood:
            name = ""
        except VendorError:
            # What has happened is told all the same.
            self._left = 0
            return name
        self._known.pop(person_id, None)
        self._known[person_id] = (name, now)
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        return name
