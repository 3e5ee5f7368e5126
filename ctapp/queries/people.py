"""Users and their sessions as the edges need them: who is behind a session, an account by its address, the list of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from ctapp.access.roles import role_of
from ctapp.access.viewer import Viewer
from ctapp.errors import Refused
from ctapp.extensions import db
from ctapp.models import Organisation, OrganisationArea, User, UserSession

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """A session that holds, who is behind it, and when it ends if nothing more is done."""

    viewer: Viewer
    session_hash: str
    ends_at: datetime
    is_touch_due: bool


@dataclass(frozen=True)
class UserRow:
    """An account as the list of accounts shows it."""

    id: int
    email: str
    name: str
    job: str
    organisation_name: str
    kind: str
    is_approver: bool
    state: str
    signed_in_at: datetime | None


def find_session(connection: Connection, session_hash: str, *, at: datetime) -> SignedIn | None:
    """Return who is behind a session, or None when it is unknown, ended, idle or too old, or its user is not active.

    Source: access.md, Sessions; security.md, 28 and 41.
    """
    row = connection.execute(
        _users(UserSession.started_at, UserSession.seen_at)
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.id_hash == session_hash, UserSession.ended_at.is_(None), User.state == "active")
    ).one_or_none()
    if row is None:
        return None
    limits = role_of(row.kind).limits
    ends_at = min(row.seen_at + limits.idle, row.started_at + limits.absolute)
    if at >= ends_at:
        return None
    is_touch_due = at - row.seen_at >= TOUCH_EVERY
    ends_at = min(at + limits.idle, row.started_at + limits.absolute)
    return SignedIn(_viewer(row, _areas(connection, row.organisation_id)), session_hash, ends_at, is_touch_due)


def viewer_by_email(email: str) -> Viewer:
    """Return the viewer that an active user is, for `ctapp report --as`.

    Errors: Refused when there is no such active user.
    """
    connection = db.session.connection()
    row = connection.execute(_users().where(User.email == email.strip().lower(), User.state == "active")).one_or_none()
    if row is None:
        raise Refused(f"no active account {email}")
    return _viewer(row, _areas(connection, row.organisation_id))


def list_users() -> list[UserRow]:
    """Return every account, by organisation and address; support and the command line only."""
    rows = db.session.execute(
        select(
            User.id,
            User.email,
            User.name,
            User.job,
            Organisation.name,
            Organisation.kind,
            User.is_approver,
            User.state,
            User.signed_in_at,
        )
        .join(Organisation, Organisation.id == User.organisation_id)
        .order_by(Organisation.name, User.email, User.id)
    )
    return [UserRow(*row) for row in rows]


def _users(*more: Any) -> Select[Any]:
    return select(
        User.id.label("user_id"),
        User.job,
        User.organisation_id,
        User.is_approver,
        User.is_limited,
        Organisation.name.label("organisation_name"),
        Organisation.kind,
        Organisation.provider_types,
        *more,
    ).join(Organisation, Organisation.id == User.organisation_id)


def _areas(connection: Connection, organisation_id: int) -> frozenset[str]:
    return frozenset(
        connection.scalars(
            select(OrganisationArea.area_code)
            .where(OrganisationArea.organisation_id == organisation_id)
            .order_by(OrganisationArea.area_code)
        )
    )


def _viewer(row: Row[Any], areas: frozenset[str]) -> Viewer:
    role = role_of(row.kind)
    types = frozenset(row.provider_types)
    return Viewer(
        user_id=row.user_id,
        label=row.job or role.name,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        kind=row.kind,
        is_approver=row.is_approver,
        is_limited=row.is_limited,
        areas=areas,
        provider_types=None if role.every_type and not types else types,
        permissions=role.permissions,
    )
