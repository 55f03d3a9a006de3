"""Values against inputs."""

from __future__ import annotations

import pytest

from schemas.answers import (
    clean_value,
    declared_options,
    is_same_variant,
    keeps_answers,
    label_of,
    missing_words,
    scale_of,
)
from schemas.inputs import Categorical, InvalidValue, Numeric, PassFail, Text, TextList

ONE = Categorical(("low", "high"))
SOME = Categorical(("a", "b", "c"), multi_select=True)
RATING = Numeric(1, 5, 1)
NONE_TOO = Categorical(("a", "b", "none of these"), multi_select=True)

ACCEPTED = [
    (PassFail(), True, True),
    (PassFail(), False, False),
    (ONE, "low", "low"),
    (SOME, ["c", "a"], ["a", "c"]),
    (NONE_TOO, ["none of these"], ["none of these"]),
    (Categorical(("a", "None of these")), "None of these", "None of these"),
    (RATING, 3, 3),
    (RATING, 3.0, 3.0),
    (Numeric(), -2.5, -2.5),
    (Numeric(step=0.1), 0.3, 0.3),
    (Text(), " fine ", "fine"),
    (Text(4), "fine", "fine"),
    (TextList(), [" one", "two"], ["one", "two"]),
]


@pytest.mark.parametrize(("spec", "value", "stored"), ACCEPTED)
def test_a_fitting_value_is_stored(spec, value, stored) -> None:
    assert clean_value("q", spec, value) == stored


REFUSED = [
    (PassFail(), 1),
    (PassFail(), "Pass"),
    (PassFail(), None),
    (ONE, "Low"),
    (ONE, ["low"]),
    (SOME, "a"),
    (SOME, []),
    (SOME, ["a", "a"]),
    (SOME, ["a", "z"]),
    (RATING, True),
    (RATING, "3"),
    (RATING, 0),
    (RATING, 6),
    (RATING, 2.5),
    (Numeric(0, 50, None, "ordinal"), 2.5),
    (NONE_TOO, ["a", "none of these"]),
    (Numeric(), float("nan")),
    (Numeric(), float("inf")),
    (Numeric(step=2), 3),
    (Text(), ""),
    (Text(), "   "),
    (Text(), 5),
    (Text(3), "four"),
    (TextList(), []),
    (TextList(), "one"),
    (TextList(), ["one", ""]),
    (TextList(3, None), ["four"]),
    (TextList(None, 1), ["a", "b"]),
]


@pytest.mark.parametrize(("spec", "value"), REFUSED)
def test_a_misfit_is_refused_by_name(spec, value) -> None:
    with pytest.raises(InvalidValue) as caught:
        clean_value("q", spec, value)

    assert caught.value.name == "q"


@pytest.mark.parametrize(
    ("spec", "value", "words"),
    [
        (TextList(3), ["one", "four"], "Entry 2: Write at most 3 characters; this has 4."),
        (TextList(), ["one", 2], "Entry 2: Write some text."),
        (
            NONE_TOO,
            ["b", "none of these"],
            "“none of these” cannot be chosen beside another option.",
        ),
    ],
)
def test_a_refusal_says_what_to_mend(spec, value, words) -> None:
    with pytest.raises(InvalidValue) as caught:
        clean_value("q", spec, value)

    assert caught.value.reason == words


@pytest.mark.parametrize(
    ("spec", "verb"),
    [
        (PassFail(), "Choose one "),
        (ONE, "Choose one "),
        (SOME, "Choose at least one "),
        (RATING, "Give a number "),
        (Text(), "Write something "),
        (TextList(), "Add at least one entry "),
    ],
)
def test_a_question_left_open_says_what_to_do(spec, verb) -> None:
    assert missing_words(spec) == f"{verb}to submit this item."


SCALES = [
    (PassFail(), "nominal", [True, False]),
    (ONE, "nominal", ["low", "high"]),
    (Categorical(("low", "high"), ordered=True), "ordinal", ["low", "high"]),
    (SOME, "set", ["a", "b", "c"]),
    (Numeric(1, 3, 1, "ordinal"), "ordinal", [1, 2, 3]),
    (Numeric(0, 1, None, "ratio"), "ratio", []),
    (Text(), "none", []),
    (TextList(), "none", []),
]


@pytest.mark.parametrize(("spec", "scale", "options"), SCALES)
def test_each_input_has_its_scale_and_options(spec, scale, options) -> None:
    assert scale_of(spec) == scale
    assert declared_options(spec) == options


LABELS = [
    (PassFail("Yes", "No"), True, "Yes"),
    (PassFail("Yes", "No"), False, "No"),
    (SOME, ["a", "b"], "a, b"),
    (RATING, 3.0, "3"),
    (RATING, 3.5, "3.5"),
    (ONE, "low", "low"),
]


@pytest.mark.parametrize(("spec", "value", "label"), LABELS)
def test_a_value_is_told_in_the_readers_words(spec, value, label) -> None:
    assert label_of(spec, value) == label


EDITS = [
    (ONE, Categorical(("high", "low", "none")), True),
    (ONE, Categorical(("low",)), False),
    (PassFail("a", "b"), PassFail("c", "d"), True),
    (RATING, Numeric(0, 9, 1), True),
    (RATING, Numeric(), True),
    (RATING, Numeric(2, 5, 1), False),
    (RATING, Numeric(1, 4, 1), False),
    (RATING, Numeric(1, 5, 2), False),
    (RATING, Numeric(0.5, 5, 1), False),
    (Numeric(), Numeric(0), False),
    (Numeric(), Numeric(None, 5), False),
    (Text(5), Text(6), True),
    (Text(5), Text(), True),
    (Text(), Text(5), False),
    (TextList(5, 5), TextList(5, 6), True),
    (TextList(5, 5), TextList(5, 4), False),
    (TextList(5, 5), TextList(4, 5), False),
]


@pytest.mark.parametrize(("old", "new", "kept"), EDITS)
def test_an_edit_keeps_answers_unless_it_takes_something_away(old, new, kept) -> None:
    assert is_same_variant(old, new)
    assert keeps_answers(old, new) is kept


@pytest.mark.parametrize(
    ("old", "new"), [(ONE, SOME), (Text(), TextList()), (PassFail(), ONE), (RATING, Text())]
)
def test_another_kind_is_no_edit(old, new) -> None:
    assert not is_same_variant(old, new)
