"""How often the vendor is asked, counted at the cloud over simulated hours.

LATCHKEY_HOURS=24 makes it a day; -s shows the figures.
"""

from collections import Counter
import os
from typing import Final

from tests.house import House

HOURS: Final = int(os.environ.get("LATCHKEY_HOURS", "1"))
STEP: Final = 10
UNIT: Final = "99998"


async def hours(house: House) -> Counter[str]:
    """Return the requests about one unit in some hours, in which nothing happens there."""
    # What belongs to the start is over.
    for _ in range(60 // STEP):
        await house.wait(STEP)
    await house.cloud.pushes_done()
    house.cloud.requests.reset()
    for _ in range(HOURS * 3600 // STEP):
        await house.wait(STEP)
    counted = house.cloud.requests.by_subject().get(UNIT, Counter())
    return Counter(counted)


def per_hour(title: str, counted: Counter[str]) -> float:
    """Print and return how often the unit was asked about in an hour."""
    parts = ", ".join(
        f"{request.removeprefix('GET /v1/')} {count / HOURS:.1f}"
        for request, count in counted.most_common()
    )
    line = f"{title}: {counted.total() / HOURS:.1f} an hour ({parts})"
    print(f"\n{line}")  # noqa: T201  the figures that are asked for
    return counted.total() / HOURS


async def test_idle_without_push(house: House) -> None:
    """Without push a unit's state is asked for at each poll, its log once a minute, the rest once an hour."""
    await house.start()
    counted = await hours(house)
    per_hour("idle, without push", counted)
    assert counted["GET /v1/Control"] <= HOURS * 120 + 1
    assert counted["GET /v1/unitlogs/{unitId}"] <= HOURS * 60 + 1
    assert counted.total() <= HOURS * (120 + 60 + 3) + 5
    assert house.cloud.over_limit == []


async def test_idle_with_push(called: House) -> None:
    """With push a unit is looked at for drift six times an hour, and for little else."""
    await called.start()
    counted = await hours(called)
    per_hour("idle, with push", counted)
    assert counted["GET /v1/Control"] <= HOURS * 6 + 1
    assert counted["GET /v1/unitlogs/{unitId}"] <= HOURS * 6 + 1
    assert counted.total() <= HOURS * (6 + 6 + 3) + 5
    assert called.cloud.over_limit == []


async def test_during_a_sync(house: House) -> None:
    """A sync is followed every few seconds until its end, and by nothing afterwards."""
    await house.start()
    house.cloud.set_options(sync_seconds_per_packet=30)
    house.cloud.generate_entries(int(UNIT), 40)
    await house.wait(60)
    house.cloud.requests.reset()
    device = house.devices()[UNIT]
    for action, data in (
        ("set_sync_state", {"sync_state": "ready_to_send"}),
        ("deliver_changes", {}),
    ):
        await house.hass.services.async_call(
            "latchkey", action, {"device_id": device.id, **data}, blocking=True
        )
    status = "GET /v1/UnitSync/Status"
    # Ten packets of half a minute.
    for _ in range(6 * 60):
        await house.wait(1)
    counted = house.cloud.requests.by_subject()[UNIT]
    print(f"\na sync of 5 minutes: {dict(counted)}")  # noqa: T201  the figures that are asked for
    assert 300 // 3 - 5 <= counted[status] <= 300 // 3 + 5
    # The status of a sync is kept for 2 s.
    assert counted[status] <= 300 // 2
    await house.wait(60)
    assert house.cloud.requests.by_subject()[UNIT][status] == counted[status]
