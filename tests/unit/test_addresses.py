"""Where a browser may be sent after sign-in: only a path on this site, whatever was asked for."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctapp.web.addresses import own_path

EVIL = [
    "",
    None,
    "https://evil.example/",
    "HTTPS://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "\x00//evil.example",
    "/\x00/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "http:/evil.example",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    ".//evil.example",
    "//[::1",
    "/a\r\nSet-Cookie: x=1",
    "/\x7f/evil.example",
    "/" + "a" * 3000,
    "/sign-out",
    "/sign-in",
    "/sign-in/?next=/sign-in",
]
OWN = [
    "/",
    "/find?postcode=LS6%202AB&stay=long",
    "/locations/1-100000001/vacancies#beds",
    "/a//b",
    "/%2F%2Fevil.example",
    "/?next=//evil.example",
]


@pytest.mark.parametrize("text", EVIL)
def test_other_addresses_lead_home(text):
    assert own_path(text) == "/"


@pytest.mark.parametrize("text", OWN)
def test_own_paths_are_followed(text):
    assert own_path(text) == text


@given(st.text(alphabet="/\\.:@?#%\t\r\n aevil2F", max_size=20))
def test_no_text_leads_off_the_site(text):
    there = urlsplit(urljoin("https://here.example/sign-in", own_path(text)))
    assert (there.scheme, there.netloc) == ("https", "here.example")
