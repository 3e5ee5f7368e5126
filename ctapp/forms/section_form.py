"""A section's form: reading what was posted, strictly, and drawing the page's blocks from the declaration. One form for all sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ctapp.questions.answers import Checked, Context, Values
from ctapp.questions.kinds import kind_of
from ctapp.questions.spec import Grid, Section, Shortcut, field_name, fields_of, rows_in

# What a form carries besides answers; anything else that is posted is refused.
CONTROLS = frozenset(
    {"csrf_token", "_version", "_form_key", "_day", "_earlier", "_correct", "_later", "_do", "_setup", "_conflict"}
)
REASON, CHOOSE = "_reason__", "_choose__"


@dataclass(frozen=True)
class Posted:
    """A posted form, read: texts by flat name, the rows of grids, control values, and what was wrong with the form itself."""

    typed: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, tuple[str, ...]]
    controls: Mapping[str, str]
    reasons: Mapping[str, str]
    choices: Mapping[str, str]
    problems: tuple[str, ...] = ()
    setup: bool = False

    @property
    def version(self) -> int | None:
        """The version that the page was drawn from; None when it is missing or no number."""
        text = self.controls.get("_version", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def act(self) -> str:
        """Which button was pressed."""
        return self.controls.get("_do", "save")


def read_posted(section: Section, provider_type: str, pairs: Iterable[tuple[str, str]]) -> Posted:
    """Return a posted form, read strictly: an unknown name, a control sent twice, an unknown row each is a problem."""
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    problems: list[str] = []
    rows: dict[str, tuple[str, ...]] = {}
    for grid in section.grids():
        sent = texts.pop(grid.key, [])
        if any(grid.row(row) is None for row in sent) or len(set(sent)) != len(sent):
            problems.append(
                f"{grid.label}: this page does not know one of the rows sent. Reload the page and try again"
            )
        rows[grid.key] = tuple(row for row in dict.fromkeys(sent) if grid.row(row) is not None)
    names = {f.name for f in fields_of(section, provider_type, rows)}
    controls: dict[str, str] = {}
    reasons: dict[str, str] = {}
    choices: dict[str, str] = {}
    typed: dict[str, tuple[str, ...]] = {}
    for name, sent in texts.items():
        if name in names:
            typed[name] = tuple(sent)
        elif name in CONTROLS or name.startswith((REASON, CHOOSE)):
            if len(sent) > 1:
                problems.append(f"“{name[:60]}” was sent more than once. Reload the page and try again")
            _sort_control(name, sent[0], controls, reasons, choices)
        else:
            problems.append(f"This page does not ask “{name[:60]}”. Nothing was saved. Reload the page and try again")
    return Posted(typed, rows, controls, reasons, choices, tuple(problems[:5]), setup=controls.get("_setup") == "1")


def _sort_control(
    name: str, text: str, controls: dict[str, str], reasons: dict[str, str], choices: dict[str, str]
) -> None:
    if name.startswith(REASON):
        reasons[name.removeprefix(REASON)] = text
    elif name.startswith(CHOOSE):
        choices[name.removeprefix(CHOOSE)] = text
    else:
        controls[name] = text


@dataclass(frozen=True)
class Prefill:
    """What a page starts from: texts by flat name, the rows of its grids, and remarks beside flow answers."""

    typed: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, tuple[str, ...]]
    beside: Mapping[str, str] = field(default_factory=dict)


def texts_of(section: Section, values: Values) -> dict[str, tuple[str, ...]]:
    """Return values as the boxes of the form hold them, gates opened where a count beneath them is not 0."""
    texts: dict[str, tuple[str, ...]] = {}
    for provider_type in section.asked_of:
        for f in fields_of(section, provider_type, rows_in(section, values)):
            value = values.get(f.name)
            if f.question.zero_when_no and value is None:
                counts = [values.get(zero) for zero in f.question.zero_when_no]
                value = None if None in counts else ("yes" if any(counts) else "no")
            if value is not None:
                text = kind_of(f.question.kind).text(value)
                texts[f.name] = (text,) if isinstance(text, str) else text
    return texts


def prefill(
    section: Section,
    values: Values,
    *,
    is_same_day: bool,
    day_before: Values,
    day_word: str,
    has_answered_day: bool = False,
) -> Prefill:
    """Return what a page starts from: the last answers, but flow answers blank with the day before's beside them.

    `is_same_day`: the values were given for the very day of the page, so even flow answers are shown, to be corrected.
    `has_answered_day`: they were, and a new answer will replace them: the boxes stay blank, the remark says so.
    Source: sections.md, `covid`; flows.md, "Updating signed in".
    """
    texts = texts_of(section, values)
    rows = rows_in(section, values)
    beside = {}
    for provider_type in section.asked_of:
        for f in fields_of(section, provider_type, rows):
            question = f.question
            if question.flow == "stock":
                continue
            if not is_same_day:
                texts.pop(f.name, None)
            sent, shown = values.get(f.name), day_before.get(f.name)
            if has_answered_day and sent is not None:
                told = kind_of(question.kind).show(sent, question)
                beside[f.name] = f"Sent for today already: {told}. A new answer replaces it"
            elif shown is not None and not question.zero_when_no:
                beside[f.name] = f"{day_word}: {kind_of(question.kind).show(shown, question)}"
    return Prefill(texts, rows, beside)


def move_one(section: Section, posted: Posted) -> Posted:
    """Return the form after a shortcut moved one from a column to another; unchanged where a number cannot be read.

    The button's value is `move:<shortcut>:<row>:<take>:<give>`. Nothing is saved by it.
    """
    parts = posted.act.split(":")
    if len(parts) != 5:
        return posted
    _, key, row, take, give = parts
    shortcut = next((s for s in section.shortcuts if s.key == key), None)
    if shortcut is None or take not in shortcut.take or give not in shortcut.give:
        return posted
    grid = section.grid(shortcut.grid)
    if grid is None or row not in posted.rows.get(grid.key, ()):
        return posted
    columns = {c.key: c for c in grid.columns}
    source, target = (field_name(columns[name], row) for name in (take, give))
    old = [_number(posted.typed.get(name, ("",))) for name in (source, target)]
    if None in old or old[0] == 0:
        return posted
    moved = {source: (str(old[0] - 1),), target: (str(old[1] + 1),)}  # type: ignore[operator]
    return replace(posted, typed={**posted.typed, **moved})


def _number(texts: Sequence[str]) -> int | None:
    text = texts[0].strip().replace(",", "") if texts else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def moves_of(section: Section, grid: Grid) -> list[tuple[Shortcut, str, str]]:
    """Return every single move that a grid's shortcuts offer: (shortcut, from, to)."""
    return [
        (shortcut, take, give)
        for shortcut in section.shortcuts
        if shortcut.grid == grid.key
        for take in shortcut.take
        for give in shortcut.give
    ]


def unanswered_doubts(checked: Checked, reasons: Mapping[str, str]) -> list[str]:
    """Return the keys of doubts that still need a reason; one that only suggests a second look never does."""
    return [
        doubt.key
        for doubt in checked.doubts
        if not doubt.suggest_only and reasons.get(doubt.key) not in {reason.key for reason in doubt.reasons}
    ]


__all__ = [
    "CHOOSE",
    "REASON",
    "Context",
    "Posted",
    "Prefill",
    "move_one",
    "moves_of",
    "prefill",
    "read_posted",
    "texts_of",
    "unanswered_doubts",
]
