"""How a reader asked to see a trace, as the address of the page says: `?all` and `?plain=m3.t1`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from traces.excerpts import INLINE, WHOLE, Limits

WHOLE_PARAMETER = "all"
PLAIN_PARAMETER = "plain"
MOST_PARTS = 50


@dataclass(frozen=True, slots=True)
class View:
    """What one reader wants to see of one trace.

    query   of the page's address; what is none of ours stays in the links made of it
    parts   the parts that are shown as they were written: `m3` is the third message
    """

    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """How much of the trace the page shows."""
        return WHOLE if WHOLE_PARAMETER in self.query else INLINE

    @property
    def is_all_plain(self) -> bool:
        """Whether everything is shown as it was written."""
        return self.query.get(PLAIN_PARAMETER) == ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that are shown as they were written, when it is not everything."""
        named = self.query.get(PLAIN_PARAMETER, "").split(".")[:MOST_PARTS]
        return tuple(part for part in named if part)

    def is_plain(self, part: str) -> bool:
        """Whether this part is shown as it was written."""
        return self.is_all_plain or part in self.parts

    def toggled(self, part: str) -> str:
        """The query of the page with this part shown the other way; `` stands for all parts."""
        if not part:
            return self._with(None if self.is_all_plain else "")
        others = [each for each in self.parts if each != part]
        parts = others if part in self.parts else [*others, part]
        return self._with(".".join(parts) or None)

    @property
    def whole(self) -> str:
        """The query of the page without limits of size."""
        return "?" + urlencode({**self.query, WHOLE_PARAMETER: ""})

    def _with(self, plain: str | None) -> str:
        rest = {key: value for key, value in self.query.items() if key != PLAIN_PARAMETER}
        return "?" + urlencode(rest if plain is None else {**rest, PLAIN_PARAMETER: plain})
