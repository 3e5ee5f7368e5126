"""What hospitals and councils are shown of a section's answers, in the words that the section declares for others."""

from __future__ import annotations

from ctapp.queries.current import Standing
from ctapp.queries.directory import LocationRow
from ctapp.queries.question_sets import Published, question_sets
from ctapp.questions.answers import Context, load_values
from ctapp.questions.describe import others_see


def figures_of(location: LocationRow, published: Published, standing: Standing) -> tuple[str, ...]:
    """Return the lines that others see of the answers that stand, in the wording of the version that asked them.

    Of named facts only those of the directory are known here; the lines for others use no other (a test holds that).
    """
    asked = question_sets([standing.question_set]).get(standing.question_set, published)
    facts = {
        "registered_beds": location.registered_beds,
        "lead_specialism": location.lead_specialism,
        "provider_type": location.provider_type,
    }
    values = load_values(asked.section, standing.answers)
    return others_see(asked.section, values, Context(provider_type=location.provider_type, facts=facts))
