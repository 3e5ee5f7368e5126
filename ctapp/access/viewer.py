"""Who is looking: a frozen value that every read and rule takes. It holds no name and no address of a person."""

from __future__ import annotations

from dataclasses import dataclass

from ctapp.access.permissions import Permission
from ctapp.access.roles import role_of

OPERATOR = "operator"


@dataclass(frozen=True)
class Viewer:
    """A signed-in user, a contact with a mailed code (`contact_id`), or the operator at the command line (neither).

    `areas` are the ONS codes its organisation covers. `provider_types` None means every type; a set means those and no other. `label` is the job, never a name.
    """

    user_id: int | None
    label: str
    organisation_id: int | None
    organisation_name: str
    kind: str
    is_approver: bool
    is_limited: bool
    areas: frozenset[str]
    provider_types: frozenset[str] | None
    permissions: frozenset[Permission]
    contact_id: int | None = None

    @property
    def actor(self) -> str:
        """How the log and the audit trail name this viewer."""
        if self.contact_id is not None:
            return f"contact:{self.contact_id}"
        return "operator" if self.user_id is None else f"user:{self.user_id}"

    @property
    def channel(self) -> str:
        """How what this viewer saves on a page came in, as the log names it."""
        return "web" if self.contact_id is None else "email_code"

    def may(self, permission: Permission) -> bool:
        """Return whether the viewer holds a right; where it reaches is the scope's answer."""
        return permission in self.permissions

    def may_see_section(self, section_key: str) -> bool:
        """Return whether the viewer may see the answers of a section at a location in its scope.

        Source: access.md: health protection sees outbreak and infection control answers only; approvals for others.
        """
        if self.kind == OPERATOR:
            return True
        role = role_of(self.kind)
        if role.only_sections is not None:
            return section_key in role.only_sections
        return section_key not in role.withheld_sections


def operator() -> Viewer:
    """Return the viewer of the command line: every right, every location; never of a request."""
    return Viewer(
        user_id=None,
        label="operator",
        organisation_id=None,
        organisation_name="Operator",
        kind=OPERATOR,
        is_approver=False,
        is_limited=False,
        areas=frozenset(),
        provider_types=None,
        permissions=frozenset(Permission),
    )
