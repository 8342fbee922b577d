"""KEYVOX's histories as passages: in any order and paging, each line as often as it happened, and without PINs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.passages import (
    HIDDEN,
    KeepsLog,
    LogLine,
    Outcome,
)
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood, VendorError
from simulators.keyvox.history import Means, Visit
from tests.vendors.helpers import run
from tests.vendors.keyvox_locks import LockOrg, device, enveloped, offline, served_lock
from tests.vendors.scripted import Sent
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated

AT = 1763712890
LOCK = device("lock")
ALWAYS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


@pytest.fixture
async def account(socket_enabled: None, pauses: list[float]) -> AsyncIterator[LockOrg]:
    """Return an account with a lock."""
    async with served_lock("portal") as account:
        yield account


def row(**fields: Any) -> dict[str, Any]:
    """Return a row of a history."""
    known = {"etime": str(AT), "etype": "9", "userName": "Anna", "value": ""}
    return {**known, **fields}


def read(*rows: Any) -> list[LogLine]:
    """Return what is made of a history's rows."""
    answer = enveloped({"history": list(rows), "position": "", "records": "1"})
    return list(run(offline({"getLockHistory": answer}).log(LOCK, *ALWAYS)))


def at(second: int) -> datetime:
    """Return an instant some seconds later."""
    return datetime.fromtimestamp(AT + second, UTC)


@pytest.mark.parametrize("form", ["mixed", "string", "number"])
@pytest.mark.parametrize("end", ["empty", "repeat", "more"])
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_all_of_a_period(
    account: LockOrg, order: str, end: str, form: str
) -> None:
    """A period is complete and in order, whichever way the pages go and end."""
    assert isinstance(account.keyvox, KeepsLog)
    cloud, clock = account.org.cloud, account.org.clock
    cloud.set_options(history_order=order, cursor_end=end, number_form=form)
    begin = clock.now
    for number in range(250):
        cloud.use_app(account.lock.id, f"P{number}")
        account.org.later(60)
    everything = await account.keyvox.log(account.lock, begin, clock.now)
    assert [line.holder for line in everything] == [f"P{n}" for n in range(250)]
    before = account.count("getLockHistory")
    start = begin + timedelta(seconds=60 * 240)
    some = await account.keyvox.log(
        account.lock, start, begin + timedelta(seconds=60 * 245)
    )
    assert [line.holder for line in some] == [f"P{n}" for n in range(240, 246)]
    if order == "newest":
        # What is older is not asked for.
        assert account.count("getLockHistory") == before + 1


async def test_no_history(account: LockOrg) -> None:
    """A lock at which nothing has happened has an empty history."""
    for empty in ("missing", "null", "object"):
        account.org.cloud.set_options(empty_data=empty)
        assert await account.keyvox.log(account.lock, *ALWAYS) == []


@pytest.mark.parametrize(
    ("means", "method"),
    [
        *((Means.PIN, "pin"), (Means.CARD, "card"), (Means.BUTTON, "button")),
        *((Means.KNOB, "knob"), (Means.APP, "app")),
    ],
)
async def test_methods(account: LockOrg, means: Means, method: str) -> None:
    """Each means has a name; a PIN is not told, by whomever it is looked for."""
    lock = account.org.cloud.locks[account.lock.id]
    code = "471190" if means is Means.PIN else None
    visit = Visit(means, "Anna 471190", code)
    account.org.cloud._turn(lock, "unlock", account.org.clock.now, visit)  # noqa: SLF001  no visit has such a name
    account.org.later(1)
    (line,) = await account.keyvox.log(account.lock, *ALWAYS)
    assert (line.outcome, line.method) == (Outcome.GRANTED, method)
    assert line.holder == "Anna •••"
    assert line.credential == (HIDDEN if code else None)
    assert line.number is None
    assert "471190" not in repr(line)
    assert line.occurred_at == line.recorded_at == account.org.at(-1)


@pytest.mark.parametrize(
    ("etype", "method", "text"),
    [("7", "7", "etype 7"), (42, "42", "etype 42"), ("", None, ""), ("x", None, "")],
)
def test_unknown_kinds(etype: Any, method: str | None, text: str) -> None:
    """Of a kind that nobody has described it is not said that somebody came in."""
    (line,) = read(row(etype=etype))
    assert (line.outcome, line.method, line.text) == (Outcome.OTHER, method, text)


@pytest.mark.parametrize(
    ("name", "holder"),
    [
        *(("API", "API"), ("", None), (None, None), ("山田", "山田")),
        *(("Anna 12", "Anna 12"), ("Anna 1234", "Anna •••"), ("１２３４", "•••")),
        *(("08-1234 5678", "•••"), ("x99y", "x•••y"), ("９９ x", "••• x")),
    ],
)
def test_holders(name: Any, holder: str | None) -> None:
    """A name is shown without what may be a number that opens, in whatever width it is written."""
    (line,) = read(row(userName=name, etype="1", pinCode="99"))
    assert line.holder == holder


def test_equal_lines() -> None:
    """Equal lines of a page are as many passages; a PIN that is hidden later makes no other line of one."""
    lines = read(row(), row(), row(userName="Bert"))
    assert [line.holder for line in lines] == ["Anna", "Anna", "Bert"]
    assert len({line.key for line in lines}) == 2
    shown, hidden = (read(row(etype="1", pinCode=pin)) for pin in ("4711", "****"))
    assert shown[0].key == hidden[0].key


def test_page_that_moves_on() -> None:
    """A line that two pages tell, since something came in between, is one passage."""
    pages = {
        "": {"history": [row(etime=AT + n) for n in (9, 8, 7)], "position": "a"},
        "a": {"history": [row(etime=AT + n) for n in (7, 6, 5)], "position": "b"},
        "b": {"history": [], "position": "b"},
    }

    def answer(sent: Sent) -> Any:
        return enveloped(pages[sent.body["position"]])

    lines = run(offline({"getLockHistory": answer}).log(LOCK, *ALWAYS))
    assert [line.occurred_at for line in lines] == [at(n) for n in (5, 6, 7, 8, 9)]


def test_pages_without_end() -> None:
    """A history that never ends is given up."""

    def answer(sent: Sent) -> Any:
        position = int(sent.body["position"] or 0) + 1
        return enveloped({"history": [row()], "position": position})

    with pytest.raises(AnswerNotUnderstood):
        run(offline({"getLockHistory": answer}).log(LOCK, *ALWAYS))


@pytest.mark.parametrize("etime", ["", "0", None, "soon", "-5", 10**15, [], True])
def test_no_time(etime: Any) -> None:
    """A line without a time is left out, and the others are not."""
    assert len(read(row(etime=etime), row(), "x", None, 7, [row()])) == 1


@settings(max_examples=60)
@given(
    HOSTILE
    | HOSTILE.map(enveloped)
    | st.lists(HOSTILE, max_size=4).map(lambda rows: enveloped({"history": rows}))
    | mutated(enveloped({"history": [row(), row(etype="1", pinCode="4711")]}))
)
def test_hostile_history(answer: Any) -> None:
    """Whatever comes is read or refused, in order, with no number shown."""
    try:
        lines = list(run(offline({"getLockHistory": answer}).log(LOCK, *ALWAYS)))
    except VendorError:
        return
    assert lines == sorted(lines, key=lambda line: line.occurred_at)
    for line in lines:
        assert line.number is None and line.credential in (None, HIDDEN)
        assert line.device_id == LOCK.id
