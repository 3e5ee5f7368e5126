"""The lines that a section shows to others read nothing but its own answers and the directory: nothing that costs a query a home."""

import re

from ctapp.queries.question_sets import read_with_references, shipped_sources
from ctapp.questions import rules
from ctapp.questions.words import words_for

KNOWN = {"registered_beds", "lead_specialism", "provider_type"}


def names_read(section):
    texts = [place for line in section.others_see for place in re.findall(r"\{([^{}]+)\}", line.text)]
    words = set(words_for(section, section.asked_of[0]))
    read = [rules.parse(text).names() for text in texts if text not in words]
    read += [line.only_if.names() for line in section.others_see if line.only_if]
    return frozenset().union(*read)


def test_lines_for_others_need_no_fact_but_the_directorys():
    for source in shipped_sources().values():
        section = read_with_references(source)
        own = {question.key for question in section.all_questions()}
        assert names_read(section) <= own | KNOWN, section.key


def test_what_a_hospital_must_not_see_has_no_line_for_others():
    shown = {key for key, source in shipped_sources().items() if read_with_references(source).others_see}
    assert not shown & {
        "covid",
        "business_continuity",
        "workforce",
        "workforce_month",
        "infection_control",
        "staff_movement",
    }
