"""Typed readers of the environment. A value that cannot be read stops the start with a sentence."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}
KNOWN_BAD_SECRETS = {"changeme", "secret", "insecure", "django-insecure", "password"}
MINIMUM_SECRET_LENGTH = 32


class Misconfigured(RuntimeError):
    """The environment holds a value that cannot be used; the message names it."""


def env_text(name: str, default: str = "") -> str:
    """The variable's text, or the content of the file that `NAME_FILE` names."""
    if name in os.environ:
        return os.environ[name]
    file_name = os.environ.get(f"{name}_FILE")
    if file_name is None:
        return default
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured(f"{name}_FILE names a file that cannot be read: {error}.") from error


def env_bool(name: str, *, default: bool) -> bool:
    """True or false in one of the usual words; anything else is refused."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise Misconfigured(f"{name} is {raw!r}; write true or false.")


def env_int(name: str, default: int) -> int:
    """A whole number."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        return int(raw)
    except ValueError as error:
        raise Misconfigured(f"{name} is {raw!r}; write a whole number.") from error


def env_list(name: str, default: list[str]) -> list[str]:
    """Comma-separated words."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    return [word.strip() for word in raw.split(",") if word.strip()]


def env_secret(name: str, *, folder: Path) -> str:
    """The secret from the environment, or one made once and kept in `folder` with mode 0600."""
    given = env_text(name)
    if given:
        return checked_secret(name, given)
    return kept_secret(folder / "secret-key")


def checked_secret(name: str, secret: str) -> str:
    """Refuse secrets that are short or known from examples."""
    known_bad = any(secret.lower().startswith(bad) for bad in KNOWN_BAD_SECRETS)
    if known_bad or len(secret) < MINIMUM_SECRET_LENGTH:
        raise Misconfigured(
            f"{name} is too weak; use at least {MINIMUM_SECRET_LENGTH} random characters."
        )
    return secret


def kept_secret(path: Path) -> str:
    """Read the kept secret, making it first when it is missing; two starts at once agree on one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise Misconfigured(
            f"The data folder cannot be written: {error}. Choose another with REVIEWAPP_DATA."
        ) from error
    secret = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret


def email_settings(url: str) -> dict[str, object]:
    """Django's EMAIL_* settings from `smtp://user:password@host:port/?tls=true` or `console://`."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Misconfigured("EMAIL_URL must start with smtp://, smtps:// or console://.")
    query = parse_qs(parts.query)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": query.get("tls", ["false"])[0].lower() in TRUE_WORDS,
        "DEFAULT_FROM_EMAIL": query.get("from", ["reviewapp@localhost"])[0],
    }
