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
from dataclasses import dataclass, replace
from functools import lru_cache

# Printable ASCII but the back tick, which is typed for an apostrophe.
_PLAIN = re.compile(r"[\x20-\x5f\x61-\x7e\n\t]*")
_NOT_PLAIN = re.compile(r"[^\x20-\x5f\x61-\x7e\n\t]+")
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
_CHAT_WORD = re.compile(rf"(?<![\w'@#/.])(?:{'|'.join(_CHAT)})(?![\w'@/]|\.\w)", re.IGNORECASE)
# Shouted contractions: the tokenizer knows "don't" and "dont", but not "DON'T".
_SHOUTED = re.compile(
    r"\b(?:[A-Z]+'[A-Z]+|CANNOT|"
    r"(?:DO|DOES|DID|CA|WO|IS|WAS|ARE|WERE|HAVE|HAS|HAD|COULD|WOULD|SHOULD)NT)\b"
)
# Whether the patterns above are worth a look. Each of these says no only where its pattern finds
# nothing, in a fraction of the time: categories (`\w`) and many alternatives are what takes long.
_MAY_RUN = re.compile(r"([A-Za-z])\1{3}|[^A-Za-z0-9 \n]{4}")
_MAY_SHOUT = re.compile(r"'[A-Z]|NT|NNOT")
_LOOKALIKE_SCRIPTS = re.compile(r"[\u0370-\u03ff\u0400-\u04ff]")
_WORD = re.compile(r"\w+")
_ASCII_SIGNS = str.maketrans(
    {char: " " for char in map(chr, range(128)) if not (char.isalnum() or char == "_")}
)
_MIXED_WORD = re.compile(r"[A-Za-z\u0370-\u03ff\u0400-\u04ff]+")
_PUNCTUATION = {
    "‘": "'",
    "’": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "′": "'",
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
# Letters and a symbol that show nothing: Hangul fillers, the blank Braille pattern.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# NFKC may expand one character to eighteen (U+FDFA); nothing we read needs more than a few.
_LONGEST_EXPANSION = 4


@dataclass(frozen=True, slots=True)
class View:
    """The readable `text`, and for each of its characters the piece it stands for.

    `starts` and `ends` are None where the view is the caller's text itself.
    """

    text: str
    starts: array[int] | None = None
    ends: array[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the caller's text of `view.text[start:end]`, which must not be empty."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def view(text: str) -> View:
    """Make the readable view of a text."""
    seen = View(text)
    if not _PLAIN.fullmatch(text):
        seen = _replaced(seen, _NOT_PLAIN, _folded_run)
        if _LOOKALIKE_SCRIPTS.search(seen.text):
            seen = replace(seen, text=_MIXED_WORD.sub(_without_lookalikes, seen.text))
    if _MAY_SHOUT.search(seen.text):
        seen = replace(seen, text=_SHOUTED.sub(lambda word: word.group().lower(), seen.text))
    if _MAY_RUN.search(seen.text):
        seen = _replaced(seen, _RUN, _shortened_run)
    if _may_chat(seen.text):
        seen = _replaced(seen, _CHAT_WORD, _spelt_out)
    return seen


def _may_chat(text: str) -> bool:
    low = text.lower()
    words = low.translate(_ASCII_SIGNS).split() if low.isascii() else _WORD.findall(low)
    return not _CHAT.keys().isdisjoint(words)


# Of a match: pieces of new text, each with the part of the match that its characters stand for.
_Pieces = Iterable[tuple[str, int, int]]


def _replaced(seen: View, pattern: re.Pattern[str], pieces_of: Callable[[str], _Pieces]) -> View:
    text = seen.text
    found = list(pattern.finditer(text))
    if not found:
        return seen
    pieces: list[str] = []
    starts, ends = array("L"), array("L")

    def keep(first: int, after: int) -> None:
        pieces.append(text[first:after])
        if seen.starts is not None and seen.ends is not None:
            starts.extend(seen.starts[first:after])
            ends.extend(seen.ends[first:after])
        else:
            starts.extend(range(first, after))
            ends.extend(range(first + 1, after + 1))

    at = 0
    for match in found:
        keep(at, match.start())
        for piece, first, after in pieces_of(match.group()):
            pieces.append(piece)
            start, end = seen.original(match.start() + first, match.start() + after)
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        at = match.end()
    keep(at, len(text))
    return View("".join(pieces), starts, ends)


def _folded_run(run: str) -> _Pieces:
    return ((_fold(char), place, place + 1) for place, char in enumerate(run))


def _shortened_run(run: str) -> _Pieces:
    """Three characters; the last stands for the rest, so that a span covers all of the run."""
    return ((run[0], 0, 1), (run[1], 1, 2), (run[2], 2, len(run)))


def _spelt_out(word: str) -> _Pieces:
    return ((_CHAT.get(word.lower(), word), 0, len(word)),)  # the pattern also finds "İm"


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    if char in _BLANK_LETTERS:
        return ""
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
