"""How access keys are asked for: in rounds, each by its id; and what becomes of one that is taken back."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.grants import Followed, GrantState, IssuedGrant
from custom_components.latchkey.vendors.intserv.grants import MOST_ASKED
from custom_components.latchkey.vendors.intserv.levels import SCOPE
from custom_components.latchkey.vendors.intserv.paths import (
    ADD_KEY,
    KEY_STATUS,
    LEVELS,
    REMOVE_KEY,
)
from custom_components.latchkey.vendors.vendor import (
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
)
from simulators.intserv import ANNEX, MAIN
from simulators.intserv.systems import Pace
from tests.vendors.intserv_account import Watched
from tests.vendors.intserv_orders import (
    UNKNOWN,
    answer,
    bodies,
    followed,
    issued,
    order,
)

MANY = 500


@pytest.fixture
def watched() -> Watched:
    """Return an account."""
    return Watched()


def crowd(watched: Watched, count: int = MANY) -> list[Followed]:
    """Return many grants."""
    ids = (f"{number:08d}{UNKNOWN[8:]}" for number in range(count))
    return [followed(each, watched, grant_id=f"grant {each}") for each in ids]


async def asked(watched: Watched, grants: list[Followed]) -> dict[str, Any]:
    """Ask how grants stand."""
    return await watched.account.followed(SCOPE, grants)


async def test_rounds(watched: Watched) -> None:
    """Of many grants some are asked for at once, and all of them in as many rounds as that takes, again and again."""
    answer(watched, KEY_STATUS, {"status": "Applied"})
    grants = crowd(watched)
    counts: Counter[str] = Counter()
    for number in range(2 * MANY // MOST_ASKED):
        found = await asked(watched, grants)
        assert len(found) == MOST_ASKED
        counts.update(list(found))
        assert len(bodies(watched, KEY_STATUS)) == (number + 1) * MOST_ASKED
        assert max(counts.values()) - min(counts[each.grant_id] for each in grants) <= 1
    assert set(counts.values()) == {2}
    assert len(counts) == MANY


async def test_newcomers(watched: Watched) -> None:
    """What was never asked for goes first, and what is asked for between two rounds holds up no other."""
    answer(watched, KEY_STATUS, {"status": "Applied"})
    *old, new = crowd(watched, 2 * MOST_ASKED + 1)
    for _ in range(2):
        await asked(watched, old)
    counts = Counter(list(await asked(watched, old[:2])))
    counts.update(list(await asked(watched, [*old, new])))
    assert counts[new.grant_id] == 1
    for _ in range(2):
        counts.update(list(await asked(watched, [*old, new])))
    assert set(counts) == {each.grant_id for each in (*old, new)}


async def test_of_interest(watched: Watched) -> None:
    """What is over is not asked for unless something of it is in doubt, and nothing is of which no id is known."""
    answer(watched, KEY_STATUS, {"status": "Applied"})
    for state in GrantState:
        is_over = state in (GrantState.REVOKED, GrantState.EXPIRED)
        for in_doubt in (False, True):
            grant = followed(UNKNOWN, watched, state=state, in_doubt=in_doubt)
            found = await asked(watched, [grant, replace(grant, vendor_id=None)])
            assert bool(found) is (in_doubt or not is_over)


async def test_unreadable(watched: Watched) -> None:
    """One that cannot be read is left out, and hides no other; one that is not there is none."""
    first, second = [await issued(watched, code=f"EM:{number}") for number in (1, 2)]
    real = watched.offline.answers[f"POST {KEY_STATUS}"]

    def half(sent: Any) -> Any:
        return {"status": "?"} if sent.body["id"] == first else real(sent)

    answer(watched, KEY_STATUS, half)
    grants = [
        followed(each, watched, grant_id=name)
        for name, each in (("first", first), ("second", second), ("third", UNKNOWN))
    ]
    found = await asked(watched, grants)
    assert set(found) == {"second", "third"}
    assert found["third"] is None
    assert found["second"].vendor_id == second


@pytest.mark.parametrize(
    "error", [RateLimited(30), ServiceUnavailable("status 503"), OutcomeUnknown("x")]
)
async def test_failures(watched: Watched, error: VendorError) -> None:
    """A rate limit, or any other failure, is raised where nothing is told; what is told beside it counts."""
    answer(watched, KEY_STATUS, error)
    with pytest.raises(type(error)) as err:
        await asked(watched, crowd(watched, 3))
    assert err.value is error
    calls = 0

    def second(sent: Any) -> Any:
        nonlocal calls
        calls += 1
        return error if calls == 2 else {"status": "Applied"}

    answer(watched, KEY_STATUS, second)
    assert len(await asked(watched, crowd(watched, 3))) == 2


async def test_other_integration(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    """Where none of several keys is known, it is the API key that is another: nothing is said, least of all that one is gone."""
    lost = [followed(UNKNOWN, watched, grant_id=name) for name in "abc"]
    going = replace(lost[0], state=GrantState.REVOKING)
    assert await asked(watched, lost) == {}
    # Those that are to go are asked for alone most of the time.
    for grants in ([going], [going, *lost[1:]], [going]):
        assert await asked(watched, grants) == {}
    assert caplog.text.count("another integration") == 1
    there = followed(await issued(watched), watched, grant_id="there")
    found = await asked(watched, [*lost, there])
    assert [found[grant.grant_id] for grant in lost] == [None] * 3


@pytest.mark.parametrize(
    "state", [GrantState.REVOKING, GrantState.EXPIRED, GrantState.REVOKED]
)
async def test_none_is_left(watched: Watched, state: GrantState) -> None:
    """Once all others are to go, or over, those that go are gone."""
    lost = [followed(UNKNOWN, watched, grant_id=name) for name in "abc"]
    going = replace(lost[0], state=GrantState.REVOKING)
    one_over = [going, replace(lost[1], state=state), lost[2]]
    all_over = [going, *(replace(grant, state=state) for grant in lost[1:])]
    assert await asked(watched, lost) == {}
    assert await asked(watched, one_over) == {}
    found = await asked(watched, all_over)
    assert found[going.grant_id] is None and found.keys() >= {going.grant_id}


@pytest.mark.parametrize("status", [400, 404])
async def test_not_there(watched: Watched, status: int) -> None:
    """A key that is not there is none, whichever status says so; that takes a look at what is there for everybody."""
    watched.cloud.set_options(unknown_status=status)
    grant = followed(UNKNOWN, watched)
    assert await asked(watched, [grant]) == {grant.grant_id: None}
    assert len(bodies(watched, LEVELS)) == 1
    there = replace(grant, vendor_id=await issued(watched))
    assert (await asked(watched, [there]))[grant.grant_id]
    assert len(bodies(watched, LEVELS)) == 1


@pytest.mark.parametrize(
    ("refusal", "raised"),
    [
        (InvalidRequest("status 400"), ServiceUnavailable),
        (NotFound("status 404"), ServiceUnavailable),
        (RateLimited(None), RateLimited),
        (ServiceUnavailable(""), ServiceUnavailable),
    ],
)
async def test_all_is_refused(
    watched: Watched, refusal: VendorError, raised: type[VendorError]
) -> None:
    """While everything is refused, no grant is said to be gone, though its door still opens."""
    key_id = await issued(watched)
    answer(watched, KEY_STATUS, NotFound("status 404"))
    answer(watched, LEVELS, refusal)
    with pytest.raises(raised):
        await asked(watched, [followed(key_id, watched)])


@dataclass
class Removal:
    """A grant that is taken back as Home Assistant does it: asked for until it is done, and read in between."""

    watched: Watched
    key_id: str
    asked_at: datetime
    in_doubt: bool = False
    row: IssuedGrant | None = None

    async def ask(self) -> None:
        """Ask for the removal."""
        self.in_doubt = True
        try:
            await self.watched.account.revoke(self.key_id)
        except NotFound:
            self.in_doubt = False
        except VendorError:
            return
        self.in_doubt = False

    async def round(self) -> bool:
        """Read how it stands, ask again where need be, and return whether it is gone, or nothing is told of it."""
        grant = followed(
            self.key_id,
            self.watched,
            state=GrantState.REVOKING,
            in_doubt=self.in_doubt,
            asked_at=self.asked_at,
        )
        self.row = (await self.watched.account.followed(SCOPE, [grant]))[grant.grant_id]
        if self.row is None or self.row.gone:
            return True
        if self.in_doubt or not self.row.leaving:
            await self.ask()
        return False


def lost(watched: Watched, path: str, *, is_done: bool) -> None:
    """Have the next answer of an operation be lost, after it was done or before."""
    real = watched.offline.answers[f"POST {path}"]

    def once(sent: Any) -> Any:
        answer(watched, path, real)
        if is_done:
            real(sent)
        return OutcomeUnknown("TimeoutError")

    answer(watched, path, once)


def held(watched: Watched, key_id: str) -> bool:
    """Return whether a door opens for a key."""
    return any(key_id in system.held for system in watched.cloud.systems.values())


PACES = st.sampled_from((0, 5, 90, 400))


@dataclass
class Case:
    """What may happen around a removal."""

    removed_status: str
    unknown_status: int
    paces: tuple[int, int]
    """In how many seconds each system applies a change."""
    is_lost_done: bool | None
    """Whether the removal was done whose answer is lost; None where none is lost."""
    is_changed: bool
    waits: tuple[int, int]
    """How long after the change it is taken back, and how long after that it is read."""
    is_online: bool
    ahead: int


PACES = st.sampled_from((0, 5, 90, 400))
CASES = st.builds(
    Case,
    removed_status=st.sampled_from(("left", "applied")),
    unknown_status=st.sampled_from((400, 404)),
    paces=st.tuples(PACES, PACES),
    is_lost_done=st.sampled_from((None, True, False)),
    is_changed=st.booleans(),
    waits=st.tuples(st.integers(0, 200), st.integers(0, 200)),
    is_online=st.booleans(),
    ahead=st.sampled_from((0, -500, 500)),
)


@settings(max_examples=100)
@given(CASES)
async def test_taken_back(case: Case) -> None:
    """Whatever is lost, slow or cut off, a grant is said to be gone once no door opens any more, and not before."""
    watched = Watched()
    cloud = watched.cloud
    cloud.set_options(
        removed_status=case.removed_status, unknown_status=case.unknown_status
    )
    key_id = await issued(watched, "Staff", "Yard")
    watched.later(30)
    for system_id, pace in zip((MAIN, ANNEX), case.paces, strict=True):
        cloud.systems[system_id].pace = Pace(pace)
    cloud.set_online(cloud.systems[ANNEX], case.is_online)
    if case.is_changed:
        changed = order(watched, "Staff", "Yard", end=9000)
        await watched.account.update(key_id, changed)
    watched.later(case.waits[0])
    # The vendor's clock is the cloud's; ours is another one.
    watched.offline.ahead = timedelta(seconds=case.ahead)
    removal = Removal(watched, key_id, cloud.clock() - watched.offline.ahead)
    if case.is_lost_done is not None:
        lost(watched, REMOVE_KEY, is_done=case.is_lost_done)
    await removal.ask()
    assert removal.in_doubt is (case.is_lost_done is not None)
    for number in range(20):
        watched.later(60 if number else case.waits[1])
        if number == 10:
            cloud.set_online(cloud.systems[ANNEX], True)
        if await removal.round():
            assert removal.row is not None
            assert not held(watched, key_id)
            assert key_id not in cloud.integration.store.keys
            return
    pytest.fail("never said to be gone")


@pytest.mark.parametrize("is_done", [True, False])
async def test_earlier_change(watched: Watched, is_done: bool) -> None:
    """A change from before that is applied after a removal was asked for, and lost, is no proof that it is gone."""
    watched.cloud.set_options(removed_status="applied")
    key_id = await issued(watched)
    watched.later(60)
    watched.cloud.systems[MAIN].pace = Pace(30)
    await watched.account.update(key_id, order(watched, end=9000))
    lost(watched, REMOVE_KEY, is_done=is_done)
    removal = Removal(watched, key_id, watched.clock.now)
    await removal.ask()
    watched.later(60)
    assert not await removal.round()
    assert held(watched, key_id) is not is_done
    watched.later(60)
    assert await removal.round()
    assert not held(watched, key_id)


async def test_refused_and_changed(watched: Watched) -> None:
    """What a refused removal proves of one that was lost, it proves no longer once the key was changed."""
    watched.cloud.set_options(removed_status="applied")
    key_id = await issued(watched)
    real = watched.offline.answers[f"POST {REMOVE_KEY}"]
    answer(watched, REMOVE_KEY, InvalidRequest("status 400"))
    with pytest.raises(OutcomeUnknown):
        await watched.account.revoke(key_id)
    answer(watched, REMOVE_KEY, real)
    watched.cloud.systems[MAIN].pace = Pace(30)
    await watched.account.update(key_id, order(watched, end=9000))
    removal = Removal(watched, key_id, watched.clock.now, in_doubt=True)
    watched.later(60)
    assert not await removal.round()
    assert bodies(watched, ADD_KEY)[-1]["id"] == key_id


async def test_refused_and_lost(watched: Watched) -> None:
    """A removal that was refused proves nothing of a later one that is lost: what is applied since is a change."""
    watched.cloud.set_options(removed_status="applied")
    key_id = await issued(watched)
    watched.later(60)
    watched.cloud.systems[MAIN].pace = Pace(30)
    await watched.account.update(key_id, order(watched, end=9000))
    real = watched.offline.answers[f"POST {REMOVE_KEY}"]
    answer(watched, REMOVE_KEY, InvalidRequest("status 400"))
    with pytest.raises(OutcomeUnknown):
        await watched.account.revoke(key_id)
    answer(watched, REMOVE_KEY, real)
    lost(watched, REMOVE_KEY, is_done=False)
    removal = Removal(watched, key_id, watched.clock.now)
    await removal.ask()
    watched.later(60)
    assert not await removal.round()
    assert held(watched, key_id)


@pytest.mark.parametrize("is_done", [True, False])
async def test_nothing_told_afterwards(watched: Watched, is_done: bool) -> None:
    """Where nothing is told of what was removed, it is none, be the answer to the removal lost or not."""
    key_id = await issued(watched)
    watched.later(60)
    lost(watched, REMOVE_KEY, is_done=is_done)
    removal = Removal(watched, key_id, watched.clock.now)
    await removal.ask()
    assert await removal.round() is is_done
    assert await removal.round()
    assert removal.row is None
