"""What webhooks are sent: the unlock history as text or as JSON, and what becomes of reservations."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.keyvox.bookings import Booking, Stay
from simulators.keyvox.formats import unix
from simulators.keyvox.history import Action, Entry, Means
from simulators.keyvox.options import JsonForm

if TYPE_CHECKING:
    from simulators.keyvox.organisation import OrganisationCloud

ACTION_WORDS: dict[Action, str] = {
    "unlock": "解錠",
    "lock": "施錠",
    "link": "クラウド連携",
}
_MEANS_WORDS = {
    Means.PIN: "PIN",
    Means.CARD: "カード",
    Means.BUTTON: "ボタン",
    Means.KNOB: "サムターン",
    Means.APP: "アプリ",
}


def as_text(entry: Entry) -> dict[str, Any]:
    """Return an entry as messengers take it; the second and the fourth of the five lines are assumed."""
    lines = {
        "ユーザー名": entry.visit.user,
        "解錠手段": _MEANS_WORDS[entry.visit.means],
        "操作": ACTION_WORDS[entry.action],
        "日時": f"{entry.at:%Y-%m-%d %H:%M:%S}",
        "デバイス名": entry.device_name,
    }
    return {"text": "\n".join(f"*{label}*: {value}" for label, value in lines.items())}


def as_json(entry: Entry, form: JsonForm) -> dict[str, Any]:
    """Return an entry in one of two forms, since no source tells the real one."""
    if form == "history":
        return {"lockId": entry.device_id, **entry.as_history()}
    return {
        "event": f"lock.{entry.action}",
        "eventTime": unix(entry.at),
        "data": {
            "deviceId": entry.device_id,
            "deviceName": entry.device_name,
            "userName": entry.visit.user,
        },
    }


def of_booking(
    cloud: OrganisationCloud, event: str, booking: Booking, stay: Stay, at: datetime
) -> dict[str, Any]:
    """Return what is told of a reservation's unit."""
    unit, site = cloud.units[stay.unit_id], cloud.sites[booking.site_id]
    return {
        "event": f"booking.{event}",
        "eventTime": unix(at),
        "data": {
            "orgId": cloud.org_id,
            "placeId": site.id,
            "unitId": unit.id,
            "planId": next(iter(booking.plan_ids), ""),
            "reservationCode": booking.id,
            "orderContact": booking.contact,
            "unitName": unit.name,
            "checkinTime": unix(stay.start),
            "checkoutTime": unix(stay.end),
            "locationName": site.name,
            "locationAddress": site.address,
            "otaType": booking.source,
            "accessInfo": [
                {
                    "deviceId": lock_id,
                    "deviceName": cloud.locks[lock_id].name,
                    "pinCode": stay.pin.code,
                    "qrCodeUrl": stay.pin.short_url,
                }
                for lock_id in unit.lock_ids
            ],
        },
    }
