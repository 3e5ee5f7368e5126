"""The policy of a route: `@allow(Permission.X)` or `@public("reason")`, right below the route itself.

A route whose address holds `<cqc_id>` is checked against the scope before the view runs: outside is not found, inside
without the right is forbidden. `web/` sets `g.viewer` before any view; a test fails for a route without a policy.
Source: access.md; style.md, 7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g

from ctapp.access.permissions import Permission
from ctapp.access.scope import Standing, standing
from ctapp.access.viewer import Viewer
from ctapp.errors import Forbidden, OutsideScope, SignInNeeded

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Policy:
    """What a route asks of who calls it: a right (or one of `others` instead), or nothing for the reason given."""

    permission: Permission | None
    reason: str
    others: tuple[Permission, ...] = ()


def current_viewer() -> Viewer:
    """Return who is signed in.

    Errors: SignInNeeded.
    """
    viewer = cast("Viewer | None", g.get("viewer"))
    if viewer is None:
        raise SignInNeeded("nobody is signed in")
    return viewer


def allow(permission: Permission, *others: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only signed-in viewers with a right, or with one of some others instead, reach the view.

    Errors: SignInNeeded; Forbidden; OutsideScope for a `cqc_id` beyond the viewer's reach.
    """

    def guarded(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def check(*args: P.args, **kwargs: P.kwargs) -> R:
            _check(current_viewer(), (permission, *others), cast("str | None", kwargs.get("cqc_id")))
            return view(*args, **kwargs)

        check.__policy__ = Policy(permission, "", others)  # type: ignore[attr-defined]
        return check

    return guarded


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let everybody reach the view, for the reason given."""

    def opened(view: Callable[P, R]) -> Callable[P, R]:
        view.__policy__ = Policy(None, reason)  # type: ignore[attr-defined]
        return view

    return opened


def _check(viewer: Viewer, permissions: tuple[Permission, ...], cqc_id: str | None) -> None:
    if cqc_id is not None:
        found = {standing(viewer, cqc_id, permission) for permission in permissions}
        if found == {Standing.OUTSIDE}:
            raise OutsideScope(f"{cqc_id} is not within the reach of {viewer.actor}")
        if Standing.INSIDE not in found:
            raise Forbidden(f"{viewer.actor} may not {' or '.join(permissions)} at {cqc_id}")
    if not any(viewer.may(permission) for permission in permissions):
        raise Forbidden(f"{viewer.actor} may not {' or '.join(permissions)}")
