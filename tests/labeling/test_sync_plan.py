"""What is settled, what contradicts itself, what is listed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeling.sync_plan import MOST_LISTED, Asking, Conflict, Differing, Heard, Report, settled

TEXT = Asking(name="expected_response", scale="none")
TONE = Asking(name="expected_tone", scale="nominal", options=("Friendly", "Rude"))


@pytest.mark.parametrize(
    ("asking", "values", "minimum", "expected"),
    [
        (TEXT, ["yes"], 2, "yes"),
        (TEXT, [["a", "b"], ["a", "b"]], 1, ["a", "b"]),
        (TONE, ["Rude"], 3, "Rude"),
        (TONE, ["Rude", "Friendly", "Rude"], 3, "Rude"),
    ],
)
def test_the_only_the_agreed_or_the_combined_answer_is_settled(asking, values, minimum, expected):
    assert settled(asking, values, minimum=minimum) == expected


@pytest.mark.parametrize(
    ("values", "computed", "expected"),
    [
        (["Friendly", "Rude"], "Rude", "Rude"),
        (["Friendly", "Rude"], None, Differing(["Friendly", "Rude"])),
        (["Friendly", "Friendly", "Rude"], None, Differing(["Friendly", "Rude"])),
        (["Rude"], "Friendly", "Rude"),
    ],
)
def test_what_a_model_computed_settles_answers_that_differ(values, computed, expected):
    asking = replace(TONE, by_model=True)

    assert settled(asking, values, minimum=1, computed=computed) == expected


@pytest.mark.parametrize(
    ("asking", "values", "minimum"),
    [
        (TEXT, ["yes", "no"], 1),
        (TEXT, ["yes", "no", "yes"], 1),
        (TONE, ["Rude", "Friendly"], 2),
        (TONE, ["Rude", "Friendly", "Rude"], 4),
    ],
)
def test_differing_answers_without_a_consensus_are_unresolved(asking, values, minimum):
    assert settled(asking, values, minimum=minimum) == Differing(list(dict.fromkeys(values)))


def test_equal_values_agree_however_they_are_spelled():
    heard = Heard()
    heard.hear("d", {"n": 4, "o": {"a": 1, "b": 2}})
    heard.hear("d", {"n": 4.0, "o": {"b": 2, "a": 1}})

    assert heard.agrees("d", "n", 4)
    assert heard.agrees("d", "o", {"a": 1, "b": 2})


def test_a_value_that_contradicts_or_was_never_heard_does_not_agree():
    heard = Heard()
    heard.hear("d", {"n": True, "m": 1})
    heard.hear("d", {"n": 1})
    heard.hear("e", {"n": 1})

    assert not heard.agrees("d", "n", 1)
    assert not heard.agrees("d", "m", 2)
    assert not heard.agrees("d", "x", 1)
    assert heard.agrees("e", "n", 1)


def test_a_record_that_changed_once_did_change():
    report = Report()
    for digest in ("a", "b"):
        report.wrote(digest, "unchanged" if digest == "a" else "inserted")
        report.wrote(digest, "updated")
        report.wrote(digest, "unchanged")
    report.wrote("c", "unchanged")

    assert [report.count(name) for name in ("inserted", "updated", "unchanged")] == [1, 1, 1]


def test_a_conflict_lists_each_value_once():
    report = Report()
    report.leave_out(("d", "n"), {"q": 1}, [4, 5])
    report.leave_out(("d", "n"), {"q": 1}, [4.0, 6])

    assert list(report.conflicts.values()) == [
        Conflict(inputs={"q": 1}, name="n", values=[4, 5, 6])
    ]


def test_lists_end_and_counts_do_not():
    report = Report()
    for number in range(MOST_LISTED + 2):
        report.leave_out((str(number), "n"), {}, [1, 2])
        report.leave_unresolved({"item_id": "i"}, "n", [1, 2])
        report.skip({"item_id": "i"})

    assert [len(report.conflicts), len(report.unresolved), len(report.skipped)] == [1000] * 3
    assert [report.n_conflicts, report.n_unresolved, report.n_skipped] == [1002] * 3
