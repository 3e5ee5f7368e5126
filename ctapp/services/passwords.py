"""Passwords: hashed with argon2id, checked, hashed again when the settings have moved on. No account is known here.

Source: security.md, 22 and 23 (19 MiB, t=2, p=1).
"""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ctapp.errors import Refused

SHORTEST = 12
LONGEST = 128

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of a random password that nobody kept: an unknown account costs the same time as a known one.
DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$9gXGnd1bHkyx/Xf1HRTmdg$tEGKX3rwFhgrwGZsEQwGuDRjWQl2TfXvduKI+YmrSg4"


def hash_password(password: str) -> str:
    """Return the hash of a new password.

    Errors: Refused when it is shorter than 12 characters or longer than 128.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(f"a password has {SHORTEST} to {LONGEST} characters")
    return _hasher.hash(_composed(password))


def is_right(password: str, kept_hash: str | None) -> bool:
    """Return whether a password is the one that was hashed; None (no such account) takes as long and is never right."""
    try:
        _hasher.verify(kept_hash or DUMMY_HASH, _composed(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return kept_hash is not None


def needs_rehash(kept_hash: str) -> bool:
    """Return whether a hash was made with other settings than today's."""
    return _hasher.check_needs_rehash(kept_hash)


def _composed(password: str) -> str:
    # A telephone and a desk computer may send the same letters as different code points.
    return unicodedata.normalize("NFKC", password)
