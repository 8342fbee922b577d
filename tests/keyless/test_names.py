"""The texts by which entities behind gateways are called."""

from homeassistant.helpers import entity_registry as er

from tests.keyless.home import Home
from tests.texts import BEHIND_GATEWAYS


async def test_names(home: Home) -> None:
    """Each of these texts calls an entity, and no entity lacks its name."""
    home.platform.battery_low(home.lock_id())
    home.platform.touch(home.lock_id())
    await home.start()
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.wait(10)
    await home.wait(310)
    used = {
        (entity.domain, entity.translation_key)
        for entity in er.async_entries_for_config_entry(
            er.async_get(home.hass), home.entry.entry_id
        )
    }
    assert used >= BEHIND_GATEWAYS
    assert used - BEHIND_GATEWAYS == {
        ("calendar", "grants"),
        ("event", "grant"),
        ("event", "log"),
        ("event", "passage"),
        ("sensor", "active_grants"),
        ("sensor", "next_expiry"),
        ("sensor", "pending_grants"),
    }
    for state in home.hass.states.async_all():
        assert "{" not in state.name
