"""Diagnostics: shapes, counts and failures, no names and nothing that was entered."""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant

from .callbacks import Callbacks
from .const import CONF_CLOUDHOOK, CONF_DOORS, CONF_POLL_INTERVAL, CONF_VENDOR
from .coordinator import LatchkeyConfigEntry
from .grant_keeper import GrantKeeper
from .schedule_keeper import ScheduleKeeper
from .subscription_keeper import SubscriptionKeeper
from .vendors.model import Device
from .vendors.vendor import KeepsTime


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: LatchkeyConfigEntry
) -> dict[str, Any]:
    """Return what helps to find a fault, and is nobody's secret."""
    coordinator = entry.runtime_data
    data = coordinator.data
    reservations = coordinator.reservations
    shown = _shown_ids(data.devices.values())
    return {
        "vendor": entry.data[CONF_VENDOR],
        "options": {
            CONF_POLL_INTERVAL: entry.options.get(CONF_POLL_INTERVAL),
            CONF_DOORS: entry.options.get(CONF_DOORS, {}),
        },
        "last_update_success": coordinator.last_update_success,
        "requests": coordinator.vendor.counts,
        "clock_corrected_by": coordinator.vendor.corrected_by.total_seconds()
        if isinstance(coordinator.vendor, KeepsTime)
        else None,
        "inventory_settled": coordinator.inventory.settled,
        "unreachable": coordinator.unreachable,
        "devices": {
            shown[device.id]: {
                "kind": device.kind,
                "model": device.model,
                "firmware": device.firmware,
                "part_of": device.parent_id,
                "outputs": [output.id for output in device.outputs],
                "inputs": [point.id for point in device.inputs],
            }
            for device in data.devices.values()
        },
        "statuses": {
            root_id: {
                "observed_at": status.observed_at and status.observed_at.isoformat(),
                "cached": status.cached,
                "outputs": dict(status.outputs),
                "inputs": dict(status.inputs),
            }
            for root_id, status in coordinator.reported.items()
        },
        "readings": {
            shown[device_id]: sorted(readings)
            for device_id, readings in coordinator.readings.values.items()
            if device_id in shown
        },
        "settings": coordinator.settings
        and {
            device_id: sorted(settings)
            for device_id, settings in coordinator.settings.values.items()
        },
        "push": _push(coordinator.callbacks),
        "hints": coordinator.hints
        and {
            "cloudhook": CONF_CLOUDHOOK in entry.data,
            "calls": coordinator.hints.counts,
        },
        "subscriptions": _subscriptions(coordinator.subscriptions),
        "grants": _grants(coordinator.grants),
        "bookings": reservations
        and {
            place_id: {
                "known": reservations.is_known(place_id),
                "whole": reservations.is_whole(place_id),
                "count": len(reservations.of_place(place_id)),
            }
            for place_id in reservations.place_ids
        },
        "schedules": _schedules(coordinator.schedules),
    }


def _shown_ids(devices: Iterable[Device]) -> dict[str, str]:
    """Return what each device is called here: a number where its id holds its name."""
    return {
        each.id: f"{each.via_id} {number}"
        if each.via_id and each.name and each.name in each.id
        else each.id
        for number, each in enumerate(devices)
    }


def _push(callbacks: Callbacks | None) -> dict[str, Any] | None:
    """Return how calls fare; neither where they go nor by what they are verified."""
    if callbacks is None:
        return None
    return {
        "cloudhook": callbacks.addresses.is_cloudhook,
        "signed": callbacks.receiver.has_seen_signed,
        "calls": callbacks.receiver.counts,
        "devices": {
            device_id: {
                "registered": health.callback is not None,
                "foreign": health.foreign_host is not None,
                "healthy": callbacks.is_healthy(device_id),
                "missed": device_id in callbacks.missed,
                "failures": health.callback and health.callback.failures,
                "test_status": health.test_status,
            }
            for device_id, health in callbacks.health.items()
        },
    }


def _schedules(keeper: ScheduleKeeper | None) -> list[dict[str, Any]] | None:
    """Return how much each schedule holds; neither when that is nor what somebody wrote to it."""
    if keeper is None:
        return None
    known = keeper.known
    return [
        {
            "known": known.is_known(schedule.id),
            "relays": None if schedule.relays is None else len(schedule.relays),
            "count": len(known.entries(schedule.id)),
            "left_out": known.left_out(schedule.id),
            "ours": len(keeper.holds.of(schedule.id)),
        }
        for device in keeper.rhythm.devices
        for schedule in known.of(device.id)
    ]


def _subscriptions(keeper: SubscriptionKeeper | None) -> dict[str, Any] | None:
    """Return how subscriptions fare; neither where they lead nor by what their calls are verified."""
    if keeper is None:
        return None
    return {
        "cloudhook": keeper.addresses.is_cloudhook,
        "known": keeper.is_known,
        "failed": keeper.failed,
        "calls": keeper.counts,
        "events": {
            each.subscription.event: {
                "healthy": keeper.is_healthy(each.subscription.event),
                "state": each.subscription.state,
                "count": each.subscription.calls,
                "ends_at": each.subscription.ends_at
                and each.subscription.ends_at.isoformat(),
                "doubted": each.doubted,
                "undelivered": each.undelivered_at is not None,
            }
            for each in keeper.standings.values()
        },
    }


def _grants(grants: GrantKeeper | None) -> list[dict[str, Any]] | None:
    """Return where each grant stands; neither whose it is nor when it opens."""
    if grants is None:
        return None
    return [
        {
            "scope": record.scope,
            "credential": record.credential,
            "state": grants.state(record),
            "step": record.step,
            "revision": record.revision,
            "misses": record.misses,
            "fault": record.fault,
            "delivery": grants.delivery(record.scope).state,
        }
        for record in grants.ledger.records.values()
    ]
