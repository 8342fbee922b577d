"""Access keys of the simulated IntServ Access cloud: made, changed, removed, recognised in every spelling."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from simulators.intserv.identifications import identity
from simulators.intserv.refusals import Refusal
from tests.simulators.intserv import CARD, UNKNOWN, Estate, Json

ADD, REMOVE, STATUS = "accesskeys/add", "accesskeys/remove", "accesskeys/status"
KEY = {"identification": CARD, "type": "proximity"}


async def test_create(estate: Estate) -> None:
    """A new key has an id and a person, and is told without its PIN."""
    told = await estate.add(
        pin="0042",
        valid_from_date="2025-12-01T12:00:00+02:00",
        valid_to_date="2025-12-02T00:00:00.5Z",
        access_levels=[estate.level("Staff").upper(), estate.level("Staff")],
        person={"first_name": "Frida", "last_name": "Ros"},
    )
    assert told == {
        "id": told["id"],
        "key": KEY,
        "valid_from_date": "2025-12-01T10:00:00Z",
        "valid_to_date": "2025-12-02T00:00:00Z",
        "access_levels": [estate.level("Staff")],
        "person": {
            "id": told["person"]["id"],
            "first_name": "Frida",
            "last_name": "Ros",
        },
    }
    assert estate.cloud.integration.store.keys[told["id"]].rights.pin == "0042"


async def test_persons(estate: Estate) -> None:
    """Names are generated where they are missing, and a person may have several keys."""
    first = await estate.add("EM:1")
    assert 0 < len(first["person"]["first_name"]) <= 32
    assert 0 < len(first["person"]["last_name"]) <= 32
    half = await estate.add("EM:2", person={"first_name": "F" * 32, "last_name": None})
    assert half["person"]["first_name"] == "F" * 32
    assert half["person"]["last_name"] != first["person"]["last_name"]
    named = {"id": first["person"]["id"].upper(), "first_name": "Other"}
    again = await estate.add("EM:3", person=named)
    assert again["person"] == first["person"]
    key_id = first["id"]
    told = await estate.ok(ADD, {"id": key_id, "person": {"first_name": 1, "x": 2}})
    assert told["person"] == first["person"]


async def test_upsert(estate: Estate) -> None:
    """A key is changed by its id, or without one by its identification; beside an id the identification says nothing."""
    made = await estate.add("0x00000010a2", valid_to_date="2026-01-01T00:00:00Z")
    same = await estate.add("EM:4258", access_levels=[estate.level("Yard")])
    assert same["id"] == made["id"]
    assert same["key"] == made["key"]
    other = {"identification": "nonsense", "type": "proximity"}
    told = await estate.ok(ADD, {"id": made["id"].upper(), "key": other})
    assert told == same
    code = await estate.add("4258", "code")
    assert code["id"] != made["id"]


@pytest.mark.parametrize("omitted", ["keep", "clear"])
@pytest.mark.parametrize("nulls", ["keep", "clear"])
async def test_left_out(estate: Estate, omitted: str, nulls: str) -> None:
    """What an update does with what it leaves out or empties is an option."""
    estate.cloud.set_options(omitted=omitted, nulls=nulls)
    level = estate.level("Staff")
    body: Json = {"pin": "1234", "access_levels": [level]}
    body["valid_to_date"] = estate.iso(60)
    key_id = (await estate.add(**body))["id"]
    key = estate.cloud.integration.store.keys[key_id]
    before = key.rights
    await estate.ok(ADD, {"id": key_id, **dict.fromkeys(body)})
    assert (key.rights == before) is (nulls == "keep")
    await estate.ok(ADD, {"id": key_id, **body})
    told = await estate.ok(ADD, {"id": key_id, "valid_from_date": estate.iso(-60)})
    kept = omitted == "keep"
    assert key.rights.pin == ("1234" if kept else None)
    assert told["access_levels"] == ([level] if kept else [])
    assert told["valid_to_date"] == (body["valid_to_date"] if kept else None)
    assert told["valid_from_date"] == estate.iso(-60)


async def test_kept_date(estate: Estate) -> None:
    """A date that is kept counts as one that is given."""
    key_id = (await estate.add(valid_to_date=estate.iso(60)))["id"]
    body = {"id": key_id, "valid_from_date": estate.iso(60)}
    assert "valid_to_date" in await estate.refused(ADD, body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"key": None},
        {"key": "EM:1"},
        {"key": {"type": "proximity"}},
        {"key": {"type": "code"}},
        {"key": {"identification": "EM:1"}},
        {"key": {"identification": "EM:1", "type": "card"}},
        {"key": {"identification": "EM:1", "type": ["code"]}},
        {"key": {"identification": 1, "type": "code"}},
        {"key": {"identification": "12a4", "type": "code"}},
        {"key": {"identification": "EM:1", "type": "code"}},
        {"key": {"identification": "1" * 17, "type": "code"}},
        {"key": {"identification": "1234", "type": "code"}, "pin": "1234"},
        {"key": {"identification": "1234", "type": "proximity"}},
        {"key": {**KEY, "size": 1}},
        {"key": KEY, "pin": "123"},
        {"key": KEY, "pin": "12345"},
        {"key": KEY, "pin": "12 4"},
        {"key": KEY, "pin": "１２３４"},
        {"key": KEY, "pin": 1234},
        {"key": KEY, "valid_from_date": 0},
        {"key": KEY, "valid_from_date": "tomorrow"},
        {"key": KEY, "valid_from_date": "2026-01-01"},
        {"key": KEY, "valid_from_date": "0001-01-01T00:00:00+12:00"},
        {
            "key": KEY,
            "valid_from_date": "2026-01-02T00:00:00Z",
            "valid_to_date": "2026-01-02T00:00:00Z",
        },
        {"key": KEY, "access_levels": UNKNOWN},
        {"key": KEY, "access_levels": [UNKNOWN]},
        {"key": KEY, "access_levels": [1]},
        {"key": KEY, "access_levels": ["Staff"]},
        {"key": KEY, "person": "Anna"},
        {"key": KEY, "person": {"first_name": "A" * 33}},
        {"key": KEY, "person": {"last_name": 1}},
        {"key": KEY, "person": {"id": UNKNOWN}},
        {"key": KEY, "person": {"id": 1}},
        {"key": KEY, "person": {"phone": "1"}},
        {"key": KEY, "name": "x"},
        {"id": UNKNOWN},
        {"id": UNKNOWN, "key": KEY},
        {"id": "1", "key": KEY},
        {"id": "z" * len(UNKNOWN), "key": KEY},
        {"id": 1},
    ],
)
async def test_wrong_bodies(estate: Estate, body: object) -> None:
    """What is wrong is refused, and leaves nothing behind; the message never repeats a value."""
    store = estate.cloud.integration.store
    keys, persons = dict(store.keys), dict(store.persons)
    message = await estate.refused(ADD, body)
    assert UNKNOWN not in message
    assert CARD not in message
    assert (store.keys, store.persons) == (keys, persons)


async def test_lenient(estate: Estate) -> None:
    """Unknown fields may be passed over, and nulls be refused."""
    estate.cloud.set_options(unknown_fields="ignore", nulls="refuse")
    await estate.add(name="x")
    assert "null" in await estate.refused(ADD, {"key": KEY, "pin": None})
    body = {"key": KEY, "person": {"id": None}}
    assert "null" in await estate.refused(ADD, {**body, "id": None})


@pytest.mark.parametrize("status", [400, 404])
async def test_unknown(estate: Estate, status: int) -> None:
    """Whether a key that is not there is a 400 or a 404 is an option, and whether it can be removed."""
    estate.cloud.set_options(unknown_status=status)
    for path in (ADD, REMOVE, STATUS):
        await estate.refused(path, {"id": UNKNOWN}, status)
    await estate.refused(REMOVE, {"key": KEY}, status)
    estate.cloud.set_options(unknown_remove="ignore")
    assert (await estate.call(REMOVE, {"id": UNKNOWN})).status == 204
    assert (await estate.call(REMOVE, {"key": KEY})).status == 204
    await estate.refused(REMOVE, {"id": "x"})


async def test_remove(estate: Estate) -> None:
    """A key is removed by its id, or without one by any spelling of its identification."""
    first = await estate.add("MC:10", access_levels=[estate.level("Staff")])
    reply = await estate.call(REMOVE, {"id": first["id"], "key": KEY})
    assert (reply.status, reply.text) == (204, "")
    await estate.refused(STATUS, {"id": first["id"]})
    await estate.refused(REMOVE, {"id": first["id"]})
    second = await estate.add("MC:10")
    assert second["id"] != first["id"]
    key = {"identification": "0x0000000A", "type": "proximity"}
    assert (await estate.call(REMOVE, {"key": key})).status == 204
    assert second["id"] not in estate.cloud.integration.store.keys
    for body in ({}, {"key": {"type": "code"}}, {"id": first["id"], "pin": "1"}):
        await estate.refused(REMOVE, body)
        await estate.refused(STATUS, body)


async def test_generated_codes(estate: Estate) -> None:
    """Where it is chosen, a code that is left out is generated, and never one that somebody has."""
    estate.cloud.set_options(generated_codes=True)
    system = estate.system()
    system.code_length = 1
    system.add_local("Janitor", identity("code", "7"))
    level = estate.level("Staff")
    body = {"key": {"type": "code"}, "access_levels": [level]}
    codes = [(await estate.ok(ADD, body))["key"]["identification"] for _ in range(8)]
    # David's code ends in 2 in this system.
    assert sorted(codes) == sorted("01345689")
    assert "free" in await estate.refused(ADD, body)
    await estate.refused(ADD, {"key": {"type": "proximity"}})
    await estate.refused(REMOVE, {"key": {"type": "code"}})
    estate.cloud.integration.see([])
    told = await estate.ok(ADD, {"key": {"type": "code"}})
    assert len(told["key"]["identification"]) == 6


@pytest.mark.parametrize(
    ("spellings", "in_hex"),
    [
        (
            ["0001234567890", "0x00499602d2", "0x00499602D2", "EM:1234567890"],
            "0x00499602d2",
        ),
        (["EM:0x499602d2", "EM:0001234567890"], "0x00499602d2"),
        (["MC:12345", "0000012345", "0x00003039", "MC:0x3039"], "0x00003039"),
        (
            ["MD:1234567", "00000000001234567", "0x0000000012d687", "MD:0x12D687"],
            "0x0000000012d687",
        ),
        (
            ["MD:1|EM:2", "EM:0x2|0x00000000000001"],
            "EM:0x0000000002|MD:0x00000000000001",
        ),
        (["EM:1099511627775", "0xffffffffff"], "0xffffffffff"),
    ],
)
def test_spellings(spellings: list[str], in_hex: str) -> None:
    """All spellings of one card are one key."""
    cards = {identity("proximity", spelling) for spelling in spellings}
    (card,) = cards
    assert card.in_hex == in_hex
    assert identity("proximity", card.in_hex) == card


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EM:",
        "EM:0x",
        "em:1",
        "XX:1",
        ":1234567890",
        "123",
        "0x123",
        "0X00499602d2",
        "EM:12345678901234",
        "EM:1099511627776",
        "MC:4294967296",
        "MC:0x100000000",
        "MD:72057594037927936",
        "EM:1|",
        "EM:1|EM:2",
        "EM:1 | MC:2",
        "EM:-1",
        "EM:1_000",
        "EM:12g",
        "EM:MC:1",
        "EM:\u0661",
        "9" * 13,
    ],
)
def test_wrong_spellings(text: str) -> None:
    """What is in no format, or too large for its technology, is refused."""
    with pytest.raises(Refusal):
        identity("proximity", text)


@given(st.integers(0, 2**32 - 1))
def test_numbers(number: int) -> None:
    """The same number is another card in another technology, and the same one in every spelling of its own."""
    found: dict[str, Any] = {
        name: identity("proximity", f"{name}:{number}") for name in ("EM", "MC", "MD")
    }
    assert len(set(found.values())) == 3
    for name, digits, nibbles in (("EM", 13, 10), ("MC", 10, 8), ("MD", 17, 14)):
        for text in (f"{number:0{digits}d}", f"0x{number:0{nibbles}X}"):
            assert identity("proximity", text) == found[name]
