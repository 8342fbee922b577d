"""The integration's own files, as tests read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import custom_components.latchkey
import simulators

PACKAGE = Path(custom_components.latchkey.__file__).parent
SIMULATORS = Path(simulators.__file__).parent
ROOT = SIMULATORS.parent


@cache
def parsed(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text("utf-8"), str(path))


def modules(folder: Path) -> list[Path]:
    """Return all modules in and below a folder."""
    return sorted(folder.rglob("*.py"))


def module_name(path: Path) -> str:
    """Return the name by which a module is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, package: str) -> Iterator[str]:
    """Return the full names of all that a module imports; `package` is where its relative imports begin."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            start = ".".join(
                [*(base if node.level else []), *([node.module] if node.module else [])]
            )
            yield from (f"{start}.{alias.name}" for alias in node.names)
