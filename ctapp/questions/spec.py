"""What a section is: typed, frozen values that `load.py` reads from one TOML file. Data only, no behaviour but small look-ups.

A section is a list of questions in order, with checks (hard rules), doubts (soft rules), summaries and running sums.
Answers are flat: one name per answer. A question inside a grid has a name per row, `available__dementia_nursing__long_term`,
the same in forms, storage, exports and rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from ctapp.questions.rules import Rule

PROVIDER_TYPES = ("care_home", "home_care", "hospice", "community_rehab", "substance_misuse")
CADENCES = ("daily", "weekly", "monthly", "on_change")
Flow = Literal["stock", "day", "7_days", "month"]
Store = Literal["answers", "note", "people", "none"]


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen; `mark` is the letter shown beside a colour, `exclusive` rules out all others."""

    key: str
    label: str
    hint: str = ""
    mark: str = ""
    short: str = ""
    exclusive: bool = False

    @property
    def word(self) -> str:
        """The label in few words, for summaries."""
        return self.short or self.label


@dataclass(frozen=True)
class Question:
    """One question, or one column of a grid (`grid` names the grid it belongs to)."""

    key: str
    kind: str
    label: str
    short: str = ""
    hint: str = ""
    group: str = ""
    grid: str = ""
    flow: Flow = "stock"
    store: Store = "answers"
    is_optional: bool = False
    is_reportable: bool = True
    asked_of: tuple[str, ...] = PROVIDER_TYPES
    ask_if: Rule | None = None
    required_if: Rule | None = None
    only_if: str = ""
    options: tuple[Option, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int = 500
    decimals: int = 0
    unanswered: str = ""
    example: str = ""
    zero_when_no: tuple[str, ...] = ()
    is_setup: bool = False

    @property
    def name_in_few_words(self) -> str:
        """The label in few words, for lists and errors."""
        return self.short or self.label

    def option(self, key: str) -> Option | None:
        """Return the option with this key, or None."""
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True)
class Axis:
    """One side of a grid's rows, such as bed type or stay."""

    key: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Row:
    """One row of a grid: its id is the keys of its axes joined by two underscores; `short` leaves the usual case unsaid."""

    id: str
    label: str
    short: str = ""


@dataclass(frozen=True)
class Grid:
    """Rows (a product of axes, of which a location uses some) by columns (questions)."""

    key: str
    label: str
    legend: str
    choose_label: str
    axes: tuple[Axis, ...]
    columns: tuple[Question, ...]
    hint: str = ""

    def rows(self) -> tuple[Row, ...]:
        """Return every row the grid could have, in order: the first axis leads."""
        return self._rows

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        # Made once a grid: every form, rule and confirmation asks for them.
        rows = [Row("", "", "")]
        for axis in self.axes:
            rows = [_joined(row, option, is_usual=option == axis.options[0]) for row in rows for option in axis.options]
        return tuple(rows)

    def row(self, row_id: str) -> Row | None:
        """Return the row with this id, or None."""
        return next((row for row in self.rows() if row.id == row_id), None)


def _joined(row: Row, option: Option, *, is_usual: bool) -> Row:
    if not row.id:
        return Row(option.key, option.label, option.label)
    said = option.label.lower()
    return Row(f"{row.id}__{option.key}", f"{row.label}, {said}", row.short if is_usual else f"{row.short} ({said})")


@dataclass(frozen=True)
class Running:
    """The sentence of a running sum: all placed, some left over, some too many."""

    exact: str
    under: str
    over: str


@dataclass(frozen=True)
class Check:
    """A hard rule: what must hold, the sentence when it does not, and the field that carries the error."""

    key: str
    rule: Rule
    sentence: str
    at: str
    grid: str = ""
    running: Running | None = None


@dataclass(frozen=True)
class Doubt:
    """A soft rule: when it holds, the value is kept and a reason is asked for."""

    key: str
    rule: Rule
    sentence: str
    reasons: tuple[Option, ...]
    at: str = ""
    grid: str = ""
    each_kind: str = ""
    suggest_only: bool = False


@dataclass(frozen=True)
class Summary:
    """One line that tells the answers in words, per row of `grid` where that is named."""

    text: str
    only_if: Rule | None = None
    grid: str = ""


@dataclass(frozen=True)
class Shortcut:
    """A button that moves one from one column of a row to another; nothing is saved by it."""

    key: str
    grid: str
    label: str
    take: tuple[str, ...]
    give: tuple[str, ...]


@dataclass(frozen=True)
class CadenceFor:
    """Another cadence for a provider type or lead specialism; empty means any."""

    cadence: str
    provider_type: str = ""
    lead_specialism: str = ""


@dataclass(frozen=True)
class OutbreakRule:
    """Which questions feed the outbreak engine, the pathogen they count, and how many clear days lie between two outbreaks."""

    pathogen: str
    clear_days: int
    staff_confirmed: str
    residents_confirmed: str
    staff_symptomatic: str
    residents_symptomatic: str


@dataclass(frozen=True)
class Section:
    """One section, as published; `questions` holds grids in their place."""

    key: str
    title: str
    short: str
    cadence: str
    asked_of: tuple[str, ...]
    questions: tuple[Question | Grid, ...]
    confirm_unseen: Rule | None
    order: int = 0
    intro: str = ""
    minutes: int = 1
    is_relaxable: bool = False
    is_first_task: bool = False
    asked_if: Rule | None = None
    open_if: Rule | None = None
    chooses_day: bool = False
    counts_fresh: bool = False
    cadences: tuple[CadenceFor, ...] = ()
    checks: tuple[Check, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    summaries: tuple[Summary, ...] = ()
    others_see: tuple[Summary, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    outbreak: OutbreakRule | None = None

    @property
    def has_flow(self) -> bool:
        """Whether any answer belongs to one day or window and is not carried by silence."""
        return any(question.flow != "stock" for question in self.all_questions())

    def grid(self, key: str) -> Grid | None:
        """Return the grid with this key, or None."""
        return next((item for item in self.questions if isinstance(item, Grid) and item.key == key), None)

    def grids(self) -> tuple[Grid, ...]:
        """Return the section's grids, in order."""
        return tuple(item for item in self.questions if isinstance(item, Grid))

    def all_questions(self) -> tuple[Question, ...]:
        """Return every question and grid column, in order, each once."""
        found: list[Question] = []
        for item in self.questions:
            found.extend(item.columns if isinstance(item, Grid) else (item,))
        return tuple(found)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the section: when it is asked, what must hold, what is doubted, which sentences are told."""
        found: list[Rule | None] = [self.confirm_unseen, self.asked_if, self.open_if]
        for question in self.all_questions():
            found += [question.ask_if, question.required_if]
        found += [check.rule for check in self.checks]
        found += [doubt.rule for doubt in self.doubts]
        found += [summary.only_if for summary in (*self.summaries, *self.others_see)]
        return tuple(rule for rule in found if rule is not None)

    @cached_property
    def names_in_rules(self) -> frozenset[str]:
        """Every name that a rule of the section reads."""
        return frozenset().union(*(rule.names() for rule in self.rules))

    def question(self, key: str) -> Question | None:
        """Return the question or grid column with this key, or None."""
        return next((question for question in self.all_questions() if question.key == key), None)


@dataclass(frozen=True)
class Field:
    """A question as it is asked of one location: with its full name and, in a grid, its row."""

    name: str
    question: Question
    row: Row | None = None


def field_name(question: Question, row_id: str) -> str:
    """Return the flat name of a question, in a row or outside one."""
    return f"{question.key}__{row_id}" if row_id else question.key


def fields_of(section: Section, provider_type: str, rows: Mapping[str, tuple[str, ...]]) -> tuple[Field, ...]:
    """Return the fields asked of a provider type, with the rows that the location runs, in page order.

    `rows` maps a grid's key to row ids; an id that the grid does not know is left out.
    """
    fields: list[Field] = []
    for item in section.questions:
        if isinstance(item, Question):
            if provider_type in item.asked_of:
                fields.append(Field(item.key, item))
            continue
        wanted = rows.get(item.key, ())
        for row in item.rows():
            if row.id in wanted:
                fields.extend(Field(field_name(q, row.id), q, row) for q in item.columns if provider_type in q.asked_of)
    return tuple(fields)


def rows_in(section: Section, names: object) -> dict[str, tuple[str, ...]]:
    """Return the row ids of each grid that a collection of flat names touches, in the grid's order."""
    grids = section.grids()
    if not grids:
        return {}
    present = set(names)  # type: ignore[call-overload]
    # Few of a grid's rows are in use: look at those only whose id stands in a name.
    used = {name.partition("__")[2] for name in present}
    return {
        grid.key: tuple(
            row.id
            for row in grid.rows()
            if row.id in used and any(field_name(c, row.id) in present for c in grid.columns)
        )
        for grid in grids
    }
