"""Saving a section: once, on what was seen, in the right kind of row, with notes, people, reasons and trail in their places."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from ctapp.errors import BadAnswers, NotAsked, StateMoved
from ctapp.extensions import db
from ctapp.models import Contact, ContactLocation, GivenReason, LocationPerson, Note, PostedForm, Submission
from ctapp.queries.facts import context_for
from ctapp.queries.question_sets import section_on
from ctapp.services.submissions import submit
from tests import cast
from tests.answers import CONTINUITY, COVID, ROW
from tests.integration.services.writing import (
    answers,
    author,
    beds,
    confirm,
    events,
    filled,
    home,
    kept,
    logged,
    save,
    version,
)

AT = cast.AT
TODAY = date(2021, 4, 20)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
AMBER = CONTINUITY | {"overall_status": "amber", "status_note": "Mrs Sutcliffe's daughter is on leave"}
CONTACTS = {
    "registered_manager": "Ann Appleyard",
    "admissions_phone": "0113 496 0001",
    "out_of_hours_phone": "0113 496 0002",
    "reminder_emails": "ann@rosewood.example\nbob@rosewood.example",
    "takes_from": "any_council",
    "weekend_admissions": "yes",
    "assessment": "phone",
}


# Once ------------------------------------------------------------------------------------------------------------------


def test_same_form_sent_twice_is_one_save(app):
    first = save("vacancies", beds(), at=AT, form_key="k1")
    second = save("vacancies", beds(), at=AT + MINUTE, form_key="k1", seen=0)
    assert (second.submission_id, second.kind, second.is_repeat) == (first.submission_id, "report", True)
    assert not first.is_repeat
    assert len(logged()) == len(events("answers_report")) == 1
    assert version("vacancies") == 1


def test_same_form_sent_after_somebody_else_saved_is_still_the_first_save(app):
    first = save("vacancies", beds(), at=AT, form_key="k1")
    save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE, form_key="k2")
    again = save("vacancies", beds(), at=AT + 2 * MINUTE, form_key="k1", seen=0)
    assert again.is_repeat and again.submission_id == first.submission_id
    assert answers("vacancies")[f"available__{ROW}"] == 1


def test_same_key_with_other_answers_is_no_repeat_but_a_conflict(app):
    save("vacancies", beds(), at=AT, form_key="k1")
    with pytest.raises(StateMoved):
        save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE, form_key="k1", seen=0)
    assert answers("vacancies")[f"available__{ROW}"] == 2


def test_same_key_with_another_note_or_phone_number_is_no_repeat(app):
    save("business_continuity", AMBER, at=AT, form_key="k1")
    with pytest.raises(StateMoved):
        save("business_continuity", AMBER | {"status_note": "Another"}, at=AT, form_key="k1", seen=0)
    save("contacts", CONTACTS, at=AT, form_key="k2")
    with pytest.raises(StateMoved):
        save("contacts", CONTACTS | {"admissions_phone": "0113 496 0009"}, at=AT, form_key="k2", seen=0)


def test_same_key_for_another_day_section_or_home_is_a_save_of_its_own(app):
    save("covid", COVID, at=AT, form_key="k1")
    assert not save("covid", COVID, at=AT, day=TODAY - DAY, form_key="k1").is_repeat
    assert not save("business_continuity", CONTINUITY, at=AT, form_key="k1").is_repeat
    elsewhere = save("covid", COVID, at=AT, form_key="k1", cqc_id=cast.ELM_HOUSE, by="elm_manager")
    assert not elsewhere.is_repeat
    assert db.session.query(PostedForm).count() == len(logged()) + 1 == 4


def test_form_without_a_key_is_saved_each_time(app):
    save("covid", COVID, at=AT)
    save("covid", COVID, at=AT)
    assert len(logged()) == 2


def test_key_is_kept_as_a_hash_only(app):
    save("vacancies", beds(), at=AT, form_key="a secret of the page")
    row = db.session.query(PostedForm).one()
    assert "secret" not in row.key_hash and len(row.key_hash) == 64


# On what was seen ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", [0, 2, 99])
def test_save_on_another_version_than_the_last_is_refused_and_writes_nothing(app, seen):
    save("vacancies", beds(), at=AT)
    db.session.commit()
    before = kept("vacancies")
    with pytest.raises(StateMoved):
        save("vacancies", beds(available=0, occupied=11), at=AT + MINUTE, seen=seen, form_key="k")
    db.session.flush()
    assert kept("vacancies") == before
    assert (len(logged()), len(events("answers_report")), db.session.query(PostedForm).count()) == (1, 1, 0)


def test_save_moves_the_version_by_one_and_a_confirmation_does_not(app):
    save("vacancies", beds(), at=AT)
    assert version("vacancies") == 1
    confirm("vacancies", at=AT + MINUTE)
    save("vacancies", beds(), at=AT + 2 * MINUTE)
    assert version("vacancies") == 1
    save("vacancies", beds(available=1, occupied=10), at=AT + 3 * MINUTE, seen=1)
    assert version("vacancies") == 2


def test_save_that_a_confirmation_overtook_stands_above_it(app):
    # Two processes take their moments in one order and the lock in the other.
    save("vacancies", beds(), at=AT)
    confirm("vacancies", at=AT + MINUTE)
    for second in (30, 40):
        save("vacancies", beds(available=second % 3, occupied=11 - second % 3), at=AT + timedelta(seconds=second))
        assert answers("vacancies")[f"available__{ROW}"] == second % 3
        row = logged()[-1]
        assert (row.answered_at, row.received_at) == (AT + MINUTE, AT + timedelta(seconds=second))


def test_save_of_yesterday_that_a_confirmation_of_today_overtook_is_told_so(app):
    midnight = datetime.fromisoformat("2021-04-21T00:00:00+01:00")
    save("vacancies", beds(), at=AT)
    confirm("vacancies", at=midnight)
    with pytest.raises(StateMoved):
        save("vacancies", beds(available=1, occupied=10), at=midnight - timedelta(microseconds=1))
    save("vacancies", beds(available=1, occupied=10), at=midnight)
    assert answers("vacancies")[f"available__{ROW}"] == 1


def test_correction_of_confirmed_days_that_a_confirmation_overtook_stands_above_it(app):
    save("vacancies", beds(), at=AT - DAY)
    confirm("vacancies", at=AT + MINUTE)
    right = beds(available=1, occupied=10)
    save("vacancies", right, at=AT, day=TODAY - DAY, correct_later=(TODAY,))
    assert answers("vacancies")[f"available__{ROW}"] == 1


def test_import_carries_no_version(app):
    save("vacancies", beds(), at=AT)
    save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE, seen=None, channel="csv")
    assert answers("vacancies")[f"available__{ROW}"] == 1


# The right kind of row -------------------------------------------------------------------------------------------------


def test_save_of_the_same_answers_is_unchanged_and_names_whose_answers(app):
    first = save("vacancies", beds(), at=AT)
    second = save("vacancies", beds(), at=AT + 2 * DAY)
    third = save("vacancies", beds(), at=AT + 3 * DAY)
    assert [second.kind, third.kind] == ["unchanged", "unchanged"]
    rows = logged()
    assert [row.same_as for row in rows] == [None, first.submission_id, first.submission_id]
    assert [row.answers is None for row in rows] == [False, True, True]
    assert kept("vacancies")["changed_at"] == AT


def test_save_of_the_same_zeros_is_a_report_where_answers_belong_to_a_day(app):
    save("covid", COVID, at=AT)
    assert save("covid", COVID, at=AT + MINUTE).kind == "report"
    assert save("covid", COVID, at=AT + DAY).kind == "report"
    assert all(row.answers for row in logged("covid"))


def test_same_answers_after_others_are_a_report(app):
    save("vacancies", beds(), at=AT)
    save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE)
    assert save("vacancies", beds(), at=AT + 2 * MINUTE).kind == "report"


def test_same_answers_under_a_new_version_of_the_questions_are_a_report(app):
    from ctapp.queries.question_sets import versions_of
    from ctapp.services.question_sets import publish

    save("vacancies", beds(), at=AT)
    source = versions_of("vacancies")[-1][3].replace('label = "Are you taking new people?"', 'label = "Taking people?"')
    publish(source, effective_on=TODAY + DAY, at=AT)
    assert save("vacancies", beds(), at=AT + DAY).kind == "report"
    assert save("vacancies", beds(), at=AT + DAY + MINUTE).kind == "unchanged"
    db.session.rollback()


def test_first_answer_for_a_past_day_is_a_report_and_a_second_a_correction(app):
    save("covid", COVID, at=AT)
    assert save("covid", COVID, at=AT, day=TODAY - DAY).kind == "report"
    assert save("covid", COVID, at=AT + MINUTE, day=TODAY - DAY).kind == "correction"
    assert save("covid", COVID, at=AT + 2 * MINUTE).kind == "report"
    assert [row.day for row in logged()] == [TODAY, TODAY - DAY, TODAY - DAY, TODAY]


def test_file_of_some_days_ago_never_names_answers_that_came_later(app):
    save("vacancies", beds(), at=AT)
    saved = save("vacancies", beds(), at=AT - 3 * DAY, seen=None, channel="csv")
    assert saved.kind == "report"
    assert logged()[-1].answers and logged()[-1].same_as is None


def test_correction_of_a_day_corrects_the_later_confirmations_that_were_ticked(app):
    save("vacancies", beds(), at=AT - 3 * DAY)
    for back in (2, 1, 0):
        confirm("vacancies", at=AT - back * DAY)
    later = (TODAY - 2 * DAY, TODAY - DAY, TODAY)
    right = beds(available=1, occupied=10)
    save("vacancies", right, at=AT + MINUTE, day=TODAY - 3 * DAY, correct_later=later)
    assert [(row.day, row.kind) for row in logged()[4:]] == [(day, "correction") for day in (TODAY - 3 * DAY, *later)]
    assert answers("vacancies")[f"available__{ROW}"] == 1
    assert kept("vacancies")["confirmed_at"] == AT + MINUTE


def test_correction_alone_ends_at_the_next_confirmation(app):
    save("vacancies", beds(), at=AT - 3 * DAY)
    confirm("vacancies", at=AT)
    before = kept("vacancies")
    save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE, day=TODAY - 3 * DAY)
    assert answers("vacancies")[f"available__{ROW}"] == 2
    assert kept("vacancies") == before


# Notes, people, reasons ------------------------------------------------------------------------------------------------


def test_free_text_lives_in_its_own_table_and_may_be_erased(app):
    saved = save("business_continuity", AMBER, at=AT)
    row = logged()[0]
    assert "status_note" not in row.answers and "Sutcliffe" not in str(row.answers)
    note = db.session.query(Note).one()
    assert (note.submission_id, note.key, note.text) == (saved.submission_id, "status_note", AMBER["status_note"])
    assert answers("business_continuity")["status_note"] == AMBER["status_note"]
    confirm("business_continuity", at=AT + MINUTE)
    db.session.execute(update(Note).values(text=None))
    assert "status_note" not in answers("business_continuity")
    assert answers("business_continuity")["overall_status"] == "amber"
    confirm("business_continuity", at=AT + 2 * MINUTE)
    assert save("business_continuity", AMBER, at=AT + 3 * MINUTE).kind == "report"


def test_details_of_people_stay_out_of_the_log(app):
    save("contacts", CONTACTS, at=AT)
    assert set(logged()[0].answers) == {"takes_from", "weekend_admissions", "assessment"}
    kept_people = {row.key: row.text for row in db.session.scalars(select(LocationPerson))}
    assert kept_people["registered_manager"] == "Ann Appleyard"
    assert kept_people["reminder_emails"] == "ann@rosewood.example\nbob@rosewood.example"


def test_new_address_is_not_confirmed_and_a_known_one_stays_as_it_is(app):
    save("contacts", CONTACTS, at=AT)
    assert {c.email: c.confirmed_at for c in db.session.scalars(select(Contact))} == {
        "ann@rosewood.example": None,
        "bob@rosewood.example": None,
    }
    db.session.execute(update(Contact).where(Contact.email == "ann@rosewood.example").values(confirmed_at=AT))
    save("contacts", CONTACTS | {"reminder_emails": "ann@rosewood.example\ncat@rosewood.example"}, at=AT + DAY)
    rows = db.session.execute(
        select(Contact.email, Contact.confirmed_at, ContactLocation.location_id)
        .outerjoin(ContactLocation, ContactLocation.contact_id == Contact.id)
        .order_by(Contact.email)
    )
    assert [tuple(row) for row in rows] == [
        ("ann@rosewood.example", AT, home().id),
        ("bob@rosewood.example", None, None),
        ("cat@rosewood.example", None, home().id),
    ]


def test_changed_phone_number_is_a_report_that_moves_the_version(app):
    save("contacts", CONTACTS, at=AT)
    assert save("contacts", CONTACTS, at=AT + MINUTE).kind == "unchanged"
    assert save("contacts", CONTACTS | {"admissions_phone": "0113 496 0009"}, at=AT + 2 * MINUTE).kind == "report"
    with pytest.raises(StateMoved):
        save("contacts", CONTACTS | {"out_of_hours_phone": "0113 496 0008"}, at=AT + 3 * MINUTE, seen=1)


def test_erased_details_of_people_can_be_given_again(app):
    save("contacts", CONTACTS, at=AT)
    db.session.query(LocationPerson).delete()
    assert save("contacts", CONTACTS, at=AT + MINUTE).kind == "report"
    assert db.session.query(LocationPerson).count() == 4


LARGE = {"new_cases": "no", "residents_total": "1200"}


def reasons():
    rows = db.session.scalars(select(GivenReason).order_by(GivenReason.submission_id))
    return [(row.doubt, row.reason) for row in rows]


def held(at):
    location, section = home(), section_on("covid", TODAY).section
    return context_for(location, section, stored={}, day=TODAY, at=at).held_reasons


def test_reason_is_kept_with_the_row_and_holds_180_days(app):
    form = filled("covid", LARGE, at=AT)
    (key,) = [doubt.key for doubt in form.checked.doubts]
    save("covid", LARGE, at=AT, reasons={key: "right"})
    assert reasons() == [(key, "right")]
    assert held(AT + 180 * DAY - timedelta(seconds=1)) == {key}
    assert held(AT + 180 * DAY) == frozenset()
    assert held(AT + 180 * DAY + timedelta(seconds=1)) == frozenset()
    assert [d for d in filled("covid", LARGE, at=AT + DAY).checked.doubts if d.key == key] == []


def test_doubt_without_a_reason_is_kept_as_such_and_holds_nothing(app):
    form = filled("covid", LARGE, at=AT)
    save("covid", LARGE, at=AT, channel="csv", seen=None)
    assert reasons() == [(form.checked.doubts[0].key, None)]
    assert held(AT) == frozenset()


# What is refused -------------------------------------------------------------------------------------------------------


def nothing_was_saved():
    db.session.flush()
    return not db.session.query(Submission).count() and not events() and kept("vacancies") is None


def test_closed_home_saves_nothing(app):
    with pytest.raises(NotAsked):
        save("vacancies", beds(), at=AT, cqc_id=cast.CLOSED_HOME)
    assert nothing_was_saved()


@pytest.mark.parametrize("closes_in, is_saved", [(-1, False), (0, False), (1, True)])
def test_home_reports_until_the_day_before_it_closes(app, closes_in, is_saved):
    location = replace(home(), closed_on=TODAY + closes_in * DAY)
    form, published = filled("vacancies", beds(), at=AT), section_on("vacancies", TODAY)
    if is_saved:
        assert submit(location, published, form, author=author(), at=AT).kind == "report"
        return
    with pytest.raises(NotAsked):
        submit(location, published, form, author=author(), at=AT)
    assert nothing_was_saved()


def test_section_of_another_type_of_provider_saves_nothing(app):
    with pytest.raises(NotAsked):
        save("vacancies", beds(), at=AT, cqc_id=cast.SWIFT, by="swift_manager")
    assert nothing_was_saved()


def test_day_to_come_saves_nothing(app):
    # In London it is still today, 30 minutes before midnight; in UTC as well, an hour earlier.
    late = datetime.fromisoformat("2021-04-20T23:30:00+01:00")
    for day in (TODAY + DAY, TODAY + 30 * DAY):
        with pytest.raises(NotAsked):
            save("vacancies", beds(), at=late, day=day)
    with pytest.raises(NotAsked):
        save("vacancies", beds(), at=late, day=TODAY - DAY, correct_later=(TODAY + DAY,))
    assert nothing_was_saved()
    save("vacancies", beds(), at=late + 30 * MINUTE, day=TODAY + DAY)


def test_broken_rule_saves_nothing_and_names_its_place(app):
    form = filled("vacancies", beds(available=5), at=AT)
    with pytest.raises(BadAnswers) as refused:
        submit(home(), section_on("vacancies", TODAY), form, author=author(), at=AT)
    assert [name for name, _ in refused.value.errors]
    assert nothing_was_saved()
