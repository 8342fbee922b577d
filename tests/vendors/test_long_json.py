"""Long JSON is read piece by piece, and means the same as if it were read at once."""

import asyncio
from collections.abc import Coroutine
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.latchkey.vendors import long_json
from custom_components.latchkey.vendors.long_json import loads
from tests.vendors.test_flexykey_hostile import HOSTILE

TRICKY = st.sampled_from(["},{", "[{", "}]", '"', "\\", '\\"},{"', "}\n,\n{", "ä"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4) | TRICKY,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TRICKY | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def done[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that only lets others have their turn."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result


async def turns_of(body: bytes) -> tuple[Any, int]:
    """Return what is read, and how often others had their turn meanwhile."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await asyncio.sleep(0)
    turns = 0
    try:
        return await loads(body), turns
    finally:
        task.cancel()


@settings(max_examples=60)
@given(rows=st.lists(VALUES, max_size=30), indent=st.sampled_from([None, 0, 2]))
def test_same(rows: list[Any], indent: int | None) -> None:
    """Wherever the pieces end, the list is the same."""
    body = json.dumps(rows, indent=indent).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "PIECE", 3)
        assert done(loads(body)) == rows


@settings(max_examples=60)
@given(value=HOSTILE, cut=st.integers(0, 40), tail=st.sampled_from([b"", b"]", b" x"]))
def test_hostile(value: Any, cut: int, tail: bytes) -> None:
    """What is no JSON at once is none piece by piece."""
    body = json.dumps(value).encode()
    body = body[: len(body) - cut] + tail
    try:
        wanted: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        wanted = None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(long_json, "PIECE", 3)
            with pytest.raises(orjson.JSONDecodeError):
                done(loads(body))
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "PIECE", 3)
        assert done(loads(body)) == wanted


async def test_turns() -> None:
    """Others have their turn within a long list, and a short one is read at once."""
    rows = [{"id": number, "text": "x" * 100} for number in range(20_000)]
    body = json.dumps(rows).encode()
    found, turns = await turns_of(body)
    assert found == rows
    assert turns >= len(body) // long_json.PIECE - 1
    assert (await turns_of(b'[{"a": 1}, {"a": 2}]'))[1] == 0


async def test_no_good_place() -> None:
    """A list in which every likely end is in the middle of a text is read all the same."""
    rows = [{"text": "},{" * 200_000}, {"text": "},{" * 200_000}]
    assert await loads(json.dumps(rows).encode()) == rows
