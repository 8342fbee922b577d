"""What the calls say that ask whether something can be done; what is right for some is wrong for others (3.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ..vendor import AnswerNotUnderstood, Impossible, Obstacle
from .client import IloqClient
from .wire import number

_FAILED: Final = -1


@dataclass(frozen=True, slots=True)
class Question:
    """A call that tells in advance whether something can be done."""

    operation: str
    obstacles: Mapping[int, Obstacle]
    fine: int = 0
    """The number that stands for nothing in the way."""

    def obstacle(self, answer: Any) -> Obstacle | None:
        """Return what stands in the way; a number that no source states is a check that failed."""
        if (code := number(answer)) is None:
            raise AnswerNotUnderstood(self.operation)
        if code == self.fine:
            return None
        return self.obstacles.get(code, Obstacle.VENDOR_FAILED)


@dataclass(frozen=True, slots=True)
class YesOrNo(Question):
    """One that is answered with a truth."""

    def obstacle(self, answer: Any) -> Obstacle | None:
        """Return what stands in the way."""
        if not isinstance(answer, bool):
            raise AnswerNotUnderstood(self.operation)
        return None if answer else self.obstacles[_FAILED]


CAN_ORDER: Final = Question(
    "GET Keys/{id}/CanOrder",
    MappingProxyType(
        {
            1: Obstacle.NEEDS_MANAGER,
            2: Obstacle.WRONG_KIND,
            3: Obstacle.LICENCE_LIMIT,
            4: Obstacle.WRONG_STATE,
            5: Obstacle.KEY_ID_TOO_LARGE,
            6: Obstacle.ACCESSES_OUTSIDE_ZONES,
            7: Obstacle.LIMITS_OUTSIDE_ZONES,
            8: Obstacle.BLOCKED,
            9: Obstacle.NO_PHONE,
            10: Obstacle.NO_EMAIL,
            11: Obstacle.TOO_MANY_LIMITS,
            12: Obstacle.NO_MAIN_ZONE,
            13: Obstacle.NO_PERSON,
            14: Obstacle.NO_TAG,
        }
    ),
)
CAN_RETURN: Final = Question(
    "GET Keys/{id}/CanReturn",
    MappingProxyType(
        {
            1: Obstacle.NEEDS_MANAGER,
            2: Obstacle.WRONG_KIND,
            3: Obstacle.NEVER_PROGRAMMED,
            4: Obstacle.BLOCKED,
        }
    ),
)
CAN_DELETE: Final = Question(
    "GET Keys/{id}/CanDelete",
    MappingProxyType(
        {
            1: Obstacle.PROGRAMMED,
            2: Obstacle.BEING_PROGRAMMED,
            3: Obstacle.BLOCKED,
        }
    ),
)
CAN_ADD_ACCESS: Final = Question(
    "GET Keys/{id}/SecurityAccesses/CanAdd",
    MappingProxyType({2: Obstacle.UNMODIFIABLE, 3: Obstacle.TOO_MANY_ACCESSES}),
    fine=1,
)
CAN_REMOVE_ACCESS: Final = Question(
    "GET Keys/{id}/SecurityAccesses/{id}/CanDelete",
    MappingProxyType({2: Obstacle.UNMODIFIABLE, 3: Obstacle.NO_SUCH_ACCESS}),
    fine=1,
)
CAN_BLOCK: Final = YesOrNo(
    "GET Blacklists/CanAddKey/{id}",
    MappingProxyType({_FAILED: Obstacle.NOT_BLOCKABLE}),
)
CAN_UNBLOCK: Final = YesOrNo(
    "GET Blacklists/CanRemoveKey/{id}",
    MappingProxyType({_FAILED: Obstacle.NOT_BLOCKED}),
)
CAN_DELETE_PERSON: Final = Question(
    "GET Persons/{id}/CanDelete",
    MappingProxyType(
        {
            1: Obstacle.PERSON_HAS_KEYS,
            2: Obstacle.PERSON_HAS_ACCOUNT,
            3: Obstacle.PERSON_HAS_TOKEN,
            4: Obstacle.PERSON_HAS_ACCOUNT,
            5: Obstacle.PERSON_IS_USER,
            6: Obstacle.PERSON_IS_NEEDED,
            7: Obstacle.PERSON_HAS_BOOKINGS,
            8: Obstacle.PERSON_NO_RIGHT,
            9: Obstacle.PERSON_IS_NEEDED,
            10: Obstacle.PERSON_HAS_FLATS,
        }
    ),
)


async def obstacle_to(
    client: IloqClient, question: Question, *ids: str
) -> Obstacle | None:
    """Return what stands in the way of something."""
    return question.obstacle(await client.read(question.operation, *ids))


async def ensure(client: IloqClient, question: Question, *ids: str) -> None:
    """Raise Impossible where something stands in the way."""
    if (obstacle := await obstacle_to(client, question, *ids)) is not None:
        raise Impossible(obstacle)
