"""Homes out of date: from 48:00:00 on, the longest wait first, with what was known last."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.extensions import db
from ctapp.models import Location
from ctapp.queries.directory import every_location
from ctapp.queries.stale import Freshness, freshness_of, stale_homes
from tests import cast
from tests.answers import CONTINUITY, save, save_beds

SECOND = timedelta(seconds=1)
TWO_DAYS = timedelta(hours=48)
HOME_CARE = {
    "users_nhs_la": "40",
    "users_self_funded": "12",
    "can_take_more": "yes",
    "extra_hours": "25",
    "response_days": "3",
    "times_free": "morning",
    "two_carers": "no",
    "packages_returned": "0",
    "whole_council": "yes",
}


@pytest.mark.parametrize(
    ("since", "is_listed"), [(TWO_DAYS - SECOND, False), (TWO_DAYS, True), (TWO_DAYS + SECOND, True)]
)
def test_a_home_is_listed_from_48_hours_on(app, at, since, is_listed):
    save_beds(at=at)
    assert [home.location.cqc_id for home in stale_homes(every_location(), at=at + since)] == [
        cast.ROSEWOOD
    ] * is_listed


def test_the_longest_wait_comes_first_with_its_last_figures(app, at):
    save_beds(at=at)
    save("home_care", HOME_CARE, at=at - timedelta(hours=1), cqc_id=cast.SWIFT, by="swift_manager")
    swift, rosewood = stale_homes(every_location(), at=at + TWO_DAYS)
    assert (swift.location.cqc_id, swift.section, swift.confirmed_at) == (
        cast.SWIFT,
        "home_care",
        at - timedelta(hours=1),
    )
    assert swift.figures == ("25 hours a week free, can start in 3 days",)
    assert rosewood.figures == ("2 beds free · 1 held · 0 closed", "Taking new people")
    assert (rosewood.phone, rosewood.channel, rosewood.section_title) == ("0113 496 0001", "web", "Beds and vacancies")


def test_other_sections_do_not_make_a_home_stale_or_fresh(app, at):
    save("business_continuity", CONTINUITY, at=at)
    assert stale_homes(every_location(), at=at + 2 * TWO_DAYS) == ()
    save_beds(at=at)
    save("business_continuity", CONTINUITY, at=at + TWO_DAYS)
    assert len(stale_homes(every_location(), at=at + TWO_DAYS)) == 1


def test_a_home_never_answered_is_counted_apart_and_a_closed_one_not_at_all(app, at):
    save_beds(at=at)
    save_beds(at=at, cqc_id=cast.ELM_HOUSE, by="elm_manager")
    save_beds(at=at + TWO_DAYS, cqc_id=cast.ELM_HOUSE, by="elm_manager")
    found = freshness_of(every_location(), at=at + TWO_DAYS)
    assert found == Freshness(asked=5, out_of_date=1, never=3)
    assert found.up_to_date == 1
    db.session.execute(update(Location).where(Location.cqc_id == cast.ROSEWOOD).values(closed_on=date(2021, 4, 21)))
    assert freshness_of(every_location(), at=at + TWO_DAYS) == Freshness(asked=4, out_of_date=0, never=3)
    assert stale_homes(every_location(), at=at + TWO_DAYS) == ()


@pytest.mark.parametrize(
    ("person", "listed"),
    [
        ("leeds_officer", [cast.ROSEWOOD]),
        ("barnet_officer", [cast.ELSEWHERE]),
        ("region_analyst", [cast.ROSEWOOD]),
        ("support", [cast.ROSEWOOD, cast.ELSEWHERE]),
        ("discharge_nurse", []),
        ("national_analyst", []),
    ],
)
def test_a_viewer_is_told_of_its_own_area(app, at, viewer_of, person, listed):
    save_beds(at=at)
    save_beds(at=at + SECOND, cqc_id=cast.ELSEWHERE, by="elsewhere_manager")
    scope = locations_for(viewer_of(person), Permission.SEE_LOCATION)
    homes = stale_homes(scope, at=at + 2 * TWO_DAYS)
    assert [home.location.cqc_id for home in homes] == listed


def test_the_list_ends_where_it_is_told(app, at):
    save_beds(at=at)
    save_beds(at=at + SECOND, cqc_id=cast.ELM_HOUSE, by="elm_manager")
    homes = stale_homes(every_location(), at=at + 2 * TWO_DAYS, limit=1)
    assert [home.location.cqc_id for home in homes] == [cast.ROSEWOOD]
