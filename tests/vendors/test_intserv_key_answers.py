"""What the answers to IntServ's operations on access keys mean: done, not done, or nobody knows."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.grants import Credential
from custom_components.latchkey.vendors.intserv.paths import (
    ADD_KEY,
    KEY_STATUS,
    LEVELS,
    REMOVE_KEY,
)
from custom_components.latchkey.vendors.vendor import (
    Conflict,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)
from tests.vendors.helpers import run, told
from tests.vendors.intserv_account import Watched
from tests.vendors.intserv_orders import (
    CARD,
    CODE,
    UNKNOWN,
    answer,
    bodies,
    issued,
    key,
    order,
)

PAGE = b"<html>Sign in to this network</html>"
REFUSALS = [
    InvalidRequest("status 400"),
    WrongCredentials("status 401"),
    Refused("status 403"),
    NotFound("status 404"),
    Conflict("status 409"),
    RateLimited(None),
    OutcomeUnknown("TimeoutError"),
    ServiceUnavailable("ClientConnectorError"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture
def watched() -> Watched:
    """Return an account."""
    return Watched()


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        1,
        {},
        b"",
        b"{",
        PAGE,
        {"id": None},
        {"id": ""},
        {"id": " "},
        {"id": 1},
        {"id": True},
        {"id": [UNKNOWN]},
        {"id": {"id": UNKNOWN}},
    ],
)
async def test_no_id(watched: Watched, raw: Any) -> None:
    """An answer without an id leaves in doubt what was made or changed: a key there is, under whichever id."""
    answer(watched, ADD_KEY, raw)
    with pytest.raises(OutcomeUnknown):
        await watched.account.issue(order(watched))
    with pytest.raises(OutcomeUnknown):
        await watched.account.update(UNKNOWN, order(watched))
    assert len(bodies(watched, ADD_KEY)) == 2


async def test_another_id(watched: Watched) -> None:
    """A change that is answered with another id is in doubt; capitals make no other one."""
    key_id = await issued(watched)
    answer(watched, ADD_KEY, {"ID": UNKNOWN})
    with pytest.raises(OutcomeUnknown):
        await watched.account.update(key_id, order(watched))
    answer(watched, ADD_KEY, {"ID": f" {key_id.upper()} "})
    await watched.account.update(key_id, order(watched))


@pytest.mark.parametrize(
    "person", [None, {}, [], "x", 1, [{"id": UNKNOWN}], {"id": []}, {"first_name": {}}]
)
async def test_no_person(watched: Watched, person: Any) -> None:
    """An id counts without a person, or with one that cannot be read: it is all that leads to the key."""
    answer(watched, ADD_KEY, {"id": UNKNOWN, "person": person})
    got = await watched.account.issue(order(watched))
    assert (got.vendor_id, got.holder_id, got.was_there) == (UNKNOWN, None, False)
    answer(watched, ADD_KEY, {"id": UNKNOWN})
    got = await watched.account.issue(order(watched))
    assert (got.vendor_id, got.holder_id, got.was_there) == (UNKNOWN, None, False)


@pytest.mark.parametrize(
    ("name", "fields", "person", "was_there"),
    [
        ("Anna Berg", {}, {"first_name": "Anna", "last_name": "Berg"}, False),
        ("Anna Berg", {}, {"first_name": " ANNA", "last_name": "BERG "}, False),
        ("Anna Berg", {}, {"first_name": "Anna", "last_name": "Holm"}, True),
        ("Anna Berg", {}, {"first_name": "Bo", "last_name": "Berg"}, True),
        ("Anna Berg", {}, {"first_name": "", "last_name": None}, False),
        ("Anna", {}, {"first_name": "Anna", "last_name": "000001"}, False),
        ("Å" * 40, {}, {"first_name": "å" * 32}, False),
        ("x", {"person_id": UNKNOWN}, {"id": UNKNOWN, "first_name": "Bo"}, False),
        (
            "x",
            {"person_id": "abcdefab-1234-4234-8234-123456789abc"},
            {"id": "ABCDEFAB-1234-4234-8234-123456789ABC"},
            False,
        ),
        ("x", {"person_id": UNKNOWN}, {"id": UNKNOWN[::-1].replace("9", "8")}, True),
    ],
)
async def test_another_person(
    watched: Watched,
    name: str,
    fields: dict[str, str],
    person: dict[str, Any],
    was_there: bool,
) -> None:
    """A key that is somebody else's was there before; names that were generated or not told say nothing."""
    answer(watched, ADD_KEY, {"id": UNKNOWN, "person": person})
    got = await watched.account.issue(order(watched, name=name, fields=fields))
    assert got.was_there is was_there
    assert got.vendor_id == UNKNOWN


async def test_key_of_another_person(watched: Watched) -> None:
    """A card that somebody else has stays that one's, and is told to have been there."""
    key_id = await issued(watched)
    got = await watched.account.issue(order(watched, name="Bo Ek"))
    assert (got.vendor_id, got.was_there) == (key_id, True)
    assert key(watched, key_id).person.first_name == "Anna"
    assert got.holder_id == key(watched, key_id).person.id


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("id", "person", "valid_from_date", "valid_to_date"), JSON
        ),
    )
    | JSON
)
def test_hostile_answers(raw: Any) -> None:
    """Whatever is answered: there is an id, or it is in doubt; never another error, and never a value in it."""
    watched = Watched()
    answer(watched, ADD_KEY, raw)
    for coroutine in (
        watched.account.issue(order(watched, fields={"pin": "4711"})),
        watched.account.update(UNKNOWN, order(watched, fields={"pin": "4711"})),
    ):
        shown = ""
        try:
            got = run(coroutine)
        except OutcomeUnknown as err:
            shown = told(err)
        else:
            assert isinstance(raw, dict)
            assert isinstance(raw["id"], str)
            assert got is None or got.vendor_id == raw["id"].strip() != ""
        assert "4711" not in shown
        assert CARD not in shown


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda err: err.key)
async def test_refused(watched: Watched, refusal: VendorError) -> None:
    """What the vendor refuses is told as it is, and asked once; what identifies the key is never told."""
    answer(watched, ADD_KEY, refusal)
    wanted = order(watched, fields={"pin": "4711"})
    for coroutine in (
        watched.account.issue(wanted),
        watched.account.update(UNKNOWN, wanted),
    ):
        with pytest.raises(type(refusal)) as err:
            await coroutine
        assert err.value is refusal
        assert "4711" not in told(err.value)
        assert CARD not in told(err.value)
    assert len(bodies(watched, ADD_KEY)) == 2


@pytest.mark.parametrize("status", [400, 404])
async def test_unknown_key(watched: Watched, status: int) -> None:
    """What is not there is found to be gone by its id as by its code, whichever status says so; a change is refused."""
    watched.cloud.set_options(unknown_status=status)
    meant = NotFound if status == 404 else InvalidRequest
    with pytest.raises(NotFound):
        await watched.account.revoke(UNKNOWN)
    with pytest.raises(NotFound):
        await watched.account.revoke_code(Credential.CARD, CARD)
    with pytest.raises(meant):
        await watched.account.update(UNKNOWN, order(watched))
    watched.cloud.set_options(unknown_remove="ignore")
    await watched.account.revoke(UNKNOWN)
    await watched.account.revoke_code(Credential.CARD, CARD)


async def test_removal_refused(watched: Watched) -> None:
    """A removal that is refused of a key that may be there is a doubt: what is passed on twice is refused when it is done."""
    key_id = await issued(watched)
    answer(watched, REMOVE_KEY, InvalidRequest("status 400"))
    for refusal in (
        None,
        RateLimited(None),
        ServiceUnavailable(""),
        Refused("status 403"),
    ):
        if refusal:
            answer(watched, KEY_STATUS, refusal)
        with pytest.raises(OutcomeUnknown):
            await watched.account.revoke(key_id)


@pytest.mark.parametrize(
    "refusal",
    [each for each in REFUSALS if not isinstance(each, InvalidRequest | NotFound)],
    ids=lambda err: err.key,
)
async def test_removal_not_done(watched: Watched, refusal: VendorError) -> None:
    """What else comes of a removal is told as it is, asked once, without what identifies the key."""
    answer(watched, REMOVE_KEY, refusal)
    for coroutine in (
        watched.account.revoke(UNKNOWN),
        watched.account.revoke_code(Credential.PIN, CODE),
    ):
        with pytest.raises(type(refusal)) as err:
            await coroutine
        assert err.value is refusal
        assert CODE not in told(err.value)
    assert [sent.path for sent in watched.offline.sent] == [REMOVE_KEY] * 2


@pytest.mark.parametrize(
    "refusal", [InvalidRequest("status 400"), NotFound("status 404")]
)
async def test_all_is_refused(watched: Watched, refusal: VendorError) -> None:
    """While everything is refused, as by a gateway in the vendor's place, no code is said to be gone."""
    for path in (ADD_KEY, REMOVE_KEY, KEY_STATUS, LEVELS):
        answer(watched, path, refusal)
    with pytest.raises(ServiceUnavailable) as err:
        await watched.account.revoke_code(Credential.PIN, CODE)
    assert CODE not in told(err.value)


@pytest.mark.parametrize("raw", [PAGE, b"OK", b"{"])
async def test_page_for_a_removal(watched: Watched, raw: bytes) -> None:
    """A page in the place of no content is somebody else's: whether anything was removed, nobody knows."""
    answer(watched, REMOVE_KEY, raw)
    with pytest.raises(OutcomeUnknown):
        await watched.account.revoke(UNKNOWN)
    with pytest.raises(OutcomeUnknown) as err:
        await watched.account.revoke_code(Credential.PIN, CODE)
    assert CODE not in told(err.value)


@pytest.mark.parametrize("raw", [b"", b" \r\n", b"{}", b"null"])
async def test_removal_done(watched: Watched, raw: bytes) -> None:
    """No content, or an object of the vendor's, is an answer."""
    answer(watched, REMOVE_KEY, raw)
    await watched.account.revoke(UNKNOWN)
    await watched.account.revoke_code(Credential.CARD, CARD)
