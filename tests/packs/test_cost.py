"""What a turn costs that most packs have nothing to say about: counted, not timed."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import pytest

from guard import Guard, Turn
from guard.packs.sources import shipped_packs
from guard.report import Report

PRINTER = Turn.of(
    "The printer on the second floor is jammed again and the toner looks empty.",
    "Open the back panel, pull the sheet out slowly, and put the spare cartridge in.",
)
PIANO = Turn.of(
    "My sister gave away our mother's piano without asking me and I am furious.",
    "You counted on having a say, and she decided alone. What would you tell her first?",
)


@pytest.fixture(scope="module")
def every() -> Guard:
    return Guard("observe", packs=shipped_packs())


def calls(guard: Guard, turn: Turn) -> Counter[str]:
    """How often each function written in Python is called by an audit of this turn."""
    called: Counter[str] = Counter()

    def count(frame: Any, event: str, _: Any) -> None:
        if event == "call" and "spacy" not in frame.f_code.co_filename:
            called[frame.f_code.co_qualname] += 1

    guard.audit(turn)  # what is made once does not count
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        guard.audit(turn)
    finally:
        sys.setprofile(before)
    return called


@pytest.mark.parametrize("turn", [PRINTER, PIANO])
def test_a_rule_that_a_turn_is_not_about_costs_it_less_than_two_calls(
    turn: Turn, every: Guard, guard_: Guard
) -> None:
    rules = len(every.rules) - len(guard_.rules)

    more = calls(every, turn).total() - calls(guard_, turn).total()

    assert rules > 200
    assert more < 2 * rules


@pytest.mark.parametrize("turn", [PRINTER, PIANO])
def test_only_rules_whose_words_or_meaning_are_there_are_asked(turn: Turn, every: Guard) -> None:
    called = calls(every, turn)

    assert 0 < called["fire"] <= len(every.rules) / 8
    assert called["found"] <= len(every.rules) / 8


def test_what_is_not_meant_is_compared_only_where_something_comes_near(every: Guard) -> None:
    assert calls(every, PRINTER)["Scanned.unlike"] == 0


def test_a_text_is_compared_with_what_its_own_side_looks_for(every: Guard) -> None:
    sight = every.judge.see(PIANO)

    assert not isinstance(sight, Report)
    conditions = [c for rule in every.rules for c in rule.conditions()]
    meant = sum(len(c.draft.exemplars) for c in conditions if c.draft)
    assert sight.seen.draft_scanned.similar.shape == (2, meant)
    assert 0 < sight.seen.user_scanned.similar.shape[1] < meant


def test_what_was_said_earlier_is_read_once_in_a_conversation(every: Guard) -> None:
    turn = Turn.of(
        "But is the stove really off? Are you sure?",
        "Yes, I'm sure, the stove is off. You can relax.",
        [
            {"role": "user", "content": "Is the stove off? I checked it, and now I doubt it."},
            {"role": "assistant", "content": "You looked at the knobs, so it is off."},
        ],
    )

    called = calls(every, turn)

    assert called["_asked_before"] > 0
    assert called["Reader._vector"] == 0
