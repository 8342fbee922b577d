"""The actions on a site: what they change there, and what of it shows here at once."""

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.helpers import device_registry as dr
import pytest

from simulators.keyless.gateways import EXAMPLE_CODE
from tests.keyless.home import INVENTORY, Home
from tests.keyless.site import ACTIONS, CODE, SENT, call, commands, device_id, right


@pytest.fixture
async def site(home: Home) -> Home:
    """Return a running home with two locks behind a gateway, and a lone one, in a test environment."""
    home.platform.add_locking_device("Lone")
    home.platform.set_options(environment="staging")
    await home.start()
    home.platform.requests.reset()
    return home


@pytest.mark.parametrize("action", ACTIONS)
async def test_once(site: Home, action: str) -> None:
    """Each action sends one command, and reads at once what there is then."""
    await call(site, action, **right(site, action))
    assert commands(site) == {SENT[action]: 1}
    for listing in ("gateway-device", "locking-device", "gateway-device-association"):
        assert site.count(f"GET {listing}") >= 1


@pytest.mark.parametrize("action", ACTIONS)
async def test_answer_is_optional(site: Home, action: str) -> None:
    """Nobody has to ask for the answer."""
    await site.hass.services.async_call(
        "latchkey", action, right(site, action), blocking=True
    )
    assert commands(site) == {SENT[action]: 1}


async def test_claim(site: Home) -> None:
    """A claimed gateway is a device at once; the answer names it, and its serial number."""
    assert CODE == EXAMPLE_CODE
    answer = await call(site, "claim_gateway", claiming_code=f" {CODE} ")
    gateway = site.platform.gateways[site.gateway_id(1)]
    assert answer == {
        "gateway": {
            "device_id": device_id(site, gateway.id),
            "serial_number": gateway.serial_number,
        }
    }
    assert site.shown("binary_sensor", "activated", gateway.id).state == STATE_OFF


async def test_named_account(site: Home) -> None:
    """The account may be named."""
    entry_id = site.entry.entry_id
    await call(site, "claim_gateway", claiming_code=CODE, config_entry_id=entry_id)
    await call(site, "create_locking_device", name="Gate", config_entry_id=entry_id)
    assert len(site.platform.gateways) == 2
    assert len(site.platform.locks) == 4


async def test_delete_gateway(site: Home) -> None:
    """A deleted gateway is gone at once, and with it the way to the locks behind it."""
    gone = site.gateway_id()
    answer = await call(site, "delete_gateway", **right(site, "delete_gateway"))
    assert set(answer) == {"gateway"}
    assert site.device(gone) is None
    assert site.entity_id("binary_sensor", "activated", gone) is None
    for place in (0, 1):
        lock = site.device(site.lock_id(place))
        assert lock is not None
        assert lock.via_device_id is None
        assert site.entity_id("lock", "door", site.lock_id(place)) is None


async def test_delete_lock(site: Home) -> None:
    """A deleted lock is gone at once, with its entities, and does not come back; the others stay."""
    gone = site.lock_id()
    await call(site, "delete_locking_device", **right(site, "delete_locking_device"))
    assert site.device(gone) is None
    assert site.entity_id("lock", "door", gone) is None
    assert site.device(site.lock_id()) is not None
    site.platform.requests.reset()
    await site.run(INVENTORY, 125)
    assert site.device(gone) is None
    assert gone not in site.platform.requests.by_subject()


async def test_missing_for_another_reason(home: Home) -> None:
    """What is missing for another reason is not taken for gone by the reading after a deletion."""
    home.platform.populate(3)
    await home.start()
    await home.run(INVENTORY, 125)
    missing = home.platform.locks.take(home.lock_id(4))
    deleted = home.lock_id(1)
    await call(
        home,
        "delete_locking_device",
        device_id=device_id(home, deleted),
        confirm=True,
    )
    assert home.device(deleted) is None
    assert home.device(missing.id) is not None
    home.platform.locks[missing.id] = missing
    await home.run(INVENTORY, 125)
    assert home.device(missing.id) is not None


async def test_delete_unclaimed(site: Home) -> None:
    """A placeholder is deleted without ado."""
    answer = await call(site, "create_locking_device", name="Shed")
    created = answer["locking_device"]["device_id"]
    device = dr.async_get(site.hass).async_get(created)
    assert device is not None
    assert device.name == "Shed"
    await call(site, "delete_locking_device", device_id=created)
    assert dr.async_get(site.hass).async_get(created) is None
    assert len(site.platform.locks) == 3


@pytest.mark.parametrize("name", ["Gate", " Grind Å ", "G" * 255, "🚪" * 255, 7])
async def test_rename(site: Home, name: str | int) -> None:
    """A new name shows at once, at the platform and here, in errors too."""
    data = {**right(site, "rename_locking_device"), "name": name}
    answer = await call(site, "rename_locking_device", **data)
    assert answer == {"locking_device": {"device_id": data["device_id"]}}
    wanted = str(name).strip()
    assert site.platform.locks[site.lock_id()].name == wanted
    assert site.shown("lock", "door").name == wanted


async def test_start_re_keying(site: Home) -> None:
    """That a certificate is being renewed shows at once, as far as the platform tells."""
    assert site.shown("binary_sensor", "re_keying_due").state == STATE_OFF
    await call(site, "start_re_keying", **right(site, "start_re_keying"))
    assert site.shown("binary_sensor", "re_keying_due").state == STATE_ON


async def test_from_the_box_to_the_door(site: Home) -> None:
    """A gateway is claimed, gets power, is associated, and opens a lock that no gateway could open."""
    lone = site.lock_id(2)
    assert site.entity_id("lock", "door", lone) is None
    answer = await call(site, "claim_gateway", claiming_code=CODE)
    gateway = answer["gateway"]["device_id"]
    both = {"device_id": device_id(site, lone), "gateway_id": gateway}
    site.platform.power(site.gateway_id(1))
    answer = await call(site, "associate_gateway", **both)
    assert answer == {"locking_device": {"device_id": both["device_id"]}}
    assert site.shown("lock", "door", lone).state == "locked"
    lock = site.device(lone)
    assert lock is not None
    assert lock.via_device_id == gateway
    await site.act("open", 2)
    site.platform.touch(lone)
    await site.run(10, 5)
    assert site.shown("lock", "door", lone).state == "open"
    await site.run(10, 5)
    await call(site, "dissociate_gateway", **both)
    assert site.entity_id("lock", "door", lone) is None
    assert site.entity_id("event", "opening", lone) is None
    assert site.entity_id("event", "passage", lone) is not None
    lock = site.device(lone)
    assert lock is not None
    assert lock.via_device_id is None


async def test_associated_before_it_is_activated(site: Home) -> None:
    """A gateway may be associated while it has no power; the lock can be opened once it is known to be activated."""
    answer = await call(site, "claim_gateway", claiming_code=CODE)
    lone = site.lock_id(2)
    await call(
        site,
        "associate_gateway",
        device_id=device_id(site, lone),
        gateway_id=answer["gateway"]["device_id"],
    )
    assert site.entity_id("lock", "door", lone) is None
    site.platform.power(site.gateway_id(1))
    await site.run(INVENTORY, 125)
    assert site.shown("lock", "door", lone).state == "locked"


async def test_one_of_two_gateways(site: Home) -> None:
    """A lock that another gateway still opens keeps its door."""
    other = site.platform.add_gateway().id
    site.platform.associate(site.lock_id(), other)
    await site.run(INVENTORY, 125)
    for gateway_id in (site.gateway_id(), other):
        assert site.door == "locked"
        await call(
            site,
            "dissociate_gateway",
            device_id=device_id(site, site.lock_id()),
            gateway_id=device_id(site, gateway_id),
        )
    assert site.entity_id("lock", "door") is None


async def test_pending_opening(site: Home) -> None:
    """An opening that is pending when its gateway is dissociated is followed to its end, and shows again with the lock."""
    both = right(site, "dissociate_gateway")
    await site.act("open")
    await call(site, "dissociate_gateway", **both)
    assert site.entity_id("lock", "door") is None
    await site.wait(60)
    await call(site, "associate_gateway", **both)
    assert site.door == "opening"
    site.platform.touch(site.lock_id())
    await site.run(20, 5)
    assert site.ended == "opened"
    assert len(site.platform.commands) == 1


async def test_pending_opening_of_a_lock_that_is_gone(site: Home) -> None:
    """With a deleted lock its pending opening is gone; that it cannot be read any more harms nobody."""
    await site.act("open")
    await call(site, "delete_locking_device", **right(site, "delete_locking_device"))
    assert not site.platform.commands
    openings = site.entry.runtime_data.openings
    await site.run(460, 20)
    assert openings.under_way == {}
    assert site.door == "locked"
