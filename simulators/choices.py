"""What a test may choose about a whole cloud, as the control interface shows and takes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAliasType, get_args

from simulators.errors import Invalid


@dataclass
class Choices:
    """The base of a cloud's options, which refuse when they are made what no test can mean."""

    def check_words(self, words: Mapping[str, TypeAliasType]) -> None:
        """Refuse a word that is none of those from which is chosen."""
        for name, choice in words.items():
            allowed = get_args(choice.__value__)
            if getattr(self, name) not in allowed:
                raise Invalid(f"{name} is {' or '.join(allowed)}")

    def change(self, changes: Mapping[str, Any]) -> None:
        """Take changes, all of them or, if one is wrong, none."""
        try:
            checked = replace(self, **changes)
        except TypeError as error:
            raise Invalid(str(error)) from error
        for name in changes:
            setattr(self, name, getattr(checked, name))

    def as_json(self) -> dict[str, Any]:
        """Return the options as the control interface shows them."""
        return asdict(self)
