"""When grants are compared with the vendor's: soon while something is on its way, hourly for drift."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from .ledger import Ledger, Record
from .vendors.granting import FollowsGrants, IssuesGrants
from .vendors.grants import GrantState

TICK: Final = timedelta(minutes=1)
DRIFT: Final = timedelta(hours=1)
"""How often grants are compared with the vendor's although nothing is in doubt."""
HASTE: Final = 5
"""How many ticks in a row something unsettled is looked into."""
PATIENCE: Final = timedelta(minutes=15)
"""How often it is looked into then."""
ON_ITS_WAY: Final = (
    TICK,
    timedelta(minutes=2),
    timedelta(minutes=5),
    PATIENCE,
)
"""After which times what the vendor delivers by itself is looked into, each after the one before; then hourly."""
_LONG_AGO: Final = datetime.fromtimestamp(0, UTC)


class GrantLooks:
    """When each scope was compared, and when it is to be."""

    def __init__(
        self,
        vendor: IssuesGrants,
        ledger: Ledger,
        clock: Callable[[], datetime],
        is_idle: Callable[[str], bool],
    ) -> None:
        """Initialize with the grants, and with whether no delivery that we asked for is under way."""
        self._vendor = vendor
        self._ledger = ledger
        self._clock = clock
        self._is_idle = is_idle
        self._looked_at: dict[str, datetime] = {}
        self._whole_at: dict[str, datetime] = {}
        self._looks: dict[str, int] = {}

    def clear(self) -> None:
        """Have everything compared at once."""
        self._looked_at.clear()
        self._whole_at.clear()
        self._looks.clear()

    def hasten(self, scope: str) -> None:
        """Have a scope compared soon, however long others have been waiting there."""
        self._looks.pop(scope, None)

    def begin(self, scope: str) -> bool:
        """Take note that a scope is compared now; return whether all of it is due."""
        now = self._clock()
        self._looked_at[scope] = now
        is_whole = now >= self._whole_at.get(scope, _LONG_AGO) + DRIFT
        if is_whole:
            self._whole_at[scope] = now
        return is_whole

    def ended(self, scope: str) -> None:
        """Take note that a look in its turn is over."""
        looks = self._looks.get(scope, 0) + 1
        self._looks[scope] = looks if self._unsettled(scope) else 0

    def due(self, scope: str) -> datetime:
        """Return when a scope is to be compared."""
        looked_at = self._looked_at.get(scope)
        if looked_at is None or looked_at > self._clock():
            return _LONG_AGO
        return looked_at + self._wait(scope)

    def _wait(self, scope: str) -> timedelta:
        """Return how long after a look the next one shows something new; a delivery that we asked for ends with one."""
        looks = self._looks.get(scope, 0)
        if self._doubts(scope):
            return TICK if looks < HASTE else PATIENCE
        if looks < len(ON_ITS_WAY) and self._unsettled(scope):
            return ON_ITS_WAY[looks]
        return DRIFT

    def _doubts(self, scope: str) -> bool:
        """Return whether something is in doubt, or waits for a delivery that we ask for."""
        waits = self._is_idle(scope) and not isinstance(self._vendor, FollowsGrants)
        return any(
            record.is_in_doubt or (waits and record.is_undelivered)
            for record in self._ledger.of_scope(scope)
        )

    def _unsettled(self, scope: str) -> bool:
        """Return whether a look may show something new."""
        records = self._ledger.of_scope(scope)
        return self._doubts(scope) or any(map(self._is_on_its_way, records))

    def _is_on_its_way(self, record: Record) -> bool:
        """Return whether the vendor delivers something at this moment, by itself."""
        if not isinstance(self._vendor, FollowsGrants) or not record.is_undelivered:
            return False
        if record.state is GrantState.REVOKING or record.terms.start is None:
            return True
        return record.terms.start - self._vendor.lead <= self._clock()
