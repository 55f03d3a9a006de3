"""PURE: making and hashing of the secrets we hand out; only the hash is ever stored."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_MARK = "rva_"  # noqa: S105 - a visible mark that secret scanners can look for, not a secret
PREFIX_LENGTH = 12


def new_secret(mark: str = "") -> str:
    """A 256-bit secret in URL-safe characters, behind an optional mark."""
    return mark + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """SHA-256 in hex: enough for a 256-bit random secret, which no dictionary contains."""
    return hashlib.sha256(secret.encode()).hexdigest()
