"""Named errors, and the one table from error to status and page. Nothing here knows Flask."""

from __future__ import annotations

from dataclasses import dataclass


class CapacityTrackerError(Exception):
    """The root of every named error of this program."""


class UnsafeSettings(CapacityTrackerError):
    """The program refuses to start with these settings."""


class UnsafeDatabase(CapacityTrackerError):
    """The database engine is not set up as the log needs it."""


class SchemaBehind(CapacityTrackerError):
    """The schema is older than the program: run `ctapp migrate`."""


class Refused(CapacityTrackerError):
    """A command was refused, for the reason it carries."""


class NotFound(CapacityTrackerError):
    """There is no such thing within the viewer's scope."""


class OutsideScope(NotFound):
    """Whether it exists or not, it lies beyond the viewer's reach: told as "not found", kept in the audit trail."""


class Forbidden(CapacityTrackerError):
    """The thing is in scope, but the viewer lacks the right."""


class SignInNeeded(CapacityTrackerError):
    """Nobody is signed in, or the session has run out."""


class Gone(CapacityTrackerError):
    """The link or receipt existed and is used up, revoked or expired."""


class StateMoved(CapacityTrackerError):
    """Somebody else saved first: nothing was written."""

    def __init__(self, location_id: int, section: str) -> None:
        super().__init__(f"location {location_id}, section {section}: the answers shown are no longer the last ones")
        self.location_id = location_id
        self.section = section


class TapInDoubt(CapacityTrackerError):
    """The tap may be that of a machine: nothing was written, the person is asked once more."""


class UndoRefused(CapacityTrackerError):
    """The confirmation can no longer be undone: ten minutes have gone by, or a later answer stands."""


class NotAsked(CapacityTrackerError):
    """The section is not asked of this location, or not now."""


class BadAnswers(CapacityTrackerError):
    """The answers break a rule; carries (field, sentence) pairs."""

    def __init__(self, errors: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in errors))
        self.errors = errors


class BadSection(CapacityTrackerError):
    """A section file does not follow the format; carries where and why."""


class Busy(CapacityTrackerError):
    """The database cannot answer now; nothing was saved; trying again later is right."""


@dataclass(frozen=True)
class ErrorPage:
    """What a person is told: status, heading, and the lines below it."""

    status: int
    title: str
    lines: tuple[str, ...]


PAGES: dict[int, ErrorPage] = {
    page.status: page
    for page in (
        ErrorPage(400, "This request could not be read", ("Go back, reload the page and try again.",)),
        ErrorPage(401, "Sign in to go on", ("You were signed out. What you typed has been kept.",)),
        ErrorPage(403, "You cannot do this with your account", ("If you think you should, ask the support desk.",)),
        ErrorPage(
            404,
            "Page not found",
            ("It may not exist, or your account may not cover it. If you think it should, ask the support desk.",),
        ),
        ErrorPage(405, "This page cannot do that", ("Go back and use the buttons of the page.",)),
        ErrorPage(
            409, "Someone else was faster", ("The answers changed while this page was open. Nothing was saved.",)
        ),
        ErrorPage(410, "This link has run out", ("Links last 7 days. Sign in, or ask for a new link.",)),
        ErrorPage(413, "That is too much to send at once", ("Make it smaller and send it again. Nothing was saved.",)),
        ErrorPage(422, "Some answers need another look", ("Go back and put right what the page names.",)),
        ErrorPage(429, "Too many tries", ("Wait a few minutes and try again.",)),
        ErrorPage(500, "Sorry, something went wrong", ("Nothing was saved. Try again, or ring the support desk.",)),
        ErrorPage(503, "Sorry, try again in a minute", ("Your answers are kept on this page.",)),
    )
}

STATUS: dict[type[CapacityTrackerError], int] = {
    SignInNeeded: 401,
    Forbidden: 403,
    NotFound: 404,
    NotAsked: 404,
    StateMoved: 409,
    TapInDoubt: 409,
    UndoRefused: 409,
    Gone: 410,
    BadAnswers: 422,
    Busy: 503,
}


def status_of(error: CapacityTrackerError) -> int:
    """Return the HTTP status of a named error; 500 for one that no page expects."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
