"""Nothing is left out in silence: a machine without Chromium or PostgreSQL says so, and in CI fails."""

import os
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

SUITE = """
import pytest

@pytest.mark.browser
def test_page(): ...

@pytest.mark.postgres
def test_table(): ...

@pytest.mark.postgres
def test_other_table(): ...

def test_sum(): ...
"""
CONFIG = "[pytest]\nmarkers =\n  browser: x\n  postgres: x\npythonpath = .\n"


@pytest.fixture
def run(plant):
    """Run a small suite with the project's conftest on a machine that has only what is asked for."""
    machine = (ROOT / "tests/machine.py").read_text(encoding="utf-8").replace("127.0.0.1:5432/", "127.0.0.1:9/")
    plant("conftest.py", (ROOT / "conftest.py").read_text(encoding="utf-8"))
    plant("tests/__init__.py", "")
    plant("tests/machine.py", machine)
    plant("tests/test_all.py", SUITE)
    plant("pytest.ini", CONFIG)

    def run_suite(*options, ci="", has_both=False):
        folder = plant("bin/chromium", "")
        (folder / "bin/chromium").chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CTAPP", "PYTEST"))}
        path = str(folder / "bin") if has_both else str(folder)
        named = {"CTAPP_TEST_POSTGRES_URL": "postgresql+psycopg://postgres@127.0.0.1:9/x"} if has_both else {}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
            cwd=folder,
            env={**kept, **named, "CI": ci, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_suite


def left_out(done):
    return [line for line in done.stdout.splitlines() if line.startswith("LEFT OUT")]


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_what_is_left_out_is_named_once_each(run, options):
    done = run(*options)
    assert done.returncode == 0, done.stdout
    assert [line[:25] for line in left_out(done)] == ["LEFT OUT: no Chromium (De", "LEFT OUT: no PostgreSQL o"]
    assert [line[-9:] for line in left_out(done)] == [" (1 test)", "(2 tests)"]
    assert "1 passed, 3 skipped" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("-k", "test_sum")])
def test_ci_fails_for_what_is_left_out(run, options):
    done = run(*options, ci="true")
    assert done.returncode == 1
    assert len(left_out(done)) == 2


def test_ci_passes_where_nothing_is_left_out(run):
    done = run(ci="true", has_both=True)
    assert done.returncode == 0, done.stdout
    assert left_out(done) == []
