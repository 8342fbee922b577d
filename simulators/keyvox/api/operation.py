"""An operation of the API: what answers it, and the fields of its request."""

from collections.abc import Awaitable, Callable, Mapping

from simulators.bodies import Body

type Answering = Callable[[Body], Awaitable[object]]
type Operations = Mapping[str, Operation]


class Operation:
    """What answers an operation, and the names of all fields that it takes."""

    def __init__(self, answer: Answering, *names: str) -> None:
        """Take both."""
        self.answer = answer
        self.names = names
