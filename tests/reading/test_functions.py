"""Signal functions: who is told what by the user's emotion, with the words that show it."""

from __future__ import annotations

import pytest

from guard import Guard, Report


def audit(guard: Guard, user: str) -> Report:
    return guard.audit(user=user, draft="Thank you for telling me.")


def functions(guard: Guard, user: str) -> set[str]:
    return {signal.function for signal in audit(guard, user).reading.signals}


SELF = (
    "My grandmother died in spring and the kitchen is so empty without her.",
    "I'm scared that I will lose my sight and never paint again.",
    "I'm so proud that I finished the race after my operation.",
    "I'm exhausted. I look after both children alone and there is nothing left of me.",
)
OTHER = (
    "I'm hurt that my sister forgot my birthday again. I wish she knew how much it matters to me.",
    "I'm so angry with my flatmate. I need him to stop reading my letters.",
    "I'm grateful to my neighbour, she sat with me every night. I want to thank her properly.",
    "You ignored my question again! I'm angry with you, answer me.",
)
NORM = (
    "My boss took the credit for my work and lied about it to everyone. It is so unfair.",
    "They paid the women in our team less for the same work. I'm furious, that is discrimination.",
    "I lied to my best friend and read her diary. I feel so guilty.",
    "The nurses laughed at an old man who could not speak. It was cruel and I'm disgusted.",
)


class TestEachFunction:
    @pytest.mark.parametrize("user", SELF)
    def test_a_loss_a_threat_a_value_or_a_need_is_a_self_signal(
        self, guard_: Guard, user: str
    ) -> None:
        assert "self" in functions(guard_, user)

    @pytest.mark.parametrize("user", OTHER)
    def test_a_target_who_should_hear_it_makes_an_other_signal(
        self, by_exemplars: Guard, user: str
    ) -> None:
        assert "other" in functions(by_exemplars, user)

    @pytest.mark.parametrize("user", NORM)
    def test_an_act_judged_by_a_shared_standard_is_a_norm_signal(
        self, guard_: Guard, user: str
    ) -> None:
        assert "norm" in functions(guard_, user)

    @pytest.mark.parametrize(
        "user",
        [
            "How do I convert five miles to kilometres?",
            "Which museum is open on Mondays?",
            pytest.param(
                "The meeting is moved to three o'clock. Please tell me how to change it.",
                marks=pytest.mark.xfail(strict=True, reason="a plain please is read as a plea"),
            ),
        ],
    )
    def test_a_plain_question_carries_none(self, guard_: Guard, user: str) -> None:
        reading = audit(guard_, user).reading

        assert reading.signals == ()
        assert reading.primary is None


class TestContrasts:
    def test_bad_luck_is_no_norm_but_a_lie_is(self, guard_: Guard) -> None:
        luck = audit(guard_, "My flight was cancelled because of the snow. I'm so disappointed.")
        lie = audit(guard_, "They cancelled my flight and lied to us about why. I'm furious.")

        assert luck.scores.norm < lie.scores.norm
        assert "norm" not in {signal.function for signal in luck.reading.signals}
        assert "norm" in {signal.function for signal in lie.reading.signals}

    def test_an_unfair_death_is_self_unless_somebody_is_at_fault(self, guard_: Guard) -> None:
        fate = audit(guard_, "It's not fair that he died so young. I miss him every day.")
        fault = audit(guard_, "He died because the clinic ignored his pain and then lied about it.")

        assert fate.scores.norm < fault.scores.norm
        assert "self" in {signal.function for signal in fate.reading.signals}

    def test_the_dead_are_no_target_but_a_friend_within_reach_is(self, guard_: Guard) -> None:
        dead = audit(guard_, "I miss my grandmother so much since she died.")
        friend = audit(
            guard_,
            "I miss my best friend since our quarrel. She doesn't know how sorry I am, "
            "I never told her.",
        )

        assert dead.scores.other < friend.scores.other

    def test_anger_at_the_assistant_is_addressed(self, guard_: Guard) -> None:
        at_assistant = audit(guard_, "You made that source up again! I'm angry with you.")
        at_weather = audit(guard_, "It rained all week of my holiday. I'm so annoyed.")

        assert at_assistant.scores.other > at_weather.scores.other

    def test_a_harsh_standard_carries_self_and_norm(self, by_exemplars: Guard) -> None:
        found = functions(
            by_exemplars, "I must never fail. I got a B and I'm so ashamed, I let everyone down."
        )

        assert {"self", "norm"} <= found

    def test_a_wish_for_revenge_still_carries_a_hurt_or_a_wrong(self, guard_: Guard) -> None:
        found = functions(
            guard_, "He cheated on me with my best friend. I'm so angry, I want to make him pay."
        )

        assert found & {"other", "norm"}

    def test_positive_emotions_carry_functions_too(self, guard_: Guard) -> None:
        thanks = audit(guard_, "I'm so grateful to my teacher and want to thank her.")
        recipe = audit(guard_, "Thanks, and how long do I bake it?")

        assert thanks.scores.other > recipe.scores.other

    def test_a_friends_fury_is_not_the_users_signal(self, guard_: Guard) -> None:
        own = audit(guard_, "I'm furious with my landlord, he kept my deposit without a reason.")
        friends = audit(guard_, "My friend is furious with her landlord. What is his address?")

        assert own.scores["norm"] > friends.scores["norm"]


class TestEvidence:
    @pytest.mark.parametrize("user", [*SELF, *OTHER, *NORM])
    def test_each_signal_shows_the_words_it_rests_on(self, by_exemplars: Guard, user: str) -> None:
        signals = audit(by_exemplars, user).reading.signals

        evidence = [user[s.evidence.start : s.evidence.end] for s in signals]
        assert evidence
        assert all(words.strip() == words != "" for words in evidence)

    def test_the_evidence_is_the_sentence_that_carries_it(self, guard_: Guard) -> None:
        plain = "The bus to town was on time this morning."
        telling = "My boss took the credit for my work and lied about it, which is so unfair."
        user = f"{plain} {telling}"

        signals = audit(guard_, user).reading.signals

        (norm,) = (signal for signal in signals if signal.function == "norm")
        assert user[norm.evidence.start : norm.evidence.end] == telling

    @pytest.mark.parametrize("user", [*SELF, *OTHER, *NORM])
    def test_the_primary_function_is_one_of_those_marked(
        self, by_exemplars: Guard, user: str
    ) -> None:
        reading = audit(by_exemplars, user).reading

        assert reading.primary in {signal.function for signal in reading.signals}
        assert reading.signals[0].probability == max(s.probability for s in reading.signals)
