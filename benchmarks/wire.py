"""Speaking HTTP over one kept-alive loopback connection with as little of its own as possible, and reading a served form.

Not a browser: no redirect is followed, no script runs, a cookie is kept only when asked for.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode

import brotli

TIMEOUT = 30.0


class Unexpected(RuntimeError):
    """The service answered with another status than the measurement is about."""


@dataclass(frozen=True)
class Answer:
    """One answer as it came: `head` and `body` in bytes on the wire."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name, or ""."""
        wanted = name.lower().encode() + b":"
        lines = (line for line in self.head.split(b"\r\n") if line.lower().startswith(wanted))
        return next(lines, wanted).partition(b":")[2].strip().decode("latin-1")

    @property
    def text(self) -> str:
        """The body, unpacked."""
        is_packed = self.header("Content-Encoding") == "br"
        return (brotli.decompress(self.body) if is_packed else self.body).decode()


class Line:
    """One connection to a port of this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookie = ""

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def send(self, request: bytes) -> Answer:
        """Send a whole request and return the whole answer."""
        self.socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        answer = Answer(int(received[9:12]), received[:end], b"")
        length = int(answer.header("Content-Length") or 0)
        body = bytearray(received[end + 4 :])
        while len(body) < length:
            body += self._more()
        return Answer(answer.status, answer.head, bytes(body))

    def _more(self) -> bytes:
        part = self.socket.recv(262_144)
        if not part:
            raise Unexpected("the server hung up")
        return part

    def get(self, path: str, *, expect: int = 200) -> Answer:
        """Open a path with this line's cookie."""
        return expected(self.send(get_request(self.port, path, cookie=self.cookie)), expect, path)

    def post(self, path: str, fields: list[tuple[str, str]], *, expect: int = 303) -> Answer:
        """Send a form with this line's cookie."""
        return expected(self.send(post_request(self.port, path, fields, cookie=self.cookie)), expect, path)

    def keep_cookie(self, answer: Answer) -> None:
        """Carry the cookie of an answer from now on."""
        self.cookie = answer.header("Set-Cookie").partition(";")[0] or self.cookie

    def sign_in(self, email: str, password: str) -> None:
        """Begin a session of an account."""
        shown = self.get("/sign-in")
        self.keep_cookie(shown)
        fields = dict(form_with(shown.text, "password"))
        typed = {**fields, "email": email, "password": password, "next": "/"}
        self.keep_cookie(self.post("/sign-in", list(typed.items())))
        # The first page after it puts the secret of this session's forms into the cookie.
        self.keep_cookie(self.get("/"))


def get_request(port: int, path: str, *, cookie: str = "") -> bytes:
    """Return a GET as a phone's browser sends it, as far as the server cares."""
    return (_head("GET", port, path, cookie) + "\r\n").encode()


def post_request(port: int, path: str, fields: list[tuple[str, str]], *, cookie: str = "") -> bytes:
    """Return a POST of form fields."""
    body = urlencode(fields).encode()
    # Flask-WTF looks at both where a page came from and where it goes.
    origin = f"http://127.0.0.1:{port}"
    head = _head("POST", port, path, cookie) + (
        f"Origin: {origin}\r\nReferer: {origin}{path}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _head(method: str, port: int, path: str, cookie: str) -> str:
    kept = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: br\r\nAccept: text/html\r\n{kept}"


def expected(answer: Answer, status: int, path: str) -> Answer:
    """Return the answer.

    Errors: Unexpected when its status is another one; a wrong answer is no measurement.
    """
    if answer.status != status:
        raise Unexpected(f"{path.partition('?')[0]}: {answer.status} instead of {status}")
    return answer


class _Reader(HTMLParser):
    """Collects forms as they are served, and what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[tuple[str, str]]] = []
        self.loads: list[str] = []
        self._is_open = False
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "link" and found.get("rel") in ("stylesheet", "icon"):
            self.loads.append(found["href"])
        elif tag in ("script", "img") and found.get("src"):
            self.loads.append(found["src"])
        elif tag == "form":
            self.forms.append([])
            self._is_open = True
        elif self._is_open:
            self._handle_field(tag, found)

    def _handle_field(self, tag: str, found: dict[str, str]) -> None:
        name, kind = found.get("name", ""), found.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "button", "file"):
            if kind not in ("radio", "checkbox") or "checked" in found:
                self.forms[-1].append((name, found.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "textarea":
            self._area = name
            self.forms[-1].append((name, ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in found:
            self.forms[-1].append((self._select, found.get("value", "")))

    def handle_data(self, text: str) -> None:
        if self._area is not None:
            self.forms[-1][-1] = (self._area, text)

    def handle_endtag(self, tag: str) -> None:
        self._is_open = self._is_open and tag != "form"
        self._select = None if tag == "select" else self._select
        self._area = None if tag == "textarea" else self._area


def forms_of(html: str) -> list[list[tuple[str, str]]]:
    """Return the fields of every form of a page as they would be sent."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def form_with(html: str, name: str) -> list[tuple[str, str]]:
    """Return the fields of the first form that has a field of that name."""
    return next(fields for fields in forms_of(html) if name in dict(fields))


def loads_of(html: str) -> list[str]:
    """Return the addresses of the styles, scripts and pictures that a page loads."""
    reader = _Reader()
    reader.feed(html)
    return reader.loads
