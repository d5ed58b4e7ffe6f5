"""Signs that a text must show for a pattern to be worth a look: so many digits, or a word. Most
texts show few, and a search that cannot find anything takes as long as one that can.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_DIGIT, _ASCII_DIGIT = re.compile(r"\d"), re.compile("[0-9]")
_NEAR = 24  # characters: "registration is: ABC 1" has 20 from its first letter to its digit
_MANY = 40  # digits: beyond, what stands around them is most of the text
# What a pattern that ignores case takes for an ASCII letter, beside its capital.
_SAME = str.maketrans({"\u017f": "s", "\u212a": "k", "\u0130": "i", "\u0131": "i"})


@dataclass(frozen=True, slots=True, repr=False)
class Signs:
    """A text, the same in small letters, how many digits it has, and what stands around them."""

    text: str
    low: str
    digits: int
    near: str

    @classmethod
    def of(cls, text: str) -> Signs:
        plain = text.isascii()
        low = text.lower() if plain else text.translate(_SAME).lower()
        places = [match.start() for match in (_ASCII_DIGIT if plain else _DIGIT).finditer(low)]
        if len(places) > _MANY:
            return cls(text, low, len(places), low)
        around = (low[max(place - _NEAR, 0) : place + _NEAR] for place in places)
        return cls(text, low, len(places), "\n".join(around))


Need = Callable[[Signs], bool]


def digits(least: int, *words: str) -> Need:
    """So many digits, and one of the words, if there are any; all in small letters."""
    if not words:
        return lambda signs: signs.digits >= least
    return lambda signs: signs.digits >= least and any(map(signs.low.__contains__, words))


def beside(least: int, *words: str) -> Need:
    """So many digits, and one of the words, in small letters, within 24 characters of one."""
    return lambda signs: signs.digits >= least and any(map(signs.near.__contains__, words))


def word(*words: str) -> Need:
    """One of these, in small letters."""
    return lambda signs: any(map(signs.low.__contains__, words))


def found(pattern: str, least: int = 0) -> Need:
    """A match of a simpler pattern, and so many digits."""
    search = re.compile(pattern).search
    return lambda signs: signs.digits >= least and search(signs.text) is not None


def found_low(pattern: str, least: int = 0) -> Need:
    """The same, of the text in small letters: quicker than a pattern that ignores case."""
    search = re.compile(pattern).search
    return lambda signs: signs.digits >= least and search(signs.low) is not None
