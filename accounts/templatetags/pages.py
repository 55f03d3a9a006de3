"""Template tags of every page: an icon of the sprite, and the reader's preferences."""

from __future__ import annotations

from functools import cache

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.preferences import THEME_COOKIE, Preferences, preferences_from

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, css: str = "") -> SafeString:
    """An icon of templates/_icons.html, hidden from screen readers: `{% icon "check" %}`."""
    return format_html('<svg class="i {}" aria-hidden="true"><use href="#i-{}"/></svg>', css, name)


@register.simple_tag(takes_context=True)
def preferences(context: Context) -> Preferences:
    """The signed-in reader's preferences, else the theme of the cookie.

    Error pages are rendered without a request; they follow the system.
    """
    request = context.get("request")
    if request is None:
        return Preferences()
    user = getattr(request, "user", None)
    if isinstance(user, User):
        return preferences_from(user.preferences)
    return preferences_from({"theme": request.COOKIES.get(THEME_COOKIE)})


@register.filter
def pairs(text: str) -> list[list[str]]:
    """`"a:A,b:B"` as rows of two, for choices that a template writes out."""
    return [row.split(":", 1) for row in text.split(",")]
