"""Changes and revocations of iLOQ's keys: what is sent, and what is left as it was."""

from typing import Any

import pytest

from custom_components.latchkey.vendors.grants import Credential
from custom_components.latchkey.vendors.iloq.session import SessionLost
from custom_components.latchkey.vendors.vendor import (
    Impossible,
    InvalidRequest,
    NotAvailable,
    Obstacle,
    OutcomeUnknown,
    ServiceUnavailable,
)
from tests.vendors.iloq_keys import DOOR, GATE, ZONE, account
from tests.vendors.iloq_orders import (
    AS_ORDERED,
    CAN_ORDER,
    DELETE,
    GET,
    HELD,
    KEY,
    LATER,
    LATER_LG,
    LIMITS,
    ORDER,
    SEED_ANSWER,
    START,
    held,
    limits,
    order,
    slot,
    told,
)


async def test_change() -> None:
    """Start and end replace those that there are, all else goes back as it was read; then the key is ordered."""
    weekly = slot(2, TimeLimitData=[{"WeekDayMask": 31}], TimeLimitTitle_ID=ZONE)
    scheduler = {"RenewGapType": 1, "RenewMinute": 70}
    read = limits(
        slot(0, "2025-05-01T12:00:00"),
        slot(1, "2025-09-14T09:57:51"),
        weekly,
        KeyScheduler=scheduler,
        OfflineExpirationSeconds=60,
    )
    vendor, cloud = await account({**AS_ORDERED, LIMITS: read})
    await vendor.update(KEY, order(name="Gun", start=START, end=LATER))
    assert cloud.names == [
        GET,
        LIMITS,
        HELD,
        "PUT Keys/{id}/SecurityAccesses",
        "PUT Keys",
        CAN_ORDER,
        ORDER,
    ]
    assert cloud.body("PUT Keys/{id}/SecurityAccesses") == {
        "SecurityAccessIds": [DOOR, GATE],
        "TimeLimitSlots": [
            {"SlotNo": 0, "LimitDateLg": "2025-06-01T12:00:00"},
            {"SlotNo": 1, "LimitDateLg": LATER_LG},
            weekly,
        ],
        "KeyScheduler": scheduler,
        "OfflineExpirationSeconds": 60,
        "OutsideUserZoneTimeLimitTitleSlots": [],
    }
    expected = told(Description="Gun", ExpireDate="2025-09-15T09:57:51+03:00")
    assert cloud.body("PUT Keys") == {"Key": expected}


async def test_change_of_the_name() -> None:
    """A name needs no other limits, and nothing is sent that is as it was."""
    vendor, cloud = await account({**AS_ORDERED, CAN_ORDER: 4})
    await vendor.update(KEY, order(name="Gun"))
    assert cloud.names == [GET, LIMITS, "PUT Keys", CAN_ORDER]
    cloud.sent.clear()
    await vendor.update(KEY, order())
    assert cloud.names == [GET, LIMITS, CAN_ORDER]


async def test_change_in_version_1() -> None:
    """The whole key goes back; a stamp that it has not is an empty one."""
    vendor, cloud = await account({GET: {**SEED_ANSWER, "Stamp": None}}, v1=True)
    await vendor.update(KEY, order(name="Gun", end=None))
    assert cloud.names == [GET, "PUT Keys"]
    changed = {"Description": "Gun", "ExpireDate": None, "Stamp": ""}
    assert cloud.body("PUT Keys") == {"Key": {**SEED_ANSWER, **changed}}


@pytest.mark.parametrize(
    ("answers", "obstacle"),
    [
        ({HELD: held(DOOR, outside=1)}, Obstacle.ACCESSES_OUTSIDE_ZONES),
        (
            {LIMITS: limits(OutsideUserZoneTimeLimitTitleSlots=[4])},
            Obstacle.LIMITS_OUTSIDE_ZONES,
        ),
    ],
)
async def test_what_cannot_be_seen(answers: dict[str, Any], obstacle: Obstacle) -> None:
    """What cannot be seen is not deleted from a key."""
    vendor, cloud = await account({**AS_ORDERED, **answers})
    with pytest.raises(Impossible) as caught:
        await vendor.update(KEY, order(end=LATER))
    assert caught.value.obstacle is obstacle
    assert not any(name.startswith(("PUT", "POST")) for name in cloud.names)


async def test_change_that_fails() -> None:
    """Refused at once it is as it was; refused in the middle nobody knows; what is not ordered is a fault."""
    vendor, cloud = await account({**AS_ORDERED, "PUT Keys": InvalidRequest()})
    with pytest.raises(InvalidRequest):
        await vendor.update(KEY, order(name="Gun"))
    with pytest.raises(OutcomeUnknown):
        await vendor.update(KEY, order(end=LATER))
    cloud.data["PUT Keys/{id}/SecurityAccesses"] = InvalidRequest()
    with pytest.raises(InvalidRequest):
        await vendor.update(KEY, order(end=LATER))
    del cloud.data["PUT Keys"], cloud.data["PUT Keys/{id}/SecurityAccesses"]
    for error in (OutcomeUnknown(), InvalidRequest(), ServiceUnavailable()):
        cloud.data[ORDER] = error
        await vendor.update(KEY, order(end=LATER))


@pytest.mark.parametrize(
    ("can_delete", "can_return", "done"),
    [
        (0, None, DELETE),
        (1, 0, "POST Keys/{id}/Return"),
        (2, 0, "POST Keys/{id}/Return"),
        (1, 2, Obstacle.PROGRAMMED),
        (2, 3, Obstacle.BEING_PROGRAMMED),
        (3, 4, Obstacle.BLOCKED),
        (-1, -1, Obstacle.VENDOR_FAILED),
    ],
)
async def test_revoke(
    can_delete: int, can_return: int | None, done: str | Obstacle
) -> None:
    """A key is deleted or returned, or it is said why neither can be."""
    vendor, cloud = await account(
        {
            "GET Keys/{id}/CanDelete": can_delete,
            "GET Keys/{id}/CanReturn": can_return,
        }
    )
    if isinstance(done, Obstacle):
        with pytest.raises(Impossible) as caught:
            await vendor.revoke(KEY)
        assert caught.value.obstacle is done
    else:
        await vendor.revoke(KEY)
        assert cloud.names[-1] == done


async def test_revoke_in_version_1() -> None:
    """No way is known there."""
    vendor, _ = await account(v1=True)
    with pytest.raises(NotAvailable):
        await vendor.revoke(KEY)


async def test_change_of_a_key_that_opens_nothing() -> None:
    """A key from which somebody took everything can be changed all the same."""
    vendor, cloud = await account({**AS_ORDERED, HELD: held()})
    await vendor.update(KEY, order(end=LATER))
    assert cloud.body("PUT Keys/{id}/SecurityAccesses")["SecurityAccessIds"] == []


async def test_generation_while_a_session_is_opened_anew() -> None:
    """A server that does not answer which generation it is, leaves it what it was."""
    vendor, cloud = await account(v1=True)
    cloud.data["POST Url/GetUrl"] = ServiceUnavailable()
    cloud.data["PUT Keys"] = SessionLost()
    cloud.data[GET] = SEED_ANSWER
    with pytest.raises(ServiceUnavailable):
        await vendor.update(KEY, order(name="Gun"))
    assert list(vendor.codes) == [Credential.KEY, Credential.TAG]
    assert cloud.names == [GET, "PUT Keys"]
