"""Signing in and out as people meet it: words, cookie, session, limits."""

from __future__ import annotations

from tests import cast
from tests.page import Page


def test_right_password_opens_the_page_asked_for(client):
    page = Page.get(client, "/sign-in?next=/find%3Fpostcode%3DLS6")
    form = page.form("Sign in").fill("Email address", "Manager@Rosewood.example ").fill("Password", cast.PASSWORD)
    answer = client.post("/sign-in", data=form.values)
    assert (answer.status_code, answer.location) == (303, "/find?postcode=LS6")
