"""All that there is in the organisation, as the control interface shows it; nothing in it is hidden."""

from typing import TYPE_CHECKING, Any

from simulators.keyvox.credentials import Credential
from simulators.keyvox.devices import Device
from simulators.keyvox.locks import Lock

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud


def state_of(cloud: KeyVoxCloud) -> dict[str, Any]:
    """Return what there is at this moment."""
    now = cloud.settle()
    return {
        "org_id": cloud.org_id,
        "now": cloud.now.isoformat(),
        "places": [
            {"id": site.id, "name": site.name, "type": site.type}
            for site in cloud.sites.values()
        ],
        "units": [
            {
                "id": unit.id,
                "name": unit.name,
                "place_id": unit.site_id,
                "lock_ids": unit.lock_ids,
                "occupied": cloud.bookings.is_occupied(unit.id),
            }
            for unit in cloud.units.values()
        ],
        "plans": [plan.as_row() for plan in cloud.plans.values()],
        "locks": [_lock(lock) for lock in cloud.locks.values()],
        "lockers": [
            _device(locker)
            | {
                "boxes": [
                    box.as_row()
                    | {
                        "status": int(box.status(now)),
                        "color": box.color,
                        "openings": box.openings,
                    }
                    for box in locker.boxes.values()
                ]
            }
            for locker in cloud.lockers.values()
        ],
        "pins": [_credential(pin) for pin in cloud.pins.values()],
        "cards": [_credential(card) for card in cloud.cards.values()],
        "bookings": [
            booking.as_row(cloud.org_id) for booking in cloud.bookings.values()
        ],
        "mails": cloud.mails,
    }


def _lock(lock: Lock) -> dict[str, Any]:
    """Return how a lock really is, whatever it has reported."""
    return _device(lock) | {
        "model": lock.model,
        "virtual": lock.virtual,
        "unlocked": lock.unlocked,
        "battery": lock.battery,
    }


def _device(device: Device) -> dict[str, Any]:
    """Return a device with its own memory."""
    return {
        "id": device.id,
        "name": device.name,
        "online": device.online,
        "seconds": device.seconds,
        "memory": [held.as_json() for held in device.memory.values()],
    }


def _credential(credential: Credential) -> dict[str, Any]:
    """Return a PIN or a card, and how far the devices are with it."""
    place = credential.place
    return {
        "id": credential.id,
        "code": credential.code,
        "unit_id": place.unit_id,
        "locker_id": place.locker_id,
        "box_num": place.box_num,
        "start": credential.start.isoformat(),
        "end": credential.end.isoformat(),
        "holder": credential.holder,
        "status": credential.status,
    }
