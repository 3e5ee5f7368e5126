"""The audit trail of a save: old and new values, who and how, no word of a person."""

from datetime import date, timedelta

from tests import cast
from tests.answers import CONTINUITY, ROW
from tests.integration.services.writing import (
    author,
    beds,
    events,
    home,
    logged,
    save,
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


def test_trail_tells_old_and_new_values(app):
    save("vacancies", beds(), at=AT)
    saved = save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE)
    event = events("answers_report")[-1]
    assert (event.actor, event.channel, event.at) == (author().actor, "web", AT + MINUTE)
    assert (event.location_id, event.section) == (home().id, "vacancies")
    assert event.detail == {
        "submission": saved.submission_id,
        "day": "2021-04-20",
        "changed": {f"available__{ROW}": [2, 1], f"occupied__{ROW}": [9, 10]},
    }


def test_trail_of_a_correction_tells_what_stood_on_that_day(app):
    save("vacancies", beds(), at=AT - 3 * DAY)
    save("vacancies", beds(available=0, occupied=11), at=AT)
    save("vacancies", beds(available=1, occupied=10), at=AT + MINUTE, day=TODAY - 2 * DAY)
    assert events()[-1].detail["changed"] == {f"available__{ROW}": [2, 1], f"occupied__{ROW}": [9, 10]}
    save("vacancies", beds(), at=AT + MINUTE, day=TODAY - 9 * DAY)
    assert events()[-1].detail["changed"][f"available__{ROW}"] == [None, 2]


def test_trail_of_an_unchanged_save_tells_no_change(app):
    save("vacancies", beds(), at=AT)
    save("vacancies", beds(), at=AT + MINUTE)
    assert "changed" not in events("answers_unchanged")[0].detail


def test_trail_holds_no_free_text_and_no_details_of_people(app):
    save("business_continuity", AMBER, at=AT)
    save("business_continuity", AMBER | {"status_note": "Mr Oldroyd is back"}, at=AT + MINUTE)
    save("business_continuity", CONTINUITY, at=AT + 2 * MINUTE)
    save("contacts", CONTACTS, at=AT)
    save("contacts", CONTACTS | {"registered_manager": "Cat Clough"}, at=AT + MINUTE)
    told = str([event.detail for event in events()])
    for private in ("Sutcliffe", "Oldroyd", "Appleyard", "Clough", "496", "@"):
        assert private not in told
    assert [event.detail.get("notes") for event in events() if event.section == "business_continuity"] == [
        ["status_note"]
    ] * 3
    assert events()[-1].detail["people"] == ["registered_manager"]


def test_log_holds_who_and_how(app):
    save("vacancies", beds(), at=AT, by="rosewood_owner", channel="phone")
    row = logged()[0]
    assert (row.actor, row.channel, row.kind) == (author("rosewood_owner").actor, "phone", "report")
    assert row.answered_at == row.received_at == AT
