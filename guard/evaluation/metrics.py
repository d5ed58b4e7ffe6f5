"""Metrics of scores against 0/1 labels, with intervals from a bootstrap over groups.

All are computed with a weight for each row, so that a bootstrap draw (how often each group came
up) is one more row of weights, and a thousand draws are a few array operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROUNDS = 1000
BINS = 10
NAMES = ("auroc", "average_precision", "precision", "recall", "specificity", "f1", "ece")
_AT_A_TIME = 4_000_000  # weights held at once
_FEWEST = 2  # groups; one alone shows no spread


@dataclass(frozen=True, slots=True)
class Metric:
    """A value with its 95% interval; None where it is not defined (one class is missing)."""

    value: float | None
    low: float | None
    high: float | None


def measure(
    score: Sequence[float],
    label: Sequence[int],
    group: Sequence[str],
    found: Sequence[int],
    rounds: int = ROUNDS,
    seed: int = 0,
) -> dict[str, Metric]:
    """All metrics, each with an interval by drawing groups with replacement (Cameron et al. 2008).

    Args:
        score: probability of the label for each row.
        label: 1 or 0 for each row.
        group: rows with the same name are drawn together: one message, person or question.
        found: 1 where the row was taken to be positive, else 0.
        rounds: bootstrap draws.
        seed: of the draws.
    """
    import numpy as np

    scores, labels = np.asarray(score, np.float64), np.asarray(label, np.float64)
    taken = np.asarray(found, np.float64)
    _, member = np.unique(np.asarray(group), return_inverse=True)
    whole = _weighted(scores, labels, np.ones((1, len(scores))), taken)
    groups = int(member.max()) + 1 if len(member) else 0
    rng = np.random.default_rng(seed)
    drawn: list[dict[str, Floats]] = []
    step = max(1, _AT_A_TIME // max(len(scores), 1))
    for at in range(0, rounds, step):
        count = min(step, rounds - at)
        times = rng.multinomial(groups, np.full(groups, 1 / groups), size=count)
        drawn.append(_weighted(scores, labels, times[:, member].astype(np.float64), taken))
    return {
        name: _metric(
            float(whole[name][0]),
            np.concatenate([part[name] for part in drawn]) if drawn else np.zeros(0),
            groups,
        )
        for name in NAMES
    }


def _metric(value: float, draws: Floats, groups: int) -> Metric:
    import numpy as np

    if not np.isfinite(value):
        return Metric(None, None, None)
    draws = draws[np.isfinite(draws)]
    if not len(draws) or groups < _FEWEST:
        return Metric(value, None, None)
    low, high = np.percentile(draws, [2.5, 97.5])
    return Metric(value, float(low), float(high))


def _weighted(score: Floats, label: Floats, weight: Floats, found: Floats) -> dict[str, Floats]:
    """Each metric for each row of `weight`, shape (draws, rows)."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        positive = weight * label
        negative = weight - positive
        all_positive, all_negative = positive.sum(axis=1), negative.sum(axis=1)
        hits, alarms = _above(score, positive, negative)  # at each distinct score, from the top
        steps = np.diff(hits, axis=1, prepend=0.0)
        false_steps = np.diff(alarms, axis=1, prepend=0.0)
        below = all_negative[:, None] - alarms
        area = (steps * (below + 0.5 * false_steps)).sum(axis=1) / (all_positive * all_negative)
        share = np.nan_to_num(hits / (hits + alarms))
        average = (steps * share).sum(axis=1) / all_positive
        hit, alarm = positive @ found, negative @ found
        return {
            "auroc": area,
            "average_precision": np.where(all_positive > 0, average, np.nan),
            "precision": hit / (hit + alarm),
            "recall": hit / all_positive,
            "specificity": 1.0 - alarm / all_negative,
            "f1": 2 * hit / (hit + alarm + all_positive),
            "ece": _calibration(score, label, weight),
        }


def _above(score: Floats, positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """Weight of positives and negatives at or above each distinct score, highest first."""
    import numpy as np

    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.diff(score[order], append=-np.inf))
    return positive[:, order].cumsum(axis=1)[:, last], negative[:, order].cumsum(axis=1)[:, last]


def _calibration(score: Floats, label: Floats, weight: Floats) -> Floats:
    """Expected calibration error over equally wide bins (Naeini et al. 2015)."""
    import numpy as np

    member = np.minimum((score * BINS).astype(np.int64), BINS - 1)
    one_hot = (member[:, None] == np.arange(BINS)).astype(np.float64)
    gap = np.abs((weight * (score - label)) @ one_hot)
    error: Floats = gap.sum(axis=1) / weight.sum(axis=1)
    return error


def curves(score: Sequence[float], label: Sequence[int]) -> dict[str, list[tuple[float, float]]]:
    """Points of the ROC, precision-recall and reliability curves, for a page."""
    import numpy as np

    scores, labels = np.asarray(score, np.float64), np.asarray(label, np.float64)
    hits, alarms = (part[0] for part in _above(scores, labels[None], 1.0 - labels[None]))
    positive, negative = max(labels.sum(), 1.0), max((1 - labels).sum(), 1.0)
    member = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    filled = [i for i in range(BINS) if (member == i).any()]
    return {
        "roc": [(0.0, 0.0), *zip(alarms / negative, hits / positive, strict=True)],
        "precision_recall": list(zip(hits / positive, hits / (hits + alarms), strict=True)),
        "reliability": [
            (float(scores[member == i].mean()), float(labels[member == i].mean())) for i in filled
        ],
    }


def thinned(points: Sequence[tuple[float, float]], most: int = 200) -> list[tuple[float, float]]:
    """At most so many of the points, evenly, with both ends."""
    if len(points) <= most:
        return list(points)
    return [points[round(i * (len(points) - 1) / (most - 1))] for i in range(most)]
