"""PURE: what people are called in an export: by their e-mail, or by a name that tells nobody who.

A pseudonym is a keyed hash (HMAC-SHA-256) of the session and the account, under a key that only
the server has: the same in every export of one session, another in the next session, without
order, and not to be undone or guessed by trying addresses.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

# Turns an account's primary key and e-mail into what the export calls the person.
Naming = Callable[[int, str], str]
PURPOSE = b"labeling.pseudonyms"
DIGITS = 12  # 48 bits: among a thousand people two share one once in half a billion sessions


def by_email(_account: int, email: str) -> str:
    """People by their addresses."""
    return email


def by_pseudonym(session_id: str, secret: str) -> Naming:
    """People of one session by pseudonyms.

    secret   the server's; with another one everybody gets another pseudonym
    """
    key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)
    known: dict[int, str] = {}

    def name(account: int, _email: str) -> str:
        if account not in known:
            said = f"{session_id}:{account}".encode()
            known[account] = "person-" + hmac.digest(key, said, hashlib.sha256).hex()[:DIGITS]
        return known[account]

    return name
