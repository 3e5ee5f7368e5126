"""Addresses that come from outside: only a path on this site is ever followed."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST = 2000
_NEVER = ("/sign-in", "/sign-out")


def own_path(text: str | None) -> str:
    """Return a path on this site that is safe to send a browser to: what was asked for, or "/".

    Source: security.md, 55.
    """
    if not text or len(text) > LONGEST or not text.startswith("/") or text.startswith("//"):
        return "/"
    # Browsers drop tabs and line ends inside an address and read a backslash as a slash.
    if "\\" in text or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in text):
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path.startswith("//") or parts.path.rstrip("/") in _NEVER:
        return "/"
    return text
