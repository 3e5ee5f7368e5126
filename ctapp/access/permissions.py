"""Every right there is, one enum. Who has which stands in `roles.py`; a right without a page does not exist yet."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """A right, named after what it lets a person do."""

    OPEN_HOME = "open_home"
    SEE_LOCATION = "see_location"
    SEE_HISTORY = "see_history"
    UPDATE = "update"
    UPDATE_BY_CODE = "update_by_code"
    CONFIRM = "confirm"
    FIND = "find"
