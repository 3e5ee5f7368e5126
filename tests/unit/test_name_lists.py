"""Lists of the directory file: they come apart into the names they were made of, against a slow reading."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctapp.reference.service_types import service_type_names, specialism_names
from ctapp.services.directory_file.name_lists import split_names

KNOWN = specialism_names() | service_type_names()
SEPARATORS = st.sampled_from([",", ", ", "|", " | ", ",  "])
UNKNOWN = st.text("abcdefgh XYZ-'", min_size=1, max_size=12).map(lambda name: " ".join(name.split())).filter(bool)


@given(
    st.lists(st.sampled_from(sorted(KNOWN)) | UNKNOWN, unique_by=str.casefold, max_size=8), SEPARATORS, st.booleans()
)
def test_a_list_comes_apart_into_the_names_it_was_made_of(names, separator, shout):
    joined = separator.join(name.upper() if shout and name in KNOWN else name for name in names)
    known = {name.casefold(): name for name in KNOWN}
    assert split_names(joined, KNOWN) == tuple(known.get(name.casefold(), name) for name in names)


def split_slowly(text, known):
    """The longest run of comma pieces that is a known name, else one piece: written as plainly as can be."""
    pieces = [" ".join(piece.split()) for piece in text.split(",")]
    spelt = {",".join(" ".join(part.split()) for part in name.split(",")).casefold(): name for name in known}
    names = []
    while pieces:
        for count in range(len(pieces), 0, -1):
            run = ",".join(pieces[:count]).casefold()
            if run in spelt or count == 1:
                names.append(spelt.get(run, pieces[0]))
                del pieces[:count]
                break
    return tuple(dict.fromkeys(name for name in names if name))


WORDS = ("a", "b", "a b", "a, b", "a, b, c", "c", "b, c", "d", "", " ")


@given(
    st.lists(st.sampled_from(WORDS), max_size=9).map(",".join),
    st.sets(st.sampled_from(["a", "a b", "a, b", "a, b, c", "c, d", "b,c", "d, a"])).map(frozenset),
)
@settings(max_examples=500)
def test_lists_are_read_as_a_slow_reader_would(text, known):
    assert split_names(text, known) == split_slowly(text, known)
