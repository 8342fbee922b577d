"""The commands and profiles by which a client may ask units for information, and their limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypedDict, cast

from simulators.errors import Invalid


class CommandType(TypedDict):
    """A command as GET /v1/RequestUnitInfoTypes lists it."""

    typeName: str
    description: str
    isMultiMessage: bool
    hydrates: list[str]
    defaultCacheSeconds: float
    rateLimitMax: int
    rateLimitIntervalSeconds: float


class Profile(TypedDict):
    """Several commands under one name."""

    profileName: str
    description: str
    typeNames: list[str]
    cacheSeconds: float
    rateLimitMax: int
    rateLimitIntervalSeconds: float


@dataclass(frozen=True)
class Limits:
    """How often something may be asked of one unit, and how long an answer is good enough."""

    cache_seconds: float
    most: int
    interval_seconds: float


class Catalogue:
    """All commands and profiles of the cloud."""

    def __init__(
        self, commands: Iterable[CommandType], profiles: Iterable[Profile]
    ) -> None:
        """Take commands and profiles, or say what is wrong with them."""
        self.commands = {
            command["typeName"]: _checked(command, CommandType) for command in commands
        }
        self.profiles = {
            profile["profileName"]: _checked(profile, Profile) for profile in profiles
        }
        for profile in self.profiles.values():
            if strange := set(profile["typeNames"]).difference(self.commands):
                raise Invalid(f"no command {', '.join(sorted(strange))}")

    @classmethod
    def of_guide(cls) -> Self:
        """Return the guide's two commands and one profile word for word, and what else it names."""
        return cls(
            (
                _command("CHECKASTAT", "Read input and output status.", "status"),
                _command("CHECKTEMP", "Read current temperature.", "temperatures"),
                _command("CHECKCOUNTERS", "Read counters.", "counters"),
                _command("CHECKSYS", "Read system information.", "system", 60, 600),
            ),
            (
                {
                    "profileName": "controlStatusFull",
                    "description": "Full Control.Status refresh.",
                    "typeNames": [
                        "CHECKASTAT",
                        "CHECKCOUNTERS",
                        "CHECKTEMP",
                        "CHECKSYS",
                    ],
                    "cacheSeconds": 300,
                    "rateLimitMax": 4,
                    "rateLimitIntervalSeconds": 3600,
                },
                {
                    "profileName": "controlStatusMedium",
                    "description": "Medium Control.Status refresh.",
                    "typeNames": ["CHECKASTAT", "CHECKTEMP"],
                    "cacheSeconds": 60,
                    "rateLimitMax": 10,
                    "rateLimitIntervalSeconds": 3600,
                },
            ),
        )

    def command_limits(self, name: str) -> Limits:
        """Return the limits of a command."""
        command = self.commands[name]
        return Limits(
            command["defaultCacheSeconds"],
            command["rateLimitMax"],
            command["rateLimitIntervalSeconds"],
        )

    def profile_limits(self, name: str) -> Limits:
        """Return the limits of a profile."""
        profile = self.profiles[name]
        return Limits(
            profile["cacheSeconds"],
            profile["rateLimitMax"],
            profile["rateLimitIntervalSeconds"],
        )

    def as_json(self) -> dict[str, object]:
        """Return the catalogue as the vendor's interface lists it."""
        return {
            "commands": list(self.commands.values()),
            "profiles": list(self.profiles.values()),
        }


def _command(
    name: str, description: str, hydrates: str, cache: float = 10, interval: float = 60
) -> CommandType:
    """Return a command that may be given three times in an interval."""
    return {
        "typeName": name,
        "description": description,
        "isMultiMessage": False,
        "hydrates": [f"Control.{hydrates}"],
        "defaultCacheSeconds": cache,
        "rateLimitMax": 3,
        "rateLimitIntervalSeconds": interval,
    }


def _checked[T](entry: T, form: type[T]) -> T:
    """Return an entry that has all fields of its form, and numbers where limits are."""
    values = cast("Mapping[str, Any]", entry)
    if missing := form.__annotations__.keys() - values.keys():
        raise Invalid(f"missing: {', '.join(sorted(missing))}")
    for name, value in values.items():
        if name.endswith(("Seconds", "Max")) and not isinstance(value, int | float):
            raise Invalid(f"not a number: {name}")
    return entry
