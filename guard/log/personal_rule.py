"""A rule by which a particular is found: its kind, what a text must show, a pattern, a check."""

from __future__ import annotations

import re
from collections.abc import Callable

from guard.log.personal_signs import Need
from guard.log.pieces import PersonalKind

Rule = tuple[PersonalKind, Need, re.Pattern[str], Callable[[re.Match[str]], bool] | None]


def rule(
    kind: PersonalKind,
    needs: Need,
    pattern: str,
    holds: Callable[[re.Match[str]], bool] | None = None,
    *,
    case: bool = True,
) -> Rule:
    """A rule. A group `piece` of the pattern is what is replaced, else all of the match.

    Args:
        kind: what it finds.
        needs: whether a text is worth a look: no only where the pattern finds nothing.
        pattern: a regular expression, linear in the text.
        holds: what a match must also fulfil.
        case: whether capitals matter.
    """
    return kind, needs, re.compile(pattern, 0 if case else re.IGNORECASE), holds
