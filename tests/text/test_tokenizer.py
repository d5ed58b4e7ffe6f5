"""The tokenizer reads as spaCy's blank English pipeline does, and phrases as if one by one."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from guard.packs.load import load_packs
from guard.packs.sources import shipped_packs
from guard.text.document import Documents
from guard.text.matching import Pattern
from guard.text.tokenizer import norms_of, tokenizer

WORDS = st.sampled_from(
    "I don't can't. (no) U.S. e.g. :) 10km it's gonna café im e-mail a\u00a0b".split(" ")
)
TEXT = st.lists(WORDS | st.text(max_size=8), max_size=12).map(" ".join)


@cache
def ours() -> Any:
    return tokenizer()


@cache
def blank() -> Any:
    return spacy.blank("en")


def norms(phrase: str) -> list[str]:
    return [token.norm_ for token in blank().tokenizer(phrase)]


@given(TEXT)
def test_a_text_is_read_as_a_blank_english_pipeline_reads_it(text: str) -> None:
    read = ours()(text)

    assert [(t.text, t.norm_, t.idx) for t in read] == [
        (t.text, t.norm_, t.idx) for t in blank().tokenizer(text)
    ]


@given(st.lists(TEXT, max_size=8))
def test_phrases_that_are_read_together_are_read_as_one_by_one(phrases: list[str]) -> None:
    strings = ours().vocab.strings

    read = norms_of(phrases, ours())

    assert {phrase: [strings[n] for n in said] for phrase, said in read.items()} == {
        phrase: norms(phrase) for phrase in phrases
    }


def test_the_phrases_of_all_packs_are_read_as_one_by_one() -> None:
    packs = load_packs(shipped_packs())
    phrases = [said for one in packs for says in one.pack.meanings() for said in says.phrases]
    strings = ours().vocab.strings

    read = norms_of(phrases, ours())

    assert len(read) > 1000
    wrong = [p for p, said in read.items() if [strings[n] for n in said] != norms(p)]
    assert wrong == []


@pytest.mark.parametrize(
    ("token", "text"),
    [
        ({"SHAPE": "Xxxxx"}, "Lisbon"),
        ({"LIKE_URL": True}, "www.example.org"),
        ({"LIKE_NUM": True}, "eleven"),
        ({"IS_TITLE": True, "LENGTH": 6}, "Lisbon"),
        ({"TEXT": "Lisbon", "IS_STOP": False}, "Lisbon"),
        ({"IS_PUNCT": True}, "!"),
    ],
)
def test_whatever_a_token_pattern_asks_about_a_word_is_known(
    token: dict[str, object], text: str
) -> None:
    documents = Documents({"user": [Pattern("asked", (), ((token,),))], "draft": []})

    (match,) = documents.read(f"we went {text}", "user").matches

    assert match.name == "asked"
