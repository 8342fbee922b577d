"""The integration's texts, and where its code names them."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
import json
import re
from typing import Any

from tests.sources import PACKAGE, modules, parsed

LANGUAGES = sorted(path.stem for path in (PACKAGE / "translations").glob("*.json"))
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@cache
def translations(language: str) -> Mapping[str, Any]:
    """Return the texts of a language."""
    path = PACKAGE / "translations" / f"{language}.json"
    texts: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return texts


def flat(texts: Any, *path: str) -> Iterator[tuple[str, str]]:
    """Return each text with the path that leads to it."""
    if isinstance(texts, dict):
        for key, value in texts.items():
            yield from flat(value, *path, key)
    else:
        yield ".".join(path), texts


def placeholders(text: str) -> set[str]:
    """Return the names that are to be filled in."""
    return set(_PLACEHOLDER.findall(text))


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    """Return a call's named arguments."""
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Return all calls in a piece of code."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    """Return the last part of what is called."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def constant(node: ast.expr | None) -> str | None:
    """Return a text that stands in the code as it is."""
    return (
        node.value
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        else None
    )


def _filled(node: ast.expr | None) -> set[str]:
    """Return the names in a literal mapping."""
    return (
        {text for key in node.keys if (text := constant(key))}
        if isinstance(node, ast.Dict)
        else set()
    )


def makers() -> Iterator[tuple[str, int, set[str]]]:
    """Return the functions that make a translated error: name, place of its key, placeholders that it fills in itself."""
    for path in modules(PACKAGE):
        for function in ast.walk(parsed(path)):
            if not isinstance(function, ast.FunctionDef):
                continue
            names = [argument.arg for argument in function.args.args]
            for call in calls(function):
                given = keywords(call)
                key = given.get("translation_key")
                if isinstance(key, ast.Name) and key.id in names:
                    yield (
                        function.name,
                        names.index(key.id),
                        _filled(given.get("translation_placeholders")),
                    )


def raised() -> Iterator[tuple[str, set[str]]]:
    """Return the keys of translated errors that stand in the code, and what is filled in for each."""
    known = {name: (place, filled) for name, place, filled in makers()}
    for path in modules(PACKAGE):
        for call in calls(parsed(path)):
            given = keywords(call)
            if "translation_domain" in given:
                if key := constant(given.get("translation_key")):
                    yield key, _filled(given.get("translation_placeholders"))
            elif name_of(call) in known:
                place, filled = known[name_of(call)]
                if len(call.args) > place and (key := constant(call.args[place])):
                    yield key, filled | given.keys()


def words_in_code() -> set[str]:
    """Return all texts in the code, and the beginnings of those that are put together."""
    return {
        text
        for path in modules(PACKAGE)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and (text := constant(node))
    }


BEHIND_GATEWAYS = {
    ("binary_sensor", "activated"),
    ("binary_sensor", "battery_low"),
    ("binary_sensor", "door"),
    ("binary_sensor", "re_keying_due"),
    ("binary_sensor", "revoked"),
    ("event", "opening"),
    ("lock", "remote_door"),
    ("sensor", "certificate_end"),
    ("sensor", "last_contact"),
    ("sensor", "last_passage"),
    ("sensor", "manufacturing_certificate_end"),
}
"""The texts of entities that only accounts with gateways have."""


AT_SMART_LOCKS = {
    ("binary_sensor", "connected"),
    ("sensor", "battery_level"),
    ("sensor", "related_battery"),
    ("sensor", "reported_status"),
}
"""The texts of entities that only smart locks have."""


AT_LOCKERS = {
    ("binary_sensor", "box_problem"),
    ("button", "open_box"),
    ("sensor", "box_status"),
    ("sensor", "free_boxes"),
    ("sensor", "free_boxes_large"),
    ("sensor", "free_boxes_medium"),
    ("sensor", "free_boxes_size"),
    ("sensor", "free_boxes_small"),
}
"""The texts of entities that only accounts with lockers have."""


IN_LOCKING_SYSTEMS = {
    ("sensor", "key"),
    ("binary_sensor", "scheduled_open"),
    ("calendar", "schedule"),
    ("sensor", "keys_blocked"),
    ("sensor", "keys_handed_over"),
    ("sensor", "keys_planned"),
    ("sensor", "keys_returned"),
    ("sensor", "licence_end"),
    ("sensor", "physical_state"),
}
"""The texts of entities that only accounts of locking systems have."""


IN_ACCESS_SYSTEMS = {
    ("binary_sensor", "sync_late"),
    ("sensor", "least_sync_time"),
}
"""The texts of entities that only accounts of access systems have."""
