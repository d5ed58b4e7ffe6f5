"""Documents: sentences, words and matches, all with offsets into the caller's text."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.text.document import Document, Documents, documents_of
from guard.text.matching import Pattern

PIECES = (
    "the dog died . ! ? ... … , - ** * 1. 2) # > 😭😭 ❤️ 👩‍👩‍👧 im idk kms wanna ur u r tbh ngl ily "
    "don’t k\u200bill ｓａｄ wаnt nooooo cafe\u0301 שלום ½ (no) 'so' and because :) <3 U.S. e.g."
).split()
CHAT = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from([" ", " ", " ", "", "\n", "\n\n", "\r\n"])),
    max_size=150,
).map(lambda drawn: "".join(piece + space for piece, space in drawn))
RAMBLE = st.lists(st.sampled_from(["apple", "kms", "idk", "ngl"]), min_size=40, max_size=150).map(
    " ".join
)
# Every code point, lone surrogates too, and what cannot be seen more often than by chance.
CHARACTERS = st.characters(exclude_categories=()) | st.sampled_from("\u200b\u00ad\u0301\ud83d a")
ANY_TEXT = st.text(CHARACTERS, max_size=80) | CHAT | RAMBLE
PLAIN = st.lists(
    st.tuples(
        st.sampled_from(
            "the kettle boiled dry, nobody noticed. Why? (Monday) 42 I'm it's!".split()
        ),
        st.sampled_from([" ", "\n", "\n\n", "  "]),
    ),
    max_size=150,
).map(lambda drawn: "".join(piece + space for piece, space in drawn))


def phrases(name: str, *words: str) -> Pattern:
    return Pattern(name, words, ())


@cache
def documents() -> Documents:
    """Patterns of both sides, made once."""
    return Documents(
        {
            "user": (
                phrases("loss", "passed away", "do not want to be here", "kill myself"),
                phrases("cafe", "café"),
                Pattern("hate", (), (({"LOWER": "hate"}, {"LOWER": {"IN": ["him", "her"]}}),)),
            ),
            "draft": (phrases("sorry", "so sorry"),),
        }
    )


def read(text: str) -> Document:
    return documents().read(text, "user")


def matched(text: str) -> list[tuple[str, str]]:
    return [(match.name, text[match.start : match.end]) for match in read(text).matches]


def test_a_document_keeps_the_callers_text_and_side() -> None:
    document = documents().read("I’m ｓｏ sorry…", "draft")

    assert document.text == "I’m ｓｏ sorry…"
    assert document.side == "draft"


def test_a_sentence_has_readable_text_and_verbatim_offsets() -> None:
    text = "ok.  idk what i did 😭"

    sentence = read(text).sentences[1]

    assert text[sentence.start : sentence.end] == "idk what i did 😭"
    assert sentence.text == "i don't know what i did 😭"


def test_words_are_normalised() -> None:
    sentence = read("I Don't KNOW").sentences[0]

    assert sentence.words == ("i", "do", "not", "know")


def test_words_of_shouted_contractions_are_normalised() -> None:
    sentence = read("I DON'T KNOW").sentences[0]

    assert sentence.words == ("i", "do", "not", "know")


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to be here",
        "i dont want to be here",
        "I DO NOT WANT TO BE HERE",
        "I DON'T WANT TO BE HERE",
        "I DON’T WANT TO BE HERE",
        "I DONT WANT TO BE HERE",
        "I don’t want to be here",
        "I d\u200bon't wa\u00adnt to be here",
        "i dont wanna be here",
    ],
    ids=ascii,
)
def test_a_phrase_matches_whatever_the_case_contraction_or_guise(text: str) -> None:
    assert read(text).has("loss")


def test_a_match_is_verbatim_in_the_callers_text() -> None:
    text = "😭 Nan p\u200bassed ａｗａｙ at noon"

    assert matched(text) == [("loss", "p\u200bassed ａｗａｙ")]


def test_a_match_of_a_chat_spelling_covers_the_spelling() -> None:
    assert matched("ugh kms already") == [("loss", "kms")]


def test_a_token_pattern_matches() -> None:
    assert matched("I hate her.") == [("hate", "hate her")]


def test_patterns_of_the_other_side_do_not_match() -> None:
    user, draft = documents().read("so sorry", "user"), documents().read("so sorry", "draft")

    assert not user.has("sorry")
    assert draft.has("sorry")


def test_a_match_says_its_sentence_and_its_place_in_it() -> None:
    match = read("It rained.\n\nMy nan passed away.").matches[0]

    assert (match.sentence, match.word) == (1, 2)


def test_matches_are_in_order_of_the_text() -> None:
    text = "I hate him. Then nan passed away and I hate her."

    assert [name for name, _ in matched(text)] == ["hate", "loss", "hate"]


def test_matches_can_be_asked_for_by_name() -> None:
    document = read("I hate him. Nan passed away.")

    assert [match.name for match in document.matched("loss")] == ["loss"]
    assert len(document.matched("loss", "hate")) == 2
    assert not document.has("nothing")


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n", "\u2003"])
def test_white_space_has_no_sentences_and_no_matches(text: str) -> None:
    document = read(text)

    assert document.sentences == document.matches == ()


@pytest.mark.parametrize("text", ["\u200b", "\u200b\u200b", "\ufeff", "\u00ad", "\u0301", "\ud83d"])
def test_a_text_of_invisible_characters_has_no_sentences(text: str) -> None:
    document = read(text)

    assert document.sentences == document.matches == ()


def test_a_cut_never_falls_inside_a_chat_spelling() -> None:
    text = " ".join(["apple"] * 59) + " kms right now"

    first, second = read(text).sentences

    assert first.end <= second.start
    assert "kms" in (text[first.end - 3 : first.end], text[second.start : second.start + 3])


def test_reading_a_text_twice_gives_the_same_document() -> None:
    text = "my cat ran off 😿 idk where to look… help"

    assert read(text) == read(text)


def test_threads_that_share_documents_read_the_same() -> None:
    texts = [f"line {n}. I hate him. nan passed away {'x' * n}" for n in range(40)]
    alone = [read(text) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(read, texts))

    assert together == alone


def test_texts_read_in_between_do_not_change_a_document() -> None:
    before = read("the quokka smiled at me")

    for n in range(50):
        read(f"unheardofword{n} quux{n}")

    assert read("the quokka smiled at me") == before


@given(ANY_TEXT)
def test_any_text_has_sentences_in_range_in_order_and_apart(text: str) -> None:
    sentences = read(text).sentences

    assert all(0 <= s.start < s.end <= len(text) for s in sentences)
    assert all(one.end <= other.start for one, other in pairwise(sentences))


@given(ANY_TEXT)
def test_any_text_has_matches_in_range_in_order_and_in_their_sentence(text: str) -> None:
    document = read(text)

    assert all(0 <= m.start < m.end <= len(text) for m in document.matches)
    assert all(one.start <= other.start for one, other in pairwise(document.matches))
    for match in document.matches:
        sentence = document.sentences[match.sentence]
        assert sentence.start <= match.start < sentence.end


@given(ANY_TEXT)
def test_any_sentence_is_made_of_words_and_starts_and_ends_with_a_visible_one(text: str) -> None:
    for sentence in read(text).sentences:
        assert sentence.words
        assert sentence.text == sentence.text.strip()
        assert not text[sentence.start : sentence.end].isspace()


@given(PLAIN)
def test_plain_text_is_verbatim_in_its_sentences(text: str) -> None:
    for sentence in read(text).sentences:
        assert text[sentence.start : sentence.end] == sentence.text


@given(PLAIN | CHAT.map(lambda text: text.replace("\u200b", "")))
def test_every_word_character_is_inside_some_sentence(text: str) -> None:
    sentences = read(text).sentences

    left = {match.start() for match in re.finditer(r"\w", text)}
    for sentence in sentences:
        left -= set(range(sentence.start, sentence.end))

    assert not left


@pytest.mark.parametrize(
    "text",
    [
        "(" * 30_000,
        ("!" * 999 + " ") * 30,
        "! " * 15_000,
        "abc" * 10_000,
        "a" * 30_000,
        "a.b" * 3_000,
        "(a" * 3_000,
        "a\n" * 10_000,
        "**" * 15_000,
        "\n" * 30_000,
        "word " * 6_000,
        "kms " * 6_000,
    ],
    ids=lambda text: ascii(text[:4]),
)
def test_pathological_text_is_read_to_its_end(text: str) -> None:
    sentences = read(text).sentences

    assert sentences == () if text.isspace() else sentences[-1].end == len(text.rstrip())


def test_the_same_patterns_are_made_ready_once_while_they_are_in_use() -> None:
    kettle, other = phrases("kettle", "the kettle"), phrases("kettle", "that kettle")

    one = documents_of({"user": [kettle], "draft": []})

    assert documents_of({"user": [phrases("kettle", "the kettle")], "draft": []}) is one
    assert documents_of({"user": [other], "draft": []}) is not one
    assert documents_of({"user": [], "draft": [kettle]}) is not one
