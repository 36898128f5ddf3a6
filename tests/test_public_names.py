"""The public names: all there, sorted, told apart from modules, and cheap to import."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import session_lab
from session_lab import errors

HEAVY = {
    "IPython",
    "anyio",
    "anywidget",
    "ipywidgets",
    "nest_asyncio",
    "nest_asyncio2",
    "numpy",
    "pandas",
    "sqlite3",
    "traitlets",
}
ROOT = Path(session_lab.__file__).parent


def imported_by(code: str) -> set[str]:
    """Give the top-level modules that a fresh interpreter has after running some code."""
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"{code}\nimport sys, json\nprint(json.dumps(list(sys.modules)))",
        ],
        capture_output=True,
        check=True,
        text=True,
        cwd=ROOT.parent,
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def fresh(code: str) -> set[str]:
    return imported_by(f"import sys; sys.path.insert(0, {str(ROOT.parent)!r})\n{code}")


def lists_of_names() -> list[Any]:
    """Give every `__all__` of the package, read without importing anything."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
                names = ast.literal_eval(node.value)
                found.append(pytest.param(names, id=path.relative_to(ROOT).as_posix()))
    return found


def order(name: str) -> tuple[int, str]:
    """Sort as the linter does: constants, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name


@pytest.mark.parametrize("names", lists_of_names())
def test_names_are_listed_once_and_in_order(names: list[str]):
    assert names == sorted(set(names), key=order)


@pytest.mark.parametrize("name", session_lab.__all__)
def test_a_public_name_is_what_it_says(name: str):
    value = getattr(session_lab, name)
    assert getattr(value, "__name__", name).rpartition(".")[2] == name
    assert value is getattr(session_lab, name)
    assert getattr(value, "__doc__", None)


def test_a_star_import_gives_exactly_the_public_names():
    names: dict[str, Any] = {}
    exec("from session_lab import *", names)  # noqa: S102 - what a user may write
    del names["__builtins__"]
    assert sorted(names) == sorted(session_lab.__all__)


def test_dir_lists_the_public_names():
    assert dir(session_lab) == sorted(session_lab.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Sesion'"):
        _ = session_lab.Sesion


def test_no_public_name_is_a_module_but_the_two_that_are_meant():
    modules = {module.name for module in pkgutil.iter_modules([str(ROOT)])}
    assert modules & set(session_lab.__all__) == {"errors", "frames"}
    for home in ("models", "stores", "diffing", "explorer"):
        package = importlib.import_module(f"session_lab.{home}")
        inner = {module.name for module in pkgutil.iter_modules(package.__path__)}
        assert not inner & set(package.__all__)


@pytest.mark.parametrize("home", ["models", "stores", "diffing", "explorer", "running"])
def test_each_name_of_the_table_is_public_where_it_lives(home: str):
    module = importlib.import_module(f"session_lab.{home}")
    for name, place in session_lab._TABLE.items():
        if place == home:
            assert name in module.__all__
            assert getattr(module, name) is getattr(session_lab, name)


def test_importing_the_package_loads_nothing_that_is_heavy():
    assert not fresh("import session_lab") & (HEAVY | {"asyncio", "pydantic"})


@pytest.mark.parametrize(
    "code",
    [
        "import session_lab; session_lab.AgentSession(id=1).to_json()",
        "import session_lab; session_lab.UserMessage(content='hi')",
        "import session_lab.errors",
    ],
)
def test_values_load_no_driver_no_widget_and_no_event_loop(code: str):
    assert not fresh(code) & (HEAVY | {"asyncio"})


def test_a_store_in_memory_loads_neither_pandas_nor_a_widget():
    loaded = fresh("import session_lab; session_lab.InMemorySessionStore; session_lab.open_store")
    assert not loaded & (HEAVY - {"sqlite3"})


# --- errors ----------------------------------------------------------------------------------------


def test_every_error_is_one_of_ours_and_stands_in_the_tree():
    tree = errors.__doc__ or ""
    for name in errors.__all__:
        kind = getattr(errors, name)
        assert issubclass(kind, errors.SessionLabError | errors.SessionLabWarning)
        assert kind.__doc__
        assert name in tree


@pytest.mark.parametrize("name", [n for n in errors.__all__ if not n.endswith("Warning")])
def test_an_error_says_what_where_and_what_to_do(name: str):
    kind = getattr(errors, name)
    assert str(kind("no id")) == "no id"
    assert str(kind("no id", where="$.a")) == "$.a: no id"
    error = kind("no id", where="$.a", hint="write one")
    assert str(error) == "$.a: no id. What to do: write one."
    outer = error.located("a.db, row 3")
    assert type(outer) is kind
    assert str(outer) == "a.db, row 3, $.a: no id. What to do: write one."
    assert kind("no id").located("a.db").where == "a.db"
