"""Words that templates need everywhere: provider types, the promise on every section page, small letters."""

from __future__ import annotations

from flask import Flask

PROVIDER_TYPES = {
    "care_home": "Care home",
    "home_care": "Home care",
    "hospice": "Hospice",
    "community_rehab": "Community rehabilitation",
    "substance_misuse": "Substance misuse service",
}


def init_app(app: Flask) -> None:
    """Give the templates these words."""
    app.jinja_env.globals["provider_type_words"] = lambda key: PROVIDER_TYPES.get(key, key)
    app.jinja_env.globals["no_enforcement_words"] = app.config["SETTINGS"].no_enforcement_words
    app.jinja_env.filters["lower_first"] = lower_first
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def lower_first(text: str) -> str:
    """Return a text with a small first letter, but for words in capitals such as COVID-19."""
    return text if text[1:2].isupper() or not text[1:2].isalpha() else text[:1].lower() + text[1:]
