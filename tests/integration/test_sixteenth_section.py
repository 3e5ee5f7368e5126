"""A sixteenth section, dropped in as one file: asked, checked, stored, shown, exported, confirmed, with no other change.

And what becomes of it when its words change: asked anew from a day on, while an old answer keeps the words it was given to.
"""

import csv
import io
import shutil
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy import delete

from ctapp.config import ROOT
from ctapp.extensions import db
from ctapp.models import Note, QuestionSet
from ctapp.queries import question_sets
from ctapp.services.question_sets import publish_shipped
from tests import cast
from tests.answers import CONTINUITY, COVID
from tests.integration.services.writing import answers, beds, kept, logged, save
from tests.page import Page

AT = cast.AT
TODAY = date(2021, 4, 20)
FILE = ROOT / "tests" / "samples" / "sections" / "garden.toml"
GARDEN = f"/locations/{cast.ROSEWOOD}/garden"
STORED = {
    "garden_open": "yes",
    "visitors": 12,
    "hours_open": "6.5",
    "tea_money": "1234.50",
    "share_outside": "40",
    "mown_on": "2021-04-18",
    "weather": "green",
    "gardener": "firm",
    "seen": ["birds", "bees"],
    "outing_areas": ["LS16", "LS6"],
    "plants__roses": 30,
    "alive__roses": 28,
    "dead__roses": 2,
    "cause__roses": "frost",
    "plants__pond": 0,
    "alive__pond": 0,
    "dead__pond": 0,
}
REMARK = "The bench wants paint"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in the place of `ctapp/sections`, with the same files in it."""
    made, shipped, files = tmp_path / "sections", ROOT / "ctapp" / "sections", resources.files
    shutil.copytree(shipped, made, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(
        question_sets.resources, "files", lambda name: made if name == "ctapp.sections" else files(name)
    )
    return made


@pytest.fixture
def dropped_in(app, folder, client_as):
    """The file lies in the folder and the program starts; the manager of Rosewood is signed in."""
    shutil.copy(FILE, folder)
    assert publish_shipped(at=AT) == ["garden"]
    db.session.commit()
    yield client_as("rosewood_manager")
    db.session.rollback()
    # Published versions outlive a test on PostgreSQL.
    db.session.execute(delete(QuestionSet).where(QuestionSet.section == "garden"))
    db.session.commit()


def fill_in(page):
    """The page with every question of the section answered."""
    form = page.form("Save and continue")
    form.choose("Is the garden open today?", "Yes")
    form.fill("People in the garden today", "12")
    form.fill("Hours open today", "6.5")
    form.fill("Spent on tea", "£1,234.50")
    form.fill("Share of residents who went out", "40%")
    form.fill("When was the grass last mown?", "18/4/2021")
    form.choose("How safe are the paths?", "Green: dry")
    form.choose("Who looks after the garden?", "A firm")
    form.tick("What was seen?", "Birds", "Bees")
    form.fill("Anything else about the garden?", REMARK)
    form.fill("Where did outings go?", "LS6, LS16")
    for legend, numbers in (("Roses", (30, 28, 2)), ("Pond", (0, 0, 0))):
        for label, number in zip(("How many plants are there?", "Plants alive", "Plants dead"), numbers, strict=True):
            form.fill(label, str(number), within=legend)
    form.choose("What of?", "Frost", within="Roses")
    return form


@pytest.fixture
def answered(dropped_in):
    """Rosewood has answered it, and every other daily section besides."""
    page = Page.get(dropped_in, f"{GARDEN}?plots=roses&plots=pond")
    assert fill_in(page).press("Save and go Home").banner.startswith("Garden and outings saved")
    save("vacancies", beds(), at=AT)
    save("business_continuity", CONTINUITY, at=AT)
    save("covid", COVID, at=AT)
    db.session.commit()
    return dropped_in


# Asked ------------------------------------------------------------------------------------------------------------------


def test_it_stands_on_the_first_days_list_and_leads_to_its_page(dropped_in):
    page = Page.get(dropped_in, "/").follow("Garden and outings")
    assert page.h1 == "Which plots do you have?"
    page = Page.get(dropped_in, f"{GARDEN}?plots=roses")
    assert page.h1 == "Garden and outings"
    labels = [
        "Is the garden open today?",
        "Hours open today",
        "Spent on tea",
        "How safe are the paths?",
        "Plants alive",
    ]
    assert all(label in page.text for label in labels)


def test_it_is_not_asked_of_other_types(dropped_in, client_as):
    swift = client_as("swift_manager")
    assert "Garden" not in Page.get(swift, "/").text
    assert swift.get(f"/locations/{cast.SWIFT}/garden").status_code == 404


def test_every_rule_of_it_is_held_at_its_place_and_nothing_is_saved(dropped_in):
    page = Page.get(dropped_in, f"{GARDEN}?plots=roses&plots=pond")
    form = fill_in(page).fill("Plants alive", "27", within="Roses").fill("Hours open today", "six")
    form.fill("Share of residents who went out", "140").fill("When was the grass last mown?", "31/2/2021")
    refused = form.press("Save and continue")
    assert refused.status == 422
    assert refused.error_at("Plants alive", within="Roses") == "Roses: 27 and 2 are not 30 plants"
    for label, said in [
        ("Hours open today", "Hours open must be a number"),
        ("Share of residents who went out", "Share who went out must be 100 or less"),
        ("When was the grass last mown?", "The day of mowing must be a real date"),
    ]:
        assert refused.error_at(label).startswith(said)
    assert refused.form("Save and continue").value("Hours open today") == "six"
    assert not logged("garden")


def test_its_doubt_asks_for_a_reason(dropped_in):
    form = fill_in(Page.get(dropped_in, f"{GARDEN}?plots=roses&plots=pond")).fill("People in the garden today", "300")
    asked = form.press("Save and continue")
    assert asked.status == 422 and "300 people in the garden. Is that right?" in asked.text
    again = asked.form("Save and continue").choose("Warning: 300 people in the garden", "Yes, there was a fete")
    assert again.press("Save and go Home").status == 200
    assert logged("garden")[0].answers["visitors"] == 300


# Stored, shown, exported, confirmed ----------------------------------------------------------------------------------------


def test_its_answers_are_stored_by_flat_names_without_what_was_not_asked(answered):
    (row,) = logged("garden")
    assert row.answers == STORED
    assert db.session.get(Note, (row.id, "remark")).text == REMARK
    assert answers("garden") == STORED | {"remark": REMARK}


def test_home_shows_it_in_its_own_words_and_what_others_see(answered):
    text = Page.get(answered, "/").text
    for words in ("Open: Yes. People: 12", "Roses: 28 alive, 2 dead", "28 plants alive"):
        assert words in text


def test_its_page_starts_from_the_last_answers(answered):
    form = Page.get(answered, GARDEN).form("Save and continue")
    assert form.value("Spent on tea") == "1234.50"
    assert form.chosen("What was seen?") == ["Birds", "Bees"]
    assert form.value("Plants alive", within="Roses") == "28"
    assert form.press("Save and go Home").status == 200
    assert [row.kind for row in logged("garden")] == ["report", "unchanged"]


def test_history_tells_it_in_words(answered):
    text = Page.get(answered, f"/locations/{cast.ROSEWOOD}/history?section=garden").text
    for words in ("Garden", "£1,234.50", "40%", "18 April 2021", "Birds", "LS16, LS6", REMARK):
        assert words in text


def test_it_is_exported_as_csv_with_a_column_for_every_answer(answered):
    response = answered.get(f"/locations/{cast.ROSEWOOD}/history?section=garden&format=csv")
    (row,) = csv.DictReader(io.StringIO(response.get_data(as_text=True)))
    told = {name: "|".join(value) if isinstance(value, list) else str(value) for name, value in STORED.items()}
    assert {name: row[name] for name in told} == told
    assert row["remark"] == REMARK
    assert {"plants__herbs", "cause__pond"} <= set(row) and row["plants__herbs"] == row["cause__pond"] == ""


def test_one_button_confirms_it_with_the_others(answered, client_as, travel):
    later = travel(hours=25)
    page = Page.get(client_as("rosewood_manager"), "/")
    assert "Confirms beds, business continuity, covid-19 and garden as shown" in page.text.replace("COVID", "covid")
    page.press("Confirm nothing has changed")
    assert kept("garden")["confirmed_at"] == later
    assert logged("garden")[-1].same_as == logged("garden")[0].id


# A changed version --------------------------------------------------------------------------------------------------------


@pytest.fixture
def reworded(tmp_path):
    """The file with other words, one question more and one option less."""
    source = FILE.read_text("utf-8").replace("Is the garden open today?", "Can people go into the garden?")
    source = source.replace("the garden being open", "going into the garden")
    source = source.replace('label = "A firm"', 'label = "A gardening firm"').replace("Our own gardener", "A colleague")
    source += '\n[[question]]\nkey = "ducks"\nkind = "count"\nlabel = "Ducks on the pond"\nshort = "ducks"\n'
    path = tmp_path / "garden.toml"
    path.write_text(source, "utf-8")
    return path


def test_new_words_are_asked_from_their_day_and_an_old_answer_keeps_its_own(
    answered, reworded, command, client_as, travel
):
    status, printed, _ = command("section", "publish", reworded, "--from", "2021-04-22")
    assert (status, printed) == (0, "Published version 2, asked from 2021-04-22.\n")
    travel(hours=24)
    assert "Is the garden open today?" in Page.get(client_as("rosewood_manager"), GARDEN).text
    travel(hours=48)
    home_manager = client_as("rosewood_manager")
    page = Page.get(home_manager, GARDEN)
    assert "Can people go into the garden?" in page.text and "Is the garden open today?" not in page.text
    assert page.form("Save and continue").value("Spent on tea") == "1234.50"
    refused = page.form("Save and continue").press("Save and go Home")
    assert refused.error_at("Ducks on the pond") == "Enter ducks. Enter 0 if none"
    refused.form("Save and continue").fill("Ducks on the pond", "4").press("Save and go Home")
    old, new = logged("garden")
    assert (old.question_set != new.question_set, new.kind, new.answers["ducks"]) == (True, "report", 4)
    text = Page.get(home_manager, f"/locations/{cast.ROSEWOOD}/history?section=garden").text
    newer, older = text.index("Going into the garden"), text.index("The garden being open")
    assert newer < older
    assert "A gardening firm" in text[newer:older] and "A firm" in text[older:]
    assert "Ducks" not in text[older:]


# The commands -------------------------------------------------------------------------------------------------------------


def test_command_lists_and_shows_it(dropped_in, command):
    status, printed, _ = command("section", "list")
    assert status == 0
    assert "garden               version 1  daily      Garden and outings" in printed.splitlines()
    assert command("section", "show", "garden")[1] == FILE.read_text("utf-8") + "\n"
    status, printed, _ = command("section", "show", "garden", "--json")
    assert status == 0 and '"tea_money"' in printed


def test_command_checks_a_file(command, app, tmp_path):
    status, printed, _ = command("section", "check", FILE)
    assert (status, printed) == (
        0,
        "garden: 15 questions, asked daily of care_home, hospice. It is right.\n",
    )
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(FILE.read_text("utf-8").replace("alive + dead = plants", "alive + dead = flowers"), "utf-8")
    status, _, refused = command("section", "check", wrong)
    assert status == 1
    assert "flowers" in refused and "plants_are_alive_or_dead" in refused


def test_command_tells_what_changes(dropped_in, reworded, command):
    status, printed, _ = command("section", "diff", "garden", reworded)
    assert status == 0
    assert "Can people go into the garden?" in printed and "ducks" in printed
    assert command("section", "diff", "garden@1", FILE)[1] == "The two mean the same.\n"
    assert command("section", "diff", "garden@2", FILE)[0] == 1


def test_command_publishes_every_shipped_file_that_changed(dropped_in, reworded, folder, command):
    assert command("section", "publish")[1] == "Every shipped section is published already.\n"
    shutil.copy(reworded, folder)
    assert command("section", "publish")[1] == "garden: published version 2, asked from 2021-04-20.\n"
    assert command("section", "publish")[1] == "Every shipped section is published already.\n"
    status, _, refused = command("section", "publish", Path(reworded))
    assert status == 1 and "published already" in refused


def test_file_whose_name_is_not_its_key_is_refused(app, folder):
    from ctapp.errors import Refused

    shutil.copy(FILE, folder / "gardens.toml")
    with pytest.raises(Refused, match="declares garden"):
        publish_shipped(at=AT)
    db.session.rollback()


def test_it_is_due_again_the_next_day(answered, client_as, travel):
    assert "Due today" not in Page.get(answered, "/").text
    travel(AT + timedelta(days=1))
    assert "Due today (4)" in Page.get(client_as("rosewood_manager"), "/").text
