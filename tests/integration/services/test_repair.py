"""What is derived and wrong is found, told, and put right from the log, and from nothing else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, update

from ctapp.extensions import db
from ctapp.models import Current, Outbreak
from ctapp.services import repair
from tests import cast
from tests.answers import COVID
from tests.integration.services.test_confirmations import CASES
from tests.integration.services.writing import beds, confirm, home, kept, save, version

AT = cast.AT
DAY = timedelta(days=1)
STRAY = {
    "pathogen": "covid_19",
    "started_on": date(2021, 1, 1),
    "last_case_on": date(2021, 1, 2),
    "staff_confirmed": 1,
    "residents_confirmed": 0,
    "staff_symptomatic": 0,
    "residents_symptomatic": 0,
}
EMPTY = {
    "submission_id": None,
    "answers_id": None,
    "answers_day": None,
    "day": None,
    "answered_at": None,
    "confirmed_at": None,
    "changed_at": None,
}


@pytest.fixture
def lived(app):
    """Rosewood reported beds and an outbreak, and confirmed its beds."""
    save("vacancies", beds(), at=AT - 3 * DAY)
    save("covid", CASES, at=AT - 2 * DAY)
    save("covid", COVID, at=AT - DAY)
    confirm("vacancies", at=AT)
    db.session.commit()


def rebuild():
    repair.rebuild_all_current(iter)
    repair.rebuild_all_outbreaks(iter)


def test_nothing_differs_in_what_the_services_wrote(lived):
    assert repair.find_mismatches(iter) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"confirmed_at": AT + DAY},
        {"confirmed_at": AT - timedelta(microseconds=1)},
        {"answered_at": AT - DAY},
        {"changed_at": AT},
        {"day": date(2021, 4, 19)},
        {"answers_day": date(2021, 4, 16)},
        {"submission_id": 1},
        {"answers_id": 4},
        EMPTY,
    ],
)
def test_wrong_row_of_current_is_found_and_put_right(lived, wrong):
    right, shown = kept("vacancies"), version("vacancies")
    db.session.execute(update(Current).where(Current.section == "vacancies").values(**wrong))
    (found,) = repair.find_mismatches(iter)
    assert (found.what, found.location_id, found.section) == ("current", home().id, "vacancies")
    assert found.kept != found.should_be
    rebuild()
    assert kept("vacancies") == right and version("vacancies") == shown
    assert repair.find_mismatches(iter) == []


def test_lost_row_of_current_comes_back_above_every_version_that_was_shown(lived):
    right, shown = kept("vacancies"), version("vacancies")
    db.session.execute(delete(Current).where(Current.section == "vacancies"))
    assert [found.section for found in repair.find_mismatches(iter)] == ["vacancies"]
    rebuild()
    assert kept("vacancies") == right
    assert version("vacancies") >= shown > 0


def test_row_of_current_that_the_log_does_not_know_is_emptied(lived):
    db.session.execute(
        insert(Current).values(
            location_id=home().id,
            section="workforce",
            submission_id=1,
            answers_id=1,
            answers_day=date(2021, 4, 17),
            day=date(2021, 4, 17),
            answered_at=AT,
            confirmed_at=AT,
            changed_at=AT,
            version=1,
        )
    )
    assert [(found.what, found.section) for found in repair.find_mismatches(iter)] == [("current", "workforce")]
    rebuild()
    assert kept("workforce")["confirmed_at"] is None
    assert repair.find_mismatches(iter) == []


@pytest.mark.parametrize(
    "corrupt",
    [
        lambda: update(Outbreak).values(residents_confirmed=7),
        lambda: update(Outbreak).values(last_case_on=date(2021, 4, 19)),
        lambda: delete(Outbreak),
        lambda: insert(Outbreak).values(location_id=home().id, **STRAY),
    ],
    ids=["count", "last case", "lost", "invented"],
)
def test_wrong_outbreak_is_found_and_put_right(lived, corrupt):
    right = db.session.execute(db.select(Outbreak.__table__)).all()
    db.session.execute(corrupt())
    (found,) = repair.find_mismatches(iter)
    assert (found.what, found.location_id, found.section) == ("outbreak", home().id, "covid")
    rebuild()
    assert db.session.execute(db.select(Outbreak.__table__)).all() == right
    assert repair.find_mismatches(iter) == []


def test_outbreak_at_a_home_that_never_reported_is_found_and_put_right(lived):
    elsewhere = home(cast.ELSEWHERE)
    db.session.execute(insert(Outbreak).values(location_id=elsewhere.id, **STRAY))
    assert [(found.what, found.location_id) for found in repair.find_mismatches(iter)] == [("outbreak", elsewhere.id)]
    rebuild()
    assert repair.find_mismatches(iter) == []


def test_rebuilding_what_is_right_changes_nothing(lived):
    before = kept("vacancies"), kept("covid"), version("vacancies"), version("covid")
    rebuild()
    rebuild()
    assert (kept("vacancies"), kept("covid"), version("vacancies"), version("covid")) == before
