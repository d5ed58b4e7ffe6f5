"""Cold: lecturing or questioning a distressed person without a clause that acknowledges it."""

from __future__ import annotations

import pytest

from guard import Guard

DISTRESS = "I can't stop crying. My mother died on Friday and I can't cope without her."
LECTURE = (
    "You should register the death within five days. You need the medical certificate. "
    "Then contact a funeral director and ask for three offers."
)
QUESTIONS = "When did she die? How old was she? Where did she live? Who is the heir?"
ACKNOWLEDGING = "Losing your mother so suddenly leaves a huge gap, no wonder you can't stop crying."


def cold(guard: Guard, user: str, draft: str) -> float:
    score = guard.audit(user=user, draft=draft).scores.cold
    assert score is not None
    return score


class TestCold:
    @pytest.mark.parametrize("draft", [LECTURE, QUESTIONS])
    def test_a_lecture_or_an_interrogation_of_a_distressed_person_is_cold(
        self, by_exemplars: Guard, draft: str
    ) -> None:
        assert cold(by_exemplars, DISTRESS, draft) >= 0.5

    @pytest.mark.parametrize("draft", [LECTURE, QUESTIONS])
    def test_one_clause_that_acknowledges_it_makes_it_less_so(
        self, by_exemplars: Guard, draft: str
    ) -> None:
        alone = cold(by_exemplars, DISTRESS, draft)
        acknowledged = cold(by_exemplars, DISTRESS, f"{ACKNOWLEDGING} {draft}")

        assert acknowledged < 0.6
        assert acknowledged < alone

    def test_an_apology_acknowledges_it_too(self, guard_: Guard) -> None:
        assert cold(guard_, DISTRESS, f"I'm so sorry for your loss. {LECTURE}") < 0.5

    def test_three_questions_are_colder_than_one(self, guard_: Guard) -> None:
        one = cold(guard_, DISTRESS, "How old was she?")

        assert cold(guard_, DISTRESS, QUESTIONS) >= one

    @pytest.mark.parametrize(
        "user",
        ["What do I need to register a death?", "I'm a bit annoyed that the bus was late."],
    )
    @pytest.mark.parametrize("draft", [LECTURE, QUESTIONS])
    def test_without_clear_distress_a_plain_answer_is_not_cold(
        self, guard_: Guard, user: str, draft: str
    ) -> None:
        assert cold(guard_, user, draft) < 0.5

    def test_soothing_is_the_opposite_fault(self, guard_: Guard) -> None:
        soothing = "I'm so sorry! Everything will be okay, stay strong!"

        assert cold(guard_, DISTRESS, soothing) < 0.5
