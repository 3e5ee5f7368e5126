"""What the two engines are made to hold: the log can only grow, settings are safe, writers take their lock first, time is aware.

Source: storage.md, Engines; security.md, 81, 82 and 87.
"""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from ctapp.errors import UnsafeDatabase
from ctapp.extensions import db
from ctapp.models import Current, Submission, engine
from ctapp.queries.current import standing_for
from ctapp.queries.history import effective_rows
from ctapp.services import transactions
from tests import cast
from tests.integration.services.writing import beds, confirm, home, kept, report, save
from tests.page import Page

AT = cast.AT
HELD = ["submission", "audit_event"]
on_sqlite = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("site", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
DAY = timedelta(days=1)


@pytest.fixture
def written(app):
    """A row in the log and one in the audit trail, on record."""
    save("vacancies", beds(), at=AT)
    db.session.commit()


def refuse(statement, *, names="append-only"):
    with pytest.raises(DBAPIError) as refused, db.engine.connect() as connection:
        connection.execute(text(statement))
        connection.commit()
    assert names in str(refused.value.orig)


def rows_of(table):
    with db.engine.connect() as connection:
        return connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).all()


# The log can only grow --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", HELD)
def test_row_is_neither_changed_nor_deleted(written, table):
    before = rows_of(table)
    refuse(f"UPDATE {table} SET actor = 'somebody else'")
    refuse(f"UPDATE {table} SET actor = actor WHERE id = (SELECT max(id) FROM {table})")
    refuse(f"DELETE FROM {table}")
    refuse(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})")
    assert rows_of(table) == before


@pytest.mark.parametrize("table", HELD)
def test_row_is_not_replaced_by_an_insert(written, engine, table):
    before = rows_of(table)
    columns = ", ".join(column.name for column in db.metadata.tables[table].columns)
    others = columns.replace("actor,", "'somebody else',")
    if engine == "sqlite":
        refuse(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {others} FROM {table}")
        refuse(f"REPLACE INTO {table} ({columns}) SELECT {others} FROM {table}")
        refuse(f"UPDATE OR REPLACE {table} SET id = id")
    else:
        key = "(id, day)" if table == "submission" else "(id)"
        refuse(
            f"INSERT INTO {table} ({columns}) SELECT {others} FROM {table} ON CONFLICT {key} DO UPDATE SET actor = 'x'"
        )
    assert rows_of(table) == before


@on_postgres
@pytest.mark.parametrize("table", [*HELD, "submission_2021_04", "submission_default"])
def test_table_and_its_partitions_are_not_emptied(written, table):
    refuse(f"TRUNCATE {table}")
    refuse(f"TRUNCATE {table} CASCADE")


@on_postgres
def test_partition_is_held_as_the_table_is(written):
    refuse("UPDATE submission_2021_04 SET actor = 'somebody else'")
    refuse("DELETE FROM submission_2021_04")
    refuse("UPDATE submission SET day = day + 31")


def test_row_of_the_log_says_one_thing_only(app):
    columns = "location_id, section, day, answered_at, received_at, actor, channel, kind, question_set"
    values = "1, 'x', '2021-04-20', '2021-04-20 08:00:00', '2021-04-20 08:00:00', 'a', 'web', 'report', 1"
    for answers, same_as, undoes in [
        ("NULL", "NULL", "NULL"),
        ("'{}'", "1", "NULL"),
        ("NULL", "1", "1"),
        ("'{}'", "NULL", "1"),
    ]:
        refuse(
            f"INSERT INTO submission ({columns}, answers, same_as, undoes)"
            f" VALUES ({values}, {answers}, {same_as}, {undoes})",
            names="ck_submission_",
        )


# Settings ---------------------------------------------------------------------------------------------------------------


def wrong_engine(url, statement):
    """An engine like the application's, but with one setting spoiled on every connection."""
    made = create_engine(url, **engine.engine_options(url))
    engine.prepare(made)

    @event.listens_for(made, "connect")
    def spoil(connection, record):
        cursor = connection.cursor()
        cursor.execute(statement)
        if made.dialect.name == "postgresql":
            connection.commit()

    return made


def test_settings_of_the_application_are_right(app):
    engine.verify(db.engine)


@pytest.mark.parametrize(
    "setting, value", [("synchronous", 1), ("foreign_keys", 0), ("recursive_triggers", 0), ("busy_timeout", 0)]
)
def test_wrong_setting_of_sqlite_stops_the_program(tmp_path, setting, value):
    made = wrong_engine(f"sqlite:///{tmp_path / 'a.sqlite'}", f"PRAGMA {setting}={value}")
    with pytest.raises(UnsafeDatabase, match=f"{setting} is {value}"):
        engine.verify(made)
    made.dispose()


def test_journal_of_sqlite_that_is_not_a_wal_stops_the_program(tmp_path):
    made = wrong_engine(f"sqlite:///{tmp_path / 'a.sqlite'}", "PRAGMA journal_mode=DELETE")
    with pytest.raises(UnsafeDatabase, match="journal_mode is delete"):
        engine.verify(made)
    made.dispose()


def test_sqlite_opened_by_anybody_else_stops_the_program_for_every_setting_at_once(tmp_path):
    made = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}", module=engine.sqlite_module)
    with pytest.raises(UnsafeDatabase) as refused:
        engine.verify(made)
    made.dispose()
    for setting in ("journal_mode", "foreign_keys", "recursive_triggers"):
        assert f"{setting} is " in str(refused.value)


@on_postgres
def test_postgres_that_does_not_wait_for_the_disk_stops_the_program(site, app):
    made = wrong_engine(engine.engine_url(site.database_url), "SET synchronous_commit = off")
    with pytest.raises(UnsafeDatabase, match="synchronous_commit is off, must be on"):
        engine.verify(made)
    made.dispose()


@on_postgres
@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_postgres_without_its_safety_net_stops_the_program(site, app, setting):
    # These are settings of the whole server: the question is answered in its place.
    made = create_engine(engine.engine_url(site.database_url))

    @event.listens_for(made, "before_cursor_execute", retval=True)
    def answer(connection, cursor, statement, parameters, context, executemany):
        return ("SELECT 'off'" if statement == f"SHOW {setting}" else statement), parameters

    with pytest.raises(UnsafeDatabase, match=f"{setting} is off, must be on"):
        engine.verify(made)
    made.dispose()


def test_command_does_not_start_on_a_wrong_setting(app, engine, command):
    statement = "PRAGMA synchronous=NORMAL" if engine == "sqlite" else "SET synchronous_commit = off"

    def spoil(connection, record):
        connection.execute(statement)
        if engine != "sqlite":
            connection.commit()

    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", spoil)
    status, _, refused = command("verify")
    event.remove(db.engine, "connect", spoil)
    db.session.remove()
    db.engine.dispose()
    assert status == 1
    assert refused.startswith("Refused: synchronous")


# Who takes the lock when -------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(app):
    """What really reaches SQLite: every statement of every connection opened from now on."""
    found = []

    def listen(connection, record):
        connection.set_trace_callback(found.append)

    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", listen)
    yield found
    event.remove(db.engine, "connect", listen)
    db.session.remove()
    db.engine.dispose()


def begins(statements):
    return [statement for statement in statements if statement.startswith("BEGIN")]


@on_sqlite
def test_sqlite_is_told_to_begin_a_write_at_once(app, sent):
    save("vacancies", beds(), at=AT)
    db.session.commit()
    assert sent.index("BEGIN IMMEDIATE") < min(n for n, text in enumerate(sent) if "SELECT" in text)
    assert begins(sent) == ["BEGIN IMMEDIATE"]
    assert sent[-1] == "COMMIT"


@on_sqlite
def test_page_that_is_read_waits_for_no_writer_and_one_that_is_posted_takes_the_lock(client_as, sent):
    home_manager = client_as("rosewood_manager")
    home_manager.get("/healthz")
    form = Page.get(home_manager, f"/locations/{cast.ROSEWOOD}/covid").form("Save and continue")
    sent.clear()
    assert home_manager.get(f"/locations/{cast.ROSEWOOD}/covid").status_code == 200
    assert begins(sent) and set(begins(sent)) == {"BEGIN"}
    sent.clear()
    form.values.setlist("new_cases", ["no"])
    form.values.setlist("residents_total", ["0"])
    form.press("Save and continue")
    assert "BEGIN IMMEDIATE" in begins(sent)
    written = [n for n, statement in enumerate(sent) if statement.startswith("INSERT INTO submission")]
    assert [s for s in sent[: written[0]] if s.startswith("BEGIN")][-1] == "BEGIN IMMEDIATE"


@on_sqlite
def test_reader_is_served_while_a_writer_holds_the_lock(client_as):
    home_manager = client_as("rosewood_manager")
    home_manager.get("/")
    with db.engine.connect() as writer:
        writer.execute(text("INSERT INTO sign_in_throttle VALUES ('a', '2021-04-20 08:00:00', 1)"))
        started = datetime.now()
        assert home_manager.get(f"/locations/{cast.ROSEWOOD}/vacancies").status_code == 200
        assert datetime.now() - started < timedelta(seconds=4)
        writer.rollback()


@on_sqlite
def test_transaction_apart_takes_the_lock_even_while_a_page_is_read(app, sent):
    transactions.begin_reading()
    with transactions.apart() as connection:
        connection.execute(text("SELECT 1"))
    db.session.execute(select(Current))
    transactions.begin_writing()
    assert begins(sent) == ["BEGIN IMMEDIATE", "BEGIN"]


# Time -------------------------------------------------------------------------------------------------------------------


def test_naive_moment_is_refused_and_an_aware_one_comes_back_in_utc(app):
    with pytest.raises(StatementError, match="a naive time cannot be stored"), db.session.begin_nested():
        report("vacancies", {"admissions": "open"}, day=date(2021, 4, 20), at=datetime(2021, 4, 20, 9))
    report("vacancies", {"admissions": "open"}, day=date(2021, 4, 20), at=AT + timedelta(microseconds=1))
    found = db.session.execute(select(Submission.answered_at)).scalar_one()
    assert found == AT + timedelta(microseconds=1)
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize("column", ["answered_at", "confirmed_at", "changed_at"])
def test_naive_moment_is_refused_in_a_question_too(app, column):
    with pytest.raises(StatementError, match="a naive time cannot be stored"), db.session.begin_nested():
        db.session.execute(select(Current).where(getattr(Current, column) < datetime(2021, 4, 20)))


# Partitions --------------------------------------------------------------------------------------------------------------


def partition_of(row_id):
    return db.session.execute(
        text("SELECT tableoid::regclass::text FROM submission WHERE id = :id"), {"id": row_id}
    ).scalar_one()


@on_postgres
def test_each_month_has_its_partition_and_any_other_day_the_default(app):
    days = [date(2020, 1, 1), date(2021, 4, 30), date(2021, 5, 1), date(2030, 12, 31)]
    others = [date(2035, 6, 1), date(2019, 12, 31)]
    found = [report("vacancies", {"admissions": "open"}, day=day, at=AT) for day in days + others]
    assert len({*found}) == 6
    db.session.commit()
    assert kept("vacancies")["day"] == date(2035, 6, 1)
    expected = [f"submission_{day:%Y_%m}" for day in days] + ["submission_default"] * 2
    assert [partition_of(row_id) for row_id in found] == expected
    refuse("DELETE FROM submission_default")


def plan_of(statement_and_parameters):
    statement, parameters = statement_and_parameters
    with db.engine.connect() as connection:
        return json.dumps(connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar())


@on_postgres
def test_what_stands_is_read_from_the_partitions_that_hold_it(app):
    save("vacancies", beds(), at=AT - 90 * DAY)
    confirm("vacancies", at=AT)
    db.session.commit()
    asked = []

    def listen(connection, cursor, statement, parameters, context, executemany):
        if "FROM submission" in statement:
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", listen)
    # Often enough for a prepared statement, whose plan knows no day, to take the place of the first ones.
    for _ in range(12):
        standing_for([home().id], ["vacancies", "covid"])
    event.remove(db.engine, "before_cursor_execute", listen)
    assert len(asked) == 12
    plan = plan_of(asked[-1])
    touched = {name for name in all_partitions() if f'"{name}"' in plan}
    assert touched == {"submission_2021_01", "submission_2021_04"}


def all_partitions():
    rows = db.session.execute(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'submission'::regclass")
    )
    return set(rows.scalars())


def test_rows_of_a_location_are_the_same_across_partitions(app):
    for back in (400, 90, 31, 1, 0):
        save("covid", {"new_cases": "no", "residents_total": "0"}, at=AT, day=(AT - back * DAY).date())
    assert [row.day for row in effective_rows(home().id, "covid")] == [
        (AT - back * DAY).date() for back in (400, 90, 31, 1, 0)
    ]
