"""Within which limits a unit is asked for readings (guide 7)."""

import math
from typing import Any

import pytest

from custom_components.latchkey.vendors.readings import Requested
from custom_components.latchkey.vendors.vendor import (
    NoRight,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    VendorError,
)
from tests.vendors.information import ASK, CATALOGUE, COMMANDS, FULL, Cloud


@pytest.fixture
def cloud() -> Cloud:
    """Return the cloud."""
    return Cloud()


def test_fresh_is_not_asked_again(cloud: Cloud) -> None:
    """Within the cache's time nothing is sent; it counts for one unit, and for one command."""
    cloud.ask("CHECKTEMP")
    assert cloud.ask("CHECKTEMP") == Requested(skipped={"CHECKTEMP": "fresh"})
    assert cloud.asked == 1
    cloud.ask("CHECKTEMP", 4054)
    cloud.ask("CHECKASTAT")
    assert cloud.asked == 3
    cloud.clock.move(10)
    assert cloud.ask("CHECKTEMP").queued == ("CHECKTEMP",)


def test_rate_limit(cloud: Cloud) -> None:
    """The fourth request of a minute is refused with the seconds until it may be sent."""
    for _ in range(3):
        cloud.ask("CHECKTEMP")
        cloud.clock.move(11)
    cloud.check_limited("CHECKTEMP", 27)
    cloud.clock.move(27)
    cloud.ask("CHECKTEMP")


def test_profile_counts_for_its_commands(cloud: Cloud) -> None:
    """A profile is a request for each of its commands."""
    cloud.ask(FULL)
    assert cloud.ask("CHECKTEMP") == Requested(skipped={"CHECKTEMP": "fresh"})
    assert cloud.ask(FULL) == Requested(skipped=dict.fromkeys(COMMANDS, "fresh"))
    for _ in range(2):
        cloud.clock.move(15)
        cloud.ask("CHECKTEMP")
    cloud.clock.move(15)
    cloud.check_limited("CHECKTEMP", 15)


def test_profile_waits_for_its_commands(cloud: Cloud) -> None:
    """A profile is refused where one of its commands was asked for too often."""
    cloud.answers[CATALOGUE]["profiles"][0]["cacheSeconds"] = 0
    cloud.ask(FULL)
    for _ in range(2):
        cloud.clock.move(15)
        cloud.ask("CHECKTEMP")
    cloud.check_limited(FULL, 30)


def test_messages_before_the_start_count(cloud: Cloud) -> None:
    """What was asked for before a restart is fresh as long, and counts for the limit as long."""
    cloud.told(
        (3, 4, "CHECKTEMP", "T1=3"),
        (2, 20, "CHECKTEMP", "T1=2"),
        (1, 30, "CHECKTEMP", "T1=1"),
        (0, 5, "CHECKASTAT", ""),
    )
    cloud.report()
    assert cloud.ask("CHECKTEMP").skipped == {"CHECKTEMP": "fresh"}
    cloud.clock.move(6)
    cloud.check_limited("CHECKTEMP", 24)
    assert cloud.ask("CHECKASTAT").queued
    assert cloud.ask("CHECKTEMP", 4054).queued
    # They are not counted twice.
    cloud.report()
    cloud.clock.move(24)
    assert cloud.ask("CHECKTEMP").queued


def test_profile_before_the_start_counts(cloud: Cloud) -> None:
    """A profile that was asked for as often as it may be, before a restart, is not asked for again."""
    cloud.answers[CATALOGUE]["profiles"][0]["cacheSeconds"] = 60
    messages = []
    for _ in range(4):
        cloud.ask(FULL)
        messages += [(cloud.clock(), name) for name in COMMANDS]
        cloud.clock.move(300)
    cloud.check_limited(FULL, 2400)
    cloud.told(
        *(
            (number, (cloud.clock() - at).total_seconds(), name, "")
            for number, (at, name) in enumerate(messages)
        )
    )
    cloud.restart()
    cloud.report()
    cloud.check_limited(FULL, 2400)


def test_doubt_counts(cloud: Cloud) -> None:
    """A request whose answer is no JSON may have been queued: it counts, but nothing is fresh for it."""
    cloud.answers[ASK] = b"<html>"
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            cloud.ask("CHECKTEMP")
    with pytest.raises(RateLimited):
        cloud.ask("CHECKTEMP")


@pytest.mark.parametrize("refusal", [NoRight(), RateLimited(5)])
def test_refused_is_not_fresh(cloud: Cloud, refusal: VendorError) -> None:
    """What the vendor refused was not asked for: the next request is not skipped for being fresh."""
    cloud.answers[ASK] = refusal
    for _ in range(2):
        with pytest.raises(type(refusal)):
            cloud.ask("CHECKTEMP")


@pytest.mark.parametrize(
    "field", ["rateLimitIntervalSeconds", "defaultCacheSeconds", "rateLimitMax"]
)
@pytest.mark.parametrize(
    "limit", [-5, 0, 0.5, 1e11, 1e300, 2**63, "inf", "-inf", "nan", "3", None, [], True]
)
def test_strange_limits(cloud: Cloud, field: str, limit: Any) -> None:
    """Whatever a limit is, a request is sent, skipped or refused, and no wait is endless."""
    cloud.answers[CATALOGUE]["commands"][1][field] = limit
    waits: list[float | None] = []
    for _ in range(5):
        try:
            cloud.ask("CHECKTEMP")
        except NotFound:
            # A command whose limit cannot be read is not in the catalogue.
            assert cloud.asked == 0
        except RateLimited as err:
            waits.append(err.retry_after)
        cloud.clock.move(11)
    assert all(wait is not None and math.isfinite(wait) for wait in waits)
