"""Doing the deeds of a history through the services: every answer is checked, every row goes the way of a real one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from ctapp.errors import Refused
from ctapp.extensions import db
from ctapp.models import Contact, User
from ctapp.queries.current import Standing, standing_for, versions_of
from ctapp.queries.directory import LocationRow
from ctapp.queries.facts import context_for
from ctapp.queries.history import later_confirmations
from ctapp.queries.question_sets import Published
from ctapp.questions.answers import CHANGE_IT, Checked, check_answers
from ctapp.questions.spec import rows_in
from ctapp.services.confirmations import confirm_unchanged, undo
from ctapp.services.demo.deeds import CSV, Confirm, Deed, Fill, TakeBack, Writer
from ctapp.services.log import Author
from ctapp.services.people import assign_contacts
from ctapp.services.submissions import Filled, submit

CONTACT_CONFIRMS_AFTER = timedelta(hours=1)


@dataclass
class Scribe:
    """Writes deeds into the log: locations by their demo key, the question sets asked, and what was last confirmed where."""

    locations: Mapping[str, LocationRow]
    published: Mapping[str, Published]
    actors: dict[Writer, Author] = field(default_factory=dict)
    last_confirmed: dict[str, list[int]] = field(default_factory=dict)

    def write(self, deed: Deed) -> None:
        """Do one deed; flushes.

        Errors: those of the services; BadAnswers above all, when the demo's answers break a rule.
        """
        match deed:
            case Fill():
                self._fill(deed)
            case Confirm():
                self._confirm(deed)
            case TakeBack():
                undo(
                    self.locations[deed.home],
                    self.last_confirmed.pop(deed.home),
                    self.published,
                    author=self._author(deed.writer),
                    at=deed.at,
                )

    def _fill(self, deed: Fill) -> None:
        location, published = self.locations[deed.home], self.published[deed.section]
        stands = standing_for([location.id], [deed.section]).get((location.id, deed.section))
        stored = stands.answers if stands else {}
        context = context_for(location, published.section, stored=stored, day=deed.day, at=deed.at)
        checked = check_answers(
            published.section, deed.typed, context=context, rows=rows_in(published.section, deed.typed)
        )
        later = later_confirmations(location.id, deed.section, deed.day) if deed.corrects_later else ()
        # A file carries neither a version nor reasons, as an import does.
        is_file = deed.writer.channel == CSV
        filled = Filled(
            checked,
            deed.day,
            None if is_file else _version(stands),
            reasons={} if is_file else _reasons(checked),
            correct_later=later,
        )
        submit(location, published, filled, author=self._author(deed.writer), at=deed.at)
        addresses = [address for value in checked.people.values() if isinstance(value, list) for address in value]
        if addresses:
            assign_contacts(location.id, addresses, at=deed.at + CONTACT_CONFIRMS_AFTER, is_confirmed=True)

    def _confirm(self, deed: Confirm) -> None:
        location = self.locations[deed.home]
        seen = versions_of(location.id, deed.sections)
        confirmed = confirm_unchanged(
            location,
            [self.published[section] for section in deed.sections],
            seen,
            author=self._author(deed.writer),
            at=deed.at,
        )
        self.last_confirmed[deed.home] = [each.submission_id for each in confirmed]

    def _author(self, writer: Writer) -> Author:
        known = self.actors.get(writer)
        if known is None:
            table, word = (Contact, "contact") if writer.is_contact else (User, "user")
            found = db.session.scalar(select(table.id).where(table.email == writer.email))
            if found is None:
                raise Refused(f"the demo has no {word} {writer.email}")
            known = self.actors[writer] = Author(f"{word}:{found}", writer.channel)
        return known


def _version(stands: Standing | None) -> int:
    return stands.version if stands else 0


def _reasons(checked: Checked) -> dict[str, str]:
    return {
        doubted.key: next(reason.key for reason in doubted.reasons if reason.key != CHANGE_IT)
        for doubted in checked.doubts
        if not doubted.suggest_only
    }
