"""The question of an offline rewrite: for this feeling, this person, this message."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.repair import wording
from guard.repair.ask import after_thanks, questions
from tests.repair.conftest import MakeJob

GRIEF = "My mother died in June. I keep reaching for the phone to call her."


def test_who_is_mourned_is_asked_about(job_for: MakeJob) -> None:
    first = questions(job_for(GRIEF), None)[0]

    assert first in {one.format("your mother") for one in wording.ASK_OF_THE_LOST}


def test_loneliness_is_not_asked_what_anger_is(job_for: MakeJob) -> None:
    lonely = questions(job_for("I feel so lonely since I moved to Leeds."), None)
    angry = questions(job_for("I'm so angry. They gave my desk to the new one."), None)

    assert set(lonely).isdisjoint(angry)


def test_a_matter_that_was_said_back_is_not_named_twice(job_for: MakeJob) -> None:
    job = job_for("I'm so worried about my interview on Monday, I can't think of anything else.")

    named = questions(job, None)[0]
    said = questions(job, "You're worried about your interview on Monday.")[0]

    assert "your interview" in named
    assert "your interview" not in said


def test_guilt_is_asked_what_could_be_put_right(job_for: MakeJob) -> None:
    job = job_for("I left the gate open and my dog ran off. It's all my fault, I feel terrible.")

    assert questions(job, None)[0] in {
        *wording.ASK["guilt"],
        *(one.format("your dog") for one in wording.ASK_OF_THE_LOST),
    }


def test_in_danger_nothing_is_asked_here(job_for: MakeJob) -> None:
    assert questions(job_for("I want to die tonight. I have written the letters."), None) == ()


def test_nobody_is_asked_what_is_good_about_being_drunk(job_for: MakeJob) -> None:
    asked = questions(job_for("I love being drunk, it's the only time I feel happy."), None)

    assert not {one for words in wording.ASK_GLAD.values() for one in words}.intersection(asked)


def test_who_takes_leave_is_asked_nothing(job_for: MakeJob) -> None:
    welcome, last = after_thanks(job_for("Thanks for the chat. Good night!"))

    assert welcome in wording.WELCOME
    assert "?" not in last


def test_a_conceded_belief_is_what_the_question_is_about(job_for: MakeJob) -> None:
    job = job_for(
        "Everyone at work secretly hates me and laughs about me. I'm so anxious.",
        "You're right, they all hate you and laugh about you.",
    )
    kinds = {belief.type for belief in job.report.reading.beliefs}

    first = questions(job, None)[0]

    assert any(finding.label == "concedes_false" for finding in job.findings)
    assert first in {one for kind in kinds for one in wording.ASK_BELIEF[kind]}


MESSAGES = st.lists(
    st.sampled_from(
        [
            "My sister opened my letter.",
            "I lost my job in March.",
            "I'm so ashamed.",
            "Thanks for listening.",
            "What should I do?",
            "I'm glad it is over!",
            "I will call my dad tomorrow.",
            "It isn't fair.",
            "I drank again.",
            "I miss him.",
        ]
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=MESSAGES)
def test_each_is_one_question_and_always_the_same(job_for: MakeJob, said: list[str]) -> None:
    user = " ".join(said)

    asked, again = questions(job_for(user), None), questions(job_for(user), None)

    assert asked == again
    assert len(set(asked)) == len(asked) <= 3
    for one in asked:
        assert one.endswith("?")
        assert one.count("?") == 1
        assert "{" not in one


@pytest.mark.parametrize("words", [wording.ASK, wording.ASK_GLAD, wording.FEELINGS])
def test_nothing_is_in_the_first_person(words: dict[str, tuple[str, ...]]) -> None:
    """A program that tells of itself makes the claims that the audit is there to find."""
    for said in words.values():
        for one in said:
            assert not {"I", "I'm", "me", "my", "we"}.intersection(one.split())
