"""Finding beds: what is found, in which order, how far, how fresh, and for whom."""

import math
import random
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, update

from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.extensions import db
from ctapp.models import Location, LocationPerson
from ctapp.queries.beds import BedWish
from ctapp.queries.directory import every_location
from ctapp.queries.find import BedSearch, find_beds
from ctapp.queries.places import SearchPlace
from tests import cast, factories
from tests.answers import BEDS, ROW, save, save_beds

HERE = SearchPlace("LS6 2", 428_000, 436_000, frozenset({cast.LEEDS}))
MILE = 1609.344
SECOND = timedelta(seconds=1)
TWO_DAYS = timedelta(hours=48)
RESIDENTIAL = {name.replace("dementia_nursing", "general_residential"): value for name, value in BEDS.items()}
SHORT = {name.replace("__long_term", "__short_stay"): value for name, value in BEDS.items()}


def look(at, *, miles=10, bed="dementia_nursing", stay="", scope=None, place=HERE):
    return find_beds(every_location() if scope is None else scope, BedSearch(place, miles, BedWish(bed, stay)), at=at)


def names(homes):
    return [home.cqc_id for home in homes]


def move(cqc_id, easting, northing, **fields):
    db.session.execute(
        update(Location).where(Location.cqc_id == cqc_id).values(easting=easting, northing=northing, **fields)
    )


@pytest.fixture
def leeds(app, at):
    """Rosewood one mile away and Elm House two, both checked just now, each with two dementia nursing beds free."""
    move(cast.ROSEWOOD, 428_000, 436_000 + round(MILE))
    move(cast.ELM_HOUSE, 428_000 + round(2 * MILE), 436_000)
    save_beds(at=at)
    save_beds(at=at, cqc_id=cast.ELM_HOUSE, by="elm_manager")


def test_the_nearest_comes_first_with_its_free_beds(leeds, at):
    found = look(at)
    assert names(found.fresh) == [cast.ROSEWOOD, cast.ELM_HOUSE]
    assert [round(home.miles, 1) for home in found.fresh] == [1.0, 2.0]
    assert [(row.label, row.free) for row in found.fresh[0].free] == [("Dementia nursing, long stay", 2)]


@pytest.mark.parametrize(
    ("since", "is_fresh"), [(TWO_DAYS - SECOND, True), (TWO_DAYS, False), (TWO_DAYS + SECOND, False)]
)
def test_a_home_is_fresh_for_exactly_48_hours(leeds, at, since, is_fresh):
    found = look(at + since)
    assert (len(found.fresh), len(found.old)) == ((2, 0) if is_fresh else (0, 2))


@pytest.mark.parametrize("since, is_fresh", [(TWO_DAYS - SECOND, True), (TWO_DAYS, False)])
def test_48_hours_are_48_hours_across_a_clock_change(app, travel, since, is_fresh):
    at = travel(cast.AT.replace(month=3, day=27, hour=8))
    move(cast.ROSEWOOD, 428_000, 436_000)
    save_beds(at=at)
    assert bool(look(at + since).fresh) is is_fresh


def test_a_confirmation_makes_a_home_fresh_again(leeds, at):
    later = at + timedelta(hours=50)
    save_beds(at=later)
    found = look(later)
    assert (names(found.fresh), names(found.old)) == ([cast.ROSEWOOD], [cast.ELM_HOUSE])


def test_a_home_without_a_free_bed_of_the_kind_is_not_found(leeds, at):
    save_beds(at=at, available=0, occupied=11)
    assert names(look(at).fresh) == [cast.ELM_HOUSE]
    assert look(at, bed="general_nursing").fresh == ()


def test_a_home_that_takes_nobody_is_not_found(leeds, at):
    save("vacancies", BEDS | {"admissions": "closed", "admissions_reason": "staffing", f"available__{ROW}": "0",
                              f"closed__{ROW}": "2", f"closed_reason__{ROW}": "staffing"}, at=at)  # fmt: skip
    assert names(look(at).fresh) == [cast.ELM_HOUSE]


def test_a_home_with_limits_says_so(leeds, at):
    save("vacancies", BEDS | {"admissions": "restricted", "admissions_reason": "staffing"}, at=at)
    assert [home.is_restricted for home in look(at).fresh] == [True, False]


def test_any_kind_of_bed_lists_each_kind(leeds, at):
    save("vacancies", BEDS | RESIDENTIAL, at=at)
    labels = [row.label for row in look(at, bed="").fresh[0].free]
    assert labels == ["General residential, long stay", "Dementia nursing, long stay"]
    assert look(at, bed="").fresh[0].total_free == 4


def test_a_short_stay_is_found_in_long_stay_beds_only_where_the_home_lends_them(leeds, at):
    save("vacancies", BEDS | {"short_stay_in_long_term_beds": "yes"}, at=at)
    found = look(at, stay="short_stay").fresh
    assert names(found) == [cast.ROSEWOOD]
    assert found[0].free[0].is_for_short_stay
    save("vacancies", SHORT, at=at, cqc_id=cast.ELM_HOUSE, by="elm_manager")
    assert names(look(at, stay="short_stay").fresh) == [cast.ROSEWOOD, cast.ELM_HOUSE]
    assert names(look(at, stay="long_term").fresh) == [cast.ROSEWOOD]


def test_beds_kept_for_one_body_are_told(leeds, at):
    save("vacancies", BEDS | {f"block_booked__{ROW}": "1", f"block_booked_by__{ROW}": cast.LEEDS}, at=at)
    row = look(at).fresh[0].free[0]
    assert (row.free, row.kept, row.kept_for) == (2, 1, "Leeds")


def test_home_care_and_closed_and_future_homes_are_not_found(leeds, at):
    move(cast.ROSEWOOD, 428_000, 436_000, closed_on=date(2021, 4, 20))
    move(cast.ELM_HOUSE, 428_000, 436_000, opened_on=date(2021, 4, 21))
    assert look(at).fresh == ()
    assert names(look(at + timedelta(days=1)).fresh) == [cast.ELM_HOUSE]


def test_an_unknown_place_comes_last_and_only_in_a_council_that_the_search_reaches(leeds, at):
    move(cast.ROSEWOOD, None, None)
    found = look(at).fresh
    assert [(home.cqc_id, home.miles) for home in found][-1] == (cast.ROSEWOOD, None)
    far = SearchPlace("EN5 1", 524_000, 196_000, frozenset({cast.BARNET}))
    assert look(at, place=far).fresh == ()


def test_the_number_for_the_time_of_day_comes_first(leeds, at):
    home_id = factories.location_id(cast.ROSEWOOD)
    for key, text in (("admissions_phone", "0113 496 0011"), ("out_of_hours_phone", "0113 496 0022")):
        db.session.add(LocationPerson(location_id=home_id, key=key, text=text, changed_at=at))
    db.session.flush()
    assert look(at).fresh[0].phones.now == "0113 496 0011"
    night = look(at + timedelta(hours=9)).fresh[0].phones
    assert (night.now, night.other, night.is_out_of_hours) == ("0113 496 0022", "0113 496 0011", True)
    assert look(at).fresh[1].phones.now == "0113 496 0001"


def test_only_wider_searches_that_find_more_are_offered(leeds, at):
    move(cast.ROSEWOOD, 428_000 + round(15 * MILE), 436_000)
    move(cast.ELM_HOUSE, 428_000, 436_000 + round(17 * MILE))
    assert [(loose.search.miles, loose.count) for loose in look(at, miles=5).loosenings] == [(20, 2)]
    move(cast.ELM_HOUSE, 428_000, 436_000 + round(40 * MILE))
    assert [(loose.search.miles, loose.count) for loose in look(at).loosenings] == [(20, 1), (50, 2)]
    other = look(at, miles=20, bed="general_nursing", stay="short_stay").loosenings
    assert other == ()
    nursing = look(at, miles=20, bed="general_nursing", stay="long_term").loosenings
    assert [(loose.search.wish, loose.count) for loose in nursing] == [(BedWish("", "long_term"), 1)]
    assert look(at, miles=50).loosenings == ()


def test_it_finds_what_a_slow_reading_finds(app, at):
    numbers = random.Random(1)
    provider_id = factories.provider(name="Many Homes Ltd")
    for number in range(40):
        east, north = 428_000 + numbers.randint(-90_000, 90_000), 436_000 + numbers.randint(-90_000, 90_000)
        cqc_id = f"1-4000000{number:02}"
        factories.location(provider_id, cqc_id, name=f"Home {number % 7}", easting=east, northing=north)
        save_beds(at=at - timedelta(hours=numbers.choice([1, 47, 49, 100])), cqc_id=cqc_id)
    rows = db.session.execute(select(Location).where(Location.provider_id == provider_id)).scalars().all()
    for miles in (5, 10, 20, 50):
        slow = {
            row.cqc_id: math.dist((row.easting, row.northing), (428_000, 436_000)) / MILE
            for row in rows
            if math.dist((row.easting, row.northing), (428_000, 436_000)) <= miles * MILE
        }
        found = look(at, miles=miles)
        assert {home.cqc_id: home.miles for home in (*found.fresh, *found.old)} == pytest.approx(slow)
        for homes in (found.fresh, found.old):
            assert [home.miles for home in homes] == sorted(home.miles for home in homes)


@pytest.mark.parametrize(
    ("person", "found"),
    [
        ("leeds_officer", [cast.ROSEWOOD, cast.ELSEWHERE]),
        ("barnet_officer", [cast.ROSEWOOD, cast.ELSEWHERE]),
        ("discharge_nurse", [cast.ROSEWOOD, cast.ELSEWHERE]),
        ("support", [cast.ROSEWOOD, cast.ELSEWHERE]),
        ("ccg_analyst", [cast.ROSEWOOD]),
        ("lrf_analyst", [cast.ROSEWOOD]),
        ("region_analyst", [cast.ROSEWOOD]),
        ("rosewood_manager", []),
        ("health_protection", []),
        ("national_analyst", []),
        ("sector_analyst", []),
    ],
)
def test_it_finds_within_the_reach_of_the_viewer(app, at, viewer_of, person, found):
    save_beds(at=at)
    save_beds(at=at, cqc_id=cast.ELSEWHERE, by="elsewhere_manager")
    move(cast.ELSEWHERE, 430_000, 434_500)
    scope = locations_for(viewer_of(person), Permission.FIND)
    assert names(look(at, scope=scope).fresh) == found


def test_many_homes_cost_no_more_queries_than_one(app, at):
    def queries():
        asked = []

        def note(connection, cursor, statement, *rest):
            asked.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        homes = look(at, miles=50).fresh
        event.remove(db.engine, "before_cursor_execute", note)
        return len(asked), len(homes)

    save_beds(at=at)
    look(at)
    first, homes = queries()
    provider_id = factories.provider(name="Many Homes Ltd")
    for number in range(12):
        cqc_id = f"1-5000000{number:02}"
        factories.location(provider_id, cqc_id, easting=428_000, northing=436_000)
        save_beds(at=at, cqc_id=cqc_id)
    assert queries() == (first, homes + 12)
    assert first <= 5
