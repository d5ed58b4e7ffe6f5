"""May this turn be judged? What is too large, empty or in another language must not be."""

from __future__ import annotations

import re

from guard.report import Fault
from guard.text.language import other_language
from guard.text.limits import Limits
from guard.text.view import view
from guard.turn import Turn


def refusal(turn: Turn, limits: Limits) -> tuple[Fault, str] | None:
    """Why the turn cannot be judged, with a detail that holds no text of it; None if it can."""
    sizes = (
        ("user message", turn.user, limits.user_chars),
        ("draft", turn.draft, limits.draft_chars),
    )
    for name, text, most in sizes:
        if len(text) > most:
            return "oversize", f"the {name} has {len(text)} characters, the limit is {most}"
    # The language first: many scripts have no spaces, and a text of theirs is no long word.
    for name, text, _ in sizes:
        if (language := other_language(view(text).text)) is not None:
            return "unsupported_language", f"the {name} seems to be in {language!r}"
    for name, text, _ in sizes:
        if re.search(rf"\S{{{limits.word_chars + 1}}}", text):
            return (
                "oversize",
                f"the {name} has a word of more than {limits.word_chars} characters",
            )
    if not view(turn.draft).text.strip():
        return "empty_draft", ""
    return None
