"""Characters that nobody sees, in which text can be hidden from people and shown to a model."""

from __future__ import annotations

import re
import unicodedata

# Not seen, though they are of none of the categories below: the grapheme joiner, fillers of Hangul
# and Khmer, Mongolian and other selectors of variants. U+FE0E and U+FE0F belong to emoji.
_UNSEEN = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef"
)
HIDDEN = (
    "\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    f"\U000e0000-\U000e007f{_UNSEEN}"
)
"""The inside of a character class: what is escaped where a model is shown a text."""

_UNSEEN_CHAR = re.compile(f"[{_UNSEEN}]")
_JOINERS = "\u200d\ufe0f"  # inside of emoji
_MOST_MARKS = 4  # on one letter; Vietnamese and Hebrew have two or three


def is_hidden(char: str) -> bool:
    """Whether nobody sees a character; line breaks, tabs and what joins emoji aside."""
    if char in "\n\t\r" or char in _JOINERS:
        return False
    unseen = _UNSEEN_CHAR.match(char) is not None
    return unseen or unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"}


def heaps_marks(text: str) -> bool:
    """Whether letters carry more marks than any language puts on one."""
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > _MOST_MARKS:
            return True
    return False
