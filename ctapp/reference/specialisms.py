"""Whom a home mainly supports: asked once at set-up, because the regulator's files name no leading one.

Source: sections.md, set-up; reference Q13.
"""

from __future__ import annotations

LEAD_SPECIALISMS = {
    "older_people": "Older people",
    "dementia": "People with dementia",
    "learning_disability_autism": "People with a learning disability or autism",
    "mental_health": "People with mental health needs",
    "physical_disability": "People with a physical disability",
    "sensory_impairment": "People with a sensory impairment",
    "substance_misuse": "People who misuse drugs or alcohol",
    "younger_adults": "Younger adults",
    "other": "Others",
}
