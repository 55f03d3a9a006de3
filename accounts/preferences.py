"""PURE: what a person chose about reading: theme, size, width, serif, keys.

Kept as JSON on the account; a cookie holds the theme for pages before sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

THEME_COOKIE = "theme"
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "size": ("s", "m", "l"),
    "width": ("60", "68", "80"),
    "face": ("sans", "serif"),
    "keys": ("on", "off"),
    "advance": ("on", "off"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """All become `data-…` attributes of the page, for its style sheets and its keys.

    keys      whether keys without Ctrl or Alt do anything (WCAG 2.1.4)
    advance   whether a choice made by key makes the next question the active one
    """

    theme: str = "system"
    size: str = "m"
    width: str = "68"
    face: str = "sans"
    keys: str = "on"
    advance: str = "on"

    def as_json(self) -> dict[str, str]:
        """The form in which they are kept."""
        return asdict(self)


def preferences_from(stored: Mapping[str, object]) -> Preferences:
    """What was stored or sent; an unknown word counts as not chosen."""
    known = {name: stored.get(name) for name in CHOICES}
    return Preferences(
        **{
            name: value
            for name, value in known.items()
            if isinstance(value, str) and value in CHOICES[name]
        }
    )
