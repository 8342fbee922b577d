"""Subscriptions are made where Home Assistant can be called, looked after, renewed, and ended; others' are left alone."""

from datetime import timedelta
import logging

from homeassistant.const import STATE_UNAVAILABLE
import pytest

from custom_components.latchkey.const import CONF_SUBSCRIPTIONS
from custom_components.latchkey.subscription_keeper import (
    HEALTHY_INTERVAL,
    UNHEALTHY_INTERVAL,
)
from tests.conftest import EXTERNAL
from tests.iloq.called import ALL, FOREIGN, KEYS, LOG, RENEW, SUBSCRIBE, CalledHome
from tests.iloq.home import INVENTORY, Home

ELSEWHERE = "https://elsewhere.example.net"
LOOK = UNHEALTHY_INTERVAL + 1
YEAR = timedelta(days=364)


def addresses(home: CalledHome) -> set[str]:
    """Return where the cloud calls about all that we subscribe to."""
    return {each.record["TargetEndpointUri"] for each in home.ours.values()}


async def test_subscribed(called: CalledHome) -> None:
    """Each event is subscribed to once, for almost a year, by an id that is known here."""
    await called.start()
    assert called.ours.keys() == ALL
    assert addresses(called) == {called.address()}
    assert {event: each.id for event, each in called.ours.items()} == dict(
        called.entry.data[CONF_SUBSCRIPTIONS]
    )
    now = called.cloud.clock()
    for each in called.ours.values():
        assert each.record["StartDateUtc"] <= now
        assert abs(each.record["EndDateUtc"] - now - YEAR) < timedelta(minutes=1)
    assert called.count(SUBSCRIBE) == len(ALL)
    assert called.issue("subscriptions_full") is None


async def test_not_subscribed(called: CalledHome) -> None:
    """Where nobody can call over https, the vendor is not even asked."""
    await called.move_to(None)
    await called.start()
    for external in ("http://home.example.com", None):
        await called.move_to(external)
        await called.wait(HEALTHY_INTERVAL)
        assert not called.held
        assert called.count("GET Webhooks/Subscriptions") == 0
        assert called.entity_id("sensor", f"{called.system_id}_last_push") is None


async def test_moved(called: CalledHome) -> None:
    """The subscriptions follow the address, go with it, and come with it."""
    await called.move_to(None)
    await called.start()
    assert not called.held
    await called.move_to(EXTERNAL)
    assert addresses(called) == {called.address()}
    ids = {each.id for each in called.held}
    await called.move_to(ELSEWHERE)
    assert addresses(called) == {called.address(ELSEWHERE)}
    assert {each.id for each in called.held} == ids
    await called.move_to("http://home.example.com")
    assert not called.held
    assert (
        CONF_SUBSCRIPTIONS not in called.entry.data
        or not (called.entry.data[CONF_SUBSCRIPTIONS])
    )
    asked = called.count("GET Webhooks/Subscriptions")
    await called.wait(HEALTHY_INTERVAL)
    assert called.count("GET Webhooks/Subscriptions") == asked
    await called.move_to(EXTERNAL)
    assert addresses(called) == {called.address()}
    assert called.ours.keys() == ALL


async def test_in_order(called: CalledHome) -> None:
    """What is in order is left as it is, when Home Assistant restarts and later."""
    await called.start()
    before = {each.id: each.sign_key for each in called.held}
    await called.hass.config_entries.async_reload(called.entry.entry_id)
    await called.settle()
    await called.wait(LOOK)
    assert {each.id: each.sign_key for each in called.held} == before
    assert (called.count(SUBSCRIBE), called.count(RENEW)) == (len(ALL), 0)


async def test_renewed(called: CalledHome) -> None:
    """A subscription is renewed in the last month of its year, and stays the same."""
    await called.start()
    before = {each.id: each.sign_key for each in called.held}
    end = called.ours[LOG].record["EndDateUtc"]
    called.tick(timedelta(days=332).total_seconds())
    await called.settle()
    await called.wait(LOOK)
    assert called.ours[LOG].record["EndDateUtc"] == end
    await called.wait(timedelta(days=2).total_seconds())
    await called.wait(LOOK)
    for each in called.ours.values():
        assert each.record["EndDateUtc"] > end + timedelta(days=330)
        assert each.record["StartDateUtc"] < end - timedelta(days=330)
    assert {each.id: each.sign_key for each in called.held} == before
    assert (called.count(SUBSCRIBE), called.count(RENEW)) == (len(ALL), len(ALL))


@pytest.mark.parametrize("refused", [True, False])
async def test_ended(called: CalledHome, *, refused: bool) -> None:
    """A subscription that has ended is taken up again: it is renewed, or where that is refused another one made."""
    await called.start()
    before = {each.id for each in called.held}
    if refused:
        called.fault("status", "Webhooks/Subscriptions", method="PUT", status=400)
    called.tick(timedelta(days=400).total_seconds())
    await called.settle()
    await called.wait(LOOK)
    now = called.cloud.clock()
    assert called.ours.keys() == ALL
    assert all(each.record["EndDateUtc"] > now for each in called.held)
    assert ({each.id for each in called.held} == before) is not refused


async def test_gone(called: CalledHome) -> None:
    """A subscription that somebody deleted is made again."""
    await called.start()
    subscriptions = called.cloud.group.webhooks.subscriptions
    del subscriptions[called.ours[LOG].id]
    assert not await called.is_healthy()
    await called.wait(LOOK)
    assert called.ours.keys() == ALL


async def test_two_of_ours(called: CalledHome) -> None:
    """Of two that lead here one is kept, the one that is known; an address of the past is one of ours."""
    await called.start()
    kept = called.ours[LOG].id
    called.subscribe_elsewhere(LOG, called.address("https://of-the-past.example"))
    await called.wait(LOOK)
    assert called.ours[LOG].id == kept
    assert len(called.held) == len(ALL)


async def test_forgotten(called: CalledHome) -> None:
    """A subscription whose id was lost here is known by where it leads, and kept."""
    await called.start()
    before = {each.id for each in called.held}
    data = dict(called.entry.data)
    del data[CONF_SUBSCRIPTIONS]
    await called.hass.config_entries.async_unload(called.entry.entry_id)
    called.hass.config_entries.async_update_entry(called.entry, data=data)
    await called.hass.config_entries.async_setup(called.entry.entry_id)
    await called.settle()
    assert {each.id for each in called.held} == before
    assert {*called.entry.data[CONF_SUBSCRIPTIONS].values()} == before


async def test_others_stay(called: CalledHome) -> None:
    """What others subscribe to is neither moved nor deleted, whatever becomes of ours."""
    others = [called.subscribe_elsewhere(event) for event in sorted(ALL)]
    kept = [dict(each.record) for each in others]
    await called.start()
    assert called.ours.keys() == ALL
    for external in (ELSEWHERE, None, EXTERNAL):
        await called.move_to(external)
        assert [each for each in called.held if each in others] == others
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    await called.settle()
    assert called.held == others
    assert [each.record for each in others] == kept


async def test_full(called: CalledHome) -> None:
    """Where three others subscribe already, a repair says so, and goes once there is room."""
    others = [called.subscribe_elsewhere(LOG) for _ in range(3)]
    await called.start()
    assert called.ours.keys() == {*KEYS}
    issue = called.issue("subscriptions_full")
    assert issue is not None
    assert issue.translation_placeholders == {"account": "iLOQ", "names": LOG}
    assert FOREIGN not in str(issue)
    del called.cloud.group.webhooks.subscriptions[others[0].id]
    await called.wait(LOOK)
    assert called.ours.keys() == ALL
    assert called.issue("subscriptions_full") is None


async def test_no_right(called: CalledHome, caplog: pytest.LogCaptureFixture) -> None:
    """Without the right nothing is subscribed to, asked, or complained about; with it, all is."""
    called.cloud.user.rights &= ~2147483648
    caplog.set_level(logging.DEBUG)
    await called.start()
    assert not called.held
    assert "iLOQ: nothing to subscribe to" in caplog.messages
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]
    called.cloud.user.rights |= 2147483648
    called.cloud.sessions.expire()
    await called.wait(INVENTORY)
    await called.wait(LOOK)
    assert called.ours.keys() == ALL


async def test_right_lost(called: CalledHome) -> None:
    """A right that is refused although the user seems to have it is no failure of the account."""
    called.fault("status", "Webhooks", status=403)
    await called.start()
    await called.wait(LOOK)
    assert not called.held
    keys = called.shown("sensor", f"{called.system_id}_keys_handed_over")
    assert keys.state != STATE_UNAVAILABLE


async def test_version_1(home: Home) -> None:
    """The first generation has no webhooks, and is not asked about them."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    await home.wait(HEALTHY_INTERVAL)
    assert not [each for each in home.cloud.requests.counts if "ebhook" in each]


@pytest.mark.parametrize(
    "kind", ["reset", "reset_after", "status", "html_after", "twice", "rate_limit"]
)
async def test_lost_answer(called: CalledHome, kind: str) -> None:
    """However a request to subscribe is lost, there is one subscription to each event in the end."""
    fault = called.fault(kind, "Webhooks/Subscriptions", method="POST", times=2)
    await called.start()
    assert fault.hits >= 1
    for _ in range(3):
        assert len(called.held) == len(called.ours)
        await called.wait(LOOK)
    assert called.ours.keys() == ALL
    assert len(called.held) == len(ALL)
    assert {each.id for each in called.held} == {
        *called.entry.data[CONF_SUBSCRIPTIONS].values()
    }


async def test_removed(called: CalledHome) -> None:
    """The subscriptions go with the account, and so does the session that it takes to end them."""
    await called.start()
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    await called.settle()
    assert not called.held
    assert not called.cloud.sessions.open


async def test_removed_while_the_vendor_is_away(
    called: CalledHome, caplog: pytest.LogCaptureFixture
) -> None:
    """An account can be removed while the vendor is away: that subscriptions stay there is logged."""
    await called.start()
    caplog.clear()
    called.fault("status", "", status=503)
    assert await called.hass.config_entries.async_remove(called.entry.entry_id)
    await called.settle()
    assert called.ours.keys() == ALL
    lines = [each for each in caplog.messages if "stay at the vendor" in each]
    assert len(lines) == 1
    for each in called.held:
        assert each.sign_key not in caplog.text
