"""May this turn be judged? What is too large, empty or in another language must not be."""

from __future__ import annotations

import re

from guard.report import Fault
from guard.text.language import other_language
from guard.text.limits import Limits
from guard.text.view import view
from guard.turn import Turn


def refusal(turn: Turn, limits: Limits, *, draft_alone: bool = False) -> tuple[Fault, str] | None:
    """Why the turn cannot be judged, with a detail that holds no text of it; None if it can.

    Args:
        turn: the turn.
        limits: how much text it may hold.
        draft_alone: the user's message must not be looked at.
    """
    texts = {"user message": "" if draft_alone else turn.user, "draft": turn.draft}
    most = {"user message": limits.user_chars, "draft": limits.draft_chars}
    for name, text in texts.items():
        if len(text) > most[name]:
            return "oversize", f"the {name} has {len(text)} characters, the limit is {most[name]}"
    seen = {name: view(text).text for name, text in texts.items()}
    # The language first: many scripts have no spaces, and a text of theirs is no long word.
    for name, text in seen.items():
        if (language := other_language(text)) is not None:
            return "unsupported_language", f"the {name} seems to be in {language!r}"
    long_word = re.compile(rf"\S{{{limits.word_chars + 1}}}")
    for name, text in seen.items():
        if long_word.search(text):
            return "oversize", f"the {name} has a word of over {limits.word_chars} characters"
    return None if seen["draft"].strip() else ("empty_draft", "")
