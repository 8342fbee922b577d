"""FlexyKey's answers as an enemy might send them: refused or read, never a crash, never a leak."""

from collections.abc import Coroutine, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from http import HTTPMethod
import json
from typing import Any, Self, override

from hypothesis import given, settings, strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
import pytest

from custom_components.latchkey.inventory import InventoryTracker
from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.flexykey.client import FlexyKeyClient
from custom_components.latchkey.vendors.model import Inventory, Status
from custom_components.latchkey.vendors.transport import JSON, Answer, Transport
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    OutcomeUnknown,
    VendorError,
)
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import unit
from tests.vendors.helpers import run, told

MARK = "zq9"
"""What every text of an enemy holds; no error may."""

NAMES = st.sampled_from(
    [
        *("unitId", "name", "serialnumber", "softVersion", "unitType", "relays"),
        *("inputs", "expansions", "number", "description", "globalNumber", "type"),
        *("fOutputs", "xOutputs", "xInputs", "output", "input", "state", "isCached"),
        *("statusTimestampIso", "status", "UNITID", "INPUTS"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "on", "OFF", "3023", "F1", "IX64", "2025-11-21T08:14:50Z"])
    | st.text().map(f"{MARK}{{}}".format)
)
HOSTILE: SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(NAMES | st.text(max_size=3), children, max_size=6)
    ),
    max_leaves=30,
)


@st.composite
def mutated(draw: DrawFn, example: Any) -> Any:
    """Return one of the guide's examples in which some places were spoilt."""
    document = deepcopy(example)
    for _ in range(draw(st.integers(1, 4))):
        place: Any = document
        while True:
            inner = [
                key
                for key in (place if isinstance(place, dict) else range(len(place)))
                if isinstance(place[key], dict | list) and place[key]
            ]
            if not inner or draw(st.booleans()):
                break
            place = place[draw(st.sampled_from(inner))]
        if not place:
            continue
        key = draw(
            st.sampled_from(sorted(place))
            if isinstance(place, dict)
            else st.integers(0, len(place) - 1)
        )
        match draw(st.integers(0, 2)):
            case 0:
                place[key] = draw(HOSTILE)
            case 1:
                del place[key]
            case _ if isinstance(place, list):
                place.append(deepcopy(place[key]))
            case _:
                place[draw(NAMES)] = deepcopy(place[key])
    return document


class Saying(Transport):
    """A transport that sends nothing and has one answer to everything."""

    @classmethod
    def always(cls, document: Any) -> Self:
        """Return one with this answer, as it comes off the wire."""
        saying = cls.__new__(cls)
        saying.answer = Answer(200, json.dumps(document).encode(), datetime.now(UTC))
        saying.sent = []
        return saying

    answer: Answer
    sent: list[Any]

    @override
    async def read(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        method: HTTPMethod = HTTPMethod.GET,
        body: Any = None,
        timeout: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        """Return the answer."""
        return self.answer.json()

    @override
    async def command(
        self,
        method: HTTPMethod,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        *,
        media_type: str = JSON,
        timeout: float | None = None,
    ) -> Answer:
        """Note what would be sent, and return the answer."""
        self.sent.append(body)
        return self.answer


def account(document: Any) -> FlexyKey:
    """Return an account at a cloud that always answers with this document."""
    return FlexyKey(FlexyKeyClient(Saying.always(document)), "anna")


def silent(err: VendorError) -> VendorError:
    """Return an error, which must hold nothing of what was received."""
    assert MARK not in told(err)
    assert err.__cause__ is None
    return err


def outcome[T](coroutine: Coroutine[Any, Any, T]) -> T | VendorError:
    """Return what comes of reading an answer; any other error than a vendor's goes through."""
    try:
        return run(coroutine)
    except VendorError as err:
        return silent(err)


def check_inventory(document: Any) -> Inventory | VendorError:
    """Read an inventory; it is refused silently, or consistent in itself."""
    inventory = outcome(account(document).inventory())
    if isinstance(inventory, VendorError):
        return inventory
    seen: set[str] = set()
    for device in inventory.devices:
        assert device.parent_id is None or device.parent_id in seen
        seen.add(device.id)
        assert all(point.id for point in device.points)
        assert len({output.id for output in device.outputs}) == len(device.outputs)
    # What follows the inventory can take it, whatever it is.
    tracker = InventoryTracker()
    tracker.update(inventory)
    assert set(tracker.devices) == seen
    return inventory


def check_status(document: Any) -> Status | VendorError:
    """Read a status; it is refused silently, or of the kind that it should be."""
    status = outcome(account(document).status(unit()))
    if isinstance(status, Status):
        assert all(type(on) is bool for on in status.outputs.values())
        assert all(type(on) is bool for on in status.inputs.values())
        assert status.observed_at is None or status.observed_at.tzinfo is UTC
    return status


def check_command(document: Any) -> None:
    """Send a command; its answer is accepted or in doubt, and one request was made."""
    saying = Saying.always(document)
    accepted = outcome(FlexyKeyClient(saying).control("3023", "F1", "ON"))
    if isinstance(accepted, VendorError):
        assert isinstance(accepted, OutcomeUnknown)
    else:
        assert isinstance(document, dict)
    assert len(saying.sent) == 1


@given(HOSTILE)
def test_any_json(document: Any) -> None:
    """Any JSON is read or refused, as an inventory, a status and the answer to a command."""
    check_inventory(document)
    check_status(document)
    check_command(document)


@settings(max_examples=50)
@given(mutated(GUIDE["units"]))
def test_spoilt_inventory(document: Any) -> None:
    """The guide's list of units may be spoilt anywhere."""
    inventory = check_inventory(document)
    if isinstance(document, list):
        assert isinstance(inventory, Inventory)


@settings(max_examples=50)
@given(mutated(GUIDE["units"]))
def test_spoilt_unit_leaves_the_other(spoilt: Any) -> None:
    """However one unit is spoilt, another one in the same list is read as ever."""
    (whole, *_) = GUIDE["units"]
    units = [{**whole, "unitId": 7}, *spoilt]
    inventory = check_inventory(units)
    assert isinstance(inventory, Inventory)
    assert inventory.devices[0].id == "7"
    assert [output.name for output in inventory.devices[0].outputs] == ["Grind", "Dörr"]


@settings(max_examples=50)
@given(mutated(GUIDE["status"]))
def test_spoilt_status(document: Any) -> None:
    """The guide's status may be spoilt anywhere."""
    status = check_status(document)
    if document.get("unitId") == 3023 and document.keys() == GUIDE["status"].keys():
        assert isinstance(status, Status)


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    """Bytes that are no JSON are not understood, and not repeated."""
    with pytest.raises(AnswerNotUnderstood) as failure:
        Answer(200, MARK.encode() + body, datetime.now(UTC)).json()
    silent(failure.value)
