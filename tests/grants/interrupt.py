"""Stops a coroutine at one of its await points: exactly, and again in the same way."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from functools import partial
import types
from typing import Any


@dataclass
class Stop:
    """What is done at which suspension of a coroutine, counted from one; the task is then cancelled."""

    at: int = 0
    act: Callable[[], None] = lambda: None
    reached: bool = False
    suspensions: int = 0


@types.coroutine
def _stepped[T](coro: Coroutine[Any, Any, T], stop: Stop) -> Generator[Any, Any, T]:
    """Pass on what a coroutine waits for, and cancel the task when it waits for the n-th time."""
    resume: Callable[[], Any] = partial(coro.send, None)
    while True:
        try:
            waits_for = resume()
        except StopIteration as end:
            value: T = end.value
            return value
        stop.suspensions += 1
        if stop.suspensions == stop.at:
            stop.reached = True
            stop.act()
            task = asyncio.current_task()
            assert task is not None
            # The task cancels what it is given to wait for, as if it had been cancelled while it waited.
            task.cancel()
        try:
            yield waits_for
        except BaseException as err:  # noqa: BLE001  passed on, whatever it is
            resume = partial(coro.throw, err)
        else:
            resume = partial(coro.send, None)


async def stopped[T](coro: Coroutine[Any, Any, T], stop: Stop) -> T:
    """Return what a coroutine returns; raises CancelledError where it was stopped."""

    async def driven() -> T:
        return await _stepped(coro, stop)

    return await asyncio.create_task(driven())
