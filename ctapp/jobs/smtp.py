"""Handing a message over to a mail server: verified TLS, fifteen seconds for every answer, and a plain word for how it ended.

Flask-Mail's own connection has no time limit, checks no certificate and may raise after the server accepted; only its messages
are used. When and how often a mail is tried is `services/outbox.py`.
Source: house.md, traps; security.md, 71 to 74.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from threading import Timer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask_mail import Message

from ctapp.config import Settings
from ctapp.errors import Refused
from ctapp.jobs.outcomes import RefusedForGood, RefusedForNow, ServerAway, Unanswered

ANSWER_WITHIN = 15.0
# A server that dribbles a byte every few seconds would never meet the limit above.
CONVERSATION_WITHIN = 60.0
_BREAK = re.compile(r"[\x00-\x20\x7f<>]")
# RFC 3463: a policy of the server says nothing about whether the mailbox exists.
_POLICY = re.compile(rb"^5\.7\.")


@dataclass(frozen=True)
class ServerAddress:
    """Where the mail server is and how to talk to it; `is_bare` allows a conversation without TLS."""

    host: str
    port: int
    is_tls_first: bool
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    is_bare: bool = False


def read_address(settings: Settings) -> ServerAddress:
    """Return the mail server that CTAPP_SMTP_URL names: `smtps://host:465` with a user and password before the host, `smtp://host:587`.

    `?ca=/path.pem` trusts another authority than the system's. TLS is left out only towards this machine, in development,
    and only when the server does not offer it.
    Errors: Refused when the address names no host or asks for something unknown.
    """
    parts = urlsplit(settings.smtp_url)
    asked = parse_qs(parts.query)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or set(asked) - {"ca"}:
        raise Refused("CTAPP_SMTP_URL is not a mail server's address like smtps://user:password@mail.example:465")
    is_tls_first = parts.scheme == "smtps"
    return ServerAddress(
        host=parts.hostname,
        port=parts.port or (465 if is_tls_first else 587),
        is_tls_first=is_tls_first,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca_file=asked.get("ca", [None])[0],
        is_bare=not settings.is_production and _is_this_machine(parts.hostname),
    )


class MailServer:
    """A mail server, with one connection kept for many messages."""

    def __init__(self, address: ServerAddress) -> None:
        self.address = address
        self._client: smtplib.SMTP | None = None

    def has(self, message_id: str) -> None:
        """Return None: a mail server cannot be asked what it has accepted."""

    def hand_over(self, message: Message) -> None:
        """Hand a message over; the server said 250 when this returns.

        Errors: ServerAway, RefusedForNow, RefusedForGood: not accepted. Unanswered: nobody knows.
        """
        sender, recipient = _bare(message.sender), _bare(message.recipients[0])
        content = _stuffed(message.as_bytes())
        client = self._connected()
        with self._speaking(client):
            _expect(client.mail(sender), is_recipient=False)
            _expect(client.rcpt(recipient), is_recipient=True)
            _expect(client.docmd("DATA"), is_recipient=False)
            client.send(content)
            try:
                answer = client.getreply()
            except (smtplib.SMTPException, OSError) as error:
                # All of it is with the server, the answer is not with us.
                raise Unanswered(f"no answer after the message: {error}") from error
            _expect(answer, is_recipient=False, is_message=True)

    def close(self) -> None:
        """End the connection politely, if there is one."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(smtplib.SMTPException, OSError), _time_limit(client):
                client.quit()
            client.close()

    @contextmanager
    def _speaking(self, client: smtplib.SMTP) -> Iterator[None]:
        try:
            with _time_limit(client):
                yield
        except (RefusedForNow, RefusedForGood) as refusal:
            self._start_again(client)
            raise refusal
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            if isinstance(error, Unanswered | ServerAway):
                raise
            raise ServerAway(f"{type(error).__name__}: {error}") from error

    def _start_again(self, client: smtplib.SMTP) -> None:
        # A refused message must not hang over the next one.
        try:
            with _time_limit(client):
                is_ready = client.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            is_ready = False
        if not is_ready:
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connected(self) -> smtplib.SMTP:
        if self._client is not None:
            # The server may have hung up since the last message: then nothing was said yet.
            with suppress(smtplib.SMTPException, OSError), _time_limit(self._client):
                if self._client.noop()[0] == 250:
                    return self._client
            self._drop()
        try:
            self._client = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            if isinstance(error, ServerAway):
                raise
            raise ServerAway(f"{type(error).__name__}: {error}") from error
        return self._client

    def _connect(self) -> smtplib.SMTP:
        where, trust = self.address, ssl.create_default_context(cafile=self.address.ca_file)
        trust.minimum_version = ssl.TLSVersion.TLSv1_2
        if where.is_tls_first:
            client: smtplib.SMTP = _LimitedTls(where.host, where.port, timeout=ANSWER_WITHIN, context=trust)
        else:
            client = _Limited(where.host, where.port, timeout=ANSWER_WITHIN)
        try:
            with _time_limit(client):
                client.ehlo_or_helo_if_needed()
                is_safe = where.is_tls_first
                if not is_safe and client.has_extn("starttls"):
                    if client.starttls(context=trust)[0] != 220:
                        raise ServerAway("the mail server refused STARTTLS")
                    client.ehlo()
                    is_safe = True
                if not is_safe and (not where.is_bare or where.user):
                    raise ServerAway("the mail server offers no STARTTLS")
                if where.user:
                    client.login(where.user, where.password)
        except BaseException:
            client.close()
            raise
        return client


class _Limited(smtplib.SMTP):
    """A connection whose greeting is awaited for a limited time too."""

    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """Connect and return the greeting."""
        with _time_limit(self):
            return super().connect(host, port, source_address)


class _LimitedTls(_Limited, smtplib.SMTP_SSL):
    """The same, TLS from the first byte."""


def _expect(answer: tuple[int, bytes], *, is_recipient: bool, is_message: bool = False) -> None:
    code, words = answer
    if code in ((250, 251) if is_recipient or is_message else (250, 354)):
        return
    told = f"{code} {words.decode('ascii', 'replace')}"
    if code == 421:
        raise ServerAway(told)
    if code < 500:
        raise RefusedForNow(told)
    if is_recipient:
        raise RefusedForGood(told, is_address=not _POLICY.match(words))
    raise RefusedForGood(told, is_address=False)


@contextmanager
def _time_limit(client: smtplib.SMTP) -> Iterator[None]:
    def hang_up() -> None:
        with suppress(OSError, AttributeError):
            client.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    timer = Timer(CONVERSATION_WITHIN, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _bare(address: str | tuple[str, str] | None) -> str:
    given = address if isinstance(address, str) else (address or ("", ""))[1]
    bare = parseaddr(given)[1]
    # Both: what is read out of a text that holds a line break may look harmless.
    if not bare or not bare.isascii() or _BREAK.search(bare) or any(sign in given for sign in "\r\n\0"):
        raise RefusedForGood("not an address that can be mailed", is_address=True)
    return bare


def _stuffed(content: bytes) -> bytes:
    # RFC 5321, 4.5.2: lines end in CR LF, a leading dot is doubled, a lone dot ends the message.
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    return re.sub(rb"(?m)^\.", b"..", lines).removesuffix(b"\r\n") + b"\r\n.\r\n"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
