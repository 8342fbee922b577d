"""How often the vendor is asked at idle, counted at the cloud over a simulated hour; -s shows the figures."""

from tests.keyvox.home import Home

STEP = 30


async def test_idle(home: Home) -> None:
    """With two locks, a locker of six boxes and two places nothing is asked more often than it says."""
    await home.start()
    await home.run(300, STEP)
    home.cloud.requests.reset()
    await home.run(3600, STEP)
    asked = {
        request.partition("eagle-pms/")[2]: count
        for request, count in home.cloud.requests.counts.items()
    }
    figures = ", ".join(f"{path} {count}" for path, count in sorted(asked.items()))
    print(f"\nidle: {sum(asked.values())} an hour ({figures})")  # noqa: T201  the figures that are asked for
    locks, lockers, places = 2, 1, 2
    assert asked["v1/getLockStatus"] <= 21 * locks
    assert asked["v1/getLockHistory"] <= 21 * locks
    # The inventory reads it, too.
    assert asked["v1/getLockerStatus"] <= (13 + 5) * lockers
    assert asked["v1/getAvailableBoxes"] <= 13 * lockers
    assert asked["bacsorder/list"] <= 7 * places
    assert asked["v1/getUnits"] <= 5
    assert sum(asked.values()) <= 160
