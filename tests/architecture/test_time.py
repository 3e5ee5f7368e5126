"""Who may read a clock: ctapp/clock.py the wall, the edges ours, and nobody the database's."""

import ast

import pytest

from tests.architecture.source import ROOT, files, parse, place, terminal_name

WALL = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
    "func": {"now", "current_timestamp", "current_date", "localtimestamp"},  # the database server's clock
}
EDGES = {"web", "jobs", "cli"}


def wall_clock_readers(root):
    found = []
    for path in files(root, "ctapp"):
        if path == root / "ctapp/clock.py":
            continue
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Attribute) and node.attr in WALL.get(terminal_name(node.value), ()):
                found.append(f"{place(root, path, node.lineno)}: {ast.unparse(node)}: take `at=` instead")
            elif isinstance(node, ast.ImportFrom) and node.module == "time":
                names = [alias.name for alias in node.names if alias.name in WALL["time"]]
                found += [f"{place(root, path, node.lineno)}: time.{name}: take `at=` instead" for name in names]
    return found


def own_clock_readers(root):
    found = []
    for path in files(root, "ctapp"):
        package = path.relative_to(root).parts[1]
        if package in EDGES or path == root / "ctapp/clock.py":
            continue
        for node in ast.walk(parse(path)):
            reads = isinstance(node, ast.Attribute) and node.attr == "now" and terminal_name(node.value) == "clock"
            imports = isinstance(node, ast.ImportFrom) and node.module == "ctapp.clock"
            if reads or (imports and any(alias.name == "now" for alias in node.names)):
                found.append(f"{place(root, path, node.lineno)}: only web, jobs and cli ask the time; take `at=`")
    return found


@pytest.mark.parametrize("rule", [wall_clock_readers, own_clock_readers])
def test_time_is_an_argument(rule):
    assert rule(ROOT) == []


@pytest.mark.parametrize(
    ("rule", "path", "planted"),
    [
        (wall_clock_readers, "ctapp/services/a.py", "at = datetime.now(UTC)"),
        (wall_clock_readers, "ctapp/web/a.py", "at = dt.datetime.utcnow()"),
        (wall_clock_readers, "ctapp/models/a.py", "made_at = Column(default=datetime.now)"),
        (wall_clock_readers, "ctapp/a.py", "day = date.today()"),
        (wall_clock_readers, "ctapp/a.py", "seconds = time.time()"),
        (wall_clock_readers, "ctapp/a.py", "from time import time"),
        (wall_clock_readers, "ctapp/models/a.py", "made_at = Column(server_default=func.now())"),
        (own_clock_readers, "ctapp/services/a.py", "at = clock.now()"),
        (own_clock_readers, "ctapp/queries/a.py", "from ctapp.clock import now"),
    ],
)
def test_clock_rules_bite(plant, rule, path, planted):
    assert len(rule(plant(path, planted))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        (wall_clock_readers, "ctapp/clock.py", "real = datetime.now(UTC)"),
        (wall_clock_readers, "ctapp/server.py", "until = time.monotonic() + 1"),
        (wall_clock_readers, "ctapp/web/a.py", "at = clock.now()"),
        (own_clock_readers, "ctapp/cli/a.py", "at = clock.now()"),
        (own_clock_readers, "ctapp/services/a.py", "day = clock.london_day(at)"),
    ],
)
def test_clock_rules_leave_the_rest_alone(plant, rule, path, allowed):
    assert rule(plant(path, allowed)) == []
