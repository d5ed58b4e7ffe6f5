"""What takes up the message: the clause that tells most, else the feeling, if it is sure."""

from __future__ import annotations

import pytest

from guard.repair.reflect import feeling, reflection
from tests.repair.conftest import MakeJob


def said(job_for: MakeJob, user: str) -> str | None:
    job = job_for(user)
    return reflection(job, job.user)


def test_the_clause_that_feels_comes_before_the_one_that_tells_the_time(job_for: MakeJob) -> None:
    found = said(job_for, "I'm 14 and starting at a new school. I don't feel loved by my parents.")

    assert found == "You don't feel loved by your parents."


@pytest.mark.parametrize(
    ("user", "back"),
    [
        ("Feeling lonely all the time.", "You're feeling lonely all the time."),
        ("lost my job and my flat in one week", "You lost your job and your flat in one week."),
        ("I feel worried, nervous, tired of all this noise", "You feel worried and nervous."),
        ("I'm going to bed at 5am and sleeping till noon.", "You're going to bed at 5am and"),
        ("i am not feeling so well today", "You are not feeling so well today."),
    ],
)
def test_chat_is_said_back_as_a_sentence(job_for: MakeJob, user: str, back: str) -> None:
    assert (said(job_for, user) or "").startswith(back)


@pytest.mark.parametrize(
    "user",
    [
        "I'm just a lazy piece of trash.",
        "I am alone.",
        "I'm feel so lonely about it",
        "My brain keeps torturing me at night.",
        "My personality has no depth.",
    ],
)
def test_what_hurts_or_says_too_little_is_not_said_back(job_for: MakeJob, user: str) -> None:
    assert said(job_for, user) is None


def test_a_feeling_that_was_named_is_named(job_for: MakeJob) -> None:
    assert feeling(job_for("That's what makes me so angry!")) in {
        "That sounds infuriating.",
        "There is anger in that.",
    }


@pytest.mark.parametrize(
    "user",
    [
        "I don't know if I can hold on. I'm so frustrated.",
        "I want to die, I'm so sad.",
        "I'm so happy today, we got the flat!",
        "What time does the library open?",
    ],
)
def test_no_feeling_is_named_in_danger_or_where_there_is_no_distress(
    job_for: MakeJob, user: str
) -> None:
    assert feeling(job_for(user)) is None
