"""Webhooks that are registered at the vendor (guide 12)."""

from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from hypothesis import given
import pytest

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.push import Callback
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    NoRight,
    NotFound,
    OutcomeUnknown,
    VendorError,
)
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import unit
from tests.vendors.helpers import run
from tests.vendors.scripted import Scripted, offline
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated, outcome

HOOK = GUIDE["webhook"]


REGISTERED = Callback(
    address=HOOK["callbackUrl"],
    last_success_at=datetime(2026, 3, 28, 19, 49, 55, tzinfo=UTC),
)


@pytest.fixture
def guide() -> Scripted:
    """Return a cloud whose answers a test gives."""
    return Scripted()


@pytest.mark.parametrize(
    ("answer", "callback"),
    [
        (HOOK, REGISTERED),
        ([HOOK], REGISTERED),
        ({"items": [HOOK]}, REGISTERED),
        ([{**HOOK, "event": "other.event"}, HOOK], REGISTERED),
        ([None, {}, HOOK], REGISTERED),
        (None, None),
        ([], None),
        ({}, None),
        ({"items": []}, None),
        ("", None),
        ([{**HOOK, "event": "other.event"}], None),
        ({**HOOK, "callbackUrl": None}, None),
        (web.Response(status=404), None),
        (web.Response(status=410), None),
        (web.Response(status=204), None),
        (web.Response(status=200), None),
    ],
)
async def test_callback(
    flexykey: FlexyKey, guide: Scripted, answer: Any, callback: Callback | None
) -> None:
    """However the vendor tells of no webhook, there is none; and one may come in a list."""
    guide.answers["GET Webhooks"] = answer
    assert await flexykey.callback(unit(4818)) == callback


async def test_ailing_callback(flexykey: FlexyKey, guide: Scripted) -> None:
    """A webhook tells whether it is active, how often it failed and until when it is off."""
    guide.answers["GET Webhooks"] = {
        **HOOK,
        "isActive": 0,
        "lastSuccessUtc": None,
        "lastError": "timeout",
        "consecutiveFailures": 5,
        "disabledUntilUtc": "2026-03-28T20:49:55Z",
    }
    assert await flexykey.callback(unit(4818)) == Callback(
        address=HOOK["callbackUrl"],
        active=False,
        failures=5,
        disabled_until=datetime(2026, 3, 28, 20, 49, 55, tzinfo=UTC),
    )
    assert HOOK["callbackUrl"] not in repr(REGISTERED)


@given(mutated(HOOK) | mutated([HOOK, HOOK]) | HOSTILE)
def test_spoilt_callback(document: Any) -> None:
    """A webhook may be spoilt anywhere."""
    account, _ = offline({"GET Webhooks": document})
    callback = outcome(account.callback(unit()))
    assert callback is None or isinstance(callback, Callback | AnswerNotUnderstood)


async def test_unregistered(flexykey: FlexyKey, guide: Scripted) -> None:
    """Removing what is not there is not found; what is refused is told."""
    guide.answers["DELETE Webhooks"] = web.Response(status=404)
    with pytest.raises(NotFound):
        await flexykey.remove_callback(unit())
    guide.answers["PUT Webhooks"] = web.Response(status=403)
    with pytest.raises(NoRight):
        await flexykey.set_callback(unit(), "https://example.com", "hemligt")
    guide.answers["PUT Webhooks"] = web.Response(status=502)
    with pytest.raises(OutcomeUnknown):
        await flexykey.set_callback(unit(), "https://example.com", "hemligt")
    assert len(guide.requests) == 3


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (GUIDE["webhook_test_response"], 200),
        ({"status": "FAILED", "webhookId": 3, "httpStatus": None}, None),
        ({"status": "FAILED", "webhookId": 3, "httpStatus": 502}, 502),
        ({"status": "FAILED"}, None),
        ({"HTTPSTATUS": "200"}, 200),
        ({}, None),
    ],
)
async def test_test_call(
    flexykey: FlexyKey, guide: Scripted, answer: Any, status: int | None
) -> None:
    """A test call tells the status that the vendor got, or that it reached nobody."""
    guide.answers["POST Webhooks/Test"] = answer
    assert await flexykey.test_callback(unit(4818)) == status


@given(HOSTILE | mutated(GUIDE["webhook_test_response"]))
def test_spoilt_test_call(document: Any) -> None:
    """The answer to a test call may be anything."""
    account, transport = offline({"POST Webhooks/Test": document})
    status = outcome(account.test_callback(unit()))
    assert status is None or isinstance(status, int | VendorError)
    assert len(transport.sent) == 1


def test_another_event_is_not_asked_for() -> None:
    """All requests name the event."""
    answers = {"PUT Webhooks": None, "GET Webhooks": None, "DELETE Webhooks": None}
    account, transport = offline(answers)
    run(account.set_callback(unit(), "https://example.com", "hemligt"))
    run(account.callback(unit()))
    run(account.remove_callback(unit()))
    for sent in transport.sent:
        assert {**sent.query, **(sent.body or {})}["event"] == "control.statusChanged"
