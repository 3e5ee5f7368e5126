"""The regulator's directory file: the real sample whole, lists against a slow reading, and files that are broken."""

import csv
import io
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctapp.services.directory_file import (
    DirectoryFileError,
    Rejected,
    SkipReason,
    UnknownLayout,
    UnreadableFile,
    csv_records,
    layouts,
    read_directory,
)

SAMPLE = Path(__file__).parent.parent / "samples" / "cqc" / "directory_layout_500.csv"
COLUMNS = [
    "Name",
    "Address 1",
    "Address 2",
    "Town/City",
    "County",
    "Postcode",
    "Phone number",
    "CQC Provider ID (for office use only)",
    "CQC Location ID (for office use only)",
    "Website",
    "Local authority",
    "Region",
    "Report publication date",
    "URL",
    "Also known as",
    "Specialisms/services",
    "Service types",
    "Provider name",
]
ROSEWOOD = {
    "Name": "Rosewood",
    "Address 1": "1 Mill Lane",
    "Town/City": "Leeds",
    "Postcode": "ls62aa",
    "Phone number": "0113 496 0001",
    "CQC Provider ID (for office use only)": "1-200000001",
    "CQC Location ID (for office use only)": "1-100000001",
    "Website": "https://rosewood.example/",
    "Local authority": "Leeds",
    "Region": "Yorkshire & Humberside",
    "Report publication date": "2023-06-30T23:30:00Z",
    "Also known as": "The Rosewood, Leeds",
    "Specialisms/services": "Dementia,Caring for adults over 65 yrs",
    "Service types": "Nursing homes, Homecare agencies",
    "Provider name": "Rosewood Care Ltd",
}


def as_csv(*rows, columns=COLUMNS, end="\r\n"):
    """The text of a directory file; a row is the cells that differ from Rosewood's."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([{**ROSEWOOD, **row}.get(column, "") for column in columns])
    return out.getvalue()


def another(number):
    return {"CQC Location ID (for office use only)": f"1-{100000000 + number}"}


@pytest.fixture(scope="module")
def sample():
    return read_directory(SAMPLE)


def test_the_sample_has_its_154_social_care_locations(sample):
    assert len(sample.rows) == 154
    assert Counter(row.provider_type for row in sample.rows) == {
        "home_care": 133,
        "care_home": 15,
        "hospice": 4,
        "substance_misuse": 1,
        "community_rehab": 1,
    }
    assert sample.rejected == () and sample.remarks == ()


def test_nhs_trust_sites_do_not_report(sample):
    assert {row.cqc_id for row in sample.nhs_sites} == {"TADHQ", "RV91T"}
    assert len(sample.reporting) == 152
    assert all(row.cqc_id.startswith("1-") for row in sample.reporting)


def test_every_row_of_the_sample_is_accounted_for(sample):
    counts = {kind: sample.count_skipped(kind) for kind in SkipReason}
    assert counts == {SkipReason.PROVIDER: 170, SkipReason.OUT_OF_SCOPE: 175, SkipReason.REPEATED: 1}
    lines = [row.line for row in (*sample.rows, *sample.skipped, *sample.rejected)]
    assert sorted(lines) == list(range(2, 502))


def test_the_repeated_location_is_named_with_its_difference(sample):
    (repeated,) = (row for row in sample.skipped if row.kind is SkipReason.REPEATED)
    assert (repeated.line, repeated.cqc_id) == (436, "1-19666812212")
    assert "line 435" in repeated.reason and repeated.reason.endswith("specialisms.")


def test_the_sample_agrees_with_a_plain_reading_of_its_columns(sample):
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        plain = {row["CQC Location ID (for office use only)"]: row for row in reversed(list(csv.DictReader(file)))}
    for row in sample.rows:
        cells = plain[row.cqc_id]
        assert row.name == cells["Name"].strip()
        assert row.postcode == cells["Postcode"]
        assert (row.phone or "") == cells["Phone number"]
        assert (row.website or "") == cells["Website"]
        assert (row.council_name, row.region_name) == (cells["Local authority"], cells["Region"])
        assert ",".join(row.specialisms) == cells["Specialisms/services"]
        assert ",".join(row.service_types) == cells["Service types"]
        assert str(row.reported_on or "") == cells["Report publication date"][:10]


def test_a_row_is_read_field_by_field():
    (row,) = read_directory(as_csv({"Name": "\t Rosewood  House \t"})).rows
    assert (row.line, row.cqc_id, row.name) == (2, "1-100000001", "Rosewood House")
    assert (row.address, row.town, row.county) == (("1 Mill Lane",), "Leeds", None)
    assert (row.postcode, row.phone, row.website) == ("LS6 2AA", "01134960001", "https://rosewood.example/")
    assert (row.provider_cqc_id, row.provider_name) == ("1-200000001", "Rosewood Care Ltd")
    assert row.specialisms == ("Dementia", "Caring for adults over 65 yrs")
    assert row.service_types == ("Nursing homes", "Homecare agencies")
    assert row.provider_types == ("care_home", "home_care")
    # Half past eleven at night in UTC is the next day in London's summer.
    assert row.reported_on == date(2023, 7, 1)
    assert row.also_known_as == "The Rosewood, Leeds"


@pytest.mark.parametrize("column, field", [("Postcode", "postcode"), ("Phone number", "phone"), ("Website", "website")])
@pytest.mark.parametrize("cell", ["unknown", "javascript:alert(1)", "12", "https://"])
def test_a_cell_that_cannot_be_read_is_left_out_with_a_remark(column, field, cell):
    result = read_directory(as_csv({column: cell}))
    assert getattr(result.rows[0], field) is None
    (remark,) = result.remarks
    assert (remark.line, remark.cqc_id) == (2, "1-100000001") and cell in remark.reason


def test_unknown_names_and_dates_are_remarked_and_blank_cells_are_not():
    strange = {
        "Report publication date": "yesterday",
        "Specialisms/services": "Dementia,Falconry",
        "Service types": "Hospice,Space travel",
    }
    reasons = {remark.reason for remark in read_directory(as_csv(strange)).remarks}
    assert {word for word in ("yesterday", "Falconry", "Space travel") for reason in reasons if word in reason} == {
        "yesterday",
        "Falconry",
        "Space travel",
    }
    blank = dict.fromkeys(
        ("Postcode", "Phone number", "Website", "Report publication date", "Specialisms/services"), ""
    )
    result = read_directory(as_csv(blank))
    assert (len(result.rows), result.remarks) == (1, ())


def test_a_website_without_its_scheme_gets_one():
    assert (
        read_directory(as_csv({"Website": "www.rosewood.example/a?b"})).rows[0].website
        == "http://www.rosewood.example/a?b"
    )


@pytest.mark.parametrize(
    "cells, word",
    [
        ({"CQC Location ID (for office use only)": "110000000"}, "location id"),
        ({"CQC Location ID (for office use only)": "1-1; DROP"}, "location id"),
        ({"CQC Provider ID (for office use only)": ""}, "provider id"),
        ({"Name": " \u200b "}, "no name"),
        ({"Provider name": ""}, "no provider name"),
        ({"Name": "Rose\x00wood"}, "not text"),
        ({"Name": "Rose\x1bwood"}, "not text"),
        ({"Name": "R" * 301}, "too long"),
        ({"Address 2": "\ud800"}, "not text"),
        ({"Service types": "Hospice," * 600}, "too long"),
    ],
)
def test_a_row_that_cannot_be_trusted_is_rejected_with_its_line(cells, word):
    result = read_directory(as_csv({}, {**another(2), **cells}, another(3)))
    (rejected,) = result.rejected
    assert rejected.line == 3 and word in rejected.reason
    assert [row.line for row in result.rows] == [2, 4]


def test_characters_that_cannot_be_seen_are_dropped():
    assert read_directory(as_csv({"Name": "\ufeffRose\u200bwood\u202e \u00a0House"})).rows[0].name == "Rosewood House"


def test_a_location_that_stands_twice_is_taken_once():
    result = read_directory(as_csv({}, {}, {"Name": "Rosewood Two"}))
    assert [row.name for row in result.rows] == ["Rosewood"]
    assert [(row.line, row.kind) for row in result.skipped] == [(3, SkipReason.REPEATED), (4, SkipReason.REPEATED)]
    assert result.skipped[1].reason.endswith("they differ in name.")


def test_the_end_of_lines_the_order_and_further_columns_do_not_matter():
    expected = read_directory(as_csv({}, another(2))).rows
    turned = (*reversed(COLUMNS), "A new column", "")
    for text in (
        as_csv({}, another(2), end="\n"),
        as_csv({}, another(2), end="\r"),
        "\ufeff" + as_csv({}, another(2)),
        as_csv({}, another(2)) + ",,,\r\n\r\n",
        as_csv({}, another(2), columns=turned),
        as_csv({}, another(2)).replace("Postcode,Phone number", "  POSTCODE , phone  NUMBER", 1),
    ):
        assert read_directory(text).rows == expected
        assert read_directory(text.encode("utf-8")).rows == expected


def test_lines_before_the_header_are_passed_over():
    result = read_directory("CQC directory\r\n\r\nas at,1 June\r\n" + as_csv({}))
    assert [row.line for row in result.rows] == [5]


def test_an_unknown_layout_names_what_it_found_and_what_is_known():
    with pytest.raises(UnknownLayout) as caught:
        read_directory(as_csv({}, columns=[name for name in COLUMNS if name != "Postcode"]))
    error = caught.value
    assert error.missing == ("Postcode",)
    assert error.known == ("directory, 18 columns",)
    assert "“Local authority”" in str(error) and "“Postcode”" in str(error)


@pytest.mark.parametrize(
    "content, word",
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "empty"),
        (b"PK\x03\x04" + b"\x00" * 50, "spreadsheet"),
        (as_csv({}).encode("utf-16"), "UTF-16"),
        (as_csv({}, {"Name": "Café"}).encode("cp1252"), "line 3"),
        (Path("/nonexistent/file.csv"), "cannot be opened"),
        (Path("/dev/zero"), "not a file"),
        (Path(__file__).parent, "not a file"),
    ],
)
def test_a_file_that_is_not_text_is_refused_in_plain_words(content, word):
    with pytest.raises(UnreadableFile, match=word):
        read_directory(content)


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_records, "MAX_BYTES", 500)
    path = tmp_path / "large.csv"
    path.write_text(as_csv({}, another(2)))
    for source in (path, path.read_bytes()):
        with pytest.raises(UnreadableFile, match="too large"):
            read_directory(source)


@pytest.mark.parametrize(
    "broken",
    [
        '"never closed,and so on',
        '"closed" badly,b,c',
        "too,few,cells",
        "," * 30 + "x",
        "x" * 10_000_000,
        '"' + "x" * 10_000_000 + '"',
        "a," * 5_000_000,
        '"' * 9_999_999,
    ],
    ids=["open quote", "text after quote", "short", "wide", "10 MB line", "10 MB cell", "5 M cells", "10 MB of quotes"],
)
def test_a_broken_line_takes_no_other_line_with_it(broken):
    first, second = as_csv({}), as_csv(another(2)).split("\r\n", 1)[1]
    text = f"{first}{broken}\r\n{second}"
    started = time.perf_counter()
    result = read_directory(text)
    assert time.perf_counter() - started < 1
    assert [row.line for row in result.rows] == [2, 4]
    assert [row.line for row in result.rejected] == [3]


def test_a_quotation_mark_that_opens_in_the_last_cell_swallows_no_row():
    header, row = as_csv({}).split("\r\n", 1)
    opened = row.replace("Rosewood Care Ltd", '"Rosewood Care Ltd')
    result = read_directory(f"{header}\r\n{opened}" + as_csv(another(2)).split("\r\n", 1)[1])
    assert [row.cqc_id for row in result.rows] == ["1-100000002"]
    assert [(row.line, "not closed" in row.reason) for row in result.rejected] == [(2, True)]


def test_a_quotation_mark_closed_by_one_of_the_next_row_swallows_no_row():
    header, row = as_csv({}).split("\r\n", 1)
    result = read_directory(f'{header}\r\nx,"opens here\r\n' + row.replace("Rosewood", 'Size 5"', 1))
    assert [(row.line, row.name) for row in result.rows] == [(3, 'Size 5"')]
    assert [row.line for row in result.rejected] == [2]


def test_a_quoted_cell_may_run_over_lines_and_lines_stay_counted():
    result = read_directory(as_csv({"Address 1": "The Mill\r\nMill Lane"}, another(2)))
    assert [(row.line, row.address) for row in result.rows] == [(2, ("The Mill Mill Lane",)), (4, ("1 Mill Lane",))]


def test_many_open_quotes_cost_no_more_than_their_lines():
    lines = ['"never closed'] * 40_000
    started = time.perf_counter()
    result = read_directory(as_csv({}) + "\r\n".join(lines))
    assert time.perf_counter() - started < 5
    assert len(result.rows) == 1 and len(result.rejected) == 40_000


def test_another_layout_is_one_declaration(monkeypatch):
    bars = layouts.Layout(
        key="bars",
        title="with bars",
        columns={
            **{name: layouts.DIRECTORY_18.columns[name] for name in layouts.DIRECTORY_18.columns},
            "website": "Service's website (if available)",
            "reported_on": "Date of latest check",
        },
        address_columns=("Address",),
        date_forms=("%d/%b/%Y - %H:%M",),
    )
    monkeypatch.setattr(layouts, "LAYOUTS", (*layouts.LAYOUTS, bars))
    columns = [*bars.columns.values(), "Address"]
    cells = {
        "Date of latest check": "09/Jan/2018 - 00:00",
        "Address": "1 Mill Lane, Leeds",
        "Specialisms/services": "Dementia|Treatment of disease, disorder or injury",
    }
    result = read_directory("a\r\nb\r\nc\r\nd\r\n" + as_csv(cells, columns=columns))
    (row,) = result.rows
    assert (result.layout, row.line, row.reported_on) == ("bars", 6, date(2018, 1, 9))
    assert row.address == ("1 Mill Lane, Leeds",)
    assert row.specialisms == ("Dementia", "Treatment of disease, disorder or injury")
    assert read_directory(SAMPLE).layout == "directory_18"


@given(st.text(max_size=400) | st.binary(max_size=400) | st.lists(st.text(max_size=20)).map("\n".join))
@settings(max_examples=300)
def test_whatever_the_file_holds_only_named_errors_come_out(content):
    try:
        read_directory(content)
    except DirectoryFileError as error:
        assert str(error)


CELLS = st.text(max_size=30) | st.sampled_from(
    ["Hospice", "1-123456", "RV91T", "LS6 2AA", "2020-01-01", '"', "\n", "\x00"]
)


@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS), max_size=6))
@settings(max_examples=200, deadline=None)
def test_every_record_ends_in_exactly_one_place(changes):
    result = read_directory(as_csv(*changes))
    outcomes = (*result.rows, *result.skipped, *result.rejected)
    lines = [outcome.line for outcome in outcomes]
    assert len(set(lines)) == len(lines)
    if not any("\n" in cell or "\r" in cell for change in changes for cell in change.values()):
        assert sorted(lines) == list(range(2, len(changes) + 2))
    assert all(isinstance(outcome, Rejected) or "\x00" not in str(outcome) for outcome in outcomes)
