"""`ctapp links revoke`: one contact's links or everybody's, at once."""

from __future__ import annotations

import pytest

from tests import cast, codes


@pytest.fixture
def tokens(app):
    """A link of Rosewood's contact and one of Elm House's."""
    mine = codes.link_of(codes.contact_of(cast.ROSEWOOD))
    return mine, codes.link_of(codes.contact_of(cast.ELM_HOUSE, email="manager@elm.example"))


@pytest.mark.parametrize(
    ("arguments", "told", "statuses"),
    [((codes.ADDRESS,), "Revoked 1 link.\n", [410, 200]), (("--all",), "Revoked 2 links.\n", [410, 410])],
)
def test_links_are_revoked_at_once(command, client, tokens, arguments, told, statuses):
    assert command("links", "revoke", *arguments)[:2] == (0, told)
    assert [client.get(f"/u/{token}").status_code for token in tokens] == statuses


@pytest.mark.parametrize(
    ("arguments", "status"), [((), 2), ((codes.ADDRESS, "--all"), 2), (("nobody@rosewood.example",), 1)]
)
def test_it_must_be_said_whose(command, client, tokens, arguments, status):
    assert command("links", "revoke", *arguments)[0] == status
    assert [client.get(f"/u/{token}").status_code for token in tokens] == [200, 200]
