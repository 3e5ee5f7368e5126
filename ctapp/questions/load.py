"""Reading a section file (TOML) into a Section, refusing anything that the format does not know, with the place and the reason.

`docs/sections.md` tells the format to people; `tests/declarations` runs every shipped file through it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ctapp.errors import BadSection
from ctapp.questions import rules
from ctapp.questions.kinds import kinds
from ctapp.questions.names import COUNTS_OF_OUTBREAK, check_names, unique_keys
from ctapp.questions.spec import (
    CADENCES,
    PROVIDER_TYPES,
    Axis,
    CadenceFor,
    Check,
    Doubt,
    Grid,
    Option,
    OutbreakRule,
    Question,
    Running,
    Section,
    Shortcut,
    Summary,
)

MAX_BYTES = 64 * 1024
KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
YES_NO = (Option("yes", "Yes"), Option("no", "No"))
FLOWS = ("stock", "day", "7_days", "month")
STORES = ("answers", "note", "people", "none")
Table = Mapping[str, Any]
References = Callable[[str], Sequence[Option]]


def no_references(name: str) -> Sequence[Option]:
    """Return nothing: the reference lists of a loader that has none."""
    raise BadSection(f"options_from: no list called {name}")


def read_section(text: str, *, references: References = no_references) -> Section:
    """Return the section that a TOML text declares.

    `references` gives the options of a list by name, for `options_from`.
    Errors: BadSection with the place (`question 3 (admissions)`) and the reason; every name in a rule is checked.
    """
    if len(text.encode()) > MAX_BYTES:
        raise BadSection(f"the file is larger than {MAX_BYTES // 1024} KB")
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSection(f"not TOML: {error}") from None
    section = _Reader(references).section(table)
    check_names(section)
    return section


class _Take:
    # Takes known keys out of a table and refuses what is left, so that a misspelt key is an error, not a silence.
    def __init__(self, table: Table, where: str) -> None:
        if not isinstance(table, dict):
            raise BadSection(f"{where}: must be a table")
        self.left = dict(table)
        self.where = where

    def __call__(self, key: str, kind: type, default: Any = ...) -> Any:
        if key not in self.left:
            if default is ...:
                raise BadSection(f"{self.where}: {key} is missing")
            return default
        value = self.left.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadSection(f"{self.where}: {key} must be {kind.__name__}")
        return value

    def key(self, name: str = "key") -> str:
        value: str = self(name, str)
        if not KEY.fullmatch(value):
            raise BadSection(f"{self.where}: {name} must be small letters, digits and single underscores: {value}")
        return value

    def words(self, key: str, allowed: Sequence[str], default: Any = ...) -> Any:
        values = self(key, list, default)
        wrong = [value for value in values if value not in allowed]
        if wrong:
            raise BadSection(f"{self.where}: {key} has {wrong[0]!r}; known: {', '.join(allowed)}")
        return tuple(values)

    def word(self, key: str, allowed: Sequence[str], default: Any = ...) -> Any:
        value = self(key, str, default)
        if value not in allowed:
            raise BadSection(f"{self.where}: {key} is {value!r}; known: {', '.join(allowed)}")
        return value

    def rule(self, key: str) -> rules.Rule | None:
        text = self(key, str, "")
        return rules.parse(text, where=f"{self.where}: {key}") if text else None

    def end(self) -> None:
        if self.left:
            raise BadSection(f"{self.where}: unknown key {next(iter(self.left))}")


class _Reader:
    def __init__(self, references: References) -> None:
        self.references = references

    def section(self, table: Table) -> Section:
        take = _Take(table, "section")
        key = take.key()
        questions: list[Question | Grid] = []
        for number, item in enumerate(take("question", list), 1):
            questions.extend(self.question_block(item, f"question {number}"))
        section = Section(
            key=key,
            title=take("title", str),
            short=take("short", str, ""),
            cadence=take.word("cadence", CADENCES),
            asked_of=take.words("asked_of", PROVIDER_TYPES),
            questions=tuple(questions),
            confirm_unseen=_always_or_rule(take),
            order=take("order", int, 100),
            intro=take("intro", str, ""),
            minutes=take("minutes", int, 1),
            is_relaxable=take("relaxable", bool, False),
            is_first_task=take("first_task", bool, False),
            asked_if=take.rule("asked_if"),
            open_if=take.rule("open_if"),
            chooses_day=take("chooses_day", bool, False),
            counts_fresh=take("counts_fresh", bool, False),
            cadences=tuple(
                self.cadence(item, f"cadence_for {n}") for n, item in enumerate(take("cadence_for", list, []), 1)
            ),
            checks=tuple(
                c for n, item in enumerate(take("check", list, []), 1) for c in self.check_block(item, f"check {n}")
            ),
            doubts=tuple(
                d for n, item in enumerate(take("doubt", list, []), 1) for d in self.doubt_block(item, f"doubt {n}")
            ),
            summaries=tuple(self.summary(item, f"summary {n}") for n, item in enumerate(take("summary", list, []), 1)),
            others_see=tuple(
                self.summary(item, f"others_see {n}") for n, item in enumerate(take("others_see", list, []), 1)
            ),
            shortcuts=tuple(
                self.shortcut(item, f"shortcut {n}") for n, item in enumerate(take("shortcut", list, []), 1)
            ),
            words=self.wording(take("words", dict, {})),
            outbreak=self.outbreak(take("outbreak", dict, {})),
        )
        take.end()
        return replace(section, short=section.short or section.title)

    def outbreak(self, table: Table) -> OutbreakRule | None:
        if not table:
            return None
        take = _Take(table, "outbreak")
        counts = {key: take(key, str) for key in COUNTS_OF_OUTBREAK}
        rule = OutbreakRule(take("pathogen", str), take("clear_days", int), **counts)
        take.end()
        return rule

    def wording(self, table: Table) -> Mapping[str, Mapping[str, str]]:
        for provider_type, words in table.items():
            if provider_type not in (*PROVIDER_TYPES, "default"):
                raise BadSection(f"words: unknown provider type {provider_type}")
            if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
                raise BadSection(f"words.{provider_type}: must be a table of words")
        return {key: dict(words) for key, words in table.items()}

    def question_block(self, table: Table, where: str) -> list[Question | Grid]:
        expanded = _for_each(table, where)
        return [
            self.grid(item, where) if item.get("kind") == "grid" else self.question(item, where) for item in expanded
        ]

    def question(self, table: Table, where: str, *, grid: str = "") -> Question:
        take = _Take(table, where)
        key = take.key()
        take.where = where = f"{where} ({key})"
        kind = take.word("kind", sorted(kinds()))
        options = tuple(
            self.option(item, f"{where}: option {n}") for n, item in enumerate(take("options", list, []), 1)
        )
        listed = take("options_from", str, "")
        if listed:
            options = tuple(self.references(listed))
        if kind == "yes_no":
            options = options or YES_NO
        question = Question(
            key=key,
            kind=kind,
            label=take("label", str),
            short=take("short", str, ""),
            hint=take("hint", str, ""),
            group=take("group", str, ""),
            grid=grid,
            flow=take.word("flow", FLOWS, "stock"),
            store=take.word("store", STORES, "note" if kind == "text" else "answers"),
            is_optional=take("optional", bool, False),
            is_reportable=take("reportable", bool, kind != "text"),
            asked_of=take.words("asked_of", PROVIDER_TYPES, list(PROVIDER_TYPES)),
            ask_if=take.rule("ask_if"),
            required_if=take.rule("required_if"),
            only_if=take("only_if", str, ""),
            options=options,
            minimum=take("minimum", int, None),
            maximum=take("maximum", int, None),
            max_length=take("max_length", int, 500),
            decimals=take("decimals", int, 0),
            unanswered=take("unanswered", str, ""),
            example=take("example", str, ""),
            zero_when_no=tuple(take("zero_when_no", list, [])),
            is_setup=take("setup", bool, False),
        )
        take.end()
        if kind in ("choice", "rag", "multi") and len(options) < 2:
            raise BadSection(f"{where}: {kind} needs two options or more")
        unique_keys([option.key for option in options], f"{where}: option")
        return question

    def grid(self, table: Table, where: str) -> Grid:
        take = _Take(table, where)
        key = take.key()
        take.where = where = f"{where} ({key})"
        take("kind", str)
        axes = tuple(self.axis(item, f"{where}: axis {n}") for n, item in enumerate(take("axis", list), 1))
        columns = tuple(
            self.question(item, f"{where}: column {n}", grid=key) for n, item in enumerate(take("column", list), 1)
        )
        grid = Grid(
            key,
            take("label", str),
            take("legend", str, "{row}"),
            take("choose_label", str),
            axes,
            columns,
            take("hint", str, ""),
        )
        take.end()
        return grid

    def axis(self, table: Table, where: str) -> Axis:
        take = _Take(table, where)
        options = tuple(self.option(item, f"{where}: option {n}") for n, item in enumerate(take("options", list), 1))
        axis = Axis(take.key(), take("label", str), options)
        take.end()
        return axis

    def option(self, table: Table | str, where: str) -> Option:
        take = _Take(table, where)  # type: ignore[arg-type]
        option = Option(
            key=take.key(),
            label=take("label", str),
            hint=take("hint", str, ""),
            mark=take("mark", str, ""),
            short=take("short", str, ""),
            exclusive=take("exclusive", bool, False),
        )
        take.end()
        return option

    def cadence(self, table: Table, where: str) -> CadenceFor:
        take = _Take(table, where)
        cadence = CadenceFor(
            take.word("cadence", (*CADENCES, "daily_relaxed_weekly")),
            take("provider_type", str, ""),
            take("lead_specialism", str, ""),
        )
        take.end()
        return cadence

    def check_block(self, table: Table, where: str) -> list[Check]:
        checks = []
        for item in _for_each(table, where):
            take = _Take(item, where)
            key = take.key()
            rule = take.rule("rule")
            if rule is None:
                raise BadSection(f"{where} ({key}): rule is missing")
            running = take("running", dict, {})
            checks.append(
                Check(
                    key=key,
                    rule=rule,
                    sentence=take("sentence", str),
                    at=take("at", str),
                    grid=take("grid", str, ""),
                    running=self.running(running, where) if running else None,
                )
            )
            take.end()
        return checks

    def running(self, table: Table, where: str) -> Running:
        take = _Take(table, f"{where}: running")
        running = Running(take("exact", str), take("under", str), take("over", str))
        take.end()
        return running

    def doubt_block(self, table: Table, where: str) -> list[Doubt]:
        doubts = []
        for item in _for_each(table, where):
            take = _Take(item, where)
            key = take.key()
            rule = take.rule("rule")
            if rule is None:
                raise BadSection(f"{where} ({key}): rule is missing")
            doubts.append(
                Doubt(
                    key=key,
                    rule=rule,
                    sentence=take("sentence", str),
                    reasons=tuple(
                        self.option(o, f"{where}: reason {n}") for n, o in enumerate(take("reasons", list), 1)
                    ),
                    at=take("at", str, ""),
                    grid=take("grid", str, ""),
                    each_kind=take("each", str, ""),
                    suggest_only=take("suggest_only", bool, False),
                )
            )
            take.end()
        return doubts

    def summary(self, table: Table, where: str) -> Summary:
        take = _Take(table, where)
        summary = Summary(take("text", str), take.rule("if"), take("grid", str, ""))
        take.end()
        return summary

    def shortcut(self, table: Table, where: str) -> Shortcut:
        take = _Take(table, where)
        shortcut = Shortcut(
            take.key(), take("grid", str), take("label", str), tuple(take("take", list)), tuple(take("give", list))
        )
        take.end()
        return shortcut


def _always_or_rule(take: _Take) -> rules.Rule | None:
    # `confirm_unseen = true` is a rule that always holds; false, or nothing, is no confirmation at all.
    if isinstance(take.left.get("confirm_unseen"), bool):
        return rules.parse("1 = 1") if take("confirm_unseen", bool) else None
    return take.rule("confirm_unseen")


def _for_each(table: Table, where: str) -> list[Table]:
    # `for_each = [{key = "nurses", label = "registered nurses"}]`: the block once per group, `{group}` replaced everywhere.
    if not isinstance(table, dict):
        raise BadSection(f"{where}: must be a table")
    groups = table.get("for_each")
    if groups is None:
        return [table]
    rest = {key: value for key, value in table.items() if key != "for_each"}
    expanded = []
    for group in groups:
        if not isinstance(group, dict) or not isinstance(group.get("key"), str):
            raise BadSection(f"{where}: for_each needs a key in every group")
        names = {
            "group": group["key"],
            **{f"group_{key}": str(value) for key, value in group.items() if key != "asked_of"},
        }
        block = _replace(rest, names)
        if "asked_of" in group:
            block["asked_of"] = group["asked_of"]
        expanded.append(block)
    return expanded


def _replace(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, list):
        return [_replace(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _replace(item, names) for key, item in value.items()}
    return value
