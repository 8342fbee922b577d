"""The two walls: vendors know no Home Assistant, and nothing else knows a vendor; simulators know neither."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
import re

import pytest

from custom_components.latchkey.vendors import VENDORS
from tests.sources import PACKAGE, SIMULATORS, imported, module_name, modules, parsed

INTEGRATION = "custom_components.latchkey"
BEHIND = f"{INTEGRATION}.vendors"
NAMES = {
    name.casefold()
    for key, spec in VENDORS.items()
    for name in (key, spec.name, Path(spec.connect.__code__.co_filename).parent.name)
}
"""By what a vendor can be named: its key, its name, its folder."""


def package_of(path: Path) -> str:
    """Return where a module's relative imports begin."""
    name = module_name(path)
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def within(name: str, package: str) -> bool:
    """Return whether something is a package or in it."""
    return name == package or name.startswith(f"{package}.")


def out_of_vendors(tree: ast.Module, package: str) -> list[str]:
    """Return what a module behind the first wall imports from before it."""
    return [
        name
        for name in imported(tree, package)
        if within(name, "homeassistant")
        or within(name, "voluptuous")
        or within(name, "probatio")
        or (within(name, "custom_components") and not within(name, BEHIND))
    ]


def words(tree: ast.Module) -> Iterator[str]:
    """Return all names and texts in a module, but for docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        )
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word):
                yield word
            case ast.keyword(arg=str(word)) | ast.alias(asname=str(word)):
                yield word
            case (
                ast.FunctionDef(name=word)
                | ast.AsyncFunctionDef(name=word)
                | ast.ClassDef(name=word)
            ):
                yield word
            case ast.Constant(value=str(word)) if id(node) not in docstrings:
                yield word
            case ast.Constant(value=bytes(raw)):
                yield raw.decode(errors="replace")
            case ast.alias(name=word):
                yield word


def names_a_vendor(tree: ast.Module, package: str) -> list[str]:
    """Return by what a module before the second wall names a vendor."""
    found = [
        name
        for name in imported(tree, package)
        if within(name, BEHIND)
        and not NAMES.isdisjoint(name.removeprefix(BEHIND).casefold().split("."))
    ]
    for word in words(tree):
        # "FlexyKeyEntity" and "flexykey_doors" name it as much as "flexykey" does.
        plain = re.sub(r"[^a-z0-9]", "", word.casefold())
        if any(re.sub(r"[^a-z0-9]", "", name) in plain for name in NAMES):
            found.append(word)
    return found


def out_of_simulators(tree: ast.Module, package: str) -> list[str]:
    """Return what a simulator imports of the integration or of Home Assistant."""
    return [
        name
        for name in imported(tree, package)
        if within(name, "custom_components") or within(name, "homeassistant")
    ]


def breaches(
    paths: Iterable[Path], wall: Callable[[ast.Module, str], list[str]]
) -> dict[str, list[str]]:
    """Return what reaches through a wall, by module."""
    found = {path: wall(parsed(path), package_of(path)) for path in paths}
    assert found
    return {module_name(path): names for path, names in found.items() if names}


def test_vendors_know_no_home_assistant() -> None:
    """A vendor's module imports nothing of Home Assistant, and nothing of the package but other vendors' modules."""
    assert breaches(modules(PACKAGE / "vendors"), out_of_vendors) == {}


def test_nothing_else_knows_a_vendor() -> None:
    """No module outside names a vendor, be it by an import, an identifier or a text."""
    others = set(modules(PACKAGE)) - set(modules(PACKAGE / "vendors"))
    assert breaches(others, names_a_vendor) == {}


def test_simulators_stand_alone() -> None:
    """A simulator shares no code with what it is there to test."""
    assert breaches(modules(SIMULATORS), out_of_simulators) == {}


@pytest.mark.parametrize(
    "source",
    [
        "import homeassistant",
        "import homeassistant.core as core",
        "from homeassistant import const",
        "from homeassistant.util import dt",
        "import voluptuous as vol",
        "from custom_components.latchkey import const",
        "from custom_components.latchkey.const import DOMAIN",
        "from ...const import DOMAIN",
        "from ... import const",
        "from ...entity import PointEntity",
        "def late():\n    import homeassistant.core",
        "if True:\n    from homeassistant.core import callback",
    ],
)
def test_first_wall_holds(source: str) -> None:
    """A vendor's module that reaches through the wall is found."""
    assert out_of_vendors(ast.parse(source), f"{BEHIND}.acme")


@pytest.mark.parametrize(
    "source",
    [
        "import aiohttp",
        "from ..model import Device",
        "from .. import model",
        "from .client import Client",
        "from custom_components.latchkey.vendors.transport import Transport",
        "import homeassistantlike",
        "'homeassistant'",
    ],
)
def test_first_wall_has_doors(source: str) -> None:
    """What a vendor's module may use is not taken for a breach."""
    assert not out_of_vendors(ast.parse(source), f"{BEHIND}.acme")


@pytest.mark.parametrize(
    "source",
    [
        "from .vendors import flexykey",
        "from .vendors.flexykey import SPEC",
        "from .vendors.flexykey.client import PRODUCTION",
        "import custom_components.latchkey.vendors.flexykey",
        "from . import vendors\nvendors.flexykey",
        "if vendor == 'flexykey': pass",
        "if spec.name == 'FlexyKey': pass",
        "match vendor:\n    case 'flexykey': pass",
        "DEFAULTS = {'FLEXYKEY': 30}",
        "class FlexyKeySwitch: pass",
        "def set_up_flexykey(): pass",
        "flexykey_interval = 30",
        "def f(flexykey): pass",
        "f(flexykey=1)",
        "f'flexykey_{user}'",
        "'''Docstring.'''\nx = '''a flexykey url'''",
        "from .other import thing as flexykey",
        "b'flexykey'",
    ],
)
def test_second_wall_holds(source: str) -> None:
    """A module that names a vendor is found, however it does."""
    assert names_a_vendor(ast.parse(source), INTEGRATION)


@pytest.mark.parametrize(
    "source",
    [
        "from .vendors import VENDORS",
        "from .vendors.model import Device",
        "VENDORS[entry.data['vendor']]",
        "'''A relay, of FlexyKey's say.'''",
        "def f():\n    '''Take what FlexyKey takes.'''",
        "key = 'flexible_key'",
    ],
)
def test_second_wall_has_doors(source: str) -> None:
    """What all vendors share, and what a docstring tells, is not taken for a breach."""
    assert not names_a_vendor(ast.parse(source), INTEGRATION)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from custom_components.latchkey.vendors.model import Device", True),
        ("import homeassistant.util.dt", True),
        ("from simulators.clock import utc_now", False),
    ],
)
def test_simulators_wall_holds(source: str, found: bool) -> None:
    """A simulator that shares code with the integration is found."""
    assert bool(out_of_simulators(ast.parse(source), "simulators")) is found


def test_every_vendor_is_known() -> None:
    """Each vendor's folder is in the registry, so that the walls know its name."""
    folders = {path.parent.name for path in (PACKAGE / "vendors").glob("*/__init__.py")}
    assert folders == set(VENDORS)
    assert folders <= NAMES
