"""Time profiles: weekly hours that have a name, and are given to keys."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Model, Record
from simulators.registry import Registry

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup

TITLE = Model(
    text="Name Description",
    guid="TimeLimitTitle_ID RealEstate_ID Zone_ID",
    lg="StartDateLg EndDateLg",
    whole="Type OptionMask",
    required="TimeLimitTitle_ID",
)


@dataclass
class Title:
    """A time profile."""

    id: str
    record: Record
    data: list[Record]

    def as_json(self, dates: Dates) -> Record:
        """Return the profile as answers write it."""
        return TITLE.write(self.record, dates)


class Titles(Registry[Title]):
    """The time profiles of a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group
