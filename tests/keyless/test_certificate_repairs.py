"""A repair well before a certificate's end: a lock whose certificate has ended opens no more."""

from datetime import timedelta

from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.certificate_repairs import (
    CERTIFICATE_ENDS,
    ERROR_BEFORE,
    WARNING_BEFORE,
)
from custom_components.latchkey.const import DOMAIN
from tests.keyless.home import INVENTORY, Home

DAY = 86_400


def issues(home: Home) -> list[ir.IssueEntry]:
    """Return what is told about certificates."""
    return [
        issue
        for (domain, _), issue in ir.async_get(home.hass).issues.items()
        if domain == DOMAIN and issue.active
    ]


def severity(home: Home) -> ir.IssueSeverity | None:
    """Return how urgent the one thing is that is told."""
    (issue,) = issues(home)
    found: ir.IssueSeverity | None = issue.severity
    return found


def end_in(home: Home, days: float, profile: str = "OPERATIONAL") -> None:
    """Have a certificate of the first lock end in some days."""
    home.platform.locks.set_certificate(
        home.lock_id(),
        profile,  # type: ignore[arg-type]  # one of the two profiles
        expiration=dt_util.utcnow().replace(microsecond=0) + timedelta(days=days),
    )


async def read(home: Home) -> None:
    """Let the inventory be read."""
    await home.run(INVENTORY, 125)


@pytest.mark.parametrize("profile", ["OPERATIONAL", "MANUFACTURING"])
async def test_life(home: Home, profile: str) -> None:
    """It is a warning from sixty days before the end, an error from fourteen, also after it, and nothing once renewed."""
    end_in(home, 61, profile)
    await home.start()
    assert issues(home) == []
    end = dt_util.utcnow().replace(microsecond=0) + timedelta(days=61)
    await home.wait(DAY + 60)
    (issue,) = issues(home)
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.translation_key == CERTIFICATE_ENDS
    assert not issue.is_fixable
    assert issue.translation_placeholders == {
        "name": "Lock 1",
        "date": dt_util.as_local(end).date().isoformat(),
    }
    for days, told in (
        (45, ir.IssueSeverity.WARNING),
        (1, ir.IssueSeverity.ERROR),
        (20, ir.IssueSeverity.ERROR),
    ):
        await home.wait(days * DAY)
        assert severity(home) is told
    assert end < dt_util.utcnow()
    end_in(home, 700, profile)
    await read(home)
    assert issues(home) == []


async def test_first_to_end(home: Home) -> None:
    """Of two certificates that end the first one is told, and once it is renewed the other one."""
    end_in(home, 10, "OPERATIONAL")
    end_in(home, 30, "MANUFACTURING")
    await home.start()
    assert severity(home) is ir.IssueSeverity.ERROR
    end_in(home, 700, "OPERATIONAL")
    await read(home)
    assert severity(home) is ir.IssueSeverity.WARNING


async def test_renewed_by_a_phone(home: Home) -> None:
    """A visit with the app, which is the remedy, makes it go away."""
    person = home.person()
    end_in(home, 20)
    home.platform.locks.set_certificate(home.lock_id(), eligible=True)
    await home.start()
    assert severity(home) is ir.IssueSeverity.WARNING
    assert home.platform.open_by_phone(home.lock_id(), person.id)
    await read(home)
    assert issues(home) == []


async def test_in_an_outage(home: Home) -> None:
    """While the platform cannot be reached the days go on all the same."""
    end_in(home, (ERROR_BEFORE + timedelta(days=2)).days)
    await home.start()
    assert severity(home) is ir.IssueSeverity.WARNING
    home.fault("status", status=503)
    for _ in range(3):
        await home.wait(DAY + 1)
    assert severity(home) is ir.IssueSeverity.ERROR


async def test_ignored(home: Home) -> None:
    """Who ignores the warning is left alone until it is urgent."""
    end_in(home, (ERROR_BEFORE + timedelta(days=2)).days)
    await home.start()
    (issue,) = issues(home)
    ir.async_ignore_issue(home.hass, DOMAIN, issue.issue_id, True)
    await read(home)
    (issue,) = issues(home)
    assert issue.dismissed_version
    for _ in range(3):
        await home.wait(DAY + 1)
    (issue,) = issues(home)
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.dismissed_version is None


async def test_deleted(home: Home) -> None:
    """A lock that is deleted is told of no more once it is gone."""
    end_in(home, 5)
    await home.start()
    assert issues(home)
    gone = home.lock_id()
    home.platform.delete_lock(gone)
    await home.wait(INVENTORY)
    assert issues(home)
    await read(home)
    assert home.device(gone) is None
    assert issues(home) == []


@pytest.mark.parametrize("how", ["unload", "remove"])
async def test_end_of_the_account(home: Home, how: str) -> None:
    """An account that is unloaded or removed leaves nothing that is told; one that comes back tells again."""
    end_in(home, (WARNING_BEFORE - timedelta(days=1)).days)
    await home.start()
    assert issues(home)
    if how == "remove":
        await home.hass.config_entries.async_remove(home.entry.entry_id)
    else:
        await home.hass.config_entries.async_unload(home.entry.entry_id)
    await home.wait(2 * DAY)
    assert issues(home) == []
    if how == "unload":
        await home.hass.config_entries.async_setup(home.entry.entry_id)
        await home.settle()
        assert issues(home)
