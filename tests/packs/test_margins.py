"""How far a case is from turning: moving a threshold by its margin turns it, less does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard import Guard
from guard.packs.cases import Outcome, run_cases
from guard.packs.load import load_packs
from guard.packs.looks import found
from guard.packs.scanned import Look, Scanned, Sought
from guard.text.document import Document, Match, Sentence

HAIR = 1e-4
UNIT = st.integers(0, 360).map(lambda d: (np.cos(np.radians(d)), np.sin(np.radians(d))))
HEAD = "id: ours\nversion: 1.0.0\ntitle: Ours\nrules:\n"
MEANT = "{draft: {exemplars: [A calm sea.], at_least: AT}}"
CALM = "{user: Hello there., draft: It was a calm sea., flag: true}"
SHOES = "{user: Hello there., draft: Four shoes stood there., flag: false}"


def scanned(
    vectors: list[Any], meant: list[Any], worded: set[int], unlike: tuple[Any, ...] = ()
) -> Scanned:
    sentences = tuple(Sentence(i, i + 1, "x", ("x",)) for i in range(len(vectors)))
    matches = tuple(Match("words", i, i + 1, i, 0) for i in sorted(worded) if i < len(vectors))
    document = Document("draft", "x" * len(vectors), sentences, matches)
    rows, columns, others = (
        np.array(listed, np.float32).reshape(-1, 2) for listed in (vectors, meant, unlike)
    )
    return Scanned(document, rows, Sought(columns.T, others.T, {}, (), (), np.array([])))


def look(exemplars: int, at_least: float, times: int, unlike: int = 0) -> Look:
    texts = ("x",) * exemplars
    rows, others = range(exemplars), range(unlike)
    words = frozenset({"words"})
    return Look(0, "draft", words, rows, others, texts, ("y",) * unlike, at_least, times)


@given(
    st.lists(UNIT, min_size=1, max_size=5),
    st.lists(UNIT, min_size=1, max_size=3),
    st.floats(0.2, 0.8),
    st.integers(1, 3),
    st.sets(st.integers(0, 4)),
)
def test_a_threshold_moved_by_the_margin_is_where_a_look_turns(
    vectors: list[Any], exemplars: list[Any], at_least: float, times: int, worded: set[int]
) -> None:
    text = scanned(vectors, exemplars, worded)
    asked = look(len(exemplars), at_least, times)

    one = found(asked, text)

    if one.margin is None:
        for other in (0.0, 1.1):
            assert found(replace(asked, at_least=other), text).held is one.held
        return
    assert one.held is (one.margin >= 0)
    turn = at_least + one.margin
    assert found(replace(asked, at_least=turn - HAIR), text).held
    assert not found(replace(asked, at_least=turn + HAIR), text).held


def test_what_is_not_meant_narrows_the_margin() -> None:
    text = scanned([(1.0, 0.0)], [(0.9, 0.44)], set(), ((0.8, 0.6),))

    one = found(look(1, 0.5, 1, unlike=1), text)

    assert one.held
    assert one.margin == pytest.approx(0.1, abs=0.01)


def outcomes(folder: Path, condition: str, cases: str, more: str = "") -> list[Outcome]:
    file = folder / "ours.yaml"
    file.write_text(
        f"{HEAD}  - {{id: ours.rule, if: {condition}, severity: low, reason: A., guidance: B."
        f"{more}, cases: [{cases}]}}\n"
    )
    return list(run_cases(load_packs([file])[0].pack, Guard(packs=[file]).judge).cases)


def test_margins_of_cases_move_with_the_threshold(tmp_path: Path) -> None:
    both = f"{CALM}, {SHOES}"

    low = outcomes(tmp_path, MEANT.replace("AT", "0.5"), both)
    high = outcomes(tmp_path, MEANT.replace("AT", "0.6"), both)

    assert [one.passed for one in (*low, *high)] == [True] * 4
    moved = [float(b.margin or 0) - float(a.margin or 0) for a, b in zip(low, high, strict=True)]
    assert moved == pytest.approx([-0.1, 0.1])


def test_a_case_that_does_not_hold_has_a_negative_margin(tmp_path: Path) -> None:
    (one,) = outcomes(tmp_path, MEANT.replace("AT", "0.5"), SHOES.replace("false", "true"))

    assert not one.passed
    assert one.margin is not None
    assert one.margin < 0
    assert "needs 0.50" in one.hangs_on


def test_where_words_decide_there_is_no_margin(tmp_path: Path) -> None:
    both = outcomes(tmp_path, "{draft: {phrases: [calm sea]}}", f"{CALM}, {SHOES}")

    assert [one.margin for one in both] == [None, None]


def test_an_exception_that_holds_by_meaning_is_what_a_case_hangs_on(tmp_path: Path) -> None:
    calm = CALM.replace("true", "false")
    unless = f", unless: [{MEANT.replace('AT', '0.5')}]"

    (one,) = outcomes(tmp_path, "{words: 2}", calm, unless)

    assert one.passed
    assert one.hangs_on.startswith("unless 1, draft: near 'A calm sea.'")


def test_of_any_the_condition_that_is_nearest_counts(tmp_path: Path) -> None:
    alone = outcomes(tmp_path, MEANT.replace("AT", "0.9"), SHOES)
    among = outcomes(
        tmp_path,
        f"{{any: [{MEANT.replace('AT', '0.9')}, {{draft: {{phrases: [calm sea]}}}}]}}",
        SHOES,
    )

    assert among[0].margin == alone[0].margin
    assert among[0].hangs_on.startswith("any: none of its conditions holds; nearest draft: ")


def test_the_score_of_a_label_has_a_margin(tmp_path: Path) -> None:
    (one,) = outcomes(tmp_path, "{words: 2}", SHOES, ", label: soothe_only, at_least: 0.9")

    assert one.margin is not None
    assert 0 < one.margin <= 0.9
    assert one.hangs_on.startswith("soothe_only 0.")
