"""A thousand calls as an enemy might make them, against one running house."""

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
import json
from typing import Any

from homeassistant.util import dt as dt_util
from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.latchkey.webhook_calls import LARGEST_BODY
from simulators.clock import iso
from simulators.flexykey.calls import Push
from tests.house import POLL, House
from tests.push.calls import (
    CONTACT,
    UNIT,
    UNITS,
    call,
    counts,
    inputs,
    move,
    signature,
    states,
    status,
)
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated

EXAMPLES = 500


@dataclass(frozen=True)
class Call:
    """A call, and what it may be answered with."""

    content: bytes
    signed: str | None
    verdicts: tuple[str, ...]


def at_once[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    raise AssertionError("it waits")


def written(told: Any) -> bytes:
    """Return what is told as JSON."""
    return json.dumps(told).encode(errors="surrogatepass")


class Enemy:
    """Who knows the address and has seen all calls, but not the secret; and a vendor who is out of order."""

    def __init__(self, house: House, seen: list[Push]) -> None:
        """Begin with what was seen."""
        self._house = house
        self._seen = seen
        now = dt_util.utcnow()
        new = status(
            house, statusTimestampIso=iso(now), inputs=inputs(IN1="off", IN2="on")
        )
        self._lies = st.just(new) | mutated(new) | HOSTILE
        self._known = status(house, inputs=inputs(IN1="off", IN2="on"))
        self._last = house.cloud.unit(UNIT).last_status.at

    def calls(self) -> st.SearchStrategy[Call]:
        """Return all kinds of calls."""
        return st.one_of(
            self.forged(),
            self.unsigned(),
            self.replayed(),
            self.truncated(),
            self.oversized(),
            self.no_json(),
            self.out_of_order(),
            self.of_nobody(),
        )

    def forged(self) -> st.SearchStrategy[Call]:
        """Return lies under the signatures of something else, or what is none."""
        signatures = (
            st.sampled_from([push.signature for push in self._seen])
            | st.text(max_size=80)
            | st.binary(min_size=32, max_size=32).map(lambda raw: f"sha256={raw.hex()}")
        )
        return st.builds(
            Call, self._lies.map(written), signatures, st.just(("forged",))
        )

    def unsigned(self) -> st.SearchStrategy[Call]:
        """Return lies without a signature."""
        bodies = self._lies.map(written) | st.binary(max_size=99)
        return st.builds(Call, bodies, st.none(), st.just(("unsigned",)))

    def replayed(self) -> st.SearchStrategy[Call]:
        """Return what the vendor once called with."""
        return st.sampled_from(self._seen).map(
            lambda push: Call(push.body, push.signature, ("older", "repeated"))
        )

    def truncated(self) -> st.SearchStrategy[Call]:
        """Return the beginnings of what the vendor once called with."""
        return st.builds(
            lambda push, share: Call(
                push.body[: int(len(push.body) * share)], push.signature, ("forged",)
            ),
            st.sampled_from(self._seen),
            st.floats(0, 1, exclude_max=True),
        )

    def oversized(self) -> st.SearchStrategy[Call]:
        """Return what is too large, however it is signed."""
        return self._signed(
            st.integers(1, 2 * LARGEST_BODY).map(
                lambda more: written(self._known).ljust(LARGEST_BODY + more)
            ),
            "too_large",
        )

    def no_json(self) -> st.SearchStrategy[Call]:
        """Return what the vendor signed without its being about anything."""
        return self._signed(
            st.binary(max_size=99).filter(lambda raw: not raw.strip().isdigit())
            | st.just(self._known).map(written).map(lambda raw: raw[:-1])
            | st.lists(HOSTILE, max_size=3).map(written),
            "malformed",
        )

    def out_of_order(self) -> st.SearchStrategy[Call]:
        """Return what the vendor calls with much too late."""
        return self._signed(
            st.integers(1, 10**9).map(
                lambda seconds: written(
                    {
                        **self._known,
                        "statusTimestampIso": iso(
                            self._last - timedelta(seconds=seconds)
                        ),
                    }
                )
            ),
            "older",
        )

    def of_nobody(self) -> st.SearchStrategy[Call]:
        """Return what the vendor tells of units that are not the account's."""
        return self._signed(
            st.integers(-(2**63), 2**64 - 1)
            .filter(lambda unit_id: unit_id not in UNITS)
            .map(lambda unit_id: written({**self._known, "unitId": unit_id})),
            "unknown_device",
        )

    def _signed(
        self, bodies: st.SearchStrategy[bytes], *verdicts: str
    ) -> st.SearchStrategy[Call]:
        def sign(content: bytes) -> Call:
            return Call(content, signature(self._house, content), verdicts)

        return bodies.map(sign)


async def test_hostile_calls(called: House) -> None:
    """Nothing changes, each call is counted as what it is, and the house goes on as before."""
    await called.start()
    await called.wait(POLL)
    for on in (True, False, True, False, True):
        await move(called, on)
    called.tick(5)
    before, begun = states(called), await counts(called)
    asked = called.count("GET Control")
    calls = called.entry.runtime_data.callbacks.receiver.counts
    made: list[str] = []

    @given(Enemy(called, called.cloud.pushes(UNIT)[1:]).calls())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def changes_nothing(one: Call) -> None:
        counted = dict(calls)
        at_once(call(called, one.content, one.signed))
        (verdict,) = (key for key in calls if calls[key] != counted.get(key, 0))
        assert verdict in one.verdicts
        assert states(called) == before
        made.append(verdict)

    changes_nothing()
    ended = await counts(called)
    assert len(made) >= EXAMPLES
    assert sum(ended.values()) - sum(begun.values()) == len(made)
    assert set(made) == {
        *("forged", "unsigned", "older", "repeated", "too_large"),
        *("malformed", "unknown_device"),
    }
    await called.wait(11)
    assert states(called) == before
    # Nobody was made to look.
    assert called.count("GET Control") == asked
    await move(called, False)
    assert called.contact(CONTACT) == "off"
