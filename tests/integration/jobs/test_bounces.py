"""Mail that came back: a hard bounce of a mail of ours marks its contact and revokes its links; nothing else does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from ctapp import clock
from ctapp.extensions import db
from ctapp.jobs.backends import MailFolder
from ctapp.jobs.bounces import read_bounces
from ctapp.jobs.mailing import hand_over, queue_reminders
from ctapp.models import Contact, OneTapLink, OutboxMail
from ctapp.services import people
from tests import answers, cast, factories

CONTACT = "manager@rosewood.example"
REPORT = """From: postmaster@mail.example
To: no-reply@capacity-tracker.example
Subject: Undelivered mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--b
Content-Type: {quoted}

Message-ID: {message_id}
Subject: Rosewood

{body}
--b--
"""


@pytest.fixture
def settings(app, tmp_path):
    return app.config["SETTINGS"].model_copy(update={"bounce_dir": tmp_path / "bounces"})


@pytest.fixture
def message_id(settings, at, tmp_path):
    """The Message-ID of a reminder that went to Rosewood's contact."""
    answers.save_beds(at=at - timedelta(hours=17))
    people.assign_contacts(factories.location_id(cast.ROSEWOOD), [CONTACT], at=at, is_confirmed=True)
    db.session.commit()
    queue_reminders(settings, at=at)
    hand_over(settings, MailFolder(tmp_path / "mail"), clock.now)
    return db.session.scalars(select(OutboxMail.message_id)).one()


@pytest.fixture
def come_back(settings, message_id):
    """Put a report into the folder, read it, and return (contacts marked, contact's mark, link's end, mail's state)."""

    def put(**changed):
        usual = {"address": CONTACT, "action": "failed", "status": "5.1.1", "message_id": message_id, "body": ""}
        usual["quoted"] = "text/rfc822-headers"
        settings.bounce_dir.mkdir(exist_ok=True)
        (settings.bounce_dir / "1.eml").write_text(REPORT.format(**usual | changed))
        return read()

    def read():
        count = read_bounces(settings, clock.now)
        db.session.rollback()
        marks = [
            db.session.scalars(select(c)).one() for c in (Contact.bounced_at, OneTapLink.revoked_at, OutboxMail.state)
        ]
        return (count, *marks)

    put.again = read
    return put


@pytest.mark.parametrize("quoted", ["text/rfc822-headers", "message/rfc822"])
def test_hard_bounce_marks_the_contact_and_revokes_its_links(come_back, settings, at, quoted):
    assert come_back(quoted=quoted, body="Hello") == (1, at, at, "bounced")
    assert queue_reminders(settings, at=at + timedelta(days=1)) == 0
    assert [path.name for path in settings.bounce_dir.iterdir()] == ["read"]
    assert come_back.again() == (0, at, at, "bounced")
    assert come_back() == (0, at, at, "bounced")


@pytest.mark.parametrize(
    "changed",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "failed", "status": "4.4.7"},
        {"action": "delivered", "status": "2.0.0"},
        {"status": "5.7.1"},
        {"status": "5.2.2"},
        {"status": "5.1.1x"},
        {"message_id": "<guessed@localhost>"},
        {"message_id": ""},
        {"address": "somebody@else.example"},
        {"quoted": "text/plain"},
    ],
    ids=str,
)
def test_anything_else_marks_nobody(come_back, changed):
    assert come_back(**changed) == (0, None, None, "sent")


@pytest.mark.parametrize("content", [b"", b"\xff\x00 no mail", b"Subject: hello\n\nout of office"])
def test_file_that_is_no_report_is_put_aside(settings, app, content):
    settings.bounce_dir.mkdir()
    (settings.bounce_dir / "x").write_bytes(content)
    assert read_bounces(settings, clock.now) == 0
    assert (settings.bounce_dir / "read" / "x").read_bytes() == content


def test_bounce_of_an_address_that_was_changed_is_of_no_account(come_back):
    db.session.execute(update(Contact).values(email="new@rosewood.example"))
    db.session.commit()
    assert come_back()[1] is None


def test_without_a_folder_nothing_happens(settings):
    assert read_bounces(settings, clock.now) == 0
