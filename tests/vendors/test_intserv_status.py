"""How an access key's status reads as a grant: each status, each system, hostile ones, and removals."""

from datetime import UTC, datetime, timedelta
import itertools
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.grants import (
    Delivered,
    Fault,
    GrantState,
    IssuedGrant,
    Wanted,
)
from custom_components.latchkey.vendors.intserv import status
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood
from simulators.intserv import ANNEX, MAIN
from tests.vendors.intserv_account import Watched
from tests.vendors.intserv_orders import UNKNOWN, followed

WATCHED = Watched()
NOW = WATCHED.clock.now


def at(seconds: float = 0) -> str:
    """Return an instant around the one at which something was asked for."""
    return (NOW + timedelta(seconds=seconds)).isoformat()


def systems(
    applied: Any = (), pending: Any = (), failed: Any = (), since: Any = None
) -> dict[str, Any]:
    """Return the systems of a status, of which those that have applied it did so then."""
    since = at() if since is None else since
    return {
        "systems_where_applied": [
            {"system_id": each, "applied_at": since} for each in applied
        ],
        "systems_where_pending": [{"system_id": each} for each in pending],
        "systems_where_failed": [
            {"system_id": each, "error_type": "CodeNotEnabled"} for each in failed
        ],
    }


def told(raw: Any, *, ahead: float = 0, **changes: Any) -> IssuedGrant:
    """Return what a status makes of a grant."""
    grant = followed(UNKNOWN, WATCHED, **changes)
    return status.told(grant, raw, timedelta(seconds=ahead))


def read(word: str, rows: dict[str, Any] | None = None, **changes: Any) -> IssuedGrant:
    """Return what a status of these systems makes of a grant."""
    return told({"id": UNKNOWN, "status": word, **(rows or {})}, **changes)


def revoked(
    word: str, rows: dict[str, Any] | None = None, **changes: Any
) -> IssuedGrant:
    """Return what a status makes of a grant whose removal the vendor has accepted."""
    return read(word, rows, state=GrantState.REVOKING, **changes)


BOTH = [MAIN, ANNEX]
STATUSES: list[tuple[str, dict[str, Any], bool, bool]] = [
    ("NotApplied", {}, False, False),
    ("NotApplied", systems(), False, False),
    ("Applied", {}, True, False),
    ("Applied", systems(BOTH), True, False),
    ("applied", systems([MAIN]), True, False),
    ("Pending", {}, False, False),
    ("Pending", systems(pending=BOTH), False, False),
    ("PENDING", systems([MAIN]), False, False),
    ("Failed", {}, False, True),
    ("Failed", systems(failed=BOTH), False, True),
    ("Failed", systems([MAIN], failed=[ANNEX]), True, True),
    ("Failed", systems(pending=[MAIN], failed=[ANNEX]), False, True),
    ("PartiallyApplied", {}, False, False),
    ("PartiallyApplied", systems([MAIN]), False, False),
    ("PartiallyApplied", systems(pending=[MAIN]), False, False),
    ("PartiallyApplied", systems(failed=[MAIN]), False, True),
    ("PartiallyApplied", systems([MAIN], [ANNEX]), False, False),
    ("PartiallyApplied", systems([MAIN], failed=[ANNEX]), True, True),
    ("PartiallyApplied", systems(pending=[MAIN], failed=[ANNEX]), False, True),
    ("PartiallyApplied", systems([MAIN], [ANNEX], ["c"]), False, True),
    ("Applied", systems([MAIN], [ANNEX]), False, False),
    ("Applied", systems([MAIN], failed=[ANNEX]), True, True),
]
"""What each status means of a new grant: whether it is delivered, and whether that failed."""


@pytest.mark.parametrize(("word", "rows", "delivered", "has_failed"), STATUSES)
def test_statuses(
    word: str, rows: dict[str, Any], delivered: bool, has_failed: bool
) -> None:
    """A grant is delivered that no system waits for, and has failed that one could not take."""
    row = read(word, rows)
    assert row.delivered is delivered
    assert row.fault is (Fault.ISSUE if has_failed else None)
    assert (row.leaving, row.gone) == (False, False)
    changed = read(word, rows, revision=2)
    assert changed.fault is (Fault.UPDATE if has_failed else None)
    assert changed.delivered is delivered


@pytest.mark.parametrize(("word", "rows", "delivered", "has_failed"), STATUSES)
def test_removals(
    word: str, rows: dict[str, Any], delivered: bool, has_failed: bool
) -> None:
    """A removal waits as long as a system does; then it has failed where one has."""
    row = revoked(word, rows)
    is_pending = "Partially" in word and not has_failed
    is_pending |= word.casefold() == "pending" or bool(
        rows.get("systems_where_pending")
    )
    assert row.leaving is (is_pending or has_failed)
    assert row.fault is (Fault.REVOKE if has_failed and not is_pending else None)
    is_whole = word.casefold() == "applied" and delivered and not has_failed
    assert row.gone is (word == "NotApplied" or (is_whole and bool(rows)))


def test_as_it_was() -> None:
    """What the status does not tell is as it is known: the vendor tells neither limits nor levels."""
    grant = followed(
        UNKNOWN, WATCHED, start=NOW, end=NOW + timedelta(days=1), revision=3
    )
    row = status.told(grant, {"status": "Applied"}, timedelta())
    assert (row.vendor_id, row.grant_id, row.name) == (
        UNKNOWN,
        grant.grant_id,
        grant.name,
    )
    assert (row.start, row.end, row.limits_told) == (grant.start, grant.end, False)
    assert (row.access, row.credential, row.revision) == (
        grant.access,
        grant.credential,
        3,
    )
    assert row.code is None


def test_change_in_doubt() -> None:
    """Of a change that nobody answered no status tells whether it is the one that was applied."""
    row = read("Applied", systems(BOTH), wanted=Wanted("Bo", None, None), in_doubt=True)
    assert row.revision is None


def test_deliveries() -> None:
    """Each system is told, in the order of their ids, with its time or its reason."""
    row = read(
        "PartiallyApplied",
        systems(["b"], ["a"], ["c"], since="2025-11-21T09:14:50+01:00"),
    )
    assert row.deliveries == (
        Delivered("a", GrantState.PENDING),
        Delivered("b", GrantState.ACTIVE, None, NOW),
        Delivered("c", GrantState.FAILED, "CodeNotEnabled"),
    )


@pytest.mark.parametrize(
    ("error_type", "reason"),
    [
        ("CodeNotEnabled", "CodeNotEnabled"),
        ("Anything_New", "Anything_New"),
        ("x" * 64, "x" * 64),
        ("x" * 65, "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        ("Two words", "unknown"),
        ("Felkod\n", "unknown"),
        ("Nyckelfel_å", "unknown"),
        ("EM:4242", "unknown"),
        ("135790", "unknown"),
        (7, "unknown"),
        ({"type": "CodeNotEnabled"}, "unknown"),
    ],
)
def test_error_types(error_type: Any, reason: str) -> None:
    """The vendor's own word is told; what is none is not, since its list is not known."""
    failed = [{"system_id": MAIN, "error_type": error_type}]
    row = read("Failed", {"systems_where_failed": failed})
    assert [each.reason for each in row.deliveries] == [reason]


@pytest.mark.parametrize(
    ("applied_at", "since"),
    [
        ("2025-11-21T08:14:50Z", NOW),
        ("2025-11-21T08:14:50.000Z", NOW),
        ("2025-11-21T08:14:50", NOW),
        ("2025-11-21T08:14:50+00:00", NOW),
        ("2025-11-21T03:14:50-05:00", NOW),
        ("2025-11-21T08:14:50.5", NOW + timedelta(seconds=0.5)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+12:00", None),
        (None, None),
        (1763712890, None),
        (["2025-11-21T08:14:50Z"], None),
    ],
)
def test_times(applied_at: Any, since: datetime | None) -> None:
    """A time without a zone is in UTC; one that cannot be read is none, and proves no removal."""
    rows = {"systems_where_applied": [{"system_id": MAIN, "applied_at": applied_at}]}
    (delivered,) = read("Applied", rows).deliveries
    assert delivered.since == since
    assert revoked("Applied", rows).gone is (since is not None)


@pytest.mark.parametrize("ahead", [-3600.0, -90.5, -1.0, 0.0, 0.4, 90.5, 3600.0])
@pytest.mark.parametrize(
    ("seconds", "gone"),
    [(-3600, False), (-60, False), (-1.1, False), (-1, True), (0, True), (60, True)],
)
def test_applied_since(ahead: float, seconds: float, gone: bool) -> None:
    """What was applied before the removal was asked for is what was there, by whichever clock the vendor goes."""
    rows = systems([MAIN], since=at(ahead + seconds))
    assert revoked("Applied", rows, ahead=ahead).gone is gone
    # Asked for again later, the later time counts.
    again = NOW + timedelta(seconds=120)
    assert not revoked("Applied", rows, ahead=ahead, asked_at=again).gone


def test_one_system_of_before() -> None:
    """One system that has not dropped it is enough for it not to be gone."""
    rows = systems([MAIN], since=at(5))
    rows["systems_where_applied"] += systems([ANNEX], since=at(-60))[
        "systems_where_applied"
    ]
    row = revoked("Applied", rows)
    assert not row.gone
    assert not row.leaving


@pytest.mark.parametrize(
    "state", [each for each in GrantState if each is not GrantState.REVOKING]
)
def test_not_revoked(state: GrantState) -> None:
    """What was not taken back is neither gone nor leaving."""
    for word, rows, *_ in STATUSES:
        row = read(word, rows, state=state)
        assert not row.gone
        assert not row.leaving


def test_removal_in_doubt() -> None:
    """A removal that nobody answered is proved by nothing: what was applied since may be a change from before it."""
    for rows in ({}, systems(BOTH, since=at(60))):
        assert not revoked("Applied", rows, in_doubt=True).gone
        assert not revoked("NotApplied", rows, in_doubt=True).gone


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "Applied",
        {},
        {"status": None},
        {"status": ""},
        {"status": "Removed"},
        {"status": "Not Applied"},
        {"status": 1},
        {"status": True},
        {"status": ["Applied"]},
        {"status": "Applied", "id": []},
        {"status": "Applied", "id": UNKNOWN[:-1] + "0"},
        {"status": "Applied", "systems_where_applied": {}},
        {"status": "Applied", "systems_where_applied": "abc"},
        {"status": "Applied", "systems_where_applied": [None]},
        {"status": "Applied", "systems_where_applied": [{}]},
        {"status": "Applied", "systems_where_pending": [{"system_id": []}]},
        {"status": "Applied", "systems_where_failed": 0},
        {"status": "Applied", "systems_where_failed": [[MAIN]]},
    ],
)
def test_not_understood(raw: Any) -> None:
    """What is no status, another key's, or of systems that cannot be read, is not understood."""
    with pytest.raises(AnswerNotUnderstood):
        told(raw)


def test_names_in_capitals() -> None:
    """Names and ids are the same in capitals."""
    raw = {"ID": UNKNOWN.upper(), "Status": "APPLIED", "Systems_Where_Applied": None}
    assert told(raw).delivered


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=5,
)
WORDS = st.sampled_from(
    ("NotApplied", "Applied", "Pending", "PartiallyApplied", "Failed", "applied")
)
ROW = st.fixed_dictionaries(
    {"system_id": st.sampled_from(("a", "b", "c"))},
    optional={
        "applied_at": st.integers(-100, 100).map(at) | JSON,
        "error_type": st.text(max_size=10) | JSON,
    },
)
ROWS = st.none() | st.lists(ROW, max_size=3)
LIKELY = st.fixed_dictionaries(
    {"status": WORDS},
    optional={
        "systems_where_applied": ROWS,
        "systems_where_pending": ROWS,
        "systems_where_failed": ROWS,
    },
)
HOSTILE = JSON | st.fixed_dictionaries(
    {},
    optional={
        "id": JSON,
        "status": JSON | WORDS,
        "systems_where_applied": JSON | ROWS,
        "systems_where_pending": JSON | ROWS,
        "systems_where_failed": JSON | ROWS,
    },
)


@settings(max_examples=200)
@given(HOSTILE, st.sampled_from(GrantState), st.booleans())
def test_hostile(raw: Any, state: GrantState, in_doubt: bool) -> None:
    """Whatever is answered, it is understood or it is not; nothing else is raised, and what is raised tells no value."""
    message = ""
    try:
        row = told(raw, state=state, in_doubt=in_doubt)
    except AnswerNotUnderstood as err:
        message = str(err).removeprefix(f"{err.key}: ")
    else:
        assert row.vendor_id == UNKNOWN
        assert all(len(each.reason or "") <= 64 for each in row.deliveries)
    whys = ("WireStatus", "WireApplied: not a list", "status", "systems", "another id")
    assert message in ("", *whys)


@settings(max_examples=300)
@given(LIKELY, st.integers(-3600, 3600), st.booleans())
def test_gone(raw: dict[str, Any], ahead: int, in_doubt: bool) -> None:
    """A grant that was taken back is never gone while a system waits, has failed, or has applied nothing since."""
    row = told(raw, state=GrantState.REVOKING, in_doubt=in_doubt, ahead=ahead)
    assert not (row.gone and in_doubt)
    if not row.gone:
        return
    assert raw["status"].casefold() in ("applied", "notapplied")
    assert not raw.get("systems_where_pending")
    assert not raw.get("systems_where_failed")
    applied = raw.get("systems_where_applied") or []
    for each in applied:
        since = datetime.fromisoformat(each["applied_at"]).astimezone(UTC)
        assert since >= NOW + timedelta(seconds=ahead - 1)
    assert applied or raw["status"] == "NotApplied"
    assert (row.leaving, row.fault) == (False, None)


@pytest.mark.parametrize(
    ("applied", "pending", "failed"), list(itertools.product((0, 1, 2), repeat=3))
)
def test_partially_applied(applied: int, pending: int, failed: int) -> None:
    """In part applied, it is delivered once nothing waits for it; to be gone it is never."""
    names = iter("abcdef")
    parts = [
        [next(names) for _ in range(count)] for count in (applied, pending, failed)
    ]
    rows = systems(*parts)
    row = read("PartiallyApplied", rows)
    assert row.delivered is (bool(applied) and not pending and bool(failed))
    assert row.fault is (Fault.ISSUE if failed else None)
    assert len(row.deliveries) == applied + pending + failed
    row = revoked("PartiallyApplied", rows)
    assert not row.gone
    assert row.leaving
    assert row.fault is (Fault.REVOKE if failed and not pending else None)
