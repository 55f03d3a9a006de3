from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traces.documents import (
    cited_numbers,
    fitted,
    overlaps,
    read_documents,
    read_list,
    with_answer,
)
from traces.excerpts import Room
from traces.json_values import Json
from traces.records import OUTPUTS, SpanRecord


def retriever(span_id: str, outputs: Json, parent: str | None = None) -> SpanRecord:
    return SpanRecord(
        trace_id="tr-1", span_id=span_id, parent_span_id=parent, name="search",
        span_type="RETRIEVER", start_ns=0, attributes={OUTPUTS: outputs},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outputs", "title", "source", "score", "text"),
    [
        ([{"page_content": "T", "metadata": {"title": "A", "source": "a.md", "score": 0.5}}],
         "A", "a.md", 0.5, "T"),
        ([{"page_content": "# First line\nmore", "metadata": {"doc_uri": "u"}, "id": "1"}],
         "First line", "u", None, "# First line\nmore"),
        ([{"content": "T", "score": 1, "url": "https://x.example"}], "T", "https://x.example", 1.0,
         "T"),
        ([{"id": ["langchain", "Document"], "kwargs": {"page_content": "T",
           "metadata": {"name": "N"}}}], "N", None, None, "T"),
        ([{"node": {"text": "T", "metadata": {"file_name": "f.txt"}}, "score": 0.25}], "T", "f.txt",
         0.25, "T"),
        ([[{"page_content": "T", "metadata": {}}, 0.75]], "T", None, 0.75, "T"),
        ([{"document": "T"}], "T", None, None, "T"),
        ([{"document": {"content": "T"}, "metadata": {"path": "p"}}], "T", "p", None, "T"),
        ({"documents": [{"text": "T", "score": True}]}, "T", None, None, "T"),
        ({"page_content": "T"}, "T", None, None, "T"),
        ('[{"page_content": "T"}]', "T", None, None, "T"),
        (["T"], "T", None, None, "T"),
        (["###\n***"], "Untitled document", None, None, "###\n***"),
        (["x" * 200], "x" * 119 + "…", None, None, "x" * 200),
    ],
)  # fmt: skip
def test_a_document_is_read_in_every_spelling(outputs, title, source, score, text):
    [document] = read_list(outputs)

    found = (document.title, document.source, document.score, document.text)
    assert found == (title, source, score, text)


@pytest.mark.parametrize(
    "outputs", [None, "no list", 5, [], [5], [{"id": 1}], [[5, 1]], {}, [{"page_content": "  "}]]
)
def test_what_holds_no_text_is_no_document(outputs):
    assert read_list(outputs) == ()


def test_documents_are_numbered_through_all_retrievers():
    spans = [retriever("a", ["one", "two"]), retriever("b", ["three"])]

    documents = read_documents(spans)

    assert [(each.rank, each.text) for each in documents] == [(1, "one"), (2, "two"), (3, "three")]


def test_a_retriever_inside_a_retriever_counts_once():
    spans = [retriever("a", ["one"]), retriever("b", ["one"], parent="a"), retriever("c", [])]
    spans.append(retriever("d", ["two"], parent="c"))

    documents = read_documents(spans)

    assert [each.text for each in documents] == ["one", "two"]


def test_a_ring_of_parents_ends():
    spans = [retriever("a", ["one"], parent="b"), retriever("b", [], parent="a")]

    assert [each.text for each in read_documents(spans)] == ["one"]


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("as shown [1].", {1}),
        ("as shown[2][3]", {2, 3}),
        ("see [1, 4]", {1, 4}),
        ("see [^2]", {2}),
        ("see 【3†source】", {3}),
        ("see [12345] and [a] and 7", set()),
        ("[" * 100_000, set()),
    ],
)
def test_cited_numbers_are_found(answer, numbers):
    assert cited_numbers(answer) == numbers


def test_a_document_is_cited_by_its_number_or_its_source():
    documents = read_documents(
        [retriever("a", ["one", {"text": "two", "url": "https://x.example/b"}, "three"])]
    )

    marked = with_answer(documents, "First [1], then https://x.example/b.")

    assert [each.cited for each in marked] == [True, True, False]


ANSWER = "The span is ended only when the iterator is **exhausted**."


@pytest.mark.parametrize(
    ("document", "parts"),
    [
        ("Note: the span is ended only when the iterator stops.",
         ["the span is ended only when the iterator"]),
        ("THE SPAN, is ended\nonly if it ends", []),
        ("THE SPAN, is ended\nonly when!", ["THE SPAN, is ended\nonly when"]),
        ("the span is ended only", []),
        ("the span is ended only when. And: only when the iterator is exhausted",
         ["the span is ended only when", "only when the iterator is exhausted"]),
        ("", []),
    ],
)  # fmt: skip
def test_six_words_in_a_row_match(document, parts):
    ranges = overlaps(document, ANSWER)

    assert [document[start:end] for start, end in ranges] == parts


def test_scripts_without_spaces_match_by_character():
    assert overlaps("関係する迭代器が終わる", "ここで迭代器が終わるとき") == [(4, 11)]


def test_a_short_answer_matches_nothing():
    assert overlaps("one two three four five six", "one two three four five") == []


@settings(deadline=None)
@given(st.text("ab .\n", max_size=120), st.text("ab .\n", max_size=120))
def test_matches_are_separate_ascending_and_inside(document, answer):
    ranges = overlaps(document, answer)

    edges = [edge for each in ranges for edge in each]
    assert edges == sorted(set(edges))
    assert all(0 <= edge <= len(document) for edge in edges)


def test_matching_takes_time_in_proportion_to_the_length():
    text = "ab " * 80_000

    started = time.process_time()
    overlaps(text, text)

    assert time.process_time() - started < 3


def test_every_document_gets_its_share_of_the_page():
    documents = read_list(["x" * 100, "y" * 4000, "&" * 4000, "z" * 200])

    shown = fitted(documents, Room(3000))

    assert [len(each.text) for each in shown] == [100, 966, 193, 200]
    assert [each.is_cut for each in shown] == [False, True, True, False]
