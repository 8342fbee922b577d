"""The fields and rights of the actions on a site: checked before anything is sent, and named where they are wrong."""

from dataclasses import dataclass
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.core import Context
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from simulators.clock import utc_now
from simulators.keyless import KeylessCloud, serve
from tests.grants_ha.helpers import device_id as unit_device_id
from tests.house import House
from tests.keyless.home import Home
from tests.keyless.site import (
    ACTIONS,
    CODE,
    SENT,
    call,
    commands,
    device_id,
    failed,
    refused,
    right,
)
from tests.test_actions import person

MARK: Final = "quokka"
"""Stands in every wrong text, so that it can be told whether an error quotes it."""
NOT_TEXTS: Final = (True, 1.5, {MARK: 1}, [MARK])

OF_LOCKS: Final = (
    *("associate_gateway", "dissociate_gateway", "rename_locking_device"),
    *("delete_locking_device", "start_re_keying"),
)
OF_PAIRS: Final = ("associate_gateway", "dissociate_gateway")
OF_NAMES: Final = ("create_locking_device", "rename_locking_device")
OF_ACCOUNTS: Final = ("claim_gateway", "create_locking_device")


@pytest.fixture
async def site(home: Home) -> Home:
    """Return a running home with two locks behind a gateway, and a lone one, in a test environment."""
    home.platform.add_locking_device("Lone")
    home.platform.set_options(environment="staging")
    await home.start()
    return home


async def refuse(
    home: Home, action: str, field: str, values: dict[str, tuple[Any, ...]]
) -> None:
    """Try wrong values of a field, by the error that each leads to."""
    for key, wrong in values.items():
        for value in wrong:
            data = {**right(home, action), field: value}
            text = await refused(home, action, key, field, **data)
            assert MARK not in text


def without(home: Home, action: str, field: str) -> dict[str, Any]:
    """Return fields of an action of which one is not given."""
    data = right(home, action)
    del data[field]
    return data


async def test_claiming_code(site: Home) -> None:
    """A claiming code is 4 to 64 letters, digits and hyphens; an error does not quote it."""
    action, field = "claim_gateway", "claiming_code"
    wrong = (
        MARK[:3],
        MARK + "!",
        MARK + " 1",
        "å" + MARK,
        "٣٣٣٣",
        MARK * 11,
        "2K7H—ASR3",
    )
    await refuse(
        site,
        action,
        field,
        {
            "invalid_claiming_code": wrong,
            "empty": (None, "", " "),
            "not_text": NOT_TEXTS,
        },
    )
    await refused(site, action, "empty", field)


async def test_name(site: Home) -> None:
    """A name has 1 to 255 characters that can be printed."""
    wrong = {
        "empty": ("", "  ", None),
        "too_long": ("q" * 256,),
        "not_allowed": (f"{MARK}\n1", f"{MARK}\x00"),
        "not_text": NOT_TEXTS,
    }
    for action in OF_NAMES:
        await refuse(site, action, "name", wrong)
        await refused(site, action, "empty", "name", **without(site, action, "name"))


@pytest.mark.parametrize("action", OF_ACCOUNTS)
async def test_account(site: Home, action: str) -> None:
    """An account that is named must be there."""
    other = MockConfigEntry(domain="other", title="Other")
    other.add_to_hass(site.hass)
    unknown = (MARK, "", other.entry_id)
    await refuse(
        site,
        action,
        "config_entry_id",
        {"unknown_account": unknown, "not_text": NOT_TEXTS},
    )
    await site.hass.config_entries.async_unload(site.entry.entry_id)
    data = right_when_unloaded(action) | {"config_entry_id": site.entry.entry_id}
    await refused(site, action, "not_loaded", "config_entry_id", **data)
    data = right_when_unloaded(action)
    await refused(site, action, "which_account", "config_entry_id", **data)


def right_when_unloaded(action: str) -> dict[str, Any]:
    """Return the fields of an action that names no device."""
    return {"claiming_code": CODE} if action == "claim_gateway" else {"name": "Gate"}


def wrong_devices(home: Home) -> dict[str, tuple[Any, ...]]:
    """Return what is no device of Latchkey's, by the error that it leads to."""
    registry = dr.async_get(home.hass)
    other = MockConfigEntry(domain="other", title="Other")
    other.add_to_hass(home.hass)
    foreign = registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "1")}
    )
    own = registry.async_get_or_create(
        config_entry_id=home.entry.entry_id,
        identifiers={(DOMAIN, str(home.entry.unique_id))},
    )
    known = device_id(home, home.lock_id())
    return {
        "no_device": ("", None, []),
        "unknown_device": (MARK, home.lock_id(), own.id),
        "foreign_device": (foreign.id,),
        "several_devices": ([known, known],),
        "not_text": (True, 1.5, {MARK: 1}, [[MARK]]),
    }


async def test_lock(site: Home) -> None:
    """A lock must be named, one and known; a gateway is none."""
    gateway = device_id(site, site.gateway_id())
    wrong = wrong_devices(site) | {"no_locking_device": (gateway,)}
    for action in OF_LOCKS:
        await refuse(site, action, "device_id", wrong)
        data = without(site, action, "device_id")
        await refused(site, action, "no_device", "device_id", **data)


async def test_gateway(site: Home) -> None:
    """A gateway must be named, one and known; a lock is none."""
    lock = device_id(site, site.lock_id())
    wrong = wrong_devices(site) | {"no_gateway": (lock,)}
    await refuse(site, "delete_gateway", "device_id", wrong)
    for action in OF_PAIRS:
        await refuse(site, action, "gateway_id", wrong)
        data = without(site, action, "gateway_id")
        await refused(site, action, "no_device", "gateway_id", **data)


@pytest.mark.parametrize("action", ["delete_gateway", "delete_locking_device"])
async def test_confirmation(site: Home, action: str) -> None:
    """What is lost for good has to be confirmed; the error says what that is."""
    key = "confirm_gateway" if action == "delete_gateway" else "confirm_claimed"
    wrong = {key: (False, None), "not_yes_or_no": ("true", "yes", 1, MARK, [True])}
    await refuse(site, action, "confirm", wrong)
    data = without(site, action, "confirm")
    text = await refused(site, action, key, "confirm", **data)
    lost = "reset" if action == "delete_gateway" else "never be claimed again"
    assert lost in text
    assert len(site.platform.locks) == 3
    assert len(site.platform.gateways) == 1


async def test_claimed_meanwhile(site: Home) -> None:
    """A placeholder that was claimed since it was read last is not deleted without confirmation."""
    answer = await call(site, "create_locking_device", name="Shed")
    created = answer["locking_device"]
    site.platform.claim(site.lock_id(3))
    site.platform.requests.reset()
    text = await failed(site, "delete_locking_device", "confirm_claimed", **created)
    assert "Shed" in text
    assert commands(site) == {}
    await call(site, "delete_locking_device", confirm=True, **created)
    assert len(site.platform.locks) == 3


async def test_claiming_is_unknown(site: Home) -> None:
    """Where it cannot be read whether a lock is claimed meanwhile, it is not deleted."""
    answer = await call(site, "create_locking_device", name="Shed")
    site.platform.requests.reset()
    site.fault("status", "locking-device")
    created = answer["locking_device"]
    await failed(site, "delete_locking_device", "service_unavailable", **created)
    assert commands(site) == {}


async def test_unknown_field(site: Home) -> None:
    """A field that there is not is refused, such as a misspelt one."""
    for action in ACTIONS:
        data = {**right(site, action), "confirmed": True}
        await refused(site, action, "unknown_field", "confirmed", **data)


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
async def test_without_admin_rights(site: Home, group: str) -> None:
    """Whoever is no administrator changes nothing, and learns nothing of what there is."""
    somebody = await person(site.hass, group)
    site.platform.requests.reset()
    for action in ACTIONS:
        for data in (right(site, action), {}):
            with pytest.raises(Unauthorized):
                await call(site, action, somebody, **data)
    assert site.platform.requests.total == 0


@pytest.mark.parametrize("action", ACTIONS)
async def test_administrator(
    site: Home, action: str, hass_admin_user: MockUser
) -> None:
    """An administrator may use every action."""
    site.platform.requests.reset()
    context = Context(user_id=hass_admin_user.id)
    await call(site, action, context, **right(site, action))
    assert commands(site) == {SENT[action]: 1}


@dataclass(frozen=True)
class Both:
    """A home with an account at either vendor."""

    site: Home
    house: House


@pytest.fixture
async def both(site: Home, house: House) -> Both:
    """Return a home with a second account, whose vendor knows no sites."""
    await house.start()
    house.cloud.requests.reset()
    return Both(site, house)


async def test_account_that_cannot(both: Both) -> None:
    """An account whose vendor manages no site refuses, and is not meant where none is named."""
    site, entry = both.site, both.house.entry
    for action in OF_ACCOUNTS:
        account = {"config_entry_id": (entry.entry_id,)}
        await refuse(
            site, action, "config_entry_id", {"no_site": tuple(*account.values())}
        )
        await call(site, action, **right(site, action))
    unit = unit_device_id(site.hass, entry.entry_id, 99998)
    for action in (*OF_LOCKS, "delete_gateway"):
        await refuse(site, action, "device_id", {"no_site": (unit,)})
    for action in OF_PAIRS:
        await refuse(site, action, "gateway_id", {"no_site": (unit,)})
    assert both.house.cloud.requests.total == 0


async def test_two_sites(site: Home) -> None:
    """With two accounts that can, one has to be named; a gateway of one opens no lock of the other."""
    other = KeylessCloud(
        clock=utc_now, tenant_id="7e8e68c3-0000-48c0-8f29-a757ef2b3c3f"
    )
    other.populate(1)
    async with serve(other) as address:
        credentials = ("user_id", "access_key", "api_key")
        fields = {key: site.entry.data[key] for key in credentials}
        fields["url"] = address.url
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Other",
            unique_id=f"keyless_{other.tenant_id}",
            data={CONF_VENDOR: "keyless", **fields},
        )
        entry.add_to_hass(site.hass)
        await site.hass.config_entries.async_setup(entry.entry_id)
        await site.settle()
        for action in OF_ACCOUNTS:
            data = right(site, action)
            await refused(site, action, "which_account", "config_entry_id", **data)
        await call(
            site, "create_locking_device", name="Gate", config_entry_id=entry.entry_id
        )
        assert [lock.name for lock in other.locks.values()] == ["Lock 1", "Gate"]
        gateway = dr.async_get(site.hass).async_get_device_by_identifier(
            (DOMAIN, f"{entry.unique_id}_{next(iter(other.gateways))}"), entry.entry_id
        )
        assert gateway is not None
        for action in OF_PAIRS:
            wrong = {"other_account": (gateway.id,)}
            await refuse(site, action, "gateway_id", wrong)
        assert len(other.gateways.associations) == 1
        assert await site.hass.config_entries.async_unload(entry.entry_id)
