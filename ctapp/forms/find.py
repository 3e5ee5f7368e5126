"""The form of Find: where, how far, which bed, which stay. What lies there is `queries/find.py`.

It is posted, so that a whole postcode stays out of every address and log; what it is answered with carries the sector.
Source: screens.md, 11; flows.md, Find.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.validators import AnyOf, DataRequired

from ctapp.queries.beds import EVERY, BedWish
from ctapp.queries.find import MILES, BedSearch
from ctapp.queries.places import SearchPlace, place_called
from ctapp.questions.spec import Option
from ctapp.reference.postcodes import Postcodes

ANY = "any"
USUAL_MILES = 10
_LONGEST_KEPT = 200
_LONGEST_SHOWN = 40


def readable(text: str | None) -> str:
    """Return what was typed without outer spaces and without characters that no page can show, at most 200 of them."""
    return "".join(letter for letter in (text or "").strip() if letter.isprintable())[:_LONGEST_KEPT]


class FindForm(FlaskForm):
    """A search for a bed; `place` is what `near` turned out to be."""

    near = StringField(filters=[readable], validators=[DataRequired("Enter a postcode or place in England")])
    miles = SelectField(validate_choice=False, default=str(USUAL_MILES))
    bed = SelectField(validate_choice=False, default="")
    stay = SelectField(validate_choice=False, default=ANY)

    def __init__(
        self, formdata: Any, codes: Postcodes, *, bed_types: Sequence[Option], stays: Sequence[Option], **more: Any
    ) -> None:
        super().__init__(formdata=formdata, **more)
        self._codes = codes
        self.place: SearchPlace | None = None
        self.miles.choices = [(str(miles), f"{miles} miles") for miles in MILES]
        self.bed.choices = [*((o.key, o.label) for o in bed_types), (ANY, "Any kind of bed")]
        self.stay.choices = [*((o.key, o.label) for o in stays), (ANY, "Either")]
        self.miles.validators = [AnyOf([str(miles) for miles in MILES], "Choose how far away")]
        self.bed.validators = [AnyOf([key for key, _ in self.bed.choices], "Choose the kind of bed")]
        self.stay.validators = [AnyOf([key for key, _ in self.stay.choices], "Choose long stay, short stay or either")]

    def validate_near(self, field: Field) -> None:
        """Find the place that was typed.

        Errors: ValidationError when England has none.
        """
        self.place = place_called(field.data, self._codes)
        if self.place is None:
            shown = field.data if len(field.data) <= _LONGEST_SHOWN else "this place"
            raise ValidationError(f"We do not know {shown}. Check it, or enter a council or district, like Leeds")

    def search(self) -> BedSearch:
        """Return what a valid form asks for.

        Errors: ValueError when it was not validated.
        """
        if self.place is None:
            raise ValueError("the form has not been validated")
        return BedSearch(self.place, int(self.miles.data), BedWish(_key(self.bed.data), _key(self.stay.data)))

    def error_items(self) -> list[dict[str, str]]:
        """Return the errors for the summary, in page order."""
        names = ("near", "miles", "bed", "stay")
        return [{"id": name, "text": texts[0]} for name in names if (texts := self.errors.get(name))]


def address_of(search: BedSearch) -> dict[str, Any]:
    """Return the parts of the address of a search: the sector, never the postcode."""
    return {
        "near": search.place.near,
        "miles": str(search.miles),
        "bed": search.wish.bed_type or ANY,
        "stay": search.wish.stay or ANY,
    }


def _key(choice: str) -> str:
    return EVERY if choice == ANY else choice
