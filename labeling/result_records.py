"""What is stored of a question beside its agreement, in the API's shape."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from assessments.question_consensus import Combined
from assessments.reviewers import Compared, ReviewerFigures
from labeling.questions import Asked
from traces.json_values import Json


def consensus_record(each: Asked, combined: Combined, emails: dict[int, str]) -> dict[str, Json]:
    """The API's record of how the answers to a question were combined."""
    model: dict[str, Json] | None = asdict(combined.model) if combined.model else None
    if combined.model and model:
        model["reviewers"] = [
            asdict(one) | {"reviewer": emails[one.reviewer]} for one in combined.model.reviewers
        ]
    weights = [
        {"reviewer": emails[reviewer], "weight": weight}
        for reviewer, weight in sorted(combined.weights.items())
    ]
    return {
        "method": each.consensus,
        "unmet": combined.unmet,
        "model": model,
        "weights": cast("Json", weights),
    }


def reviewer_record(
    one: ReviewerFigures, repeats: dict[int, Compared], emails: dict[int, str]
) -> dict[str, Json]:
    """The API's record of a reviewer on one question.

    repeats   how often they answer as the first time, by reviewer; nobody without repeats
    """
    return {
        "reviewer": emails[one.reviewer],
        "n_answers": one.n_answers,
        "match": compared_record(one.match),
        "gold": compared_record(one.gold),
        "repeats": compared_record(repeats.get(one.reviewer, one.repeats)),
        "options": [
            {"option": rated.option, "chosen": compared_record(rated.chosen)}
            for rated in one.options
        ],
    }


def compared_record(figure: Compared) -> dict[str, Json]:
    """A share, its interval, the peers' figure and whether it stands out."""
    interval = figure.share.interval
    return {
        "value": figure.share.value,
        "interval": list(interval) if interval else None,
        "n": figure.share.n,
        "peers": figure.peers,
        "stands_out": figure.stands_out,
    }
