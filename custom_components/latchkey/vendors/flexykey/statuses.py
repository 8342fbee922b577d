"""The status of a unit, whether it was asked for or pushed."""

from typing import Any

from ..model import Status
from ..vendor import AnswerNotUnderstood
from ..wire import Wire
from .measures import measured
from .wire import WireState, WireStatus


def status_of(wire: WireStatus) -> Status:
    """Return a unit's state (guide 6.2 and 12.1).

    The lists of the JSON are the truth, not the raw strings beside them, with which they disagree in the guide's
    own examples; the temperatures stand in the raw string alone.
    """
    return Status(
        outputs=_states(wire.foutputs) | _states(wire.xoutputs),
        inputs=_states(wire.inputs) | _states(wire.xinputs),
        observed_at=wire.statustimestampiso,
        cached=wire.iscached,
        readings=measured(wire.rawstatus, wire.statustimestampiso),
    )


def all_of[W: Wire](wire: type[W], raw: Any) -> tuple[list[W], bool]:
    """Return what can be read of a list that may be null or absent, and whether all could."""
    if raw is None:
        return [], True
    try:
        return wire.parse_all(raw)
    except AnswerNotUnderstood:
        return [], False


def _states(raw: Any) -> dict[str, bool]:
    """Return the state by global number; a word other than on and off is no state."""
    states, _ = all_of(WireState, raw)
    words = {"on": True, "off": False}
    return {
        state.output or state.input: words[state.state.lower()]
        for state in states
        if state.state.lower() in words
    }
