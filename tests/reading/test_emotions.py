"""Emotions: the user's own, named or inferred, and how strong they are."""

from __future__ import annotations

import pytest

from guard import Emotion, Guard, Reading


def read(guard: Guard, user: str) -> Reading:
    return guard.audit(user=user, draft="Thank you for telling me.").reading


def names(guard: Guard, user: str) -> set[str]:
    return {emotion.name for emotion in read(guard, user).emotions}


def words_of(emotion: Emotion, user: str) -> str:
    return user[emotion.span.start : emotion.span.end]


NAMED = {
    "sadness": "I'm so sad that we had to sell the house.",
    "grief": "I'm still grieving for my sister.",
    "loneliness": "I feel lonely since we moved to this town.",
    "hurt": "I was really hurt when she laughed at my drawing.",
    "disappointment": "I'm disappointed that nobody came to my concert.",
    "anger": "I'm angry with my brother for selling my guitar.",
    "frustration": "I'm so frustrated, the landlord never answers.",
    "disgust": "I'm disgusted by how he talks about his nurses.",
    "contempt": "I feel nothing but contempt for him by now.",
    "fear": "I'm scared of the operation on Monday.",
    "anxiety": "I'm anxious about the interview tomorrow.",
    "guilt": "I feel guilty for shouting at my children.",
    "shame": "I'm ashamed of how I treated my parents.",
    "embarrassment": "I was so embarrassed when I forgot her name.",
    "envy": "I envy my colleague for her easy way with people.",
    "jealousy": "I get jealous whenever he texts his ex.",
    "confusion": "I'm confused about what he wants from me.",
    "relief": "I'm so relieved that the scan was clear.",
    "hope": "I feel hopeful about the new treatment.",
    "gratitude": "I'm grateful to my neighbour who drove me there.",
    "pride": "I'm proud of my daughter, she learned to swim.",
    "love": "I'm in love with my best friend.",
    "joy": "I'm so happy, we got the flat!",
}


class TestNamed:
    @pytest.mark.parametrize("name", NAMED)
    def test_an_emotion_the_user_names_is_theirs_and_stated(self, guard_: Guard, name: str) -> None:
        emotions = read(guard_, NAMED[name]).emotions

        assert name in {emotion.name for emotion in emotions if emotion.stated}

    @pytest.mark.parametrize("name", NAMED)
    def test_a_stated_emotion_points_at_its_words(self, guard_: Guard, name: str) -> None:
        user = NAMED[name]

        (emotion,) = (e for e in read(guard_, user).emotions if e.name == name)

        assert words_of(emotion, user)
        assert len(words_of(emotion, user)) < len(user) / 2

    def test_chat_spelling_names_it_too(self, guard_: Guard) -> None:
        reading = read(guard_, "im so lonely rn")

        assert "loneliness" in {emotion.name for emotion in reading.emotions if emotion.stated}

    def test_several_emotions_can_be_named_at_once(self, guard_: Guard) -> None:
        found = names(guard_, "I'm relieved that it is over, and ashamed that I feel relieved.")

        assert {"relief", "shame"} <= found

    def test_the_likeliest_comes_first(self, guard_: Guard) -> None:
        emotions = read(guard_, "I'm furious with my boss. Ignored again, I could cry.").emotions

        probabilities = [emotion.probability for emotion in emotions]
        assert probabilities == sorted(probabilities, reverse=True)
        assert emotions[0].name == "anger"


class TestInferred:
    @pytest.mark.parametrize(
        ("user", "one_of"),
        [
            ("I have been crying ever since the funeral.", {"grief", "sadness"}),
            ("I can't stop crying since my mother's funeral.", {"grief", "sadness"}),
            ("My heart is racing. What if they find a tumour?", {"fear", "anxiety"}),
            ("How dare he read my diary in front of everyone!", {"anger", "hurt"}),
            ("It is all my fault, I should have picked her up.", {"guilt"}),
        ],
    )
    def test_an_unnamed_emotion_is_inferred_and_said_to_be(
        self, guard_: Guard, user: str, one_of: set[str]
    ) -> None:
        emotions = read(guard_, user).emotions

        assert one_of & {emotion.name for emotion in emotions if not emotion.stated}


class TestNotTheUsers:
    @pytest.mark.parametrize(
        ("user", "emotion"),
        [
            ("My friend is furious with her landlord.", "anger"),
            ("My sister is so jealous of her neighbour's garden.", "jealousy"),
            ("My boss was embarrassed by the typo on the poster.", "embarrassment"),
            ("She is terrified of spiders.", "fear"),
        ],
    )
    def test_a_friends_fury_is_not_the_users_emotion(
        self, guard_: Guard, user: str, emotion: str
    ) -> None:
        assert emotion not in names(guard_, user)

    def test_the_users_own_fear_beside_anothers_fury_counts_alone(self, guard_: Guard) -> None:
        found = names(guard_, "My father is furious, and I'm scared to go home.")

        assert "fear" in found
        assert "anger" not in found

    @pytest.mark.parametrize(
        ("user", "emotion"),
        [
            ("I'm not angry with you, the parcel just came late.", "anger"),
            ("I am not sad about it at all.", "sadness"),
            ("I never felt lonely there.", "loneliness"),
            ("I was no longer afraid of the dog.", "fear"),
        ],
    )
    def test_a_negated_emotion_is_none(self, guard_: Guard, user: str, emotion: str) -> None:
        assert emotion not in names(guard_, user)

    def test_a_lyric_is_not_the_users_emotion(self, guard_: Guard) -> None:
        user = 'Which song has the line "I am so lonely without the rain"?'

        assert "loneliness" not in names(guard_, user)

    def test_a_character_in_a_story_is_not_the_user(self, guard_: Guard) -> None:
        user = (
            "In my novel the queen is terrified of her own son. What could the chapter be called?"
        )

        assert "fear" not in names(guard_, user)

    @pytest.mark.parametrize(
        "user",
        [
            "How do I convert five miles to kilometres?",
            "Which museum is open on Mondays?",
            "Please write a function that sorts a list of dates.",
            "The meeting is moved to three o'clock.",
        ],
    )
    def test_a_plain_message_carries_no_emotion(self, guard_: Guard, user: str) -> None:
        reading = read(guard_, user)

        assert reading.emotions == ()
        assert reading.intensity == 0


class TestIntensity:
    def test_a_little_annoyed_is_less_than_sad_and_that_less_than_unbearable(
        self, by_exemplars: Guard
    ) -> None:
        mild = read(by_exemplars, "I'm a bit annoyed that the bus was late.").intensity
        clear = read(by_exemplars, "I'm so sad that we had to give our dog away.").intensity
        overwhelming = read(by_exemplars, "It's unbearable, I can't cope without her.").intensity

        assert 0 < mild < clear < overwhelming

    def test_intent_to_die_is_overwhelming_however_calmly_it_is_said(self, guard_: Guard) -> None:
        reading = read(guard_, "I have decided that I am going to end my life tonight.")

        assert reading.intensity == 3
