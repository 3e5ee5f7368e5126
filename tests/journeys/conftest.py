"""Fixtures of the journeys: real Chromium on the real program. SQLite only; what runs on both engines is in tests/integration.

A phone's width is the rule. What a page says to the browser's console, a script that fails and anything the policy of the
headers refuses fail the test that met them.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from tests import machine
from tests.journeys.browsing import ARGUMENTS, Visits
from tests.journeys.rosewood import rosewood_at


@pytest.fixture(scope="session")
def chromium():
    """Chromium, started once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium):
    """Open browsers of their own: `page = visits.open(service.url, has_scripts=False)`; checked and closed at the end."""
    opened = Visits(chromium)
    yield opened
    opened.close()


@pytest.fixture
def rosewood(tmp_path):
    """The cast's Rosewood, running, its clock stopped at 9am."""
    service = rosewood_at(tmp_path)
    service.start()
    yield service
    service.stop()
