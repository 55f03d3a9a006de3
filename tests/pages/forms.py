"""Reads the forms of a page as a browser without scripts would send them."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"input", "br", "img", "link", "meta", "rect", "use", "path", "circle"}


class FormReader(HTMLParser):
    """The fields of the form with an id, and the names of its buttons."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.fields: dict[str, list[str]] = {}
        self.acts: list[str] = []
        self.area: str | None = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside or "disabled" in given:
            return
        if tag == "button" and given.get("name") == "act":
            self.acts.append(given["value"])
        if tag == "textarea":
            self.area = given["name"]
            self.fields[self.area] = [""]
        if tag == "input" and self.is_sent(given):
            self.fields.setdefault(given["name"], []).append(given.get("value") or "")

    def is_sent(self, given):
        return "name" in given and (
            given.get("type") not in ("radio", "checkbox") or "checked" in given
        )

    def handle_data(self, data):
        if self.area is not None:
            self.fields[self.area][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None
        if tag == "form":
            self.inside = False


def form_of(response, form_id: str = "answers") -> dict[str, list[str]]:
    """What the form sends when nothing is changed in it."""
    return reader_of(response, form_id).fields


def acts_of(response, form_id: str = "answers") -> list[str]:
    """The values of the form's buttons."""
    return reader_of(response, form_id).acts


def reader_of(response, form_id: str) -> FormReader:
    reader = FormReader(form_id)
    reader.feed(response.content.decode())
    return reader
