"""The life of a grant: pending until the unit took it, active until it ends, each step shown."""

from datetime import timedelta

from homeassistant.const import STATE_UNKNOWN
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.const import CONF_EXPIRY_NOTICE, CONF_SHOW_HOLDERS
from tests.grants_ha.helpers import (
    GATHERED,
    OTHER_UNIT,
    TAKEN,
    TICK,
    UNIT,
    UNIT_NAME,
    Grants,
    later,
)

PROGRESS = f"{UNIT}_delivery"


async def test_from_pending_to_expired(grants: Grants) -> None:
    """A PIN opens the door when its sync has ended, not before, and not after its end; every step is shown."""
    row = await grants.issue(end_datetime=later(hours=1))
    assert row["state"] == "pending"
    assert (grants.reading("active_grants"), grants.reading("pending_grants")) == (
        "0",
        "1",
    )
    assert not grants.opens(row["code"])
    assert grants.reading(PROGRESS) == STATE_UNKNOWN

    await grants.house.wait(GATHERED)
    assert grants.reading(PROGRESS) == "0"
    assert grants.state(row) == "pending"

    await grants.house.wait(TAKEN)
    assert grants.reading(PROGRESS) == "100"
    assert grants.state(row) == "active"
    assert grants.opens(row["code"])
    assert grants.house.cloud.unit(UNIT).is_on("F1")
    assert (grants.reading("active_grants"), grants.reading("pending_grants")) == (
        "1",
        "0",
    )

    await grants.house.wait(3600)
    await grants.house.wait(TICK)
    assert grants.state(row) == "expired"
    assert not grants.opens(row["code"])
    assert (grants.reading("active_grants"), grants.reading("pending_grants")) == (
        "0",
        "0",
    )
    assert grants.life == ["pending", "active", "expired"]


async def test_future_grant(grants: Grants) -> None:
    """A grant whose start lies ahead is at the unit, and opens from then on."""
    row = await grants.active(start_datetime=later(hours=1))
    assert not grants.opens(row["code"])
    await grants.house.wait(3601)
    assert grants.opens(row["code"])


async def test_event_attributes(grants: Grants) -> None:
    """An event tells which grant, what it opens, by what and until when; not whose it is, and never the code."""
    end = dt_util.now().replace(microsecond=0) + timedelta(hours=1)
    row = await grants.issue(end_datetime=end.isoformat())
    state = grants.entity("event", "grant")
    expected = {
        "event_type": "pending",
        "grant_id": row["grant_id"],
        "access": f"{UNIT_NAME}, R1",
        "credential": "pin",
        "ends": end.isoformat(),
    }
    assert expected.items() <= state.attributes.items()
    assert "name" not in state.attributes


async def test_event_names_the_holder_by_option(noted: Grants) -> None:
    """Whose grant it is stands in an event where the option says so."""
    await noted.house.start(**{CONF_SHOW_HOLDERS: True})
    await noted.issue()
    assert noted.entity("event", "grant").attributes["name"] == "Anna"


async def test_next_expiry(grants: Grants) -> None:
    """The next expiry is the earliest end that lies ahead, and unknown without any."""
    assert grants.reading("next_expiry") == STATE_UNKNOWN
    await grants.issue()
    assert grants.reading("next_expiry") == STATE_UNKNOWN
    now = dt_util.utcnow().replace(microsecond=0)
    for hours in (3, 2):
        await grants.issue(end_datetime=later(hours=hours))
        shown = dt_util.parse_datetime(
            grants.reading("next_expiry"), raise_on_error=True
        )
        assert shown == now + timedelta(hours=hours)
    await grants.house.wait(2 * 3600)
    await grants.house.wait(TICK)
    shown = dt_util.parse_datetime(grants.reading("next_expiry"), raise_on_error=True)
    assert shown == now + timedelta(hours=3)
    await grants.house.wait(3600)
    await grants.house.wait(TICK)
    assert grants.reading("next_expiry") == STATE_UNKNOWN


async def test_notice_ahead_of_an_expiry(noted: Grants) -> None:
    """So many hours before its end a grant is announced, once, also across a restart."""
    await noted.house.start(**{CONF_EXPIRY_NOTICE: 2})
    await noted.active(end_datetime=later(hours=3))
    await noted.house.wait(TICK)
    assert noted.life == ["pending", "active"]
    await noted.house.wait(3600)
    await noted.house.wait(TICK)
    assert noted.life == ["pending", "active", "expiring"]
    noted.events.clear()
    await noted.restart()
    await noted.house.wait(TICK)
    assert "expiring" not in noted.life[1:]
    await noted.house.wait(2 * 3600)
    await noted.house.wait(TICK)
    assert noted.life[-1] == "expired"


async def test_no_notice_unless_wanted(grants: Grants) -> None:
    """Without the option no expiry is announced."""
    await grants.active(end_datetime=later(minutes=30))
    await grants.house.wait(1500)
    assert grants.life == ["pending", "active"]


async def test_progress_of_a_longer_sync(grants: Grants) -> None:
    """A sync of several packets shows how far it has come."""
    grants.house.cloud.set_options(entries_per_packet=1, sync_seconds_per_packet=6)
    for _ in range(2):
        await grants.issue()
    shown = []
    await grants.house.wait(GATHERED)
    for _ in range(6):
        shown.append(grants.reading(PROGRESS))
        await grants.house.wait(3.1)
    assert shown == sorted(shown, key=int)
    assert {"0", "50", "100"} == set(shown)
    assert grants.reading(f"{OTHER_UNIT}_delivery") == STATE_UNKNOWN


async def test_changes_are_delivered_together(grants: Grants) -> None:
    """Changes within a few seconds go out in one sync, and units do not wait for each other."""
    for unit in (UNIT, UNIT, OTHER_UNIT, UNIT):
        await grants.issue(unit)
        await grants.house.wait(1)
    await grants.deliver()
    assert grants.house.count("POST UnitSync/PushChanges") == 2
    assert grants.reading("active_grants") == "4"


async def test_change_while_a_sync_runs(grants: Grants) -> None:
    """What is issued while a sync is under way goes with another one after it, never beside it."""
    grants.house.cloud.set_options(sync_seconds_per_packet=20)
    first = await grants.issue()
    await grants.house.wait(GATHERED)
    second = await grants.issue()
    for _ in range(7):
        await grants.house.wait(3.1)
    assert (grants.state(first), grants.state(second)) == ("active", "pending")
    for _ in range(10):
        await grants.house.wait(3.1)
    assert grants.state(second) == "active"
    assert grants.house.count("POST UnitSync/PushChanges") == 2


@pytest.mark.parametrize("form", ["rows", "envelope", "bare"])
@pytest.mark.parametrize("answer", ["row", "empty"])
async def test_forms_of_answers(grants: Grants, form: str, answer: str) -> None:
    """Whatever the cloud's answers look like, a grant becomes active, and revoked, when the unit has it."""
    grants.house.cloud.set_options(entry_form=form, entry_answer=answer)
    row = await grants.active()
    assert grants.opens(row["code"])
    await grants.call("revoke_grant", grant_id=row["grant_id"])
    await grants.deliver()
    assert grants.state(row) == "revoked"
    assert not grants.opens(row["code"])
