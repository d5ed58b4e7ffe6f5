"""A readable view of a text, with a map back to the caller's offsets.

What people and models send hides words from a naive reader: zero-width and tag characters, bidi
controls, full-width letters, combining marks, look-alike letters of other scripts. Detectors read
the view; every span goes back to the caller's text. It removes nothing from what is sent on.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

_PLAIN = re.compile(r"[\x20-\x7e\n\t]*")
_NOT_PLAIN = re.compile(r"[^\x20-\x7e\n\t]+")
# Runs that carry no more than their first characters: "nooooo!!!!!", rulers, tables of dashes. They
# also make a tokenizer quadratic, so they are shortened here. Digits are left alone.
_RUN = re.compile(r"([^\d\s])\1{3,}|[^\w\s]{40,}")
# Chat spellings, so that patterns and encoder see the words people mean.
_CHAT = {
    "im": "i'm", "ive": "i've", "idk": "i don't know", "u": "you",
    "ur": "your", "r": "are", "ppl": "people", "cuz": "because", "bc": "because", "b4": "before",
    "wanna": "want to", "kms": "kill myself", "kys": "kill yourself", "tbh": "to be honest",
    "ngl": "not going to lie", "rn": "right now", "smth": "something", "sm1": "someone",
    "thx": "thanks", "ty": "thank you", "pls": "please", "plz": "please", "urself": "yourself",
    "ily": "i love you", "wtf": "what the fuck", "atm": "at the moment", "abt": "about",
    "bday": "birthday", "gf": "girlfriend", "bf": "boyfriend", "ngmi": "not going to make it",
    "unalive": "kill", "sewerslide": "suicide", "ffs": "for fuck's sake", "hbu": "how about you",
    "youre": "you're", "theyre": "they're", "thats": "that's", "whats": "what's",
}  # fmt: skip
_CHAT_WORD = re.compile(rf"(?<![\w'@#/.])(?:{'|'.join(_CHAT)})(?![\w'@/])", re.IGNORECASE)
_MIXED_WORD = re.compile(r"[A-Za-z\u0370-\u03ff\u0400-\u04ff]+")
_PUNCTUATION = {
    "‘": "'",
    "’": "'",
    "ʼ": "'",
    "`": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "−": "-",
}
# Letters of Greek and Cyrillic that look like Latin ones (from Unicode's confusables, UTS 39),
# folded only in words that also hold Latin letters.
_LOOKALIKES = str.maketrans(
    "асеорхуіјѕԁһԛԝАВЕКМНОРСТХУІЈЅαορνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aceopxyijsdhqwABEKMHOPCTXYIJSaopvikABEZHIKMNOPTYX",
)
# NFKC may expand one character to eighteen (U+FDFA); nothing we read needs more than a few.
_LONGEST_EXPANSION = 4


@dataclass(frozen=True, slots=True)
class View:
    """The readable `text`, and for each of its characters the offset it stands for.

    `offsets` is None where the view is the caller's text itself.
    """

    text: str
    offsets: array[int] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the caller's text of `view.text[start:end]`, which must not be empty."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def view(text: str) -> View:
    """Make the readable view of a text."""
    if _PLAIN.fullmatch(text):
        folded = View(text, None)
    else:
        folded = _replaced(View(text, None), _NOT_PLAIN, _folded_run)
        folded = View(_MIXED_WORD.sub(_without_lookalikes, folded.text), folded.offsets)
    if _RUN.search(folded.text):
        folded = _replaced(folded, _RUN, _shortened_run)
    if _CHAT_WORD.search(folded.text):
        folded = _replaced(folded, _CHAT_WORD, _spelt_out)
    return folded


def _replaced(
    seen: View, pattern: re.Pattern[str], replace: Callable[[str], Iterable[tuple[int, str]]]
) -> View:
    """Replace each match by characters that say which character of the match they stand for."""
    text, old = seen.text, seen.offsets
    pieces: list[str] = []
    places = array("L")
    at = 0
    for match in pattern.finditer(text):
        pieces.append(text[at : match.start()])
        places.extend(range(at, match.start()))
        for place, characters in replace(match.group()):
            pieces.append(characters)
            places.extend([match.start() + place] * len(characters))
        at = match.end()
    pieces.append(text[at:])
    places.extend(range(at, len(text)))
    return View("".join(pieces), places if old is None else array("L", (old[i] for i in places)))


def _folded_run(run: str) -> Iterable[tuple[int, str]]:
    return ((place, _fold(char)) for place, char in enumerate(run))


def _shortened_run(run: str) -> Iterable[tuple[int, str]]:
    """Three characters; the last stands for the end of the run, so that a span covers all of it."""
    return zip((0, 1, len(run) - 1), run[:3], strict=True)


def _spelt_out(word: str) -> Iterable[tuple[int, str]]:
    """The words meant; each stands for all of the word, so the last letter maps to its end."""
    meant = _CHAT[word.lower()]
    return [(0, meant[:-1]), (len(word) - 1, meant[-1])]


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    folded = "".join(c for c in unicodedata.normalize("NFKC", char) if _is_visible(c))
    if char in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        return "\n" if char != "\r" else " "
    if not folded and unicodedata.category(char) == "Cc":
        return " "
    return folded[:_LONGEST_EXPANSION]


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cf", "Cc", "Mn", "Me", "Cs"}


def _without_lookalikes(word: re.Match[str]) -> str:
    found = word.group()
    if found.isascii() or not re.search("[A-Za-z]", found):
        return found
    return found.translate(_LOOKALIKES)
