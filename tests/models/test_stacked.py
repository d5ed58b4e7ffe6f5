"""Stacked: heads, words and meaning weighed into one probability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.models.stacked import Stacked, Words, keys_of, log_odds, places_of, summary

LABELS = ("calm", "stirred")
CAT, DOG, BARKS = 4937, 3899, 25866
IDS = st.lists(st.integers(104, 30521), max_size=40)


def words() -> Words:
    keys = np.sort(keys_of([CAT, DOG, BARKS]))
    weight = np.zeros((len(keys), 2), np.float32)
    weight[np.searchsorted(keys, CAT), 0] = 2.0
    weight[np.searchsorted(keys, keys_of([DOG, BARKS])[-1]), 1] = 3.0
    bias = np.array([-0.5, 0.25], np.float32)
    return Words(keys, np.ones(len(keys), np.float32), weight, bias)


def stacked(shares: list[list[float]], bias: tuple[float, float] = (0.0, 0.0)) -> Stacked:
    meaning = np.zeros((6, 2), np.float32)
    meaning[0] = (1.0, -1.0)
    return Stacked(
        LABELS,
        words(),
        meaning,
        np.zeros(2, np.float32),
        np.array(shares, np.float32),
        np.array(bias, np.float32),
    )


HEADS = {"calm": 0.8, "stirred": 0.3, "unasked": 0.5}
VECTORS = np.eye(3, dtype=np.float32)[:1]


def test_where_only_the_heads_count_their_word_stands() -> None:
    judged = stacked([[1, 1], [0, 0], [0, 0], [0, 0]]).judge(HEADS, {}, VECTORS, [101, 102])

    assert judged == pytest.approx({"calm": 0.8, "stirred": 0.3}, abs=1e-5)


def test_each_part_moves_the_labels_it_speaks_of() -> None:
    heads_alone = [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    plain = stacked(heads_alone).judge(HEADS, {}, VECTORS, [CAT])
    by_words = stacked([[1, 1], [0, 0], [1, 1], [0, 0]]).judge(HEADS, {}, VECTORS, [CAT])
    by_meaning = stacked([[1, 1], [0, 0], [0, 0], [1, 1]]).judge(HEADS, {}, VECTORS, [CAT])
    by_sentence = stacked([[1, 1], [1, 1], [0, 0], [0, 0]]).judge(
        HEADS, {"calm": [0.1, 0.9]}, VECTORS, [CAT]
    )

    assert by_words["calm"] > plain["calm"]
    assert by_meaning["stirred"] < plain["stirred"]
    assert by_sentence["calm"] > plain["calm"]
    assert by_sentence["stirred"] == pytest.approx(plain["stirred"], abs=1e-5)


def test_a_pair_of_neighbours_is_told_from_the_same_words_apart() -> None:
    beside = words().judge([101, DOG, BARKS, 102])
    apart = words().judge([101, BARKS, DOG, 102])

    assert beside[1] > apart[1]


def test_words_that_are_not_known_leave_the_bias() -> None:
    assert np.array_equal(words().judge([5000, 6000]), words().bias)
    assert np.array_equal(words().judge([101, 102]), words().bias)


def test_both_apostrophes_are_the_same() -> None:
    assert np.array_equal(keys_of([2123, 1005, 1056]), keys_of([2123, 1521, 1056]))


@given(IDS)
def test_marks_around_a_text_change_nothing(ids: list[int]) -> None:
    assert np.array_equal(keys_of([101, *ids, 102]), keys_of(ids))


@given(IDS, IDS)
def test_only_keys_that_are_known_are_found_each_once(ids: list[int], other: list[int]) -> None:
    keys = np.unique(keys_of(other))

    places, counts = places_of(keys_of(ids), keys)

    found = keys_of(ids).tolist()
    assert sorted(keys[places].tolist()) == sorted(set(found) & set(keys.tolist()))
    assert counts.sum() == sum(one in set(keys.tolist()) for one in found)


def test_certainty_stays_finite() -> None:
    assert np.isfinite(log_odds([0.0, 1.0])).all()
    assert np.isfinite(summary(np.zeros((2, 3), np.float32))).all()
