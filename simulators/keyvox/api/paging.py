"""Lists in pages: by a cursor in the older operations, by numbered pages in the newer ones."""

from collections.abc import Callable, Sequence
from typing import Any

from simulators.bodies import Body
from simulators.errors import Invalid
from simulators.keyvox.formats import optional_text, whole
from simulators.keyvox.options import Options

_MOST = 100
_USUAL = 20
_MARK = "p"

CURSOR = ("position", "records")
PAGE = ("page", "count")


def by_cursor[Item](
    options: Options,
    body: Body,
    items: Sequence[Item],
    number_of: Callable[[Item], int],
) -> tuple[list[Item], dict[str, Any]]:
    """Return the items behind a position, and what is told of where they end."""
    size = whole(body, "records", 1, _MOST, _USUAL)
    position = optional_text(body, "position")
    start = 0
    if position:
        numbers = [f"{_MARK}{number_of(item)}" for item in items]
        if position not in numbers:
            raise Invalid("position")
        start = numbers.index(position) + 1
    page = list(items[start : start + size])
    after = f"{_MARK}{number_of(page[-1])}" if page else position
    if start + size >= len(items) and options.cursor_end != "more":
        after = position if options.cursor_end == "repeat" else ""
    return page, {"position": after, "records": str(len(page))}


def by_page[Item](body: Body, items: Sequence[Item]) -> list[Item]:
    """Return the items on a numbered page."""
    page = whole(body, "page", 1, 1_000_000, 1)
    size = whole(body, "count", 1, _MOST, _USUAL)
    return list(items[(page - 1) * size : page * size])
