"""iLOQ's sessions: one at a time, renewed without losing or repeating a call, ended in every case."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
import logging
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest
from yarl import URL

from custom_components.latchkey.vendors.iloq import (
    client as client_module,
    session as session_module,
)
from custom_components.latchkey.vendors.iloq.adapter import Iloq, connect
from custom_components.latchkey.vendors.iloq.bars import BARRED, Bars
from custom_components.latchkey.vendors.iloq.session import Session, judge
from custom_components.latchkey.vendors.model import Capability
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    ChoiceNeeded,
    NoRight,
    NotAvailable,
    NotFound,
    Refused,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)
from simulators.faults import Fault
from simulators.iloq import DEMO_PASSWORD
from simulators.registry import new_id
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import told
from tests.vendors.iloq_watched import LOGIN, Account, Watched, served_iloq
from tests.vendors.scripted import Offline

STEPS = ("GetUrl", "CreateSession", "LockGroups", "SetLockgroup", "Locks")
API_KEY = "gateway-4711-secret"


@pytest.fixture
async def account(socket_enabled: None) -> AsyncIterator[Account]:
    """Return what is needed for accounts at a furnished cloud."""
    async with served_iloq() as account:
        yield account


async def write(iloq: Iloq, name: str) -> None:
    """Add an access; twice it would be refused."""
    body = {
        "SecurityAccess_ID": new_id(),
        "Name": name,
        "Type": 3,
        "RealEstate_ID": "00000000-0000-0000-0000-000000000000",
    }
    await iloq._client.command(  # noqa: SLF001  what all parts of the adapter call
        "POST SecurityAccesses", body={"SecurityAccess": body}
    )


async def read(iloq: Iloq) -> Any:
    """Read the locks."""
    return await iloq._client.read("GET Locks")  # noqa: SLF001  as above


class Schedule:
    """Has sessions end before some of the requests."""

    def __init__(self, account: Account, transport: Watched, at: set[int]) -> None:
        """Initialize with the numbers of the requests."""
        self._account = account
        self._at = at
        self._number = 0
        self.ended = 0
        transport.before = self.before

    async def before(self, _path: str) -> None:
        """End all sessions, if it is time."""
        sessions = self._account.cloud.sessions
        if self._number in self._at and sessions.open:
            sessions.expire()
            self.ended += 1
        self._number += 1


@settings(max_examples=40, deadline=None)
@given(
    calls=st.lists(st.sampled_from(["read", "write"]), min_size=1, max_size=6),
    at=st.sets(st.integers(0, 40), max_size=14),
    generation=st.sampled_from(["v1", "v2"]),
    together=st.booleans(),
)
def test_sessions_end_at_any_time(
    socket_enabled_throughout: None,
    calls: list[str],
    at: set[int],
    generation: str,
    together: bool,
) -> None:
    """Before whichever requests sessions end: each call is done once, or not at all and said so."""

    async def run() -> None:
        async with served_iloq(generations=generation) as account:
            iloq, transport = account.connect(v1=generation == "v1")
            schedule = Schedule(account, transport, at)
            accesses = account.cloud.group.accesses
            before = len(accesses)
            done = [False] * len(calls)

            async def call(place: int, what: str) -> None:
                lost = transport.counts["service_unavailable"]
                try:
                    if what == "read":
                        assert len(await read(iloq)) == 6
                    else:
                        await write(iloq, f"Access {place}")
                except ServiceUnavailable, NoRight:
                    # In three sessions, one after the other.
                    assert transport.counts["service_unavailable"] - lost >= 3
                else:
                    done[place] = True
                # What was refused in all of them is tried again later.
                account.clock.now += BARRED

            if together:
                await asyncio.gather(*(call(*each) for each in enumerate(calls)))
            else:
                for each in enumerate(calls):
                    await call(*each)
            written = [
                f"Access {place}"
                for place, what in enumerate(calls)
                if what == "write" and done[place]
            ]
            names = [each.record["Name"] for each in accesses.values()][before:]
            assert sorted(names) == sorted(written)
            sessions = account.cloud.sessions
            assert sessions.most_log_ins <= 1
            assert sessions.most_requests <= 1
            assert sessions.log_ins <= schedule.ended + 1
            transport.before = None
            await iloq.close()
            assert not sessions.open

    asyncio.run(run())


@pytest.fixture(scope="module")
def socket_enabled_throughout() -> Any:
    """Have sockets for all examples of a property."""
    import pytest_socket  # noqa: PLC0415  the plugin that takes them away

    pytest_socket.enable_socket()
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)


async def test_ends_twice_in_one_call(account: Account) -> None:
    """A session that ends while it is opened, and the next one right after that, cost no call."""
    iloq, transport = account.connect()
    await read(iloq)
    # The call itself, and then what sets the locking system in the session that was opened for it.
    schedule = Schedule(account, transport, {0, 4})
    assert len(await read(iloq)) == 6
    assert schedule.ended == 2
    assert account.cloud.sessions.log_ins == 3


async def test_refused_in_every_session(account: Account) -> None:
    """What is refused in new sessions, too, is a right that the user lacks; no further log-ins are spent on it."""
    iloq, transport = account.connect()
    account.cloud.faults.active.append(
        Fault(kind="status", status=401, path="/iloqwspool2/api/v2/Locks")
    )
    for _ in range(5):
        with pytest.raises(NoRight):
            await read(iloq)
    assert account.cloud.sessions.log_ins == 3
    assert not iloq._client.has("GET Locks")  # noqa: SLF001  as above
    # Everything else goes on in the session that there is.
    await write(iloq, "New")
    assert account.cloud.sessions.log_ins == 3
    account.cloud.faults.active.clear()
    account.clock.now += BARRED
    assert len(await read(iloq)) == 6
    assert account.cloud.sessions.log_ins == 3


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("step", STEPS)
async def test_cancelled_caller(account: Account, step: str, answered: bool) -> None:
    """A caller who goes away in the middle leaves nothing open, and the next one opens no second session."""
    iloq, transport = account.connect()
    held, let_go = transport.hold(step, answered=answered)
    caller = asyncio.create_task(read(iloq))
    await held.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    other = asyncio.create_task(read(iloq))
    await asyncio.sleep(0)
    let_go.set()
    assert len(await other) == 6
    sessions = account.cloud.sessions
    assert (sessions.log_ins, sessions.most_log_ins) == (1, 1)
    await iloq.close()
    assert not sessions.open
    assert len(sessions.killed) == 1


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("step", STEPS)
async def test_closed_after_a_cancelled_caller(
    account: Account, step: str, answered: bool
) -> None:
    """What a caller began who has gone away is ended."""
    iloq, transport = account.connect()
    held, let_go = transport.hold(step, answered=answered)
    caller = asyncio.create_task(read(iloq))
    await held.wait()
    caller.cancel()
    closing = asyncio.create_task(iloq.close())
    await asyncio.sleep(0)
    let_go.set()
    await closing
    assert not account.cloud.sessions.open
    with pytest.raises(ServiceUnavailable):
        await read(iloq)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("patient", [True, False])
async def test_closed_during_a_call(
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    answered: bool,
    patient: bool,
) -> None:
    """The call under way is waited for, unless it takes long; those that wait for it are not, and nothing stays open."""
    if not patient:
        monkeypatch.setattr(client_module, "LONGEST_CALL", 0.02)
        monkeypatch.setattr(session_module, "LONGEST_END", 0.02)
    iloq, transport = account.connect()
    held, let_go = transport.hold(step, answered=answered)
    calls = [asyncio.create_task(read(iloq)) for _ in range(3)]
    await held.wait()
    closing = asyncio.create_task(iloq.close())
    await asyncio.sleep(0)
    if patient:
        let_go.set()
        await closing
    else:
        await closing
        let_go.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert not any(isinstance(each, list) for each in outcomes[1:])
    assert all(isinstance(each, list | ServiceUnavailable) for each in outcomes), (
        outcomes
    )
    if step == "Locks" and (patient or answered):
        assert isinstance(outcomes[0], list)
    await asyncio.sleep(0.05)
    assert not account.cloud.sessions.open
    assert account.cloud.sessions.log_ins <= 1


async def test_two_accounts(account: Account) -> None:
    """Each account has a session of its own, which the other one does not end."""
    one, _ = account.connect()
    two, _ = account.connect()
    await asyncio.gather(read(one), read(two))
    assert len(account.cloud.sessions.open) == 2
    await one.close()
    assert len(account.cloud.sessions.open) == 1
    assert len(await read(two)) == 6
    await two.close()
    assert not account.cloud.sessions.open


async def test_nothing_to_end(account: Account) -> None:
    """What was never opened is not ended."""
    iloq, transport = account.connect()
    await iloq.close()
    assert not transport.paths


async def test_server_cannot_end_it(account: Account) -> None:
    """An account is closed although the end of its session fails."""
    iloq, _ = account.connect()
    await read(iloq)
    account.cloud.faults.active.append(
        Fault(kind="status", status=500, path="/iloqwspool2/api/v2/KillSession")
    )
    await iloq.close()
    assert account.cloud.requests.counts["GET /{base}/api/v2/KillSession"] <= 1


@pytest.mark.parametrize(
    ("result", "error", "reason"),
    [
        (0, WrongCredentials, None),
        (1, WrongCredentials, None),
        (2, Refused, ""),
        (3, Refused, ""),
        (4, ServiceUnavailable, None),
        (5, WrongCredentials, None),
        (6, Refused, ""),
        (7, Refused, "locked_out"),
        (8, Refused, "locked_out"),
        (9, Refused, "password_expired"),
        (10, Refused, "single_sign_on"),
        (11, Refused, ""),
        (12, Refused, ""),
    ],
)
async def test_results(
    account: Account, result: int, error: type[VendorError], reason: str | None
) -> None:
    """Each result of a log-in means what it says, and what locks users out is not tried again for half an hour."""
    if result == 1:
        # Success, but without a session.
        fields = {"Result": 1, "SessionID": ""}
        iloq, _ = scripted({"POST api/v2/CreateSession": fields})
        with pytest.raises(WrongCredentials):
            await read(iloq)
        return
    account.cloud.set_options(log_in_result=result)
    for _ in range(3):
        # Not even where the account is set up again.
        iloq, transport = account.connect()
        for _ in range(3):
            with pytest.raises(error) as caught:
                await read(iloq)
            if reason is not None:
                assert isinstance(caught.value, Refused)
                assert caught.value.reason == reason
            assert DEMO_PASSWORD not in told(caught.value)
    tried = 9 if result == 4 else 1
    assert account.cloud.sessions.failed_log_ins == tried
    account.clock.now += BARRED - timedelta(seconds=1)
    with pytest.raises(error):
        await read(iloq)
    assert account.cloud.sessions.failed_log_ins == tried + (result == 4)
    account.cloud.set_options(log_in_result=None)
    account.clock.now += timedelta(seconds=1)
    assert len(await read(iloq)) == 6
    assert transport.count("CreateSession") >= 1


async def test_zero_with_a_session() -> None:
    """A result of nought beside a session is a success, as clients take it."""
    iloq, transport = scripted(
        {"POST api/v2/CreateSession": {"result": 0, "sessionid": "s1"}}
    )
    assert await read(iloq) == []
    await iloq.close()
    assert transport.count("GET api/v2/KillSession") == 1


async def test_whoever_enters_credentials_is_heard(account: Account) -> None:
    """A form that is sent is tried, whatever was refused before; what it proves is true for the account, too."""
    account.cloud.user.locked = True
    set_up, _ = account.connect()
    with pytest.raises(Refused):
        await set_up.inventory()
    entered, _ = account.connect()
    with pytest.raises(Refused):
        await entered.account()
    assert account.cloud.sessions.failed_log_ins == 2
    with pytest.raises(Refused):
        await set_up.inventory()
    assert account.cloud.sessions.failed_log_ins == 2
    account.cloud.user.locked = False
    assert (await entered.account()).name == "Demo house"
    assert len((await set_up.inventory()).devices) == 7


async def test_other_log_ins_are_not_barred(account: Account) -> None:
    """A wrong password keeps nobody out who has the right one."""
    wrong, _ = account.connect(password="wrong")
    with pytest.raises(WrongCredentials):
        await read(wrong)
    right, _ = account.connect()
    assert len(await read(right)) == 6


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_refused_log_in_by_status(account: Account, status: int) -> None:
    """A log-in that is refused by its status is not tried again either."""
    account.cloud.faults.active.append(
        Fault(kind="status", status=status, path="/iloqwspool2/api/v2/CreateSession")
    )
    iloq, transport = account.connect()
    for _ in range(2):
        with pytest.raises(WrongCredentials if status == 401 else Refused):
            await read(iloq)
    assert transport.count("CreateSession") == 1


async def test_choice(account: Account) -> None:
    """Of several locking systems one is to be chosen, and the session is ended until then."""
    other = account.cloud.add_group("Other")
    iloq, _ = account.connect()
    with pytest.raises(ChoiceNeeded) as caught:
        await iloq.account()
    assert caught.value.field == "lock_group"
    assert sorted(caught.value.options.values()) == ["Demo house", "Other"]
    assert not account.cloud.sessions.open
    chosen, _ = account.connect(lock_group=other.id.upper())
    assert (await chosen.account()).name == "Other"
    gone, _ = account.connect(lock_group=new_id())
    with pytest.raises(NotFound):
        await gone.account()
    assert len(account.cloud.sessions.open) == 1


@pytest.mark.parametrize(
    "handed_out", [None, "", "{origin}/pool", "{origin}/pool/", "{origin}/pool//"]
)
@pytest.mark.parametrize("slash", ["", "/"])
async def test_address(account: Account, handed_out: str | None, slash: str) -> None:
    """All else is asked where the server says, with slashes or without; at the start where it says nothing."""
    account.cloud.set_options(handed_out=handed_out)
    iloq, transport = account.connect()
    start = URL(account.address.url.rstrip("/") + slash)
    transport.base = start
    iloq._client.session.attach(transport)  # noqa: SLF001  the address as a user may enter it
    assert len(await read(iloq)) == 6
    account.cloud.set_options(handed_out="{origin}/elsewhere/")
    # The system has moved: what every server has is no longer there, and is looked for anew.
    with pytest.raises(NotFound):
        await iloq.inventory()
    assert len((await iloq.inventory()).devices) == 7
    account.cloud.sessions.expire()
    await iloq.close()
    assert not account.cloud.sessions.open


def scripted(answers: dict[str, Any]) -> tuple[Iloq, Offline]:
    """Return an account whose answers are written by a test."""
    usual = {
        "POST api/v2/Url/GetUrl": None,
        "POST api/v2/CreateSession": {"Result": 1, "SessionID": "s1"},
        "GET api/v2/LockGroups": [{"LockGroup_ID": new_id(), "Name": "House"}],
        "POST api/v2/SetLockgroup": {"RightsMask": -1},
        "GET api/v2/Locks": [],
        "GET api/v2/KillSession": None,
    }
    transport = Offline.of(usual | answers)
    transport.base = URL("https://s5.iloq.com/iloqws")
    session = Session(LOGIN, FakeClock(), Bars())
    session.attach(transport)
    return Iloq(client_module.IloqClient(transport, session), FakeClock()), transport


@pytest.mark.parametrize(
    "address",
    [
        "http://s5.iloq.com/iloqwspool2/",
        "http://127.0.0.1.example.com/",
        "http://10.0.0.1/",
        "http://127.0.0.1:8080/",
        "http://localhost/",
        "ftp://s5.iloq.com/",
        "//s5.iloq.com/",
        "s5.iloq.com/iloqws",
        "https://user:pw@s5.iloq.com/",
        "https://s5.iloq.com/?q=1",
        "https://",
        "null",
        42,
        ["https://s5.iloq.com/"],
        {"Url": "https://s5.iloq.com/"},
        False,
    ],
)
async def test_no_such_address(address: Any) -> None:
    """Credentials go nowhere in the clear and to nothing that is no address."""
    iloq, transport = scripted({"POST api/v2/Url/GetUrl": address})
    with pytest.raises(AnswerNotUnderstood):
        await read(iloq)
    assert transport.count("POST api/v2/CreateSession") == 0


@pytest.mark.parametrize("address", [None, "", "  "])
async def test_no_address(address: Any) -> None:
    """Where nothing is told, the address that the user entered is right."""
    iloq, transport = scripted({"POST api/v2/Url/GetUrl": address})
    assert await read(iloq) == []
    assert str(transport.base) == "https://s5.iloq.com/iloqws"


async def test_first_generation(account: Account) -> None:
    """What knows no GetUrl is version 1, which has fewer operations."""
    iloq, transport = account.connect(v1=True)
    assert len(await read(iloq)) == 6
    assert iloq._client.session.is_v1  # noqa: SLF001  as above
    assert transport.count("api/v1/Locks") == 1
    devices = (await iloq.inventory()).devices
    # It has no logs.
    assert {each for device in devices for each in device.capabilities} == {
        Capability.READINGS
    }
    with pytest.raises(NotAvailable):
        await iloq._client.read("GET Zones")  # noqa: SLF001  as above
    await iloq.close()
    assert not account.cloud.sessions.open


async def test_gateway_key(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    """The gateway's key goes with every request to its end, and nothing secret is logged."""
    caplog.set_level(logging.DEBUG)
    account.cloud.set_options(api_key=API_KEY)
    without, _ = account.connect()
    with pytest.raises(Refused):
        await read(without)
    iloq, transport = account.connect(api_key=API_KEY)
    await read(iloq)
    ids = list(account.cloud.sessions.open)
    account.cloud.sessions.expire()
    await write(iloq, "New")
    ids += account.cloud.sessions.open
    await iloq.close()
    # The cloud lets no request pass without it.
    assert not account.cloud.sessions.open
    assert account.cloud.sessions.killed == ids[1:]
    assert transport.counts["no_right"] == 0
    for secret in (API_KEY, DEMO_PASSWORD, *ids):
        assert secret not in caplog.text
        assert secret.lower() not in caplog.text.lower()


def test_judge() -> None:
    """An ended session is told by its status or in words; all else is judged by its status."""
    ended = b'{"Code": "Unauthorized", "Message": "Invalid session id: x"}'
    for status in (400, 401, 403):
        assert judge(status, ended) is not None
        assert isinstance(judge(status, ended), session_module.SessionLost)
    assert isinstance(judge(401, b""), session_module.SessionLost)
    wrong = b'{"code": "ValidationFailed", "message": "Invalid value (x) for id."}'
    assert isinstance(judge(400, wrong), session_module.InvalidValue)
    for body in (b"", b"[]", b"{}", b"\xff", b'{"Message": null}', b'{"Message": 4}'):
        assert judge(400, body) is None


@pytest.mark.parametrize(
    "answer", [None, "", [], {}, "s1", 5, {"SessionID": None}, {"SessionID": 5}]
)
async def test_no_session(answer: Any) -> None:
    """What names no session is no success."""
    iloq, transport = scripted({"POST api/v2/CreateSession": answer})
    with pytest.raises((AnswerNotUnderstood, WrongCredentials)):
        await read(iloq)
    assert transport.count("GET api/v2/LockGroups") == 0


async def test_hostile_steps() -> None:
    """What cannot be understood after the log-in ends the session."""
    for name in ("GET api/v2/LockGroups", "POST api/v2/SetLockgroup"):
        answers: tuple[Any, ...] = (b"<html>", {}, "x")
        for answer in answers:
            if name.startswith("POST") and answer == "x":
                continue
            iloq, transport = scripted({name: answer})
            try:
                await read(iloq)
            except AnswerNotUnderstood:
                assert transport.count("GET api/v2/KillSession") == 1


def test_address_of_the_user() -> None:
    """A key that fits in no header is refused before anything is sent."""
    fields = {
        "url": "https://s5.iloq.com/iloqws",
        "customer_code": "A",
        "username": "b",
        "password": "c",
    }
    for key in ("å", "a\nb"):
        with pytest.raises(ValueError, match="api_key"):
            connect(None, {**fields, "api_key": key})  # type: ignore[arg-type]  # nothing is sent


def test_what_a_login_tells() -> None:
    """Nothing that is shown of a log-in lets anybody in."""
    shown = repr(replace(LOGIN, password="pass-4711", api_key=API_KEY))
    assert "pass-4711" not in shown and API_KEY not in shown
    assert LOGIN.username in shown
