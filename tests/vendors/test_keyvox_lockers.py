"""KEYVOX's lockers and calls: what is sent, and what is made of the answers."""

import asyncio
from datetime import timedelta
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.calls import TakesCalls
from custom_components.latchkey.vendors.lockers import (
    BoxStatus,
    FreeBox,
    OpensBoxes,
    TellsBoxes,
)
from custom_components.latchkey.vendors.model import DeviceKind
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    DeviceUnreachable,
    InvalidRequest,
    NoRight,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
)
from tests.vendors.helpers import run
from tests.vendors.keyvox_lockers import (
    ANSWERS,
    BOX_DEVICE,
    LOCKER,
    LOCKER_DEVICE,
    NOW,
    account,
    row,
    success,
)
from tests.vendors.test_flexykey_hostile import HOSTILE, MARK, mutated, silent

START, END = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
PERIOD = {"sTime": "1795266000", "eTime": "1795269600"}


def test_capabilities() -> None:
    """An account tells of boxes, opens them, and takes calls."""
    keyvox, _ = account()
    assert isinstance(keyvox, TellsBoxes)
    assert isinstance(keyvox, OpensBoxes)
    assert isinstance(keyvox, TakesCalls)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        *(("0", BoxStatus.UNUSED), (0, BoxStatus.UNUSED), ("1", BoxStatus.IN_USE)),
        *((2, BoxStatus.EXPIRED), ("9", BoxStatus.FAULT), (9.0, None), ("3", None)),
        *((None, None), ("", None), ("unused", None), ("-1", None), (10**30, None)),
    ],
)
def test_statuses(told: Any, status: BoxStatus | None) -> None:
    """A status is one of those that are documented, as text or number, or not known."""
    keyvox, sent = account(getLockerStatus=success([row("00-01", status=told)]))
    assert run(keyvox.boxes(LOCKER_DEVICE)) == {f"{LOCKER}-00-01": status}
    assert sent.sent[0].body == {"deviceId": LOCKER}


def test_free_boxes() -> None:
    """A period is asked for in Unix seconds, as texts; sizes have the names of the vendor's demonstration."""
    rows = [row(f"00-0{n}", boxSize=size) for n, size in enumerate((1, "2", "3"), 1)]
    rows += [row("00-04", boxSize="XL"), row("00-05"), row("00-06", boxSize="a b\n")]
    keyvox, sent = account(getAvailableBoxes=success([*rows, rows[0]]))
    free = run(keyvox.free_boxes(LOCKER_DEVICE, START, END))
    assert free[0] == FreeBox(
        id=f"{LOCKER}-00-01", name="Box 1", number="00-01", size="small"
    )
    assert [box.size for box in free] == ["small", "medium", "large", "XL", "", ""]
    assert sent.sent[0].body == {"deviceId": LOCKER, **PERIOD}


@pytest.mark.parametrize(
    ("size", "asked", "numbers"),
    [
        ("small", "1", ["00-01", "00-05"]),
        ("3", "3", ["00-03", "00-05"]),
        ("XL", "XL", ["00-04", "00-05"]),
    ],
)
def test_size(size: str, asked: str, numbers: list[str]) -> None:
    """A size is asked for by the vendor's word; what the vendor tells beside it is left out."""
    rows = [
        row(f"00-0{n}", boxSize=told) for n, told in enumerate(("1", 2, 3, "XL"), 1)
    ]
    keyvox, sent = account(getAvailableBoxes=success([*rows, row("00-05")]))
    free = run(keyvox.free_boxes(LOCKER_DEVICE, START, END, size))
    assert [box.number for box in free] == numbers
    assert sent.sent[0].body == {"deviceId": LOCKER, **PERIOD, "boxSize": asked}


@pytest.mark.parametrize("data", [None, {}, [], {"list": []}])
def test_none_is_free(data: Any) -> None:
    """No data is no box."""
    keyvox, _ = account(getAvailableBoxes=success(data))
    assert run(keyvox.free_boxes(LOCKER_DEVICE, START, END)) == []


def test_open() -> None:
    """A box is opened by its locker's id and its own number, once."""
    keyvox, sent = account(unlockLocker={"code": 0, "msg": "success"})
    run(keyvox.open_box(BOX_DEVICE))
    (request,) = sent.sent
    assert request.name == "POST v1/unlockLocker"
    assert request.body == {"deviceId": LOCKER, "boxNum": "00-02"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": "E1012"}, DeviceUnreachable),
        ({"code": "E0043"}, NotFound),
        ({"code": "E0005"}, InvalidRequest),
        ({"code": "E2003"}, NoRight),
        ({}, OutcomeUnknown),
        ([], OutcomeUnknown),
        (b"<html>", OutcomeUnknown),
        (b"", OutcomeUnknown),
        (OutcomeUnknown(), OutcomeUnknown),
    ],
)
@pytest.mark.parametrize("name", ["unlockLocker", "setBoxColor", "locks/events"])
def test_sent_once(answer: Any, error: type[VendorError], name: str) -> None:
    """A command is sent once, whatever comes back, and so is a call that only asks."""
    keyvox, sent = account(**{name: answer})
    is_box = name == "unlockLocker"
    command = keyvox.open_box(BOX_DEVICE) if is_box else keyvox.call(name, {"a": MARK})
    with pytest.raises(error) as failure:
        run(command)
    assert type(failure.value) is error
    assert len(sent.sent) == 1
    silent(failure.value)


def test_calls() -> None:
    """Each call goes to its operation's path with the body as it is; others are none."""
    keyvox, sent = account()
    assert len(keyvox.calls) == 10
    for name in keyvox.calls:
        sent.answers = {f"POST v1/{name}": success({"name": name})}
        body = {"a": [1, {"b": None}]}
        assert run(keyvox.call(name, body)) == {"name": name}
        assert sent.sent[-1].body == body
    for name in ("unlock", "unlockLocker", "getUnits", "", "../x"):
        with pytest.raises(NotAvailable):
            run(keyvox.call(name, {}))
    assert len(sent.sent) == 10


@pytest.mark.parametrize(
    "failure",
    [
        {"code": "E1012"},
        {"code": "E2003"},
        {"code": "E0043"},
        success("?"),
        success([7]),
        ServiceUnavailable(),
    ],
)
def test_silent_locker(failure: Any) -> None:
    """A locker that does not tell of its boxes keeps those that it had, and nothing else is missing."""
    keyvox, sent = account()
    sent.answers = {**ANSWERS, "POST v1/getLockerStatus": failure}
    inventory = asyncio.run(keyvox.inventory())
    assert not inventory.complete
    kinds = [device.kind for device in inventory.devices]
    assert kinds.count(DeviceKind.BOX) == kinds.count(DeviceKind.LOCK) == 2
    sent.answers = ANSWERS
    assert asyncio.run(keyvox.inventory()).complete


def test_rate_limit() -> None:
    """What concerns the account is not taken for one locker's silence."""
    keyvox, sent = account()
    sent.answers = {**ANSWERS, "POST v1/getLockerStatus": RateLimited(60)}
    with pytest.raises(RateLimited):
        asyncio.run(keyvox.inventory())


def test_locker_that_is_gone() -> None:
    """Nothing is kept of a locker that is not listed any more."""
    keyvox, sent = account()
    sent.answers = {**ANSWERS, "POST v1/getLockers": success([])}
    assert asyncio.run(keyvox.inventory()).complete
    sent.answers = {**ANSWERS, "POST v1/getLockerStatus": {"code": "E1012"}}
    kinds = [device.kind for device in asyncio.run(keyvox.inventory()).devices]
    assert kinds.count(DeviceKind.LOCKER) == 1
    assert DeviceKind.BOX not in kinds


ROWS = [row("00-01", status="0", boxSize="1"), row("00-02", status=9, boxSize=3)]


@given(HOSTILE | mutated(success(ROWS)))
def test_hostile_answers(answer: Any) -> None:
    """Whatever is answered is read or refused, and no error holds anything of it."""
    raw = json.dumps(answer).encode()
    keyvox, _ = ACCOUNT
    ACCOUNT[1].answers = {
        f"POST v1/{name}": raw
        for name in ("getLockerStatus", "getAvailableBoxes", "unlockLocker", "setCard")
    }
    for coroutine, allowed in (
        (keyvox.boxes(LOCKER_DEVICE), AnswerNotUnderstood),
        (keyvox.free_boxes(LOCKER_DEVICE, START, END), AnswerNotUnderstood),
        (keyvox.open_box(BOX_DEVICE), OutcomeUnknown),
        (keyvox.call("setCard", {}), OutcomeUnknown),
    ):
        try:
            run(coroutine)
        except (allowed, InvalidRequest, NotFound, NoRight, DeviceUnreachable) as err:
            silent(err)


ACCOUNT = account()


@given(st.text(max_size=30))
def test_hostile_sizes(size: str) -> None:
    """A size is a word of the vendor's, or nothing."""
    keyvox, sent = ACCOUNT
    sent.answers = {"POST v1/getAvailableBoxes": success([row("00-01", boxSize=size)])}
    (box,) = run(keyvox.free_boxes(LOCKER_DEVICE, START, END))
    assert len(box.size) <= 16
    assert box.size.isprintable()
