"""The cast of every test: who there is, where they work, what they may see. `seed()` puts them into an empty database.

Rosewood is a care home in Leeds, run with Rosewood Court (Bradford) by one group; its manager acts for Rosewood alone. Elm House
and Swift Home Care are others in Leeds. Elsewhere House, in Barnet, is the home that none of those in or above Leeds may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from tests import factories

AT = datetime.fromisoformat("2021-04-20T09:00:00+01:00")
PASSWORD = "correct horse battery staple"

ROSEWOOD, ROSEWOOD_COURT, ELM_HOUSE = "1-100000001", "1-100000002", "1-100000003"
SWIFT, ELSEWHERE, CLOSED_HOME = "1-100000004", "1-100000005", "1-100000006"
LEEDS, BRADFORD, BARNET = "E08000035", "E08000032", "E09000003"
YORKSHIRE, WEST_YORKSHIRE = "E12000003", "E48000037"


@dataclass(frozen=True)
class Person:
    """A user of the cast: the key of the organisation, and what the account says."""

    email: str
    job: str
    organisation: str
    is_approver: bool = False
    only: tuple[str, ...] = ()
    state: str = "active"


@dataclass(frozen=True)
class Body:
    """An organisation of the cast."""

    kind: str
    name: str
    areas: tuple[str, ...] = ()
    provider_types: tuple[str, ...] = ()


ORGANISATIONS = {
    "rosewood_group": Body("provider", "Rosewood Group"),
    "elm": Body("provider", "Elm Care Ltd"),
    "swift": Body("provider", "Swift Home Care Ltd"),
    "elsewhere": Body("provider", "Elsewhere Care Ltd"),
    "leeds": Body("local_authority", "Leeds City Council", (LEEDS,)),
    "barnet": Body("local_authority", "Barnet Council", (BARNET,)),
    "leeds_ccg": Body("ccg", "NHS Leeds CCG", (LEEDS,)),
    "hospital": Body("hospital", "St James's Hospital", (LEEDS,)),
    "health_protection": Body("health_protection", "Yorkshire health protection team", (WEST_YORKSHIRE,)),
    "lrf": Body("lrf", "West Yorkshire LRF", (WEST_YORKSHIRE,)),
    "region": Body("region", "Yorkshire and The Humber", (YORKSHIRE,)),
    "national": Body("national", "Department of Health"),
    "sector": Body("sector_body", "Care Sector Association", (), ("care_home",)),
    "support": Body("support", "Support desk"),
}

PEOPLE = {
    "rosewood_manager": Person("manager@rosewood.example", "manager", "rosewood_group", only=(ROSEWOOD,)),
    "rosewood_owner": Person("owner@rosewood-group.example", "owner", "rosewood_group", is_approver=True),
    "elm_manager": Person("manager@elm.example", "manager", "elm"),
    "swift_manager": Person("manager@swift-homecare.example", "manager", "swift"),
    "elsewhere_manager": Person("manager@elsewhere.example", "manager", "elsewhere"),
    "leeds_officer": Person("officer@leeds.example", "council officer", "leeds"),
    "leeds_approver": Person("approver@leeds.example", "commissioner", "leeds", is_approver=True),
    "barnet_officer": Person("officer@barnet.example", "council officer", "barnet"),
    "ccg_analyst": Person("ccg@leeds-ccg.example", "analyst", "leeds_ccg"),
    "discharge_nurse": Person("discharge@stjames.example", "discharge nurse", "hospital"),
    "health_protection": Person("health@protection.example", "consultant", "health_protection"),
    "lrf_analyst": Person("analyst@lrf.example", "analyst", "lrf"),
    "region_analyst": Person("region@yorkshire.example", "analyst", "region"),
    "national_analyst": Person("national@health.example", "analyst", "national"),
    "sector_analyst": Person("analyst@sector.example", "analyst", "sector"),
    "support": Person("support@ct.example", "support desk", "support"),
    "pending": Person("new@pending.example", "deputy manager", "rosewood_group", state="pending"),
    "switched_off": Person("left@leeds.example", "council officer", "leeds", state="off"),
}
ACTIVE = tuple(name for name, person in PEOPLE.items() if person.state == "active")


def seed() -> None:
    """Put the cast into the database of the current context and commit."""
    ids = {
        key: factories.organisation(body.kind, body.name, areas=body.areas, provider_types=body.provider_types)
        for key, body in ORGANISATIONS.items()
    }
    runs = {
        key: factories.provider(ids[key], name=ORGANISATIONS[key].name)
        for key in ("rosewood_group", "elm", "swift", "elsewhere")
    }
    homes = {
        ROSEWOOD: factories.location(
            runs["rosewood_group"], ROSEWOOD, name="Rosewood", postcode="LS6 2AB", registered_beds=24
        ),
        ROSEWOOD_COURT: factories.location(
            runs["rosewood_group"], ROSEWOOD_COURT, name="Rosewood Court", council_code=BRADFORD, postcode="BD1 1AA"
        ),
        ELM_HOUSE: factories.location(runs["elm"], ELM_HOUSE, name="Elm House", postcode="LS7 3AA"),
        SWIFT: factories.location(
            runs["swift"], SWIFT, name="Swift Home Care", provider_type="home_care", registered_beds=None
        ),
        ELSEWHERE: factories.location(
            runs["elsewhere"], ELSEWHERE, name="Elsewhere House", council_code=BARNET, postcode="EN5 1AA"
        ),
        CLOSED_HOME: factories.location(
            runs["rosewood_group"], CLOSED_HOME, name="Old Rosewood", closed_on=date(2021, 3, 31)
        ),
    }
    for person in PEOPLE.values():
        factories.user(
            ids[person.organisation],
            person.email,
            job=person.job,
            is_approver=person.is_approver,
            only=tuple(homes[cqc_id] for cqc_id in person.only),
            state=person.state,
            password_hash=password_hash(),
        )


@cache
def password_hash() -> str:
    """Return the hash of the one password of the cast, made once: hashing is slow on purpose."""
    from ctapp.services.passwords import hash_password

    return hash_password(PASSWORD)
