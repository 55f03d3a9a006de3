"""RE2 patterns in PostgreSQL's words."""

import pytest

from traces.portable_patterns import NotPortable, to_postgres


@pytest.mark.parametrize(
    ("pattern", "spelled"),
    [
        ("abc", "abc"),
        ("^a+b*?$", "^a+b*?$"),
        ("a.c", r"a[^\n]c"),
        (r"a\.c", r"a\.c"),
        (r"\d\D\w\W\s\S", r"[0-9][^0-9][0-9A-Za-z_][^0-9A-Za-z_][\t\n\f\r ][^\t\n\f\r ]"),
        (r"\bword\B", r"\yword\Y"),
        (r"\Astart.\z", r"\Astart[^\n]\Z"),
        (r"\t\n", r"\t\n"),
        ("(?i)error", "(?i)error"),
        ("(?:a|b)", "(?:a|b)"),
        ("(?P<name>a)(?<other>b)", "(a)(b)"),
        ("[a-z.]", "[a-z.]"),
        ("[]a]", "[]a]"),
        ("[^]a]", "[^]a]"),
        ("[[:alpha:]_]", "[[:alpha:]_]"),
        (r"[\w.\d\s\]]", r"[0-9A-Za-z_.0-9\t\n\f\r \]]"),
        ("a{2}b{2,}c{2,255}", "a{2}b{2,}c{2,255}"),
        ("a{,3}", r"a\{,3}"),
        ("{name}", r"\{name}"),
    ],
)
def test_a_pattern_keeps_its_meaning(pattern, spelled):
    assert to_postgres(pattern) == spelled


@pytest.mark.parametrize(
    ("pattern", "piece"),
    [
        (r"\pL", r"\p"),
        (r"\Q*\E", r"\Q"),
        (r"\x41", r"\x"),
        (r"\012", r"\0"),
        (r"[\D]", r"[\D]"),
        ("a(?i)b", "(?"),
        ("(?s:.)", "(?"),
        ("a{256}", "{256}"),
        ("a{1,256}", "{1,256}"),
    ],
)
def test_what_one_database_lacks_is_refused(pattern, piece):
    with pytest.raises(NotPortable) as caught:
        to_postgres(pattern)

    assert caught.value.piece == piece
