"""One round of readings: what answers is taken, what fails is told apart from an outage."""

import asyncio
from collections.abc import Iterable
from typing import Final

from .vendors.model import Device, Status
from .vendors.vendor import (
    NoRight,
    RateLimited,
    ReportsStatus,
    ServiceUnavailable,
    Vendor,
    VendorError,
    WrongCredentials,
)

SUSPICIOUS: Final = 3
"""How many failures of a round make one ask anew whether the account works at all."""


class Round:
    """Reads the status of many devices; one that fails leaves the others alone.

    The transport bounds how many requests are under way at once.
    """

    def __init__(self, vendor: Vendor) -> None:
        """Initialize with the account's client."""
        self._vendor = vendor
        self._checking = asyncio.Lock()
        self._verdict: VendorError | None = None
        self._checked = False
        self.statuses: dict[str, Status] = {}
        self.failures: dict[str, VendorError] = {}

    async def read(self, devices: Iterable[Device]) -> None:
        """Read what can be read; raises what concerns the whole account.

        That is RateLimited, WrongCredentials, and ServiceUnavailable where nothing at all answers; the
        statuses read until then are kept.
        """
        if not isinstance(self._vendor, ReportsStatus):
            return
        try:
            async with asyncio.TaskGroup() as group:
                for device in devices:
                    group.create_task(self._read(self._vendor, device))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _read(self, vendor: ReportsStatus, device: Device) -> None:
        try:
            self.statuses[device.id] = await vendor.status(device)
        except WrongCredentials:
            # Some clouds refuse a single foreign unit with the status of a wrong password.
            await self._check()
            self.failures[device.id] = NoRight()
        except ServiceUnavailable as err:
            # The first failure of a round may be all there is, and so may be one of many in its midst.
            if not self.statuses or len(self.failures) == SUSPICIOUS:
                await self._check(anew=bool(self.statuses))
            self.failures[device.id] = err
        except RateLimited:
            raise
        except VendorError as err:
            self.failures[device.id] = err

    async def _check(self, *, anew: bool = False) -> None:
        """Ask whether the account itself still works, once unless anew; raises what it answers."""
        async with self._checking:
            if anew or not self._checked:
                self._checked = True
                self._verdict = None
                try:
                    await self._vendor.account()
                except VendorError as err:
                    self._verdict = err
        if self._verdict is not None:
            raise self._verdict
