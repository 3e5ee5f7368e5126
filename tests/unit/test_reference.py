"""Areas, postcodes and service types: each shipped table against what is known of it by other ways."""

import csv
import os
import sqlite3
import statistics
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctapp.questions.spec import PROVIDER_TYPES
from ctapp.reference import postcode_build
from ctapp.reference.areas import council_by_name, councils, districts, region_by_name, regions
from ctapp.reference.postcode_build import FILE_NAME, open_postcodes, packaged_letters, packaged_rows
from ctapp.reference.postcodes import miles_between, normalise_outward, normalise_postcode, normalise_sector, sector_of
from ctapp.reference.service_types import (
    LEADING_ORDER,
    provider_types_of,
    service_type_names,
    specialism_names,
)
from ctapp.reference.tables import name_key, read_table
from ctapp.services.directory_file import read_directory

SAMPLE = Path(__file__).parent.parent / "samples" / "cqc" / "directory_layout_500.csv"


def test_there_are_as_many_areas_as_england_has():
    assert len(councils()) == 153
    assert len(districts()) == 296
    assert len(regions()) == 9
    assert len({council.lrf_code for council in councils().values()}) == 38


def test_every_district_belongs_to_a_council_and_every_council_has_one():
    assert {district.council_code for district in districts().values()} == set(councils())
    counties = {code for code in councils() if code.startswith("E10")}
    for code, district in districts().items():
        if code.startswith("E07"):
            assert district.council_code in counties
        else:
            assert (district.council_code, councils()[code].name) == (code, district.name)


@pytest.mark.parametrize(
    "code, name, region, forum",
    [
        ("E06000063", "Cumberland", "North West", "Cumbria"),
        ("E06000064", "Westmorland and Furness", "North West", "Cumbria"),
        ("E06000065", "North Yorkshire", "Yorkshire and The Humber", "North Yorkshire"),
        ("E06000066", "Somerset", "South West", "Avon & Somerset"),
        ("E06000061", "North Northamptonshire", "East Midlands", "Northamptonshire"),
        ("E06000062", "West Northamptonshire", "East Midlands", "Northamptonshire"),
        ("E06000060", "Buckinghamshire", "South East", "Thames Valley"),
        ("E06000058", "Bournemouth, Christchurch and Poole", "South West", "Dorset"),
        ("E06000059", "Dorset", "South West", "Dorset"),
        ("E08000038", "Barnsley", "Yorkshire and The Humber", "South Yorkshire"),
        ("E08000039", "Sheffield", "Yorkshire and The Humber", "South Yorkshire"),
        ("E08000035", "Leeds", "Yorkshire and The Humber", "West Yorkshire"),
        ("E09000001", "City of London", "London", "London"),
        ("E06000053", "Isles of Scilly", "South West", "Devon, Cornwall & Isle of Scilly"),
    ],
)
def test_councils_of_today_stand_in_their_region_and_forum(code, name, region, forum):
    council = councils()[code]
    assert (council.name, council.region_name, council.lrf_name) == (name, region, forum)


@pytest.mark.parametrize(
    "name, code",
    [
        ("Bristol", "E06000023"),
        ("Durham", "E06000047"),
        ("Herefordshire", "E06000019"),
        ("Kingston upon Hull", "E06000010"),
        ("Bedford Borough", "E06000055"),
        ("St Helens", "E08000013"),
        ("st. helens", "E08000013"),
        ("  BATH & NORTH EAST  SOMERSET ", "E06000022"),
        ("Southend on Sea", "E06000033"),
        ("Kingston upon Hull, City of", "E06000010"),
    ],
)
def test_a_council_is_found_by_the_names_that_files_use(name, code):
    assert council_by_name(name).code == code


@pytest.mark.parametrize("name", ["", "Cumbria", "Northamptonshire", "Kingston", "Newcastle", "Cardiff", "Harrogate"])
def test_a_name_that_is_not_one_council_is_never_guessed(name):
    assert council_by_name(name) is None


def test_every_own_name_and_alias_finds_its_area():
    for area in (*councils().values(), *districts().values()):
        if area.code in councils():
            assert council_by_name(area.name.upper()).code == area.code
    for region in regions().values():
        assert region_by_name(region.name.lower()) == region
    own = {name_key(area.name) for area in (*councils().values(), *regions().values())}
    for row in read_table("area_aliases"):
        find = region_by_name if row["code"].startswith("E12") else council_by_name
        assert find(row["alias"]).code == row["code"]
        assert name_key(row["alias"]) not in own


@pytest.mark.parametrize(
    "name, region", [("Yorkshire & Humberside", "Yorkshire and The Humber"), ("East", "East of England")]
)
def test_the_regulators_region_names_are_understood(name, region):
    assert region_by_name(name).name == region


def test_provider_types_are_those_the_questions_know():
    assert set(LEADING_ORDER) == set(PROVIDER_TYPES)
    assert {row["provider_type"] for row in read_table("service_types")} == {"", *PROVIDER_TYPES}


def test_names_of_services_and_specialisms_stand_once_each():
    for table, names in (("service_types", service_type_names()), ("specialisms", specialism_names())):
        assert len({name.casefold() for name in names}) == len(read_table(table))


@pytest.mark.parametrize(
    "service_types, provider_types",
    [
        (("Homecare agencies", "Residential homes"), ("care_home", "home_care")),
        (("Supported living",), ("home_care",)),
        (("Supported housing",), ("home_care",)),
        (("Rehabilitation (illness/injury)", "Domiciliary care service"), ("community_rehab", "home_care")),
        (
            ("Rehabilitation (illness/injury)", "Community services - Substance abuse"),
            ("substance_misuse", "community_rehab"),
        ),
        (("Home hospice care", "Care home service with nursing"), ("care_home", "hospice")),
        (("SHARED LIVES",), ("home_care",)),
        (("Dentist", "Doctors/GPs"), ()),
        (("Community services - Nursing",), ()),
        (("A service of next year",), ()),
        ((), ()),
    ],
)
def test_the_leading_type_comes_first_and_all_are_kept(service_types, provider_types):
    assert provider_types_of(service_types) == provider_types


@pytest.mark.parametrize(
    "text, postcode",
    [
        ("LS6 2AA", "LS6 2AA"),
        (" ls62aa\t", "LS6 2AA"),
        ("L S 6 2 A A", "LS6 2AA"),
        ("SW1A1AA", "SW1A 1AA"),
        ("L1  0AA", "L1 0AA"),
        ("W1A\u00a01AA", "W1A 1AA"),
        ("LS6", None),
        ("LS6 2", None),
        ("LS6 2A", None),
        ("6LS 2AA", None),
        ("LS66 66AA", None),
        ("\u00df1 1AA", None),
        ("LS\u0666 2AA", None),
        ("LS6-2AA", None),
        ("LS6 2AA\x00", None),
        ("", None),
    ],
)
def test_postcodes_are_brought_to_one_form(text, postcode):
    assert normalise_postcode(text) == postcode
    assert sector_of(text) == (postcode[:-2] if postcode else None)


def test_sectors_and_outward_codes_are_told_apart():
    assert (normalise_sector("ls6 2"), normalise_sector("LS62"), normalise_sector("W1A1")) == (
        "LS6 2",
        "LS6 2",
        "W1A 1",
    )
    assert (normalise_sector("LS6"), normalise_sector("LS6 2A"), normalise_sector("LS")) == (None, None, None)
    assert normalise_outward(" ls62 ") == "LS62"
    assert normalise_outward("LS6 2AA") is None


@given(st.text(max_size=12))
def test_a_normal_form_stays_as_it_is(text):
    whole = normalise_postcode(text)
    if whole is not None:
        assert normalise_postcode(whole) == whole
        assert whole.replace(" ", "") == "".join(text.split()).upper()


def test_miles_are_straight_lines_on_the_grid():
    assert miles_between(0, 0, 3 * 1609.344, 4 * 1609.344) == pytest.approx(5)
    # Leeds station to King's Cross, about 169 miles as the crow flies.
    assert miles_between(429900, 433200, 530300, 183000) == pytest.approx(168, abs=2)


@pytest.fixture(scope="module")
def slice_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("postcodes")


@pytest.fixture(scope="module")
def postcodes(slice_folder):
    opened = open_postcodes(slice_folder, letters="LU")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def liverpool():
    return list(packaged_rows("L"))


def test_lookup_gives_what_the_package_holds(postcodes, liverpool):
    for postcode, easting, northing, district in liverpool[::997]:
        place = postcodes.lookup(postcode.replace(" ", "").lower())
        assert (place.postcode, place.easting, place.northing) == (postcode, easting, northing)
        assert (place.district_code, place.council_code) == (district, districts()[district].council_code)


def test_a_district_postcode_lies_in_its_county(postcodes):
    place = postcodes.lookup("LA1 1PJ")
    assert (districts()[place.district_code].name, councils()[place.council_code].name) == ("Lancaster", "Lancashire")


@pytest.mark.parametrize("text", ["", "LL57 2DG", "L1 0ZZ", "nonsense", "LS6 2", "'; DROP TABLE postcode; --"])
def test_no_place_for_what_is_not_an_english_postcode(postcodes, text):
    assert postcodes.lookup(text) is None


def test_centres_are_means_of_their_own_postcodes_only(postcodes, liverpool):
    # L6 2 is in Liverpool; L62 is on the other side of the Mersey: the same letters without their space.
    for code, centre in (
        ("L6 2", postcodes.sector_centre("l6 2")),
        ("L62", postcodes.outward_centre("l62")),
        ("L6", postcodes.outward_centre("L6")),
    ):
        prefix = code if " " in code else f"{code} "
        points = [(east, north) for postcode, east, north, _ in liverpool if postcode.startswith(prefix)]
        assert len(points) > 20
        mean = (statistics.fmean(east for east, _ in points), statistics.fmean(north for _, north in points))
        assert centre == pytest.approx(mean, abs=0.51)
    assert miles_between(*postcodes.sector_centre("L6 2"), *postcodes.outward_centre("L62")) > 3


def test_the_last_sector_of_an_outward_code_has_a_centre(postcodes, liverpool):
    code = next(postcode[:-2] for postcode, *_ in liverpool if postcode[-3] == "9")
    assert postcodes.sector_centre(code) is not None


def test_no_centre_where_england_has_no_postcode(postcodes):
    assert postcodes.sector_centre("LL57 2") is None
    assert postcodes.outward_centre("LL57") is None
    assert postcodes.sector_centre("L6 2AA") is None


def test_threads_share_the_postcodes(postcodes):
    found = []
    threads = [threading.Thread(target=lambda: found.append(postcodes.outward_centre("L1"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [postcodes.outward_centre("L1")] * 4


def test_the_file_is_made_once_and_nobody_can_write_it(slice_folder, postcodes):
    path = slice_folder / FILE_NAME
    made = path.stat()
    again = open_postcodes(slice_folder, letters="LU")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (made.st_ino, made.st_mtime_ns)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        again._connection().execute("DELETE FROM postcode")


def _break_stamp(path):
    connection = sqlite3.connect(path)
    connection.execute("UPDATE made_from SET stamp = replace(stamp, ' form ', '.older form ')")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "spoil",
    [
        _break_stamp,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not a database at all" * 100),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.rename(path.with_name(f"{FILE_NAME}.part")),
        lambda path: path.unlink(),
    ],
)
def test_an_older_broken_or_missing_file_is_made_again(tmp_path, spoil):
    open_postcodes(tmp_path, letters="U").close()
    spoil(tmp_path / FILE_NAME)
    made = open_postcodes(tmp_path, letters="U")
    assert made.outward_centre("UB1") is not None
    made.close()


def test_a_file_of_other_letters_is_not_taken_for_this_one(tmp_path):
    open_postcodes(tmp_path, letters="U").close()
    made = open_postcodes(tmp_path, letters="UL")
    assert made.outward_centre("L1") is not None
    made.close()


def test_an_unknown_district_is_named_and_nothing_is_left_in_place(tmp_path, monkeypatch):
    fewer = {code: district for code, district in districts().items() if district.name != "Hillingdon"}
    monkeypatch.setattr(postcode_build, "districts", lambda: fewer)
    with pytest.raises(postcode_build.UnknownDistrict, match="E09000017"):
        open_postcodes(tmp_path, letters="U")
    assert not (tmp_path / FILE_NAME).exists()


BUILDER = """
import os, sys
from pathlib import Path
from ctapp.reference.postcode_build import open_postcodes
postcodes = open_postcodes(Path(sys.argv[1]), letters="L")
before = postcodes.outward_centre("L1")
child = os.fork()
if child == 0:
    os._exit(0 if postcodes.outward_centre("L1") == before else 1)
sys.exit(os.waitpid(child, 0)[1] != 0 or before is None)
"""


def test_processes_may_build_at_once_and_fork_afterwards(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    command = [sys.executable, "-W", "error", "-c", BUILDER, str(tmp_path)]
    running = [subprocess.Popen(command, env=environment) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert {path.name for path in tmp_path.iterdir()} == {FILE_NAME, f"{FILE_NAME}.lock"}


def test_every_english_postcode_of_the_package_has_a_council_and_the_sample_resolves():
    locations = {row.postcode: row for row in read_directory(SAMPLE).rows}
    count, named, found = 0, set(), {}
    for letter in packaged_letters():
        for postcode, easting, northing, district in packaged_rows(letter):
            count += 1
            named.add(district)
            assert easting > 80_000 and northing > 5_000
            if postcode in locations:
                found[postcode] = councils()[districts()[district].council_code]
    assert count == 2_264_892
    assert named == set(districts())
    assert found == {postcode: council_by_name(row.council_name) for postcode, row in locations.items()}


def test_every_council_and_region_name_of_the_sample_is_known():
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["Local authority"] for row in rows if not council_by_name(row["Local authority"])} == {""}
    assert not {row["Region"] for row in rows if not region_by_name(row["Region"])}
