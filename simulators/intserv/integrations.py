"""Integrations: whose API key a request carries, and which systems it may see."""

from collections.abc import Iterable, Mapping
from secrets import token_urlsafe

from simulators.errors import Invalid
from simulators.intserv.key_store import KeyStore
from simulators.intserv.options import Options
from simulators.intserv.rollout import Rollout
from simulators.intserv.systems import Level, System
from simulators.registry import new_id


class Integration:
    """One integration, with the systems in its scope and one API key at a time."""

    def __init__(
        self,
        name: str,
        api_key: str | None,
        systems: Mapping[str, System],
        options: Options,
        rollout: Rollout,
    ) -> None:
        """Start with no systems in scope; an API key is generated if none is given."""
        self.id = new_id()
        self.name = name
        self.api_key: str | None = api_key or token_urlsafe()
        self.system_ids: list[str] = []
        self._all = systems
        self.store = KeyStore(options, rollout, self.systems)

    def systems(self) -> list[System]:
        """Return the systems that the integration may see."""
        return [self._all[system_id] for system_id in self.system_ids]

    def levels(self) -> list[Level]:
        """Return the levels of those systems."""
        return [level for system in self.systems() for level in system.levels.values()]

    def rotate(self, api_key: str | None = None) -> str:
        """Have a new API key, which revokes the one before."""
        self.api_key = api_key or token_urlsafe()
        return self.api_key

    def see(self, system_ids: Iterable[str]) -> None:
        """Have these systems in scope, and no others."""
        chosen = list(dict.fromkeys(system_ids))
        if strange := set(chosen) - self._all.keys():
            raise Invalid(f"no such system: {', '.join(sorted(strange))}")
        self.system_ids = chosen
