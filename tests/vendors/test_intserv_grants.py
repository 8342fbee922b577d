"""Access keys as grants: what is sent, rule by rule of the vendor's page, and what the cloud makes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
import itertools
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.granting import (
    FollowsGrants,
    IssuesGrants,
    JoinsAccesses,
    KnowsCodes,
    PreparesGrants,
)
from custom_components.latchkey.vendors.grants import Credential, GrantField
from custom_components.latchkey.vendors.intserv.bodies import FOR_EVER
from custom_components.latchkey.vendors.intserv.grants import CODES, FIELDS
from custom_components.latchkey.vendors.intserv.paths import ADD_KEY, REMOVE_KEY
from custom_components.latchkey.vendors.vendor import InvalidField
from tests.vendors.helpers import run, told
from tests.vendors.intserv_account import Watched
from tests.vendors.intserv_orders import (
    CARD,
    CODE,
    UNKNOWN,
    bodies,
    issued,
    key,
    level,
    order,
)

OPTIONS = [
    {"omitted": omitted, "nulls": nulls, "unknown_fields": unknown}
    for omitted, nulls, unknown in itertools.product(
        ("keep", "clear"), ("keep", "clear", "refuse"), ("refuse", "ignore")
    )
]
"""What the vendor may do with fields that are left out, null or unknown."""
LIMITS = ("valid_from_date", "valid_to_date")


@pytest.fixture
def watched() -> Watched:
    """Return an account."""
    return Watched()


def field(name: str) -> GrantField:
    """Return a field by its name."""
    return next(each for each in FIELDS if each.key == name)


def test_protocols(watched: Watched) -> None:
    """The account issues grants, joins levels, knows codes, and is asked for each grant alone."""
    account = watched.account
    assert isinstance(account, IssuesGrants)
    assert isinstance(account, JoinsAccesses)
    assert isinstance(account, KnowsCodes)
    assert isinstance(account, PreparesGrants)
    assert isinstance(account, FollowsGrants)
    assert run(account.issued("access_keys")) == []
    # A start ever so far ahead is told to the systems at once.
    assert datetime(2026, 1, 1, tzinfo=UTC) + account.lead > datetime(
        2125, 1, 1, tzinfo=UTC
    )


async def test_new_card(watched: Watched) -> None:
    """A new key has no id, what identifies it, its levels and its person; what opens at once and for ever has the dates of that."""
    key_id = await issued(watched, "Staff", "Yard")
    assert bodies(watched, ADD_KEY) == [
        {
            "key": {"identification": CARD, "type": "proximity"},
            "access_levels": [level(watched, "Staff"), level(watched, "Yard")],
            "valid_from_date": f"{watched.clock.now - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
            "valid_to_date": FOR_EVER,
            "person": {"first_name": "Anna", "last_name": "Berg"},
        }
    ]
    made = key(watched, key_id)
    assert made.identity.given == CARD
    assert (made.person.first_name, made.person.last_name) == ("Anna", "Berg")
    assert made.rights.valid_from == watched.clock.now - timedelta(days=1)


async def test_new_code(watched: Watched) -> None:
    """A code that is typed in place of a card is of the type code, and has no PIN."""
    key_id = await issued(watched, credential=Credential.PIN, code=CODE)
    (body,) = bodies(watched, ADD_KEY)
    assert body["key"] == {"identification": CODE, "type": "code"}
    assert "pin" not in body
    assert "id" not in body
    assert key(watched, key_id).identity.kind == "code"


@pytest.mark.parametrize("credential", [Credential.TAG, Credential.CARD])
async def test_pin(watched: Watched, credential: Credential) -> None:
    """A card or a tag may have a PIN, at first and with each change."""
    key_id = await issued(watched, credential=credential, fields={"pin": "0123"})
    assert bodies(watched, ADD_KEY)[0]["pin"] == "0123"
    assert key(watched, key_id).rights.pin == "0123"
    await watched.account.update(key_id, order(watched, fields={"pin": "9876"}))
    assert key(watched, key_id).rights.pin == "9876"


@pytest.mark.parametrize(
    "wrong", ["", "123", "12345", "12 4", "12a4", "１２３４", "1234\n", "-123"]
)
def test_pin_of_four_digits(wrong: str) -> None:
    """A PIN has four digits, belongs to cards alone, and is given again with each change."""
    pin = field("pin")
    assert pin.pattern.fullmatch("0000")
    assert not pin.pattern.fullmatch(wrong)
    assert pin.credentials == {Credential.TAG, Credential.CARD}
    assert (pin.again, pin.changes, pin.required) == (True, True, False)


@pytest.mark.parametrize(
    "wrong", ["", "1", UNKNOWN[:-1], UNKNOWN + "0", "g" + UNKNOWN[1:]]
)
def test_person_id_of_a_new_key(wrong: str) -> None:
    """A person's id is a UUID, and said of what is new alone."""
    person_id = field("person_id")
    assert person_id.pattern.fullmatch(UNKNOWN)
    assert person_id.pattern.fullmatch("abcdefAB-1234-4234-8234-123456789abc")
    assert not person_id.pattern.fullmatch(wrong)
    assert person_id.credentials == set(CODES)
    assert (person_id.again, person_id.changes, person_id.required) == (
        False,
        False,
        False,
    )


async def test_person_who_is_there(watched: Watched) -> None:
    """A person's id is sent without names, and the key is that person's."""
    first = key(watched, await issued(watched)).person
    again = order(watched, code="EM:4343", name="Other", fields={"person_id": first.id})
    answer = await watched.account.issue(again)
    assert bodies(watched, ADD_KEY)[1]["person"] == {"id": first.id}
    assert answer.vendor_id
    assert key(watched, answer.vendor_id).person == first
    assert answer.holder_id == first.id
    assert not answer.was_there


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Anna Berg", {"first_name": "Anna", "last_name": "Berg"}),
        ("  Anna   Berg ", {"first_name": "Anna", "last_name": "Berg"}),
        ("Anna Maria Berg", {"first_name": "Anna Maria", "last_name": "Berg"}),
        ("Anna", {"first_name": "Anna"}),
        ("Å" * 40, {"first_name": "Å" * 32}),
        ("A " + "B" * 40, {"first_name": "A", "last_name": "B" * 32}),
        ("A" * 31 + " B C", {"first_name": "A" * 31, "last_name": "C"}),
        ("A" * 32 + " " + "B" * 32, {"first_name": "A" * 32, "last_name": "B" * 32}),
    ],
)
async def test_names(watched: Watched, name: str, person: dict[str, str]) -> None:
    """A name is a first and a last one of at most 32 characters each; one that is none is generated there."""
    key_id = await issued(watched, name=name)
    assert bodies(watched, ADD_KEY)[0]["person"] == person
    made = key(watched, key_id).person
    assert made.first_name == person["first_name"]
    assert made.last_name == person.get("last_name", made.last_name) != ""


async def test_update(watched: Watched) -> None:
    """A change names the key by its id alone, says nothing of a person, and always has both dates and all levels."""
    key_id = await issued(watched, start=60, end=3600)
    watched.offline.ahead = timedelta(minutes=3)
    await watched.account.update(key_id, order(watched, "Yard", "Store", name="Bo Ek"))
    assert bodies(watched, ADD_KEY)[1] == {
        "id": key_id,
        "valid_from_date": f"{watched.clock.now + timedelta(minutes=3) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "valid_to_date": "2099-12-31T23:59:59Z",
        "access_levels": [level(watched, "Yard"), level(watched, "Store")],
    }
    assert FOR_EVER == "2099-12-31T23:59:59Z"
    await watched.account.update(key_id, order(watched, start=5, end=50))
    assert bodies(watched, ADD_KEY)[2] == {
        "id": key_id,
        "valid_from_date": "2025-11-21T08:14:55Z",
        "valid_to_date": "2025-11-21T08:15:40Z",
        "access_levels": [level(watched)],
    }


async def test_whole_seconds_of_utc(watched: Watched) -> None:
    """Times are sent in UTC, with a Z, and in whole seconds."""
    zone = timezone(timedelta(hours=2))
    start = datetime(2026, 6, 1, 1, 30, 0, 999999, tzinfo=zone)
    end = datetime(2026, 6, 1, 12, 0, tzinfo=timezone(-timedelta(hours=3, minutes=30)))
    sent = {
        "valid_from_date": "2026-05-31T23:30:00Z",
        "valid_to_date": "2026-06-01T15:30:00Z",
    }
    key_id = await issued(watched, start=start, end=end)
    await watched.account.update(key_id, order(watched, start=start, end=end))
    for body in bodies(watched, ADD_KEY):
        assert {name: body[name] for name in LIMITS} == sent


async def test_both_dates(watched: Watched) -> None:
    """A new key has both dates as well: it may be there already, and would keep what is left out."""
    await issued(watched, start=60)
    await issued(watched, end=60, code="EM:4343")
    first, second = bodies(watched, ADD_KEY)
    assert (first["valid_from_date"], first["valid_to_date"]) == (
        "2025-11-21T08:15:50Z",
        FOR_EVER,
    )
    assert (second["valid_from_date"], second["valid_to_date"]) == (
        "2025-11-20T08:14:50Z",
        "2025-11-21T08:15:50Z",
    )


STEP = st.fixed_dictionaries(
    {
        "names": st.lists(
            st.sampled_from(("Staff", "Servers", "Yard", "Store")),
            min_size=1,
            unique=True,
        ),
        "start": st.none() | st.integers(-100, 100),
        "length": st.none() | st.integers(101, 1000),
        "anew": st.booleans(),
        "later": st.integers(0, 2000),
    }
)


@given(st.sampled_from(OPTIONS), st.lists(STEP, min_size=1, max_size=6), st.booleans())
def test_whole_state(
    options: dict[str, str], steps: list[dict[str, Any]], has_pin: bool
) -> None:
    """Whatever the vendor does with what is left out: a key is what was ordered last, be it changed or issued anew."""
    watched = Watched()
    watched.cloud.set_options(**options)
    account = watched.account
    key_id: str | None = None
    for number, step in enumerate(steps):
        watched.later(step["later"])
        fields = {"pin": f"{number:04d}"} if has_pin else {}
        start, length = step["start"], step["length"]
        # It ends later than it starts, and than now.
        end = None if length is None else (start or 0) + length
        wanted = order(watched, *step["names"], start=start, end=end, fields=fields)
        if key_id is None or step["anew"]:
            answer = run(account.issue(wanted))
            assert answer.vendor_id == (key_id or answer.vendor_id)
            key_id = answer.vendor_id
            assert key_id is not None
        else:
            run(account.update(key_id, wanted))
        rights = key(watched, key_id).rights
        now = watched.clock.now
        assert rights.pin == fields.get("pin")
        assert rights.level_ids == tuple(level(watched, each) for each in step["names"])
        assert rights.valid_from == (wanted.start or now - timedelta(days=1))
        assert rights.valid_to is not None
        if wanted.end is None:
            assert rights.valid_to.year == 2099
        else:
            assert rights.valid_to == wanted.end
    for body in bodies(watched, ADD_KEY):
        assert ("id" in body) is not ("key" in body)
        assert ("person" in body) is ("key" in body)
        assert None not in body.values()


@pytest.mark.parametrize("options", OPTIONS)
async def test_issued_anew(watched: Watched, options: dict[str, str]) -> None:
    """A key that was there with limits of its own, and is issued for good, loses them."""
    watched.cloud.set_options(**options)
    key_id = await issued(watched, start=600, end=3600, fields={"pin": "1234"})
    assert await issued(watched, "Yard", fields={"pin": "4321"}) == key_id
    rights = key(watched, key_id).rights
    assert rights.valid_from is not None
    assert rights.valid_from <= watched.clock.now
    assert rights.valid_to is not None
    assert rights.valid_to.year == 2099
    assert (rights.pin, rights.level_ids) == ("4321", (level(watched, "Yard"),))


async def test_remove(watched: Watched) -> None:
    """A key is removed by its id alone, or by what identifies it alone, in whichever spelling."""
    key_id = await issued(watched)
    await watched.account.revoke(key_id)
    assert key_id not in watched.cloud.integration.store.keys
    key_id = await issued(watched, code="EM:10")
    await watched.account.revoke_code(Credential.TAG, " em:0XA ")
    assert key_id not in watched.cloud.integration.store.keys
    key_id = await issued(watched, code=CODE, credential=Credential.PIN)
    await watched.account.revoke_code(Credential.PIN, CODE)
    assert key_id not in watched.cloud.integration.store.keys
    first, second, third = bodies(watched, REMOVE_KEY)
    assert set(first) == {"id"}
    assert second == {"key": {"identification": "EM:0xA", "type": "proximity"}}
    assert third == {"key": {"identification": CODE, "type": "code"}}


def test_same_code(watched: Watched) -> None:
    """All spellings of a card are the same code, for a tag and a card alike; a code that is typed is another one."""
    same = watched.account.same_code
    card = same(Credential.CARD, "EM:4242")
    for text in ("em:4242", " EM:0x1092 ", "0x0000001092", "0000000004242"):
        assert same(Credential.TAG, text) == card
    assert same(Credential.CARD, "MC:4242") != card
    assert same(Credential.CARD, "MC:1|EM:4242") == same(
        Credential.CARD, "EM:0x1092|MC:1"
    )
    assert same(Credential.PIN, "4242") not in (card, same(Credential.PIN, "04242"))


@pytest.mark.parametrize(
    ("credential", "code", "reason"),
    [
        (Credential.PIN, "12x4", "identification_not_decimal"),
        (Credential.PIN, "1" * 33, "identification_size"),
        (Credential.CARD, "hemlig-4711", "identification_format"),
        (Credential.CARD, "4711", "identification_size"),
        (Credential.TAG, "MC:4294967296", "identification_too_large"),
        (Credential.TAG, "EM:4711|EM:4712", "identification_twice"),
    ],
)
async def test_code_that_identifies_nothing(
    watched: Watched, credential: Credential, code: str, reason: str
) -> None:
    """What identifies nothing is refused before anything is sent, by everything that takes a code, and never told."""
    account = watched.account
    wanted = order(watched, credential=credential, code=code)
    asked = (
        account.prepared(credential, {}, code),
        account.issue(wanted),
        account.revoke_code(credential, code),
    )
    for coroutine in asked:
        with pytest.raises(InvalidField) as err:
            await coroutine
        assert (err.value.field, err.value.reason) == ("code", reason)
        assert code not in told(err.value)
    with pytest.raises(InvalidField):
        account.same_code(credential, code)
    assert watched.offline.sent == []
    assert code not in repr(wanted)


async def test_prepared(watched: Watched) -> None:
    """Fields are as they were called with, and a code that is made here later need not be there yet."""
    fields = {"pin": "1234"}
    assert await watched.account.prepared(Credential.CARD, fields, CARD) == fields
    assert await watched.account.prepared(Credential.PIN, {}, None) == {}


def test_nothing_told(watched: Watched) -> None:
    """Neither a code nor a PIN is in what an order or an answer shows of itself."""
    wanted = order(watched, fields={"pin": "4711"})
    answer = run(watched.account.issue(wanted))
    shown = f"{wanted!r} {answer!r} {replace(wanted, revision=2)!r}"
    assert CARD not in shown
    assert "4242" not in shown
    assert "4711" not in shown
