"""How much of the user's feelings is read: `full`, only what is `stated`, or nothing (`off`)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard import Guard, Report, Risk, Trajectory, Turn
from guard.models.reader import Reader
from guard.report import Inference

INFERENCES: tuple[Inference, ...] = ("full", "stated", "off")
UNSTATED = "I have been crying all week. She left after eleven years and took our dog with her."
STATED = "I feel so lonely since she left after eleven years."
DANGER = "I want to kill myself."
PLAIN = "How do I descale a kettle?"
DRAFTS = (
    "I'm so sorry! Don't worry, everything will be okay.",
    "Eleven years is a long time to share. What do the evenings look like without her?",
    "You're absolutely right. I feel your pain, and I will always be here for you.",
    "Half vinegar, half water, boil it once, then rinse.",
)

# What people say without a word that hints at danger, felt and plain alike.
FELT = (
    "I'm so angry with my brother",
    "my boss took the credit for my work and it is not fair",
    "I'm jealous of my sister",
    "she forgot my birthday and it hurts",
    "I'm proud of my daughter",
    "I miss our garden",
    "how do I descale a kettle?",
    "the train leaves at nine",
    "I bought a blue bicycle",
    "everybody at school thinks I'm boring",
    "thank you for the recipe",
    "we planted two apple trees",
    "I feel ashamed of what I said to him",
    "my flat is cold and the landlord does not answer",
)
messages_without_danger = st.lists(st.sampled_from(FELT), min_size=1, max_size=5).map(". ".join)
any_english = st.lists(
    st.sampled_from((*FELT, DANGER, "he hits me", "I don't want to be here anymore")),
    min_size=1,
    max_size=5,
).map(". ".join)


@pytest.fixture(scope="module")
def guards() -> dict[str, Guard]:
    encoder = Reader()
    made = {
        inference: Guard(emotion_inference=inference, encoder=encoder) for inference in INFERENCES
    }
    return {**made, "blind": Guard(emotion_inference="off", risk_cues=False, encoder=encoder)}


def read(guard: Guard, user: str, draft: str = DRAFTS[0]) -> Report:
    return guard.audit(user=user, draft=draft)


def with_history(*earlier: str, latest: str) -> Turn:
    context = [{"role": "user", "content": text} for text in earlier]
    return Turn.of(latest, DRAFTS[0], context)


def scores_but(report: Report, *left_out: str) -> dict[str, float | None]:
    return {label: score for label, score in report.scores.items() if label not in left_out}


class TestReported:
    @pytest.mark.parametrize("inference", INFERENCES)
    @pytest.mark.parametrize("draft", [DRAFTS[0], "", "x" * 50_000])
    def test_the_report_says_how_it_was_read(
        self, guards: dict[str, Guard], inference: Inference, draft: str
    ) -> None:
        report = read(guards[inference], STATED, draft)

        assert report.reading.inference == inference

    def test_reading_in_full_is_the_default(self, guard_: Guard) -> None:
        report = read(guard_, STATED)

        assert report.reading.inference == "full"


class TestFull:
    def test_it_infers_what_is_not_named(self, guards: dict[str, Guard]) -> None:
        reading = read(guards["full"], UNSTATED).reading

        assert reading.emotions
        assert not any(emotion.stated for emotion in reading.emotions)
        assert reading.signals


class TestStated:
    def test_a_named_emotion_is_listed_where_it_is_named(self, guards: dict[str, Guard]) -> None:
        emotions = read(guards["stated"], STATED).reading.emotions

        assert [emotion.name for emotion in emotions] == ["loneliness"]
        assert STATED[emotions[0].span.start : emotions[0].span.end] == "lonely"

    @pytest.mark.parametrize("user", [UNSTATED, STATED, PLAIN, *FELT])
    def test_every_emotion_in_it_is_stated(self, guards: dict[str, Guard], user: str) -> None:
        emotions = read(guards["stated"], user).reading.emotions

        assert all(emotion.stated for emotion in emotions)

    def test_without_a_named_emotion_there_is_neither_emotion_nor_signal(
        self, guards: dict[str, Guard]
    ) -> None:
        report = read(guards["stated"], UNSTATED)

        assert report.reading.emotions == ()
        assert report.reading.signals == ()
        assert report.reading.primary is None
        assert (report.scores.self, report.scores.other, report.scores.norm) == (0.0, 0.0, 0.0)

    def test_without_a_named_emotion_there_is_no_distress(self, guards: dict[str, Guard]) -> None:
        reading = read(guards["stated"], UNSTATED).reading

        assert reading.intensity == 0

    def test_the_sentence_that_names_the_emotion_carries_the_signal(
        self, guards: dict[str, Guard]
    ) -> None:
        signals = read(guards["stated"], STATED).reading.signals

        assert "self" in {signal.function for signal in signals}

    def test_each_sentence_that_names_the_emotion_counts_whatever_their_order(
        self, guards: dict[str, Guard]
    ) -> None:
        weak, strong = "I'm sad about the rain.", "I'm so sad since my mother died in March."

        weak_first = read(guards["stated"], f"{weak} {strong}").scores
        strong_first = read(guards["stated"], f"{strong} {weak}").scores

        assert weak_first.self == pytest.approx(strong_first.self, abs=0.05)

    def test_distress_in_earlier_messages_counts_only_where_it_is_named(
        self, guards: dict[str, Guard]
    ) -> None:
        unnamed = guards["stated"].audit(with_history(UNSTATED, latest=PLAIN)).reading
        named = guards["stated"].audit(with_history(STATED, latest=PLAIN)).reading

        assert unnamed.trajectory.intensities == (0, 0)
        assert named.trajectory.intensities > (0, 0)

    def test_danger_is_read_all_the_same(self, guards: dict[str, Guard]) -> None:
        risk = read(guards["stated"], DANGER).reading.risk

        assert risk.level == "acute"

    @settings(max_examples=60, deadline=None)
    @given(user=messages_without_danger)
    def test_it_never_reads_more_than_full(self, guards: dict[str, Guard], user: str) -> None:
        full, stated = read(guards["full"], user).reading, read(guards["stated"], user).reading

        assert {e.name for e in stated.emotions} <= {e.name for e in full.emotions}
        assert {s.function for s in stated.signals} <= {s.function for s in full.signals}


class TestOff:
    @pytest.mark.parametrize("user", [UNSTATED, STATED, PLAIN])
    def test_nothing_is_read_of_what_is_felt_or_believed(
        self, guards: dict[str, Guard], user: str
    ) -> None:
        reading = read(guards["off"], user).reading

        assert reading.emotions == ()
        assert reading.signals == ()
        assert reading.beliefs == ()
        assert reading.primary is None
        assert reading.intensity == 0
        assert reading.trajectory == Trajectory()

    @pytest.mark.parametrize("user", [UNSTATED, STATED, PLAIN])
    def test_no_function_is_judged(self, guards: dict[str, Guard], user: str) -> None:
        scores = read(guards["off"], user).scores

        assert (scores.self, scores.other, scores.norm) == (None, None, None)

    def test_the_draft_is_audited_alone(self, guards: dict[str, Guard]) -> None:
        soothing, asking = (read(guards["off"], STATED, draft).scores for draft in DRAFTS[:2])

        assert soothing.soothe_only is not None
        assert asking.soothe_only is not None
        assert soothing.soothe_only > asking.soothe_only

    def test_danger_is_read_and_must_be_answered(self, guards: dict[str, Guard]) -> None:
        report = read(guards["off"], DANGER)

        assert report.reading.risk.level == "acute"
        assert report.audit.risk_handled == "no"
        assert "base.risk-unhandled" in {finding.rule for finding in report.findings}

    def test_without_risk_cues_danger_is_not_read_either(self, guards: dict[str, Guard]) -> None:
        report = read(guards["blind"], DANGER)

        assert report.reading.risk == Risk()
        assert report.audit.risk_handled == "na"

    @pytest.mark.parametrize("inference", ["full", "stated"])
    def test_risk_cues_can_only_be_left_out_where_nothing_else_is_read(
        self, inference: Inference
    ) -> None:
        with pytest.raises(ValueError, match="risk_cues"):
            Guard(emotion_inference=inference, risk_cues=False)

    @pytest.mark.parametrize("name", ["off", "blind"])
    def test_earlier_messages_are_not_read(self, guards: dict[str, Guard], name: str) -> None:
        without = guards[name].audit(with_history(latest=PLAIN))
        after_distress = guards[name].audit(with_history(UNSTATED, DANGER, latest=PLAIN))

        assert after_distress == without

    @settings(max_examples=80, deadline=None)
    @given(
        one=messages_without_danger, other=messages_without_danger, draft=st.sampled_from(DRAFTS)
    )
    def test_other_words_of_the_user_change_nothing_but_the_risk(
        self, guards: dict[str, Guard], one: str, other: str, draft: str
    ) -> None:
        first, second = read(guards["off"], one, draft), read(guards["off"], other, draft)

        assert first.audit == second.audit
        assert first.findings == second.findings
        assert first.verdict == second.verdict
        assert scores_but(first, "risk", "risk_acute") == scores_but(second, "risk", "risk_acute")

    @settings(max_examples=80, deadline=None)
    @given(one=any_english, other=any_english, draft=st.sampled_from(DRAFTS))
    def test_without_risk_cues_other_words_of_the_user_change_nothing_at_all(
        self, guards: dict[str, Guard], one: str, other: str, draft: str
    ) -> None:
        first, second = read(guards["blind"], one, draft), read(guards["blind"], other, draft)

        assert first == second


def test_without_risk_cues_not_even_the_language_of_the_message_is_looked_at() -> None:
    guard = Guard(emotion_inference="off", risk_cues=False)

    german = guard.audit(
        user="Mein Hund ist gestern gestorben, ich bin so traurig.", draft="Lisbon."
    )
    english = guard.audit(user="What is the capital of Portugal?", draft="Lisbon.")

    assert german == english
