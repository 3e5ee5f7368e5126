"""`ctapp import cqc`: what it prints, what it writes, when it refuses."""

import json

import pytest
from sqlalchemy import func, select

from ctapp.extensions import db
from ctapp.models import Location
from tests.directory_files import SAMPLE, text_of

pytestmark = pytest.mark.usefixtures("empty_app")


def stored():
    return db.session.scalar(select(func.count()).select_from(Location))


def test_without_apply_it_tells_everything_and_writes_nothing(command):
    status, printed, _ = command("import", "cqc", SAMPLE)
    assert status == 0
    assert "154 found, 152 taken in, 2 left out as sites of NHS trusts" in printed
    assert "New: 152. Changed: 0. Unchanged: 0." in printed
    assert "170 providers without a location, 175 with no service that reports here, 1 repeated" in printed
    assert "line 66: left out: TADHQ" in printed
    assert printed.endswith("Nothing has been written. Run it again with --apply to write this.\n")
    assert stored() == 0


def test_apply_writes_and_prints_the_same(command):
    _, dry, _ = command("import", "cqc", SAMPLE)
    status, applied, _ = command("import", "cqc", SAMPLE, "--apply")
    assert status == 0
    assert applied.splitlines()[:-1] == dry.splitlines()[:-1]
    assert stored() == 152


def test_json_holds_each_row_with_its_line(command, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text(text_of({}, {"id": "not an id"}, {"id": "1-100000007", "services": "Dentist"}), encoding="utf-8")
    status, printed, _ = command("import", "cqc", path, "--json")
    told = json.loads(printed)
    assert (status, told["applied"]) == (0, False)
    assert [(item["line"], item["cqc_id"]) for item in told["new"]] == [(2, "1-100000001")]
    assert [item["line"] for item in told["rejected"]] == [3]
    assert [(item["line"], item["kind"]) for item in told["skipped"]] == [(4, "out_of_scope")]
    assert told["counts"]["rejected"] == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 sheet", b"a,b\n1,2\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_directory_is_refused_with_the_reason(command, tmp_path, content):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    status, _, refused = command("import", "cqc", path, "--apply")
    assert status == 1
    assert refused.startswith("Refused: ")
    assert stored() == 0


def test_a_file_that_is_not_there_is_a_wrong_use(command, tmp_path):
    assert command("import", "cqc", tmp_path / "nothing.csv")[0] == 2
