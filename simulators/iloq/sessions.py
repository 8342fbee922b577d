"""Users, and the sessions that they have opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Literal

from simulators.iloq.endpoints import ALL_RIGHTS
from simulators.iloq.options import Options
from simulators.registry import Registry, new_id

type Generation = Literal["v1", "v2"]


class Result(IntEnum):
    """What becomes of a log-in, as far as it does so by itself."""

    SUCCESS = 1
    INVALID_CREDENTIALS = 5
    LOCKED_NOW = 7
    LOCKED_BEFORE = 8
    PASSWORD_EXPIRED = 9


@dataclass
class User:
    """Somebody who may log in, if the password is right."""

    name: str
    password: str
    rights: int = ALL_RIGHTS
    wrong_passwords: int = 0
    locked: bool = False
    password_expired: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the user as the control interface shows it."""
        return {
            name: getattr(self, name)
            for name in ("name", "rights", "locked", "password_expired")
        }


@dataclass
class Session:
    """A session, which works in a lock group once that is set."""

    user: User
    generation: Generation
    used: datetime
    id: str = field(default_factory=new_id)
    lock_group_id: str | None = None
    requests: int = 0
    in_flight: int = 0


class Sessions:
    """All sessions that are open, and what was counted about all there were."""

    def __init__(self, options: Options) -> None:
        """Start without any."""
        self._options = options
        self.users: Registry[User] = Registry()
        self.open: dict[str, Session] = {}
        self.killed: list[str] = []
        self.log_ins = self.failed_log_ins = 0
        self.most_log_ins = self.most_requests = 0
        self._log_ins_in_flight = 0

    def log_in(
        self, name: str, password: str, generation: Generation, at: datetime
    ) -> tuple[int, Session | None]:
        """Return the result of a log-in, and the session if there is one."""
        result = self._options.log_in_result
        if result is None:
            result = self._result(self.users.get(name.casefold()), password)
        if result != Result.SUCCESS:
            self.failed_log_ins += 1
            return result, None
        self.log_ins += 1
        session = Session(self.users[name.casefold()], generation, at)
        self.open[session.id] = session
        return result, session

    def get(self, given: str, generation: Generation, at: datetime) -> Session | None:
        """Return a session for one more request of its generation, unless it has expired or was never there."""
        session = self.open.get(given.lower())
        if session is None or session.generation != generation:
            return None
        most, seconds = self._options.session_requests, self._options.session_seconds
        if (most is not None and session.requests >= most) or (
            seconds is not None and at - session.used >= timedelta(seconds=seconds)
        ):
            del self.open[session.id]
            return None
        session.requests += 1
        session.used = at
        return session

    def kill(self, session: Session) -> None:
        """End a session at its own request."""
        del self.open[session.id]
        self.killed.append(session.id)

    def expire(self) -> None:
        """Have the platform know none of the sessions any more."""
        self.open.clear()

    @contextmanager
    def counted(self, log_in: bool, given: str) -> Iterator[None]:
        """Count a request among those of its session, or a log-in among the log-ins, that are under way at once."""
        session = self.open.get(given.lower())
        self._log_ins_in_flight += log_in
        self.most_log_ins = max(self.most_log_ins, self._log_ins_in_flight)
        if session:
            session.in_flight += 1
            self.most_requests = max(self.most_requests, session.in_flight)
        try:
            yield
        finally:
            self._log_ins_in_flight -= log_in
            if session:
                session.in_flight -= 1

    def as_json(self) -> dict[str, Any]:
        """Return what the control interface shows."""
        return {
            "open": list(self.open),
            "killed": list(self.killed),
            "log_ins": self.log_ins,
            "failed_log_ins": self.failed_log_ins,
            "most_log_ins_at_once": self.most_log_ins,
            "most_requests_of_one_session": self.most_requests,
        }

    def reset_counts(self) -> None:
        """Forget what was counted; what is open stays open."""
        self.killed.clear()
        self.log_ins = self.failed_log_ins = 0
        self.most_log_ins = self.most_requests = 0

    def _result(self, user: User | None, password: str) -> Result:
        """Return what becomes of a log-in."""
        if user is None:
            return Result.INVALID_CREDENTIALS
        if user.locked:
            return Result.LOCKED_BEFORE
        if password != user.password:
            user.wrong_passwords += 1
            user.locked = user.wrong_passwords >= self._options.lockout_after
            return Result.LOCKED_NOW if user.locked else Result.INVALID_CREDENTIALS
        user.wrong_passwords = 0
        return Result.PASSWORD_EXPIRED if user.password_expired else Result.SUCCESS
