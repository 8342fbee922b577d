"""An account at a served locking system, and what it asked there."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.latchkey.vendors.iloq.adapter import Iloq, connect
from custom_components.latchkey.vendors.transport import Transport
from simulators.faults import Fault
from simulators.iloq import (
    DEMO_CUSTOMER_CODE,
    DEMO_PASSWORD,
    DEMO_USER,
    IloqCloud,
    serve,
)
from simulators.iloq.accesses import Access
from simulators.iloq.keys import Key
from simulators.iloq.people import Person

V2 = "/iloqwspool2/api/v2/"
SENT = ("reset_after", "half", "html_after")
"""How an answer is lost after what was asked for is done."""
UNSENT = ("status", "html", "redirect")
"""How an answer is lost and nothing is done, which nobody here can know."""


@dataclass
class Served:
    """A cloud with the demonstration's house, and the account there."""

    cloud: IloqCloud
    iloq: Iloq

    def key(self, description: str) -> Key:
        """Return a key by its description."""
        keys = self.cloud.group.keys.values()
        return next(each for each in keys if each.record["Description"] == description)

    def access(self, name: str) -> Access:
        """Return an access right by its name."""
        accesses = self.cloud.group.accesses.values()
        return next(each for each in accesses if each.record["Name"] == name)

    def person(self, name: str) -> Person:
        """Return a person by the whole name."""
        return next(
            each for each in self.cloud.group.persons.values() if each.name == name
        )

    def count(self, operation: str) -> int:
        """Return how often an operation was asked, in version 2."""
        method, _, path = operation.partition(" ")
        return self.cloud.requests.counts[f"{method} /{{base}}/api/v2/{path}"]

    def fault(self, kind: str, operation: str, **fault: Any) -> Fault:
        """Put a fault in force for the operations that begin so."""
        method, _, path = operation.partition(" ")
        made = Fault(kind, method, V2 + path, **fault)  # type: ignore[arg-type]  # one of its own words
        return self.cloud.add_fault(made)


@asynccontextmanager
async def served_account(*, v1: bool = False) -> AsyncIterator[Served]:
    """Serve a house for the block, whose inventory has been read."""
    cloud = IloqCloud()
    if v1:
        cloud.set_options(generations="v1")
    async with serve(cloud) as address, ClientSession() as session:
        fields = {
            "url": address.url.replace("/iloqws", "/iLoqWsApi") if v1 else address.url,
            "customer_code": DEMO_CUSTOMER_CODE,
            "username": DEMO_USER,
            "password": DEMO_PASSWORD,
            "api_key": "",
        }
        iloq = connect(session, fields)
        await iloq.inventory()
        cloud.requests.reset()
        yield Served(cloud, iloq)
        await iloq.close()


def watch(
    monkeypatch: pytest.MonkeyPatch,
    *,
    before: Callable[[bool], None] = lambda _: None,
    after: Callable[[bool], None] = lambda _: None,
) -> None:
    """Have something done before or after each request in a session; it is told whether that is a command."""
    for name in ("read", "command"):
        monkeypatch.setattr(Transport, name, _watched(name, before, after))


def _watched(
    name: str, before: Callable[[bool], None], after: Callable[[bool], None]
) -> Callable[..., Any]:
    send = getattr(Transport, name)
    is_command = name == "command"

    async def sent(transport: Transport, *args: Any, **options: Any) -> Any:
        # Each of the six steps of a session is asked once.
        is_step = "attempts" in options
        if not is_step:
            before(is_command)
        try:
            return await send(transport, *args, **options)
        finally:
            if not is_step:
                after(is_command)

    return sent
