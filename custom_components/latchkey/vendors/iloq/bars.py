"""Log-ins that were refused and are not tried again for a while: bad ones lock the user out (facts sheet 1.2)."""

from datetime import datetime, timedelta
from typing import Final

from ..vendor import VendorError

BARRED: Final = timedelta(minutes=30)
"""For how long a refused log-in is not tried again."""


def lasts(began: datetime, now: datetime) -> bool:
    """Return whether a refusal is to be minded; a clock that was set back must not bar the way for longer."""
    return began <= now < began + BARRED


class Bars:
    """Outlives the sessions: what could not be set up is tried again every few seconds, with a session of its own."""

    def __init__(self) -> None:
        """Initialize with none."""
        self._put: dict[tuple[str, ...], tuple[datetime, VendorError]] = {}

    def check(self, login: tuple[str, ...], now: datetime) -> None:
        """Raise what a log-in was refused with, as long as that lasts."""
        self._put = {
            key: each for key, each in self._put.items() if lasts(each[0], now)
        }
        if login in self._put:
            raise self._put[login][1].with_traceback(None)

    def put(self, login: tuple[str, ...], now: datetime, err: VendorError) -> None:
        """Have a log-in not tried again for a while."""
        self._put[login] = (now, err)

    def lift(self, login: tuple[str, ...]) -> None:
        """Have a log-in tried again."""
        self._put.pop(login, None)


BARS: Final = Bars()
"""Those of all accounts."""
