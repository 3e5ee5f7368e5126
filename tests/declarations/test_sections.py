"""Every shipped section passes one contract, and asks exactly what the table written by hand says.

The table is in written.py. What the rules do with answers is tested in test_section_rules.py.
"""

from __future__ import annotations

import re

import pytest

from ctapp.questions import rules
from ctapp.questions.kinds import kind_of
from ctapp.questions.load import KEY, MAX_BYTES, read_section
from ctapp.questions.spec import Grid, Section, fields_of
from ctapp.questions.words import words_for
from tests.declarations.written import (
    BED_TYPES,
    COMMISSIONERS,
    COVID_COUNTS,
    FILES,
    FOLDER,
    KEYS,
    NOT_REPORTABLE,
    NOTES,
    OPTIONS,
    PEOPLE,
    ROW,
    WRITTEN,
    load,
)


@pytest.fixture(scope="module")
def sections():
    return {key: load(key) for key in KEYS}


@pytest.fixture
def section(sections, request):
    return sections[request.param]


each_section = pytest.mark.parametrize("section", KEYS, indirect=True)
each_written = pytest.mark.parametrize("section", sorted(WRITTEN), indirect=True)


# --- As written -------------------------------------------------------------------------------------------------------


def test_every_section_that_was_written_is_shipped():
    assert set(WRITTEN) <= set(KEYS)


@each_written
def test_a_section_asks_the_keys_written_in_order(section):
    written = WRITTEN[section.key]
    assert tuple(question.key for question in section.all_questions()) == written.keys


@each_written
def test_each_provider_type_is_asked_its_own_keys(section):
    written = WRITTEN[section.key]
    assert section.asked_of == written.asked_of
    rows = {grid.key: (ROW,) for grid in section.grids()}
    for provider_type in section.asked_of:
        asked = tuple(f.question.key for f in fields_of(section, provider_type, rows))
        assert asked == written.keys_of.get(provider_type, written.keys), provider_type


@each_written
def test_cadence_and_confirmation_are_as_written(section):
    written = WRITTEN[section.key]
    assert section.cadence == written.cadence
    assert (section.confirm_unseen is not None) is written.is_confirmable
    assert (section.open_if is not None or section.asked_if is not None) is written.is_conditional


@each_written
def test_only_what_is_written_as_optional_may_be_left_blank(section):
    assert tuple(q.key for q in section.all_questions() if q.is_optional) == WRITTEN[section.key].optional
    assert not [q.key for q in section.all_questions() if q.required_if is not None]


@each_written
def test_all_answers_are_stock_but_the_flows_written(section):
    flows = {q.key: q.flow for q in section.all_questions() if q.flow != "stock"}
    assert flows == WRITTEN[section.key].flows


@each_written
def test_notes_and_persons_are_stored_apart(section):
    stored = {
        store: tuple(q.key for q in section.all_questions() if q.store == store) for store in ("note", "people", "none")
    }
    assert stored["note"] == NOTES.get(section.key, ())
    assert stored["people"] == PEOPLE.get(section.key, ())
    assert stored["none"] == (("new_cases",) if section.key == "covid" else ())


@each_written
def test_free_text_persons_and_prices_stand_in_no_report(section):
    hidden = {*NOTES.get(section.key, ()), *PEOPLE.get(section.key, ()), *NOT_REPORTABLE.get(section.key, ())}
    assert {q.key for q in section.all_questions() if not q.is_reportable} == hidden


@each_written
def test_answers_to_choose_from_are_those_written(section):
    for question in section.all_questions():
        if question.kind in ("choice", "rag", "multi") and question.options != COMMISSIONERS:
            allowed = OPTIONS.get((section.key, question.key), BED_TYPES)
            assert " ".join(option.key for option in question.options) == allowed, question.key


@pytest.mark.parametrize("key", ["vacancies", "prices"])
def test_beds_stand_in_a_grid_of_type_and_stay(sections, key):
    grid = sections[key].grid("beds")
    types, stays = grid.axes
    assert " ".join(option.key for option in types.options) == BED_TYPES
    assert [option.key for option in stays.options] == ["long_term", "short_stay"]


def test_only_covid_chooses_its_day_and_gates_its_counts(sections):
    assert [key for key, section in sections.items() if section.chooses_day] == ["covid"]
    gate = sections["covid"].question("new_cases")
    assert gate.zero_when_no == COVID_COUNTS
    assert {q.ask_if.text for q in sections["covid"].all_questions() if q.key in COVID_COUNTS} == {"new_cases = 'yes'"}


def test_find_counts_the_freshness_of_beds_and_hours_only(sections):
    assert {key for key, section in sections.items() if section.counts_fresh} == {
        "vacancies",
        "home_care",
        "designated",
    }


# --- One contract for all, shipped now or later -----------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=KEYS)
def test_a_file_is_small_and_named_after_its_section(path):
    assert path.stat().st_size <= MAX_BYTES
    assert load(path.stem).key == path.stem


def test_no_two_sections_share_a_place(sections):
    orders = [section.order for section in sections.values()]
    assert len(set(orders)) == len(orders)


@each_section
def test_keys_are_small_letters_digits_and_single_underscores(section):
    keys = [q.key for q in section.all_questions()]
    keys += [option.key for q in section.all_questions() if q.options != COMMISSIONERS for option in q.options]
    keys += [item.key for item in (*section.checks, *section.doubts, *section.grids(), *section.shortcuts)]
    keys += [option.key for grid in section.grids() for axis in grid.axes for option in axis.options]
    keys += [reason.key for doubt in section.doubts for reason in doubt.reasons]
    assert [key for key in keys if not KEY.fullmatch(key)] == []
    # Two underscores part a column from its row.
    assert [key for key in keys if "__" in key] == []


@each_section
def test_a_label_is_one_short_phrase_or_question(section):
    for provider_type in section.asked_of:
        for question in section.all_questions():
            label = worded(section, question.label, provider_type)
            assert 0 < len(label) <= 120, label
            assert re.search(r"[\w)?]$", label) and label == label.strip(), label
            assert label[0].isupper(), label
            assert worded(section, question.hint, provider_type)[-1:] not in (":", ",", ";", " "), question.key


@each_section
def test_an_error_says_what_to_do(section):
    for question in section.all_questions():
        if question.is_optional and not question.unanswered:
            continue
        sentence = question.unanswered
        assert re.search(r"(^|\. )(Choose|Enter|Tell us)\b", sentence), f"{question.key}: {sentence!r}"
        assert not sentence.endswith("."), sentence
        if question.kind in ("choice", "rag", "multi", "yes_no"):
            assert sentence.startswith("Choose "), sentence
        if question.kind == "count" and not question.is_setup:
            assert sentence.endswith(". Enter 0 if none"), sentence
    for check in section.checks:
        assert check.sentence[-1] not in ".:,", check.sentence


@each_section
def test_every_amount_has_a_limit(section):
    bounded = {name for check in section.checks if check.grid for name in check.rule.names()}
    for question in section.all_questions():
        kind = kind_of(question.kind)
        if kind.is_number:
            assert question.maximum is not None or question.key in bounded, question.key
            assert kind.parse(["-1"], question).error, question.key
            assert kind.parse(["99999999"], question).error, question.key
            assert kind.parse(["0"], question).value == 0, question.key


@each_section
def test_a_condition_is_told_in_words(section):
    for question in section.all_questions():
        assert (question.ask_if is None) == (question.only_if == ""), question.key
        if question.only_if:
            assert question.only_if.startswith("Only if "), question.only_if


@each_section
def test_a_condition_names_only_what_stands_before(section):
    # What opens a question must be answered above it, or a page without scripts asks in the wrong order.
    seen = set(rules.FACTS)
    for question in section.all_questions():
        if question.ask_if is not None:
            assert question.ask_if.names() <= seen, question.key
        seen.add(question.key)


@each_section
def test_a_status_shows_word_and_letter_beside_its_colour(section):
    for question in section.all_questions():
        if question.kind == "rag":
            for option in question.options:
                assert option.mark == option.key[0].upper()
                assert option.short == option.key.capitalize() and option.label.startswith(f"{option.short}: ")


@each_section
def test_what_is_confirmed_unseen_is_told_in_words(section):
    if section.confirm_unseen is not None:
        assert section.summaries
        assert [doubt.key for doubt in section.doubts if "unchanged_days" in doubt.rule.names()] == (
            [] if section.key == "prices" else ["unchanged_long"]
        )


@each_section
def test_every_count_may_be_doubted(section):
    kinds = {question.kind for question in section.all_questions()}
    if "count" in kinds:
        assert "count" in {doubt.each_kind for doubt in section.doubts if doubt.key == "big_change"}
        large = {doubt.key for doubt in section.doubts if doubt.key.startswith("large_count")}
        counts = {q.key for q in section.all_questions() if q.kind == "count"}
        assert large == {"large_count"} or large >= {f"large_count_{key}" for key in counts}


@each_section
def test_every_doubt_can_be_settled_either_way(section):
    for doubt in section.doubts:
        keys = [reason.key for reason in doubt.reasons]
        assert len(keys) >= 2 and keys[-1] == "wrong" and len(set(keys)) == len(keys)
        assert doubt.reasons[-1].label == "No, I will change it"
        assert doubt.sentence.endswith("?"), doubt.sentence
    keys = [doubt.key for doubt in section.doubts]
    assert len(set(keys)) == len(keys)


@each_section
def test_a_running_sum_stands_at_an_equation(section):
    for check in section.checks:
        if check.running:
            assert check.rule.text.count("=") == 1 and not set("<>!") & set(check.rule.text), check.key


@each_section
def test_every_provider_type_has_every_word(section):
    for provider_type in section.words:
        assert provider_type == "default" or provider_type in section.asked_of, provider_type
        assert set(section.words[provider_type]) == set(section.words["default"])


@each_section
def test_every_place_in_a_sentence_can_be_filled(section):
    known = {q.key for q in section.all_questions() if q.store != "people"} | rules.FACTS
    words = set(section.words.get("default", {}))
    for where, text, own in sentences(section):
        for place in re.findall(r"\{([^{}]*)\}", text):
            if place in words or place in own:
                continue
            names = {name.removeprefix("previous.") for name in rules.parse(place, where=where).names()}
            assert names <= known | own, f"{where}: {text!r}"
        assert not set("{}") & set(re.sub(r"\{[^{}]*\}", "", text)), f"{where}: {text!r}"


def worded(section: Section, text: str, provider_type: str) -> str:
    """Return a text with a provider type's own words in their places."""
    for name, word in words_for(section, provider_type).items():
        text = text.replace("{" + name + "}", word)
    return text


def sentences(section: Section):
    """Yield every text that a person reads: its place, itself, and the names that only it may use."""
    row = {"row", "row_label"}
    for item in section.questions:
        if isinstance(item, Grid):
            yield item.key, item.legend, row
            yield from ((item.key, text, set()) for text in (item.label, item.choose_label, item.hint))
    for question in section.all_questions():
        own = row if question.grid else set()
        for text in (
            question.label,
            question.short,
            question.hint,
            question.group,
            question.unanswered,
            question.only_if,
        ):
            yield question.key, text, own
        for option in question.options:
            yield from (
                (f"{question.key}: {option.key}", text, set()) for text in (option.label, option.short, option.hint)
            )
    for check in section.checks:
        own = row if check.grid else set()
        yield check.key, check.sentence, own
        if check.running:
            for text in (check.running.exact, check.running.under, check.running.over):
                yield f"{check.key}: running", text, {"right", "left_over", "too_many"}
    for doubt in section.doubts:
        own = {"label", "value", "last_value"} | (row if doubt.grid else set())
        yield doubt.key, doubt.sentence, own
        yield from ((doubt.key, reason.label, set()) for reason in doubt.reasons)
    for summary in (*section.summaries, *section.others_see):
        yield "summary", summary.text, row if summary.grid else set()
    yield from ((section.key, text, set()) for text in (section.title, section.short, section.intro))


def test_the_example_in_the_guide_is_a_section_that_loads():
    guide = (FOLDER.parents[1] / "docs" / "sections.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", guide, flags=re.DOTALL)
    assert read_section(example).key == "hot_weather"
