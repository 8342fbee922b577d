"""PINs of units, and keys that are sent by e-mail.

Assumed: the state of a key's QR code has the numbers of a reservation's PIN; the list of a unit's PINs has the
rows and the window of a lock's; a PIN that was disabled stays in the lists until the devices have forgotten it.
"""

from typing import TYPE_CHECKING, Any

from simulators.bodies import Body, choice, text
from simulators.errors import Invalid
from simulators.keyvox.api.answers import NOTHING
from simulators.keyvox.api.operation import Operation, Operations
from simulators.keyvox.api.paging import CURSOR, by_cursor
from simulators.keyvox.credentials import Credential, Place
from simulators.keyvox.formats import code, optional_text, period
from simulators.keyvox.locks import PIN_TYPES

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

_WINDOW = ("sTime", "eTime")


def operations(cloud: KeyVoxCloud) -> Operations:
    """Return what answers each operation."""
    pins = cloud.pins

    def issue(body: Body, **fields: str | None) -> Credential:
        place = Place(unit_id=cloud.units[text(body, "unitId")].id)
        return pins.issue(place, period(body), cloud.clock(), **fields)

    def answer(pin: Credential) -> dict[str, Any]:
        return {**pins.as_answer(pin), "shortQrUrl": pin.short_url}

    async def create(body: Body) -> object:
        if "pinType" in body:
            choice(body, "pinType", PIN_TYPES)
        pin = issue(
            body,
            holder=optional_text(body, "targetName"),
            pin_type=optional_text(body, "pinType", "1"),
            code=code(body),
        )
        return answer(pin)

    async def change(body: Body) -> object:
        pin = pins.of_unit(text(body, "pinId"))
        pins.change(
            pin,
            period(body),
            cloud.clock(),
            code=code(body),
            holder=optional_text(body, "targetName", pin.holder),
        )
        return NOTHING

    async def disable(body: Body) -> object:
        pins.disable(pins.of_unit(text(body, "pinId")), cloud.clock())
        return NOTHING

    async def get_status(body: Body) -> object:
        pin = pins[text(body, "pinId")]
        return {"pinCode": pins.shown_code(pin, in_list=False), "status": pin.status}

    async def issue_key(body: Body) -> object:
        address = _address(body)
        pin = issue(body, holder=text(body, "targetName"))
        if address is not None:
            cloud.mails.append({"to": address, "pinId": pin.id, "text": pin.short_url})
        return {**answer(pin), "qrStatus": str(pin.pin_status)}

    def listed(body: Body, unit_ids: set[str]) -> object:
        window = period(body) if any(name in body for name in _WINDOW) else None
        found = pins.listed(unit_ids, window, cloud.clock())
        page, end = by_cursor(cloud.options, body, found, lambda pin: pin.number)
        return {"pinList": [pins.as_row(pin) for pin in page], **end}

    async def list_of_unit(body: Body) -> object:
        return listed(body, {cloud.units[text(body, "unitId")].id})

    async def list_of_lock(body: Body) -> object:
        return listed(body, cloud.units_of(cloud.locks[text(body, "lockId")].id))

    issued = ("unitId", *_WINDOW, "targetName")
    return {
        "createLockPin": Operation(create, *issued, "pinCode", "pinType"),
        "changeLockPin": Operation(change, "pinId", *_WINDOW, "pinCode", "targetName"),
        "disableLockPin": Operation(disable, "pinId"),
        "getLockPinStatus": Operation(get_status, "pinId"),
        "issueLockKey": Operation(
            issue_key, *issued, "notificationMethod", "notificationDetails"
        ),
        "getUnitPinList": Operation(list_of_unit, "unitId", *_WINDOW, *CURSOR),
        "getLockPinList": Operation(list_of_lock, "lockId", *_WINDOW, *CURSOR),
    }


def _address(body: Body) -> str | None:
    """Return where a key is to be sent, if it is."""
    if "notificationMethod" not in body:
        return None
    choice(body, "notificationMethod", ("email",))
    details = body.get("notificationDetails")
    address = details.get("email") if isinstance(details, dict) else None
    if not isinstance(address, str) or "@" not in address:
        raise Invalid("notificationDetails")
    return address
