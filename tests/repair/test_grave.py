"""Words that keep a reply careful, whatever the reading was sure of."""

from __future__ import annotations

import pytest

from guard.repair.cut import has_care
from guard.repair.fallback import fallback_for
from guard.repair.grave import is_grave, may_tell_of_danger
from tests.repair.conftest import MakeJob


@pytest.mark.parametrize(
    "text",
    [
        "I don\u2019t know if I can hold on any more",
        "looking forward to the day I die",
        "im done trying",
        "I can only afford to die",
        "still cutting",
        "should I tell them before I die?",
    ],
)
def test_what_may_tell_of_danger(text: str) -> None:
    assert may_tell_of_danger(text)
    assert is_grave(text)


@pytest.mark.parametrize(
    "text",
    [
        "My dog died last night.",
        "this homework is killing me",
        "I cut the cake and my aunt laughed",
        "Hold on, I have another question",
        "It was over the top",
    ],
)
def test_what_does_not(text: str) -> None:
    assert not may_tell_of_danger(text)


def test_the_fallback_then_names_help(job_for: MakeJob) -> None:
    job = job_for("I don't know if I can hold on any more.", "I felt the same when I was 20.")

    assert has_care(fallback_for(job.rules, job.report, job.turn.draft, job.turn.user))
