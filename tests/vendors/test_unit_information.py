"""What may be asked of a unit, and what it answered (guide 7)."""

from typing import Any

from hypothesis import given
import pytest

from custom_components.latchkey.vendors.readings import Report, Requested
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    NotFound,
    VendorError,
)
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import unit
from tests.vendors.helpers import run
from tests.vendors.information import ASK, CATALOGUE, COMMANDS, FULL, Cloud
from tests.vendors.scripted import offline
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated, outcome


@pytest.fixture
def cloud() -> Cloud:
    """Return the cloud."""
    return Cloud()


def test_messages_by_high_water_mark(cloud: Cloud) -> None:
    """At first all messages are told, then those with higher ids than any before, in whatever order they come."""
    cloud.told((7, 10, "CHECKTEMP", "T1=7"), (5, 99, "CHECKTEMP", "T1=5 T2=5"))
    assert {each.id: each.value for each in cloud.report().readings} == {
        "T1": 7,
        "T2": 5,
    }
    assert cloud.report() == Report()
    cloud.told(
        (7, 10, "CHECKTEMP", "T1=7"),
        (9, 0, "X", "T2=9"),
        (8, 5, "CHECKSYS", "T2=8 H1=8"),
    )
    report = cloud.report()
    assert {each.id: each.value for each in report.readings} == {"T2": 9, "H1": 8}
    assert report.answered == {"X", "CHECKSYS"}
    cloud.told()
    assert cloud.report() == Report()
    cloud.told((9, 0, "CHECKTEMP", "T1=9"))
    assert cloud.report() == Report()


def test_no_messages_at_first(cloud: Cloud) -> None:
    """What comes after an empty list is new."""
    assert cloud.report() == Report()
    cloud.told((1, 0, "CHECKTEMP", "T1=1"))
    assert cloud.report().answered == {"CHECKTEMP"}


def test_messages_that_cannot_be_read(cloud: Cloud) -> None:
    """A broken message leaves the others; one without a time is told, of unknown age."""
    cloud.told((2, 0, "CHECKTEMP", "T1=1"))
    (good,) = cloud.messages
    cloud.answers[CATALOGUE] = {}
    cloud.messages = [
        *(None, 7, {}, {**good, "id": None}, {**good, "message": []}),
        {**good, "timestampIso": "soon", "id": 3, "message": "T2=2"},
        {**good, "message": None, "id": 4},
        good,
    ]
    ages = {each.id: each.observed_at for each in cloud.report().readings}
    assert ages == {"T1": cloud.clock(), "T2": None}
    cloud.messages = {"messages": []}
    with pytest.raises(AnswerNotUnderstood):
        cloud.report()


def test_most_complete_first(cloud: Cloud) -> None:
    """Profiles come before commands, those of most commands first."""
    cloud.answers[CATALOGUE]["profiles"].insert(
        0, {"profileName": "two", "typeNames": ["A", "B"]}
    )
    assert run(cloud.account.requestable()) == [FULL, "two", "CHECKASTAT", "CHECKTEMP"]


def test_catalogue_is_kept_for_an_hour(cloud: Cloud) -> None:
    """The catalogue is read once an hour, and again when the clock was set back."""
    for seconds, reads in ((0, 1), (3599, 1), (1, 2), (0, 2), (-1, 3)):
        cloud.clock.move(seconds)
        run(cloud.account.requestable())
        assert cloud.transport.count(CATALOGUE) == reads


@pytest.mark.parametrize("name", ["", "CHECK", "checktemp", "CHECKCOUNTERS"])
def test_unknown_name(cloud: Cloud, name: str) -> None:
    """What the catalogue lacks is not sent."""
    with pytest.raises(NotFound):
        cloud.ask(name)
    assert cloud.asked == 0


def test_skipped(cloud: Cloud) -> None:
    """What the vendor skips is told with its own word; its words are not documented."""
    rows = [
        {"typeName": "CHECKASTAT", "status": "Queued"},
        {"typeName": "CHECKTEMP", "status": "SKIPPED_RATE_LIMIT"},
        {"typeName": "CHECKSYS"},
        {"status": "QUEUED"},
        None,
    ]
    cloud.answers[ASK] = {**GUIDE["info_response"], "commands": rows}
    assert cloud.ask(FULL) == Requested(
        queued=("CHECKASTAT",),
        skipped={"CHECKTEMP": "SKIPPED_RATE_LIMIT", "CHECKSYS": ""},
    )


@pytest.mark.parametrize(
    "answer", [None, {}, [], "OK", 7, {"commands": None}, {"commands": {"a": 1}}, b""]
)
def test_answer_without_a_list(cloud: Cloud, answer: Any) -> None:
    """An answer of success that lists nothing means all."""
    cloud.answers[ASK] = answer
    assert cloud.ask(FULL) == Requested(queued=COMMANDS)


@given(
    mutated(GUIDE["info_types"]) | HOSTILE, mutated(GUIDE["info_response"]) | HOSTILE
)
def test_spoilt_catalogue(catalogue: Any, answer: Any) -> None:
    """The catalogue and the answer may be spoilt anywhere."""
    account, transport = offline(
        {CATALOGUE: catalogue, ASK: answer, "GET UnitMessages": []}
    )
    names = outcome(account.requestable())
    for name in ["CHECKTEMP", FULL] if isinstance(names, VendorError) else names:
        outcome(account.request_readings(unit(), name))
    assert transport.count(ASK) <= (0 if isinstance(names, VendorError) else len(names))


@given(mutated(GUIDE["messages"] * 2) | HOSTILE)
def test_spoilt_messages(messages: Any) -> None:
    """The messages may be spoilt anywhere, and nothing is told twice."""
    account, _ = offline({"GET UnitMessages": messages, CATALOGUE: GUIDE["info_types"]})
    report = outcome(account.report(unit()))
    if isinstance(report, Report):
        assert run(account.report(unit())) == Report()


def test_last_of_each_kind(cloud: Cloud) -> None:
    """What frequent messages pushed out of the first answer is asked for by its name, once."""
    frequent = {**GUIDE["messages"][0], "message": "T1=9"}
    full = [{**frequent, "id": number} for number in range(101, 1, -1)]
    rare = {**frequent, "id": 1, "message": "F1=1 C1=5", "matchedType": "CHECKASTAT"}
    cloud.answers["GET UnitMessages"] = lambda sent: (
        [rare] if sent.query.get("typeName") == "CHECKASTAT" else full
    )
    report = cloud.report()
    assert {each.id: each.value for each in report.readings} == {"T1": 9, "C1": 5}
    assert report.answered == frozenset()
    before = len(cloud.transport.sent)
    assert cloud.report() == Report()
    assert len(cloud.transport.sent) == before + 1
