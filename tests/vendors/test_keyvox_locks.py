"""KEYVOX's smart locks: commands sent once, states that are told and never guessed, charges that are numbers."""

from collections.abc import AsyncIterator
from typing import Any

from hypothesis import given, settings
import pytest

from custom_components.latchkey.vendors.locks import LocksDoors, LockStatus
from custom_components.latchkey.vendors.readings import ReadingKind
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    DeviceUnreachable,
    InvalidRequest,
    NoRight,
    NotFound,
    OutcomeUnknown,
    VendorError,
)
from simulators.faults import Fault
from tests.vendors.helpers import run
from tests.vendors.keyvox_locks import LockOrg, device, enveloped, offline, served_lock
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated

STATUS = {
    "status": "1",
    "battery": "80",
    "wifi": "1",
    "reportTime": "1763712890",
    "moduleId": "M1",
    "pinType": "1",
    "relateType": "PiACK II",
    "relateBattery": "40%",
}
LOCK = device("lock")


@pytest.fixture(params=["portal", "overview"])
async def account(
    request: pytest.FixtureRequest, socket_enabled: None, pauses: list[float]
) -> AsyncIterator[LockOrg]:
    """Return an account with a lock, in each profile."""
    async with served_lock(request.param) as account:
        yield account


def read(status: LockStatus, kind: ReadingKind) -> Any:
    """Return what a status tells of one kind."""
    return next(each.value for each in status.readings if each.kind is kind)


def told(**fields: Any) -> LockStatus:
    """Return what is made of a status with some fields changed."""
    answer = enveloped({**STATUS, **fields})
    return run(offline({"getLockStatus": answer}).lock_status(LOCK))


async def test_lock_and_unlock(account: LockOrg) -> None:
    """A lock is unlocked and locked, in requests with the flag 1 and 0, one each."""
    assert isinstance(account.keyvox, LocksDoors)
    lock = account.org.cloud.locks[account.lock.id]
    for locked in (False, True):
        await account.keyvox.set_locked(account.lock, locked=locked)
        assert lock.unlocked is not locked
    assert account.count("unlock") == 2


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("form", ["mixed", "string", "number"])
async def test_status(account: LockOrg, form: str, live: bool) -> None:
    """A status is read in each form of numbers."""
    cloud = account.org.cloud
    cloud.set_options(
        locked_status="locked",
        unlocked_status="unlocked",
        number_form=form,
        live_status=live,
    )
    status = await account.keyvox.lock_status(account.lock)
    assert (status.locked, status.told) == (True, "locked")
    assert status.reported_at == account.org.clock.now
    assert read(status, ReadingKind.BATTERY_LEVEL) == 100
    assert read(status, ReadingKind.CONNECTED) is True
    assert read(status, ReadingKind.RELATED_BATTERY) is None
    cloud.turn_knob(account.lock.id)
    cloud.set_batteries(account.lock.id, battery=17)
    account.org.later(10)
    status = await account.keyvox.lock_status(account.lock)
    assert status.locked is False
    if live:
        assert read(status, ReadingKind.BATTERY_LEVEL) == 17


async def test_unreachable(account: LockOrg) -> None:
    """A lock that does not answer is told from one that the vendor does not know."""
    account.org.cloud.set_connection(account.lock.id, online=False)
    with pytest.raises(DeviceUnreachable):
        await account.keyvox.set_locked(account.lock, locked=False)
    status = await account.keyvox.lock_status(account.lock)
    assert read(status, ReadingKind.CONNECTED) is False
    account.org.cloud.set_options(live_status=True)
    with pytest.raises(DeviceUnreachable):
        await account.keyvox.lock_status(account.lock)
    with pytest.raises(NotFound):
        await account.keyvox.set_locked(device("0" * 16), locked=False)


@pytest.mark.parametrize("kind", ["status", "reset_after", "half", "html", "redirect"])
async def test_lost_answers(account: LockOrg, kind: Any) -> None:
    """A command whose answer is lost is sent once, and its outcome is unknown."""
    account.org.cloud.add_fault(Fault(kind))
    with pytest.raises(OutcomeUnknown):
        await account.keyvox.set_locked(account.lock, locked=False)
    assert account.count("unlock") == 1


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("E1012", DeviceUnreachable),
        ("E0043", NotFound),
        ("E2003", NoRight),
        ("E0005", InvalidRequest),
        ("E7777", InvalidRequest),
        (["E1012"], InvalidRequest),
    ],
)
def test_codes(code: Any, error: type[VendorError]) -> None:
    """Each code of an answer is an error, whatever the HTTP status says."""
    account = offline({"unlock": {"code": code, "msg": "lock 4711"}})
    with pytest.raises(error) as failure:
        run(account.set_locked(LOCK, locked=False))
    assert type(failure.value) is error
    assert "4711" not in str(failure.value)


@pytest.mark.parametrize("answer", [b"", b"ok", [], {}, {"code": None}, "0"])
def test_answers_that_are_none(answer: Any) -> None:
    """What is no answer to a command leaves its outcome unknown."""
    with pytest.raises(OutcomeUnknown):
        run(offline({"unlock": answer}).set_locked(LOCK, locked=False))


@pytest.mark.parametrize(
    ("word", "locked"),
    [
        *((word, True) for word in ("locked", "LOCK", " Locked ", "施錠", "施錠済み")),
        *((word, False) for word in ("unlocked", "Unlock", "解錠", "OPEN", "ｏｐｅｎ")),
        *((word, None) for word in ("0", "1", "", "-", "closed", "close", "true")),
        *((word, None) for word in ("not locked", "unknown", "施錠中", "locking")),
        *((word, None) for word in (0, 1, True, False, None, 1.0)),
    ],
)
def test_words(word: Any, locked: bool | None) -> None:
    """Only what can mean nothing else is taken for locked, or for unlocked."""
    assert told(status=word).locked is locked


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        *(("80", 80), ("80%", 80), (" 80 % ", 80), (80, 80), (79.5, 79.5), ("0", 0)),
        *(("100％", 100), ("-", None), ("", None), (None, None), ("101", None)),
        *(("-5", None), ("8O", None), ("80/100", None), ("٨٠", None), ("1e1", None)),
    ],
)
def test_batteries(text: Any, percent: float | None) -> None:
    """A charge is a percentage, or nothing."""
    status = told(battery=text, relateBattery=text)
    assert read(status, ReadingKind.BATTERY_LEVEL) == percent
    assert read(status, ReadingKind.RELATED_BATTERY) == percent


@pytest.mark.parametrize(
    ("wifi", "connected"),
    [("1", True), (1, True), ("0", False), (0, False), ("2", None), ("", None)],
)
def test_connection(wifi: Any, connected: bool | None) -> None:
    """A connection that is told in other words is not known."""
    assert read(told(wifi=wifi), ReadingKind.CONNECTED) is connected


@pytest.mark.parametrize("at", ["", "0", "-1", "soon", "99999999999999", None])
def test_no_report(at: Any) -> None:
    """A time that is none is none."""
    status = told(reportTime=at)
    assert status.reported_at is None
    assert read(status, ReadingKind.LAST_CONTACT) is None


def refused_or_read(answer: Any) -> LockStatus | None:
    """Return what is made of an answer, None where it is refused as a vendor's failure."""
    try:
        return run(offline({"getLockStatus": answer}).lock_status(LOCK))
    except VendorError:
        return None


@settings(max_examples=60)
@given(HOSTILE | HOSTILE.map(enveloped) | mutated(enveloped(STATUS)))
def test_hostile_status(answer: Any) -> None:
    """Whatever comes is read or refused; only a clear word makes a state, and no number leaves its bounds."""
    if (status := refused_or_read(answer)) is None:
        return
    if status.locked is not None:
        assert status.told
    for kind in (ReadingKind.BATTERY_LEVEL, ReadingKind.RELATED_BATTERY):
        value = read(status, kind)
        assert value is None or 0 <= value <= 100
    shown = read(status, ReadingKind.REPORTED_STATUS)
    assert shown is None or (shown.isprintable() and len(shown) <= 24)


@settings(max_examples=50)
@given(HOSTILE | HOSTILE.map(enveloped))
def test_hostile_command(answer: Any) -> None:
    """Whatever answers a command, only the code 0 is success."""
    error: VendorError | None = None
    try:
        run(offline({"unlock": answer}).set_locked(LOCK, locked=False))
    except VendorError as err:
        error = err
    assert not isinstance(error, AnswerNotUnderstood)
    if error is None:
        assert str(answer["code"]).strip().strip("0") == ""
