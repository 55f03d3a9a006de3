from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traces.filter_fields import ATTRIBUTES, OPERATORS, PREFIXES, field
from traces.filtering import Comparison, FilterSyntax, OrderTerm, parse, parse_order

# Each line of MLflow 3.17.2's grammar, with the canonical field, operator and value.
ONE_CONDITION = [
    ("status = 'OK'", "attribute", "status", "=", "OK"),
    ("status='OK'", "attribute", "status", "=", "OK"),
    ("\n status \t!=\n 'OK' ", "attribute", "status", "!=", "OK"),
    ('attribute.status = "OK"', "attribute", "status", "=", "OK"),
    ("attributes.status = 'OK'", "attribute", "status", "=", "OK"),
    ("trace.`status` = 'OK'", "attribute", "status", "=", "OK"),
    ("`status` = 'OK'", "attribute", "status", "=", "OK"),
    ("trace.status IN ('OK', 'ERROR')", "attribute", "status", "IN", ("OK", "ERROR")),
    ('status not  in ("OK","ERROR",)', "attribute", "status", "NOT IN", ("OK", "ERROR")),
    ("status RLIKE '^(OK|ERROR)$'", "attribute", "status", "RLIKE", "^(OK|ERROR)$"),
    ("request_id = 'tr-1'", "attribute", "trace_id", "=", "tr-1"),
    ("trace.trace_id IN ('tr-1')", "attribute", "trace_id", "IN", ("tr-1",)),
    ("client_request_id ILIKE 'a%'", "attribute", "client_request_id", "ILIKE", "a%"),
    ("name like 'a%'", "attribute", "name", "LIKE", "a%"),
    ("name IN ('a', 'b')", "attribute", "name", "IN", ("a", "b")),
    ("trace.name IS NULL", "attribute", "name", "IS NULL", None),
    ("attribute.run_id = 'r'", "attribute", "run_id", "=", "r"),
    ("run_id NOT IN ('r')", "attribute", "run_id", "NOT IN", ("r",)),
    ("timestamp > 1", "attribute", "timestamp_ms", ">", 1),
    ("timestamp_ms>=1.5", "attribute", "timestamp_ms", ">=", 1.5),
    ("trace.timestamp_ms > 1e3", "attribute", "timestamp_ms", ">", 1000.0),
    ("execution_time < 5", "attribute", "execution_time_ms", "<", 5),
    ("execution_time_ms != +5", "attribute", "execution_time_ms", "!=", 5),
    ("end_time <= -1", "attribute", "end_time_ms", "<=", -1),
    ("end_time_ms = .5", "attribute", "end_time_ms", "=", 0.5),
    ("trace.text LIKE '%a%'", "span", "content", "LIKE", "%a%"),
    ("text ILIKE '%a%'", "span", "content", "ILIKE", "%a%"),
    ("span.content LIKE '%a%'", "span", "content", "LIKE", "%a%"),
    ("span.name = 'x'", "span", "name", "=", "x"),
    ("span.type IN ('LLM','TOOL')", "span", "type", "IN", ("LLM", "TOOL")),
    ("span.status RLIKE 'E.*'", "span", "status", "RLIKE", "E.*"),
    ("span.attributes.llm.model = 'x'", "span", "attributes.llm.model", "=", "x"),
    ("span.attributes.`a b` LIKE 'x'", "span", "attributes.a b", "LIKE", "x"),
    ("span.`attributes.x` = 'x'", "span", "attributes.x", "=", "x"),
    ("tags.k = ''", "tag", "k", "=", ""),
    ("tag.a.b.c = 'x'", "tag", "a.b.c", "=", "x"),
    ("tags.`my key.x` = 'x'", "tag", "my key.x", "=", "x"),
    ("tags.\"my key\" = 'x'", "tag", "my key", "=", "x"),
    ("`tags`.k = 'x'", "tag", "k", "=", "x"),
    ("tags.`a``b` = 'x'", "tag", "a`b", "=", "x"),
    ("tags.Case = 'x'", "tag", "Case", "=", "x"),
    ("tags.a-b/c:d = 'x'", "tag", "a-b/c:d", "=", "x"),
    ("tags.日本 = 'é'", "tag", "日本", "=", "é"),
    ("tags.k is  not\nnull", "tag", "k", "IS NOT NULL", None),
    ("metadata.`mlflow.trace.session` = 's'", "metadata", "mlflow.trace.session", "=", "s"),
    ("metadata.mlflow.trace.session = 's'", "metadata", "mlflow.trace.session", "=", "s"),
    ("request_metadata.x RLIKE 'a+'", "metadata", "x", "RLIKE", "a+"),
    ("feedback.q = 'true'", "feedback", "q", "=", "true"),
    ("feedback.q = TRUE", "feedback", "q", "=", "true"),
    ("feedback.q != 0.5", "feedback", "q", "!=", "0.5"),
    ("feedback.q >= -0.5", "feedback", "q", ">=", -0.5),
    ("feedback.name > 1e-3", "feedback", "name", ">", 0.001),
    ("feedback.`my q` LIKE 'x%'", "feedback", "my q", "LIKE", "x%"),
    ("feedback.a.b IS NULL", "feedback", "a.b", "IS NULL", None),
    ("expectation.x RLIKE '^a'", "expectation", "x", "RLIKE", "^a"),
    ("issue.id = 'i'", "issue", "id", "=", "i"),
    ("tags.k = 'it''s'", "tag", "k", "=", "it's"),
    (r"tags.k = 'it\'s'", "tag", "k", "=", "it's"),
    ('tags.k = "it\'s"', "tag", "k", "=", "it's"),
    ("tags.k = 'a \"b\"'", "tag", "k", "=", 'a "b"'),
    ('tags.k = "a ""b"""', "tag", "k", "=", 'a "b"'),
    (r"tags.k = 'C:\dir'", "tag", "k", "=", r"C:\dir"),
    ("tags.k = '-- x; AND (y)'", "tag", "k", "=", "-- x; AND (y)"),
    ("tags.k = 'a\nb'", "tag", "k", "=", "a\nb"),
]

# Text, column of the mistake, words of what is expected, what is found.
MISTAKES = [
    ("status", 7, "one of =, !=", "the end"),
    ("status =", 9, "a text in quotes", "the end"),
    ("status = OK", 10, "a text in quotes", "OK"),
    ("status = `OK`", 10, "a text in quotes", "`OK`"),
    ("status = 5", 10, "a text in quotes", "5"),
    ("status > 'OK'", 8, "one of =, !=, IN", ">"),
    ("status == 'OK'", 8, "one of =, !=, IN", "=="),
    ("status <> 'OK'", 8, "one of =, !=, IN", "<>"),
    ("status IS NULL", 8, "one of =, !=, IN", "IS"),
    ("status NOT 'IN' ('OK')", 8, "one of =, !=, IN", "NOT"),
    ("status 'OK'", 8, "one of =, !=, IN", "'OK'"),
    ("name NOT LIKE 'x'", 6, "one of =, !=, IN", "NOT"),
    ("name IS 'x'", 6, "one of =, !=, IN", "IS"),
    ("STATUS = 'OK'", 1, "one of these attribute fields: client_request_id", "STATUS"),
    ("trace.colour = 'x'", 1, "one of these attribute fields", "trace.colour"),
    ("colour.x = 'x'", 1, "starts with one of attribute, attributes", "colour.x"),
    ("span.foo = 'x'", 1, "one of these span fields: content, name, status, type", "span.foo"),
    ("span.attributes. = 'x'", 1, "attributes.<name>", "span.attributes."),
    ("issue.name = 'x'", 1, "one of these issue fields: id", "issue.name"),
    ("tags. = 'x'", 1, "a name after the dot", "tags."),
    ("feedback = 'x'", 1, "one of these attribute fields", "feedback"),
    ("'OK' = status", 1, "a field such as status", "'OK'"),
    ("(status = 'OK')", 1, "a field such as status", "("),
    ("NOT status = 'OK'", 1, "one of these attribute fields", "NOT"),
    ("status = 'OK' OR name = 'x'", 15, "AND (there is no OR", "OR"),
    ("status = 'OK' name = 'x'", 15, "AND", "name"),
    ("status = 'OK', name = 'x'", 14, "AND", ","),
    ("status = 'OK';", 14, "AND", ";"),
    ("status = 'OK' AND", 18, "a condition after AND", "the end"),
    ("AND status = 'OK'", 1, "one of these attribute fields", "AND"),
    ("status = 'OK' -- all", 15, "AND", "--"),
    ("tags.k = 'unclosed", 10, "a closing '", "'unclosed"),
    ("tags.`k = 'x'", 6, "a closing `", "`k = 'x'"),
    ('tags.k = "' + "x" * 60, 10, 'a closing "', '"' + "x" * 38 + "…"),
    ("tags.k IN ('a')", 8, "one of =, !=, LIKE", "IN"),
    ("status IN ()", 12, "a text in quotes", ")"),
    ("status IN 'OK'", 11, "(", "'OK'"),
    ("status IN ('OK'", 16, ", or )", "the end"),
    ("status IN ('OK';", 16, ", or )", ";"),
    ("status IN ('OK' 'ERROR')", 17, ", or )", "'ERROR'"),
    ("status IN (1)", 12, "a text in quotes", "1"),
    ("timestamp > '5'", 13, "a number without quotes", "'5'"),
    ("timestamp > 5x", 13, "a number without quotes", "5x"),
    ("timestamp > NaN", 13, "a number without quotes", "NaN"),
    ("timestamp > 1e999", 13, "a number of at most 64 bits", "1e999"),
    ("timestamp > 9223372036854775808", 13, "at most 64 bits", "9223372036854775808"),
    ("timestamp IN (1, 2)", 11, "one of =, !=, >", "IN"),
    ("timestamp LIKE '5'", 11, "one of =, !=, >", "LIKE"),
    ("feedback.q > '0.5'", 14, "a number without quotes", "'0.5'"),
    ("feedback.q = maybe", 14, "a number without quotes", "maybe"),
    ("feedback.q LIKE 5", 17, "a text in quotes", "5"),
    ("feedback.q =", 13, "a text in quotes, a number, true or false", "the end"),
    ("feedback.q IN ('a')", 12, "one of =, !=, LIKE", "IN"),
    ("trace.text = 'x'", 12, "one of LIKE, ILIKE after content", "="),
    ("name RLIKE '('", 12, "a regular expression that RE2 accepts", "'('"),
    (r"name RLIKE '(a)\1'", 12, "a regular expression", r"'(a)\1'"),
    ("tags.k = 'a\0b'", 12, "a character that can be stored", "U+0000"),
    ("tags.k = '\ud800'", 11, "a character that can be stored", "U+D800"),
]


@pytest.mark.parametrize(("text", "family", "key", "operator", "value"), ONE_CONDITION)
def test_a_condition_becomes_one_comparison(text, family, key, operator, value):
    [comparison] = parse(text)

    column = len(text) - len(text.lstrip()) + 1
    assert comparison == Comparison(family, key, operator, value, column)


@pytest.mark.parametrize(("text", "position", "expected", "found"), MISTAKES)
def test_a_mistake_is_named_with_its_column(text, position, expected, found):
    with pytest.raises(FilterSyntax) as caught:
        parse(text)

    assert (caught.value.position, caught.value.found) == (position, found)
    assert expected in caught.value.expected


def test_the_message_of_a_mistake_reads_as_a_sentence():
    with pytest.raises(FilterSyntax) as caught:
        parse("status = 'OK' AND timestamp > 'now'")

    expected = "Column 31 of the filter: expected a number without quotes, found 'now'."
    assert str(caught.value) == expected


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_a_blank_filter_asks_for_nothing(text):
    assert parse(text) == ()


def test_conditions_are_joined_by_and_in_any_case():
    comparisons = parse("status = 'OK' AND tags.a = 'b'and feedback.q > 3 And name IS NULL")

    found = [(each.key, each.position) for each in comparisons]
    assert found == [("status", 1), ("a", 19), ("q", 35), ("name", 54)]


def test_an_integer_stays_an_integer():
    [comparison] = parse("timestamp_ms > 1700000000000")

    assert isinstance(comparison.value, int)


def test_fifty_conditions_are_read_and_the_fifty_first_is_refused():
    text = " AND ".join(["name = 'x'"] * 51)
    shorter = " AND ".join(["name = 'x'"] * 50)

    with pytest.raises(FilterSyntax, match="expected at most 50 conditions") as caught:
        parse(text)

    assert caught.value.position == text.rindex("name") + 1
    assert len(parse(shorter)) == 50


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name = '" + "x" * 4088 + "'", "4097 characters"),
        ("name = '" + "é" * 2044 + "'", "4097 bytes"),
    ],
)
def test_a_filter_beyond_four_kilobytes_is_refused(text, found):
    with pytest.raises(FilterSyntax, match="at most 4096 bytes") as caught:
        parse(text)

    assert caught.value.found == found


def test_a_filter_of_exactly_four_kilobytes_is_read():
    [comparison] = parse("name = '" + "x" * 4087 + "'")

    assert comparison.value == "x" * 4087


def test_a_pattern_beyond_its_limit_is_refused():
    assert parse(f"name RLIKE '{'x' * 256}'")[0].value == "x" * 256

    with pytest.raises(FilterSyntax, match="a pattern of at most 256 characters"):
        parse(f"name RLIKE '{'x' * 257}'")


def test_many_escaped_quotes_without_an_end_are_refused_at_once():
    with pytest.raises(FilterSyntax, match="a closing '"):
        parse("name = '" + "''" * 2000)


@pytest.mark.parametrize(
    ("clause", "family", "key", "descending"),
    [
        ("timestamp", "attribute", "timestamp_ms", False),
        ("timestamp_ms asc", "attribute", "timestamp_ms", False),
        ("attributes.timestamp  DESC ", "attribute", "timestamp_ms", True),
        ("execution_time desc", "attribute", "execution_time_ms", True),
        ("end_time_ms", "attribute", "end_time_ms", False),
        ("trace.status", "attribute", "status", False),
        ("request_id", "attribute", "trace_id", False),
        ("experiment_id", "attribute", "experiment_id", False),
        ("name", "attribute", "name", False),
        ("run_id DESC", "attribute", "run_id", True),
        ("tag.k desc", "tag", "k", True),
        ("tags.`my key`", "tag", "my key", False),
        ('tags."a b" DESC', "tag", "a b", True),
        ("metadata.`mlflow.trace.session`", "metadata", "mlflow.trace.session", False),
        ("request_metadata.x", "metadata", "x", False),
    ],
)
def test_an_order_key_becomes_one_term(clause, family, key, descending):
    assert parse_order([clause]) == (OrderTerm(family, key, descending),)


@pytest.mark.parametrize(
    ("clauses", "position", "words"),
    [
        ([""], 1, "order_by 1: expected a field"),
        (["name", "colour"], 1, "order_by 2: expected one of these keys: timestamp"),
        (["tags. desc"], 1, "one of these keys"),
        (["span.name"], 1, "one of these keys"),
        (["feedback.q"], 1, "one of these keys"),
        (["client_request_id"], 1, "one of these keys"),
        (["timestamp up"], 11, "expected ASC, DESC or the end, found up"),
        (["timestamp desc asc"], 16, "expected ASC, DESC or the end"),
        (["tags.a b"], 8, "expected ASC, DESC or the end"),
        (["name, status"], 5, "expected ASC, DESC or the end"),
        (["timestamp", "timestamp_ms DESC"], 1, "a key not named before"),
        (["tag.'x"], 5, "a closing '"),
        (["name"] * 51, 1, "at most 50 keys, found 51 keys"),
    ],
)
def test_an_order_that_cannot_be_followed_is_refused(clauses, position, words):
    with pytest.raises(FilterSyntax) as caught:
        parse_order(clauses)

    assert words in str(caught.value)
    assert caught.value.position == position


def test_no_order_keys_give_no_terms():
    assert parse_order([]) == ()


def test_every_prefix_has_at_least_one_field():
    keys = [*ATTRIBUTES, "id", "type"]

    found = {prefix for prefix in PREFIXES for key in keys if field(PREFIXES[prefix], key)}

    assert found == set(PREFIXES)


_PIECES = st.sampled_from(
    ["status", "tags.", "feedback.q", "span.attributes.x", "`k k`", "'OK'", '"', "'", "\\'", "(",
     ")", ",", "5", "-0.5", "AND", "timestamp", ";", "\0", "%", *OPERATORS]
)  # fmt: skip


def _place_of_mistake(text: str) -> int | None:
    try:
        parse(text)
    except FilterSyntax as mistake:
        return mistake.position
    return None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=14).map(" ".join)))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text):
    place = _place_of_mistake(text)

    assert place is None or 1 <= place <= len(text) + 1


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\\"), max_size=60))
def test_any_quoted_text_comes_back_as_it_was(value):
    quoted = "'" + value.replace("'", "''") + "'"

    [comparison] = parse(f"tags.k = {quoted}")

    assert comparison.value == value
