"""Who did something, in words that name no person: the job of a user, the kind of a contact or command."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from ctapp.extensions import db
from ctapp.models import Organisation, User

OTHERS = {"operator": "the support desk", "system": "the service"}
CHANNELS = {
    "web": "signed in",
    "email_link": "confirmed by email link",
    "email_code": "with a mailed code",
    "phone": "given by phone",
    "csv": "by file",
    "api": "by the home's own system",
    "cli": "by the operator",
}


def actor_words(actors: Iterable[str]) -> dict[str, str]:
    """Return, for each actor of the log, words like "the deputy manager"; unknown ones read "a colleague"."""
    wanted = set(actors)
    ids = {int(actor.removeprefix("user:")) for actor in wanted if actor.startswith("user:")}
    rows = db.session.execute(
        select(User.id, User.job, Organisation.kind, Organisation.name)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(User.id.in_(ids))
    )
    said = {f"user:{row.id}": _job(row.job, row.kind, row.name) for row in rows}
    return {actor: said.get(actor) or _other(actor) for actor in wanted}


def channel_words(channel: str) -> str:
    """Return how an answer came in, in words."""
    return CHANNELS.get(channel, channel)


def _job(job: str, kind: str, organisation: str) -> str:
    who = f"the {job[:1].lower()}{job[1:]}" if job else "a colleague"
    return who if kind == "provider" else f"{who}, {organisation}"


def _other(actor: str) -> str:
    if actor.startswith("contact:"):
        return "a contact of the home"
    return OTHERS.get(actor, "a colleague")
