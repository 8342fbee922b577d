"""Cards of the simulated KEYVOX cloud: for units and for boxes, delivered as PINs are."""

from typing import Any

import pytest

from simulators.keyvox.locks import Lock
from tests.simulators.keyvox import Json, Org

HOUR = 3600


@pytest.fixture
def lock(org: Org) -> Lock:
    """Return a lock in a unit of its own."""
    lock = org.cloud.add_lock("A")
    org.room(lock)
    return lock


def card(org: Org, lock: Lock, **changes: Any) -> Json:
    """Return the body by which a card is registered for an hour."""
    (unit_id,) = org.cloud.units_of(lock.id)
    return {"unitId": unit_id, "cardId": "04AB12CD", **org.period(), **changes}


async def state(org: Org, card_id: str = "04AB12CD") -> str:
    """Return how far the devices are with a card."""
    status: str = (await org.ok("getCardStatus", {"cardId": card_id}))["status"]
    return status


async def test_delivery(org: Org, lock: Lock) -> None:
    """A card opens when it was delivered, until the delivery of what disables it."""
    assert await org.ok("setCard", card(org, lock, targetName="Anna")) is None
    assert await state(org) == "10"
    assert not org.cloud.hold_card(lock.id, "04AB12CD").granted
    org.later(70)
    assert await state(org) == "20"
    org.later(5)
    assert await state(org) == "30"
    assert org.cloud.hold_card(lock.id, "04AB12CD").granted
    assert not org.cloud.type_pin(lock.id, "04AB12CD").granted
    assert await org.ok("disableCard", {"cardId": "04AB12CD"}) is None
    assert await state(org) == "12"
    assert org.cloud.hold_card(lock.id, "04AB12CD").granted
    org.later(120)
    assert await state(org) == "32"
    assert not org.cloud.hold_card(lock.id, "04AB12CD").granted
    assert await org.code("disableCard", {"cardId": "04AB12CD"}) == "E0005"


async def test_update(org: Org, lock: Lock) -> None:
    """A card can be valid for another time."""
    await org.ok("setCard", card(org, lock, targetName="Anna"))
    org.later(300)
    body = {"cardId": "04AB12CD", **org.period(-1, 60)}
    assert await org.ok("updateCard", body) is None
    assert await state(org) == "11"
    org.later(61)
    assert await state(org) == "31"
    assert org.cloud.hold_card(lock.id, "04AB12CD").reason == "no longer valid"
    held = next(iter(lock.memory.values()))
    assert held.holder == "Anna"
    await org.ok("updateCard", {**body, "targetName": "B"})
    assert org.cloud.cards["04AB12CD"].holder == "B"
    assert await org.code("updateCard", {**body, "sTime": None}) == "E0005"


async def test_errors(org: Org, lock: Lock) -> None:
    """A batch that fails leaves a card's error behind."""
    org.cloud.deliveries.fail_next(1)
    await org.ok("setCard", card(org, lock))
    org.later(75)
    assert (await state(org), lock.memory) == ("90", {})


async def test_list(org: Org, lock: Lock) -> None:
    """The list of a lock tells the numbers of its cards, until it has forgotten them."""
    for number in range(3):
        await org.ok("setCard", card(org, lock, cardId=f"C{number}"))
    body: Json = {"lockId": lock.id, "records": 2}
    page = await org.ok("getLockCardList", body)
    rows = [{"id": "1", "cardId": "C0"}, {"id": "2", "cardId": "C1"}]
    assert (page["cardList"], page["records"]) == (rows, "2")
    body["position"] = page["position"]
    page = await org.ok("getLockCardList", body)
    last = [{"id": "3", "cardId": "C2"}]
    assert page == {"cardList": last, "position": "", "records": "1"}
    await org.ok("disableCard", {"cardId": "C1"})
    org.later(300)
    rows = (await org.ok("getLockCardList", {"lockId": lock.id}))["cardList"]
    assert [row["cardId"] for row in rows] == ["C0", "C2"]


async def test_one_place(org: Org, lock: Lock) -> None:
    """A card is registered at one place at a time, by a number of its own."""
    await org.ok("setCard", card(org, lock))
    assert await org.code("setCard", card(org, lock)) == "E0005"
    for wrong in ("", None, 1):
        assert await org.code("setCard", card(org, lock, cardId=wrong)) == "E0005"
    await org.ok("disableCard", {"cardId": "04AB12CD"})
    assert await org.code("setCard", card(org, lock)) == "E0005"
    org.later(300)
    await org.ok("setCard", card(org, lock))
    org.later(300)
    assert org.cloud.hold_card(lock.id, "04AB12CD").granted


async def test_box(org: Org) -> None:
    """A card can be for a box, which it opens and by which it is free again."""
    locker = org.cloud.add_locker("L")
    body = {"deviceId": locker.id, "boxNum": "00-02", "cardId": "C", **org.period()}
    assert await org.ok("setLockerCard", body) is None
    assert await org.code("setLockerCard", {**body, "cardId": "D"}) == "E0005"
    org.later(300)
    assert await state(org, "C") == "30"
    assert org.cloud.hold_card(locker.id, "C").granted
    box = locker.boxes["00-02"]
    assert (box.openings, box.status(org.at())) == (1, 1)
    change = {"cardId": "C", **org.period(0, 2 * HOUR), "targetName": "Anna"}
    assert await org.ok("updateLockerCard", change) is None
    assert (box.used_until, org.cloud.cards["C"].holder) == (org.at(2 * HOUR), "Anna")
    await org.ok("disableCard", {"cardId": "C"})
    assert box.status(org.at()) == 0
    assert await state(org, "C") == "12"


async def test_card_of_a_unit_is_none_of_a_box(org: Org, lock: Lock) -> None:
    """A unit's card is not changed as one of a box, nor the other way round."""
    await org.ok("setCard", card(org, lock))
    locker = org.cloud.add_locker("L")
    body = {"deviceId": locker.id, "boxNum": "00-02", "cardId": "C", **org.period()}
    await org.ok("setLockerCard", body)
    change = {"cardId": "04AB12CD", **org.period()}
    assert await org.code("updateLockerCard", change) == "E0043"
    assert await org.code("updateCard", {**change, "cardId": "C"}) == "E0043"
    assert await state(org) == "10"
