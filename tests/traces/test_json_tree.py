"""JSON as a folding tree that needs no script."""

from __future__ import annotations

from hypothesis import given

from tests.traces.hostile import KEYS, nested
from tests.traces.test_hostile_markdown import Inspector as Base
from tests.traces.test_json_values import JSON
from traces.excerpts import Room, payload
from traces.json_limits import MAX_DEPTH
from traces.json_tree import tree


class Inspector(Base):
    """Knows the tree's own elements beside those of Markdown."""

    def handle_starttag(self, tag, attrs):
        if tag in {"details", "summary", "b", "i", "bdi"} and set(attrs) <= {
            ("open", None), ("class", "long"), ("class", "key"), ("class", "n"),
            ("class", "tok-s"),
        }:  # fmt: skip
            return
        super().handle_starttag(tag, attrs)


def line(key, value):
    return f'<li><b class="key">{key}</b> {value}</li>'


def test_keys_and_values_are_listed():
    assert tree({"a": 1, "b": "x", "c": None, "d": []}) == (
        '<div class="tree"><ul>'
        + line("a", '<span class="tok-k">1</span>')
        + line("b", '<bdi class="tok-s">x</bdi>')
        + line("c", '<span class="tok-k">null</span>')
        + line("d", '<i class="n">empty</i>')
        + "</ul></div>\n"
    )


def test_two_levels_are_open():
    html = tree({"a": {"b": {"c": 1}}, "d": [1]})

    assert html.count("<details open>") == 2
    assert '<details open><summary><b class="key">a</b> <i class="n">1 key</i>' in html
    assert '<details><summary><b class="key">b</b> <i class="n">1 key</i>' in html


def test_long_lists_come_in_pages_of_fifty():
    html = tree({"items": [*range(120)]})

    assert '<i class="n">120 items</i>' in html
    assert html.count('<li class="page"><details>') == 2
    assert "<summary>51 to 100 of 120</summary>" in html
    assert "<summary>101 to 120 of 120</summary>" in html
    assert html.count('<span class="tok-k">') == 120


def test_objects_of_many_keys_come_in_pages_too():
    assert tree({str(n): n for n in range(10_000)}).count('<li class="page">') == 199


def test_a_long_text_is_clipped_and_its_rest_folded():
    html = tree("a" * 300 + "<" * 50)

    assert '">' + "a" * 300 + "</bdi>" in html
    assert "… 50 more characters" in html
    assert html.count("&lt;") == 50
    assert "<details" not in tree("a" * 300)


def test_hostile_keys_and_values_are_only_text():
    html = tree([KEYS, {"a": KEYS}])

    assert Inspector(html).active == []
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert '<b class="key">__proto__</b>' in html
    assert "⟦RLO⟧key" in html
    assert "k" * 119 + "…</b>" in html


def test_the_deepest_value_that_can_be_stored_is_shown():
    html = tree(nested(MAX_DEPTH))

    assert html.count("<details") == MAX_DEPTH - 1
    assert ">deep</bdi>" in html


@given(JSON)
def test_any_value_becomes_text_of_the_size_that_was_reckoned(value):
    room = Room(10**6)
    payload({"": value}, room)

    assert Inspector(tree(value)).active == []
    assert len(tree(value).encode()) <= 10**6 - room.n_bytes + 60
