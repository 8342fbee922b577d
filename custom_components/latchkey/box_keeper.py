"""An account's lockers: how their boxes stand, how many are free, and openings, each of which is sent once."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .door import OpeningError
from .errors import BOX_ERRORS, door_errors
from .listeners import Listeners
from .rhythm import Rhythm
from .vendors.lockers import BoxStatus, OpensBoxes, TellsBoxes
from .vendors.model import Capability, Device
from .vendors.vendor import RateLimited, ServiceUnavailable, VendorError

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

FREE_FOR: Final = timedelta(hours=1)
"""For how long from now on a box must be free to be counted."""
LOOK: Final = 5.0
"""Seconds after an opening when the locker is looked at."""


class BoxKeeper:
    """Keeps what each locker told last; of one that cannot be read, nothing."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing read."""
        self._coordinator = coordinator
        self._opening: set[str] = set()
        self._silent: set[str] = set()
        self.statuses: dict[str, Mapping[str, BoxStatus | None]] = {}
        """How the boxes stand, by locker, then by box."""
        self.free: dict[str, Counter[str]] = {}
        """How many boxes are free, by locker, then by size."""
        self.sizes: defaultdict[str, set[str]] = defaultdict(set)
        """The sizes of boxes that a locker was ever heard to have."""
        self.changed: defaultdict[str, Listeners[[]]] = defaultdict(Listeners)
        """Told when something of a locker may be otherwise, by locker."""
        self.found: Listeners[[]] = Listeners()
        """Told of sizes that were not known before."""
        self.rhythm = Rhythm(
            coordinator,
            "boxes",
            Capability.BOXES,
            self._async_read,
            lambda _: self._vendor.box_interval,
        )

    @property
    def _vendor(self) -> TellsBoxes:
        vendor = self._coordinator.vendor
        assert isinstance(vendor, TellsBoxes)
        return vendor

    @callback
    def async_hint(self, locker_id: str) -> None:
        """Look at a locker now: something happened there."""
        self.rhythm.async_hurry(locker_id)

    def is_opening(self, box: Device) -> bool:
        """Return whether a command to open a box is not answered yet."""
        return box.id in self._opening

    async def async_open(self, box: Device) -> None:
        """Open a box, and look at its locker afterwards, whatever the answer; refused while a command is unanswered."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, OpensBoxes)
        with door_errors(self._full_name(box), BOX_ERRORS, self._doubt):
            if self.is_opening(box):
                raise OpeningError("already_opening")
            self._opening.add(box.id)
            try:
                await vendor.open_box(box)
            finally:
                self._opening.discard(box.id)
                self.rhythm.async_hurry(box.root_id, LOOK)

    @callback
    def _doubt(self, err: VendorError) -> None:
        self._coordinator.async_doubt(err)
        if isinstance(err, RateLimited):
            self._coordinator.async_pause(err.wait)

    def _full_name(self, box: Device) -> str:
        """Return a name by which an error tells which box of which locker it is about."""
        locker = self._coordinator.data.devices.get(box.root_id)
        names = [each.name or each.label for each in (locker, box) if each]
        return ", ".join(names)

    async def _async_read(self, locker: Device) -> None:
        """Read how a locker's boxes stand, and which are free."""
        doubtful: list[dict[str, Any]] = [self.statuses, self.free]
        try:
            self.statuses[locker.id] = await self._vendor.boxes(locker)
            doubtful = [self.free]
            now = dt_util.utcnow()
            free = await self._vendor.free_boxes(locker, now, now + FREE_FOR)
            self._take_free(locker.id, Counter(box.size for box in free))
        except RateLimited:
            # What was told before still stands.
            raise
        except VendorError as err:
            if isinstance(err, ServiceUnavailable) and locker.id not in self._silent:
                # It may be no more than a moment's.
                self._silent.add(locker.id)
            else:
                for kept in doubtful:
                    kept.pop(locker.id, None)
            raise
        else:
            self._silent.discard(locker.id)
        finally:
            self.changed[locker.id].async_tell()

    def _take_free(self, locker_id: str, free: Counter[str]) -> None:
        self.free[locker_id] = free
        if new := free.keys() - self.sizes[locker_id] - {""}:
            self.sizes[locker_id] |= new
            self.found.async_tell()
