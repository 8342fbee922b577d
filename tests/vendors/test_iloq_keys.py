"""iLOQ's keys beside granting: asked first, sent once, read back where an answer is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, time
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.iloq.keys import SOME
from custom_components.latchkey.vendors.iloq.obstacles import (
    CAN_ADD_ACCESS,
    CAN_BLOCK,
    CAN_DELETE,
    CAN_DELETE_PERSON,
    CAN_ORDER,
    CAN_REMOVE_ACCESS,
    CAN_RETURN,
    CAN_UNBLOCK,
    Question,
)
from custom_components.latchkey.vendors.keys import (
    Hours,
    KeyDetails,
    KeyKind,
    KeyState,
    KeyTask,
    ListsKeys,
    ManagesKeys,
    Programming,
)
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Impossible,
    InvalidField,
    NoRight,
    NotAvailable,
    NotFound,
    Obstacle,
    OutcomeUnknown,
)
from simulators.iloq.endpoints import ALL_RIGHTS, R
from simulators.iloq.key_orders import program
from simulators.iloq.keys import Programming as Stage, State
from tests.vendors.iloq_account import SENT, UNSENT, Served, served_account, watch
from tests.vendors.iloq_canned import canned
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated

ORDER = "POST Keys/{id}/Order"
RETURN = "POST Keys/{id}/Return"
BLOCK = "POST Blacklists/AddKey/{fnkeyId}"
UNBLOCK = "DELETE Blacklists/RemoveKey/{fnkeyId}"
ADD = "POST Keys/{id}/SecurityAccesses"
REMOVE = "DELETE Keys/{id}/SecurityAccesses/{securityAccessId}"


@pytest.fixture
async def account(socket_enabled: None, pauses: list[float]) -> AsyncIterator[Served]:
    """Return an account of the second generation."""
    async with served_account() as served:
        yield served


@pytest.fixture
async def old_account(
    socket_enabled: None, pauses: list[float]
) -> AsyncIterator[Served]:
    """Return an account of the first generation."""
    async with served_account(v1=True) as served:
        yield served


def planned(account: Served) -> str:
    """Return a key of which something is planned that can be ordered."""
    return account.key("Spare key").id


def entrance(account: Served) -> str:
    """Return an access right that keys can be given."""
    return account.access("Entrance").id


type Command = Callable[[Served], Awaitable[Any]]


COMMANDS: dict[str, tuple[str, Command, Callable[[Served], bool]]] = {
    "order": (
        ORDER,
        lambda account: account.iloq.order(planned(account)),
        lambda account: account.key("Spare key").programming is Stage.ORDERED,
    ),
    "return": (
        RETURN,
        lambda account: account.iloq.return_key(account.key("Anna's phone").id),
        lambda account: (
            "Anna's phone"
            not in [
                key.record["Description"] for key in account.cloud.group.keys.values()
            ]
        ),
    ),
    "block": (
        BLOCK,
        lambda account: account.iloq.block(account.key("Anna's key").id),
        lambda account: account.key("Anna's key").blocklisted,
    ),
    "add": (
        ADD,
        lambda account: account.iloq.add_access(planned(account), entrance(account)),
        lambda account: entrance(account) in account.key("Spare key").planned.accesses,
    ),
    "remove": (
        REMOVE,
        lambda account: account.iloq.remove_access(
            account.key("Anna's key").id, entrance(account)
        ),
        lambda account: (
            entrance(account) not in account.key("Anna's key").planned.accesses
        ),
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
async def test_commands(account: Served, name: str) -> None:
    """Each command is sent once, and has its effect."""
    assert isinstance(account.iloq, ManagesKeys)
    operation, command, is_done = COMMANDS[name]
    assert not is_done(account)
    await command(account)
    assert is_done(account)
    assert account.count(operation) == 1


@pytest.mark.parametrize("kind", SENT)
@pytest.mark.parametrize("name", COMMANDS)
async def test_lost_answers(account: Served, name: str, kind: str) -> None:
    """Where an answer is lost after the command took effect, that is read back, and nothing is sent again."""
    operation, command, is_done = COMMANDS[name]
    fault = account.fault(kind, f"{operation.partition(' ')[0]} ", times=1)
    await command(account)
    assert is_done(account)
    assert fault.hits == account.count(operation) == 1


@pytest.mark.parametrize("kind", UNSENT)
@pytest.mark.parametrize("name", COMMANDS)
async def test_unknown_outcomes(account: Served, name: str, kind: str) -> None:
    """Where a look does not show the effect, the outcome is unknown, and nothing is sent again."""
    operation, command, is_done = COMMANDS[name]
    fault = account.fault(kind, f"{operation.partition(' ')[0]} ", times=1)
    with pytest.raises(OutcomeUnknown):
        await command(account)
    assert not is_done(account)
    assert fault.hits == account.count(operation) == 1


@pytest.mark.parametrize("name", COMMANDS)
async def test_lost_twice(
    account: Served, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where what is in doubt cannot be read back either, the outcome is unknown."""
    operation, command, is_done = COMMANDS[name]
    account.fault("reset_after", f"{operation.partition(' ')[0]} ", times=1)

    def fail(is_command: bool) -> None:
        if is_command:
            account.fault("status", "GET ")

    watch(monkeypatch, after=fail)
    with pytest.raises(OutcomeUnknown):
        await command(account)
    assert is_done(account)
    assert account.count(operation) == 1


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize("name", COMMANDS)
async def test_expired_sessions(
    account: Served, monkeypatch: pytest.MonkeyPatch, name: str, step: int
) -> None:
    """Wherever a session ends on the way, another is opened, and the command is done once."""
    operation, command, is_done = COMMANDS[name]
    steps = 0
    expired_at_command = False

    def expire(is_command: bool) -> None:
        nonlocal steps, expired_at_command
        if steps == step:
            account.cloud.sessions.expire()
            expired_at_command = is_command
        steps += 1

    watch(monkeypatch, before=expire)
    await command(account)
    assert is_done(account)
    assert account.cloud.sessions.log_ins <= 2
    # What came with a session that had ended did nothing.
    assert account.count(operation) == 1 + expired_at_command


async def test_unblock(account: Served) -> None:
    """A key is taken off the blocklist, once; a lost answer is read back."""
    key = account.key("Anna's key")

    def is_blocked() -> bool:
        return key.blocklisted

    for kind in (None, *SENT):
        await account.iloq.block(key.id)
        assert is_blocked()
        account.cloud.requests.reset()
        if kind:
            account.fault(kind, "DELETE Blacklists", times=1)
        await account.iloq.unblock(key.id)
        assert not is_blocked()
        assert account.count(UNBLOCK) == 1
    await account.iloq.block(key.id)
    account.fault("status", "DELETE Blacklists", times=1)
    with pytest.raises(OutcomeUnknown):
        await account.iloq.unblock(key.id)


async def test_obstacles(account: Served) -> None:
    """What cannot be done is not sent, and the reason is told."""
    iloq = account.iloq
    anna, phone = account.key("Anna's key"), account.key("Anna's phone")
    spare, access = account.key("Spare key"), account.access("Gym").id

    async def impossible(command: Awaitable[Any]) -> Obstacle:
        with pytest.raises(Impossible) as failure:
            await command
        return failure.value.obstacle

    assert await impossible(iloq.order(anna.id)) is Obstacle.WRONG_STATE
    assert await impossible(iloq.return_key(anna.id)) is Obstacle.WRONG_KIND
    assert await impossible(iloq.unblock(anna.id)) is Obstacle.NOT_BLOCKED
    assert await impossible(iloq.block(spare.id)) is Obstacle.NOT_BLOCKABLE
    lacking = iloq.remove_access(anna.id, access)
    assert await impossible(lacking) is Obstacle.NO_SUCH_ACCESS
    await iloq.block(phone.id)
    assert await impossible(iloq.return_key(phone.id)) is Obstacle.BLOCKED
    assert await impossible(iloq.add_access(phone.id, access)) is Obstacle.UNMODIFIABLE
    account.cloud.set_options(most_accesses=1)
    full = iloq.add_access(spare.id, access)
    assert await impossible(full) is Obstacle.TOO_MANY_ACCESSES
    assert not any(
        account.count(each) for each in (ORDER, RETURN, UNBLOCK, ADD, REMOVE)
    )


async def test_access_that_is_there(account: Served) -> None:
    """An access that a key has is not added again, so that what was interrupted can be repeated."""
    key, access = account.key("Anna's key"), entrance(account)
    await account.iloq.add_access(key.id, access)
    assert account.count(ADD) == 0
    assert key.programming is Stage.PROGRAMMED


async def test_unknown_keys(account: Served) -> None:
    """A key that the vendor does not know is not found; what is no id does not become an address."""
    for key_id in ("6b0a2a57-5d0c-4f0e-9a34-3f6f2f5f6c1e", "../Persons", ""):
        for command in (
            account.iloq.key,
            account.iloq.order,
            account.iloq.return_key,
            account.iloq.block,
            account.iloq.unblock,
        ):
            with pytest.raises(NotFound):
                await command(key_id)


async def test_deleted_meanwhile(
    account: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order whose key is gone by the time it is looked for is in doubt."""
    key = account.key("Spare key")
    account.fault("reset_after", "POST ", times=1)

    def delete(is_command: bool) -> None:
        if is_command:
            account.cloud.group.keys.remove(key, State.DELETED)

    watch(monkeypatch, after=delete)
    with pytest.raises(OutcomeUnknown):
        await account.iloq.order(key.id)


async def test_answer_of_an_order(
    account: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order answers how far the programming is; where that cannot be read, it stands all the same."""
    assert await account.iloq.order(planned(account)) is Programming.ORDERED
    key = account.key("Anna's key")
    await account.iloq.add_access(key.id, account.access("Gym").id)

    def fail(is_command: bool) -> None:
        if is_command:
            account.fault("status", f"GET Keys/{key.id}")

    watch(monkeypatch, after=fail)
    assert await account.iloq.order(key.id) is None
    assert key.programming is Stage.ORDERED
    assert account.count(ORDER) == 2


async def test_details(account: Served) -> None:
    """All that is told of a key is read, but for its numbers."""
    group = account.cloud.group
    key = account.key("Anna's phone")
    title = next(iter(group.titles.values()))
    group.keys[key.id].zones = [group.default_zone.id]
    key.main_zone = group.default_zone.id
    end = datetime(2027, 1, 31, 10, tzinfo=UTC)
    slots = [
        {"SlotNo": 1, "LimitDateLg": "2027-01-31T12:00:00"},
        {
            "SlotNo": 2,
            "TimeLimitTitle_ID": title.id,
            "TimeLimitData": [
                {"StartTimeMS": 28800000, "EndTimeMS": 59400000, "WeekDayMask": 31}
            ],
        },
    ]
    content = group.keys.content_of(
        {"SecurityAccessIds": list(key.planned.accesses), "TimeLimitSlots": slots},
        group.dates("zulu"),
    )
    key.planned = content
    program(key)
    told = await account.iloq.key(key.id.upper())
    assert (told.id, told.kind, told.model) == (key.id, KeyKind.PHONE, "S50")
    assert told.outline.name == "Anna's phone"
    assert told.outline.state is KeyState.HANDED_OVER
    assert told.outline.programming is Programming.PROGRAMMED
    assert told.outline.is_blocked is False
    assert told.person_id == account.person("Anna Virtanen").id
    assert told.real_estate and told.real_estate.name == group.name
    assert told.main_zone and told.main_zone.name == "Keys"
    assert told.zones == (told.main_zone,)
    assert told.accesses and [each.name for each in told.accesses] == [
        "Entrance",
        "Gate",
    ]
    assert (told.starts_at, told.ends_at) == (None, end)
    assert told.profiles and told.profiles[0].name == "Office hours"
    assert told.profiles[0].hours == (Hours((0, 1, 2, 3, 4), time(8), time(16, 30)),)
    assert told.tasks == {
        KeyTask.ORDER: Obstacle.WRONG_STATE,
        KeyTask.RETURN: None,
        KeyTask.DELETE: Obstacle.PROGRAMMED,
    }
    for secret in (key.record["ROM_ID"], key.record["Stamp"], "+358409876543"):
        assert f"'{secret}'" not in repr(told)


async def test_rights(account: Served) -> None:
    """What the user may not see is left out, and what the user may not do is refused."""
    account.cloud.user.rights = int(R.KEYS | R.LOG_IN)
    account.cloud.sessions.expire()
    await account.iloq.inventory()
    told = await account.iloq.key(account.key("Anna's key").id)
    assert told.outline.is_blocked is None
    assert told.tasks == {}
    assert told.zones is not None and told.accesses is not None
    with pytest.raises(NoRight):
        await account.iloq.order(planned(account))
    with pytest.raises(NoRight):
        await account.iloq.block(planned(account))
    account.cloud.user.rights = ALL_RIGHTS


async def test_version_1(old_account: Served) -> None:
    """The first generation tells of a key; what it lacks is not available, and nothing is sent."""
    iloq, key = old_account.iloq, old_account.key("Anna's key")
    told = await iloq.key(key.id)
    assert told.outline.state is KeyState.HANDED_OVER
    assert told.outline.programming is None
    assert told.outline.is_blocked is None
    assert (told.kind, told.accesses, told.profiles, told.zones) == (None,) * 4
    old_account.cloud.requests.reset()
    access = entrance(old_account)
    for command in (
        iloq.order(key.id),
        iloq.return_key(key.id),
        iloq.block(key.id),
        iloq.unblock(key.id),
        iloq.add_access(key.id, access),
        iloq.remove_access(key.id, access),
    ):
        with pytest.raises(NotAvailable):
            await command
    assert old_account.cloud.requests.total == 0


async def test_names_of_accesses(account: Served) -> None:
    """An access right is meant by its id or its name, in any case; by none where several have it."""
    iloq, gym = account.iloq, account.access("Gym")
    for text in ("Gym", " gym ", gym.id, gym.id.upper()):
        assert iloq.access_id(text) == gym.id
    account.access("Sauna").record["Name"] = "Gym"
    await iloq.inventory()
    for text, reason in (
        ("Gym", "ambiguous_place_of_key"),
        ("", "unknown_place_of_key"),
    ):
        with pytest.raises(InvalidField) as failure:
            iloq.access_id(text)
        assert (failure.value.field, failure.value.reason) == ("access", reason)
    with pytest.raises(InvalidField):
        iloq.access_id("6b0a2a57-5d0c-4f0e-9a34-3f6f2f5f6c1e")


async def test_ids_of_accesses_unlisted(account: Served) -> None:
    """Where the user may not see the access rights, an id is taken as it is, a name is not."""
    account.cloud.user.rights = ALL_RIGHTS & ~int(R.ACCESSES)
    account.cloud.sessions.expire()
    await account.iloq.inventory()
    assert account.iloq.access_id(entrance(account).upper()) == entrance(account)
    with pytest.raises(InvalidField):
        account.iloq.access_id("Entrance")


async def test_outlines(account: Served) -> None:
    """The list of keys tells how each of them stands; nothing is told where it could not be read."""
    iloq, anna = account.iloq, account.key("Anna's key")
    assert isinstance(iloq, ListsKeys)
    await iloq.block(anna.id)
    account.key("Fob").state = State.DELETED
    await iloq.inventory()
    outlines = await iloq.outlines()
    assert outlines is not None
    assert outlines.keys() == account.cloud.group.keys.keys() - {account.key("Fob").id}
    assert outlines[anna.id].is_blocked is True
    assert outlines[anna.id].state is KeyState.HANDED_OVER
    assert outlines[planned(account)].programming is Programming.PLANNED
    account.cloud.user.rights = int(R.LOG_IN)
    account.cloud.sessions.expire()
    await iloq.inventory()
    assert await iloq.outlines() is None


async def test_many_outlines() -> None:
    """However many keys there are, others have their turn in between."""
    keys = [{"FNKey_ID": f"k{number}", "State": 1} for number in range(SOME * 3)]
    iloq, _ = await canned({"GET Keys": keys})
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    outlines = await iloq.outlines()
    task.cancel()
    assert outlines is not None
    assert len(outlines) == len(keys)
    assert turns >= 3


@pytest.mark.parametrize(
    "answer", [[], "x", 7, {"BlacklistItems": 7}, {"BlacklistItems": {"a": 1}}]
)
async def test_strange_blocklists(answer: Any) -> None:
    """A blocklist that cannot be read hides nothing else: then it is not told who is on it."""
    iloq, _ = await canned(
        {"GET Keys": [{"FNKey_ID": "K1", "State": 1}], "GET Blacklists": answer}
    )
    outlines = await iloq.outlines()
    assert outlines is not None
    assert outlines["k1"].is_blocked is None


async def test_leaving_the_blocklist() -> None:
    """A key that was taken off the list, or returned and emptied, is not blocked although it is still listed."""
    items = [
        {"FNKey_ID": f"K{change}", "ChangeType": change} for change in (0, 1, 2, 3)
    ]
    keys = [{"FNKey_ID": f"K{change}", "State": 1} for change in range(5)]
    iloq, _ = await canned(
        {"GET Keys": keys, "GET Blacklists": {"BlacklistItems": items}}
    )
    outlines = await iloq.outlines()
    assert outlines is not None
    blocked = {key_id for key_id, each in outlines.items() if each.is_blocked}
    assert blocked == {"k0", "k1"}


@settings(max_examples=40)
@given(
    answers=st.fixed_dictionaries(
        {
            name: HOSTILE | mutated(usual)
            for name, usual in {
                "GET Keys/k1": {"FNKey_ID": "k1", "State": 1, "KeyTypeMask": 6},
                "GET Keys/k1/SecurityAccesses": {
                    "OutsideUserZonesCount": 1,
                    "SecurityAccesses": [{"SecurityAccess_ID": "a", "Name": "A"}],
                },
                "GET Keys/k1/TimeLimitTitles": {
                    "KeyTimeLimitSlots": [
                        {"SlotNo": 0, "LimitDateLg": "2027-01-31T12:00:00"},
                        {
                            "SlotNo": 2,
                            "TimeLimitTitle_ID": "t",
                            "TimeLimitData": [
                                {
                                    "StartTimeMS": 0,
                                    "EndTimeMS": 86400000,
                                    "WeekDayMask": 31,
                                }
                            ],
                        },
                    ]
                },
                "GET Keys/k1/Zones": {"MainZone": "z", "ZoneIds": ["z"]},
            }.items()
        }
        | {"GET Keys/k1/CanOrder": HOSTILE}
    )
)
def test_hostile_details(answers: dict[str, Any]) -> None:
    """Whatever is told of a key is read, or refused as an answer that is not understood."""
    beside = {
        "GET TimeLimitTitles": [],
        "GET Keys/k1/CanReturn": 2,
        "GET Keys/k1/CanDelete": 1,
    }

    async def read() -> KeyDetails:
        iloq, _ = await canned({**beside, **answers})
        return await iloq.key("k1")

    try:
        told = asyncio.run(read())
    except AnswerNotUnderstood:
        return
    for profile in told.profiles or ():
        for hours in profile.hours:
            assert set(hours.days) <= set(range(7))


QUESTIONS: tuple[Question, ...] = (
    CAN_ADD_ACCESS,
    CAN_BLOCK,
    CAN_DELETE,
    CAN_DELETE_PERSON,
    CAN_ORDER,
    CAN_REMOVE_ACCESS,
    CAN_RETURN,
    CAN_UNBLOCK,
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.operation)
@settings(max_examples=30)
@given(
    answer=st.none()
    | st.booleans()
    | st.integers(-3, 20)
    | st.integers(-3, 20).map(str)
    | st.text(max_size=3)
    | st.lists(st.integers(), max_size=2)
)
def test_answers(question: Question, answer: Any) -> None:
    """Only the one answer that says so means that something can be done."""
    is_truth = question in (CAN_BLOCK, CAN_UNBLOCK)
    try:
        obstacle = question.obstacle(answer)
    except AnswerNotUnderstood:
        assert not isinstance(answer, bool if is_truth else int) or (
            isinstance(answer, bool) and not is_truth
        )
        return
    if obstacle is None:
        assert answer is True if is_truth else int(answer) == question.fine
