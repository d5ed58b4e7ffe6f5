"""The words of a text as the search for names sees them, each made only when it is looked at. Most
words of a text can neither be a name nor say that the next is one; they are known beforehand.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from unicodedata import category, normalize

from guard.log.cities import CITIES, TWO_WORDS
from guard.log.common_words import CAPITALISED, COUNTRIES, PLAIN, TITLES_ANY_CASE
from guard.log.given_names import CAPITAL, SURE
from guard.log.pieces import PLACEHOLDER

_WORD, _ASCII_WORD = (
    re.compile(rf"({PLACEHOLDER.pattern}|{letter}+(?:['-]{letter}+)*)")
    for letter in (r"[^\W\d_]", "[A-Za-z]")
)
_SENTENCE_END = re.compile(r"[.!?\n:;\"(]")
_VOCABULARY = Path(__file__).parents[1] / "models" / "minilm" / "tokenizer.json"
NOT_NAMES = PLAIN | CAPITALISED | COUNTRIES
LABELS = frozenset(("name", "names", "claimant", "patient"))
"""After these, or "is" after them, any word is taken for a name."""
_TELLS = TITLES_ANY_CASE | LABELS
_CITIES = CITIES | {first for first, _ in TWO_WORDS}


@dataclass(slots=True, repr=False)
class Word:
    """A word without its 's, in the text's letters and in small ones, and what stands before it.

    `titled`: written as a name is (Anna, O'Brien, McCoy). `opens`: it begins a sentence, so its
    capital says nothing. `sure`: a name, whatever stands around it. `known`: in a list of names.
    `nameable`: capitalised, and no word that is known to be something else.
    """

    start: int
    end: int
    text: str
    low: str
    gap: str
    owns: bool
    masked: bool
    titled: bool
    opens: bool
    sure: bool
    known: bool
    nameable: bool

    @classmethod
    def of(cls, start: int, told: str, gap: str) -> Word:
        owns = _owns(told)
        text = told[:-2] if owns else told
        low = text.lower()
        head = text[0]
        opens = gap != " " and (not gap or _SENTENCE_END.search(gap) is not None)
        end = start + len(text)
        if head.islower():  # most words: no name, unless one that is no other word
            sure = low in SURE
            return cls(start, end, text, low, gap, owns, False, False, opens, sure, sure, False)
        first = low.partition("-")[0]
        titled = head.isupper() and (len(text) == 1 or not text.isupper())
        sure = low in SURE or (titled and first in SURE)
        known = sure or (titled and (low in CAPITAL or first in CAPITAL))
        other = low in NOT_NAMES or len(text) < 2
        nameable = titled and (not other or (low in CAPITAL and low not in PLAIN))
        masked = head == "["
        return cls(start, end, text, low, gap, owns, masked, titled, opens, sure, known, nameable)

    @property
    def tells(self) -> bool:
        """Whether it may be a name, or says of any word after it that it is one."""
        known = self.known or self.nameable or self.low in _TELLS
        return known or (self.titled and self.low in _CITIES)


class Words:
    """The words of a text, by their places."""

    __slots__ = ("_gaps", "_made", "_starts", "told")

    def __init__(self, text: str) -> None:
        parts = (_ASCII_WORD if text.isascii() else _WORD).split(text)
        self.told = parts[1::2]
        self._gaps = parts[::2]
        self._starts = list(accumulate(map(len, parts)))[::2]
        self._made: dict[int, Word] = {}

    def __len__(self) -> int:
        return len(self.told)

    def __getitem__(self, place: int) -> Word:
        made = self._made.get(place)
        if made is None:
            made = Word.of(self._starts[place], self.told[place], self._gaps[place])
            self._made[place] = made
        return made

    def after(self, place: int, most: int) -> list[Word]:
        """The words that follow a place, but not more than so many."""
        return [self[at] for at in range(place + 1, min(place + 1 + most, len(self)))]

    def telling(self) -> list[int]:
        """The places at which a name may begin, or right before one: of a word that may be a name
        and the one before it, and of the words that say of any word that it is one."""
        dull = _dull()
        places: set[int] = set()
        for place, told in enumerate(self.told):
            if told not in dull and self[place].tells:
                places.update((place - 1, place))
                if self[place].low in LABELS:
                    places.add(place + 1)  # the "is" of "my name is"
        return sorted(place for place in places if 0 <= place < len(self.told))

    def low(self, place: int) -> str:
        """A word in small letters, without its 's."""
        told = self.told[place]
        return (told[:-2] if _owns(told) else told).lower()


def _owns(told: str) -> bool:
    return told[-2:] in ("'s", "'S") and len(told) > 3


@cache
def common() -> frozenset[str]:
    """The 20,000 or so whole words that the encoder which ships knows. A capitalised word inside a
    sentence that is not among them is mostly somebody's name."""
    vocabulary = json.loads(_VOCABULARY.read_text("utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha())


def unaccented(word: str) -> str:
    """As the encoder's vocabulary spells it."""
    return "".join(c for c in normalize("NFD", word) if category(c) != "Mn")


@cache
def _dull() -> frozenset[str]:
    """Words that tell nothing as they are written here, wherever they stand."""
    capitals = {word.capitalize() for word in NOT_NAMES}
    small = (common() | PLAIN) - SURE - _TELLS
    return small | {word for word in capitals if not Word.of(0, word, " ").tells}
