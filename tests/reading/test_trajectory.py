"""Trajectory: is the distress rising over the user's messages?"""

from __future__ import annotations

import pytest

from guard import Guard, Limits, Reading, Turn

CALM = "How do I water a cactus?"
SAD = "I'm sad that my cactus died."
OVERWHELMED = "I can't cope, it's unbearable, I'm falling apart."


def read(guard: Guard, *messages: str, role: str = "user") -> Reading:
    *earlier, latest = messages
    context = [{"role": role, "content": text} for text in earlier]
    return guard.audit(Turn.of(latest, "Thank you for telling me.", context)).reading


class TestDirection:
    @pytest.mark.parametrize(
        ("messages", "direction"),
        [
            ((CALM, CALM, OVERWHELMED), "rising"),
            ((CALM, SAD, OVERWHELMED), "rising"),
            ((OVERWHELMED, SAD, CALM), "falling"),
            ((CALM, CALM, CALM), "steady"),
            ((OVERWHELMED, OVERWHELMED), "steady"),
        ],
    )
    def test_it_compares_the_latest_message_with_those_before(
        self, by_exemplars: Guard, messages: tuple[str, ...], direction: str
    ) -> None:
        trajectory = read(by_exemplars, *messages).trajectory

        assert trajectory.direction == direction

    def test_a_first_message_has_none(self, guard_: Guard) -> None:
        trajectory = read(guard_, OVERWHELMED).trajectory

        assert trajectory.direction == "unknown"
        assert len(trajectory.intensities) == 1


class TestIntensities:
    def test_there_is_one_for_each_message_of_the_user_oldest_first(self, guard_: Guard) -> None:
        reading = read(guard_, CALM, OVERWHELMED, SAD)

        calm, overwhelmed, latest = reading.trajectory.intensities
        assert calm == 0
        assert overwhelmed == 3
        assert latest == reading.intensity

    def test_what_the_assistant_said_does_not_count(self, guard_: Guard) -> None:
        reading = read(guard_, OVERWHELMED, OVERWHELMED, CALM, role="assistant")

        assert reading.trajectory == read(guard_, CALM).trajectory

    def test_only_the_latest_messages_are_looked_at(self) -> None:
        guard = Guard(limits=Limits(context_messages=1))

        trajectory = read(guard, OVERWHELMED, OVERWHELMED, CALM, CALM).trajectory

        assert trajectory.intensities == (0, 0)

    def test_no_history_at_all_can_be_asked_for(self) -> None:
        guard = Guard(limits=Limits(context_messages=0))

        assert read(guard, OVERWHELMED, CALM).trajectory == read(guard, CALM).trajectory

    def test_a_message_past_the_limit_is_left_out(self) -> None:
        guard = Guard(limits=Limits(context_chars=len(SAD)))

        trajectory = read(guard, OVERWHELMED, SAD, CALM).trajectory

        assert len(OVERWHELMED) > len(SAD)
        assert len(trajectory.intensities) == 2
