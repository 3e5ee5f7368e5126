"""The import contracts of pyproject.toml hold, and would notice a breach: lint-imports on the house and on a small copy."""

import os
import subprocess
import sys
import tomllib

import pytest

from tests.architecture.source import ROOT

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
CONFIG = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CONTRACTS = tomllib.loads(CONFIG)["tool"]["importlinter"]["contracts"]
LAYERS = CONTRACTS[0]["layers"]
PACKAGES = [name.strip("() ") for layer in LAYERS for name in layer.replace(":", "|").split("|")]


def lint_imports(folder):
    """(whether every contract is kept, what lint-imports said) of the `ctapp` below a folder."""
    done = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def small_house(tmp_path):
    """An empty house with every package of the contract, and the project's own contracts."""
    (tmp_path / "pyproject.toml").write_text(CONFIG[CONFIG.index("[tool.importlinter]") :], encoding="utf-8")
    for package in PACKAGES:
        (tmp_path / "ctapp" / package).mkdir(parents=True)
        (tmp_path / "ctapp" / package / "__init__.py").touch()
    (tmp_path / "ctapp" / "__init__.py").touch()
    return tmp_path


def test_contracts_hold():
    is_kept, said = lint_imports(ROOT)
    assert is_kept, said


def test_reporting_spec_joins_the_plain_engines_when_it_is_built():
    if (ROOT / "ctapp/reporting/spec.py").exists():
        assert "ctapp.reporting.spec" in CONTRACTS[1]["source_modules"]


def test_an_empty_house_is_in_order(small_house):
    is_kept, said = lint_imports(small_house)
    assert is_kept, said


@pytest.mark.parametrize(
    ("path", "planted"),
    [
        ("models/a.py", "from ctapp import services"),
        ("questions/a.py", "import ctapp.models"),
        ("frames/a.py", "from ctapp.queries import a"),
        ("sections/a.py", "from ctapp import questions"),
        ("clock/a.py", "from ctapp.sections import a"),
        ("web/a.py", "from ctapp import jobs"),
        ("forms/a.py", "from ctapp import services"),
        ("reports/a.py", "from ctapp import alerts"),
        ("sections/a.py", "from ctapp import reference"),
        ("server/a.py", "from ctapp import cli"),
        ("questions/a.py", "from flask import g"),
        ("questions/a.py", "def f():\n    import sqlalchemy"),
        ("web/a.py", "from sqlalchemy import select"),
        ("web/a.py", "from ctapp import models"),
        ("forms/a.py", "from ctapp.models import a"),
        ("services/a.py", "from flask import request"),
        ("server/a.py", "import flask"),
        ("helpers/__init__.py", "VALUE = 1"),
    ],
)
def test_a_breach_is_found(small_house, path, planted):
    target = small_house / "ctapp" / path
    target.parent.mkdir(exist_ok=True)
    target.write_text(planted + "\n", encoding="utf-8")
    for package in ("queries", "sections", "models"):  # what the planted lines name
        (small_house / "ctapp" / package / "a.py").touch()
    is_kept, said = lint_imports(small_house)
    assert not is_kept
    assert "BROKEN" in said, said
