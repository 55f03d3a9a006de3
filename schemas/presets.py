"""PURE: the well-known expectation names with the value shapes MLflow's judges read.

Source: mlflow 3.17.2, genai/label_schemas/__init__.py (names) and genai/judges (value shapes).
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.inputs import Input, Text, TextList


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A ready-made label schema."""

    name: str
    title: str
    instruction: str
    input: Input


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="expected_response",
            title="Write the answer you would have given",
            instruction="The whole answer, as the person who asked should have read it.",
            input=Text(),
        ),
        Preset(
            name="expected_facts",
            title="What must a right answer mention?",
            instruction="One fact per line. They become the expected facts of evaluations.",
            input=TextList(max_length_each=500, max_count=50),
        ),
        Preset(
            name="guidelines",
            title="Which rules must a right answer follow?",
            instruction="One rule per line.",
            input=TextList(max_length_each=500, max_count=50),
        ),
    )
}
