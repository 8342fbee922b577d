"""What the calls say that ask whether something can be done; what is right for some is wrong for others (3.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ..vendor import AnswerNotUnderstood, Impossible, Obstacle
from .client import IloqClient
from .wire import number


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


async def obstacle_to(
    client: IloqClient, question: Question, *ids: str
) -> Obstacle | None:
    """Return what stands in the way of something."""
    return question.obstacle(await client.read(question.operation, *ids))


async def ensure(client: IloqClient, question: Question, *ids: str) -> None:
    """Raise Impossible where something stands in the way."""
    if (obstacle := await obstacle_to(client, question, *ids)) is not None:
        raise Impossible(obstacle)
