"""An iLOQ account whose answers are written by a test."""

from collections.abc import Mapping
from typing import Any

from yarl import URL

from custom_components.latchkey.vendors.iloq.adapter import Iloq
from custom_components.latchkey.vendors.iloq.client import IloqClient
from custom_components.latchkey.vendors.iloq.session import Login, Session
from tests.simulators.helpers import FakeClock
from tests.vendors.scripted import Offline

GROUP = "11111111-0000-4000-8000-00000000aaaa"
USUAL: Mapping[str, Any] = {
    "POST Url/GetUrl": "",
    "POST CreateSession": {"Result": 1, "SessionID": "session-1"},
    "GET LockGroups": [
        {"LockGroup_ID": GROUP, "TimeZoneStandardName": "FLE Standard Time"}
    ],
    "POST SetLockgroup": {"RightsMask": 2**63 - 1},
    "GET SecurityAccesses": [],
    "GET Zones": [],
    "GET RealEstates": [],
    "GET Locks": [],
    "GET Keys": [],
    "GET Blacklists": {},
}


async def canned(
    answers: Mapping[str, Any], clock: FakeClock | None = None
) -> tuple[Iloq, Offline]:
    """Return an account in Helsinki that has read its inventory, answered as a test says, beside what is usual."""
    clock = clock or FakeClock()
    told = {**USUAL, **answers}
    transport = Offline.of(
        {
            f"{method} api/v2/{path}": answer
            for name, answer in told.items()
            for method, _, path in [name.partition(" ")]
        }
    )
    transport.base = URL("https://s5.example.com/")
    session = Session(
        Login(
            customer_code="ILOQ_1",
            username="anna",
            password="secret",
            api_key="",
            lock_group=None,
        ),
        clock,
    )
    session.attach(transport)
    account = Iloq(IloqClient(transport, session), clock)
    await account.inventory()
    transport.sent.clear()
    return account, transport
