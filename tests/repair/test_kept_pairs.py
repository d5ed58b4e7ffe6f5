"""What a model may make of a draft: what keeps all that is said may go out, the rest may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.repair.kept import Known, Strayed, strayed
from tests.repair.kept_pairs import KEEP, KEEP_LATER, LOSE, LOSE_LATER, Pair


def judged(pair: Pair) -> Strayed | None:
    return strayed(pair.draft, pair.candidate, Known(said=pair.said, danger=pair.danger))


@pytest.mark.parametrize("pair", [*KEEP, *KEEP_LATER], ids=lambda pair: pair.name)
def test_another_way_to_write_the_same_is_no_loss(pair: Pair) -> None:
    assert judged(pair) is None


@pytest.mark.parametrize("pair", [*LOSE, *LOSE_LATER], ids=lambda pair: pair.name)
def test_what_says_something_else_does_not_go_out(pair: Pair) -> None:
    assert judged(pair) is not None


@pytest.mark.parametrize("pair", [*KEEP, *LOSE], ids=lambda pair: pair.name)
def test_a_draft_keeps_itself(pair: Pair) -> None:
    assert strayed(pair.draft, pair.draft, Known(said=pair.said, danger=True)) is None


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=80))
def test_whatever_the_texts_it_is_told_in_words_of_its_own(
    draft: str, candidate: str, said: str
) -> None:
    fault = strayed(draft, candidate, Known(said=said))

    assert fault is None or len(fault.reason) < 80
