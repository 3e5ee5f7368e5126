"""What each kind of organisation may do, written here by hand from access.md: a change of a role changes this page too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ctapp.access.permissions import Permission
from ctapp.access.roles import ROLES, role_of
from ctapp.access.scope import FINDS_EVERYWHERE, REACH, councils_within
from ctapp.access.viewer import operator

WATCH = {Permission.OPEN_HOME, Permission.SEE_LOCATION, Permission.SEE_HISTORY}
RIGHTS = {
    "provider": WATCH | {Permission.UPDATE, Permission.CONFIRM},
    "local_authority": WATCH | {Permission.FIND},
    "ccg": WATCH | {Permission.FIND},
    "hospital": {Permission.OPEN_HOME, Permission.FIND},
    "health_protection": WATCH,
    "lrf": WATCH | {Permission.FIND},
    "region": WATCH | {Permission.FIND},
    "national": {Permission.OPEN_HOME},
    "sector_body": {Permission.OPEN_HOME},
    "support": WATCH | {Permission.FIND},
}
MINUTES = {
    "provider": (12 * 60, 20 * 60),
    "local_authority": (60, 12 * 60),
    "ccg": (60, 12 * 60),
    "hospital": (60, 12 * 60),
    "health_protection": (60, 12 * 60),
    "lrf": (60, 12 * 60),
    "region": (60, 12 * 60),
    "national": (30, 8 * 60),
    "support": (30, 8 * 60),
}


def test_the_ten_kinds_have_exactly_these_rights():
    assert {kind: set(role.permissions) for kind, role in ROLES.items()} == RIGHTS


@pytest.mark.parametrize(("kind", "minutes"), MINUTES.items())
def test_sessions_last_as_agreed(kind, minutes):
    limits = role_of(kind).limits
    assert (limits.idle, limits.absolute) == tuple(timedelta(minutes=count) for count in minutes)


def test_a_misspelt_kind_has_no_rights():
    with pytest.raises(KeyError):
        role_of("Provider")


def test_every_kind_has_a_reach_and_nothing_else_has():
    assert set(REACH) == {*ROLES, "operator", "contact"}
    assert set(REACH) >= FINDS_EVERYWHERE


def test_only_providers_update_and_nobody_but_the_operator_has_every_right():
    assert [kind for kind, role in ROLES.items() if Permission.UPDATE in role.permissions] == ["provider"]
    assert all(role.permissions < set(Permission) for role in ROLES.values())
    assert operator().permissions == set(Permission)


def test_bodies_for_totals_only_see_no_location():
    for kind in ("sector_body", "national"):
        assert not {Permission.SEE_LOCATION, Permission.SEE_HISTORY, Permission.FIND} & role_of(kind).permissions


@pytest.mark.parametrize(
    ("areas", "inside", "outside"),
    [
        ({"E08000035"}, {"E08000035"}, {"E08000032", "E09000003"}),
        ({"E48000037"}, {"E08000035", "E08000032"}, {"E08000039", "E09000003"}),  # West Yorkshire, not Sheffield
        ({"E12000003"}, {"E08000035", "E08000039"}, {"E09000003"}),
        ({"E12000003", "E09000003"}, {"E08000035", "E09000003"}, {"E09000002"}),
        ({"E99999999"}, set(), {"E08000035"}),
        (set(), set(), {"E08000035"}),
    ],
)
def test_areas_cover_the_councils_that_lie_in_them(areas, inside, outside):
    covered = set(councils_within(frozenset(areas)))
    assert inside <= covered
    assert not outside & covered


def test_sections_are_withheld_without_approval():
    assert role_of("health_protection").only_sections == {"covid", "infection_control"}
    for kind in ("lrf", "region"):
        assert role_of(kind).withheld_sections == {"covid", "workforce", "workforce_month", "prices"}
    assert role_of("support").withheld_sections == {"prices"}
    for kind in ("provider", "local_authority", "ccg"):
        assert (role_of(kind).only_sections, role_of(kind).withheld_sections) == (None, frozenset())
