"""Smart lockers: their boxes, and the PINs for them.

Assumed: a PIN is changed and disabled by the names of the PINs of units; the status of a box is set by that of the
lists, its colour by a text; a box is in use from the first opening by its PIN, or at once where the PIN is checked in,
and free when the PIN is disabled or was the only use; whether a box may be given to somebody else says nothing.
"""

from typing import TYPE_CHECKING

from simulators.bodies import Body, text
from simulators.errors import Invalid
from simulators.keyvox.api.answers import NOTHING
from simulators.keyvox.api.operation import Operation, Operations
from simulators.keyvox.formats import code, flag, optional_text, period, whole
from simulators.keyvox.lockers import SIZES, Box, BoxStatus, Locker

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

_BOX = ("deviceId", "boxNum")
_LONGEST_COLOR = 20


def operations(cloud: KeyVoxCloud) -> Operations:
    """Return what answers each operation."""
    pins, rentals = cloud.pins, cloud.rentals

    async def get_lockers(_body: Body) -> object:
        return [locker.as_row() for locker in cloud.lockers.values()]

    async def get_status(body: Body) -> object:
        return cloud.lockers[text(body, "deviceId")].as_status(cloud.clock())

    async def set_status(body: Body) -> object:
        status = whole(body, "status", 0, 9)
        if status not in set(BoxStatus):
            raise Invalid("status")
        _, box = box_of(cloud, body)
        rentals.set_status(box, BoxStatus(status), cloud.clock())
        return NOTHING

    async def get_available(body: Body) -> object:
        locker = cloud.lockers[text(body, "deviceId")]
        size = body.get("boxSize")
        if size is not None:
            size = str(whole(body, "boxSize", 1, len(SIZES)))
        return [
            box.as_row()
            for box in rentals.free(locker, period(body), cloud.clock())
            if size in (None, box.size)
        ]

    async def create(body: Body) -> object:
        flag(body, "reassign", 0)
        pin = rentals.issue(
            pins,
            box_of(cloud, body),
            period(body),
            cloud.clock(),
            use=flag(body, "checkin"),
            once=flag(body, "mode"),
            code=code(body),
            holder=text(body, "targetName"),
        )
        return pins.as_answer(pin)

    async def change(body: Body) -> object:
        pin = pins[text(body, "pinId")]
        rentals.change(
            pin,
            period(body),
            cloud.clock(),
            code=code(body),
            holder=optional_text(body, "targetName", pin.holder),
        )
        return pins.as_answer(pin)

    async def disable(body: Body) -> object:
        rentals.disable(pins[text(body, "pinId")], cloud.clock())
        return NOTHING

    async def unlock(body: Body) -> object:
        await cloud.open_box(*box_of(cloud, body))
        return NOTHING

    async def set_color(body: Body) -> object:
        _, box = box_of(cloud, body)
        color = text(body, "color")
        if not 1 <= len(color) <= _LONGEST_COLOR:
            raise Invalid("color")
        box.color = color
        return NOTHING

    wanted = (*_BOX, "sTime", "eTime", "targetName", "checkin", "mode", "reassign")
    shown = ("pinCode", "boxSize", "boxName", "deviceName")
    available = ("deviceId", "sTime", "eTime", "boxSize")
    changed = ("pinId", "sTime", "eTime", "pinCode", "targetName")
    return {
        "getLockers": Operation(get_lockers),
        "getLockerStatus": Operation(get_status, *available),
        "setLockerStatus": Operation(set_status, *_BOX, "status"),
        "getAvailableBoxes": Operation(get_available, *available),
        "createLockerPin": Operation(create, *wanted, *shown),
        "changeLockerPin": Operation(change, *changed),
        "disableLockerPin": Operation(disable, "pinId"),
        "unlockLocker": Operation(unlock, *_BOX),
        "setBoxColor": Operation(set_color, *_BOX, "color"),
    }


def box_of(cloud: KeyVoxCloud, body: Body) -> tuple[Locker, Box]:
    """Return the locker and the box that a request names."""
    locker = cloud.lockers[text(body, "deviceId")]
    return locker, locker.box(text(body, "boxNum"))
