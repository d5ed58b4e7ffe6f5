"""The project's own text: its form, its mix, and that no template wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError

from guard.models.reader import Reader
from training.rows import MESSAGES, TEXT, Control, Domain, Register, Written, written

LEAST_MESSAGES, LEAST_DRAFTS = 2_500, 6_000
NEAR = 0.95
MOST_NEAR = 0.02
SHARED = 0.3  # of their words, the rarer the more
WORD = re.compile(r"\w+")
MOST_OF_A_SIX_GRAM = 0.01  # of drafts
POSITIVE = {"relief", "hope", "gratitude", "pride", "love", "joy"}


@lru_cache
def rows() -> tuple[Written, ...]:
    return tuple(written())


def share(count: int) -> float:
    return count / len(rows())


def test_every_line_has_the_form() -> None:
    lines = sum(len(file.read_text("utf-8").splitlines()) for file in TEXT.glob("*.jsonl"))

    assert len(rows()) == lines


def test_ids_and_messages_are_distinct() -> None:
    every = [*rows(), *written(folder=MESSAGES)]

    assert len({row.id for row in every}) == len(every)
    assert len({row.user for row in every}) == len(every)


def test_every_message_of_the_text_has_drafts_and_the_others_have_none() -> None:
    assert all(row.drafts for row in rows())
    assert not any(row.drafts for row in written(folder=MESSAGES))


def test_a_draft_that_differs_on_purpose_has_a_sibling_that_it_differs_from() -> None:
    for row in rows():
        for draft in row.drafts:
            for label in draft.contrast:
                siblings = [d for d in row.drafts if label in d.contrast]
                values = {str(getattr(d, label)) for d in siblings}
                assert len(values) > 1, (row.id, label)


def test_drafts_that_differ_on_purpose_are_of_like_length() -> None:
    ratios = []
    for row in rows():
        for one, other in combinations(row.drafts, 2):
            if set(one.contrast) & set(other.contrast):
                words = sorted(len(d.text.split()) for d in (one, other))
                ratios.append(words[1] / words[0])

    assert np.median(ratios) < 1.5
    assert np.mean(np.array(ratios) < 2.0) > 0.8


def test_a_row_whose_labels_contradict_each_other_is_refused() -> None:
    row = next(r for r in rows() if r.functions)
    values = row.model_dump(by_alias=True)
    draft = values["drafts"][0]
    draft["flag"] = not draft["flag"]

    with pytest.raises(ValidationError, match="flag follows"):
        Written.model_validate(values)


def test_evidence_that_is_not_in_the_message_is_refused() -> None:
    row = next(r for r in rows() if r.functions)
    values = row.model_dump(by_alias=True)
    values["functions"] = dict.fromkeys(row.functions, "words that nobody wrote")

    with pytest.raises(ValidationError, match="verbatim"):
        Written.model_validate(values)


def test_there_is_enough_of_it_in_every_domain_and_manner() -> None:
    manners = {(row.domain, row.register_) for row in rows()}
    controls = Counter(draft.control for row in rows() for draft in row.drafts)

    assert len(rows()) >= LEAST_MESSAGES
    assert sum(len(row.drafts) for row in rows()) >= LEAST_DRAFTS
    assert {domain for domain, _ in manners} == set(get_args(Domain))
    assert {register for _, register in manners} == set(get_args(Register))
    assert all(controls[kind] >= 40 for kind in get_args(Control))


def test_splits_are_by_message() -> None:
    splits = Counter(row.split for row in rows())

    assert set(splits) == {"train", "dev", "test"}
    assert 0.7 < share(splits["train"]) < 0.9


def test_the_mix_is_what_the_network_needs() -> None:
    mild = sum(row.intensity < 2 for row in rows())
    positive = sum(bool(POSITIVE & set(row.emotions)) for row in rows())
    true = sum(row.belief is not None and not row.belief.false for row in rows())
    norm = sum("norm" in row.functions for row in rows())
    other = sum("other" in row.functions for row in rows())
    drafts = [draft for row in rows() for draft in row.drafts]

    assert share(mild) >= 0.15
    assert share(positive) >= 0.12
    assert share(norm) >= 0.25
    assert share(other) >= 0.25
    assert share(true) >= 0.15
    assert sum(bool(draft.contrast) for draft in drafts) >= len(drafts) / 2


def test_length_does_not_give_the_soothing_drafts_away() -> None:
    drafts = [draft for row in rows() for draft in row.drafts if row.functions]
    soothing = [len(d.text.split()) for d in drafts if d.soothe_only]
    others = [len(d.text.split()) for d in drafts if not d.soothe_only]

    assert 0.7 < np.mean(soothing) / np.mean(others) < 1.3


def alike(texts: Sequence[str]) -> list[int]:
    """Which texts mean nearly what another one does.

    Only those that share words with another are read by the model: of this text, pairs with a
    cosine above 0.85 share words to at least 0.41, and reading all takes twenty times as long.
    """
    words = [set(WORD.findall(text.lower())) for text in texts]
    places = {word: i for i, word in enumerate(sorted(set().union(*words)))}
    there = np.zeros((len(texts), len(places)), np.float32)
    for row, said in zip(there, words, strict=True):
        row[[places[word] for word in said]] = 1.0
    weighed = there * np.log(len(texts) / there.sum(axis=0))
    weighed /= np.maximum(np.linalg.norm(weighed, axis=1, keepdims=True), 1e-9)
    shared = weighed @ weighed.T
    np.fill_diagonal(shared, 0.0)
    some = np.flatnonzero(shared.max(axis=1) >= SHARED)
    vectors = Reader().encode([texts[i] for i in some])
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, 0.0)
    return [int(i) for i in some[cosines.max(axis=1, initial=0.0) > NEAR]]


def test_few_messages_have_a_near_duplicate() -> None:
    near = alike([row.user for row in rows()])

    assert len(near) < MOST_NEAR * len(rows()), [rows()[i].id for i in near[:10]]


def test_a_message_that_a_template_wrote_twice_is_a_near_duplicate() -> None:
    texts = [row.user for row in rows()[:300]]
    again = texts[7].replace(" the ", " that ", 1) + "!"

    near = alike([*texts, again])

    assert near == [7, len(texts)]
