"""The named facts that rules may read: each is one function of a location, a section and a day. A rule names it, this file computes it.

Source: sections.md, "How a section is written".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, true

from ctapp.clock import london_day
from ctapp.extensions import db
from ctapp.models import Current, DesignatedStage, GivenReason, Outbreak, ReportingPeriod
from ctapp.queries.current import standing_for
from ctapp.queries.directory import LocationRow
from ctapp.queries.history import effective_rows
from ctapp.queries.question_sets import Published, sections_on
from ctapp.questions.answers import Context, load_values
from ctapp.questions.outbreaks import earliest_recovery
from ctapp.questions.rules import Rule
from ctapp.questions.spec import Section, field_name

REASON_HOLDS = timedelta(days=180)


@dataclass(frozen=True)
class Asking:
    """What a fact is asked about: a location, a section's answers that stand, the day and the moment."""

    location: LocationRow
    section: Section
    stored: Mapping[str, Any]
    day: date
    at: datetime


def context_for(
    location: LocationRow,
    section: Section,
    *,
    stored: Mapping[str, Any],
    day: date,
    at: datetime,
    only_for: Rule | Iterable[Rule | None] | None = None,
) -> Context:
    """Return what the rules of a section may know about a location on a day: only the facts they name are computed.

    `only_for` names the rules that will be asked, so that a confirmation or a card does not compute what only a form needs.
    """
    asking = Asking(location, section, stored, day, at)
    named = names_in_rules(section) if only_for is None else _names_of(only_for)
    facts = {name: compute(asking) for name, compute in FACTS.items() if name in named}
    return Context(
        provider_type=location.provider_type,
        facts=facts,
        row_facts=_held_days(asking) if "reserved_days" in named else {},
        previous=load_values(section, stored),
        held_reasons=_held_reasons(asking) if section.doubts and only_for is None else frozenset(),
    )


def names_in_rules(section: Section) -> frozenset[str]:
    """Return every name that a rule of the section reads, sentences included."""
    return section.names_in_rules


def _names_of(rules: Rule | Iterable[Rule | None]) -> frozenset[str]:
    each = [rules] if isinstance(rules, Rule) else rules
    return frozenset().union(*(rule.names() for rule in each if rule is not None))


def outbreak_ongoing(location_id: int, *, day: date, pathogen: str = "") -> bool:
    """Return whether a location has an outbreak, of one pathogen or of any, that has not recovered by a day.

    It has recovered on the day after its clear days, once a report without a case lies on or after that day.
    Source: sections.md, `covid`: the pathogen and its clear days are parameters.
    """
    lasts = db.session.execute(
        select(Outbreak.pathogen, func.max(Outbreak.last_case_on))
        .where(Outbreak.location_id == location_id, Outbreak.pathogen == pathogen if pathogen else true())
        .group_by(Outbreak.pathogen)
        .order_by(Outbreak.pathogen)
    ).all()
    if not lasts:
        return False
    fed_by = {p.section.outbreak.pathogen: p for p in sections_on(date.max) if p.section.outbreak is not None}
    return any(_is_ongoing(location_id, fed_by[which], last, day) for which, last in lasts if which in fed_by)


def _is_ongoing(location_id: int, published: Published, last_case_on: date, day: date) -> bool:
    clear_days = published.section.outbreak.clear_days if published.section.outbreak else 0
    recovers_on = earliest_recovery(last_case_on, clear_days=clear_days)
    reported = db.session.scalar(
        select(Current.day).where(Current.location_id == location_id, Current.section == published.key)
    )
    return not (day >= recovers_on and reported is not None and reported >= recovers_on)


def _period_open(kind: str) -> Callable[[Asking], int]:
    def is_open(asking: Asking) -> int:
        found = db.session.scalar(
            select(func.count())
            .select_from(ReportingPeriod)
            .where(
                ReportingPeriod.kind == kind,
                ReportingPeriod.starts_on <= asking.day,
                ReportingPeriod.ends_on >= asking.day,
            )
        )
        return int(bool(found))

    return is_open


def _in_season(asking: Asking) -> int:
    # 1 September to 31 March: the flu season of sections.md.
    return int(asking.day.month >= 9 or asking.day.month <= 3)


def _designated_stage(asking: Asking) -> int | None:
    return db.session.scalar(
        select(DesignatedStage.stage)
        .where(DesignatedStage.location_id == asking.location.id, DesignatedStage.since_on <= asking.day)
        .order_by(DesignatedStage.since_on.desc())
        .limit(1)
    )


def _unchanged_days(asking: Asking) -> int:
    changed_at = db.session.scalar(
        select(Current.changed_at).where(
            Current.location_id == asking.location.id, Current.section == asking.section.key
        )
    )
    return 0 if changed_at is None else (asking.day - london_day(changed_at)).days


def _staff_absent_share(asking: Asking) -> Any:
    # From the last answers of whichever section counts staff, so that a green status beside many absences is asked about.
    asks = [p for p in sections_on(asking.day) if p.section.question("nurses_absent_general") is not None]
    stands = standing_for([asking.location.id], [p.key for p in asks])
    for standing in stands.values():
        counts = {name: value for name, value in standing.answers.items() if isinstance(value, int)}
        employed = sum(value for name, value in counts.items() if name.endswith("_employed"))
        absent = sum(value for name, value in counts.items() if "_absent_" in name)
        return Decimal(absent) / employed if employed else None
    return None


def _staff_per_bed(asking: Asking) -> Any:
    beds = asking.location.registered_beds
    staff = [value for name, value in asking.stored.items() if name.endswith("_employed") and isinstance(value, int)]
    return None if not beds or not staff else Decimal(sum(staff)) / beds


def _open_support_needs(asking: Asking) -> int:
    # A need counts as open while the home's last answer names it: there is no support list to close it yet.
    needs = asking.stored.get("support_needed") or []
    return sum(1 for need in needs if need != "none")


FACTS: dict[str, Callable[[Asking], Any]] = {
    "outbreak_ongoing": lambda asking: int(outbreak_ongoing(asking.location.id, day=asking.day)),
    "unchanged_days": _unchanged_days,
    "fund_open": _period_open("fund_open"),
    "in_season": _in_season,
    "campaign_open": _period_open("campaign_open"),
    "designated_stage": _designated_stage,
    "staff_per_bed": _staff_per_bed,
    "staff_absent_share": _staff_absent_share,
    "lead_specialism": lambda asking: asking.location.lead_specialism,
    "registered_beds": lambda asking: asking.location.registered_beds,
    "provider_type": lambda asking: asking.location.provider_type,
    "open_support_needs": _open_support_needs,
}


def _held_days(asking: Asking) -> dict[str, dict[str, Any]]:
    # For how many days on end a row has had a reserved bed, told from the log: the first day of the unbroken run.
    since: dict[str, date] = {}
    grids = [g for g in asking.section.grids() if any(c.key == "reserved" for c in g.columns)]
    rows = effective_rows(asking.location.id, asking.section.key, since=asking.day - timedelta(days=120))
    for logged in rows:
        for grid in grids:
            for row in grid.rows():
                if (logged.answers or {}).get(field_name(grid.columns[0], row.id)) is None:
                    continue
                if (logged.answers or {}).get(f"reserved__{row.id}"):
                    since.setdefault(row.id, logged.day)
                else:
                    since.pop(row.id, None)
    return {row_id: {"reserved_days": (asking.day - day).days} for row_id, day in since.items()}


def _held_reasons(asking: Asking) -> frozenset[str]:
    return frozenset(
        db.session.scalars(
            select(GivenReason.doubt).where(
                GivenReason.location_id == asking.location.id,
                GivenReason.section == asking.section.key,
                GivenReason.reason.is_not(None),
                GivenReason.given_at > asking.at - REASON_HOLDS,
            )
        )
    )
