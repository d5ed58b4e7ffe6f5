"""Scanned: what it says cannot hold does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from guard.packs.conditions import Says
from guard.packs.looks import Looks, found
from guard.packs.scanned import Scanned, sought
from guard.text.document import Document, Match, Sentence

DEGREES = st.integers(0, 359).map(str)
LOOKED_FOR = st.lists(
    st.builds(
        Says,
        phrases=st.just(("words",)),
        exemplars=st.lists(DEGREES, max_size=3).map(tuple),
        at_least=st.floats(0.0, 1.0),
        times=st.integers(1, 2),
    ),
    min_size=1,
    max_size=6,
)


class Compass:
    """An encoder for which a sentence is a direction, in degrees."""

    digest = "compass"

    def encode(self, sentences: Sequence[str]) -> Any:
        angles = np.radians([float(sentence) for sentence in sentences])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@given(LOOKED_FOR, st.lists(DEGREES, max_size=4), st.sets(st.integers(0, 5)))
@example([Says(phrases=("words",), exemplars=("0",), at_least=0.0)], ["91"], set())
def test_what_cannot_hold_is_not_found(
    looked_for: list[Says], text: list[str], worded: set[int]
) -> None:
    looks = Looks()
    every = [looks.add(says, "draft", f"look{i}") for i, says in enumerate(looked_for)]
    matches = tuple(Match(f"look{i}", 0, 1, 0, 0) for i in sorted(worded) if text)
    sentences = tuple(Sentence(i, i + 1, one, (one,)) for i, one in enumerate(text))
    document = Document("draft", "x" * len(text), sentences, matches)

    scanned = Scanned(
        document,
        Compass().encode(text),
        sought(every, looks.meant["draft"], looks.unlike["draft"], Compass()),
    )

    for look in every:
        assert scanned.may_hold(look) or not found(look, scanned).held


def test_a_text_of_which_words_alone_count_means_nothing() -> None:
    looks = Looks()
    one = looks.add(Says(exemplars=("90",), at_least=0.0), "user", "north")
    document = Document("user", "x", (Sentence(0, 1, "90", ("90",)),), ())
    ready = sought([one], looks.meant["user"], looks.unlike["user"], Compass())

    assert not Scanned(document, None, ready).may_hold(one)
    assert Scanned(document, Compass().encode(["90"]), ready).may_hold(one)
