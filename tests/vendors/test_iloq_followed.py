"""How iLOQ's keys stand, as their rows tell it, be they hostile."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.grants import (
    Access,
    Credential,
    Fault,
    GrantState,
    IssuedGrant,
    Wanted,
)
from custom_components.latchkey.vendors.iloq import followed as rows
from custom_components.latchkey.vendors.iloq.people import key_id_of
from custom_components.latchkey.vendors.iloq.wire import WireKey
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NotFound,
    ServiceUnavailable,
)
from tests.vendors.iloq_keys import DOOR, GATE, SYSTEM, account
from tests.vendors.iloq_orders import (
    AS_ORDERED,
    BOTH,
    END,
    GET,
    GRANT,
    HELD,
    KEY,
    LATER,
    LATER_LG,
    LATER_UTC,
    LIMITS,
    SEED_ANSWER,
    START,
    followed,
    held,
    limits,
    order,
    slot,
    told,
)


@pytest.mark.parametrize(
    ("fields", "delivered", "fault"),
    [
        ({"ProgrammingState": 0, "IsProgrammed": False}, False, Fault.ISSUE),
        ({"ProgrammingState": 0, "IsProgrammed": True}, False, Fault.UPDATE),
        ({"ProgrammingState": 0, "IsProgrammed": None}, False, None),
        ({"ProgrammingState": 1}, False, None),
        ({"ProgrammingState": 2}, False, None),
        ({"ProgrammingState": 7}, False, None),
        ({"ProgrammingState": 3}, True, None),
        ({"ProgrammingState": 5, "IsProgrammed": False}, False, Fault.ISSUE),
        ({"ProgrammingState": -1}, False, Fault.UPDATE),
        ({"ProgrammingState": 6}, None, None),
        ({"ProgrammingState": None}, None, None),
        ({"ProgrammingState": "x"}, None, None),
    ],
)
async def test_programming(
    fields: dict[str, Any], delivered: bool | None, fault: Fault | None
) -> None:
    """How far a key is programmed is told by version 2, and nothing is guessed."""
    vendor, _ = await account({**AS_ORDERED, GET: told(**fields)})
    row = (await vendor.followed(SYSTEM, [followed()]))[GRANT]
    assert row is not None
    assert (row.delivered, row.fault, row.gone) == (delivered, fault, False)
    assert (row.vendor_id, row.grant_id, row.revision) == (KEY, GRANT, 1)
    assert (row.name, row.end, row.access) == ("Gun Ek", END, BOTH)


@pytest.mark.parametrize(
    ("state", "delivered"), [(0, False), (1, True), (2, None), (None, None), (7, None)]
)
async def test_version_1(state: int | None, delivered: bool | None) -> None:
    """Version 1 tells whether a key was handed over."""
    vendor, cloud = await account({GET: {**SEED_ANSWER, "State": state}}, v1=True)
    row = (await vendor.followed(SYSTEM, [followed(GrantState.PENDING)]))[GRANT]
    assert row is not None
    assert (row.delivered, row.fault) == (delivered, None)
    assert cloud.names == [GET]


async def test_seed_answer() -> None:
    """The seed's answer is read, seven digits of a second and all; its numbers go nowhere."""
    vendor, _ = await account({GET: SEED_ANSWER, "GET Keys": [SEED_ANSWER]}, v1=True)
    row = (await vendor.followed(SYSTEM, [followed()]))[GRANT]
    (listed,) = await vendor.issued(SYSTEM)
    for each in (row, listed):
        assert each is not None
        assert each.name == "sample string 3"
        assert each.end == END
        assert each.delivered is None
        assert each.vendor_id == "2f5f4f05-b971-4615-b289-fefa81ecc69a"
        for secret in ("sample string 2", "sample string 6", "sample string 8"):
            assert secret not in repr(each)
            assert each.code is None


@pytest.mark.parametrize("state", [3, 4])
async def test_gone(state: int) -> None:
    """What was deleted or returned is kept for the logs alone."""
    gone = told(State=state)
    vendor, _ = await account({GET: gone, "GET Keys": [gone]})
    row = (await vendor.followed(SYSTEM, [followed()]))[GRANT]
    assert row is not None and row.gone
    assert await vendor.issued(SYSTEM) == []
    with pytest.raises(NotFound):
        await vendor.update(KEY, order())


async def test_none() -> None:
    """There is no key that the vendor does not know, and nothing is told of one that cannot be read."""
    vendor, cloud = await account({GET: NotFound()})
    assert await vendor.followed(SYSTEM, [followed(vendor_id=None)]) == {GRANT: None}
    for answer in (["not a key"], InvalidRequest()):
        cloud.data[GET] = answer
        assert await vendor.followed(SYSTEM, [followed()]) == {}
    cloud.data[GET] = ServiceUnavailable()
    with pytest.raises(ServiceUnavailable):
        await vendor.followed(SYSTEM, [followed()])
    cloud.sent.clear()
    assert await vendor.followed(SYSTEM, [followed(GrantState.REVOKED)]) == {}
    assert cloud.sent == []


async def test_many() -> None:
    """Many keys are read by one list, and one that it lacks by itself; nothing is told of it where it cannot be read."""
    vendor, cloud = await account()
    grants = [
        followed(grant_id=f"G{n}", vendor_id=key_id_of(f"G{n}")) for n in range(6)
    ]
    keys: list[Any] = [told(FNKey_ID=key_id_of(f"G{n}").upper()) for n in range(5)]
    cloud.data |= {"GET Keys": keys, GET: NotFound()}
    found = await vendor.followed(SYSTEM, grants)
    assert cloud.names == ["GET Keys", GET]
    assert found.pop("G5") is None
    assert all(row is not None and row.delivered for row in found.values())
    cloud.data["GET Keys"] = [*keys, "unreadable"]
    cloud.data[GET] = "unreadable"
    assert set(await vendor.followed(SYSTEM, grants)) == {f"G{n}" for n in range(5)}


@pytest.mark.parametrize(
    ("mask", "credential"),
    [
        (6, Credential.PHONE),
        (384, Credential.TAG),
        (400, Credential.TAG),
        (264, Credential.KEY),
        (9, Credential.KEY),
        (10, Credential.KEY),
        (None, None),
        (0, None),
    ],
)
async def test_credentials(mask: int | None, credential: Credential | None) -> None:
    """What a key is, is told by its type."""
    vendor, _ = await account({"GET Keys": [told(KeyTypeMask=mask)]})
    (row,) = await vendor.issued(SYSTEM)
    assert row.credential is credential
    assert row.access == Access(SYSTEM, "House", SYSTEM)
    assert "04AA" not in repr(row) and "0042" not in repr(row)


async def test_accesses_follow() -> None:
    """What a key opens is read while it is not settled, and taken where all of it can be seen."""
    vendor, cloud = await account({**AS_ORDERED, HELD: held(GATE)})
    pending = followed(GrantState.PENDING)
    row = (await vendor.followed(SYSTEM, [pending]))[GRANT]
    assert row is not None and row.access == Access(GATE, "Gate", SYSTEM)
    for answer in (held(GATE, outside=1), ServiceUnavailable(), "hostile"):
        cloud.data[HELD] = answer
        row = (await vendor.followed(SYSTEM, [pending]))[GRANT]
        assert row is not None and row.access == BOTH
    cloud.data[HELD] = NotFound()
    assert await vendor.followed(SYSTEM, [pending]) == {GRANT: None}
    cloud.sent.clear()
    await vendor.followed(SYSTEM, [followed()])
    assert cloud.names == [GET]


@pytest.mark.parametrize(
    ("wanted", "fields", "limit", "revision", "end"),
    [
        (Wanted("Gun Ek", None, LATER), {}, "2025-09-14T09:57:51", 1, END),
        (Wanted("Gun Ek", None, LATER), {"ExpireDate": LATER_UTC}, LATER_LG, 2, LATER),
        (Wanted("Gun Ek", None, LATER), {}, LATER_LG, 1, LATER),
        (Wanted("Gun Ek", None, None), {"ExpireDate": None}, None, 2, None),
        (Wanted("Gun Ek", None, None), {"ExpireDate": None}, LATER_LG, 1, None),
        (Wanted("Gun", None, END), {}, "2025-09-14T09:57:51", 1, END),
        (
            Wanted("Gun", None, END),
            {"Description": "Gun"},
            "2025-09-14T09:57:51",
            2,
            END,
        ),
        (Wanted("Gun Ek", START, END), {}, "2025-09-14T09:57:51", 1, END),
        (Wanted("Gun Ek", None, END), {"ExpireDate": "?"}, None, None, None),
    ],
)
async def test_revisions(
    wanted: Wanted,
    fields: dict[str, Any],
    limit: str | None,
    revision: int | None,
    end: datetime | None,
) -> None:
    """Whether a change in doubt took effect is told by all that it was to change; in part is not."""
    slots = [slot(1, limit)] if limit else []
    vendor, _ = await account(
        {GET: told(**fields), HELD: held(DOOR, GATE), LIMITS: limits(*slots)}
    )
    grant = followed(in_doubt=True, revision=2, wanted=wanted)
    row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
    assert row is not None
    assert (row.revision, row.end) == (revision, end)


async def test_start_of_a_change_in_doubt() -> None:
    """Another start is told by the key's slots; where those cannot be read nobody knows."""
    slots = limits(slot(0, "2025-06-01T12:00:00"), slot(1, "2025-09-14T09:57:51"))
    vendor, cloud = await account({**AS_ORDERED, LIMITS: slots})
    wanted = Wanted("Gun Ek", START, END)
    grant = followed(in_doubt=True, revision=2, wanted=wanted)
    row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
    assert row is not None
    assert (row.revision, row.start) == (2, START)
    cloud.data[LIMITS] = ServiceUnavailable()
    row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
    assert row is not None and row.revision is None


async def test_ends_at_odds() -> None:
    """Where a key has two ends, it may open until the later one; where the other cannot be read, nothing is told."""
    vendor, cloud = await account(AS_ORDERED)
    grant = followed(end=LATER)
    cloud.data[LIMITS] = limits(slot(1, LATER_LG))
    row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
    assert row is not None
    assert (row.end, row.limits_told, row.revision) == (LATER, True, 1)
    assert cloud.names == [GET, LIMITS]
    cloud.data[LIMITS] = limits(slot(1, "2025-09-14T09:57:51"))
    row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
    assert row is not None
    assert (row.end, row.limits_told) == (END, True)
    for answer in (ServiceUnavailable(), limits(slot(1, "?")), limits("no slot")):
        cloud.data[LIMITS] = answer
        row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
        assert row is not None and not row.limits_told


# Hostile answers

_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(list(told())), inner, max_size=4)
    ),
    max_leaves=6,
)


@settings(max_examples=30)
@given(
    fields=st.dictionaries(st.sampled_from(list(told())), _ANYTHING, max_size=4),
    v1=st.booleans(),
)
def test_hostile_keys(fields: dict[str, Any], v1: bool) -> None:
    """Whatever a key's fields hold, it is a grant or not understood, and no number of it is told."""
    try:
        key = WireKey.parse(told(**fields))
    except AnswerNotUnderstood:
        return
    row = rows.listed(key, BOTH, UTC, is_v1=v1)
    assert isinstance(row, IssuedGrant)
    assert row.code is None
    if not row.limits_told:
        assert row.end is None
    assert row.fault is None or row.delivered is False
