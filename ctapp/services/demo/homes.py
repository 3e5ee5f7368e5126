"""The locations of the demo as data: invented homes and services of every type in Leeds, Bradford and London boroughs.

The first ones belong to the cast and are always there. What each of them does day by day is `stories.py` and `history.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ctapp.errors import Refused
from ctapp.services.demo.cast import BRADFORD, LEEDS

BARNET, BRENT, CAMDEN, ENFIELD = "E09000003", "E09000005", "E09000007", "E09000010"
HACKNEY, HARINGEY, HARROW, ISLINGTON = "E09000012", "E09000014", "E09000015", "E09000019"
DEFAULT_LOCATIONS, MOST_LOCATIONS = 20, 40
GROUP = "rosewood_group"


@dataclass(frozen=True)
class Home:
    """One location: where it is, what it runs, who runs it, and the story it plays.

    `beds` maps rows of the bed grid to capacities. `provider` is the key of a body of the cast, or empty where the
    location has a provider of its own. `outward` is the first half of its postcode; the whole one is picked at run time.
    """

    key: str
    name: str
    council: str
    outward: str
    provider_type: str = "care_home"
    beds: tuple[tuple[str, int], ...] = ()
    provider: str = ""
    provider_name: str = ""
    story: str = "steady"
    rating: str | None = "good"
    lead_specialism: str | None = "older_people"

    @property
    def manager_email(self) -> str:
        """The address of the location's manager: a contact and, where there is no other account, one that signs in."""
        known = {"rosewood": "rosewood", "elsewhere": "elsewhere", "swift": "swift-homecare"}
        return f"manager@{known.get(self.key, self.key.replace('_', '-'))}.example"

    @property
    def capacity(self) -> int:
        """All beds together."""
        return sum(number for _, number in self.beds)


def _beds(**rows: int) -> tuple[tuple[str, int], ...]:
    return tuple((f"{key}__long_term" if "__" not in key else key, number) for key, number in rows.items())


# In the order in which a smaller demo leaves out: the cast needs the first nine.
HOMES: tuple[Home, ...] = (
    Home("rosewood", "Rosewood", LEEDS, "LS6", beds=_beds(dementia_nursing=12, general_nursing=12), provider=GROUP,
         story="rosewood", lead_specialism="dementia"),
    Home("elsewhere", "Elsewhere House", BARNET, "N12", beds=_beds(general_residential=22, dementia_residential=10),
         provider="elsewhere"),
    Home("swift", "Swift Home Care", LEEDS, "LS11", "home_care", provider="swift"),
    Home("larkfield", "Larkfield Hospice", LEEDS, "LS16", "hospice", _beds(general_nursing__short_stay=16),
         rating="outstanding", lead_specialism="other", provider_name="Larkfield Hospice Trust"),
    Home("beckside", "Beckside Rehabilitation Unit", LEEDS, "LS9", "community_rehab",
         _beds(community_care__short_stay=18), story="day_before", lead_specialism="physical_disability",
         provider_name="Beckside Community Health"),
    Home("lantern", "Lantern Recovery House", CAMDEN, "NW5", "substance_misuse", _beds(transitional__short_stay=14),
         story="stale_9", lead_specialism="substance_misuse", provider_name="Lantern Recovery"),
    Home("aire_court", "Aire Court", LEEDS, "LS10", beds=_beds(general_nursing=30), story="designated",
         provider_name="Aire Court Care"),
    Home("maple_cottage", "Maple Cottage", LEEDS, "LS15", beds=_beds(ld_residential=6), story="learning_disability",
         rating="outstanding", lead_specialism="learning_disability_autism", provider_name="Maple Cottage Support"),
    Home("ferry_lane", "Ferry Lane Home Care", HARINGEY, "N17", "home_care", provider_name="Ferry Lane Care",
         rating="requires_improvement"),
    Home("alderbrook", "Alderbrook", LEEDS, "LS8", beds=_beds(general_residential=34, dementia_residential=16),
         provider=GROUP, story="outbreak"),
    Home("birch_grange", "Birch Grange", LEEDS, "LS17", beds=_beds(general_nursing=24, dementia_nursing=20),
         provider=GROUP, story="recovered", lead_specialism="dementia"),
    Home("cedar_lodge", "Cedar Lodge", LEEDS, "LS28", beds=_beds(general_residential=28), provider=GROUP,
         story="ppe_red", rating="requires_improvement"),
    Home("elm_bank", "Elm Bank", LEEDS, "LS12", beds=_beds(general_residential=19), provider=GROUP, story="stale_3"),
    Home("hawthorn_park", "Hawthorn Park", BRADFORD, "BD9", beds=_beds(general_nursing=40), provider=GROUP),
    Home("juniper_house", "Juniper House", CAMDEN, "NW3", beds=_beds(general_nursing=26, ypd=8), provider=GROUP,
         story="more_than_registered", lead_specialism="physical_disability"),
    Home("larch_green", "Larch Green", ENFIELD, "N21", beds=_beds(dementia_residential=30), provider=GROUP,
         lead_specialism="dementia"),
    Home("magnolia_court", "Magnolia Court", HARINGEY, "N10", beds=_beds(general_residential=25), provider=GROUP,
         story="new", rating=None),
    Home("poplar_gardens", "Poplar Gardens", HARROW, "HA1",
         beds=_beds(general_nursing=20, mental_health_nursing=12), provider=GROUP, story="day_before",
         lead_specialism="mental_health"),
    Home("willow_wharf", "Willow Wharf", ISLINGTON, "N1", beds=_beds(general_residential=21), provider=GROUP,
         story="stale_5", rating="inadequate"),
    Home("yew_tree", "Yew Tree House", HACKNEY, "E8", beds=_beds(general_residential=16, general_residential__short_stay=4),
         provider=GROUP),
)  # fmt: skip
LEAST_LOCATIONS = 9

_FIRST_WORDS = (
    "Ashdown", "Bramble", "Clover", "Dovecote", "Fernhill", "Gable", "Heather", "Ivy", "Kestrel", "Lavender",
    "Meadow", "Nightingale", "Orchard", "Primrose", "Quince", "Ridgeway", "Saffron", "Teasel", "Violet", "Wisteria",
)  # fmt: skip
_MORE_PLACES = (
    (LEEDS, "LS7"), (BARNET, "EN5"), (LEEDS, "LS13"), (BRENT, "NW10"), (LEEDS, "LS14"), (HARROW, "HA2"),
    (BARNET, "NW7"), (LEEDS, "LS26"), (ENFIELD, "EN1"), (HACKNEY, "E5"), (LEEDS, "LS18"), (ISLINGTON, "N19"),
)  # fmt: skip
_MORE_KINDS = (("care_home", "House"), ("care_home", "Court"), ("home_care", "Home Care"), ("care_home", "Lodge"))
_MORE_BEDS = ("general_residential", "general_nursing", "dementia_residential", "dementia_nursing")


def homes_for(count: int, *, seed: int) -> tuple[Home, ...]:
    """Return that many locations: those of the cast first, then more of the same kinds, the same for the same seed.

    Errors: Refused for fewer than the cast needs, and for more than there are without the whole directory.
    """
    if count < LEAST_LOCATIONS:
        raise Refused(f"the cast needs {LEAST_LOCATIONS} locations or more")
    if count > MOST_LOCATIONS:
        raise Refused(f"{MOST_LOCATIONS} locations at most: the national size comes with the whole directory")
    more = tuple(_another(number, seed) for number in range(count - len(HOMES)))
    return HOMES[:count] + more


def _another(number: int, seed: int) -> Home:
    chance = Random(f"{seed}/home/{number}")  # noqa: S311  (an invented home, no secret)
    provider_type, last_word = _MORE_KINDS[number % len(_MORE_KINDS)]
    first_word = _FIRST_WORDS[number]
    council, outward = _MORE_PLACES[number % len(_MORE_PLACES)]
    beds = () if provider_type == "home_care" else _beds(**{chance.choice(_MORE_BEDS): chance.randint(12, 60)})
    name = f"{first_word} {last_word}"
    return Home(
        name.lower().replace(" ", "_"),
        name,
        council,
        outward,
        provider_type,
        beds,
        provider_name=f"{first_word} Care",
        rating=chance.choice(("good", "good", "outstanding", "requires_improvement", None)),
    )
