"""Several lists of texts as one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labeling.list_union import UnionEntry, union_of

TEXTS = st.lists(st.text(min_size=1, max_size=8), max_size=6)


def test_an_entry_of_two_lists_stands_once_with_both_names():
    found = union_of([("Amara", ["Page two.", "Four cups"]), ("Ben", ["page  two", "Descale"])])

    assert found == (
        UnionEntry("Page two.", ("Amara", "Ben"), is_usual=True),
        UnionEntry("Four cups", ("Amara",), is_usual=False),
        UnionEntry("Descale", ("Ben",), is_usual=False),
    )


def test_a_list_that_names_an_entry_twice_counts_once():
    (found,) = union_of([("Amara", ["Yes", "yes."]), ("Ben", [])])

    assert (found.text, found.who, found.is_usual) == ("Yes", ("Amara",), False)


def test_entries_of_marks_alone_stay_apart():
    assert [entry.text for entry in union_of([("Amara", ["?", "!"])])] == ["?", "!"]


def test_without_lists_there_is_nothing():
    assert union_of([]) == ()


@given(st.lists(TEXTS, max_size=4))
def test_every_entry_is_there_and_none_twice(lists):
    named = [(str(n), entries) for n, entries in enumerate(lists)]

    found = union_of(named)

    texts = [entry.text for entry in found]
    assert len(texts) == len(set(texts))
    assert set(texts) <= {text for entries in lists for text in entries}
    assert len(union_of([("all", texts)])) == len(texts)
    for name, entries in named:
        assert bool(entries) == any(name in entry.who for entry in found)
