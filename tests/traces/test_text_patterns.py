"""What is asked of an index of text, and what is tested."""

import pytest
import re2

from traces.text_patterns import MOST_GRAMS, TextPattern, grams, has_word


def like(pattern):
    return TextPattern(pattern, is_caseless=False)


@pytest.mark.parametrize(
    ("pattern", "needle"),
    [
        ("%word%", "word"),
        ("%two words%", "two words"),
        ("word", None),
        ("%word", None),
        ("word%", None),
        ("%a%b%", None),
        ("%a_b%", None),
        ("%a\x1fb%", None),
        ("%%", None),
        ("%", None),
        ("", None),
    ],
)
def test_a_pattern_is_a_search_for_one_text_when_it_is_wrapped_and_plain(pattern, needle):
    assert like(pattern).needle == needle


@pytest.mark.parametrize(
    ("pattern", "asked"),
    [
        ("%word%", ["wor", "ord"]),
        ("%ab%cd%", []),
        ("%abc_def%", ["abc", "def"]),
        ("%aaaaa%", ["aaa"]),
        ("%ÄrgerΣ%", ["Ärg", "rge", "ger"]),
        ("%straße%", ["str", "tra"]),
        ("%東京タ%", ["東京タ"]),
        ("%Ყab%", []),
        ("%a\x1fbc%", []),
        ("%%", []),
    ],
)
def test_an_index_is_asked_for_letters_of_which_it_knows_both_cases(pattern, asked):
    assert grams([like(pattern)]) == asked


def test_a_long_pattern_asks_for_a_few_of_its_trigrams():
    asked = grams([like("abcdefghijklmnopqrstuvwxyz0123456789")])

    assert len(asked) == MOST_GRAMS
    assert asked[:2] == ["abc", "def"]


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ("%word%", True),
        ("%a-b-c%", False),
        ("%ab%cd%", False),
        ("%--- abc%", True),
        ("%a_c%", False),
    ],
)
def test_a_word_has_three_letters_or_digits_in_a_row(pattern, answer):
    assert has_word([like(pattern)]) is answer


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a%c", "a\nbc", True),
        ("a_c", "a\nc", True),
        ("a_c", "abbc", False),
        ("abc", "abcd", False),
        ("a.c*", "a.c*", True),
        ("a.c*", "abcc", False),
        ("%[x]\\%", "- [x]\\ -", True),
    ],
)
def test_the_expression_means_what_like_means(pattern, text, fits):
    assert bool(re2.search(like(pattern).expression, text)) is fits


def test_without_case_the_expression_is_for_lower_case():
    assert TextPattern("A%Ä", is_caseless=True).expression == r"(?s)\Aa.*ä\z"
