"""Nothing is left out in silence: names every reason for a test that did not run, and in CI fails for it.

Fixtures do not live here; they are in tests/conftest.py.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests import machine


def is_ci() -> bool:
    """Whether a test that did not run counts as a failure."""
    return os.environ.get("CI", "").lower() == "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, with the reason."""
    for marker, reason in machine.missing().items():
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def left_out(config: pytest.Config) -> list[str]:
    """Return one line per reason for which a test did not run, the machine's own reasons always among them."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    counts = Counter(dict.fromkeys(machine.missing().values(), 0))
    for report in reporter.stats.get("skipped", []) if reporter else []:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        counts[reason.removeprefix("Skipped: ")] += 1
    return [f"LEFT OUT: {reason} ({count} test{'' if count == 1 else 's'})" for reason, count in sorted(counts.items())]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was left out, just above pytest's closing line."""
    lines = left_out(config)
    for line in lines:
        terminalreporter.write_line(line, red=is_ci(), yellow=not is_ci())
    if lines and is_ci():
        terminalreporter.write_line("CI=true: a test that was left out is a failure.", red=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI, turn a run that left something out into a failure."""
    if is_ci() and exitstatus == pytest.ExitCode.OK and left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
