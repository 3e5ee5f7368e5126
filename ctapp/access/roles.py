"""What each kind of organisation may do, see and for how long it stays signed in: the page a governance reviewer reads.

Data only. Which locations lie within a kind's reach is `scope.py`. What needs a named approval (location-level outbreak and
workforce answers beyond councils, Find for national bodies, prices by approval) is withheld here until approvals exist.
Source: access.md, "Organisations and their reach" and "Sessions"; the reference calls the last two columns S Q15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from ctapp.access.permissions import Permission


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts: unused (`idle`), and at most (`absolute`)."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Role:
    """One kind of organisation.

    `only_sections` None means every section but `withheld_sections`. `every_type` False: an empty list of provider types
    approves none, where for other kinds it means all.
    """

    kind: str
    name: str
    permissions: frozenset[Permission]
    limits: SessionLimits
    only_sections: frozenset[str] | None = None
    withheld_sections: frozenset[str] = frozenset()
    every_type: bool = True


SHORT = SessionLimits(idle=timedelta(minutes=30), absolute=timedelta(hours=8))
OFFICE = SessionLimits(idle=timedelta(minutes=60), absolute=timedelta(hours=12))
HOME_SHIFT = SessionLimits(idle=timedelta(hours=12), absolute=timedelta(hours=20))

_HOME = frozenset({Permission.OPEN_HOME})
_WATCH = _HOME | {Permission.SEE_LOCATION, Permission.SEE_HISTORY}
# Prices are for providers, councils and CCGs; others need an approval.
# Location-level outbreak data and workforce need an approval for bodies that are not the area's own council or CCG.
_PRICES = frozenset({"prices"})
_BY_APPROVAL = frozenset({"covid", "workforce", "workforce_month"}) | _PRICES

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        role.kind: role
        for role in (
            Role("provider", "Provider", _WATCH | {Permission.UPDATE, Permission.CONFIRM}, HOME_SHIFT),
            Role("local_authority", "Council", _WATCH | {Permission.FIND}, OFFICE),
            Role("ccg", "CCG or ICB", _WATCH | {Permission.FIND}, OFFICE),
            Role("hospital", "Hospital discharge or CHC team", _HOME | {Permission.FIND}, OFFICE),
            Role(
                "health_protection",
                "Health protection or infection control team",
                _WATCH,
                OFFICE,
                only_sections=frozenset({"covid", "infection_control"}),
            ),
            Role(
                "lrf",
                "Local resilience forum",
                _WATCH | {Permission.FIND},
                OFFICE,
                withheld_sections=_BY_APPROVAL,
            ),
            Role(
                "region",
                "Region",
                _WATCH | {Permission.FIND},
                OFFICE,
                withheld_sections=_BY_APPROVAL,
            ),
            Role("national", "National body", _HOME, SHORT),
            Role("sector_body", "Sector body", _HOME, OFFICE, every_type=False),
            Role("support", "Support desk", _WATCH | {Permission.FIND}, SHORT, withheld_sections=_PRICES),
        )
    }
)
# A contact of a home who typed a mailed code: no organisation, no account, and nothing but these sections for half an hour.
# Source: flows.md, "The one-tap update", 4.
CONTACT = Role(
    "contact",
    "Contact with a mailed code",
    _HOME | {Permission.UPDATE_BY_CODE},
    SessionLimits(idle=timedelta(minutes=30), absolute=timedelta(minutes=30)),
    only_sections=frozenset({"vacancies", "home_care", "covid", "business_continuity"}),
)


def role_of(kind: str) -> Role:
    """Return the role of a kind of organisation.

    Errors: KeyError for a kind that does not exist: nobody gets rights by a misspelt kind.
    """
    return CONTACT if kind == CONTACT.kind else ROLES[kind]
