"""Presidio as a second finder, where its extra is installed."""

from __future__ import annotations

import pytest
import spacy

from guard.log.redact import PersonalPiece, redact

pytest.importorskip("presidio_analyzer", reason="the extra `redaction` is not installed")

from guard.log.presidio import presidio


@pytest.fixture(scope="module")
def named_by_a_pipeline() -> spacy.language.Language:
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Pepper"}])  # type: ignore[attr-defined]
    return pipeline


def test_its_patterns_find_a_number_of_a_card() -> None:
    found = list(presidio()("My card is 4111 1111 1111 1111."))

    assert PersonalPiece("CARD", 11, 30) in found


def test_a_pipeline_of_ones_own_finds_names_that_have_no_cue(
    named_by_a_pipeline: spacy.language.Language,
) -> None:
    text = "It rained, and Pepper was twelve."

    assert redact(text) == text
    assert redact(text, presidio(named_by_a_pipeline)) == "It rained, and [NAME] was twelve."


def test_twice_is_as_once(named_by_a_pipeline: spacy.language.Language) -> None:
    second = presidio(named_by_a_pipeline)
    once = redact("Pepper, 4111 1111 1111 1111, +44 7700 900123, anna", second)

    assert redact(once, second) == once
