"""What Home says: cards, tags, lines, the one button of each home and what it covers. No route."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request, url_for

from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.access.viewer import Viewer
from ctapp.clock import STALE_AFTER, london_day
from ctapp.errors import BadAnswers
from ctapp.queries.directory import LocationRow, locations_in
from ctapp.queries.due import DueSection, due_in, due_sections
from ctapp.queries.question_sets import Published, sections_on
from ctapp.questions.age import age_words
from ctapp.questions.describe import others_see
from ctapp.questions.status_words import TAGS, WORST_FIRST, Status, status_of
from ctapp.services.confirmations import UNDO_WITHIN, Confirmed, confirm_unchanged, confirmed_before
from ctapp.services.log import Author
from ctapp.web.link_views import code_home
from ctapp.web.roles_home import plain_home

DAILY = ("daily", "daily_relaxed_weekly")
PARTS = (
    ("daily", "Due today", DAILY),
    ("weekly", "This week", ("weekly",)),
    ("monthly", "This month, required by law", ("monthly",)),
    ("on_change", "Check now and then", ("on_change",)),
)


@dataclass(frozen=True)
class SectionCard:
    """A section on Home: its words, its answers in a line or two, and where to change them."""

    row: DueSection
    title: str
    status: Status
    href: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class HomeCard:
    """One home among several: its name, its worst tag, how many sections are due."""

    location: LocationRow
    tag: str
    due: int
    href: str
    line: str


def home_page(viewer: Viewer, *, at: datetime) -> str:
    """Return Home for a viewer: one home whole, several as cards, a mailed code's sections, anybody else the plain one."""
    if viewer.contact_id is not None:
        return code_home(viewer, at=at)
    if not viewer.may(Permission.UPDATE):
        return plain_home(viewer, at=at)
    homes = locations_in(locations_for(viewer, Permission.UPDATE))
    if len(homes) == 1:
        return location_page(viewer, homes[0], at=at)
    rows = due_in(homes, at=at)
    cards = sorted((_home_card(home, rows[home.id], at=at) for home in homes), key=_worst_first)
    out = sum(1 for card in cards if card.tag == TAGS[WORST_FIRST[0]])
    due = sum(1 for card in cards if card.due)
    return render_template("home/homes.html", cards=cards, out=out, due=due)


def location_page(viewer: Viewer, location: LocationRow, *, at: datetime) -> str:
    """Return Home of one location: the set-up list before its first answers, then cards by cadence."""
    rows = due_sections(location, at=at)
    cards = [_section_card(row, location, at=at) for row in rows]
    shown = [row for row in rows if row.section.others_see and row.standing]
    # What the button confirms stands above it: weekly sections that are due come up from their own part.
    also = [c for c in cards if c.row.is_covered and str(c.row.cadence) not in DAILY]
    parts = [
        (key, title, [c for c in cards if str(c.row.cadence) in cadences and c not in also])
        for key, title, cadences in PARTS
    ]
    return render_template(
        "home/location.html",
        location=location,
        is_closed=not location.is_open(london_day(at)),
        tasks=_tasks(location, rows),
        is_new=not any(row.standing for row in rows if str(row.cadence) == "daily"),
        parts=[part for part in parts if part[2]],
        due=[card for card in cards if card.row.due.is_due],
        covered=[card for card in cards if card.row.is_covered],
        also=also,
        uncovered=[card for card in cards if card.row.due.is_due and not card.row.is_covered],
        others=[(row, others_see(row.section, row.values, row.context), _of(cards, row)) for row in shown],
        undo=_undoable(rows, request.args.get("done", ""), at=at),
        next_due=_next_due(cards),
        form_key=secrets.token_urlsafe(18),
        show_as_others=url_for("locations.show", cqc_id=location.cqc_id),
        has_several=len(locations_in(locations_for(viewer, Permission.UPDATE), limit=2)) > 1,
    )


def confirm_shown(
    viewer: Viewer, location: LocationRow, form: Mapping[str, str], *, at: datetime
) -> tuple[Confirmed, ...]:
    """Confirm the sections that the posted form names with the versions it showed.

    Errors: StateMoved, NotAsked; BadAnswers when it names none, or one that no confirmation covers.
    """
    seen, form_key = _seen(form), form.get("_form_key", "")[:80]
    if repeat := confirmed_before(location, form_key, seen):
        return repeat
    rows = {row.key: row for row in due_sections(location, at=at)}
    if not seen or not set(seen) <= {row.key for row in rows.values() if row.is_covered}:
        raise BadAnswers((("", "There is nothing on this page to confirm. Reload it"),))
    return confirm_unchanged(
        location,
        [rows[key].published for key in seen],
        seen,
        author=Author(viewer.actor, "web"),
        at=at,
        form_key=form_key,
    )


def moved_page(viewer: Viewer, location: LocationRow, form: Mapping[str, str], *, at: datetime) -> str:
    """Return the page that shows the figures that have just changed, to be confirmed as they are now; nothing was saved."""
    seen = _seen(form)
    rows = [row for row in due_sections(location, at=at) if row.key in seen and row.is_covered]
    cards = [_section_card(row, location, at=at) for row in rows]
    moved = [c for c in cards if c.row.standing and c.row.standing.version != seen[c.row.key]]
    return render_template(
        "home/moved.html", location=location, covered=cards, moved=moved, form_key=secrets.token_urlsafe(18)
    )


def confirmed_words(confirmed: Sequence[Confirmed], *, at: datetime) -> str:
    """Return the sentence of the green banner after a confirmation."""
    return f"Confirmed {age_words(at, at)}. Up to date until {age_words(at + STALE_AFTER, at)}."


def published_of(*, at: datetime) -> dict[str, Published]:
    """Return today's version of every section, by key."""
    return {published.key: published for published in sections_on(london_day(at))}


def _undoable(rows: Sequence[DueSection], done: str, *, at: datetime) -> dict[str, str] | None:
    # The confirmation that the address names, while it is the last word of its sections and not ten minutes old.
    last = {row.standing.submission_id: row.standing.answered_at for row in rows if row.standing}
    ids = [int(part) for part in done.split(",") if part.isascii() and part.isdigit() and len(part) < 18]
    if not ids or any(found not in last for found in ids):
        return None
    until = min(last[found] for found in ids) + UNDO_WITHIN
    return {"ids": ",".join(str(found) for found in ids), "until": age_words(until, at)} if at <= until else None


def _seen(form: Mapping[str, str]) -> dict[str, int]:
    # One field a section, `seen__<key>` with the version shown.
    found = {}
    for name, text in form.items():
        if name.startswith("seen__"):
            if not (text.isascii() and text.isdigit() and len(text) < 10):
                raise BadAnswers((("", "This page is too old. Reload it"),))
            found[name.removeprefix("seen__")] = int(text)
    return found


def _section_card(row: DueSection, location: LocationRow, *, at: datetime) -> SectionCard:
    standing = row.standing
    status = status_of(
        row.due,
        confirmed_at=standing.confirmed_at if standing else None,
        changed_at=standing.changed_at if standing else None,
        at=at,
    )
    href = url_for("submit.show", cqc_id=location.cqc_id, section=row.key)
    return SectionCard(row, row.section.short, status, href, row.lines)


def _home_card(location: LocationRow, rows: Sequence[DueSection], *, at: datetime) -> HomeCard:
    states = [row.due.state for row in rows if row.due.is_due]
    worst = next((state for state in WORST_FIRST if state in states), None)
    daily = [row.standing.confirmed_at for row in rows if row.standing and row.section.counts_fresh]
    line = f"Last checked {age_words(min(daily), at)}" if daily else "Not answered yet"
    tag = "Closed" if not location.is_open(london_day(at)) else (TAGS[worst] if worst else "Up to date")
    due_today = sum(1 for row in rows if row.due.is_due and str(row.cadence) in DAILY)
    return HomeCard(location, tag, due_today, url_for("home.location", cqc_id=location.cqc_id), line)


def _worst_first(card: HomeCard) -> tuple[int, str]:
    order = [TAGS[state] for state in WORST_FIRST]
    return (order.index(card.tag) if card.tag in order else len(order), card.location.name)


def _of(cards: Sequence[SectionCard], row: DueSection) -> SectionCard:
    return next(card for card in cards if card.row is row)


def _tasks(location: LocationRow, rows: Sequence[DueSection]) -> list[dict[str, object]]:
    # The first day: contacts, who you support, then each daily section.
    tasks: list[dict[str, object]] = []
    tasks.extend(_task(row.section.title, location, row) for row in rows if row.section.is_first_task)
    lead = url_for("setup.show", cqc_id=location.cqc_id)
    done = location.lead_specialism is not None
    tasks.append(
        {"text": "Who you support", "href": lead, "hint": "", "word": "Done" if done else "Not started", "done": done}
    )
    tasks.extend(_task(row.section.title, location, row) for row in rows if str(row.cadence) == "daily")
    return tasks


def _task(title: str, location: LocationRow, row: DueSection) -> dict[str, object]:
    done = row.standing is not None
    href = url_for("submit.show", cqc_id=location.cqc_id, section=row.key)
    hint = f"About {row.section.minutes} minute{'s' * (row.section.minutes != 1)}"
    return {
        "text": title,
        "href": href,
        "hint": "" if done else hint,
        "word": "Done" if done else "Not started",
        "done": done,
    }


def _next_due(cards: Sequence[SectionCard]) -> str:
    coming = [c for c in cards if not c.row.due.is_due and c.row.due.next_due_on is not None]
    if not coming:
        return ""
    first = min(coming, key=lambda card: card.row.due.next_due_on)  # type: ignore[arg-type,return-value]
    return f"Next: {first.title}, from {first.row.due.next_due_on:%A} {first.row.due.next_due_on.day} {first.row.due.next_due_on:%B}"  # type: ignore[union-attr]
