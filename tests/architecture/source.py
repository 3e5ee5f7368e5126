"""Reading the tree for the architecture tests: which files there are, and what their syntax says. No rule lives here.

Every rule is a function from the root of a tree to a list of `path:line: sentence`, so that a test can point it at the
project and, with something planted, at a folder of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON_PLACES = ("ctapp", "tests", "benchmarks", "*.py")
ROUTE_METHODS = {"route", "get", "post", "put", "patch", "delete"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def parse(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return _tree(path.read_text(encoding="utf-8"), str(path))


@cache
def _tree(text: str, name: str) -> ast.Module:
    return ast.parse(text, name)


def files(root: Path, *places: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """The files in these folders, or matching these patterns at the root, with one of these suffixes."""
    found = set()
    for place in places:
        top = root / place
        found.update(top.rglob("*") if top.is_dir() else root.glob(place))
    return sorted(
        path for path in found if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts
    )


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, however deep."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def terminal_name(node: ast.AST) -> str:
    """`c` of `c`, `b.c`, `a["c"]` and of a call of one of them; else an empty string."""
    if isinstance(node, ast.Call):
        return terminal_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.id if isinstance(node, ast.Name) else ""


def route_methods(decorator: ast.expr) -> set[str]:
    """The HTTP methods of a route decorator; an empty set for any other decorator."""
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return set()
    name = decorator.func.attr
    first_is_path = decorator.args and isinstance(decorator.args[0], ast.Constant | ast.JoinedStr)
    if name not in ROUTE_METHODS or not (first_is_path or any(word.arg == "rule" for word in decorator.keywords)):
        return set()
    if name != "route":
        return {name.upper()}
    listed = [word.value for word in decorator.keywords if word.arg == "methods"]
    return {str(part).upper() for part in ast.literal_eval(listed[0])} if listed else {"GET"}


def is_route(function: Function) -> bool:
    """Whether a function answers requests."""
    return any(route_methods(decorator) for decorator in function.decorator_list)


def place(root: Path, path: Path, line: int) -> str:
    """Where a violation stands, as a reader opens it."""
    return f"{path.relative_to(root).as_posix()}:{line}"
