"""A second audit takes up what was heard of the message: it must say what a full one says."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard import Guard, Turn
from guard.judge import Judge
from guard.rows import Fields, turn_of

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "turns" / "turns.jsonl").read_text("utf-8").splitlines()
]
TURNS = [turn_of(row, Fields()) for row in ROWS]
DRAFTS = [turn.draft for turn in TURNS if turn.draft]


@pytest.fixture(scope="module")
def judges() -> list[Judge]:
    return [
        Guard(mode="rewrite", deadline=None, packs=packs, emotion_inference=inference).judge  # type: ignore[arg-type]
        for packs, inference in (((), "full"), (("auto",), "full"), ((), "stated"), ((), "off"))
    ]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_draft_is_judged_as_if_nothing_had_been_heard_before(
    judges: list[Judge], data: st.DataObject
) -> None:
    judge = data.draw(st.sampled_from(judges))
    turn = data.draw(st.sampled_from(TURNS))
    parts = data.draw(st.lists(st.sampled_from(DRAFTS), min_size=0, max_size=2))
    again = turn.with_draft(" ".join(parts))
    judge.judged(turn)
    kept = judge.hearings.of(turn)

    if kept is None:
        assert judge.judged(turn).verdict.outcome == "unknown"
        return
    assert judge.judged(again, heard=kept[0]) == judge.judged(again)


def test_every_own_turn_is_judged_the_same_from_what_was_heard(judges: list[Judge]) -> None:
    judge = judges[0]
    for turn in TURNS[:60]:
        full = judge.judged(turn)
        kept = judge.hearings.of(turn)

        assert kept is None or judge.judged(turn, heard=kept[0]) == full


def test_with_earlier_messages_that_say_the_same(judges: list[Judge]) -> None:
    context = [
        {"role": "user", "content": "Is there really no chance that she comes back?"},
        {"role": "assistant", "content": "Nobody can know that."},
    ]
    turn = Turn.of("Is there any chance she comes back?", "Of course she will!", context)
    judge = Guard(packs=["auto"], deadline=None).judge
    judge.judged(turn)
    kept = judge.hearings.of(turn)
    other = turn.with_draft("I can't know that. What would it change?")

    assert kept is not None
    assert judge.judged(other, heard=kept[0]) == judge.judged(other)


def test_what_was_heard_is_forgotten_with_the_turn(judges: list[Judge]) -> None:
    judge = judges[0]
    turn = Turn.of("I lost my job in March and told nobody.", "Don't worry!")
    judge.judged(turn)
    known = judge.hearings._known

    assert turn in known
    before = len(known)
    del turn
    gc.collect()

    assert len(known) < before


def test_of_many_turns_that_a_caller_holds_only_the_latest_are_remembered(
    judges: list[Judge],
) -> None:
    judge = judges[0]
    turns = [Turn.of(f"The bus was {minutes} minutes late.", "I see.") for minutes in range(80)]

    for turn in turns:
        judge.judged(turn)

    assert judge.hearings.of(turns[0]) is None
    assert judge.hearings.of(turns[-1]) is not None
