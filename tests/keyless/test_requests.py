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
    """At idle a lock and a gateway take 24 requests an hour each, the account 13 beside them, and no command."""
    home.platform.populate(3)
    await home.start()
    await home.run(120)
    counts = await hour(home)
    locks, gateways = len(home.platform.locks), len(home.platform.gateways)
    assert (locks, gateways) == (5, 2)
    total = show("idle, five locks and two gateways, an hour", counts)
    by_device = home.platform.requests.by_subject()
    for kind, ids in (
        ("a lock", home.platform.locks),
        ("a gateway", home.platform.gateways),
    ):
        each = [by_device[device_id].total() for device_id in ids]
        print(f"{kind}: {each}")  # noqa: T201  the figures that are asked for
        assert set(each) == {2 * 12}
    account = total - (locks + gateways) * 24
    print(f"the account: {account}")  # noqa: T201  the figures that are asked for
    assert account == 3 * 4 + 1
    for inventory in ("locking-device", "gateway-device", "gateway-device-association"):
        assert home.count(f"GET {inventory}") == 4
    assert home.count("POST login") == 1
    assert not any("remote-command" in key for key in counts)


async def test_gateway_in_its_box(home: Home) -> None:
    """A gateway that was never powered and a lock that is not claimed are asked nothing."""
    home.platform.add_locking_device("Shed", claimed=False)
    home.platform.add_gateway(activated=False)
    await home.start()
    await home.run(120)
    assert (await hour(home)).total() == 3 * 24 + 13


async def test_long_history(home: Home) -> None:
    """A lock with a history of years costs no more than a new one, from the start."""
    for _ in range(3000):
        home.platform.note(home.lock_id(), "CLOCK_CHANGED")
        home.freezer.tick(60)
    home.platform.requests.reset()
    await home.start()
    assert home.platform.requests.by_subject()[home.lock_id()].total() == 2
    await home.run(120)
    assert (await hour(home)).total() == 3 * 24 + 13


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
    # The gateway's log is read as at idle: nothing was acknowledged that it could prove.
    assert home.count("GET gateway-device-log/audit") == 12
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
