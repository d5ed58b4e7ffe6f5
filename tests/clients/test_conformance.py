"""What conformance says of a run: which reply differs and where, and what became of each test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.conformance.marker import marking
from benchmarks.conformance.outcomes import Outcomes, read
from benchmarks.conformance.same import differences
from benchmarks.lanes import Ran, lanes, told
from tests.clients import scripts
from tests.clients.scripts import CLEAN, MARKED, USER, sse


def test_a_difference_is_named_by_its_field_and_never_by_its_text() -> None:
    came = scripts.responses(CLEAN)
    went = [*came[:-1], {**came[-1], "response": scripts.response([], "failed")}]

    found = differences(sse(came), sse(went))

    assert any(one.endswith("/status") and "response.completed" in one for one in found)
    assert not any("Rex" in one for one in found)


def test_where_the_deltas_of_a_changed_text_are_cut_is_no_difference() -> None:
    came = scripts.chat("One two three.")
    cut = scripts.chat("One two three.")
    cut[1]["choices"][0]["delta"]["content"] = "One two "
    cut[2]["choices"][0]["delta"]["content"] = ""
    longer = scripts.chat("One two three.")
    longer[2]["choices"][0]["delta"]["content"] = "two, "

    assert sse(came) != sse(cut)
    assert differences(sse(came), sse(cut)) == []
    assert [place.rpartition("/")[2] for place in differences(sse(came), sse(longer))] == [
        "content"
    ]


def test_a_reply_in_which_nothing_was_rewritten_must_be_the_same_to_the_last_byte() -> None:
    came, went = b'{"a": 1}', b'{"a":1}'

    assert differences(came, went) == []
    assert differences(came, went, changed=False)


@pytest.mark.parametrize(
    ("phases", "outcome"),
    [
        (("passed", "passed", "passed"), "passed"),
        (("passed", "failed", "passed"), "failed"),
        (("passed", "passed", "failed"), "failed"),
        (("skipped", "passed"), "skipped"),
        (("failed", "passed"), "failed"),
    ],
)
def test_a_test_has_passed_if_all_its_phases_have(phases: tuple[str, ...], outcome: str) -> None:
    found = Outcomes()

    for phase in phases:
        found.take("a", phase)

    assert found.of(outcome) == {"a"}


def test_outcomes_are_read_as_they_were_written(tmp_path: Path) -> None:
    found = Outcomes(test="a", audited=2)
    found.take("a", "passed")
    found.refused.add("b")
    found.differ(["x/y"])
    file = tmp_path / "out.json"

    file.write_text(json.dumps(found.written()))

    assert read(file).written() == found.written()
    assert read(file).different == [("a", "x/y")]


def test_a_guard_of_every_word_puts_its_mark_before_each_and_nothing_else_changes() -> None:
    marked = marking(None, lambda word: f"zqx{word}", record=lambda _: None)

    text = marked.check(user=USER, draft=MARKED).reply.text

    assert text.replace("zqx", "") == MARKED
    assert text.count("zqx") == len(MARKED.split())


def test_the_oldest_lane_is_the_one_that_the_package_names() -> None:
    wanted = lanes()

    assert next(iter(wanted.values())).startswith("openai==1.")
    assert len(wanted) == 4


def test_a_lane_that_cannot_be_had_is_said_loudly() -> None:
    missing = Ran("newest 9.x", missing="ERROR: No matching distribution found")

    assert not missing.well
    assert "NOT RUN" in told(missing)
