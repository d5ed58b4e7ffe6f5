"""Segments: windows of token ids that lose no token and know each token's sentence."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from guard.models.reader import DIRECTORY
from guard.models.segments import (
    BELIEF,
    CLS,
    CONTEXT,
    LONGEST,
    SEP,
    belief_window,
    context_window,
    load_tokenizer,
    pieces,
    windows,
)
from guard.turn import Message

TOKENIZER = load_tokenizer(DIRECTORY)
sentences = st.lists(st.lists(st.integers(1000, 30_000), max_size=700), max_size=40)  # token ids


def said(role: str, text: str) -> Message:
    return Message(role=role, content=text)  # type: ignore[arg-type]


@given(sentences, st.integers(8, LONGEST))
def test_no_token_is_lost_and_the_order_is_kept(given_: list[list[int]], longest: int) -> None:
    cut = windows(given_, longest)

    assert [i for window in cut for i in window.ids[1:-1]] == [i for s in given_ for i in s]


@given(sentences, st.integers(8, LONGEST))
def test_windows_are_marked_and_no_longer_than_they_may_be(
    given_: list[list[int]], longest: int
) -> None:
    for window in windows(given_, longest):
        assert 2 < len(window.ids) <= longest
        assert len(window.sentence) == len(window.ids)
        assert (window.ids[0], window.ids[-1]) == (CLS, SEP)


@given(sentences)
def test_each_token_knows_its_sentence(given_: list[list[int]]) -> None:
    expected = [n for n, sentence in enumerate(given_) for _ in sentence]

    found = [n for window in windows(given_) for n in window.sentence[1:-1]]

    assert found == expected


@given(st.lists(st.lists(st.integers(1000, 30_000), min_size=1, max_size=60), max_size=40))
def test_a_sentence_that_fits_a_window_is_not_cut(given_: list[list[int]]) -> None:
    inside = [set(window.sentence) for window in windows(given_)]

    assert all(not (a & b) for a, b in pairwise(inside))


def test_a_sentence_by_itself_has_the_tokens_that_the_tokenizer_gives_it() -> None:
    (window,) = windows(pieces(TOKENIZER, ["My dog died last night."]))

    assert list(window.ids) == TOKENIZER.encode("My dog died last night.").ids


def test_without_context_there_is_no_window() -> None:
    assert context_window(TOKENIZER, []) == ()
    assert context_window(TOKENIZER, [said("system", "Be kind."), said("user", "  ")]) == ()


def test_the_latest_messages_of_both_are_read_in_order() -> None:
    context = [
        said("user", "one"), said("assistant", "two"), said("user", "three"),
        said("assistant", "four"),
    ]  # fmt: skip

    text = TOKENIZER.decode(list(context_window(TOKENIZER, context)))

    assert [word for word in text.split() if word.isalpha()] == ["one", "two", "three", "four"]


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant", "tool"]), st.text(max_size=400))))
def test_a_long_conversation_stays_within_its_room(talk: list[tuple[str, str]]) -> None:
    room = sum(sum(limits.values()) + len(limits) for limits in CONTEXT) + 2

    ids = context_window(TOKENIZER, [said(role, text * 20) for role, text in talk])

    assert len(ids) <= room


@given(st.lists(st.text(max_size=300), max_size=20))
def test_beliefs_stay_within_their_room(beliefs: list[str]) -> None:
    assert len(belief_window(TOKENIZER, beliefs)) <= BELIEF + 2
