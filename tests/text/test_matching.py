"""Matching: what is left out of a text's search would not have been found in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.matcher import Matcher

from guard.text.matching import Pattern, Patterns, needs_of
from guard.text.tokenizer import tokenizer

WORDS = ("I", "am", "not", "n't", "can", "Dog", "dog", "DOG", "died", ",", "12", "?")
TOKENIZE = tokenizer(("LIKE_NUM", "IS_PUNCT"))
PLACE = st.fixed_dictionaries(
    {},
    optional={
        "LOWER": st.sampled_from(WORDS)
        | st.fixed_dictionaries({"IN": st.lists(st.sampled_from(WORDS), max_size=3)})
        | st.fixed_dictionaries({"NOT_IN": st.lists(st.sampled_from(WORDS), max_size=3)}),
        "NORM": st.sampled_from(WORDS),
        "ORTH": st.sampled_from(WORDS),
        "LIKE_NUM": st.booleans(),
        "OP": st.sampled_from(["?", "!", "+", "*", "{0,2}", "{1,2}"]),
    },
)


def pattern(*tokens: Any) -> Pattern:
    return Pattern("dog", (), tokens)


def matched(one: Pattern, text: str) -> set[tuple[str, int, int]]:
    doc = TOKENIZE(text)
    patterns = Patterns(TOKENIZE.vocab, [one], {})
    return set(patterns.found(doc, [t.lower_ for t in doc], [t.norm_ for t in doc]))


@given(
    st.lists(st.lists(PLACE, min_size=1, max_size=4), min_size=1, max_size=2),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join),
)
def test_all_is_found_that_a_matcher_of_spacy_finds(tokens: list[Any], text: str) -> None:
    matcher = Matcher(TOKENIZE.vocab)
    matcher.add("dog", tokens)

    found = matched(pattern(*tokens), text)

    assert found == {("dog", start, end) for _, start, end in matcher(TOKENIZE(text))}


@pytest.mark.parametrize(
    ("lower", "norm", "apt"),
    [
        ({"the", "dog", "died"}, {"the", "dog", "died"}, 1),
        ({"the", "dog", "barked"}, {"the", "dog", "barked"}, 0),
        ({"it", "died"}, {"it", "died"}, 0),
    ],
)
def test_a_pattern_is_tried_where_each_of_its_places_may_be_filled(
    lower: set[str], norm: set[str], apt: int
) -> None:
    tokens = ({"LOWER": {"IN": ["dog", "cat"]}}, {"OP": "?"}, {"LOWER": "died"})

    patterns = Patterns(TOKENIZE.vocab, [pattern(tokens)], {})

    assert len(patterns.apt({"LOWER": lower, "NORM": norm})) == apt


def test_a_place_that_may_stay_empty_needs_nothing() -> None:
    tokens = ({"LOWER": "so", "OP": "?"}, {"LOWER": "very", "OP": "!"}, {"NORM": "sad", "OP": "+"})

    assert needs_of(tokens) == (("NORM", frozenset({"sad"})),)
