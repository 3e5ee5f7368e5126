"""What the one-tap pages say: each home's answers with who and when, what one tap covers, what it does not, what came of it. No route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import current_app, render_template, url_for

from ctapp.clock import STALE_AFTER, london_day
from ctapp.errors import Gone
from ctapp.forms.confirm import ConfirmForm, new_nonce, seal
from ctapp.queries.actors import actor_words, channel_words
from ctapp.queries.contacts import locations_of_contact
from ctapp.queries.current import Standing
from ctapp.queries.directory import LocationRow, locations_in, these_locations
from ctapp.queries.due import DueSection, due_in, due_sections
from ctapp.queries.links import LinkRow, Shown, answers_shown, live_link, receipt
from ctapp.queries.pauses import PauseRow, unchecked_pauses
from ctapp.questions.age import age_words
from ctapp.questions.answers import load_values
from ctapp.questions.cadence import Cadence
from ctapp.questions.describe import Difference, differences
from ctapp.questions.status_words import TAGS
from ctapp.services.confirmations import UNDO_WITHIN

# With more, the page would be too long for a phone on a slow line.
HOMES_AT_MOST = 5


@dataclass(frozen=True)
class AnswersView:
    """One section that a tap covers: its tag, its answers in lines, who gave or checked them and when."""

    title: str
    tag: str
    lines: tuple[str, ...]
    checked: str
    is_new: bool


@dataclass(frozen=True)
class ToAnswer:
    """One section that is due and has to be answered on its own page."""

    title: str
    line: str
    href: str


@dataclass(frozen=True)
class ReceiptLine:
    """One section of a receipt; `checked_before` is its age once the tap has been undone."""

    title: str
    checked_before: str


@dataclass(frozen=True)
class HomeView:
    """One home of a link. `sealed` is empty where nothing can be confirmed; `done` says that nothing is left to do.

    `paused` says what the home told of itself and support has not checked yet.
    """

    name: str
    cqc_id: str
    sections: tuple[AnswersView, ...]
    to_answer: tuple[ToAnswer, ...]
    sealed: str
    done: str
    paused: str


def link_page(token: str, *, at: datetime) -> str:
    """Return the page of a link: every open home of its contact.

    Errors: Gone when the link does not work, or no home is left.
    """
    link = live_link(token, at=at)
    locations = locations_of_contact(link.contact_id, day=london_day(at))
    if not locations:
        raise Gone("no open location is left")
    if len(locations) > HOMES_AT_MOST:
        return render_template("confirm/many.html", token=token, sent_to=masked(link.email), count=len(locations))
    rows = due_in(locations, at=at)
    who = _who([row for location in locations for row in rows[location.id]])
    homes = [_home_view(link, location, rows[location.id], who, at=at) for location in locations]
    return render_template("confirm/show.html", token=token, sent_to=masked(link.email), homes=homes)


def once_more_page(form: ConfirmForm) -> str:
    """Return the page that asks once more; it carries the same nonce, so both taps together are one confirmation.

    Source: flows.md, "The one-tap update", 5; screens.md, 8.
    """
    again = seal(replace(form.shown, is_asked=True), current_app.config["SETTINGS"].secret_key)
    return render_template("confirm/once_more.html", token=form.token, sealed=again)


def moved_page(form: ConfirmForm, *, at: datetime) -> str:
    """Return the page after a tap that came too late: what was seen, what stands now, to be confirmed as it is now.

    Errors: Gone when the link does not work or no longer covers the home.
    Source: screens.md, 9.
    """
    link, shown = live_link(form.token, at=at), form.shown
    found = [row for row in locations_of_contact(link.contact_id, day=london_day(at)) if row.id == shown.location_id]
    if not found:
        raise Gone("the link no longer covers this location")
    rows = due_sections(found[0], at=at)
    moved = [
        row
        for row in rows
        if row.standing and shown.versions.get(row.key, row.standing.version) != row.standing.version
    ]
    standings = [row.standing for row in moved if row.standing]
    return render_template(
        "confirm/moved.html",
        token=form.token,
        home=_home_view(link, found[0], rows, _who(rows), at=at),
        changed_by=_changed_by(standings, at=at),
        differences=[difference for row in moved for difference in _differences(found[0], row, shown)],
    )


def receipt_page(receipt_id: str, *, at: datetime, is_too_late: bool = False) -> str:
    """Return what one tap came to, and only that; with a list of what is still to do at that home.

    Errors: Gone.
    """
    found = receipt(receipt_id, at=at)
    location = locations_in(these_locations([found.location_id]))[0]
    rows = due_sections(location, at=at)
    mine = [row for row in rows if row.key in found.submission_ids]
    undo_until = found.confirmed_at + UNDO_WITHIN
    return render_template(
        "confirm/receipt.html",
        receipt_id=receipt_id,
        name=location.name,
        confirmed=age_words(found.confirmed_at, at),
        fresh_until=age_words(found.confirmed_at + STALE_AFTER, at) if any(_is_daily(row) for row in mine) else "",
        sections=[_receipt_line(row, at=at) for row in mine],
        undo_until=_clock_words(undo_until, at) if at <= undo_until and not found.is_undone else "",
        is_undone=found.is_undone,
        is_too_late=is_too_late,
        to_answer=[_to_answer(location, row, at=at) for row in rows if row.due.is_due and row not in mine],
        others=len(locations_of_contact(found.contact_id, day=london_day(at))) - 1,
    )


def gone_page(token: str) -> str:
    """Return the page of a link or receipt that works no more; a new link may be asked for with the `token` of an old one."""
    return render_template("confirm/gone.html", sign_in=url_for("sign_in.show"), token=token)


def _home_view(
    link: LinkRow, location: LocationRow, rows: Sequence[DueSection], who: Mapping[str, str], *, at: datetime
) -> HomeView:
    covered = [row for row in rows if row.is_covered and row.standing]
    standings = {row.key: row.standing for row in covered if row.standing}
    shown = Shown(
        link_id=link.id,
        location_id=location.id,
        versions={key: standing.version for key, standing in standings.items()},
        answers={key: standing.answers_id for key, standing in standings.items()},
        nonce=new_nonce(),
        shown_at=at,
    )
    is_done = bool(covered) and not any(row.due.is_due for row in covered)
    last = max(standings.values(), key=lambda standing: standing.confirmed_at, default=None)
    return HomeView(
        name=location.name,
        cqc_id=location.cqc_id,
        sections=tuple(_answers_view(row, row.standing, link, who, at=at) for row in covered if row.standing),
        to_answer=tuple(_to_answer(location, r, at=at) for r in rows if r.due.is_due and not r.is_covered),
        sealed=seal(shown, current_app.config["SETTINGS"].secret_key) if covered else "",
        done=f"Checked {age_words(last.confirmed_at, at)} {_by(last, who)}. Nothing to do." if is_done and last else "",
        paused=_paused_words(unchecked_pauses([location.id]).get(location.id), at=at),
    )


def _paused_words(pause: PauseRow | None, *, at: datetime) -> str:
    if pause is None:
        return ""
    what = "is empty for now" if pause.kind == "temporarily_empty" else "has closed"
    return f"We were told {age_words(pause.said_at, at)} that this home {what}. The support desk is checking."


def _answers_view(
    row: DueSection, standing: Standing, link: LinkRow, who: Mapping[str, str], *, at: datetime
) -> AnswersView:
    is_new = standing.changed_at > link.minted_at
    changed = age_words(standing.changed_at, at)
    return AnswersView(
        title=row.section.short,
        tag=f"Changed {changed}" if is_new else TAGS[row.due.state],
        lines=row.lines,
        checked=f"Last checked {age_words(standing.confirmed_at, at)} {_by(standing, who)}",
        is_new=is_new,
    )


def _to_answer(location: LocationRow, row: DueSection, *, at: datetime) -> ToAnswer:
    last = f"last answered {age_words(row.standing.confirmed_at, at)}" if row.standing else "not answered yet"
    return ToAnswer(row.section.short, last, url_for("submit.show", cqc_id=location.cqc_id, section=row.key))


def _differences(location: LocationRow, row: DueSection, shown: Shown) -> tuple[Difference, ...]:
    seen = answers_shown(location.id, shown.answers[row.key])
    return differences(row.section, row.values, load_values(row.section, seen), row.context)


def _changed_by(standings: Sequence[Standing], *, at: datetime) -> str:
    if not standings:
        return ""
    last = max(standings, key=lambda standing: standing.changed_at)
    who = actor_words([last.actor])[last.actor]
    return f"{who[:1].upper()}{who[1:]} changed them {age_words(last.changed_at, at)}, {channel_words(last.channel)}."


def _who(rows: Sequence[DueSection]) -> dict[str, str]:
    # Who gave or checked the answers, looked up once for the page.
    return actor_words({row.standing.actor for row in rows if row.standing})


def _by(standing: Standing, who: Mapping[str, str]) -> str:
    return "by email link" if standing.channel == "email_link" else f"by {who[standing.actor]}"


def _receipt_line(row: DueSection, *, at: datetime) -> ReceiptLine:
    before = f"last checked {age_words(row.standing.confirmed_at, at)}" if row.standing else "not answered"
    return ReceiptLine(row.section.short, before)


def _is_daily(row: DueSection) -> bool:
    return row.cadence is Cadence.DAILY


def _clock_words(moment: datetime, at: datetime) -> str:
    # "9:22am": the day goes without saying, ten minutes ahead.
    return age_words(moment, at).rpartition(" at ")[2]


def masked(email: str) -> str:
    """Return an address as a page may show it to whoever holds a link: "m…@rosewood.example"."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}"
