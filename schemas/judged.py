"""PURE: what a judge wrote, as an answer to a question that people answer too."""

from __future__ import annotations

from schemas.inputs import Categorical, Input, PassFail
from traces.json_values import Json

# mlflow 3.17.2, genai/judges/utils: CategoricalRating is written as "yes" and "no".
PASSING = frozenset({"yes", "true", "pass"})
FAILING = frozenset({"no", "false", "fail"})


def as_answer(spec: Input, value: Json) -> Json:
    """The value in the spelling of the question; what has no such spelling stays as it is.

    Pass/fail: yes, true, pass or the positive label, and their opposites, in any case. Single
    choice: an option in another case, when it can be only one; several choices: each of them.
    """
    match spec, value:
        case PassFail(), str():
            return _verdict(spec, value)
        case Categorical(multi_select=True), list():
            return [_option(spec, one) for one in value]
        case Categorical(multi_select=False), str():
            return _option(spec, value)
        case _:
            return value


def failing_answer(spec: Input) -> Json:
    """What a judge of this question is there to catch; null where the question does not say."""
    return False if isinstance(spec, PassFail) else None


def _verdict(spec: PassFail, said: str) -> Json:
    word = said.strip().casefold()
    labels = spec.positive_label.casefold(), spec.negative_label.casefold()
    if word in labels:
        return word == labels[0]
    if word in PASSING:
        return True
    return False if word in FAILING else said


def _option(spec: Categorical, said: Json) -> Json:
    if not isinstance(said, str) or said in spec.options:
        return said
    word = said.strip().casefold()
    found = [option for option in spec.options if option.casefold() == word]
    return found[0] if len(found) == 1 else said
