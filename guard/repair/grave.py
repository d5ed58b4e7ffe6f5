"""Words that may tell of danger where a reading was not sure of any. Pure.

They decide nothing about the verdict. They only keep what goes out in place of a draft careful: who
writes so is not asked what is good about it, and no milder feeling is named than there may be.
"""

from __future__ import annotations

import re

_DANGER = re.compile(
    r"\b(?:(?:day|when|if|until|before|wish|want to|afford to|rather|i|i'm|im|i'll|ill)"
    r" (?:i (?:was |were )?)?(?:die|dying|dead|disappear)|suicid\w*|kill(?:ing)? my ?self|kms"
    r"|end(?:ed|ing)? (?:it all|everything|my life)"
    r"|(?:can(?:'?t|not)|if i can) (?:hold on|go on|take it any ?more)"
    r"|(?:done|tired of) (?:trying|living|life)|or it'?s over|farewell|self.?harm\w*|still cutting"
    r"|cutting (?:my|again)|overdos\w*|(?:not|don'?t) (?:want to )?(?:be alive|exist|be here)"
    r"|out alive|won'?t be alive|my (?:own )?death|die in my sleep|no life worth living"
    r"|never (?:been )?born)\b",
    re.IGNORECASE,
)
_FEEDS_IT = re.compile(
    r"\b(?:drunk|drink\w*|drank|stoned|getting high|weed|pills|relaps\w*|purg(?:e|ed|ing)"
    r"|bing(?:e|ed|ing)|starv(?:e|ed|ing)|kill\w*|die|dying|alive|exist\w*)\b",
    re.IGNORECASE,
)


def may_tell_of_danger(text: str) -> bool:
    """Whether a message has words by which people tell that their life is in danger."""
    return _DANGER.search(text.replace("\u2019", "'")) is not None


def is_grave(text: str) -> bool:
    """Whether it has those, or speaks of what feeds such danger."""
    return may_tell_of_danger(text) or _FEEDS_IT.search(text) is not None
