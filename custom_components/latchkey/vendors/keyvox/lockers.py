"""KEYVOX's lockers: their boxes' status, the free ones of a period, and openings (facts sheet 2.2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
import re
from types import MappingProxyType
from typing import Final

from ..lockers import BoxSize, BoxStatus, FreeBox
from ..model import Device
from ..vendor import AnswerNotUnderstood
from .inventory import Organisation, box_id, listed
from .wire import WireBox, number, seconds

_STATUSES: Final[Mapping[int | None, BoxStatus]] = MappingProxyType(
    {
        0: BoxStatus.UNUSED,
        1: BoxStatus.IN_USE,
        2: BoxStatus.EXPIRED,
        9: BoxStatus.FAULT,
    }
)
_SIZES: Final[Mapping[str, str]] = MappingProxyType(
    {"1": BoxSize.SMALL, "2": BoxSize.MEDIUM, "3": BoxSize.LARGE}
)
"""The sizes as the vendor's own demonstration calls them."""
_NUMBERS: Final = MappingProxyType({size: told for told, size in _SIZES.items()})
_SIZE: Final = re.compile(r"[0-9A-Za-z_-]{1,16}")


class Lockers(Organisation):
    """What an organisation's lockers tell and do."""

    box_interval = 300.0

    async def boxes(self, locker: Device) -> Mapping[str, BoxStatus | None]:
        """Return how a locker's boxes stand (getLockerStatus)."""
        boxes = await self.read_boxes(locker.id)
        return {
            box_id(locker.id, box.boxnum): _STATUSES.get(number(box.status))
            for box in boxes
        }

    async def free_boxes(
        self, locker: Device, start: datetime, end: datetime, size: str | None = None
    ) -> Sequence[FreeBox]:
        """Return a locker's free boxes of a period in whole seconds, of a size (getAvailableBoxes)."""
        body = {
            "deviceId": locker.id,
            "sTime": seconds(start),
            "eTime": seconds(end),
        }
        if size is not None:
            body["boxSize"] = _NUMBERS.get(size, size)
        data = await self._client.read("getAvailableBoxes", body, slow=True)
        boxes, all_read = WireBox.parse_all(listed(data))
        if not all_read:
            raise AnswerNotUnderstood("box")
        free = [
            FreeBox(
                id=box_id(locker.id, box.boxnum),
                name=box.boxname,
                number=box.boxnum,
                size=_size(box.boxsize),
            )
            for box in {box.boxnum: box for box in boxes}.values()
        ]
        return [box for box in free if size is None or box.size in (_size(size), "")]

    async def open_box(self, box: Device) -> None:
        """Open a box, which may take the locker a minute to answer (unlockLocker)."""
        body = {"deviceId": box.root_id, "boxNum": box.label}
        await self._client.command("unlockLocker", body, slow=True)


def _size(told: str) -> str:
    """Return a box's size, nothing for what cannot be a size's word."""
    return _SIZES.get(told, told if _SIZE.fullmatch(told) else "")
