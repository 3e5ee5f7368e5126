"""What an invented home knows about itself on a day: its beds, staff, supplies, people with COVID-19. Its answers follow from it.

It holds no date and no database; `answers.py` turns it into what would be typed into each section.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from ctapp.services.demo.beds import Beds, fill_beds
from ctapp.services.demo.homes import Home

PPE = ("aprons", "eye", "gloves", "masks", "sanitiser")
STAFF = ("nurses", "care", "noncare")
NOTES = (
    "Two night shifts next week are not covered yet. The agency has been asked.",
    "The lift is out of order until Thursday. People on the first floor are supported in their rooms.",
    "Several staff are on leave at the same time. Shifts are covered by overtime.",
    "The boiler was repaired today and is being watched.",
)


@dataclass
class Staff:
    """One group of staff: head counts."""

    employed: int
    absent_general: int = 0
    absent_covid: int = 0
    agency: int = 0


@dataclass
class Rounds:
    """The numbers of a home care service."""

    funded: int
    own: int
    hours: int
    takes_more: bool = True
    returned: int = 0
    times: list[str] = field(default_factory=lambda: ["morning", "tea"])


@dataclass
class HomeState:
    """Everything of one home that its answers are made from."""

    home: Home
    chance: Random
    beds: Beds
    staff: dict[str, Staff]
    rounds: Rounds
    designated_occupied: int = 6
    overall: str = "green"
    workforce: str = "green"
    note: str = ""
    ppe: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PPE, "blue"))
    support: tuple[str, ...] = ("none",)
    support_note: str = ""
    residents_with_covid: int = 0
    cases_today: tuple[int, int, int, int] = (0, 0, 0, 0)
    flu_share: float = 0.8
    fund_received: int = 0
    fund_spent: int = 0

    @property
    def people(self) -> int:
        """Residents, or people supported."""
        return self.rounds.funded + self.rounds.own if self.home.provider_type == "home_care" else self.beds.occupied

    @property
    def size(self) -> int:
        """Beds, or people supported: what staff numbers and funds follow from."""
        return self.home.capacity or self.people

    @property
    def may_be_confirmed(self) -> bool:
        """Whether business continuity may be confirmed unseen: nothing red, no help asked for."""
        return "red" not in (self.overall, self.workforce, *self.ppe.values()) and self.support == ("none",)


def first_state(home: Home, chance: Random) -> HomeState:
    """Return how a home stands on the first day of its history."""
    rounds = Rounds(chance.randint(40, 90), chance.randint(8, 30), chance.randrange(10, 60, 5))
    size = home.capacity or rounds.funded + rounds.own
    has_nurses = any("nursing" in row for row, _ in home.beds) or home.provider_type in ("hospice", "community_rehab")
    staff = {
        "nurses": Staff(max(3, round(size * 0.22)) if has_nurses else 0),
        "care": Staff(max(8, round(size * chance.uniform(0.75, 1.0)))),
        "noncare": Staff(max(2, round(size * 0.25))),
    }
    state = HomeState(home, chance, fill_beds(home.beds, chance), staff, rounds)
    state.ppe = {item: chance.choice(("blue", "blue", "green")) for item in PPE}
    state.flu_share = chance.uniform(0.6, 0.8)
    state.fund_received = size * 180
    change_absences(state)
    return state


def change_absences(state: HomeState) -> None:
    """Let a week go by for the staff: some are away, some come back, a few join or go."""
    chance = state.chance
    for group in state.staff.values():
        if group.employed > 8 and chance.random() < 0.4:
            group.employed += chance.choice((-1, 1, 1))
        group.absent_general = round(group.employed * chance.uniform(0.0, 0.09))
        group.absent_covid = min(group.absent_covid, group.employed - group.absent_general)
        group.agency = chance.randint(0, 2) if group.employed else 0


def change_standing(state: HomeState) -> bool:
    """Let a day go by for status and supplies and return whether anything changed."""
    chance = state.chance
    if state.overall == "amber" and state.support == ("none",) and chance.random() < 0.3:
        state.overall = state.workforce = "green"
        state.note = ""
        return True
    if state.overall == "green" and chance.random() < 0.03:
        state.overall = "amber"
        state.workforce = chance.choice(("green", "amber"))
        state.note = chance.choice(NOTES)
        return True
    if chance.random() < 0.05:
        item = chance.choice(PPE)
        if state.ppe[item] in ("blue", "green"):
            state.ppe[item] = "green" if state.ppe[item] == "blue" else "blue"
            return True
    return False


def change_rounds(state: HomeState) -> bool:
    """Let a day go by for a home care service and return whether anything changed."""
    chance, rounds = state.chance, state.rounds
    if chance.random() > 0.3:
        return False
    rounds.funded += chance.choice((-1, 0, 1, 1))
    rounds.own = max(2, rounds.own + chance.choice((-1, 0, 1)))
    rounds.takes_more = chance.random() < 0.85
    rounds.hours = chance.randrange(5, 60, 5)
    rounds.returned = chance.choice((0, 0, 0, 1, 2))
    rounds.times = sorted(chance.sample(("morning", "lunch", "tea", "bed", "night"), chance.randint(1, 3)))
    return True
