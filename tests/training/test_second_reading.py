"""The second, blind reading of the project's own text, and the measure of agreement."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.agreement import FILE, kappa, pairs
from training.rows import written

READ_TWICE = 600  # drafts, at least


def test_kappa_is_agreement_beyond_chance() -> None:
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: agreement 0.7, by chance 0.5.
    some = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15

    assert kappa(some) == pytest.approx(0.4)


@given(st.lists(st.integers(0, 3), min_size=1))
def test_who_agrees_with_themselves_agrees_fully(said: list[int]) -> None:
    assert kappa([(value, value) for value in said]) == pytest.approx(1.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_kappa_does_not_depend_on_who_reads_first(some: list[tuple[bool, bool]]) -> None:
    assert kappa(some) == pytest.approx(kappa([(two, one) for one, two in some]))


def test_enough_drafts_were_read_twice_and_all_are_in_the_text() -> None:
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    drafts = {row.id: len(row.drafts) for row in written()}

    assert sum(len(row["second"]["drafts"]) for row in rows) >= READ_TWICE
    assert all(drafts[row["id"]] >= len(row["second"]["drafts"]) for row in rows)


def test_two_readers_of_the_codebook_see_the_same_faults() -> None:
    agreed = {name: kappa(some) for name, some in pairs().items()}

    assert agreed["soothe_only"] > 0.8
    assert agreed["concedes_false"] > 0.8
    assert agreed["flag"] > 0.8


def test_the_command_prints_a_figure_for_each_label() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "training.agreement", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout).keys() == pairs().keys()
