"""Draws can be repeated."""

from __future__ import annotations

import pytest

from labeling.sampling import InvalidSample, Sample, draw, parse_sample

IDS = [f"tr-{n}" for n in range(20)]


def test_the_newest_come_first() -> None:
    assert draw(IDS, Sample(n=3)) == ["tr-0", "tr-1", "tr-2"]


def test_equal_seeds_give_equal_draws_whatever_the_order() -> None:
    sample = Sample(n=5, how="random", seed=7)

    assert draw(IDS, sample) == draw(IDS[::-1], sample)
    assert draw(IDS, sample) != draw(IDS, Sample(n=5, how="random", seed=8))
    assert len(draw(IDS, Sample(n=50, how="random"))) == 20


def test_a_sample_is_read() -> None:
    assert parse_sample(5, "random", 1) == Sample(n=5, how="random", seed=1)


@pytest.mark.parametrize(
    ("n", "how", "seed", "field"),
    [
        (0, "newest", 0, "sample.n"),
        (True, "newest", 0, "sample.n"),
        ("5", "newest", 0, "sample.n"),
        (5, "balanced", 0, "sample.how"),
        (5, "random", -1, "sample.seed"),
        (5, "random", 1.5, "sample.seed"),
    ],
)
def test_a_wrong_sample_names_the_part(n, how, seed, field) -> None:
    with pytest.raises(InvalidSample) as caught:
        parse_sample(n, how, seed)

    assert caught.value.field == field
