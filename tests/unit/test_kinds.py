"""What may be typed into each kind of answer, what is refused and in which words, and that nothing is lost in storage."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctapp.questions.kinds import kind_of, kinds
from ctapp.questions.kinds.base import clean, hidden_character
from ctapp.questions.kinds.text import is_nhs_number
from ctapp.questions.spec import Option, Question

OPTIONS = (Option("ppe", "PPE"), Option("staffing", "Staff"), Option("none", "No help needed", exclusive=True))


def question(kind, **values):
    """Return a question of a kind, named "Free now"."""
    options = OPTIONS if kind in ("choice", "rag", "multi", "yes_no") else ()
    return Question(key="free", kind=kind, label="Free now", **{"options": options, **values})


def read(kind, *texts, **values):
    """Return what a kind makes of the texts sent for one question."""
    return kind_of(kind).parse(texts, question(kind, **values))


COUNTS = [
    ("2", 2),
    ("0", 0),
    ("007", 7),
    (" 1,200 ", 1200),
    ("1,200", 1200),
    ("12,345", 12345),
    ("99999", 99999),
    ("\u00a02\u2009", 2),
    ("2\r\n", 2),
]
NOT_COUNTS = [
    "-1",
    "\u22121",
    "+1",
    "1.5",
    "1.0",
    "1,2,3",
    "12,00",
    ",200",
    "1,200,",
    "1,,200",
    "1 200",
    "1'200",
    "٢",
    "١٢٠",
    "２",
    "²",
    "½",
    "Ⅳ",
    "two",
    "2 beds",
    "1e3",
    "0x10",
    "NaN",
    "inf",
    "🙂",
    "2🙂",
    "2\u200b",
    "\u202e2",
    "=1+1",
    "1_000",
    "9" * 400,
    "1" * 10_000,
]
CONTROLS = ["\x00", "2\x00", "\x1b[31m2", "a\x07b", "\x7f", "2\x852", "a\ud800"]


@pytest.mark.parametrize(("text", "value"), COUNTS)
def test_a_count_reads_whole_numbers_with_a_proper_thousands_comma(text, value):
    assert read("count", text).value == value and read("count", text).error == ""


@pytest.mark.parametrize("text", NOT_COUNTS, ids=[ascii(text)[:20] for text in NOT_COUNTS])
def test_what_is_no_whole_number_is_refused_with_an_example(text):
    found = read("count", text, example="12")
    assert found.value is None
    assert found.error in ("Free now must be a whole number, like 12", "Free now must be 99,999 or fewer")


@pytest.mark.parametrize(("text", "error"), [("99,999", ""), ("100000", "Free now must be 99,999 or fewer")])
def test_a_count_has_a_limit_even_where_none_is_declared(text, error):
    assert read("count", text).error == error


@pytest.mark.parametrize(
    ("text", "error"),
    [("2", "Free now must be 3 or more"), ("3", ""), ("10", ""), ("11", "Free now must be 10 or fewer")],
)
def test_a_count_keeps_its_declared_limits(text, error):
    assert read("count", text, minimum=3, maximum=10).error == error


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize("texts", [(), ("",), ("   ",), ("\u00a0\t\r\n",)])
def test_nothing_typed_is_blank_not_nought(kind, texts):
    found = read(kind, *texts)
    assert found.value is None and found.error == ""


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize("text", CONTROLS, ids=ascii)
def test_control_characters_are_refused_everywhere(kind, text):
    found = read(kind, text)
    assert found.value is None and found.error


@pytest.mark.parametrize("kind", sorted(key for key, kind in kinds().items() if not kind.takes_many))
def test_an_answer_sent_twice_is_refused(kind):
    assert read(kind, "1", "1").error == "Free now was sent more than once. Answer it once"


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {"text"}))
@pytest.mark.parametrize("text", ["🙂", "٢", "\u202e", "<script>", "' OR 1=1 --", "{{7*7}}"])
def test_rubbish_is_refused_by_every_kind_but_free_text(kind, text):
    found = read(kind, text)
    assert found.value is None and found.error


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "12.5", Decimal("12.5")),
        ("number", " 1,250.5 ", Decimal("1250.5")),
        ("number", "0", Decimal("0")),
        ("money", "£1,150", Decimal("1150")),
        ("money", "£ 980.50", Decimal("980.50")),
        ("percent", "75%", Decimal("75")),
        ("percent", "100", Decimal("100")),
        ("choice", "ppe", "ppe"),
        ("rag", "staffing", "staffing"),
        ("date", "20/4/2021", "2021-04-20"),
        ("date", "2021-04-20", "2021-04-20"),
        ("date", "29.2.2024", "2024-02-29"),
        ("phone", "0113 496 0001", "0113 496 0001"),
        ("phone", "+44 (0)113  496 0001 ext 12", "+44 (0)113 496 0001 ext 12"),
        ("email", "Name@Example.com", ("name@example.com",)),
        ("outward_codes", "ls6, LS16\nls6", ("LS16", "LS6")),
        ("text", "  Two lines\r\nof words  ", "Two lines\nof words"),
        ("text", "Naïve — 東京 🙂", "Naïve — 東京 🙂"),
    ],
)
def test_each_kind_reads_what_people_type(kind, text, value):
    found = read(kind, text)
    assert found.error == "" and found.value == value


@pytest.mark.parametrize(
    ("kind", "text", "error"),
    [
        ("number", "1,2,3", "Free now must be a number, like 12.5"),
        ("number", "-1", "Free now must be a number, like 12.5"),
        ("number", "1e5", "Free now must be a number, like 12.5"),
        ("number", "1.", "Free now must be a number, like 12.5"),
        ("number", ".5", "Free now must be a number, like 12.5"),
        ("number", "1.25", "Free now must have at most 1 decimal place"),
        ("number", "99999999", "Free now must be 9,999,999 or less"),
        ("money", "£", "Free now must be a number, like 980 or 980.50"),
        ("money", "980.505", "Free now must have at most 2 decimal places"),
        ("money", "££5", "Free now must be a number, like 980 or 980.50"),
        ("percent", "100.1", "Free now must be 100 or less"),
        ("percent", "%", "Free now must be a number, like 12.5"),
        ("choice", "PPE", "Choose one of the answers to: Free now"),
        ("yes_no", "maybe", "Choose one of the answers to: Free now"),
        ("date", "31/2/2021", "Free now must be a real date, like 20/4/2021"),
        ("date", "20/4/21", "Free now must be a date, like 20/4/2021"),
        ("date", "0000-01-01", "Free now must be a real date, like 20/4/2021"),
        ("phone", "496 0001", "Enter a phone number, like 0113 496 0001"),
        ("phone", "0113 496 0001 or 0002", "Enter a phone number, like 0113 496 0001"),
        ("phone", "1" * 21, "Enter a phone number, like 0113 496 0001"),
        ("outward_codes", "LS6 2AB", "Enter first halves of postcodes, like LS6, LS16. This is not one: 2AB"),
        ("text", "x" * 501, "Use 500 characters or fewer. This is 1 too many"),
        ("text", "call 943 476 5919 now", "This looks like an NHS number. Take out anything about a person"),
        ("text", "9434765919", "This looks like an NHS number. Take out anything about a person"),
    ],
)
def test_each_kind_says_what_to_do_instead(kind, text, error):
    assert read(kind, text) == (type(read(kind, text)))(None, error)


@pytest.mark.parametrize(
    "text", ["a", "a@b", "a@b@c.example", "a b@c.example", "a@b..example", "a@-", "x" * 250 + "@b.example"]
)
def test_what_is_no_email_address_is_refused(text):
    assert read("email", text).error


def test_addresses_are_kept_once_and_counted():
    two = "a@b.example\nA@b.example; c@d.example"
    assert read("email", two, maximum=2).value == ("a@b.example", "c@d.example")
    assert read("email", two).error == "Enter at most 1 email address"
    assert read("email", two + " e@f.example", maximum=2).error == "Enter at most 2 email addresses"


def test_several_answers_keep_the_order_of_the_question():
    assert read("multi", "staffing", "ppe").value == ("ppe", "staffing")
    assert read("multi", "staffing|ppe").value == ("ppe", "staffing")


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        (("ppe", "beds"), "Choose only from the answers to: Free now"),
        (("ppe", "ppe"), "Free now has the same answer twice. Choose each once"),
        (("ppe", "none"), "Free now: choose either “No help needed” or the others, not both"),
    ],
)
def test_answers_that_cannot_stand_together_are_refused(texts, error):
    assert read("multi", *texts).error == error


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("9434765919", True),
        ("943 476 5919", True),
        ("943-476-5919", True),
        ("9434765918", False),
        ("0113 496 0001", False),
    ],
)
def test_only_a_right_check_digit_makes_an_nhs_number(text, is_one):
    assert is_nhs_number(text) is is_one


def test_eleven_digits_hold_no_nhs_number():
    assert read("text", "99434765919").error == ""


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_each_kind_tells_a_missing_answer_and_asks_for_it(kind):
    one = question(kind)
    assert kind_of(kind).show(None, one) == "Not answered"
    assert kind_of(kind).cell(None) == ""
    assert kind_of(kind).unanswered(one)
    assert kind_of(kind).unanswered(question(kind, unanswered="Enter it")) == "Enter it"


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("count", 0, "0"),
        ("count", 1200, "1,200"),
        ("number", Decimal("1250.5"), "1,250.5"),
        ("money", Decimal("1150"), "£1,150"),
        ("money", Decimal("980.5"), "£980.50"),
        ("money", Decimal("0"), "£0"),
        ("percent", Decimal("75"), "75%"),
        ("choice", "staffing", "Staff"),
        ("choice", "retired_key", "retired_key"),
        ("multi", ("ppe", "retired_key"), "PPE, retired_key"),
        ("date", "2021-04-20", "20 April 2021"),
        ("outward_codes", ("LS6", "LS16"), "LS6, LS16"),
        ("email", ("a@b.example", "c@d.example"), "a@b.example, c@d.example"),
    ],
)
def test_each_kind_is_told_in_words(kind, value, words):
    assert kind_of(kind).show(value, question(kind)) == words


# --- Round trips: typed → value → JSON → value, and value → box → value, value → cell → value ---------------------------

WHOLE = st.integers(0, 99_999)
PLACES = st.integers(0, 9_999_999).map(str)
LABEL = st.text("abcdefghij0123456789", min_size=1, max_size=12)
ADDRESSES = st.lists(st.builds("{}@{}.example".format, LABEL, LABEL), min_size=1, max_size=5)
OUTWARD = st.builds("{}{}".format, st.sampled_from(["LS", "B", "SW", "NE"]), st.integers(1, 9))
WORDS = (
    st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\t"), min_size=1, max_size=200)
    .filter(lambda text: clean(text) and not any(character.isdigit() for character in text))
)  # fmt: skip
TYPED = {
    "count": WHOLE.map(str) | WHOLE.map("{:,}".format),
    "number": st.builds("{}.{}".format, WHOLE, st.integers(0, 9)) | WHOLE.map(str),
    "money": st.builds("£{:,}.{:02d}".format, WHOLE, st.integers(0, 99)) | WHOLE.map(str),
    "percent": st.integers(0, 100).map("{}%".format) | st.builds("{}.{}".format, st.integers(0, 99), st.integers(0, 9)),
    "yes_no": st.sampled_from(["ppe", "none"]),
    "choice": st.sampled_from(["ppe", "staffing"]),
    "rag": st.sampled_from(["ppe", "staffing"]),
    "multi": st.sampled_from(["ppe", "staffing", "ppe|staffing", "none"]),
    "text": WORDS,
    "phone": st.builds("{:04d} {:03d} {:04d}".format, st.integers(100, 999), st.integers(0, 999), st.integers(0, 9999)),
    "email": ADDRESSES.map("\n".join),
    "date": st.dates(date(1900, 1, 1)).map(lambda day: f"{day.day}/{day.month}/{day.year:04d}"),
    "outward_codes": st.lists(OUTWARD, min_size=1, max_size=20).map(", ".join),
}


def test_every_kind_stands_in_the_round_trip():
    assert set(TYPED) == set(kinds())


@pytest.mark.parametrize("key", sorted(TYPED))
@settings(max_examples=60, deadline=None)
@given(text=st.data())
def test_nothing_is_lost_in_storage_boxes_and_cells(key, text):
    kind, one = kind_of(key), question(key, maximum=5 if key == "email" else None)
    typed = text.draw(TYPED[key])
    found = kind.parse([typed], one)
    assert found.error == "" and found.value is not None, typed
    value = found.value
    assert kind.load(json.loads(json.dumps(kind.store(value)))) == value
    box = kind.text(value)
    assert kind.parse([box] if isinstance(box, str) else box, one).value == value
    assert kind.parse([kind.cell(value)], one).value == value
    assert kind.show(value, one)
    json.dumps(kind.store(value))


@pytest.mark.parametrize("key", sorted(kinds()))
@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_upsets_a_kind(key, text):
    found = kind_of(key).parse([text], question(key))
    assert found.value is None or found.error == ""
    assert not found.error or found.error == found.error.strip()


def test_the_first_hidden_character_is_named():
    assert hidden_character("a\tb\nc") == ""
    assert hidden_character("a\x00b\x01") == "U+0000"


def test_pence_are_stored_as_typed():
    assert kind_of("money").store(Decimal("980.50")) == "980.50"
    assert str(kind_of("money").load("980.50")) == "980.50"
