"""Taking the regulator's directory in: the real sample whole, and what one changed cell does."""

import pytest
from sqlalchemy import func, select

from ctapp.extensions import db
from ctapp.models import AuditEvent, Location, Provider
from ctapp.reference.areas import council_by_name
from ctapp.reference.postcode_build import packaged_rows
from ctapp.services import directory
from ctapp.services.directory import import_directory, plan_import
from ctapp.services.directory_file import read_directory
from tests import cast
from tests.directory_files import SAMPLE, text_of

pytestmark = pytest.mark.usefixtures("empty_app")


@pytest.fixture
def take_in(postcodes, at):
    """Take rows in and return the plan that was carried out."""

    def run(*rows):
        plan = import_directory(read_directory(text_of(*rows)), postcodes, actor="operator", at=at)
        db.session.commit()
        return plan

    return run


def stored(cqc_id="1-100000001"):
    db.session.expire_all()
    return db.session.execute(select(Location).where(Location.cqc_id == cqc_id)).scalar_one()


def everything():
    """Every stored row of the directory as plain values."""
    db.session.rollback()
    tables = (Location.__table__, Provider.__table__)
    return [tuple(row) for table in tables for row in db.session.execute(select(table).order_by(table.c.id))]


def counted(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_the_sample_brings_in_152_of_its_154_locations(postcodes, at):
    file = read_directory(SAMPLE)
    plan = import_directory(file, postcodes, actor="operator", at=at)
    assert (len(file.rows), len(file.nhs_sites), len(plan.new)) == (154, 2, 152)
    assert (counted(Location), counted(Provider)) == (152, 142)
    types = dict(
        db.session.execute(select(Location.provider_type, func.count()).group_by(Location.provider_type)).all()
    )
    assert types == {"home_care": 133, "care_home": 15, "hospice": 4}


def test_every_location_of_the_sample_lies_where_its_postcode_does(postcodes, at):
    file = read_directory(SAMPLE)
    import_directory(file, postcodes, actor="operator", at=at)
    named = {row.cqc_id: council_by_name(row.council_name).code for row in file.reporting}
    rows = db.session.execute(select(Location)).scalars().all()
    assert {row.cqc_id: row.council_code for row in rows} == named
    # The slow way, for three letters: straight from the package's own lists.
    points = {code: (east, north) for letter in "BLS" for code, east, north, _ in packaged_rows(letter)}
    told = [row for row in rows if row.postcode[0] in "BLS"]
    assert len(told) > 30
    assert all((row.easting, row.northing) == points[row.postcode] for row in told)


def test_a_second_import_changes_nothing(postcodes, at):
    file = read_directory(SAMPLE)
    import_directory(file, postcodes, actor="operator", at=at)
    db.session.commit()
    before = everything()
    plan = import_directory(file, postcodes, actor="operator", at=at)
    db.session.commit()
    assert (plan.new, plan.changed, plan.unchanged) == ((), (), 152)
    assert (plan.new_providers, plan.renamed_providers) == ({}, {})
    assert everything() == before


def test_a_dry_run_writes_nothing_and_is_what_applying_does(postcodes, at, take_in):
    take_in({}, {"id": "1-100000002", "name": "Elm House"})
    file = read_directory(
        text_of({"phone": "01134960009"}, {"id": "1-100000002", "name": "Elm House"}, {"id": "1-100000003"})
    )
    before = everything()
    planned = plan_import(file, postcodes)
    assert everything() == before
    assert import_directory(file, postcodes, actor="operator", at=at) == planned
    assert (len(planned.new), len(planned.changed), planned.unchanged) == (1, 1, 1)


def test_a_failure_at_the_end_leaves_nothing_behind(postcodes, at, take_in, monkeypatch):
    take_in({})
    before = everything()

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(directory.audit, "record", fail)
    with pytest.raises(RuntimeError):
        import_directory(read_directory(SAMPLE), postcodes, actor="operator", at=at)
    db.session.rollback()
    assert everything() == before


def test_an_import_is_told_to_the_audit_trail_with_its_counts(take_in):
    take_in({})
    take_in({"name": "Rosewood Hall"})
    about = select(AuditEvent).where(AuditEvent.action.startswith("directory")).order_by(AuditEvent.id)
    events = db.session.execute(about).scalars().all()
    assert [event.action for event in events] == ["directory_imported", "directory_changed", "directory_imported"]
    assert events[0].detail["counts"]["new"] == 1
    assert events[1].location_id == stored().id
    assert events[1].detail["changed"] == {"name": ["Rosewood", "Rosewood Hall"]}


def test_only_what_a_file_says_is_changed(take_in):
    take_in({"website": "https://rosewood.example/"})
    home = stored()
    home.registered_beds, home.lead_specialism, home.rating = 24, "dementia", "good"
    db.session.commit()
    plan = take_in({"phone": "", "address": "2 Mill Lane"})
    assert plan.changed[0].values == {"address": "2 Mill Lane, Leeds"}
    home = stored()
    assert (home.phone, home.address) == ("01134960001", "2 Mill Lane, Leeds")
    assert home.attributes["website"] == "https://rosewood.example/"
    assert (home.registered_beds, home.lead_specialism, home.rating) == (24, "dementia", "good")


def test_a_blank_postcode_leaves_the_place_that_is_known(take_in):
    take_in({})
    plan = take_in({"postcode": "", "council": "Barnet"})
    assert plan.unchanged == 1
    assert (stored().postcode, stored().council_code) == ("LS6 2AB", cast.LEEDS)


def test_the_postcode_wins_over_the_councils_name(take_in):
    plan = take_in({"council": "Barnet"})
    assert stored().council_code == cast.LEEDS
    assert [remark.reason for remark in plan.remarks] == [
        "The postcode lies in Leeds, the file says Barnet: taken as Leeds."
    ]


def test_an_unknown_postcode_takes_the_council_by_name_and_no_point(take_in):
    take_in({"postcode": "LS6 9ZZ"})
    home = stored()
    assert (home.postcode, home.council_code, home.easting, home.northing) == ("LS6 9ZZ", cast.LEEDS, None, None)


def test_without_postcode_or_known_council_nothing_is_guessed(take_in):
    plan = take_in({"postcode": "", "council": "Newcastle"})
    home = stored()
    assert (home.postcode, home.council_code, home.easting) == ("", None, None)
    assert "Neither postcode nor council" in plan.remarks[0].reason
    assert take_in({"postcode": "", "council": "Newcastle"}).unchanged == 1


def test_a_home_that_moves_takes_its_new_place_and_provider(take_in):
    take_in({})
    take_in({"postcode": "EN5 1AA", "provider": "1-200000009", "provider_name": "Elsewhere Care Ltd"})
    home = stored()
    assert home.council_code == cast.BARNET
    assert db.session.get(Provider, home.provider_id).cqc_id == "1-200000009"


def test_a_provider_with_another_name_is_renamed_once(take_in):
    take_in({}, {"id": "1-100000002"})
    plan = take_in({"provider_name": "Rosewood Ltd"}, {"id": "1-100000002", "provider_name": "Something else"})
    assert plan.renamed_providers == {"1-200000001": "Rosewood Ltd"}
    assert plan.unchanged == 2
    assert db.session.scalars(select(Provider.name)).all() == ["Rosewood Ltd"]


def test_the_leading_type_is_stored_and_all_are_kept(take_in):
    take_in({"services": "Homecare agencies,Residential homes"})
    assert stored().provider_type == "care_home"
    assert stored().attributes["provider_types"] == ["care_home", "home_care"]


def test_a_text_too_long_to_store_is_rejected_with_its_line_and_the_rest_is_taken(take_in):
    plan = take_in({"name": "x" * 201}, {"id": "1-100000002"})
    assert [(item.line, item.reason) for item in plan.rejected] == [
        (2, "The name of 1-100000001 is too long: 201 characters, at most 200.")
    ]
    assert db.session.scalars(select(Location.cqc_id)).all() == ["1-100000002"]


def test_nothing_is_closed_by_being_absent(take_in):
    take_in({}, {"id": "1-100000002"})
    take_in({})
    assert stored("1-100000002").closed_on is None


@pytest.mark.parametrize("name", ["Rosewood 🌹", "O'Brien; DROP TABLE location;--", "=HYPERLINK(1)", "Ł" * 200])
def test_strange_names_are_kept_as_they_are(take_in, name):
    take_in({"name": name})
    assert stored().name == name
