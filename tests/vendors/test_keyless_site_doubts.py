"""Changes of a Keyless site in doubt: sent once, read back, and unknown where that shows nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import pytest

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.vendor import (
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
)
from simulators.faults import Fault, FaultKind
from simulators.keyless.gateways import EXAMPLE_CODE
from tests.openings.account import Account, served_account
from tests.vendors.helpers import run
from tests.vendors.test_keyless_site import GATEWAY, LOCK, commands, offline, row

LOST: Final = ("reset_after", "half", "html_after")
"""Faults after which a command has had its effect, and its answer is lost."""
SPOILT: Final = ("status", "reset", "html", "redirect")
"""Faults after which it has had none."""


@dataclass
class Change:
    """A change of the site."""

    make: Callable[[], Coroutine[Any, Any, Any]]
    is_made: Callable[[], bool]
    method: str
    path: str
    """Where it is sent to, and where it begins."""


@pytest.fixture
async def account(
    socket_enabled: None, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Account]:
    """Return an account at a platform with two locks behind a gateway."""
    async with served_account(monkeypatch) as account:
        account.cloud.set_options(environment="staging")
        yield account


@pytest.fixture
def keyless(account: Account) -> Keyless:
    """Return its client."""
    return account.connect()


async def changes(account: Account, keyless: Keyless) -> dict[str, Change]:
    """Return all changes that there are, at a site where each is possible."""
    cloud = account.cloud
    lone = await account.device(keyless, cloud.add_locking_device("Lone").id)
    lock = await account.lock(keyless)
    gateway = await account.device(keyless, next(iter(cloud.gateways)))
    own, gateways = cloud.locks[lock.id], cloud.gateways
    return {
        "claim": Change(
            lambda: keyless.claim_gateway(EXAMPLE_CODE),
            lambda: len(gateways) == 2,
            *("POST", "gateway-device/claim"),
        ),
        "create": Change(
            lambda: keyless.create_locking_device("Gate"),
            lambda: "Gate" in {each.name for each in cloud.locks.values()},
            *("POST", "locking-device"),
        ),
        "associate": Change(
            lambda: keyless.associate(lone, gateway),
            lambda: len(gateways.associations) == 3,
            *("POST", "gateway-device-association"),
        ),
        "dissociate": Change(
            lambda: keyless.dissociate(lock, gateway),
            lambda: not gateways.of(locking_device_id=lock.id),
            *("DELETE", "gateway-device-association"),
        ),
        "rename": Change(
            lambda: keyless.rename_locking_device(lock, "Gate"),
            lambda: own.name == "Gate",
            *("PATCH", "locking-device"),
        ),
        "delete_lock": Change(
            lambda: keyless.delete_locking_device(lock),
            lambda: lock.id not in cloud.locks,
            *("DELETE", "locking-device"),
        ),
        "delete_gateway": Change(
            lambda: keyless.delete_gateway(gateway),
            lambda: gateway.id not in gateways,
            *("DELETE", "gateway-device"),
        ),
        "re_key": Change(
            lambda: keyless.start_re_keying(lock),
            lambda: own.certificates["OPERATIONAL"].eligible,
            *("POST", "locking-device"),
        ),
    }


NAMES: Final = (
    *("claim", "create", "associate", "dissociate"),
    *("rename", "delete_lock", "delete_gateway", "re_key"),
)


def sent(account: Account) -> int:
    """Return how many commands the platform has received."""
    return sum(
        not asked.name.startswith("GET ") and asked.name != "POST login"
        for asked in account.cloud.asked
    )


def spoil(account: Account, change: Change, kind: FaultKind) -> Fault:
    """Put a fault in force for the requests of a change."""
    path = f"/administration/{change.path}"
    return account.cloud.add_fault(Fault(kind=kind, method=change.method, path=path))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", LOST)
async def test_answer_lost(
    account: Account, keyless: Keyless, name: str, kind: FaultKind
) -> None:
    """What was done is found done, where the platform tells of it, and is not sent again."""
    change = (await changes(account, keyless))[name]
    fault = spoil(account, change, kind)
    # An answer without a body has no half.
    if name == "re_key" and kind != "half":
        with pytest.raises(OutcomeUnknown):
            await change.make()
    else:
        await change.make()
    assert change.is_made()
    assert fault.hits == sent(account) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", SPOILT)
async def test_not_done(
    account: Account, keyless: Keyless, name: str, kind: FaultKind
) -> None:
    """What is not found done remains a doubt, and is not sent again."""
    change = (await changes(account, keyless))[name]
    fault = spoil(account, change, kind)
    with pytest.raises(OutcomeUnknown):
        await change.make()
    assert not change.is_made()
    assert fault.hits == 1


@pytest.mark.parametrize("name", NAMES)
async def test_pause(account: Account, keyless: Keyless, name: str) -> None:
    """A pause that the platform asks for is no doubt: nothing was done, and one request has told that."""
    change = (await changes(account, keyless))[name]
    fault = spoil(account, change, "rate_limit")
    with pytest.raises(RateLimited):
        await change.make()
    assert fault.hits == 1
    assert not change.is_made()


@pytest.mark.parametrize("name", ["claim", "create", "dissociate"])
async def test_list_fails_before(account: Account, keyless: Keyless, name: str) -> None:
    """Where the list that is needed cannot be read, nothing is sent, and nothing is in doubt."""
    change = (await changes(account, keyless))[name]
    account.cloud.add_fault(Fault(kind="status", method="GET"))
    with pytest.raises(ServiceUnavailable):
        await change.make()
    account.cloud.clear_faults()
    assert not change.is_made()
    assert sent(account) == 0


async def test_created_at_once(account: Account, keyless: Keyless) -> None:
    """Of two locks of one name that are created at once, the one whose answer is lost is found, too."""
    spoil_first = Fault(
        kind="reset_after", method="POST", path="/administration/locking", times=1
    )
    account.cloud.add_fault(spoil_first)
    made = await asyncio.gather(
        *(keyless.create_locking_device("Gate") for _ in range(3))
    )
    assert sorted(made) == sorted(list(account.cloud.locks)[2:])
    assert len(set(made)) == 3


def lock(lock_id: str, name: str = "Gate", status: str = "UNCLAIMED") -> Any:
    """Return a lock as the platform lists it."""
    return {"id": lock_id, "name": name, "claimingStatus": status}


def listing(before: list[Any], after: Any) -> Callable[[object], Any]:
    """Return what lists some things at first, and then what there is later."""
    lists = iter([{"items": before}, after])
    return lambda _: next(lists)


KNOWN: Final = [lock("a"), lock("b", "Other")]


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ([], None),
        ([lock("c")], "c"),
        ([lock("c"), lock("d", "Another"), lock("e", "Gate", "CLAIMED")], "c"),
        ([lock("c"), lock("d")], None),
        ([lock("c", "gate")], None),
        ([lock("c", "Gate", "CLAIMED")], None),
        ([lock("c", "Gate", "")], None),
        ([lock("c"), {"name": "no id"}], None),
    ],
)
@pytest.mark.parametrize("answer", [OutcomeUnknown("reset"), {}, [], b"", lock("a")])
def test_created(new: list[Any], found: str | None, answer: Any) -> None:
    """A created lock is one that is new, unclaimed, of that name, and the only one of these."""
    keyless, transport = offline(
        GET_locking_device=listing(KNOWN, {"items": KNOWN + new}),
        POST_locking_device=answer,
    )
    if found:
        assert run(keyless.create_locking_device("Gate")) == found
    else:
        with pytest.raises(OutcomeUnknown):
            run(keyless.create_locking_device("Gate"))
    assert len(commands(transport)) == 1


@pytest.mark.parametrize(("new", "is_found"), [(0, False), (1, True), (2, False)])
def test_claimed(new: int, is_found: bool) -> None:
    """A claimed gateway is the one that is new."""
    known = [{"id": "a", "serialNumber": "1"}]
    added = [{"id": f"new{i}", "serialNumber": "2"} for i in range(new)]
    keyless, transport = offline(
        GET_gateway_device=listing(known, {"items": known + added}),
        POST_gateway_device__claim=OutcomeUnknown("reset"),
    )
    if is_found:
        claimed = run(keyless.claim_gateway("2K7H-ASR3"))
        assert (claimed.id, claimed.serial) == ("new0", "2")
    else:
        with pytest.raises(OutcomeUnknown):
            run(keyless.claim_gateway("2K7H-ASR3"))
    assert len(commands(transport)) == 1


@pytest.mark.parametrize(
    "failure", [ServiceUnavailable("503"), RateLimited(5), {"items": [5]}, {}, b"<"]
)
def test_list_fails_after(failure: Any) -> None:
    """Where it cannot be read back, it remains a doubt, whatever kept it from being read."""
    doubt = OutcomeUnknown("reset")
    listed = listing([row("a")], failure)
    keyless, transport = offline(
        GET_locking_device=failure,
        GET_gateway_device=failure,
        GET_locking_device__lock=failure,
        GET_gateway_device_association=listed,
        DELETE_locking_device__lock=doubt,
        DELETE_gateway_device__gateway=doubt,
        DELETE_gateway_device_association__a=doubt,
        PATCH_locking_device__lock=doubt,
    )
    attempts = (
        keyless.delete_locking_device(LOCK),
        keyless.delete_gateway(GATEWAY),
        keyless.rename_locking_device(LOCK, "Gate"),
        keyless.dissociate(LOCK, GATEWAY),
    )
    for attempt in attempts:
        with pytest.raises(VendorError) as caught:
            run(attempt)
        assert caught.type is OutcomeUnknown
    assert len(commands(transport)) == len(attempts)
