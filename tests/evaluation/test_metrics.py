"""Metrics: checked against scikit-learn where it is there, and against what they mean."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.evaluation.metrics import curves, measure, thinned

labelled = st.lists(
    st.tuples(st.integers(0, 10).map(lambda n: n / 10), st.integers(0, 1)), min_size=2, max_size=60
)
both_classes = labelled.filter(lambda rows: 0 < sum(label for _, label in rows) < len(rows))


def values(rows: list[tuple[float, int]], threshold: float = 0.5) -> dict[str, float | None]:
    scores, labels = [s for s, _ in rows], [y for _, y in rows]
    groups = [str(i) for i in range(len(rows))]
    found = [int(score >= threshold) for score in scores]
    measured = measure(scores, labels, groups, found, rounds=0)
    return {name: metric.value for name, metric in measured.items()}


@given(both_classes)
def test_auroc_is_the_share_of_pairs_that_are_ranked_right(rows: list[tuple[float, int]]) -> None:
    pairs = [(p, n) for p, y in rows if y for n, z in rows if not z]
    right = sum(1.0 if p > n else 0.5 if p == n else 0.0 for p, n in pairs)

    assert values(rows)["auroc"] == pytest.approx(right / len(pairs))


@given(both_classes)
def test_average_precision_and_f1_are_those_of_scikit_learn(rows: list[tuple[float, int]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="NOT RUN: needs scikit-learn")
    scores, labels = [s for s, _ in rows], [y for _, y in rows]
    flagged = [int(s >= 0.5) for s in scores]

    measured = values(rows)

    assert measured["average_precision"] == pytest.approx(
        metrics.average_precision_score(labels, scores)
    )
    assert measured["f1"] == pytest.approx(metrics.f1_score(labels, flagged, zero_division=0))


@given(both_classes)
def test_precision_recall_and_specificity_count_what_is_flagged(
    rows: list[tuple[float, int]],
) -> None:
    hits = sum(s >= 0.5 and y for s, y in rows)
    flagged = sum(s >= 0.5 for s, _ in rows)
    positive = sum(y for _, y in rows)

    measured = values(rows)

    assert measured["recall"] == pytest.approx(hits / positive)
    assert measured["specificity"] == pytest.approx(1 - (flagged - hits) / (len(rows) - positive))
    if flagged:
        assert measured["precision"] == pytest.approx(hits / flagged)
    else:
        assert measured["precision"] is None


def test_scores_that_mean_what_they_say_have_no_calibration_error() -> None:
    rows = [(0.25, int(i < 5)) for i in range(20)] + [(0.75, int(i < 15)) for i in range(20)]

    assert values(rows)["ece"] == pytest.approx(0.0)


def test_scores_that_are_always_sure_and_wrong_have_all_of_it() -> None:
    assert values([(1.0, 0), (0.0, 1)])["ece"] == pytest.approx(1.0)


@pytest.mark.parametrize("label", [0, 1])
def test_with_one_class_there_is_no_auroc(label: int) -> None:
    assert values([(0.2, label), (0.8, label)])["auroc"] is None


def test_an_interval_holds_its_value_and_narrows_with_more_rows() -> None:
    rng = np.random.default_rng(1)

    def interval(count: int) -> tuple[float, float, float]:
        labels = rng.integers(0, 2, count)
        scores = np.clip(labels * 0.3 + rng.random(count) * 0.7, 0, 1)
        groups = list(map(str, range(count)))
        metric = measure(scores.tolist(), labels.tolist(), groups, [1] * count)
        assert metric["auroc"].value is not None
        assert metric["auroc"].low is not None
        assert metric["auroc"].high is not None
        return metric["auroc"].low, metric["auroc"].value, metric["auroc"].high

    few, many = interval(40), interval(2_000)

    assert few[0] <= few[1] <= few[2]
    assert many[0] <= many[1] <= many[2]
    assert many[2] - many[0] < (few[2] - few[0]) / 2


def test_rows_of_one_group_do_not_count_as_so_many() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 50)
    scores = np.clip(labels * 0.3 + rng.random(50) * 0.7, 0, 1)
    groups = [str(i) for i in range(50)]

    def width(times: int, names: list[str]) -> float:
        many = np.repeat(scores, times).tolist(), np.repeat(labels, times).tolist()
        metric = measure(*many, names, [1] * len(names))["auroc"]
        assert metric.low is not None
        assert metric.high is not None
        return metric.high - metric.low

    clustered = width(20, np.repeat(groups, 20).tolist())
    as_if_apart = width(20, [str(i) for i in range(1_000)])

    assert clustered == pytest.approx(width(1, groups), rel=0.15)
    assert as_if_apart < clustered / 2


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = ([0.1, 0.9, 0.4, 0.6], [0, 1, 1, 0], ["a", "b", "c", "d"], [0, 1, 0, 1])

    assert measure(*rows, seed=3) == measure(*rows, seed=3)


def test_one_group_alone_has_no_interval() -> None:
    metric = measure([0.1, 0.9], [0, 1], ["a", "a"], [0, 1])["auroc"]

    assert metric.value == 1.0
    assert metric.low is None


@given(both_classes)
def test_curves_stay_inside_the_unit_square(rows: list[tuple[float, int]]) -> None:
    drawn = curves([s for s, _ in rows], [y for _, y in rows])

    assert drawn["roc"][0] == (0.0, 0.0)
    assert drawn["roc"][-1] == pytest.approx((1.0, 1.0))
    for points in drawn.values():
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in points)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=400))
def test_thinning_keeps_both_ends(points: list[tuple[float, float]]) -> None:
    kept = thinned(points, 50)

    assert len(kept) == min(len(points), 50)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert not any(math.isnan(x) for x, _ in kept)
