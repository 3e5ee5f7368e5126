"""The cast of the demo as data: the bodies, the people who act for them, and their one password. Nothing here is real.

The addresses are those of contract.md and stay; every other account is a home manager's, made from `homes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

# Public on purpose: it is printed by `ctapp demo`, opens invented accounts only, and production refuses a demo database.
PASSWORD = "copper-lantern-ferry-42"  # noqa: S105

LEEDS, BRADFORD, LEEDS_CCG = "E08000035", "E08000032", "E38000225"
WEST_YORKSHIRE_FORUM = "E48000037"
YORKSHIRE, LONDON = "E12000003", "E12000007"


@dataclass(frozen=True)
class Body:
    """An organisation of the cast; `areas` are ONS codes, `provider_types` the types it is approved for."""

    key: str
    kind: str
    name: str
    areas: tuple[str, ...] = ()
    provider_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """An account of the cast; `home` limits a provider's user to one home, by its key in `homes.py`."""

    email: str
    name: str
    job: str
    body: str
    is_approver: bool = False
    home: str = ""
    state: str = "active"


BODIES: tuple[Body, ...] = (
    Body("rosewood_group", "provider", "Rosewood group"),
    Body("elsewhere", "provider", "Elsewhere Care"),
    Body("swift", "provider", "Swift Home Care"),
    Body("leeds", "local_authority", "Leeds City Council", (LEEDS,)),
    Body("west_yorkshire", "lrf", "West Yorkshire Local Resilience Forum", (WEST_YORKSHIRE_FORUM,)),
    Body("protection", "health_protection", "Yorkshire Health Protection Team", (YORKSHIRE,)),
    # The councils that it reaches are granted by hand until the geography of CCGs comes with the whole directory.
    Body("leeds_ccg", "ccg", "NHS Leeds CCG", (LEEDS, LEEDS_CCG)),
    Body("st_james", "hospital", "St James's Hospital, discharge team", (LEEDS,)),
    Body("london", "region", "London region", (LONDON,)),
    Body("health", "national", "National health department"),
    Body("sector", "sector_body", "Care sector association", (), ("care_home",)),
    Body("support", "support", "Capacity Tracker support"),
    Body("pending", "local_authority", "Bradford Council", (BRADFORD,)),
)

PEOPLE: tuple[Person, ...] = (
    Person("manager@rosewood.example", "Robin Alder", "Manager", "rosewood_group", home="rosewood"),
    Person("owner@rosewood-group.example", "Jo Whitebeam", "Owner", "rosewood_group", is_approver=True),
    Person("manager@elsewhere.example", "Sam Hazel", "Manager", "elsewhere", is_approver=True),
    Person("manager@swift-homecare.example", "Chris Rowan", "Manager", "swift", is_approver=True),
    Person("officer@leeds.example", "Pat Linden", "Commissioning officer", "leeds"),
    Person("approver@leeds.example", "Lee Maple", "Head of commissioning", "leeds", is_approver=True),
    Person("analyst@lrf.example", "Kit Larch", "Analyst", "west_yorkshire", is_approver=True),
    Person("health@protection.example", "Ash Willow", "Health protection practitioner", "protection", is_approver=True),
    Person("ccg@leeds-ccg.example", "Drew Poplar", "Care home lead", "leeds_ccg", is_approver=True),
    Person("discharge@stjames.example", "Nic Juniper", "Discharge coordinator", "st_james", is_approver=True),
    Person("region@london.example", "Mel Cherry", "Regional analyst", "london", is_approver=True),
    Person("national@health.example", "Max Elder", "National analyst", "health", is_approver=True),
    Person("analyst@sector.example", "Alex Aspen", "Policy analyst", "sector", is_approver=True),
    Person("support@ct.example", "Val Hornbeam", "Support desk", "support", is_approver=True),
    Person("new@pending.example", "Ali Medlar", "Commissioning officer", "pending", state="pending"),
)

OWNER = "owner@rosewood-group.example"
SUPPORT = "support@ct.example"
OFFICER = "officer@leeds.example"
