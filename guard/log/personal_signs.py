"""Signs that a text must show for a pattern to be worth a look: so many digits, or a word. Most
texts show few, and a search that cannot find anything takes as long as one that can.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_DIGIT, _ASCII_DIGIT = re.compile(r"\d"), re.compile("[0-9]")
# What a pattern that ignores case takes for an ASCII letter, beside its capital.
_SAME = str.maketrans({"\u017f": "s", "\u212a": "k", "\u0130": "i", "\u0131": "i"})


@dataclass(frozen=True, slots=True)
class Signs:
    """A text, the same in small letters, and how many digits it has."""

    text: str
    low: str
    digits: int

    @classmethod
    def of(cls, text: str) -> Signs:
        if text.isascii():
            return cls(text, text.lower(), len(_ASCII_DIGIT.findall(text)))
        return cls(text, text.translate(_SAME).lower(), len(_DIGIT.findall(text)))


Need = Callable[[Signs], bool]


def digits(least: int, *words: str) -> Need:
    """So many digits, and one of the words, if there are any; all in small letters."""
    if not words:
        return lambda signs: signs.digits >= least
    return lambda signs: signs.digits >= least and any(map(signs.low.__contains__, words))


def word(*words: str) -> Need:
    """One of these, in small letters."""
    return lambda signs: any(map(signs.low.__contains__, words))


def found(pattern: str, least: int = 0) -> Need:
    """A match of a simpler pattern, and so many digits."""
    search = re.compile(pattern).search
    return lambda signs: signs.digits >= least and search(signs.text) is not None
