"""What the section pages say around their form: which day, what is typed, who saved meanwhile, what comes next. No route."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for

from ctapp import clock
from ctapp.access.guard import current_viewer
from ctapp.access.permissions import Permission
from ctapp.access.scope import locations_for
from ctapp.errors import NotAsked, OutsideScope
from ctapp.forms.section_form import CHOOSE, CONTROLS, REASON, Posted, prefill
from ctapp.forms.section_page import Drawing, blocks, error_views, field_id
from ctapp.forms.submission import Attempt, conflict_of, is_recent_day
from ctapp.forms.views import drawable
from ctapp.queries.actors import actor_words
from ctapp.queries.current import version_of
from ctapp.queries.due import due_sections
from ctapp.queries.opening import DAYS_BACK, Opened, open_section
from ctapp.queries.outbreaks import outbreak_starts
from ctapp.questions.age import age_words
from ctapp.questions.answers import load_values
from ctapp.questions.rules import Env
from ctapp.questions.status_words import day_words
from ctapp.questions.words import fill, words_for
from ctapp.services.submissions import Saved


def opened_for(cqc_id: str, section: str, *, day: str | None = None, at: datetime | None = None) -> Opened:
    """Return the section of a location that the viewer may update, for a day in ISO form or today."""
    viewer = current_viewer()
    if not viewer.may_see_section(section):
        raise OutsideScope(f"{section} is not within the reach of {viewer.actor}")
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError:
        raise NotAsked(f"{day[:20] if day else ''} is no day") from None
    right = Permission.UPDATE if viewer.may(Permission.UPDATE) else Permission.UPDATE_BY_CODE
    return open_section(locations_for(viewer, right), cqc_id, section, day=wanted, at=at or clock.now())


def posted_day(form: Mapping[str, str]) -> str | None:
    """Return the day that a posted form is for, in ISO form; None for today or where the day cannot be read.

    The page posts dates, not "today": what was opened before midnight and sent after it stays the answer of its day.
    """
    chosen = form.get("_day", "")
    wanted = form.get("_earlier", "") if chosen == "earlier" else chosen
    return wanted if is_recent_day(wanted, today=clock.london_day(clock.now())) else form.get("_correct") or None


def section_page(opened: Opened) -> str:
    """Return a section's page, started from the last answers."""
    started = prefill(
        opened.section,
        opened.values(),
        is_same_day=opened.is_same_day and opened.is_correction,
        day_before=load_values(opened.section, opened.day_before),
        day_word="Day before" if opened.is_correction else "Yesterday",
        has_answered_day=opened.is_same_day and not opened.is_correction,
    )
    wanted = {g.key: tuple(r for r in request.args.getlist(g.key) if g.row(r)) for g in opened.section.grids()}
    rows = {key: wanted.get(key) or run for key, run in started.rows.items()}
    if any(not run for run in rows.values()):
        return choose_rows_page(opened)
    is_setup = any(wanted.values()) or "setup" in request.args
    typed, beside = {**started.typed}, {**started.beside}
    if opened.people is not None:
        typed |= {key: (text,) for key, text in opened.people.texts.items()}
        if opened.people.unconfirmed:
            addresses = [q.key for q in opened.section.all_questions() if q.store == "people" and q.kind == "email"]
            beside |= dict.fromkeys(addresses, f"Not confirmed yet: {', '.join(opened.people.unconfirmed)}")
    drawing = Drawing(opened.section, opened.context, typed, rows, {}, beside=beside, shows_setup=is_setup)
    return _page(opened, drawing, controls={}, form_key=secrets.token_urlsafe(18))


def typed_page(opened: Opened, posted: Posted, *, tried: Attempt | None = None, status: int) -> tuple[str, int]:
    """Return the page with everything that was typed, with errors and questions where an attempt found some."""
    if tried is not None and tried.conflict:
        return conflict_page(opened, posted, errors=tried.errors), 422
    errors = tried.errors if tried else ()
    drawing = Drawing(
        opened.section,
        opened.context,
        posted.typed,
        posted.rows,
        dict(errors),
        doubts=tried.checked.doubts if tried and tried.checked else (),
        reasons=posted.reasons,
        shows_setup=posted.setup,
    )
    key = posted.controls.get("_form_key") or secrets.token_urlsafe(18)
    controls = dict(posted.controls)
    page = _page(opened, drawing, controls=controls, form_key=key, errors=errors, tried=tried)
    return page, status


def _page(
    opened: Opened,
    drawing: Drawing,
    *,
    controls: Mapping[str, str],
    form_key: str,
    errors: tuple[tuple[str, str], ...] = (),
    tried: Attempt | None = None,
) -> str:
    section, at = opened.section, clock.now()
    standing = opened.standing
    who = actor_words([standing.actor])[standing.actor] if standing else ""
    return render_template(
        "submit/section.html",
        opened=opened,
        section=section,
        title=_said(opened, section.title),
        intro=_said(opened, section.intro),
        blocks=blocks(drawing),
        rows=drawing.rows,
        errors=error_views(section, errors),
        version=controls.get("_version", opened.version),
        form_key=form_key,
        shows_setup=drawing.shows_setup,
        last_checked=f"Last checked {age_words(standing.confirmed_at, at)} by {who}." if standing else "",
        day=_day_view(opened, controls, dict(errors)),
        later=len(opened.later_days),
        ticks_later=controls.get("_later") == "1",
        ongoing=opened.ongoing(),
        is_all_right=bool(tried and tried.is_only_checked),
        home=url_for("home.show"),
        words_of_day=lambda day: day_words(day, today=opened.today),
    )


def _said(opened: Opened, text: str) -> str:
    return fill(text, Env({}, {}), words=words_for(opened.section, opened.location.provider_type))


def _day_view(opened: Opened, controls: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    # Which day a page is for: chosen among the last eight, or fixed when one past day is corrected.
    today = opened.today
    yesterday = today - timedelta(days=1)
    chosen = controls.get("_day") or (opened.day.isoformat() if opened.day >= yesterday else "earlier")
    earlier = [today - timedelta(days=n) for n in range(2, DAYS_BACK + 1)]
    return {
        "chosen": chosen,
        "earlier": [
            {"value": d.isoformat(), "label": day_words(d, today=today), "checked": d == opened.day} for d in earlier
        ],
        "today_iso": today.isoformat(),
        "yesterday_iso": yesterday.isoformat(),
        "today": day_words(today, today=today),
        "yesterday": day_words(yesterday, today=today),
        "fixed": day_words(opened.day, today=today) if opened.is_correction else "",
        "is_far": (today - opened.day).days > DAYS_BACK,
        "error": errors.get("_day", ""),
        "earlier_error": errors.get("_earlier", ""),
    }


def choose_rows_page(opened: Opened) -> str:
    """Return the page that asks which rows of the section's grid the location runs; it saves nothing."""
    grid = next(iter(opened.section.grids()), None)
    if grid is None:
        raise NotAsked(f"{opened.section.title} has no rows to choose")
    run = prefill(opened.section, opened.values(), is_same_day=True, day_before={}, day_word="").rows[grid.key]
    options = [{"value": r.id, "label": r.label, "checked": r.id in run, "hint": "", "mark": ""} for r in grid.rows()]
    return render_template("submit/rows.html", opened=opened, grid=grid, options=options)


def conflict_page(opened: Opened, posted: Posted, *, errors: tuple[tuple[str, str], ...] = ()) -> Any:
    """Return the page that sets both values of every differing answer side by side, none chosen; nothing was saved.

    Source: screens.md, 9.
    """
    again = opened_for(opened.location.cqc_id, opened.published.key, day=opened.day.isoformat())
    found = conflict_of(again, posted)
    standing = again.standing
    who = actor_words([standing.actor])[standing.actor] if standing else ""
    kept = [(name, text) for name, texts in posted.typed.items() for text in texts]
    kept += [(grid, row) for grid, rows in posted.rows.items() for row in rows]
    kept += [(f"{REASON}{key}", reason) for key, reason in posted.reasons.items()]
    kept += [
        (name, text)
        for name, text in posted.controls.items()
        if name in CONTROLS and name not in ("csrf_token", "_version", "_do", "_conflict", "_form_key")
    ]
    kept = [(name, drawable(text)) for name, text in kept]
    page = render_template(
        "submit/conflict.html",
        opened=again,
        differences=[
            (d, f"{CHOOSE}{d.name}", field_id(f"{CHOOSE}{d.name}"), posted.choices.get(d.name, "")) for d in found
        ],
        same=len([name for name in posted.typed if name not in {d.name for d in found}]),
        kept=kept,
        version=version_of(again.location.id, again.published.key),
        form_key=secrets.token_urlsafe(18),
        said=f"{who[:1].upper()}{who[1:]} saved {age_words(standing.answered_at, clock.now())}." if standing else "",
        errors=error_views(again.section, errors),
        field_errors=dict(errors),
    )
    return page if errors else (page, 409)


def saved_words(opened: Opened, tried: Attempt, saved: Saved, *, at: datetime) -> str:
    """Return the sentence of the green banner after a save."""
    title = _said(opened, opened.section.title)
    day = f" for {day_words(opened.day, today=opened.today)}" if opened.is_correction else ""
    told = f"{title} saved{day}, {age_words(at, at)}."
    if saved.kind == "unchanged":
        told = f"{title}: nothing has changed. Checked {age_words(at, at)}."
    rule = opened.section.outbreak
    if rule is not None and opened.day in outbreak_starts(opened.location.id, rule):
        told = f"Saved. This counts as a new outbreak from {day_words(opened.day, today=opened.today)}."
    looks = [doubt.sentence for doubt in (tried.checked.doubts if tried.checked else ()) if doubt.suggest_only]
    return " ".join([told, *looks])


def next_address(opened: Opened, act: str, *, at: datetime) -> str:
    """Return where to go after a save: the next section that is due and cannot be confirmed with one button, or Home."""
    home = url_for("home.show")
    if act == "home" or opened.is_correction:
        return home
    rows = [row for row in due_sections(opened.location, at=at) if current_viewer().may_see_section(row.key)]
    later = [row for row in rows if row.section.order > opened.section.order and row.due.is_due and not row.is_covered]
    if not later:
        return home
    return url_for("submit.show", cqc_id=opened.location.cqc_id, section=later[0].key)
