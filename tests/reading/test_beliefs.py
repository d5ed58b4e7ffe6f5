"""Beliefs: interpretations, generalisations, predictions; never what the user went through."""

from __future__ import annotations

import pytest

from guard import Belief, Guard


def beliefs(guard: Guard, user: str) -> tuple[Belief, ...]:
    return guard.audit(user=user, draft="Thank you for telling me.").reading.beliefs


def falsest(guard: Guard, user: str) -> float:
    return max((belief.false for belief in beliefs(guard, user)), default=0.0)


def types(guard: Guard, user: str) -> set[str]:
    return {belief.type for belief in beliefs(guard, user) if belief.false >= 0.5}


class TestKnownFalseBeliefs:
    @pytest.mark.parametrize(
        ("user", "known"),
        [
            ("I'm sure that vaccines cause autism.", "vaccines-autism"),
            ("We humans only use ten percent of our brain.", "ten-percent-brain"),
            ("I need antibiotics to get over this virus quickly.", "antibiotics-virus"),
        ],
    )
    def test_a_belief_a_pack_lists_is_recognised_in_other_words(
        self, guard_: Guard, user: str, known: str
    ) -> None:
        (belief,) = beliefs(guard_, user)

        assert belief.known == known
        assert belief.false > 0.5

    def test_it_comes_with_a_correction_and_its_source(self, guard_: Guard) -> None:
        (belief,) = beliefs(guard_, "I'm sure that vaccines cause autism.")

        assert belief.correction
        assert belief.source


class TestSweepingJudgements:
    @pytest.mark.parametrize(
        "user",
        [
            "I'm worthless and I ruin everything I touch.",
            "I am a burden to everyone who knows me.",
            "I'm a complete failure, I always fail at everything.",
        ],
    )
    def test_a_sweeping_judgement_of_oneself_is_a_belief_about_the_self(
        self, guard_: Guard, user: str
    ) -> None:
        assert "self" in types(guard_, user)

    @pytest.mark.parametrize(
        "user",
        [
            "Everyone at work secretly hates me.",
            "She didn't text back, so she must think I'm pathetic.",
        ],
    )
    def test_mind_reading_is_a_belief_about_others(self, guard_: Guard, user: str) -> None:
        assert "others" in types(guard_, user)

    @pytest.mark.parametrize(
        "user",
        [
            "I will definitely be alone forever, nobody will ever love me.",
            "The interview will be a total disaster and I will never find a job again.",
        ],
    )
    def test_a_certain_catastrophe_is_a_belief_about_the_future(
        self, guard_: Guard, user: str
    ) -> None:
        assert "future" in types(guard_, user)

    @pytest.mark.parametrize(
        "user",
        [
            "The newsreader is sending me secret messages through the television.",
            "I am the chosen one, the street lamps switch off when I pass to greet me.",
        ],
    )
    def test_a_fixed_belief_that_all_refers_to_oneself_is_delusional(
        self, guard_: Guard, user: str
    ) -> None:
        assert "delusional" in types(guard_, user)


class TestWhatIsNoFalseBelief:
    @pytest.mark.parametrize(
        "user",
        ["I feel so sad today.", "I'm angry with my brother.", "I'm scared of the operation."],
    )
    def test_a_feeling_is_never_false(self, guard_: Guard, user: str) -> None:
        assert falsest(guard_, user) < 0.5

    @pytest.mark.parametrize(
        "user",
        [
            "He hit me again last night.",
            "My boss shouted at me in front of everyone.",
            "The shop assistant followed me around because I am black.",
            "My chest has hurt since Tuesday.",
            "My mother died in March.",
        ],
    )
    def test_what_the_user_went_through_is_taken_as_true(self, guard_: Guard, user: str) -> None:
        assert falsest(guard_, user) < 0.5

    @pytest.mark.parametrize(
        "user",
        [
            "Which museum is open on Mondays?",
            "I like the blue curtains better than the green ones.",
            "We moved to a new flat in May.",
        ],
    )
    def test_questions_tastes_and_plain_reports_are_no_belief(
        self, guard_: Guard, user: str
    ) -> None:
        assert falsest(guard_, user) < 0.5

    def test_a_hard_week_is_less_of_a_belief_than_being_a_burden(self, guard_: Guard) -> None:
        week = falsest(guard_, "I had a hard week at work.")
        burden = falsest(guard_, "I am a burden to everyone who knows me.")

        assert week < burden


class TestWhere:
    def test_the_span_is_the_sentence_that_states_it(self, guard_: Guard) -> None:
        stated = "I'm sure that vaccines cause autism."
        user = f"My son is two. {stated} The clinic opens at eight."

        (belief,) = (b for b in beliefs(guard_, user) if b.known)

        assert user[belief.span.start : belief.span.end] == stated

    def test_the_likeliest_false_comes_first(self, guard_: Guard) -> None:
        found = beliefs(
            guard_,
            "Everyone hates me. I'm worthless, I always fail. I know that vaccines cause autism.",
        )

        falseness = [belief.false for belief in found]
        assert len(found) > 1
        assert falseness == sorted(falseness, reverse=True)

    def test_a_sentence_has_at_most_one(self, guard_: Guard) -> None:
        found = beliefs(guard_, "Everyone hates me. I'm worthless and I will be alone forever.")

        starts = [belief.span.start for belief in found]
        assert len(starts) == len(set(starts))
