"""Gateways and locks as devices: what there is, what it is called, by what it is reached."""

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.helpers import device_registry as dr

from custom_components.latchkey.const import DOMAIN
from tests.keyless.home import INVENTORY, READINGS, Home


def known(home: Home) -> set[str]:
    """Return the platform's ids of all devices in the registry but the account's own."""
    prefix = f"{home.entry.unique_id}_"
    return {
        identifier.removeprefix(prefix)
        for entry in dr.async_entries_for_config_entry(
            dr.async_get(home.hass), home.entry.entry_id
        )
        for domain, identifier in entry.identifiers
        if domain == DOMAIN and identifier.startswith(prefix)
    }


async def test_devices(home: Home) -> None:
    """Gateways and locks are devices of their own; a lock is reached through its gateway, and no part of it."""
    await home.start()
    gateway, lock = home.device(home.gateway_id()), home.device(home.lock_id())
    assert gateway is not None
    assert lock is not None
    assert known(home) == {home.gateway_id(), home.lock_id(), home.lock_id(1)}
    assert gateway.via_device_id is None
    assert lock.via_device_id == gateway.id
    assert (
        dr.async_child_entries_for_config_entry(
            dr.async_get(home.hass), home.entry.entry_id
        )
        == []
    )
    serial = home.platform.gateways[home.gateway_id()].serial_number
    assert (gateway.name, gateway.serial_number) == (f"Gateway {serial}", serial)
    assert (gateway.manufacturer, gateway.model) == ("Abloy", "BEAT_GW_A1")
    assert gateway.sw_version == "0.7.0"
    assert (lock.name, lock.manufacturer, lock.model) == ("Lock 1", "Abloy", "PADLOCK")
    assert lock.serial_number == home.platform.locks[home.lock_id()].serial_number
    assert lock.sw_version == "1.0.0"


async def test_unclaimed(home: Home) -> None:
    """A lock without a physical device is shown, cannot be opened, and is asked nothing."""
    lock = home.platform.add_locking_device("Shed", claimed=False)
    home.platform.associate(lock.id, home.gateway_id())
    await home.start()
    device = home.device(lock.id)
    assert device is not None
    assert (device.name, device.model, device.serial_number) == ("Shed", None, None)
    for platform, key in (("lock", "door"), ("event", "opening"), ("event", "passage")):
        assert home.entity_id(platform, key, lock.id) is None
    assert lock.id not in home.platform.requests.by_subject()
    home.platform.claim(lock.id)
    await home.run(INVENTORY, 125)
    assert home.shown("lock", "door", lock.id).state == "locked"
    assert home.shown("binary_sensor", "revoked", lock.id).state == STATE_OFF


async def test_no_way(home: Home) -> None:
    """A lock without a gateway has its log, and nothing to open it by; it opens as soon as there is a way."""
    lock = home.platform.add_locking_device("Shed")
    await home.start()
    device = home.device(lock.id)
    assert device is not None
    assert device.via_device_id is None
    assert home.entity_id("lock", "door", lock.id) is None
    assert home.entity_id("event", "opening", lock.id) is None
    assert home.shown("event", "passage", lock.id).state == "unknown"
    home.platform.associate(lock.id, home.gateway_id())
    await home.run(INVENTORY, 125)
    assert home.shown("lock", "door", lock.id).state == "locked"
    device, gateway = home.device(lock.id), home.device(home.gateway_id())
    assert device is not None
    assert gateway is not None
    assert device.via_device_id == gateway.id


async def test_gateway_in_its_box(home: Home) -> None:
    """A gateway that was never powered opens nothing; once it is activated its lock can be opened."""
    lock = home.platform.add_locking_device("Shed")
    gateway = home.platform.add_gateway(activated=False)
    home.platform.associate(lock.id, gateway.id)
    await home.start()
    assert home.entity_id("lock", "door", lock.id) is None
    assert home.shown("binary_sensor", "activated", gateway.id).state == STATE_OFF
    home.platform.power(gateway.id)
    await home.run(INVENTORY, 125)
    assert home.shown("lock", "door", lock.id).state == "locked"
    assert home.shown("binary_sensor", "activated", gateway.id).state == STATE_ON


async def test_other_word_for_active(home: Home) -> None:
    """The sources have two words for a gateway that runs; both are understood."""
    home.platform.set_options(active_status="ACTIVE")
    await home.start()
    assert home.door == "locked"


async def test_way_is_lost(home: Home) -> None:
    """A lock that no gateway opens any more keeps its device, and loses its door after two inventories."""
    await home.start()
    home.platform.gateways.associations.drop(locking_device_id=home.lock_id())
    await home.run(2 * INVENTORY, 125)
    assert home.entity_id("lock", "door") is None
    assert home.entity_id("lock", "door", home.lock_id(1)) is not None
    device = home.device(home.lock_id())
    assert device is not None
    assert device.via_device_id is None


async def test_removed(home: Home) -> None:
    """What is deleted at the platform is gone after two inventories, not after one."""
    await home.start()
    gone = home.lock_id()
    home.platform.delete_lock(gone)
    await home.wait(INVENTORY)
    assert home.device(gone) is not None
    await home.run(INVENTORY, 125)
    assert home.device(gone) is None
    assert home.entity_id("lock", "door", gone) is None
    home.platform.requests.reset()
    await home.run(READINGS, 60)
    assert gone not in home.platform.requests.by_subject()


async def test_gateway_removed(home: Home) -> None:
    """With its only gateway a lock loses its door; another gateway takes the place of one of two."""
    other = home.platform.add_gateway()
    home.platform.associate(home.lock_id(1), other.id)
    await home.start()
    gone = home.gateway_id()
    home.platform.delete_gateway(gone)
    await home.run(2 * INVENTORY, 125)
    assert home.device(gone) is None
    assert home.entity_id("lock", "door") is None
    assert home.shown("lock", "door", home.lock_id(1)).state == "locked"
    device, gateway = home.device(home.lock_id(1)), home.device(other.id)
    assert device is not None
    assert gateway is not None
    assert device.via_device_id == gateway.id


async def test_changes(home: Home) -> None:
    """A new name and a new firmware at the platform follow, in errors too; a name of the user's own stays."""
    await home.start()
    other = home.device(home.lock_id(1))
    assert other is not None
    dr.async_get(home.hass).async_update_device(other.id, name_by_user="Mine")
    for place in (0, 1):
        lock = home.platform.locks[home.lock_id(place)]
        lock.name, lock.firmware_version = f"Gate {place}", "1.1.0"
    await home.run(INVENTORY, 125)
    device = home.device(home.lock_id())
    assert device is not None
    assert (device.name, device.sw_version) == ("Gate 0", "1.1.0")
    assert home.shown("lock", "door").name == "Gate 0"
    assert home.shown("lock", "door", home.lock_id(1)).name == "Mine"
