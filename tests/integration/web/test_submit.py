"""A section's page, as the manager of Rosewood meets it: shown, checked, saved, and what everybody else gets."""

from __future__ import annotations

import pytest

from tests import cast
from tests.page import Page

BEDS = f"/locations/{cast.ROSEWOOD}/vacancies"
ROW = "dementia_nursing__long_term"


def beds_page(visitor):
    return Page.get(visitor, f"{BEDS}?beds={ROW}")


def fill_beds(page, **numbers):
    form = page.form("Save and continue")
    form.choose("Yes", within="Are you taking new people?")
    form.choose("No", within="Would you take someone for a short stay in a long stay bed?")
    for name, number in {"capacity": 12, "occupied": 9, "available": 2, "reserved": 1, "closed": 0, **numbers}.items():
        form.set(f"{name}__{ROW}", str(number))
    return form


def test_first_visit_asks_which_beds_there_are(client_as):
    page = Page.get(client_as("rosewood_manager"), BEDS)
    assert page.h1 == "Which kinds of bed do you run?"
