"""Copies of the ledger: read as they were written, or refused whole; and what the ledger takes of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.ledger import Record, Step, Terms, Tie
from custom_components.latchkey.ledger_copy import (
    CopyError,
    LedgerCopy,
    is_over,
    merged,
)
from custom_components.latchkey.vendors.grants import Credential, Fault, GrantState
from tests.texts import placeholders, translations

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "482913"

ids = st.from_regex(r"[0-9A-Za-z_:-]{1,40}(/[0-9a-f]{1,8})?", fullmatch=True)
names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
moments = st.datetimes(
    datetime(2001, 1, 1),
    datetime(2500, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
spans = st.timedeltas(timedelta(days=-900), timedelta(days=900))
lives = st.timedeltas(timedelta(), timedelta(days=900))
terms = st.builds(
    Terms,
    name=names,
    start=st.none() | moments,
    end=st.none() | moments,
    fields=st.just({}),
)
ties = st.builds(
    Tie,
    booking_id=ids,
    place_id=ids,
    is_room=st.booleans(),
    starts_after=spans,
    ends_after=spans,
)
records = st.builds(
    Record,
    grant_id=ids,
    access_id=ids,
    access_name=names,
    scope=ids,
    credential=st.sampled_from(Credential),
    terms=terms,
    state=st.sampled_from(GrantState),
    step=st.sampled_from(Step),
    revision=st.integers(1, 1000),
    wanted=st.none() | terms,
    vendor_id=st.none() | ids,
    misses=st.integers(0, 5),
    created_at=moments,
    asked_at=moments,
    changed_at=moments,
    expiry_told=st.booleans(),
    ended_here=st.booleans(),
    holder_id=st.none() | ids,
    lives_on=st.none() | lives,
    latest_end=st.none() | moments,
    opens_until=st.none() | moments,
    fault=st.none() | st.sampled_from(Fault),
    attempts=st.integers(0, 10),
    tie=st.none() | ties,
)
several = st.lists(records, max_size=4, unique_by=lambda each: each.grant_id)


def record(grant_id: str = "A", **changes: Any) -> Record:
    """Return a grant that is active."""
    made = Record(
        grant_id=grant_id,
        access_id="1/R1",
        access_name="Unit, R1",
        scope="1",
        credential=Credential.PIN,
        terms=Terms(name="Anna", start=None, end=NOW + timedelta(days=3)),
        state=GrantState.ACTIVE,
        vendor_id="17",
        created_at=NOW - timedelta(days=1),
        asked_at=NOW - timedelta(days=1),
        changed_at=NOW - timedelta(days=1),
    )
    return replace(made, **changes)


def copy_of(*held: Record) -> LedgerCopy:
    """Return a copy of some grants."""
    return LedgerCopy(
        vendor="vendor",
        account="account",
        title="An account",
        parts=frozenset({"one", "two"}),
        records=held,
    )


def told(*held: Record) -> dict[str, Any]:
    """Return what is handed out of some grants."""
    content: dict[str, Any] = copy_of(*held).told(NOW)
    return content


def refusal(value: Any) -> CopyError | None:
    """Return why a copy is refused, in words that there are; nothing else is ever raised."""
    try:
        LedgerCopy.read(value)
    except CopyError as err:
        error = err
    else:
        return None
    for language in ("en", "sv"):
        text = translations(language)["exceptions"][error.key]["message"]
        assert placeholders(text) == {"field", *error.told}
        assert "\n" not in text.format(field="ledger", **error.told)
    return error


@given(several, st.sampled_from([json.dumps, json.loads]))
def test_round_trip(held: list[Record], form: Callable[[Any], Any]) -> None:
    """What was exported is read as it was, be it an object or its text."""
    content = told(*held)
    value = form(content) if form is json.dumps else form(json.dumps(content))
    assert LedgerCopy.read(value) == copy_of(*held)
    assert LedgerCopy.read({"ledger": content}) == copy_of(*held)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner)
    ),
    max_leaves=6,
)
NASTY = JSON | st.sampled_from(
    [
        *(
            10**400,
            -1,
            1e308,
            float("nan"),
            float("inf"),
            "\ud800",
            "a\nb",
            "a" * 30_000,
        ),
        *(
            "../up",
            "a//b",
            "a?b",
            "",
            "2026-11-22T12:00:00",
            "0001-01-01T00:00:00+00:00",
        ),
        *("9999-12-31T23:59:59-12:00", "none", b"bytes", {1, 2}, object(), {1: 2}),
    ]
)


@given(NASTY)
def test_anything(value: Any) -> None:
    """Whatever is given is refused in words, unless it is a copy."""
    assert refusal(value) is not None
    refusal({**told(), "records": value})
    refusal({**told(), "records": [value]})
    refusal({**told(), "unread": value})


@given(records, st.data())
def test_spoilt_record(held: Record, data: st.DataObject) -> None:
    """A record of which any part is something else is refused, or is a record that the ledger could have written."""
    content = told(held)
    place: Any = content["records"][0]
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict):
            break
        place = place[key]
    place[key] = data.draw(NASTY)
    if refusal(content) is None:
        read = LedgerCopy.read(content)
        assert read.told(NOW)["records"][0].keys() == content["records"][0].keys()
        for each in read.records:
            # Nothing of what is done with it fails.
            each.state_at(NOW), each.may_open_until(NOW), each.outlives(NOW)
            json.dumps(each.to_dict()).encode()


WRONG: list[tuple[str, Any, str]] = [
    *(
        ("grant_id", value, "grant_id")
        for value in (None, 5, "", "a b\n", "a/../b", "a" * 201)
    ),
    *(("vendor_id", value, "vendor_id") for value in (5, "", "17?x=1", "17/..", "%2e")),
    *(("scope", value, "scope") for value in (None, 1, "", "a\u202e")),
    ("holder_id", "x" * 201, "holder_id"),
    ("access_name", "a\x00b", "access_name"),
    ("access_name", None, "access_name"),
    *(("credential", value, "credential") for value in ("", "PIN", 5, None)),
    *(("state", value, "state") for value in ("open", None, True)),
    *(("step", value, "step") for value in ("begin", None)),
    *(("revision", value, "revision") for value in ("1", 0, -3, 1.5, True, 10**9)),
    *(("misses", value, "misses") for value in (None, "0", False, -1)),
    *(("attempts", value, "attempts") for value in (10**7, -1)),
    *(("expiry_told", value, "expiry_told") for value in ("false", 0, None)),
    *(("lives_on", value, "lives_on") for value in (-1, 10**9, "P1D", float("inf"))),
    *(
        (key, value, key)
        for key in ("created_at", "asked_at", "changed_at")
        for value in (
            "2026-11-22T12:00:00",
            None,
            17,
            "yesterday",
            "1999-12-31T00:00:00Z",
        )
    ),
    *(("latest_end", value, "latest_end") for value in ("2026-11-22", 5)),
    ("opens_until", "2026-11-22T12:00:00", "opens_until"),
    ("terms", None, "terms"),
    ("terms", {"name": "Anna"}, "terms"),
    ("terms", {"name": "A", "start": None, "end": "2026-11-22T12:00:00"}, "end"),
    ("terms", {"name": 7, "start": None, "end": None}, "name"),
    (
        "terms",
        {"name": "A", "start": None, "end": None, "fields": {"tag": "04A1"}},
        "terms",
    ),
    ("tie", {}, "tie"),
    ("code", SECRET, "record"),
]


@pytest.mark.parametrize(("key", "value", "part"), WRONG)
def test_wrong_part(key: str, value: Any, part: str) -> None:
    """A part that is not as the ledger writes it is named, with the number of the record."""
    content = told(record("A"), record("B", vendor_id="18"))
    content["records"][1][key] = value
    error = refusal(content)
    assert error is not None
    assert error.key == "ledger_record_wrong"
    assert error.told["number"] == "2"
    if key != "tie":
        assert error.told["part"] == part


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"format": 2}, "ledger_of_other_format"),
        ({"format": True}, "ledger_no_copy"),
        ({"format": None}, "ledger_no_copy"),
        ({"vendor": ""}, "ledger_no_copy"),
        ({"account": 5}, "ledger_no_copy"),
        ({"title": "a\nb"}, "ledger_no_copy"),
        ({"parts": "one"}, "ledger_no_copy"),
        ({"parts": [1]}, "ledger_no_copy"),
        ({"records": {}}, "ledger_no_copy"),
        ({"records": None}, "ledger_no_copy"),
        ({"unread": "x"}, "ledger_no_copy"),
        ({"records": [None]}, "ledger_record_wrong"),
        ({"records": [{}] * 100_000}, "ledger_too_long"),
    ],
)
def test_wrong_copy(change: dict[str, Any], key: str) -> None:
    """What is no copy is refused, and so is one that nobody can have exported."""
    error = refusal({**told(record()), **change})
    assert error is not None
    assert error.key == key


def test_twins() -> None:
    """A grant that is there twice is refused, with the second one's number."""
    error = refusal(told(record("A"), record("B", vendor_id="2"), record("A")))
    assert error is not None
    assert (error.key, error.told["number"]) == ("ledger_record_wrong", "3")


def test_deep_text() -> None:
    """A text that is nested without end is refused as any other."""
    assert refusal("[" * 200_000) is not None
    assert refusal('{"ledger":' * 200_000) is not None


def test_part_of_a_later_version() -> None:
    """What an earlier version did not write has its default; what is not known here is refused."""
    content = told(record())
    for key in ("fault", "attempts", "tie"):
        del content["records"][0][key]
    assert LedgerCopy.read(content).records == (record(),)
    content["records"][0]["colour"] = "red"
    assert refusal(content) is not None


def test_times_of_yaml() -> None:
    """Times that YAML has made of the texts are taken, if they tell their zone."""
    content = told(record())
    content["records"][0]["created_at"] = record().created_at
    assert LedgerCopy.read(content).records == (record(),)
    content["records"][0]["created_at"] = record().created_at.replace(tzinfo=None)
    assert refusal(content) is not None


def test_unread() -> None:
    """A record that another version did not understand is one here, or is left as it was; it keeps none from being read."""
    content = told(record("A"))
    content["unread"] = [record("B").to_dict(), {"grant_id": "C"}, 5]
    read = LedgerCopy.read(content)
    assert [each.grant_id for each in read.records] == ["A", "B"]
    assert read.unread == ({"grant_id": "C"}, 5)


def test_no_secret() -> None:
    """The vendor's own fields, one of which may hold a tag, are not handed out."""
    terms = Terms(name="Anna", start=None, end=None, fields={"tag": SECRET})
    held = record(terms=terms, wanted=terms, step=Step.UPDATE)
    assert SECRET not in json.dumps(told(held))


@pytest.mark.parametrize(
    ("account", "parts", "is_own"),
    [
        ("account", (), True),
        ("other", (), False),
        ("other", ("two", "three"), True),
        ("other", ("three",), False),
    ],
)
def test_account(account: str, parts: tuple[str, ...], is_own: bool) -> None:
    """A copy is of the account of its id, or of one that has some of its parts."""
    assert copy_of().is_of(account, parts) is is_own


def held(*records: Record) -> dict[str, Record]:
    """Return what a ledger holds."""
    return {each.grant_id: each for each in records}


def test_what_is_held_stays() -> None:
    """What the ledger has stays as it is, be it under the same id or under another with the vendor's id."""
    newer = record("A", revision=3, state=GrantState.REVOKED)
    assert merged(held(newer), [record("A")], NOW) == {}
    assert merged(held(record("B")), [record("A")], NOW) == {}
    # The same id in another scope is another grant.
    elsewhere = record("A", scope="2")
    assert merged(held(record("B")), [elsewhere], NOW) == {"A": elsewhere}


def test_id_that_was_never_told() -> None:
    """A grant in doubt learns its id; what is known not to exist, or is another one's, does not."""
    doubt = {"vendor_id": None, "state": GrantState.UNKNOWN, "step": Step.ISSUE}
    doubted = record("A", **doubt)
    assert merged(held(doubted), [record("A")], NOW) == {
        "A": replace(doubted, vendor_id="17")
    }
    failed = record("A", vendor_id=None, state=GrantState.FAILED)
    assert merged(held(failed), [record("A")], NOW) == {}
    assert merged(held(doubted, record("B")), [record("A")], NOW) == {}
    moved = record("A", scope="2")
    assert merged(held(doubted), [moved], NOW) == {}
    # Another grant beside it: which of the vendor's rows is whose, the next reading tells.
    assert merged(held(doubted), [record("B")], NOW) == {"B": record("B")}
    assert merged(held(record("B")), [doubted], NOW) == {"A": doubted}


def test_id_that_was_given_anew() -> None:
    """An id that the vendor gave again is the later grant's, here as in the copy."""
    ended = record("A", state=GrantState.REVOKED, changed_at=NOW - timedelta(days=2))
    later = record("B")
    assert merged(held(ended), [later], NOW) == {"B": later}
    earlier = record("B", created_at=NOW - timedelta(days=9))
    assert merged(held(ended), [earlier], NOW) == {}
    both = [record("C", created_at=NOW - timedelta(days=8)), later]
    assert list(merged({}, both, NOW)) == ["B"]
    assert list(merged({}, both[::-1], NOW)) == ["B"]


def test_ended_is_left_out() -> None:
    """What was over is left out: were it held, a row that has its id now would be taken back."""
    past = NOW - timedelta(hours=1)
    over = (
        record(state=GrantState.REVOKED, ended_here=True),
        record(state=GrantState.FAILED),
        record(state=GrantState.REVOKING, opens_until=past),
    )
    for each in over:
        assert merged({}, [each], NOW) == {}
    there = (
        record(state=GrantState.REVOKING, step=Step.REVOKE, ended_here=True),
        record(state=GrantState.REVOKING, opens_until=NOW + timedelta(hours=1)),
        record(state=GrantState.FAILED, fault=Fault.ISSUE),
        record(state=GrantState.EXPIRED),
        record(state=GrantState.UNKNOWN, step=Step.ISSUE, vendor_id=None),
    )
    for each in there:
        assert merged({}, [each], NOW) == {"A": each}


@given(several, several)
def test_none_lost_none_doubled(present: list[Record], copied: list[Record]) -> None:
    """Whatever is held and copied: what is held stays, each live grant of the copy is held, and each of the vendor's ids once."""
    before = held(*present)
    taken = merged(before, copied, NOW)
    after = before | taken
    for each in present:
        assert after[each.grant_id] in (
            each,
            replace(each, vendor_id=after[each.grant_id].vendor_id),
        )
        assert each.vendor_id in (None, after[each.grant_id].vendor_id)
    keys = {(each.scope, each.vendor_id) for each in after.values()}
    for each in copied:
        assert (
            is_over(each, NOW)
            or each.grant_id in after
            or (each.scope, each.vendor_id) in keys
        )
    added = [each for key, each in taken.items() if key not in before]
    with_id = [(each.scope, each.vendor_id) for each in added if each.vendor_id]
    assert len(set(with_id)) == len(with_id)
    assert all(each.misses == each.attempts == 0 for each in added)
    assert merged(after, copied, NOW) == {}
