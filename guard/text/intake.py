"""May this turn be judged? What is too large, empty or in another language must not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from guard.report import Fault
from guard.text.language import other_language
from guard.text.limits import Limits
from guard.text.view import View, view
from guard.turn import Turn


@dataclass(frozen=True, slots=True)
class Intake:
    """The texts of a turn as they are read, or why they cannot be judged: the fault, with a detail
    that holds no text of the turn. One that is too large is not read at all."""

    user: View
    draft: View
    refused: tuple[Fault, str] | None = None


def taken_in(turn: Turn, limits: Limits, *, draft_alone: bool = False) -> Intake:
    """Read the texts of a turn, and say whether they may be judged.

    Args:
        turn: the turn.
        limits: how much text it may hold.
        draft_alone: the user's message must not be looked at.
    """
    texts = {"user message": "" if draft_alone else turn.user, "draft": turn.draft}
    most = {"user message": limits.user_chars, "draft": limits.draft_chars}
    for name, text in texts.items():
        if len(text) > most[name]:
            why = f"the {name} has {len(text)} characters, the limit is {most[name]}"
            return Intake(View(""), View(""), ("oversize", why))
    user, draft = map(view, texts.values())
    seen = dict(zip(texts, (user.text, draft.text), strict=True))
    return Intake(user, draft, _refusal(seen, limits))


def _refusal(seen: Mapping[str, str], limits: Limits) -> tuple[Fault, str] | None:
    # The language first: many scripts have no spaces, and a text of theirs is no long word.
    for name, text in seen.items():
        if (language := other_language(text)) is not None:
            return "unsupported_language", f"the {name} seems to be in {language!r}"
    for name, text in seen.items():
        if max(map(len, text.split()), default=0) > limits.word_chars:
            return "oversize", f"the {name} has a word of over {limits.word_chars} characters"
    return None if seen["draft"].strip() else ("empty_draft", "")
