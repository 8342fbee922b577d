"""How a platform follows what there is: the account's inventory, and what has been seen of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import DeviceEntity, LatchkeyEntity, PointEntity, seen_id, unique_id
from .vendors.model import Capability, Device, Input, Output

MOST_ENABLED: Final = 9_900
"""Home Assistant takes 10,000 enabled entities of a config entry and silently drops more; the rest is for the account's own."""
BESIDE: Final = 24
"""How many entities a device has beside its points, at a guess."""
KEPT: Final = 2
"""How many of them are enabled however large the account is."""
IN_BOX: Final = 2
"""How many of them a box has, unless the user enables more."""
SEEN: Final = ("booking", "boxes", "key", "push", "reading", "schedule", "setting")
"""The kinds of entities that appear once there is something to show."""

type Wanted = Mapping[str, Callable[[], LatchkeyEntity]]
"""Entities by unique id, made when they are new."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Entities that appear once there is something to show."""

    listen: Callable[[CALLBACK_TYPE], CALLBACK_TYPE]
    """By whom one is told that there is more to be seen."""
    wanted_of: Callable[[Device], Wanted]
    """What is seen of a device."""
    is_all: Callable[[Device], bool] = lambda _: False
    """Whether that is all that it has, so that what is missing is gone."""


@callback
def async_follow_points[P: (Output, Input)](
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: Platform,
    entity: Callable[[LatchkeyCoordinator, Device, P], PointEntity],
    points: Callable[[Device], Iterable[P]],
    *,
    beside: Callable[[Mapping[str, Device]], Wanted] = lambda _: {},
) -> None:
    """Have an entity for each point of each device, and what else the platform has of the inventory."""
    coordinator = entry.runtime_data

    def wanted(devices: Mapping[str, Device]) -> Wanted:
        return {
            unique_id(entry, device, point.id): partial(
                entity, coordinator, device, point
            )
            for device in devices.values()
            for point in points(device)
        } | dict(beside(devices))

    async_follow_inventory(entry, async_add_entities, platform, wanted)


@callback
def async_follow_inventory(
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: Platform,
    wanted_of: Callable[[Mapping[str, Device]], Wanted],
) -> None:
    """Add what is wanted, now and when it comes to be wanted; remove what is so no more."""
    coordinator = entry.runtime_data
    followed: tuple[object, ...] = ()
    known: set[str] = set()

    @callback
    def follow() -> None:
        nonlocal followed, known
        devices, settled = coordinator.data.devices, coordinator.inventory.settled
        if followed == (id(devices), settled):
            return
        followed = (id(devices), settled)
        wanted = wanted_of(devices)
        new = {key: make() for key, make in wanted.items() if key not in known}
        for key in new.keys() & _too_many(entry, devices):
            new[key].async_start_disabled()
        _add(async_add_entities, new.values(), devices)
        known = set(wanted)
        # A point that exists but is another platform's (a relay that became a door) is no doubtful case.
        existing = {
            unique_id(entry, device, point.id)
            for device in devices.values()
            for point in device.points
        }
        registry = er.async_get(coordinator.hass)
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
            if (
                registered.domain == platform
                and registered.unique_id not in wanted
                and registered.unique_id.partition("/")[0] not in SEEN
                and (settled or registered.unique_id in existing)
            ):
                registry.async_remove(registered.entity_id)

    follow()
    entry.async_on_unload(coordinator.async_add_listener(follow))


@callback
def async_follow_seen(
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: Platform,
    kind: str,
    source: Seen,
) -> None:
    """Add what is seen of devices, now and when there is more; remove what a device is known to have no more."""
    coordinator = entry.runtime_data
    known: set[str] = set()
    done: object = None
    followed: object = None

    @callback
    def follow() -> None:
        nonlocal known, done
        devices = coordinator.data.devices
        wanted: dict[str, Callable[[], LatchkeyEntity]] = {}
        settled: list[str] = []
        for device in devices.values():
            if device.parent_id is None:
                wanted |= source.wanted_of(device)
                if source.is_all(device):
                    settled.append(seen_id(kind, unique_id(entry, device, "")))
        keys = set(wanted)
        if done == (keys, settled):
            return
        done = (keys, settled)
        new = [make() for key, make in wanted.items() if key not in known]
        _add(async_add_entities, new, devices)
        known = keys
        registry = er.async_get(coordinator.hass)
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
            if (
                registered.domain == platform
                and registered.unique_id.startswith(tuple(settled))
                and registered.unique_id not in wanted
            ):
                registry.async_remove(registered.entity_id)

    @callback
    def follow_devices() -> None:
        """Look again where there are other devices than before."""
        nonlocal followed
        if followed is not coordinator.data.devices:
            followed = coordinator.data.devices
            follow()

    follow_devices()
    entry.async_on_unload(source.listen(follow))
    entry.async_on_unload(coordinator.async_add_listener(follow_devices))


@callback
def _add(
    async_add_entities: AddConfigEntryEntitiesCallback,
    new: Iterable[LatchkeyEntity],
    devices: Mapping[str, Device],
) -> None:
    """Add entities; in a crowded account what can be spared starts disabled."""
    new = list(new)
    points = sum(len(device.points) for device in devices.values())
    boxes = sum(Capability.BOX in device.capabilities for device in devices.values())
    if points + IN_BOX * boxes + BESIDE * _roots(devices) > MOST_ENABLED:
        for entity in new:
            if isinstance(entity, DeviceEntity) and entity.can_be_spared:
                entity.async_start_disabled()
    async_add_entities(new)


def _roots(devices: Mapping[str, Device]) -> int:
    return sum(device.parent_id is None for device in devices.values())


def _too_many(entry: LatchkeyConfigEntry, devices: Mapping[str, Device]) -> set[str]:
    """Return the points that are too many to be enabled: first the inputs, then the outputs of parts."""
    mains = [device for device in devices.values() if device.parent_id is None]
    parts = [device for device in devices.values() if device.parent_id is not None]
    by_rank = chain(
        ((device, point.id) for device in mains for point in device.points),
        ((device, output.id) for device in parts for output in device.outputs),
        ((device, point.id) for device in parts for point in device.inputs),
    )
    most = max(0, MOST_ENABLED - KEPT * len(mains))
    return {
        unique_id(entry, device, point_id)
        for device, point_id in islice(by_rank, most, None)
    }
