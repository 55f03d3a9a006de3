"""Inputs as controls, and what a form sends as values."""

import pytest
from django.http import QueryDict

from schemas.answer_fields import Control, control_for, read_value, segments_of
from schemas.inputs import Categorical, Input, Numeric, PassFail, Text, TextList

SIZES = Categorical(("Small", "Large"))
PARTS = Categorical(("Hub", "Rim"), multi_select=True)


@pytest.mark.parametrize(
    ("spec", "value", "kind", "chosen"),
    [
        (PassFail(), True, "pass_fail", ["true"]),
        (PassFail(), False, "pass_fail", ["false"]),
        (PassFail(), 1, "pass_fail", []),
        (PassFail(), None, "pass_fail", []),
        (SIZES, "Large", "one", ["Large"]),
        (SIZES, "Huge", "one", []),
        (PARTS, ["Rim"], "many", ["Rim"]),
        (PARTS, None, "many", []),
        (Numeric(1, 3, 1), 2, "scale", ["2"]),
        (Numeric(1, 3, 1), 2.0, "scale", ["2"]),
        (Numeric(0, 1, 1), True, "scale", []),
    ],
)
def test_choices_show_what_was_chosen(spec: Input, value, kind, chosen):
    control = control_for(spec, value)

    assert control.kind == kind
    assert [choice.value for choice in control.choices if choice.is_chosen] == chosen


@pytest.mark.parametrize(
    ("spec", "value", "kind", "text"),
    [
        (Numeric(0, 120, 5), 15, "number", "15"),
        (Numeric(), "abc", "number", "abc"),
        (Numeric(), None, "number", ""),
        (Text(), "words", "text", "words"),
        (Text(), {"a": 1}, "text", '{"a":1}'),
        (TextList(), ["one", "two"], "texts", "one\ntwo"),
        (TextList(), "one", "texts", "one"),
        (TextList(), None, "texts", ""),
    ],
)
def test_fields_keep_what_is_in_them_even_when_it_does_not_fit(spec: Input, value, kind, text):
    control = control_for(spec, value)

    assert (control.kind, control.text) == (kind, text)


@pytest.mark.parametrize(
    ("spec", "segments"),
    [
        (Numeric(1, 5, 1), [1, 2, 3, 4, 5]),
        (Numeric(0, 10, 1), list(range(11))),
        (Numeric(0, 11, 1), []),
        (Numeric(0, 10, 5), [0, 5, 10]),
        (Numeric(1, 5), []),
        (Numeric(1, 5, None, "ordinal"), [1, 2, 3, 4, 5]),
        (Numeric(0, 1, 0.5), []),
        (Numeric(0, None, 1), []),
    ],
)
def test_only_a_few_whole_numbers_become_a_scale(spec, segments):
    assert segments_of(spec) == segments


def test_the_tenth_choice_has_the_key_zero_and_the_eleventh_none():
    control = control_for(Numeric(0, 10, 1))

    assert [choice.key for choice in control.choices] == [*"1234567890", ""]


def test_more_than_twelve_options_scroll_in_a_box():
    many = Categorical(tuple(f"option {n}" for n in range(13)))

    assert control_for(many).is_long
    assert not control_for(SIZES).is_long


@pytest.mark.parametrize(
    ("spec", "ends"),
    [
        (Numeric(1, 5, 1, "ordinal", "Poor", "Good"), ("Poor", "Good")),
        (Numeric(0, 100, max_label="All of it"), ("", "All of it")),
        (Numeric(1, 5, 1), None),
    ],
)
def test_the_ends_of_a_scale_have_words(spec, ends):
    assert control_for(spec).ends == ends


def test_none_of_these_stands_alone_among_several_and_not_in_a_choice_of_one():
    options = ("Made up", "None of these")

    several = control_for(Categorical(options, multi_select=True))
    one = control_for(Categorical(options))

    assert [choice.is_alone for choice in several.choices] == [False, True]
    assert [choice.is_alone for choice in one.choices] == [False, False]


@pytest.mark.parametrize(
    ("spec", "bounds"),
    [
        (Numeric(0, 120, 5), "0 to 120, in steps of 5"),
        (Numeric(0.5, None), "at least 0.5"),
        (Numeric(None, 10, 1), "at most 10"),
        (Numeric(), ""),
        (Numeric(None, None, 0.25), "in steps of 0.25"),
        (Numeric(0, 50, None, "ordinal"), "0 to 50"),
    ],
)
def test_bounds_are_told_beside_a_number_field(spec, bounds):
    assert control_for(spec).bounds == bounds


@pytest.mark.parametrize(
    ("spec", "sent", "value"),
    [
        (PassFail(), "s-value=true", True),
        (PassFail(), "s-value=false", False),
        (PassFail(), "s-value=perhaps", None),
        (PassFail(), "", None),
        (SIZES, "s-value=Small", "Small"),
        (SIZES, "s-value=", None),
        (PARTS, "s-value=Rim&s-value=Hub", ["Rim", "Hub"]),
        (PARTS, "", None),
        (Numeric(), "s-value=12", 12),
        (Numeric(), "s-value=-3", -3),
        (Numeric(), "s-value=2.5", 2.5),
        (Numeric(), "s-value=2,5", 2.5),
        (Numeric(), "s-value=.5", 0.5),
        (Numeric(), "s-value=1.5e3", 1500.0),
        (Numeric(), "s-value=", None),
        (Numeric(), "s-value=many", "many"),
        (Numeric(), "s-value=nan", "nan"),
        (Numeric(), f"s-value={'9' * 400}", "9" * 400),
        (Text(), "s-value=+two%0D%0Alines+", "two\nlines"),
        (Text(), "s-value=+", None),
        (TextList(), "s-value=one%0D%0A%0D%0A+two+", ["one", "two"]),
        (TextList(), "s-value=%0A", None),
    ],
)
def test_a_form_s_fields_become_a_value(spec: Input, sent, value):
    found = read_value(spec, QueryDict(sent), "s")

    assert found == value
    assert type(found) is type(value)


def test_a_field_that_is_no_text_counts_as_not_sent():
    class Files:
        def get(self, key):
            return object()

        def getlist(self, key):
            return []

    assert read_value(Text(), Files(), "s") is None


def test_a_plain_control_has_no_bounds():
    assert Control(kind="text").bounds == ""
