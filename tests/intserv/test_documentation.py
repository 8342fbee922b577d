"""Every field of the five operations has its row in the documentation, and is sent or answered in the tests that it names."""

from collections import defaultdict
from pathlib import Path
import re
from typing import Any, Final

import pytest

from simulators.intserv import ANNEX, MAIN
from simulators.intserv.api import ENDPOINTS, Answering, Call
from tests.intserv.grants import card, change, pin, revoke
from tests.intserv.home import POLL, Systems

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/intserv.md").read_text("utf-8")
LEFT_OUT: Final = {"include_access_granted", "include_access_denied"}
"""What the page says is never sent."""


@pytest.fixture
def exchanged(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Return the names of all fields that are sent and answered, by operation."""
    found: defaultdict[str, set[str]] = defaultdict(set)

    def watched(path: str, answering: Answering) -> Answering:
        def answer(call: Call) -> object:
            answered = answering(call)
            found[path] |= names(call.body) | names(answered)
            return answered

        return answer

    endpoints = {path: watched(path, each) for path, each in ENDPOINTS.items()}
    monkeypatch.setattr("simulators.intserv.api.ENDPOINTS", endpoints)
    return found


def names(value: Any, before: str = "") -> set[str]:
    """Return the names of all fields in a JSON value; those of an inner one after its own, but for an event's."""
    if isinstance(value, list):
        return set().union(*(names(each, before) for each in value))
    if not isinstance(value, dict):
        return set()
    found = set()
    for name, inner in value.items():
        found.add(before + name)
        found |= names(inner, "" if name == "events" else f"{before}{name}.")
    return found


def documented(path: str) -> set[str]:
    """Return the fields that the tables of an operation name."""
    table = PAGE.split(f"### `POST {path}`")[1].split("\n##")[0]
    columns = re.findall(r"^\|([^|]*)\|", table, re.MULTILINE)
    return {
        name.replace("[]", "")
        for each in columns
        for name in re.findall(r"`(.*?)`", each)
    }


async def test_each_field(exchanged: dict[str, set[str]], systems: Systems) -> None:
    """Whoever uses all that there is, sends and gets each field that the page tells of, and no other."""
    await systems.start()
    for number in range(1001):
        systems.come("Office" if number % 2 else "Entrance")
    first = await card(systems, pin="1357")
    await change(systems, first, pin="1357")
    await pin(systems, person_id=first["person_id"], access=["Staff", "Yard"])
    systems.cloud.set_online(systems.cloud.systems[ANNEX], False)
    systems.cloud.systems[MAIN].codes_enabled = False
    await pin(systems, access=["Staff", "Yard"])
    await systems.wait(POLL)
    await revoke(systems, first)
    await revoke(systems, code="864202", credential="pin")
    assert exchanged.keys() == ENDPOINTS.keys()
    for path, seen in exchanged.items():
        told = documented(path)
        wholes = {name.rpartition(".")[0] for name in seen | told}
        assert {
            name for name in seen if not {name, name.rpartition(".")[0]} & told
        } <= wholes, path
        assert told - seen <= LEFT_OUT, path


def test_tests_are_there() -> None:
    """The tests that the page names are there."""
    named = re.findall(
        r"`((?:vendors|intserv)/\w+\.py)`(?:: ((?:`test_\w+`(?:, )?)+))?", PAGE
    )
    assert len(named) > 40
    for file, tests in named:
        text = (ROOT / "tests" / file).read_text("utf-8")
        for test in re.findall(r"`(test_\w+)`", tests):
            assert f"def {test}(" in text, (file, test)


def test_actions_are_there() -> None:
    """The actions that the page names are there."""
    services = (ROOT / "custom_components/latchkey/services.yaml").read_text("utf-8")
    named = set(re.findall(r"`latchkey\.([a-z_]+)`", PAGE))
    assert named
    assert named <= set(re.findall(r"^([a-z_]+):$", services, re.MULTILINE))
