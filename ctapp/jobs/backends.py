"""Where a message is handed over: a folder of `.eml` files, or the mail server of `smtp.py`."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from flask_mail import Message

from ctapp.config import Settings
from ctapp.jobs.smtp import MailServer, read_address


class Backend(Protocol):
    """A way to hand a message over.

    `has` answers whether a message of this id was accepted before: True, False, or None where nobody can know.
    `hand_over` returns once the message is safe with the other side. Errors: OSError, and then it was not accepted, but for
    `outcomes.Unanswered`. `close` is called when nothing more is to be handed over for now.
    """

    def has(self, message_id: str) -> bool | None:
        """Return whether a message of this id was accepted before; None where nobody can know."""

    def hand_over(self, message: Message) -> None:
        """Hand a message over; it is safe when this returns."""

    def close(self) -> None:
        """Let go of what was kept open between messages."""


class MailFolder:
    """Mail as files, one `.eml` a message, named by its Message-ID: the same message is there once, however often it is sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, message_id: str) -> bool:
        """Return whether the folder holds the message."""
        return self._path(message_id).exists()

    def hand_over(self, message: Message) -> None:
        """Write the message whole or not at all, and durably; one that is there already stays as it is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(message.msgId)
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            # A link and not a rename: of two senders, the first one's file stands.
            with suppress(FileExistsError):
                os.link(part, path)
        finally:
            part.unlink(missing_ok=True)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Do nothing: each file was closed."""

    def _path(self, message_id: str) -> Path:
        name = re.sub(r"[^A-Za-z0-9.-]", "_", message_id.strip("<>").partition("@")[0])
        return self.folder / f"{name}.eml"


def backend_for(settings: Settings) -> Backend:
    """Return the way that mail goes by the settings: `file:` or nothing is a folder, else a mail server.

    Errors: Refused for an address that names no mail server.
    """
    if not settings.smtp_url:
        return MailFolder(settings.mail_folder)
    parts = urlsplit(settings.smtp_url)
    if parts.scheme == "file":
        path = unquote(parts.path)
        return MailFolder(Path(path)) if path else MailFolder(settings.mail_folder)
    return MailServer(read_address(settings))
