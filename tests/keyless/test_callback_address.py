"""The address at which the platform is to call: told to administrators, made anew where it has leaked, written nowhere."""

import json
import logging
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.components import cloud
from homeassistant.components.webhook import async_generate_path
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import MATCH_ALL
from homeassistant.core import Context, Event, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.json import JSONEncoder
from homeassistant.helpers.selector import selector
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.latchkey.callback_actions import KEYS
from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from tests.conftest import EXTERNAL
from tests.keyless.called import CalledHome
from tests.push.calls import post
from tests.push.test_cloudhook import HOOK, NabuCasa
from tests.test_actions import person
from tests.texts import LANGUAGES, translations


@pytest.fixture
def nabu_casa(called: CalledHome, monkeypatch: pytest.MonkeyPatch) -> NabuCasa:
    """Return a cloud that makes cloudhooks."""
    nabu_casa = NabuCasa()
    nabu_casa.install(called.hass, monkeypatch)
    return nabu_casa


async def refused(home: CalledHome, key: str, **data: Any) -> HomeAssistantError:
    """Return with which error the action is refused."""
    with pytest.raises(HomeAssistantError) as failure:
        await home.address(**data)
    assert failure.value.translation_domain == DOMAIN
    assert failure.value.translation_key == key
    return failure.value


async def test_external_address(called: CalledHome) -> None:
    """The address is the external one, and stays the same."""
    await called.start()
    address = await called.address()
    assert address == f"{EXTERNAL}{async_generate_path(called.webhook_id)}"
    assert len(called.webhook_id) == 64
    assert await called.address(config_entry_id=called.entry.entry_id) == address
    assert await called.address(renew=False) == address
    await called.hass.config_entries.async_reload(called.entry.entry_id)
    assert await called.address() == address


async def test_cloudhook(called: CalledHome, nabu_casa: NabuCasa) -> None:
    """With a subscription it is a cloudhook, made when somebody asks for it."""
    await called.start()
    assert not nabu_casa.hooks
    assert await called.address() == HOOK
    assert nabu_casa.hooks == {called.webhook_id}
    nabu_casa.failure = cloud.CloudNotConnected()
    assert await called.address() == HOOK
    nabu_casa.active = False
    assert (await called.address()).startswith(EXTERNAL)


@pytest.mark.parametrize("address", [None, "http://home.example.com"])
async def test_out_of_reach(called: CalledHome, address: str | None) -> None:
    """Where nobody can call from outside, there is no address, and a remedy is named."""
    await called.start()
    await called.hass.config.async_update(external_url=address)
    error = await refused(called, "no_callback_address")
    assert "external https address" in str(error)
    assert "Home Assistant Cloud" in str(error)
    assert called.webhook_id not in str(error)


async def test_renewed(hinted: CalledHome) -> None:
    """An address that has leaked is worth nothing from the moment on in which it is made anew."""
    old = hinted.webhook_id
    told = json.dumps(hinted.event("GatewayDeviceActivated")).encode()
    address = await hinted.address(renew=True)
    assert old not in address
    assert address.endswith(hinted.webhook_id)
    assert await post(hinted.hass, old, told) == 200
    await hinted.wait(1)
    assert await hinted.counts() == {}
    assert hinted.platform.requests.total == 0
    assert await post(hinted.hass, hinted.webhook_id, told) == 200
    assert await hinted.counts() == {"hint": 1}
    await hinted.hass.config_entries.async_reload(hinted.entry.entry_id)
    assert await hinted.address() == address
    assert await post(hinted.hass, old, told) == 200
    assert await hinted.counts() == {}


async def test_renewed_out_of_reach(called: CalledHome) -> None:
    """It is worth nothing also where there is no other address for the moment."""
    await called.start()
    old = called.webhook_id
    await called.hass.config.async_update(external_url=None)
    await refused(called, "no_callback_address", renew=True)
    assert await post(called.hass, old, b"{}") == 200
    assert await called.counts() == {}


@pytest.mark.parametrize("fails", [False, True])
async def test_renewed_cloudhook(
    called: CalledHome,
    nabu_casa: NabuCasa,
    caplog: pytest.LogCaptureFixture,
    *,
    fails: bool,
) -> None:
    """The old cloudhook is given back; where that fails, it leads nowhere all the same."""
    await called.start()
    await called.address()
    old = called.webhook_id
    if fails:
        # What is not there cannot be given back.
        nabu_casa.hooks.clear()
    await called.address(renew=True)
    assert nabu_casa.hooks == {called.webhook_id}
    assert called.webhook_id != old
    assert ("the cloudhook stays" in caplog.text) is fails
    assert await post(called.hass, old, b"{}") == 200
    assert await called.counts() == {}
    assert await post(called.hass, called.webhook_id, b"{}") == 400


async def test_removed(called: CalledHome, nabu_casa: NabuCasa) -> None:
    """The cloudhook goes with the account."""
    await called.start()
    await called.address()
    assert nabu_casa.hooks
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    assert not nabu_casa.hooks


@pytest.mark.usefixtures("nabu_casa")
async def test_removed_before_it_ran(
    called: CalledHome, caplog: pytest.LogCaptureFixture
) -> None:
    """An account that never came to run is removed without a word."""
    called.fault("status")
    await called.start()
    assert called.account() is ConfigEntryState.SETUP_RETRY
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    assert all(record.levelno < logging.ERROR for record in caplog.records)


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
async def test_rights(called: CalledHome, group: str) -> None:
    """Nobody but administrators is told, or makes another."""
    await called.start()
    known_by = called.webhook_id
    somebody = await person(called.hass, group)
    for renew in (False, True):
        with pytest.raises(Unauthorized):
            await called.address(context=somebody, renew=renew)
    assert called.webhook_id == known_by
    (owner,) = [
        user for user in await called.hass.auth.async_get_users() if user.is_owner
    ]
    assert await called.address(context=Context(user_id=owner.id))


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_described(hass: HomeAssistant) -> None:
    """The action's fields are those that it takes, each in words, and neither is required."""
    assert await async_setup_component(hass, DOMAIN, {})
    described = (await async_get_all_descriptions(hass))[DOMAIN]["get_callback_address"]
    assert described["response"] == {"optional": False}
    assert described["fields"].keys() == {*KEYS}
    schema = hass.services.async_services()[DOMAIN]["get_callback_address"].schema
    assert isinstance(schema, vol.Schema)
    assert {str(key.schema) for key in schema.schema} == {*KEYS}
    for field in described["fields"].values():
        assert not field.get("required")
        selector(field["selector"])
    for language in LANGUAGES:
        texts = translations(language)["services"]["get_callback_address"]
        assert texts["name"] and texts["description"]
        assert texts["fields"].keys() == {*KEYS}
        assert all(
            each["name"] and each["description"] for each in texts["fields"].values()
        )


async def test_fields(called: CalledHome) -> None:
    """A field that is wrong is named, and no address is made."""
    await called.start()
    known_by = called.webhook_id
    values: tuple[Any, ...] = ("true", "", 1, 0, [], {})
    for value in values:
        error = await refused(called, "not_yes_or_no", renew=value)
        assert isinstance(error, ServiceValidationError)
        assert "renew" in str(error)
    await refused(called, "unknown_field", renewed=True)
    await refused(called, "unknown_account", config_entry_id="nothing", renew=True)
    assert called.webhook_id == known_by
    await called.hass.config_entries.async_unload(called.entry.entry_id)
    await refused(called, "not_loaded", config_entry_id=called.entry.entry_id)
    await refused(called, "which_account")


async def test_account_without(called: CalledHome, entry: MockConfigEntry) -> None:
    """An account whose vendor registers its calls itself has no such address; it is not taken for the one that is meant."""
    entry.add_to_hass(called.hass)
    await called.hass.config_entries.async_setup(entry.entry_id)
    error = await refused(called, "no_hints", config_entry_id=entry.entry_id)
    assert entry.title in str(error)
    await called.start()
    assert await called.address()


async def test_several_accounts(
    called: CalledHome, credentials: dict[str, str]
) -> None:
    """Of several accounts one must be named; each has an address of its own."""
    await called.start()
    other = MockConfigEntry(
        domain=DOMAIN,
        title="Other",
        unique_id="keyless_other",
        data={CONF_VENDOR: "keyless", **credentials},
    )
    other.add_to_hass(called.hass)
    assert await called.hass.config_entries.async_setup(other.entry_id)
    await refused(called, "which_account")
    addresses = {
        await called.address(config_entry_id=each.entry_id)
        for each in (called.entry, other)
    }
    assert len(addresses) == 2


async def test_secrets(hinted: CalledHome, caplog: pytest.LogCaptureFixture) -> None:
    """The address is in no state, event, registry, log, repair or diagnosis, whatever calls there were."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []
    hinted.hass.bus.async_listen(MATCH_ALL, events.append)
    addresses = [await hinted.address(), await hinted.address(renew=True)]
    hinted.platform.webhooks.unsubscribe()
    await hinted.subscribe()
    user = hinted.person()
    hinted.platform.open_by_phone(hinted.lock_id(), user.id)
    await hinted.wait(1)
    await hinted.told()
    await hinted.post({})
    await hinted.post(hinted.event("UserCreated", eventSystemId="another"))
    await hinted.hass.config.async_update(external_url=None)
    error = await refused(hinted, "no_callback_address", renew=True)
    known_by = [hinted.webhook_id, *(each.rpartition("/")[2] for each in addresses)]
    diagnosis = await async_get_config_entry_diagnostics(hinted.hass, hinted.entry)
    assert diagnosis["hints"]["cloudhook"] is False
    entry_id = hinted.entry.entry_id
    devices, entities = dr.async_get(hinted.hass), er.async_get(hinted.hass)
    told = [
        json.dumps(diagnosis, cls=JSONEncoder),
        f"{error!r} {error}",
        *(repr(state.as_dict()) for state in hinted.hass.states.async_all()),
        *(repr(event.data) for event in events),
        *(repr(issue) for issue in ir.async_get(hinted.hass).issues.values()),
        *(f"{x}" for x in dr.async_entries_for_config_entry(devices, entry_id)),
        *(f"{x}" for x in er.async_entries_for_config_entry(entities, entry_id)),
        *(
            f"{record.__dict__}"
            for record in caplog.records
            if record.name.startswith("custom_components")
        ),
    ]
    assert "a call, hint" in caplog.text
    assert "a call, malformed" in caplog.text
    assert len({*known_by}) == 3
    assert [each for each in known_by if any(each in text for text in told)] == []
