"""Places to search near: only what England has, and never a whole postcode in what is kept."""

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ctapp.config import ROOT
from ctapp.queries.places import place_called
from ctapp.reference.areas import councils, district_by_name, districts
from ctapp.reference.postcode_build import open_postcodes, packaged_rows


@pytest.fixture(scope="module")
def codes(postcode_file):
    opened = open_postcodes(postcode_file.parent)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("LS6 2AB", "LS6 2"),
        (" ls62ab ", "LS6 2"),
        ("LS6 2", "LS6 2"),
        ("ls6", "LS6"),
        ("Leeds", "Leeds"),
        ("  leeds ", "Leeds"),
        ("Bristol", "Bristol, City of"),
        ("Harlow", "Harlow"),
    ],
)
def test_what_people_type_is_understood(codes, text, near):
    assert place_called(text, codes).near == near


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LS99Z 9ZZ",
        "ZZ9 9ZZ",
        "EH1 1AA",
        "CF10 1EP",
        "Atlantis",
        "🌹",
        "LS6\x002AB",
        "x" * 10_000,
        "٣",
        "' OR 1=1",
        "%",
    ],
)
def test_what_england_has_not_is_no_place(codes, text):
    assert place_called(text, codes) is None


def test_a_sectors_middle_is_the_mean_of_its_postcodes(codes):
    points = [(east, north) for code, east, north, _ in packaged_rows("L") if code.startswith("LS6 2")]
    place = place_called("LS6 2AB", codes)
    middle = (sum(east for east, _ in points) / len(points), sum(north for _, north in points) / len(points))
    assert (place.easting, place.northing) == pytest.approx(middle, abs=1)
    assert place.council_codes == {"E08000035"}


def test_a_district_is_known_by_its_name(codes):
    assert all(district_by_name(district.name) == district for district in districts().values())
    assert place_called("Harlow", codes).council_codes == {district_by_name("Harlow").council_code}


def test_every_council_has_a_middle(codes):
    council = councils()["E10000007"]
    place = place_called(council.name, codes)
    assert place.council_codes == {"E10000007"}
    assert 400_000 < place.easting < 460_000


@examples(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_breaks_it_or_gets_through_whole(text):
    place = place_called(text, open_postcodes(ROOT / "instance"))
    assert place is None or len(place.near) < 60
