"""What somebody did at one moment for one location: filled in a section, confirmed some, or took a confirmation back. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

WEB, LINK, CODE, CSV, PHONE = "web", "email_link", "email_code", "csv", "phone"


@dataclass(frozen=True)
class Writer:
    """Who wrote, by address, and by which channel; links and codes are contacts', everything else accounts'."""

    email: str
    channel: str

    @property
    def is_contact(self) -> bool:
        """Whether the address stands for a contact, not for an account."""
        return self.channel in (LINK, CODE)


@dataclass(frozen=True)
class Deed:
    """One thing that was done for one location, by its key in `homes.py`."""

    at: datetime
    home: str
    writer: Writer


@dataclass(frozen=True)
class Fill(Deed):
    """A section filled in, for a day; `corrects_later`: along with the confirmations after that day."""

    section: str
    typed: Mapping[str, list[str]]
    day: date
    corrects_later: bool = False


@dataclass(frozen=True)
class Confirm(Deed):
    """Sections confirmed as they were shown."""

    sections: tuple[str, ...]


@dataclass(frozen=True)
class TakeBack(Deed):
    """The location's last confirmation taken back."""
