"""One round of readings: what answers is taken, what fails is told apart from an outage."""

import asyncio
from collections.abc import Iterable

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


class Round:
    """Reads the status of many devices; one that fails leaves the others alone.

    The transport bounds how many requests are under way at once.
    """

    def __init__(self, vendor: Vendor) -> None:
        """Initialize with the account's client."""
        self._vendor = vendor
        self._checking = asyncio.Lock()
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
            if not self.statuses:
                await self._check()
            self.failures[device.id] = err
        except RateLimited:
            raise
        except VendorError as err:
            self.failures[device.id] = err

    async def _check(self) -> None:
        """Ask once in a round whether the account itself still works; raises what it answers."""
        async with self._checking:
            if not self._checked:
                await self._vendor.account()
                self._checked = True
