"""How frequent something is, from the alarms of a judge whose mistakes are known from a sample."""

from __future__ import annotations

import math

from assessments.intervals import NORMAL_95, Figure

Counts = tuple[int, int]


def corrected_rate(alarms: Counts, caught: Counts, quiet: Counts) -> Figure:
    """The true rate of what the judge looks for, between 0 and 1: (p + Sp - 1) / (Se + Sp - 1).

    alarms   of how many cases judged (p)
    caught   alarms among the cases in which people saw it (Se, sensitivity)
    quiet    no alarm among the cases in which people did not see it (Sp, specificity)

    Undefined: no_cases       nothing was judged, or people saw it always or never
               no_better_than_chance   Se + Sp ≤ 1, so that alarms say nothing
    The value is clipped to [0, 1]; so is the interval, which counts in that all three are samples.
    Sources: Rogan & Gladen 1978; Lang & Reiczigel 2014, "Confidence limits for prevalence of
    disease adjusted for estimated sensitivity and specificity", equations 2, 4, 16 and 17.
    """
    if not (alarms[1] and caught[1] and quiet[1]):
        return Figure(undefined="no_cases")
    p, se, sp = (part / whole for part, whole in (alarms, caught, quiet))
    if se + sp <= 1:
        return Figure(undefined="no_better_than_chance")
    return Figure(
        value=_clipped((p + sp - 1) / (se + sp - 1)), interval=_interval(alarms, caught, quiet)
    )


def _interval(alarms: Counts, caught: Counts, quiet: Counts) -> tuple[float, float]:
    square = NORMAL_95**2
    n = alarms[1] + square
    p = (alarms[0] + square / 2) / n
    n_se, n_sp = caught[1] + 2, quiet[1] + 2
    se, sp = (caught[0] + 1) / n_se, (quiet[0] + 1) / n_sp
    power = se + sp - 1
    if power <= 0:
        return 0.0, 1.0
    rate = (p + sp - 1) / power
    doubt_se, doubt_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    shift = 2 * square * (rate * doubt_se - (1 - rate) * doubt_sp)
    variance = p * (1 - p) / n + rate**2 * doubt_se + (1 - rate) ** 2 * doubt_sp
    half = NORMAL_95 * math.sqrt(variance) / power
    centre = rate + shift
    return _clipped(centre - half), _clipped(centre + half)


def _clipped(rate: float) -> float:
    return min(1.0, max(0.0, rate))
