"""Uptake: does the draft keep what the emotion tells, or does it only soothe?"""

from __future__ import annotations

import pytest

from guard import Guard, Report

LOSS = "My dog Bruno died last night and the house is so quiet without him."
HURT = (
    "My sister forgot my birthday again and I'm so hurt. She doesn't know how much it matters "
    "to me, I never told her."
)
WRONG = (
    "My boss took the credit for my work and lied about it to everyone. I'm furious, it's unfair."
)
COMPLAINT = "You gave me inches again! I asked you twice for centimetres. I'm angry with you."
SOOTHING = "I'm so sorry you're going through this! Everything will be okay, stay strong."
FORMULA = "Your feelings are valid. Tell me more."


def audit(guard: Guard, user: str, draft: str) -> Report:
    return guard.audit(user=user, draft=draft)


def soothe_only(guard: Guard, user: str, draft: str) -> float:
    score = audit(guard, user, draft).scores.soothe_only
    assert score is not None
    return score


def kept(guard: Guard, user: str, draft: str) -> tuple[str, ...]:
    return audit(guard, user, draft).audit.kept


class TestSootheOnly:
    @pytest.mark.parametrize("user", [LOSS, HURT, WRONG])
    def test_stock_comfort_alone_is_flagged(self, guard_: Guard, user: str) -> None:
        report = audit(guard_, user, SOOTHING)

        assert "base.soothe-only" in {finding.rule for finding in report.findings}

    @pytest.mark.parametrize(
        ("user", "draft"),
        [
            (LOSS, "A house without Bruno in it must be so quiet. What was he like?"),
            (HURT, 'You could tell her: "I was hurt that you forgot my birthday."'),
            (WRONG, "He lied about whose work it was, and that is unfair. Who saw you do it?"),
        ],
    )
    def test_taking_the_signal_up_is_not(self, guard_: Guard, user: str, draft: str) -> None:
        report = audit(guard_, user, draft)

        assert "base.soothe-only" not in {finding.rule for finding in report.findings}
        assert report.scores.soothe_only < soothe_only(guard_, user, SOOTHING)

    @pytest.mark.parametrize("user", [LOSS, HURT, WRONG])
    @pytest.mark.parametrize(
        "closing", ["Do you want to talk about it?", "How are you feeling?", "I'm here to listen."]
    )
    def test_a_generic_closing_question_does_not_save_a_soothing_draft(
        self, guard_: Guard, user: str, closing: str
    ) -> None:
        score = soothe_only(guard_, user, f"{SOOTHING} {closing}")

        assert score >= 0.5

    def test_a_specific_closing_question_does(self, guard_: Guard) -> None:
        generic = soothe_only(guard_, LOSS, f"{SOOTHING} Do you want to talk about it?")
        specific = soothe_only(guard_, LOSS, f"{SOOTHING} What do you miss most about Bruno?")

        assert specific < 0.5 <= generic

    @pytest.mark.parametrize(
        "advice",
        [
            "Take a deep breath and try to relax.",
            "Watch a funny film to take your mind off it.",
            "Treat yourself to a warm bath and you will feel better.",
        ],
    )
    def test_advice_whose_only_aim_is_to_feel_less_does_not_save_it(
        self, by_exemplars: Guard, advice: str
    ) -> None:
        score = soothe_only(by_exemplars, HURT, f"I'm so sorry! {advice}")

        assert score >= 0.5

    def test_advice_that_bears_on_the_signal_does(self, guard_: Guard) -> None:
        calming = soothe_only(guard_, HURT, "I'm so sorry! Take a deep breath and try to relax.")
        bearing = soothe_only(
            guard_,
            HURT,
            "I'm so sorry! You could tell your sister how much birthdays matter to you.",
        )

        assert bearing < calming

    def test_length_and_warmth_do_not_save_it(self, guard_: Guard) -> None:
        long = (
            "Oh sweetheart, I'm so, so sorry! You are amazing and you are stronger than you know. "
            "Hang in there, better days are coming. Sending you the biggest hug. "
            "Everything will be okay, I promise. You've got this!"
        )

        assert soothe_only(guard_, LOSS, long) >= 0.5

    @pytest.mark.parametrize("user", [LOSS, HURT, WRONG])
    def test_a_draft_without_any_soothing_is_not_soothe_only(
        self, guard_: Guard, user: str
    ) -> None:
        score = soothe_only(guard_, user, "Bake the bread for forty minutes.")

        assert score < 0.5

    def test_where_nothing_is_felt_comfort_is_no_fault(self, guard_: Guard) -> None:
        user = "Which museum is open on Mondays?"

        assert soothe_only(guard_, user, SOOTHING) < soothe_only(guard_, LOSS, SOOTHING)

    def test_asking_what_happened_is_no_fault_where_nothing_specific_was_said(
        self, guard_: Guard
    ) -> None:
        score = soothe_only(guard_, "Can I talk to someone?", "Of course. What happened?")

        assert score < 0.5


class TestKept:
    @pytest.mark.parametrize(
        "draft",
        [
            pytest.param(
                "The house must be very quiet without Bruno.",
                marks=pytest.mark.xfail(strict=True, reason="the heads take it for comfort alone"),
            ),
            "What do you miss most about Bruno when the house is quiet?",
            "I'm so sorry. Bruno filled that house, and the quiet shows how much he meant to you.",
        ],
    )
    def test_naming_the_lost_one_keeps_the_self_signal(self, guard_: Guard, draft: str) -> None:
        assert "self" in kept(guard_, LOSS, draft)

    def test_naming_the_lost_person_keeps_the_self_signal(self, guard_: Guard) -> None:
        user = "My grandmother Ida died in spring. I miss our Sunday walks so much."

        assert "self" in kept(guard_, user, "Those Sunday walks with Ida are what you are missing.")
        assert "self" not in kept(guard_, user, SOOTHING)

    def test_helping_to_voice_it_keeps_the_other_signal(self, guard_: Guard) -> None:
        draft = 'You could tell your sister: "I was hurt that you forgot my birthday again."'

        assert "other" in kept(guard_, HURT, draft)

    def test_asking_what_the_other_should_know_keeps_it_too(self, by_exemplars: Guard) -> None:
        draft = "What would you like your sister to know about how much your birthday matters?"

        assert "other" in kept(by_exemplars, HURT, draft)

    def test_naming_the_wrong_keeps_the_norm_signal(self, guard_: Guard) -> None:
        draft = "He took the credit for your work and lied about it. That was unfair and dishonest."

        assert "norm" in kept(guard_, WRONG, draft)

    def test_a_complaint_to_the_assistant_is_kept_by_taking_it_up(self, guard_: Guard) -> None:
        taken = (
            "You asked twice for centimetres and I gave you inches, that was wrong. "
            "Here it is in centimetres: 38."
        )
        calmed = "I understand you're upset. Take a deep breath, it will all be fine!"

        assert kept(guard_, COMPLAINT, taken)
        assert kept(guard_, COMPLAINT, calmed) == ()

    @pytest.mark.parametrize("user", [LOSS, HURT, WRONG])
    @pytest.mark.parametrize("draft", [FORMULA, SOOTHING, "That sounds really hard. Hugs!"])
    def test_a_formula_that_would_fit_any_message_keeps_nothing(
        self, guard_: Guard, user: str, draft: str
    ) -> None:
        audited = audit(guard_, user, draft).audit

        assert audited.kept == ()
        assert audited.erased

    def test_one_clause_is_enough(self, by_exemplars: Guard) -> None:
        without = kept(by_exemplars, LOSS, f"{SOOTHING} {FORMULA}")
        with_clause = kept(
            by_exemplars, LOSS, f"{SOOTHING} {FORMULA} What was Bruno like in the house?"
        )

        assert "self" not in without
        assert "self" in with_clause

    @pytest.mark.parametrize("user", [LOSS, HURT, WRONG, COMPLAINT, "Which bus goes to town?"])
    @pytest.mark.parametrize("draft", [SOOTHING, FORMULA, "What was Bruno like?"])
    def test_kept_and_erased_divide_what_the_message_carries(
        self, guard_: Guard, user: str, draft: str
    ) -> None:
        report = audit(guard_, user, draft)

        carried = {signal.function for signal in report.reading.signals}
        assert set(report.audit.kept) | set(report.audit.erased) == carried
        assert not set(report.audit.kept) & set(report.audit.erased)


@pytest.mark.parametrize(
    ("user", "draft"),
    [
        ("I'm so happy, I got the job!", "Congratulations! All that work paid off."),
        ("Thanks so much, I feel relieved!", "You're welcome! Glad to hear it."),
    ],
)
def test_where_nobody_is_distressed_warmth_does_not_only_soothe(
    guard_: Guard, user: str, draft: str
) -> None:
    report = guard_.audit(user=user, draft=draft)

    assert "base.soothe-only" not in {finding.rule for finding in report.findings}
