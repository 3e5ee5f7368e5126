"""Reading what mail servers sent back: delivery reports, as files in CTAPP_BOUNCE_DIR. What they do to a contact is a service.

A report is believed only if it quotes the Message-ID of a mail of ours, which nobody can guess, and names the address that the
contact still has. A file that was read goes to the folder `read` beside it; one that is no report is left to people there.
Source: flows.md, "Reminders and other mail": a hard bounce marks the contact.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from pathlib import Path

from ctapp.config import Settings
from ctapp.services import contacts, transactions

log = logging.getLogger("ctapp.bounces")

READ_FOLDER = "read"
LONGEST = 1_000_000
# RFC 3463: for good, but neither a full mailbox nor a policy: these say nothing against the address.
_HARD = re.compile(r"^5\.(?!7\.|2\.2\b)\d{1,3}\.\d{1,3}$")


@dataclass(frozen=True)
class Bounce:
    """A delivery that failed for good: the mail, the addresses that the report names, and the status code."""

    message_id: str
    addresses: frozenset[str]
    status: str


def read_bounces(settings: Settings, now: Callable[[], datetime]) -> int:
    """Read every report that lies in the folder and return how many contacts were marked; commits after each file."""
    folder = settings.bounce_dir or settings.instance / "bounces"
    if not folder.is_dir():
        return 0
    marked = 0
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith("."):
            continue
        for bounce in _bounces_in(path):
            marked += contacts.mark_mail_bounced(bounce.message_id, bounce.addresses, status=bounce.status, at=now())
        transactions.commit_session()
        # After the commit: whoever dies in between reads it twice, which changes nothing.
        (folder / READ_FOLDER).mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            path.rename(folder / READ_FOLDER / path.name)
    return marked


def _bounces_in(path: Path) -> Iterator[Bounce]:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST)
    except OSError as error:
        log.warning("a bounce could not be read: %s", error.__class__.__name__)
        return
    report = message_from_bytes(content, policy=compat32)
    if report.get_content_type() != "multipart/report":
        return
    parts = list(report.walk())
    message_id = next((found for part in parts if (found := _quoted_id(part))), "")
    for part in parts:
        if part.get_content_type() != "message/delivery-status" or not message_id:
            continue
        for fields in part.get_payload():
            if isinstance(fields, Message) and (bounce := _bounce(fields, message_id)):
                yield bounce


def _quoted_id(part: Message) -> str:
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        return str(part.get_payload(0).get("Message-ID", "")).strip()  # type: ignore[union-attr]
    if part.get_content_type() == "text/rfc822-headers":
        quoted = message_from_bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
        return str(quoted.get("Message-ID", "")).strip()
    return ""


def _bounce(fields: Message, message_id: str) -> Bounce | None:
    status = str(fields.get("Status", "")).split("(")[0].strip()
    if str(fields.get("Action", "")).strip().lower() != "failed" or not _HARD.match(status):
        return None
    named = (str(fields.get(name, "")) for name in ("Final-Recipient", "Original-Recipient"))
    return Bounce(message_id, frozenset(text.rpartition(";")[2].strip().lower() for text in named), status)
