"""Which version of a section is asked on a day, and what publishing refuses."""

from datetime import date, timedelta

import pytest

from ctapp.errors import BadSection, NotAsked, Refused
from ctapp.extensions import db
from ctapp.queries.question_sets import question_sets, section_on, sections_on, shipped_sources, versions_of
from ctapp.services.question_sets import EVER, publish, publish_shipped
from tests import cast

AT = cast.AT
TODAY = date(2021, 4, 20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def put_back(app):
    """Published versions outlive a test on PostgreSQL, so they are never committed here."""
    yield
    db.session.rollback()


def reworded(words, key="vacancies"):
    return shipped_sources()[key].replace('title = "Beds and vacancies"', f'title = "{words}"')


def title_on(day):
    return section_on("vacancies", day).section.title


def test_every_shipped_section_is_asked_since_ever(app):
    assert {p.key for p in sections_on(EVER)} == set(shipped_sources())
    assert sections_on(EVER - DAY) == ()
    with pytest.raises(NotAsked):
        section_on("vacancies", EVER - DAY)


def test_sections_come_in_page_order(app):
    orders = [p.section.order for p in sections_on(TODAY)]
    assert orders == sorted(orders)


def test_shipped_files_are_published_once(app):
    assert publish_shipped(at=AT) == []


def test_new_version_is_asked_from_its_day_on(app):
    assert publish(reworded("Rooms"), effective_on=TODAY + 2 * DAY, at=AT) == 2
    assert [title_on(TODAY + n * DAY) for n in (1, 2, 3)] == ["Beds and vacancies", "Rooms", "Rooms"]
    assert [row[1:3] for row in versions_of("vacancies")] == [(1, EVER), (2, TODAY + 2 * DAY)]


def test_old_version_is_found_by_its_id_in_its_own_words(app):
    old = section_on("vacancies", TODAY)
    publish(reworded("Rooms"), effective_on=TODAY, at=AT)
    new = section_on("vacancies", TODAY)
    found = question_sets([old.id, new.id, 10**9])
    assert {key: published.section.title for key, published in found.items()} == {
        old.id: "Beds and vacancies",
        new.id: "Rooms",
    }


def test_last_of_two_versions_of_one_day_is_asked(app):
    publish(reworded("Rooms"), effective_on=TODAY, at=AT)
    publish(reworded("Places"), effective_on=TODAY, at=AT)
    assert title_on(TODAY) == "Places"


@pytest.mark.parametrize(
    "words, day",
    [("Beds and vacancies", TODAY), ("Rooms", TODAY - DAY)],
    ids=["the same", "a day gone by"],
)
def test_publishing_refuses(app, words, day):
    with pytest.raises(Refused):
        publish(reworded(words), effective_on=day, at=AT)


def test_version_never_takes_effect_before_the_one_before_it(app):
    publish(reworded("Rooms"), effective_on=TODAY + 5 * DAY, at=AT)
    with pytest.raises(Refused):
        publish(reworded("Places"), effective_on=TODAY + 4 * DAY, at=AT)


def test_what_is_no_section_is_refused_whole(app):
    with pytest.raises(BadSection):
        publish(shipped_sources()["vacancies"] + "\nnonsense = 1\n", effective_on=TODAY, at=AT)
    assert len(versions_of("vacancies")) == 1
