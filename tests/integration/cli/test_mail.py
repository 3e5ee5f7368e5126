"""`ctapp remind` and `ctapp outbox …`, run as commands."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ctapp.cli import edge, main
from ctapp.extensions import db
from ctapp.services import people
from tests import answers, cast, factories


@pytest.fixture
def ctapp(site, app, at, monkeypatch, tmp_path, capsys):
    """Run a command on the cast's database, Rosewood's contact confirmed, mail in `tmp_path`: (exit code, output)."""
    answers.save_beds(at=at - timedelta(hours=17))
    people.assign_contacts(factories.location_id(cast.ROSEWOOD), ["manager@rosewood.example"], at=at, is_confirmed=True)

    def run(*arguments, **settings):
        made = site.make_app(instance=tmp_path, base_url="http://localhost:8000", **settings)
        monkeypatch.setattr(edge, "create_app", lambda: made)
        db.session.commit()
        capsys.readouterr()
        try:
            return main(list(arguments)), capsys.readouterr().out
        finally:
            with made.app_context():
                db.engine.dispose()

    return run


def test_remind_then_send_writes_one_mail(ctapp, tmp_path):
    assert ctapp("remind") == (0, "Queued 1 reminder.\n")
    assert ctapp("remind") == (0, "Queued 0 reminders.\n")
    assert ctapp("outbox", "send") == (
        0,
        "Handed over 1, no longer wanted 0, put off 0, without an answer 0, given up 0.\n",
    )
    assert ctapp("outbox", "send", "--json")[1] == '{"sent": 0, "void": 0, "put_off": 0, "unknown": 0, "failed": 0}\n'
    [mail] = (tmp_path / "mail").glob("*.eml")
    assert "http://localhost:8000/u/" in mail.read_text()


def test_remind_queues_at_any_hour_but_the_worker_does_not(ctapp, travel, at):
    travel(at.replace(hour=23))
    assert ctapp("remind", "--at", "2021-04-20T23:00:00+01:00")[1].startswith("Queued 0")
    assert ctapp("remind", "--at", "2021-04-20T09:00:00+01:00")[1] == "Queued 1 reminder.\n"
    assert ctapp("remind")[1] == "Queued 0 reminders.\n"


@pytest.mark.parametrize("moment", ["2021-04-20T09:00:00", "nine"])
def test_remind_refuses_a_time_without_offset(ctapp, moment):
    assert ctapp("remind", "--at", moment)[0] == 1


def test_list_names_no_address(ctapp):
    ctapp("remind")
    code, text = ctapp("outbox", "list")
    assert code == 0
    assert "reminder" in text and "queued" in text and "1 queued" in text
    [row] = json.loads(ctapp("outbox", "list", "--json")[1])
    assert (row["kind"], row["state"], row["london_on"]) == ("reminder", "queued", "2021-04-20")
    assert "@" not in text + json.dumps(row)
    assert ctapp("outbox", "list", "--state", "sent")[1] == "1 queued\n"


@pytest.mark.parametrize("address", ["smtp://", "ftp://mail.example", "smtps://mail.example?verify=no"])
def test_address_that_names_no_mail_server_is_refused(ctapp, address):
    ctapp("remind")
    assert ctapp("outbox", "send", smtp_url=address)[0] == 1
    assert ctapp("outbox", "send")[0] == 0


def test_mail_goes_where_a_file_address_says(ctapp, tmp_path):
    ctapp("remind")
    assert ctapp("outbox", "send", smtp_url=f"file:{tmp_path}/else where")[0] == 0
    assert len(list((tmp_path / "else where").glob("*.eml"))) == 1


def test_mail_that_cannot_be_written_is_told_by_the_exit_code(ctapp, tmp_path):
    ctapp("remind")
    (tmp_path / "mail").write_text("no folder")
    assert ctapp("outbox", "send") == (
        1,
        "Handed over 0, no longer wanted 0, put off 1, without an answer 0, given up 0.\n",
    )
