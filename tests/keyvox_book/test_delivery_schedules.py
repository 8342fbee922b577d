"""Grants are issued, changed and revoked at random, while batches fail, devices are away, answers are lost, and the home is killed."""

import asyncio
from collections import Counter
import logging
import os

import pytest

from simulators.keyvox import serve
from tests.grants.home import Disk
from tests.keyvox_book.cloud import LateCloud
from tests.keyvox_book.home import Home
from tests.keyvox_book.schedules import Schedule, schedule
from tests.keyvox_book.trial import Trial
from tests.simulators.helpers import FakeClock

SHORT = 25
"""How many schedules are run unless LATCHKEY_SCHEDULES says another number."""


@pytest.fixture
def schedules() -> int:
    """Return how many schedules are to be run."""
    return int(os.environ.get("LATCHKEY_SCHEDULES", SHORT))


def test_deliveries(
    socket_enabled: None, schedules: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """No grant is active before every door has it, revoked before every door has forgotten it, lost or doubled."""
    # Log lines of thousands of troubles tell nothing.
    logging.disable()
    seen: Counter[str] = Counter()
    try:
        with asyncio.Runner(debug=False) as runner:
            for seed in range(schedules):
                seen += runner.run(_run(schedule(seed)))
    finally:
        logging.disable(logging.NOTSET)
    with capsys.disabled():
        print(f"\n{schedules} delivery schedules")  # noqa: T201  what the run has come to
        for what, count in sorted(seen.items()):
            print(f"  {what}: {count}")  # noqa: T201  the same
    assert seen["issue"] >= schedules


async def _run(chosen: Schedule) -> Counter[str]:
    """Run a schedule at a cloud of its own; return what was seen."""
    clock = FakeClock()
    cloud = LateCloud(clock)
    cloud.set_options(number_form=chosen.numbers)
    house = cloud.add_site("House")
    locks = [cloud.add_lock("Front", model="BCL-QR1").id, cloud.add_lock("Back").id]
    cloud.add_unit("Room", house.id, locks)
    cloud.add_locker("Locker", "1")
    profile = "overview" if chosen.place == "overview" else "portal"
    async with serve(cloud) as address:
        url = address.url
        if profile == "overview":
            url = url.removesuffix(cloud.base_path.removeprefix("/"))
        home = await Home(cloud, url, clock, Disk(), profile).started()
        trial = Trial(home, chosen, "Box 1" if chosen.place == "box" else "Room")
        try:
            await trial.run()
        except AssertionError as err:
            err.add_note(repr(chosen))
            raise
        finally:
            await cloud.release()
            for opened in {home, trial.home}:
                await opened.session.close()
    requests = sum(cloud.requests.counts.values())
    trial.seen["requests"] += requests
    trial.seen[f"at a place of the kind {chosen.place}"] += 1
    return trial.seen
