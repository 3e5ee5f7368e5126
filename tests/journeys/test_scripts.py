"""What the scripts of a section's page add, in a real browser at a phone's width; that all works without is tested elsewhere."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from ctapp.extensions import db
from tests import answers, cast
from tests.answers import ROW
from tests.journeys.browsing import axe_problems, banner, heading, sign_in, sign_out
from tests.journeys.service import Service
from tests.site import SqliteSite

pytestmark = pytest.mark.browser

HOME_MANAGER = cast.PEOPLE["rosewood_manager"].email
BEDS, COVID, CONTINUITY, CONTACTS = (
    f"/locations/{cast.ROSEWOOD}/{key}" for key in ("vacancies", "covid", "business_continuity", "contacts")
)
SAVE = "#section-form > .govuk-button-group >> text=Save and continue"
OFFLINE = "ERR_INTERNET_DISCONNECTED"
DROPPED = "ERR_FAILED"


@pytest.fixture(scope="module")
def made_database(tmp_path_factory):
    """A database in which Rosewood answered everything that is daily, yesterday."""
    site = SqliteSite(tmp_path_factory.mktemp("made"))
    site.reset(with_cast=True)
    with site.app.app_context():
        at = cast.AT - timedelta(days=1)
        answers.save_beds(at=at)
        answers.save("business_continuity", answers.CONTINUITY, at=at)
        answers.save("covid", answers.COVID, at=at)
        db.session.commit()
    site.close()
    return site.path


@pytest.fixture
def service(made_database, tmp_path):
    """Rosewood's service, running, its clock stopped."""
    running = Service(tmp_path, clock=f"{cast.AT.isoformat()}!")
    shutil.copy(made_database, tmp_path / "ctapp.sqlite")
    yield running.start()
    running.stop()


@pytest.fixture
def page(visits, service):
    """The manager's browser, at Home."""
    opened = visits.open(service.url)
    sign_in(opened, HOME_MANAGER, cast.PASSWORD)
    return opened


@pytest.fixture
def expect_drops(visits):
    """The console may tell of the line that this test drops, and of nothing else."""
    yield
    visits.complaints[:] = [line for line in visits.complaints if OFFLINE not in line and DROPPED not in line]


def box(page, column):
    return page.locator(f"[name={column}__{ROW}]")


def beds_sum(page):
    return page.locator("[data-sum]")


def notice(page):
    return page.locator(".app-notice")


def saves(service):
    return len(service.stored()["submission"])


@contextmanager
def posts_of(page):
    """Collect the saves that the page sends."""
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    yield sent


def drafts(page):
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft/'))")


@pytest.mark.parametrize(
    ("free", "said", "classes"),
    [
        ("2", "All 12 beds accounted for", "app-sum--exact"),
        ("1", "1 bed not accounted for. Free, held or closed?", "app-sum--off"),
        ("0", "2 beds not accounted for. Free, held or closed?", "app-sum--off"),
        ("4", "2 beds too many", "app-sum--off"),
        ("1,200", "1,198 beds too many", "app-sum--off"),
        ("", "", ""),
        ("two", "", ""),
    ],
)
def test_sum_follows_what_is_typed(page, free, said, classes):
    page.goto(BEDS)
    box(page, "available").fill("7")
    expect(beds_sum(page)).to_have_text("5 beds too many")
    box(page, "available").fill(free)
    expect(beds_sum(page)).to_have_text(said)
    assert beds_sum(page).get_attribute("class").split()[1:] == ([classes] if classes else [])
    assert beds_sum(page).get_attribute("role") == "status"


def test_sum_waits_for_the_last_key(page):
    page.clock.install(time=cast.AT)
    page.goto(BEDS)
    page.clock.pause_at(cast.AT + timedelta(minutes=1))
    page.get_by_role("button", name="One more free now").click()
    page.clock.run_for(900)
    box(page, "available").press("End")
    box(page, "available").press("Backspace")
    page.clock.run_for(900)
    expect(beds_sum(page)).to_have_text("All 12 beds accounted for")
    page.clock.run_for(200)
    expect(beds_sum(page)).to_have_text("")


def test_shortcut_moves_one_without_a_request(page):
    page.goto(BEDS)
    with posts_of(page) as sent:
        page.get_by_role("button", name="Someone moved in: was held").click()
    assert (box(page, "occupied").input_value(), box(page, "reserved").input_value()) == ("10", "0")
    said = page.locator("[data-moved]")
    expect(said).to_have_text("Moved 1: held is 0, people living or staying here is 10. Not saved yet.")
    page.get_by_role("button", name="Someone moved in: was held").click()
    expect(said).to_have_text("Nothing moved: held is 0.")
    box(page, "available").fill("")
    page.get_by_role("button", name="Someone moved in: was free now").click()
    expect(said).to_have_text("Nothing moved. Enter free now first.")
    assert (box(page, "occupied").input_value(), box(page, "reserved").input_value(), sent) == ("10", "0", [])


def test_double_click_saves_once(page, service):
    page.goto(BEDS)
    before = saves(service)
    with posts_of(page) as sent:
        page.locator(SAVE).dblclick()
        expect(banner(page)).to_contain_text("Beds and vacancies: nothing has changed.")
    assert (len(sent), saves(service)) == (1, before + 1)


def test_enter_in_a_box_saves_once_while_the_first_is_on_its_way(page, service):
    page.goto(BEDS)
    before = saves(service)
    page.evaluate(
        "() => { const held = new Promise((go) => (window.go = go)); const real = fetch;"
        " window.fetch = (...asked) => held.then(() => real(...asked)) }"
    )
    with posts_of(page) as sent:
        for _ in range(3):
            box(page, "occupied").press("Enter")
        expect(page.locator("[data-sending]")).to_have_text("Saving…")
        page.evaluate("window.go()")
        expect(banner(page)).to_contain_text("nothing has changed")
    assert (len(sent), saves(service)) == (1, before + 1)


def test_errors_arrive_in_place_and_the_page_goes_on_working(page):
    page.goto(BEDS)
    box(page, "available").fill("7")
    page.locator(SAVE).click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Dementia nursing adds up to 17 but has 12 beds")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ") and page.url.endswith(BEDS)
    assert axe_problems(page) == []
    page.get_by_role("button", name="One more closed").click()
    expect(page.get_by_role("group", name="Why are they closed?")).to_be_visible()
    expect(beds_sum(page)).to_have_text("6 beds too many")


def test_what_was_typed_survives_a_dropped_line(page, service, expect_drops):
    page.goto(CONTINUITY)
    page.get_by_role("group", name="How is the home running today?").get_by_label("Amber").check()
    page.get_by_label("What is the risk").fill("A lift is broken")
    before = saves(service)
    page.context.set_offline(True)
    page.locator(SAVE).click()
    expect(notice(page)).to_contain_text("No connection. Saved on this phone, not sent yet.")
    expect(notice(page)).to_be_focused()
    assert axe_problems(page) == [] and saves(service) == before
    page.context.set_offline(False)
    page.goto(CONTINUITY)
    expect(notice(page)).to_contain_text("You typed answers here today at ")
    assert page.get_by_label("What is the risk").input_value() == ""
    page.get_by_role("button", name="Use them").click()
    expect(page.get_by_label("What is the risk")).to_have_value("A lift is broken")
    page.locator(SAVE).click()
    expect(banner(page)).to_contain_text("Business continuity saved")
    assert (saves(service), drafts(page)) == (before + 1, [])


def test_dropped_line_is_sent_again_from_the_page(page, service, expect_drops):
    page.goto(BEDS)
    before = saves(service)
    page.context.set_offline(True)
    page.locator(SAVE).click()
    again = page.get_by_role("button", name="Send again")
    expect(again).to_be_visible()
    page.context.set_offline(False)
    again.click()
    expect(banner(page)).to_be_visible()
    assert (saves(service), drafts(page)) == (before + 1, [])


def lose_the_answer(page):
    """The server gets the next save, and its answer is lost on the way back."""

    def lose(route):
        if route.request.method != "POST":
            route.continue_()
            return
        route.fetch(max_redirects=0)
        route.abort()

    page.route(f"**{BEDS}", lose)
    page.locator(SAVE).click()
    expect(notice(page)).to_contain_text("not sent yet")
    page.unroute(f"**{BEDS}")


def test_lost_answer_sent_again_is_the_same_save(page, service, expect_drops):
    page.goto(BEDS)
    before = saves(service)
    lose_the_answer(page)
    assert saves(service) == before + 1
    page.get_by_role("button", name="Send again").click()
    expect(banner(page)).to_be_visible()
    assert saves(service) == before + 1


def test_lost_answer_changed_since_is_never_taken_for_the_same_save(page, service, expect_drops):
    page.goto(BEDS)
    page.get_by_role("button", name="Someone moved in: was held").click()
    lose_the_answer(page)
    page.get_by_role("button", name="Someone moved in: was free now").click()
    page.get_by_role("button", name="Send again").click()
    expect(heading(page)).to_have_text("Someone else saved while you were typing")
    expect(heading(page)).to_be_in_viewport()


def test_old_answers_are_offered_with_a_warning_once_others_have_saved(page):
    page.goto(BEDS)
    other = page.context.new_page()
    other.goto(BEDS)
    other.get_by_role("button", name="Someone moved in: was held").click()
    other.locator(SAVE).click()
    expect(banner(other)).to_be_visible()
    box(page, "closed").fill("2")
    page.goto(BEDS)
    expect(notice(page)).to_contain_text("Since then these answers have been saved again")
    assert box(page, "closed").input_value() == "0"
    page.get_by_role("button", name="Throw them away").click()
    expect(notice(page)).to_have_text("Thrown away.")
    assert drafts(page) == []


def test_drafts_go_at_sign_out_and_after_a_day(page):
    page.goto(BEDS)
    box(page, "reserved").fill("0")
    assert len(drafts(page)) == 1
    page.evaluate("key => { const kept = JSON.parse(localStorage[key]); kept.at -= 24 * 3600000; localStorage[key] = JSON.stringify(kept) }",
                  drafts(page)[0])  # fmt: skip
    page.goto("/")
    assert drafts(page) == []
    page.goto(BEDS)
    box(page, "reserved").fill("0")
    assert len(drafts(page)) == 1
    sign_out(page)
    assert drafts(page) == []


def test_names_and_numbers_of_people_are_never_kept(page, expect_drops):
    page.goto(CONTACTS)
    page.get_by_label("Name of the registered manager").fill("Sam Example")
    assert drafts(page) == []
    page.context.set_offline(True)
    page.locator(SAVE).click()
    expect(notice(page)).to_contain_text("No connection. Not sent yet. Keep this page open.")
    assert page.evaluate("localStorage.length") == 0


def test_kept_answers_stay_with_their_day(page):
    page.goto(COVID)
    page.get_by_label("Yesterday, Monday 19 April").check()
    page.get_by_label("How many residents have COVID-19 now?").fill("3")
    page.goto(COVID)
    # As if kept the day before: what was "yesterday" then is an earlier day now.
    assert page.evaluate("JSON.parse(localStorage[Object.keys(localStorage)[0]]).day") == "2021-04-19"
    page.evaluate("key => { const kept = JSON.parse(localStorage[key]); kept.day = '2021-04-16'; localStorage[key] = JSON.stringify(kept) }",
                  drafts(page)[0])  # fmt: skip
    page.reload()
    page.get_by_role("button", name="Use them").click()
    expect(page.get_by_label("An earlier day")).to_be_checked()
    expect(page.get_by_label("Earlier day", exact=True)).to_have_value("2021-04-16")
    expect(page.get_by_label("How many residents have COVID-19 now?")).to_have_value("3")


def test_page_works_where_the_browser_keeps_nothing(page, service, expect_drops):
    page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    )
    page.goto(BEDS)
    box(page, "available").fill("1")
    expect(beds_sum(page)).to_have_text("1 bed not accounted for. Free, held or closed?")
    box(page, "available").fill("2")
    page.context.set_offline(True)
    page.locator(SAVE).click()
    expect(notice(page)).to_contain_text("No connection. Not sent yet. Keep this page open.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Send again").click()
    expect(banner(page)).to_be_visible()


def test_questions_come_and_go_with_the_answers_they_hang_on(page):
    page.goto(COVID)
    positive, earlier = page.get_by_label("Residents who tested positive"), page.get_by_label("Earlier day", exact=True)
    expect(positive).to_be_hidden()
    new_cases = page.get_by_role("group", name="Has anyone who lives or works here")
    new_cases.get_by_label("Yes").check()
    expect(positive).to_be_visible()
    new_cases.get_by_label("No").check()
    expect(positive).to_be_hidden()
    expect(earlier).to_be_hidden()
    page.get_by_label("An earlier day").check()
    expect(earlier).to_be_visible()


def test_end_of_the_session_is_told_two_minutes_before_and_can_be_put_off(page):
    page.clock.install()
    page.goto(BEDS)
    box(page, "occupied").focus()
    page.clock.fast_forward("11:57:50")
    expect(notice(page)).to_have_count(0)
    page.clock.fast_forward("00:20")
    expect(notice(page)).to_contain_text("You will be signed out at 9:00pm.")
    assert notice(page).get_attribute("role") == "alert"
    assert axe_problems(page) == []
    page.get_by_role("button", name="Stay signed in").click()
    expect(notice(page)).to_have_count(0)
    expect(box(page, "occupied")).to_be_focused()


def test_signed_out_while_typing_keeps_what_was_typed(page, service):
    page.clock.install()
    page.goto(BEDS)
    page.get_by_role("button", name="Someone moved in: was held").click()
    service.restart(clock=f"{(cast.AT + timedelta(hours=12)).isoformat()}!")
    page.clock.fast_forward("12:00:10")
    expect(notice(page)).to_contain_text("You were signed out. What you typed has been kept.")
    page.locator(SAVE).click()
    page.get_by_label("Email address").fill(HOME_MANAGER)
    page.get_by_label("Password", exact=True).fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Send it now").click()
    expect(banner(page)).to_contain_text("Beds and vacancies saved")
    page.goto(BEDS)
    expect(box(page, "occupied")).to_have_value("10")
    expect(notice(page)).to_have_count(0)


def test_bed_grid_is_filled_in_by_keyboard_alone(page):
    page.goto(BEDS)
    page.get_by_role("radio", name="Yes", exact=True).first.focus()
    met = []
    for _ in range(40):
        page.keyboard.press("Tab")
        met.append(
            page.evaluate(
                "[document.activeElement.name || document.activeElement.ariaLabel || document.activeElement.innerText]"
            )[0]
        )
        if met[-1] == f"occupied__{ROW}":
            page.keyboard.press("Control+a")
            page.keyboard.type("8")
        if met[-1] == "One more free now, dementia nursing":
            page.keyboard.press("Enter")
        if met[-1] == "_do" and page.evaluate("document.activeElement.value") == "save":
            break
    columns = [name for name in met if name.endswith(f"__{ROW}")]
    assert columns == [f"{column}__{ROW}" for column in ("occupied", "available", "reserved", "closed")]
    assert met.index(f"closed__{ROW}") < met.index("_do")
    assert (box(page, "occupied").input_value(), box(page, "available").input_value()) == ("8", "3")
    expect(beds_sum(page)).to_have_text("All 12 beds accounted for")
