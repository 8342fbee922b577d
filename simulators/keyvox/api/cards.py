"""Cards of units and of boxes, which are delivered as PINs are.

Assumed, since no source tells any field of a request: cards are registered by the names of PINs, with a `cardId` of
the caller's, since no answer gives one; a card is registered at one place at a time.
"""

from typing import TYPE_CHECKING, Any

from simulators.bodies import Body, text
from simulators.errors import Invalid
from simulators.keyvox.api.answers import NOTHING
from simulators.keyvox.api.boxes import box_of
from simulators.keyvox.api.operation import Operation, Operations
from simulators.keyvox.api.paging import CURSOR, by_cursor
from simulators.keyvox.credentials import Credential, Place
from simulators.keyvox.formats import optional_text, period

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud


def operations(cloud: KeyVoxCloud) -> Operations:
    """Return what answers each operation."""
    cards, rentals = cloud.cards, cloud.rentals

    def new(body: Body) -> dict[str, Any]:
        card_id = text(body, "cardId")
        known = cards.get(card_id)
        if not card_id or (known and not known.is_gone):
            raise Invalid("cardId")
        holder = optional_text(body, "targetName")
        return {"id": card_id, "code": card_id, "holder": holder}

    def changes(body: Body, card: Credential) -> dict[str, str]:
        return {"holder": optional_text(body, "targetName", card.holder)}

    async def set_card(body: Body) -> object:
        place = Place(unit_id=cloud.units[text(body, "unitId")].id)
        cards.issue(place, period(body), cloud.clock(), **new(body))
        return NOTHING

    async def update(body: Body) -> object:
        card = cards.of_unit(text(body, "cardId"))
        cards.change(card, period(body), cloud.clock(), **changes(body, card))
        return NOTHING

    async def disable(body: Body) -> object:
        card = cards[text(body, "cardId")]
        if card.place.unit_id is None:
            rentals.disable(card, cloud.clock())
        else:
            cards.disable(card, cloud.clock())
        return NOTHING

    async def get_status(body: Body) -> object:
        return {"status": cards[text(body, "cardId")].status}

    async def list_of_lock(body: Body) -> object:
        units = cloud.units_of(cloud.locks[text(body, "lockId")].id)
        found = [
            card
            for card in cards.values()
            if card.place.unit_id in units and not card.is_gone
        ]
        page, end = by_cursor(cloud.options, body, found, lambda card: card.number)
        rows = [{"id": str(card.number), "cardId": card.id} for card in page]
        return {"cardList": rows, **end}

    async def set_locker_card(body: Body) -> object:
        box, card = box_of(cloud, body), new(body)
        rentals.issue(cards, box, period(body), cloud.clock(), **card)
        return NOTHING

    async def update_locker_card(body: Body) -> object:
        card = cards[text(body, "cardId")]
        rentals.change(card, period(body), cloud.clock(), **changes(body, card))
        return NOTHING

    what = ("cardId", "sTime", "eTime", "targetName")
    return {
        "setCard": Operation(set_card, "unitId", *what),
        "updateCard": Operation(update, *what),
        "disableCard": Operation(disable, "cardId"),
        "getCardStatus": Operation(get_status, "cardId"),
        "getLockCardList": Operation(list_of_lock, "lockId", *CURSOR),
        "setLockerCard": Operation(set_locker_card, "deviceId", "boxNum", *what),
        "updateLockerCard": Operation(update_locker_card, *what),
    }
