"""How often the platform is asked, counted there over simulated hours; -s shows the figures."""

from collections import Counter

from tests.keyless.home import Home

STEP = 5
PREFIX = " /administration/"


async def hour(home: Home) -> Counter[str]:
    """Return the requests of an hour in which nothing happens."""
    home.platform.requests.reset()
    await home.run(3600, 20)
    return home.platform.requests.counts


def show(title: str, counts: Counter[str]) -> int:
    """Print and return how many requests there were."""
    parts = ", ".join(
        f"{key.replace(PREFIX, ' ')} {count}" for key, count in counts.most_common()
    )
    print(f"\n{title}: {counts.total()} ({parts})")  # noqa: T201  the figures that are asked for
    return counts.total()


async def test_idle(home: Home) -> None:
    """At idle two locks and a gateway take some two hundred requests in an hour, and no command."""
    await home.start()
    await home.run(120)
    counts = await hour(home)
    total = show("idle, two locks and a gateway, an hour", counts)
    assert not any("remote-command" in key for key in counts)
    for log in ("system", "audit"):
        # Two locks, thirty looks for passages and twelve for readings each.
        assert home.count(f"GET locking-device-log/{log}") <= 2 * (30 + 12) + 4
    assert home.count("GET gateway-device-log/system") <= 12 + 1
    for inventory in ("locking-device", "gateway-device", "gateway-device-association"):
        assert 3 <= home.count(f"GET {inventory}") <= 5
    assert home.count("POST login") <= 2
    assert total <= 205


async def test_each_further_lock(home: Home) -> None:
    """A further lock takes some eighty requests more in an hour."""
    home.platform.populate(3)
    await home.start()
    await home.run(120)
    total = show("idle, five locks and two gateways, an hour", await hour(home))
    assert total <= 205 + 3 * 88 + 13


async def test_pending(home: Home) -> None:
    """An opening that nobody waits for takes some thirty requests in its five minutes."""
    await home.start()
    await home.run(120)
    idle = (await hour(home)).total()
    home.platform.requests.reset()
    await home.act("open")
    assert home.platform.requests.total <= 3
    await home.run(600, STEP)
    await home.run(3000, 20)
    counts = home.platform.requests.counts
    total = show("one opening that expires, an hour", counts)
    assert home.ended == "expired"
    assert home.count("POST remote-command") == 1
    assert home.count("GET remote-command/{id}") <= 12 + 240 // 12 + 2
    assert home.count("GET gateway-device-log/audit") == 0
    assert total - idle <= 40


async def test_opened(home: Home) -> None:
    """An opening that is carried out at once takes a few requests."""
    await home.start()
    await home.run(120)
    home.platform.requests.reset()
    await home.act("open")
    await home.wait(20)
    home.platform.touch(home.lock_id())
    await home.run(30, STEP)
    total = show("one opening that is carried out", home.platform.requests.counts)
    assert home.ended == "opened"
    assert total <= 16


async def test_unproven(home: Home) -> None:
    """While proof of an acknowledged opening is waited for, both logs are read beside it, and no longer than that."""
    await home.start()
    await home.run(120)
    home.platform.set_options(execution="acknowledged_only")
    idle = (await hour(home)).total()
    home.platform.requests.reset()
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.run(600, STEP)
    await home.run(3000, 20)
    total = show(
        "one opening that is never proven, an hour", home.platform.requests.counts
    )
    assert home.ended == "unconfirmed"
    assert total - idle <= 3 * (12 + 360 // 12 + 3) + 3
