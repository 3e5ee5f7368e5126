"""What answers say of free beds, and how a number is read out; no database."""

from datetime import date

import pytest

from ctapp.queries.beds import BedSection, BedWish
from ctapp.queries.phones import spaced
from ctapp.queries.question_sets import Published, read_with_references, shipped_sources

SECTION = read_with_references(shipped_sources()["vacancies"])
GRID = SECTION.grids()[0]
BEDS = BedSection(
    Published(1, 1, date(2020, 1, 1), SECTION), GRID, tuple((row.id, row.label, row.short) for row in GRID.rows())
)
ROW = "dementia_nursing__long_term"


@pytest.mark.parametrize(
    ("answers", "free"),
    [
        ({f"available__{ROW}": 2}, 2),
        ({f"available__{ROW}": 2, "admissions": "open"}, 2),
        ({f"available__{ROW}": 2, "admissions": "restricted"}, 2),
        ({f"available__{ROW}": 2, "admissions": "closed"}, 0),  # of an answer that came before the rule against it
        ({f"available__{ROW}": 0}, 0),
        ({f"available__{ROW}": None}, 0),
        ({"admissions": "open"}, 0),
        ({}, 0),
    ],
)
def test_free_beds_are_those_that_a_home_would_give_today(answers, free):
    assert sum(row.free for row in BEDS.free_beds(answers, BedWish())) == free
    assert sum(count for _, count in BEDS.run_rows(answers)) == free


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (BedWish(), ["Dementia nursing, long stay", "Dementia nursing, short stay"]),
        (BedWish("dementia_nursing", "long_term"), ["Dementia nursing"]),
        (BedWish("dementia_nursing", "short_stay"), ["Dementia nursing (short stay)"]),
        (BedWish("general_nursing"), []),
    ],
)
def test_only_the_wanted_rows_count(wish, found):
    answers = {f"available__{ROW}": 2, "available__dementia_nursing__short_stay": 1}
    assert [row.label for row in BEDS.free_beds(answers, wish)] == found


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("01134960001", "0113 496 0001"),
        ("01612192413", "0161 219 2413"),
        ("02075997777", "020 7599 7777"),
        ("01452471471", "01452 471471"),
        ("07912241036", "07912 241036"),
        ("0129824566", "01298 24566"),
        ("03001234567", "0300 123 4567"),
        ("08001234567", "0800 123 4567"),
        ("0113 496 0001", "0113 496 0001"),
        ("+441134960001", "+441134960001"),
        ("0113 496 0001 ext 12", "0113 496 0001 ext 12"),
        ("", ""),
    ],
)
def test_a_number_is_read_out_in_its_parts(kept, read):
    assert spaced(kept) == read
