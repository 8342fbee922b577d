"""What a request for a reservation carries, and what is told of one in full."""

from typing import TYPE_CHECKING, Any

from simulators.bodies import Body, check_names, choice, text
from simulators.errors import Invalid, Missing
from simulators.keyvox.bookings import Booking, Wish
from simulators.keyvox.formats import optional_text, period, unix, whole

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

_MOST = 1000
_LONGEST = 100_000_000
_PAY_TYPES = ("stripeCreditCard", "offlinePayment", "cash")
_UNIT = ("unitId", "checkin", "checkout", "contactName", "customerNum")
_PLAN = (
    *("commodityId", "commodityName", "commodityCategory", "commodityDate"),
    *("commodityNum", "price", "priceTax", "unitId"),
)

TAKEN = (
    *("placeId", "checkin", "checkout", "orderContact", "customerNum", "payTypeCode"),
    *("earlyTime", "extendTime", "unitNum", "unitList", "commodityList"),
    *("channelOrderNo", "orderSource", "userId"),
    *("contactAddress", "contactCertificateNum"),
)
"""The fields by which a reservation is taken, the last two lines of them optional."""


def parsed(cloud: KeyVoxCloud, body: Body) -> tuple[Booking, list[Wish]]:
    """Return the reservation that a request describes, and what it is to be for each unit."""
    site = cloud.sites[text(body, "placeId")]
    for name in ("earlyTime", "extendTime"):
        whole(body, name, 0, _LONGEST)
    whole(body, "unitNum", 1, _MOST)
    plans = [_plan(cloud, row) for row in _rows(body, "commodityList")]
    wishes = [_wish(row) for row in _rows(body, "unitList")]
    for wish in wishes:
        if cloud.units[wish.unit_id].site_id != site.id:
            raise Missing(wish.unit_id)
    booking = Booking(
        site.id,
        period(body, "checkin", "checkout"),
        text(body, "orderContact"),
        whole(body, "customerNum", 0, _MOST),
        choice(body, "payTypeCode", _PAY_TYPES),
        optional_text(body, "orderSource"),
        plans,
    )
    return booking, wishes


def detailed(cloud: KeyVoxCloud, booking: Booking) -> dict[str, Any]:
    """Return all that is told of a reservation."""
    lock_ids = [
        lock_id
        for stay in booking.stays
        for lock_id in cloud.units[stay.unit_id].lock_ids
    ]
    return booking.as_row(cloud.org_id) | {
        "unitList": [
            {
                "unitId": stay.unit_id,
                "unitName": cloud.units[stay.unit_id].name,
                "checkin": unix(stay.start),
                "checkout": unix(stay.end),
                "contactName": stay.contact,
            }
            for stay in booking.stays
        ],
        "unitPinList": [
            {
                "unitId": stay.unit_id,
                "pin": stay.pin.code,
                "panelPin": stay.pin.code,
                "qrShortUrl": stay.pin.short_url,
                "pinStatus": stay.pin.pin_status,
            }
            for stay in booking.stays
        ],
        "deviceList": [
            {"deviceId": lock_id, "deviceName": cloud.locks[lock_id].name}
            for lock_id in lock_ids
        ],
    }


def _rows(body: Body, name: str) -> list[Body]:
    """Return a list of objects, which must be there."""
    rows = body.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid(name)
    return rows


def _wish(row: Body) -> Wish:
    """Return what a reservation is to be for one unit."""
    check_names(row, *_UNIT)
    whole(row, "customerNum", 0, _MOST)
    unit_id, contact = text(row, "unitId"), text(row, "contactName")
    return Wish(unit_id, period(row, "checkin", "checkout"), contact)


def _plan(cloud: KeyVoxCloud, row: Body) -> str:
    """Return the plan by which a unit is let."""
    check_names(row, *_PLAN)
    choice(row, "commodityCategory", ("Plan",))
    return cloud.plans[text(row, "commodityId")].id
