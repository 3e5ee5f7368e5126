"""Secrets that travel, and what is kept of them: random tokens, their hashes, and keyed hashes of what must not be stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """Return 32 random bytes as text that is safe in an address and a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token: all that a table ever holds of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(key: str, purpose: str, text: str) -> str:
    """Return a hash of a text that only holders of the key can make, so that a short list cannot be tried against it.

    Source: access.md, Audit: keyed hashes, never addresses.
    """
    return hmac.new(key.encode(), f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()
