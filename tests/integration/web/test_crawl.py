"""Everybody of the cast follows every link from Home: nothing is missing, every page is well made, nobody sees the other home.

The visitor lints each page it gets (tests/site.py). Source: the issue's "a test follows every link on every page: no 404".
"""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from ctapp.extensions import db
from tests import cast
from tests.answers import CONTINUITY, COVID, save, save_beds
from tests.page import Page

CANARY = "Zebra canary"
MOST_PAGES = 60


@pytest.fixture
def lived_in(app, postcodes, at, travel):
    """Rosewood and Elsewhere House with answers; Elsewhere's carry a canary in their note."""
    for cqc_id, by in ((cast.ROSEWOOD, "rosewood_manager"), (cast.ELSEWHERE, "elsewhere_manager")):
        save_beds(at=at, cqc_id=cqc_id, by=by)
        save("covid", COVID, at=at, cqc_id=cqc_id, by=by)
    amber = {**CONTINUITY, "overall_status": "amber", "status_note": "Two posts are empty"}
    save("business_continuity", amber, at=at)
    save("business_continuity", {**amber, "status_note": CANARY}, at=at, cqc_id=cast.ELSEWHERE, by="elsewhere_manager")
    db.session.commit()
    travel(hours=3)


def crawl(visitor):
    """Return the pages that links lead to from Home, by address without query, at most MOST_PAGES."""
    waiting, seen = ["/"], {}
    while waiting and len(seen) < MOST_PAGES:
        url = waiting.pop(0)
        path = urlsplit(url).path
        if path in seen:
            continue
        response = visitor.get(url)
        assert response.status_code in (200, 303), f"{url} answered {response.status_code}"
        seen[path] = response.get_data(as_text=True)
        if response.status_code == 303:
            waiting.append(response.headers["Location"])
        elif response.mimetype == "text/html":
            page = Page(seen[path], url=url)
            links = [urldefrag(urljoin(url, href)).url for href in page.links.values()]
            waiting += [link for link in links if link.startswith("/")]
    return seen


@pytest.mark.parametrize("person", [None, *cast.ACTIVE])
def test_every_link_leads_somewhere_and_nothing_leaks(lived_in, client_as, person):
    pages = crawl(client_as(person))
    assert pages
    told = "\n".join(pages.values())
    if person not in ("elsewhere_manager", "barnet_officer", "support"):
        assert CANARY not in told
    if person not in (
        "elsewhere_manager",
        "barnet_officer",
        "support",
        "discharge_nurse",
        "leeds_officer",
        "leeds_approver",
    ):
        assert cast.ELSEWHERE not in told
