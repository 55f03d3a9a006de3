"""A judge against people: confusion, rates, κ and its ceiling, numbers, and what is left out."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.alignment import Alignment, Case, HumanAnswers, align, misses
from assessments.coding import encode
from assessments.coefficients import cohen_kappa
from assessments.human_ceiling import conger_kappa
from assessments.intervals import Figure, share_of
from assessments.judge_figures import absolute_error, judge_kappa, spearman
from assessments.prevalence import corrected_rate
from assessments.scales import Scale
from assessments.tables import arrange
from tests.assessments.oracle import quadratic_kappa
from tests.assessments.published import SHROUT_FLEISS, from_lines, from_rows
from traces.json_values import Json

LEVELS = ["poor", "fair", "good", "great"]
SCALES: list[Scale] = ["nominal", "ordinal", "interval", "ratio", "set", "none"]


def cases_of(pairs) -> list[Case]:
    return [Case(key=key, human=human, judge=judge) for key, (human, judge) in enumerate(pairs)]


def verdicts() -> list[Case]:
    """Of 48: 31 pass by both, 9 fail by both, 6 the judge missed, 2 false alarms."""
    pairs = [((True, True), 31), ((False, True), 6), ((True, False), 2), ((False, False), 9)]
    return cases_of([pair for pair, n in pairs for _ in range(n)])


def aligned(scale: Scale, cases: list[Case], **more) -> Alignment:
    return align(scale, cases, **{"seed": 1, "draws": 200, **more})


@pytest.mark.parametrize("scale", SCALES)
def test_every_figure_is_plain_json(scale):
    """orjson refuses what is not: numpy's numbers."""
    odd: dict[str, list[Json]] = {"set": [["a"], ["b"]], "interval": [1, 2], "ratio": [1, 2]}
    one, other = odd.get(scale, ["a", "b"])
    people = HumanAnswers(keys=[0, 0, 1, 1], reviewers=[1, 2, 1, 2], values=[one, one, one, other])

    found = aligned(scale, cases_of([(one, one), (one, other)]), target="a", people=people)

    assert orjson.loads(orjson.dumps(asdict(found)))["scale"] == scale
    assert all(np.isfinite(figure) for figure in numbers_in(asdict(found)))


def numbers_in(value) -> list[float]:
    """Every number at any depth."""
    if isinstance(value, dict):
        return [number for one in value.values() for number in numbers_in(one)]
    if isinstance(value, list | tuple):
        return [number for one in value for number in numbers_in(one)]
    return [value] if isinstance(value, int | float) else []


def test_a_judge_of_passing_and_failing():
    found = aligned("nominal", verdicts(), options=[True, False], target=False)

    assert found.confusion == [[31, 2], [6, 9]]
    assert found.agreed == share_of(40, 48)
    assert found.target is not None
    assert found.target.catch_rate == share_of(9, 15)
    assert found.target.false_alarms == share_of(2, 33)
    assert found.target.precision == share_of(9, 11)
    assert found.target.catch_rate.interval == pytest.approx((0.357, 0.802), abs=0.0005)
    assert found.kappa.value == pytest.approx(0.5817, abs=5e-5)
    assert found.kappa.interval is not None
    assert found.kappa.interval[0] < 0.5817 < found.kappa.interval[1]
    assert found.few == []


def test_the_pass_rate_is_corrected_by_what_the_judge_misses():
    """By hand: fails p = 11 / 48, Se = 9 / 15, Sp = 31 / 33; (p + Sp - 1) / (Se + Sp - 1)."""
    found = aligned("nominal", verdicts(), options=[True, False], target=False)

    assert found.judge_pass_rate == share_of(37, 48)
    assert found.corrected_pass_rate.value == pytest.approx(33 / 48)
    assert found.corrected_pass_rate.interval is not None
    assert found.corrected_pass_rate.interval == pytest.approx((0.345, 0.956), abs=0.0005)


def test_cases_that_people_have_not_answered_count_for_the_pass_rate_only():
    more = [Case(key=100 + i, judge=False) for i in range(12)]

    found = aligned("nominal", [*verdicts(), *more], options=[True, False], target=False)

    assert (found.n, found.n_unlabeled) == (48, 12)
    assert found.judge_pass_rate == share_of(37, 60)


def test_errors_ambiguity_and_misfits_are_counted_apart():
    odd = [
        Case(key=100, human=True, judge=None, is_error=True),
        Case(key=101, human=True, judge=True, is_ambiguous=True),
        Case(key=102, human=True, judge=False, is_error=True, is_ambiguous=True),
        Case(key=103, human=True, judge="maybe"),
        Case(key=104, human=True),
    ]

    found = aligned("nominal", [*verdicts(), *odd], options=[True, False], target=False)

    counts = (found.n, found.n_errors, found.n_ambiguous, found.n_misfits, found.n_unlabeled)
    assert counts == (48, 2, 1, 1, 0)
    assert found.agreed == share_of(40, 48)
    assert found.judge_pass_rate.n == 48


def test_misses_are_the_cases_that_differ():
    odd = [Case(key=100, human=True, judge=False, is_error=True), Case(key=101, human=True)]

    found = misses("nominal", [*verdicts(), *odd])

    assert [case.key for case in found] == list(range(31, 39))


def test_several_options_have_rates_each_and_few_cases_are_named():
    pairs = [("poor", "poor")] * 10 + [("fair", "poor")] * 3 + [("good", "good")]

    found = aligned("ordinal", cases_of(pairs), options=LEVELS, target="poor")

    assert [(one.n_human, one.n_judge, one.n_both) for one in found.rates] == [
        (10, 13, 10),
        (3, 0, 0),
        (1, 1, 1),
        (0, 0, 0),
    ]
    assert found.few == ["fair", "good", "great"]
    assert found.rates[1].precision == share_of(0, 0)
    assert found.kappa.value == pytest.approx(
        quadratic_kappa([0] * 10 + [1] * 3 + [2], [0] * 13 + [2], 4)
    )


def test_undeclared_options_are_taken_in_a_fixed_order():
    pairs = [("b", "a"), ("a", "a"), ("b", "b")]

    one, other = (aligned("nominal", cases_of(each)) for each in (pairs, pairs[::-1]))

    assert one.options == other.options == ["a", "b"]
    assert one.confusion == other.confusion == [[1, 0], [1, 1]]


def test_ordered_numbers_without_options_are_ordered_by_size():
    found = aligned("ordinal", cases_of([(10, 9), (9, 9), ("x", 9)]))

    assert (found.options, found.n, found.n_misfits) == ([9, 10], 2, 1)


def test_several_choices_are_rated_member_by_member():
    pairs = [(["a", "b"], ["a"]), (["b"], ["b"]), (["a"], ["a", "x"])]

    found = aligned("set", cases_of(pairs), options=["a", "b"], target="b")

    assert found.agreed == share_of(1, 3)
    assert [(one.n_human, one.n_judge, one.n_both) for one in found.rates] == [(2, 2, 2), (2, 1, 1)]
    assert (found.confusion, found.kappa) == ([], Figure(undefined="scale"))
    assert found.judge_pass_rate == share_of(1, 2)


def test_several_choices_without_declared_options_rate_what_occurs():
    found = aligned("set", cases_of([(["b"], ["a"]), (["b"], "b")]), target="b")

    assert (found.options, found.n, found.n_misfits) == (["a", "b"], 1, 1)
    assert found.judge_pass_rate == share_of(1, 1)


def test_without_a_target_there_is_no_pass_rate():
    found = aligned("nominal", verdicts(), options=[True, False])

    assert (found.target, found.judge_pass_rate) == (None, share_of(0, 0))
    assert found.corrected_pass_rate == Figure(undefined="no_target")


def test_numbers_have_an_error_and_a_rank_correlation():
    pairs = [(1, 1.5), (2, 2), (3, 5), (4, 4.25)]

    found = aligned("interval", cases_of(pairs), tolerance=0.25)

    assert found.absolute_error.value == pytest.approx(0.6875)
    assert found.absolute_error.interval is not None
    assert found.spearman.value == pytest.approx(0.8)
    assert found.agreed == share_of(2, 4)
    assert (found.confusion, found.kappa) == ([], Figure(undefined="scale"))


def test_people_among_themselves_are_the_ceiling_on_the_same_cases():
    """Four judges of Shrout & Fleiss; the mean of their six mean differences on the first case."""
    columns = from_lines(SHROUT_FLEISS)
    people = HumanAnswers(keys=columns.items, reviewers=columns.reviewers, values=columns.values)

    found = aligned("interval", [Case(key=0, human=6, judge=7)], people=people)

    gaps = [abs(one - other) for one in (9, 2, 5, 8) for other in (9, 2, 5, 8)]
    assert found.human_difference == pytest.approx(sum(gaps) / 12)


def test_the_ceiling_counts_every_case_the_judge_spoke_of():
    """Whether people came to one answer or not; not what was never judged, failed or ambiguous."""
    people = HumanAnswers(
        keys=[0, 0, 1, 1, 2, 2, 7, 7, 8, 8, 9, 9],
        reviewers=[1, 2] * 6,
        values=["a", "a", "b", "b", "a", "b", "a", "b", "a", "b", "a", "b"],
    )
    cases = [
        *cases_of([("a", "a"), ("b", "b"), (None, "b")]),
        Case(key=7, human="a", judge=None, is_error=True),
        Case(key=8, human="a", judge="b", is_ambiguous=True),
    ]

    found = aligned("nominal", cases, people=people)

    assert (found.n, found.n_unlabeled) == (2, 1)
    assert found.human_kappa.value == pytest.approx(0.4)
    assert found.human_kappa.value == pytest.approx(cohen_kappa([0, 1, 0], [0, 1, 1]))


@pytest.mark.parametrize("human", ["consensus", "settled", "one reviewer"])
def test_the_ceiling_is_that_of_all_items_whoever_stands_for_people(human):
    """Two people have a consensus only where they agree, and an adjudicator where they differ: on
    either part alone they would be perfect, or worse than chance.
    """
    rng = np.random.default_rng(3)
    first = rng.integers(2, size=60)
    second = np.where(rng.random(60) < 0.75, first, 1 - first)
    sides = {
        "consensus": np.where(first == second, first, -1),
        "settled": np.where(first == second, -1, first),
        "one reviewer": first,
    }[human].tolist()
    cases = [Case(key=n, human=None if v < 0 else v, judge=0) for n, v in enumerate(sides)]
    people = HumanAnswers(
        keys=[n for n in range(60) for _ in range(2)],
        reviewers=[1, 2] * 60,
        values=np.stack([first, second], axis=1).ravel().tolist(),
    )

    options = aligned("nominal", cases, options=[0, 1], people=people)
    numbers = aligned("interval", cases, people=people)

    assert 0 < options.n <= 60
    truth = cohen_kappa(first, second)
    assert truth is not None
    assert 0.1 < truth < 0.8
    assert options.human_kappa.value == pytest.approx(truth)
    assert numbers.human_difference == pytest.approx(np.abs(first - second).mean())


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("a",), ("b",)], "one_reviewer"),
        ([], "too_few_items"),
        ([("a", None), (None, "b")], "too_few_items"),
        ([("a", "a"), ("a", "a")], "no_variation"),
    ],
)
@pytest.mark.parametrize("quadratic", [False, True])
def test_an_undefined_ceiling_has_its_reason(rows, reason, quadratic):
    columns = from_rows(rows or [(None,)])
    answers = arrange(
        columns.items, columns.reviewers, encode("ordinal", columns.values, ["a", "b"])
    )

    found = conger_kappa(answers, 2, quadratic=quadratic, seed=1, draws=10)

    assert found == Figure(undefined=reason)


def test_two_people_who_answered_everything_have_cohens_kappa():
    rows = [(0, 0), (1, 2), (2, 2), (0, 1), (3, 1), (3, 3)]
    columns = from_rows(rows)
    answers = arrange(columns.items, columns.reviewers, encode("interval", columns.values, []))

    for quadratic in (False, True):
        found = conger_kappa(answers, 4, quadratic=quadratic, seed=1, draws=50)
        first, second = zip(*rows, strict=True)
        assert found.value == pytest.approx(cohen_kappa(first, second, quadratic=quadratic))
        assert found.interval is not None
        assert found.value is not None
        assert found.interval[0] <= found.value <= found.interval[1]


@pytest.mark.parametrize("quadratic", [False, True])
def test_draws_in_which_nobody_else_is_left_are_left_out(quadratic):
    """The second person answered two items of six, so that about one draw in eleven is without."""
    columns = from_rows([(0, 0), (1, 0), (1,), (2,), (2,), (0,)])
    answers = arrange(columns.items, columns.reviewers, encode("interval", columns.values, []))

    found = conger_kappa(answers, 3, quadratic=quadratic, seed=1, draws=400)

    assert found.interval is not None
    assert np.isfinite(found.interval).all()


def test_without_draws_there_are_values_without_intervals():
    codes, numbers = np.array([0, 1, 1]), np.array([0.0, 1.0, 1.0])
    answers = arrange([0, 0, 1, 1], [1, 2, 1, 2], encode("interval", [0, 1, 1, 1], []))

    assert judge_kappa(codes, codes, 2, quadratic=False, seed=1, draws=0) == Figure(value=1.0)
    assert absolute_error(numbers, numbers, seed=1, draws=0) == Figure(value=0.0)
    assert conger_kappa(answers, 2, quadratic=False, seed=1, draws=0).interval is None


@pytest.mark.parametrize("quadratic", [False, True])
def test_drawn_kappas_are_those_of_the_drawn_cases(quadratic):
    """Each case on its own, so that a draw is a table of its own."""
    rng = np.random.default_rng(4)
    human, judge = rng.integers(3, size=(2, 30))

    found = judge_kappa(human, judge, 3, quadratic=quadratic, seed=1, draws=2000)

    drawn = rng.integers(30, size=(2000, 30))
    kappas = [cohen_kappa(human[rows], judge[rows], quadratic=quadratic) for rows in drawn]
    assert found.interval == pytest.approx(
        np.percentile(np.array(kappas, dtype=float), [2.5, 97.5]), abs=0.06
    )


@pytest.mark.parametrize(
    ("human", "judge", "reason"),
    [([], [], "no_cases"), ([1, 1], [1, 1], "no_variation")],
)
def test_an_undefined_kappa_has_its_reason(human, judge, reason):
    columns = np.array(human, dtype=np.int64), np.array(judge, dtype=np.int64)

    assert judge_kappa(*columns, 2, quadratic=False, seed=1, draws=9) == Figure(undefined=reason)


@pytest.mark.parametrize(
    ("human", "judge", "figure"),
    [
        ([], [], Figure(undefined="too_few_items")),
        ([1], [2], Figure(undefined="too_few_items")),
        ([1, 1], [1, 2], Figure(undefined="no_variation")),
        ([1, 2, 3], [4, 5, 9], Figure(value=1.0)),
        ([1, 2, 3, 4], [9, 8, 7, 1], Figure(value=-1.0)),
    ],
)
def test_rank_correlation_at_its_ends(human, judge, figure):
    assert spearman(np.array(human, dtype=float), np.array(judge, dtype=float)) == figure


def test_the_interval_of_a_rank_correlation_is_fishers_widened():
    """By hand: r = 0.8, n = 4: tanh(1.0986 ± 1.96 √1.32)."""
    found = spearman(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 4, 3]))

    assert found.interval == pytest.approx((-0.8192, 0.9975), abs=0.001)


def test_errors_beyond_the_range_of_numbers_are_undefined():
    huge = np.array([1e308, 1.0])

    assert absolute_error(huge, -huge, seed=1, draws=9) == Figure(undefined="out_of_range")
    assert absolute_error(huge[:0], huge[:0], seed=1, draws=9) == Figure(undefined="no_cases")


@pytest.mark.parametrize(
    ("alarms", "caught", "quiet", "reason"),
    [
        ((0, 0), (1, 1), (1, 1), "no_cases"),
        ((1, 1), (0, 0), (1, 1), "no_cases"),
        ((1, 1), (1, 1), (0, 0), "no_cases"),
        ((5, 10), (1, 2), (1, 2), "no_better_than_chance"),
        ((5, 10), (0, 2), (0, 2), "no_better_than_chance"),
    ],
)
def test_an_undefined_correction_has_its_reason(alarms, caught, quiet, reason):
    assert corrected_rate(alarms, caught, quiet) == Figure(undefined=reason)


def test_the_corrected_interval_follows_lang_and_reiczigel():
    """Equations 6, 7, 16 and 17 written out for 30 of 200, 45 of 50 caught, 90 of 100 quiet."""
    z = 1.959963984540054
    n, p = 200 + z**2, (30 + z**2 / 2) / (200 + z**2)
    se, sp = 46 / 52, 91 / 102
    rate = (p + sp - 1) / (se + sp - 1)
    a, b = se * (1 - se) / 52, sp * (1 - sp) / 102
    shift = 2 * z**2 * (rate * a - (1 - rate) * b)
    half = z * np.sqrt(p * (1 - p) / n + rate**2 * a + (1 - rate) ** 2 * b) / (se + sp - 1)

    found = corrected_rate((30, 200), (45, 50), (90, 100))

    assert found.value == pytest.approx(0.0625)
    assert found.interval == pytest.approx((max(0.0, rate + shift - half), rate + shift + half))


def test_a_judge_known_from_a_handful_says_nothing_about_the_rate():
    """Better than chance in the sample only: after smoothing no power is left."""
    found = corrected_rate((500, 1000), (3, 5), (410, 1000))

    assert found.interval == (0.0, 1.0)


@pytest.mark.slow
def test_the_corrected_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(400):
        alarms = int(rng.binomial(300, 0.3 * 0.85 + 0.7 * 0.1))
        found = corrected_rate(
            (alarms, 300), (int(rng.binomial(60, 0.85)), 60), (int(rng.binomial(140, 0.9)), 140)
        )
        low, high = found.interval or (1.0, 0.0)
        inside += low <= 0.3 <= high

    assert 368 <= inside <= 396


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("pairs", [[], [(None, None)], [("a", None)], [(["a"], 1)]])
def test_little_or_odd_input_gives_no_figure_and_no_crash(scale, pairs):
    found = aligned(scale, cases_of(pairs), target="a")

    assert orjson.loads(orjson.dumps(asdict(found)))["n"] == found.n
    assert found.agreed.n == found.n


def test_free_text_is_not_compared():
    found = aligned("none", cases_of([("so", "so"), ("so", "thus")]))

    assert (found.n, found.agreed, found.rates) == (0, share_of(0, 0), [])
    assert found.kappa == Figure(undefined="scale")


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(*[st.none() | st.sampled_from([*LEVELS, "x"])] * 2), max_size=12),
    st.permutations(LEVELS),
    st.randoms(use_true_random=False),
)
def test_renaming_options_and_reordering_cases_changes_no_nominal_figure(pairs, names, random):
    new_name: dict[str | None, str | None] = {"x": "x", None: None}
    new_name |= dict(zip(LEVELS, names, strict=True))
    renamed = [(new_name[human], new_name[judge]) for human, judge in pairs]
    random.shuffle(renamed)

    one = aligned("nominal", cases_of(pairs), options=LEVELS, target="poor")
    other = aligned("nominal", cases_of(renamed), options=LEVELS, target=new_name["poor"])

    assert (one.n, one.n_misfits, one.agreed) == (other.n, other.n_misfits, other.agreed)
    assert one.kappa.undefined == other.kappa.undefined
    assert one.kappa.value == pytest.approx(other.kappa.value)
    assert one.target is not None
    assert other.target == replace(one.target, option=new_name["poor"])
    assert one.corrected_pass_rate == other.corrected_pass_rate
