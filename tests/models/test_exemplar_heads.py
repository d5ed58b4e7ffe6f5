"""Exemplar heads: fitted the same each time, stored fresh, refused when unreadable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from guard import EncoderError
from guard.models.exemplars import (
    STORED,
    ExemplarHead,
    _stored,
    digest_of,
    features_of,
    fit_head,
    fit_heads,
    store_heads,
)
from guard.models.reader import Reader
from guard.packs.load import load_packs
from guard.packs.ruleset import groups_of

GARDEN = (
    "The tomatoes need water twice a day.",
    "I pruned the roses before the frost.",
    "Plant the beans when the soil is warm.",
    "Slugs ate all of my lettuce.",
    "The compost smells of apples.",
    "Her garden is full of sunflowers.",
)
TRAINS = (
    "The train to Leeds was cancelled.",
    "We missed our connection at the junction.",
    "The conductor checked my ticket twice.",
    "Platform four is closed today.",
    "The carriage was packed with commuters.",
    "A signal failure stopped every express.",
)
NEW = {
    "The carrots need more soil.": "garden",
    "I watered her sunflowers.": "garden",
    "The express leaves from platform two.": "trains",
    "Our train was late again.": "trains",
}


@pytest.fixture(scope="module")
def encoder() -> Reader:
    return Reader()


def toy() -> dict[str, tuple[str, ...]]:
    return {"garden": GARDEN, "trains": TRAINS}


def scores_of(head: ExemplarHead, encoder: Reader, sentences: list[str]) -> np.ndarray:
    return head.score(features_of(sentences, encoder.encode(sentences)))


def same(one: ExemplarHead, other: ExemplarHead) -> bool:
    return one.labels == other.labels and all(
        np.array_equal(getattr(one, part), getattr(other, part))
        for part in ("weights", "scale", "offset")
    )


def test_the_stored_heads_were_made_from_the_packs_and_the_encoder_that_ship(
    encoder: Reader,
) -> None:
    digest = digest_of(groups_of(load_packs(["base"])), encoder)

    with safe_open(str(STORED), framework="numpy") as tensors:
        stored = tensors.metadata()["digest"]

    assert stored == digest


def test_the_stored_heads_have_the_groups_and_labels_of_the_base_pack(
    encoder: Reader,
) -> None:
    groups = groups_of(load_packs(["base"]))

    heads = fit_heads(groups, encoder)

    assert {name: head.labels for name, head in heads.items()} == {
        name: tuple(labels) for name, labels in groups.items()
    }


def test_a_head_tells_the_labels_of_a_toy_group_apart(encoder: Reader) -> None:
    head = fit_head(toy(), encoder)

    scores = scores_of(head, encoder, list(NEW))

    assert [head.labels[k] for k in scores.argmax(axis=1)] == list(NEW.values())


def test_scores_are_probabilities_one_for_each_sentence_and_label(encoder: Reader) -> None:
    head = fit_head(toy(), encoder)

    scores = scores_of(head, encoder, list(NEW))

    assert scores.shape == (len(NEW), 2)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_a_sentence_scores_the_same_alone_and_among_others(encoder: Reader) -> None:
    head = fit_head(toy(), encoder)

    among = scores_of(head, encoder, list(NEW))
    alone = np.vstack([scores_of(head, encoder, [sentence]) for sentence in NEW])

    np.testing.assert_allclose(alone, among, atol=1e-5)


def test_fitting_twice_gives_the_same_head(encoder: Reader) -> None:
    assert same(fit_head(toy(), encoder), fit_head(toy(), encoder))


def test_an_exemplar_may_stand_under_two_labels(encoder: Reader) -> None:
    both = "The garden railway runs past the roses."
    head = fit_head({"garden": (*GARDEN, both), "trains": (*TRAINS, both)}, encoder)

    (scores,) = scores_of(head, encoder, [both])

    assert np.isfinite(scores).all()
    assert head.labels == ("garden", "trains")


def test_a_head_of_a_single_label_is_finite(encoder: Reader) -> None:
    head = fit_head({"garden": GARDEN}, encoder)

    assert np.isfinite(scores_of(head, encoder, list(NEW))).all()


def test_groups_that_are_not_stored_are_fitted(encoder: Reader) -> None:
    heads = fit_heads({"toy": toy()}, encoder)

    assert list(heads) == ["toy"]
    assert same(heads["toy"], fit_head(toy(), encoder))


def test_the_digest_changes_with_an_exemplar_a_label_or_the_encoder(encoder: Reader) -> None:
    class Renamed:
        digest = "another encoder"
        encode = encoder.encode

    digests = {
        digest_of({"toy": toy()}, encoder),
        digest_of({"toy": {"garden": GARDEN[:-1], "trains": TRAINS}}, encoder),
        digest_of({"toy": {"garden": GARDEN, "railway": TRAINS}}, encoder),
        digest_of({"play": toy()}, encoder),
        digest_of({"toy": toy()}, Renamed()),
    }

    assert len(digests) == 5


def test_stored_heads_come_back_as_they_were(tmp_path: Path, encoder: Reader) -> None:
    head = fit_head(toy(), encoder)
    store_heads({"toy": head}, "the digest", tmp_path / "heads.safetensors")

    heads = _stored("the digest", tmp_path / "heads.safetensors")

    assert heads is not None
    assert same(heads["toy"], head)


def test_heads_stored_for_another_digest_are_not_used(tmp_path: Path, encoder: Reader) -> None:
    store_heads({"toy": fit_head(toy(), encoder)}, "old", tmp_path / "heads.safetensors")

    assert _stored("new", tmp_path / "heads.safetensors") is None


def test_without_a_stored_file_there_are_no_stored_heads(tmp_path: Path) -> None:
    assert _stored("any", tmp_path / "heads.safetensors") is None


@pytest.mark.parametrize("kept", [0, 7, 200, -1], ids=["empty", "head", "a part", "all but one"])
def test_a_stored_file_that_cannot_be_read_is_an_encoder_error(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "heads.safetensors"
    file.write_bytes(STORED.read_bytes()[:kept])

    with pytest.raises(EncoderError, match=r"heads\.safetensors cannot be read .*reinstall"):
        _stored("any", file)


def test_a_stored_file_of_something_else_is_an_encoder_error(tmp_path: Path) -> None:
    file = tmp_path / "heads.safetensors"
    file.write_text("these are not the heads you are looking for" * 9)

    with pytest.raises(EncoderError, match="cannot be read"):
        _stored("any", file)
