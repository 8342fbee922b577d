"""The actions on a site where the platform refuses, answers nothing, or is not heard."""

import asyncio
import logging

from homeassistant.const import MATCH_ALL
from homeassistant.core import Event
import pytest

from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from custom_components.latchkey.vendors.model import Inventory
from tests.keyless.home import INVENTORY, Home
from tests.keyless.site import (
    ACTIONS,
    CODE,
    SENT,
    call,
    commands,
    device_id,
    failed,
    right,
)


@pytest.fixture
async def site(home: Home) -> Home:
    """Return a running home with two locks behind a gateway, and a lone one, in a test environment."""
    home.platform.add_locking_device("Lone")
    home.platform.set_options(environment="staging")
    await home.start()
    home.platform.requests.reset()
    return home


def spoil(home: Home, action: str, kind: str, status: int = 503) -> None:
    """Put a fault in force for the one command that an action sends."""
    method, path = SENT[action].split()
    home.fault(kind, path.partition("{")[0], method=method, status=status)


async def test_limit_of_associations(site: Home) -> None:
    """The platform's own limit is told as what it is, and nothing here has an opinion about it."""
    data = right(site, "associate_gateway")
    for status in (409, 400, 422):
        site.platform.set_options(association_limit=2, conflict_status=status)
        text = await failed(site, "associate_gateway", "association_refused", **data)
        assert text.startswith("Lone: ")
        assert "as many locks" in text
    assert site.entity_id("lock", "door", site.lock_id(2)) is None
    site.platform.set_options(association_limit=40)
    await call(site, "associate_gateway", **data)
    for number in range(7):
        lock = site.platform.add_locking_device(f"More {number}")
        await site.entry.runtime_data.async_read_inventory()
        data["device_id"] = device_id(site, lock.id)
        await call(site, "associate_gateway", **data)
    assert len(site.platform.gateways.associations) == 10


async def test_associated_already(site: Home) -> None:
    """Two that are associated already are refused by the platform."""
    data = right(site, "dissociate_gateway")
    await failed(site, "associate_gateway", "association_refused", **data)


async def test_not_associated(site: Home) -> None:
    """Two that are not associated cannot be dissociated; nothing is sent."""
    data = right(site, "associate_gateway")
    text = await failed(site, "dissociate_gateway", "not_associated", **data)
    assert text.startswith("Lone: ")
    assert commands(site) == {}


async def test_claim_refused(site: Home) -> None:
    """An unknown code and one that is in use are told apart; neither is quoted."""
    text = await failed(
        site, "claim_gateway", "not_found_claim", claiming_code="QUOKKA"
    )
    assert "QUOKKA" not in text
    await call(site, "claim_gateway", claiming_code=CODE)
    text = await failed(site, "claim_gateway", "conflict_claim", claiming_code=CODE)
    assert CODE not in text
    spoil(site, "claim_gateway", "status", 422)
    await failed(site, "claim_gateway", "invalid_request_claim", claiming_code=CODE)


async def test_re_keying_in_production(site: Home) -> None:
    """In production the platform does not start re-keying, which is told without its words."""
    site.platform.set_options(environment="production")
    data = right(site, "start_re_keying")
    text = await failed(site, "start_re_keying", "not_available", **data)
    assert "environment" in text
    assert "This action" not in text
    site.platform.set_options(environment="staging")
    await call(site, "start_re_keying", **data)
    await failed(site, "start_re_keying", "conflict_site", **data)


@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
async def test_media_type(site: Home, media_type: str) -> None:
    """A change that the platform takes in no form that is known is refused in words."""
    site.platform.set_options(patch_media_type=media_type)
    data = right(site, "rename_locking_device")
    if media_type == "text/plain":
        await failed(site, "rename_locking_device", "invalid_request_site", **data)
    else:
        await call(site, "rename_locking_device", **data)
        assert site.shown("lock", "door").name == "Gate"
    assert commands(site) == {SENT["rename_locking_device"]: 2}


@pytest.mark.parametrize(
    ("kind", "status", "key"),
    [
        ("status", 403, "wrong_credentials"),
        ("status", 405, "invalid_request"),
        ("status", 404, "invalid_request"),
        ("status", 503, "outcome_unknown_site"),
        ("reset", 503, "outcome_unknown_site"),
        ("html", 503, "outcome_unknown_site"),
        ("rate_limit", 503, "rate_limited"),
    ],
)
async def test_not_done(site: Home, kind: str, status: int, key: str) -> None:
    """What is refused or not found done is told in words, was not repeated, and changes nothing here."""
    devices = site.entry.runtime_data.data.devices
    special = {
        "associate_gateway": "association_refused",
        "claim_gateway": "invalid_request_claim",
    }
    for action in ACTIONS:
        told = key
        if key == "invalid_request":
            told = special.get(action, "invalid_request_site")
        spoil(site, action, kind, status)
        await failed(site, action, told, **right(site, action))
        # Credentials that are refused are tried once more, upon which certainly nothing was done.
        assert commands(site) == {SENT[action]: 2 if status == 403 else 1}
        assert site.entry.runtime_data.data.devices == devices
        site.platform.clear_faults()
        site.platform.requests.reset()
        # What the platform asked to wait for is over.
        await site.wait(70)


@pytest.mark.parametrize("action", [name for name in ACTIONS if "re_key" not in name])
@pytest.mark.parametrize("kind", ["reset_after", "html_after"])
async def test_answer_lost(site: Home, action: str, kind: str) -> None:
    """What was done shows though its answer is lost, and is not sent again."""
    before = site.entry.runtime_data.data.devices
    spoil(site, action, kind)
    answer = await call(site, action, **right(site, action))
    [row] = answer.values()
    assert row["device_id"]
    assert commands(site) == {SENT[action]: 1}
    assert site.entry.runtime_data.data.devices != before


async def test_re_keying_in_doubt(site: Home) -> None:
    """Nothing tells of re-keying that has begun: it remains a doubt."""
    spoil(site, "start_re_keying", "reset_after")
    data = right(site, "start_re_keying")
    await failed(site, "start_re_keying", "outcome_unknown_site", **data)
    assert commands(site) == {SENT["start_re_keying"]: 1}


@pytest.mark.parametrize("kind", ["status", "rate_limit", "reset"])
async def test_inventory_fails_after(
    site: Home, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done is no error where it cannot be read at once; the next poll makes up for it."""
    delete = site.platform.delete_lock

    def delete_and_fail(lock_id: str) -> None:
        site.fault(kind, "gateway-device")
        delete(lock_id)

    monkeypatch.setattr(site.platform, "delete_lock", delete_and_fail)
    gone = site.lock_id()
    data = right(site, "delete_locking_device")
    await call(site, "delete_locking_device", **data)
    assert site.device(gone) is not None
    assert site.shown("lock", "door", gone).state == "locked"
    site.platform.clear_faults()
    await site.run(250, 125)
    assert site.device(gone) is None


async def test_created_where_the_inventory_fails(
    site: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claimed gateway that could not be read yet has no device in the answer; it appears with the next poll."""
    claim = site.platform.claim_gateway

    def claim_and_fail(body: object) -> object:
        site.fault("status", "locking-device")
        return claim(body)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(site.platform, "claim_gateway", claim_and_fail)
    answer = await call(site, "claim_gateway", claiming_code=CODE)
    gateway = site.platform.gateways[site.gateway_id(1)]
    serial = gateway.serial_number
    assert answer == {"gateway": {"device_id": None, "serial_number": serial}}
    site.platform.clear_faults()
    await site.run(250, 125)
    assert site.device(gateway.id) is not None


@pytest.mark.parametrize("action", ["delete_gateway", "delete_locking_device"])
async def test_deleted_by_somebody_else(site: Home, action: str) -> None:
    """What somebody else has deleted cannot be deleted again; it is gone here with the next inventory."""
    data = right(site, action)
    gone = site.gateway_id() if action == "delete_gateway" else site.lock_id()
    if action == "delete_gateway":
        site.platform.delete_gateway(gone)
    else:
        site.platform.delete_lock(gone)
    await failed(site, action, "not_found_site", **data)
    assert site.device(gone) is not None
    await site.run(1000, 125)
    assert site.device(gone) is None


async def test_renamed_lock_is_gone(site: Home) -> None:
    """A lock that is gone can be neither renamed nor associated."""
    rename, associate = (
        right(site, action) for action in ("rename_locking_device", "associate_gateway")
    )
    for place in (0, 1):
        site.platform.delete_lock(site.lock_id(place))
    await failed(site, "rename_locking_device", "not_found_site", **rename)
    await failed(site, "associate_gateway", "not_found_site", **associate)


async def test_unloaded_meanwhile(site: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that is removed while something is changed leaves nothing behind, and the change is no error."""
    create = site.platform.locks.create

    def remove_and_create(name: object) -> object:
        remove = site.hass.config_entries.async_remove(site.entry.entry_id)
        site.hass.async_create_task(remove)
        return create(name)

    monkeypatch.setattr(site.platform.locks, "create", remove_and_create)
    await site.hass.services.async_call(
        "latchkey", "create_locking_device", {"name": "Gate"}, blocking=True
    )
    await site.settle()
    assert site.hass.config_entries.async_get_entry(site.entry.entry_id) is None
    assert [lock.name for lock in site.platform.locks.values()][3:] == ["Gate"]


async def test_poll_under_way(site: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll that has read the inventory before a deletion, and is late with it, does not bring back what is gone."""
    gone = site.lock_id()
    data = right(site, "delete_locking_device")
    coordinator = site.entry.runtime_data
    read, go_on = coordinator.vendor.inventory, asyncio.Event()
    readings = 0

    async def read_late_at_first() -> Inventory:
        nonlocal readings
        readings += 1
        is_first = readings == 1
        found: Inventory = await read()
        if is_first:
            await go_on.wait()
        return found

    monkeypatch.setattr(coordinator.vendor, "inventory", read_late_at_first)
    site.freezer.tick(INVENTORY)
    poll = site.hass.async_create_task(coordinator.async_refresh())
    while site.count("GET gateway-device-association") == 0:
        await asyncio.sleep(0)
    deletion = site.hass.async_create_task(call(site, "delete_locking_device", **data))
    for _ in range(2000):
        await asyncio.sleep(0)
    assert gone not in site.platform.locks
    go_on.set()
    await asyncio.gather(poll, deletion)
    assert readings == 2
    assert site.device(gone) is None


async def test_code_is_nowhere(site: Home, caplog: pytest.LogCaptureFixture) -> None:
    """A claiming code is in no log, state, diagnosis or event but the one that Home Assistant itself fires."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []
    site.hass.bus.async_listen(MATCH_ALL, events.append)
    for kind in ("status", "reset", "html", "half"):
        spoil(site, "claim_gateway", kind)
        if kind == "half":
            await call(site, "claim_gateway", claiming_code=CODE)
        else:
            key = "outcome_unknown_site"
            await failed(site, "claim_gateway", key, claiming_code=CODE)
        site.platform.clear_faults()
    await failed(site, "claim_gateway", "conflict_claim", claiming_code=CODE)
    own = [record for record in caplog.records if record.name.startswith("custom_")]
    assert own
    told = [f"{record.__dict__}" for record in own]
    told += [f"{state.as_dict()}" for state in site.hass.states.async_all()]
    told += [f"{x.data}" for x in events if x.event_type != "call_service"]
    told.append(f"{await async_get_config_entry_diagnostics(site.hass, site.entry)}")
    assert CODE not in "\n".join(told)
