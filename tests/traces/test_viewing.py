"""What the address of a page says about how its trace is shown."""

from __future__ import annotations

import pytest

from traces.excerpts import INLINE, WHOLE
from traces.viewing import View


@pytest.mark.parametrize(
    ("query", "part", "is_plain", "toggled"),
    [
        ({}, "m3", False, "?plain=m3"),
        ({"plain": "m3"}, "m3", True, "?"),
        ({"plain": "m3.t1a"}, "m3", True, "?plain=t1a"),
        ({"plain": "t1a"}, "m3", False, "?plain=t1a.m3"),
        ({"plain": ""}, "m3", True, "?plain=m3"),
        ({"all": "", "show": "to do"}, "m3", False, "?all=&show=to+do&plain=m3"),
        ({}, "", False, "?plain="),
        ({"plain": ""}, "", True, "?"),
    ],
)
def test_a_part_is_shown_the_other_way_and_the_rest_of_the_address_stays(
    query, part, is_plain, toggled
):
    view = View(query)

    assert (view.is_plain(part), view.toggled(part)) == (is_plain, toggled)


def test_the_whole_is_asked_for_by_all():
    assert (View({}).limits, View({"all": ""}).limits) == (INLINE, WHOLE)
    assert View({"edit": "1"}).whole == "?edit=1&all="


def test_an_address_names_a_bounded_number_of_parts():
    assert len(View({"plain": "a." * 1000}).parts) == 50
