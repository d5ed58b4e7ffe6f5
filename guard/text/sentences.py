"""Where sentences start in chat text: no capitals, "...", emoji, lists, markdown, no punctuation.

Works on token texts alone, so it needs no model. A sentence never exceeds `LONGEST` words, because
the encoder reads no further; a rambling one is cut where a clause ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 60
_SHORTEST_BEFORE_DOTS = 3
_TERMINAL = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]+$")
_DOTS = re.compile(r"\.{2,}$|\u2026+$")
_CLOSING = re.compile(r"""["')\]}*_]+$|^(?:[:;=8xX]-?[)(DPpOo/|*3\]]|<3|</3|\^\^|xx?x?|:'\()$""")
_QUOTES = frozenset("'\"")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55]+$")
_BULLET = re.compile(r"[-*+\u2022\u2023\u25aa#>]+$|\(?\d{1,3}[.)]$")
_NUMBER = re.compile(r"\d{1,3}$")
_CLAUSE_END = frozenset(",;:-")
_CLAUSE_START = frozenset("and but so because then or when if".split())
_WRAPPED_LINE = 60


def starts_of_sentences(texts: Sequence[str], spaced: Sequence[bool] = ()) -> list[int]:
    """Indices of the tokens that begin a sentence; the first is 0 unless there is no token.

    Args:
        texts: the token texts in order, white-space tokens (line breaks) included.
        spaced: for each token, whether white space follows; tells an opening quote from a closing
            one where it is given.
    """
    if not texts:
        return []
    starts = [0]
    ended = False  # the sentence has met its end; the next word starts another
    words = 0  # words since the last start
    line = 0  # characters since the last line break
    for i, text in enumerate(texts):
        if text.isspace():
            if "\n" in text and _breaks(text, texts, i, line):
                ended = words > 0
            line = 0 if "\n" in text else line + 1
            continue
        line += len(text) + 1
        opens = bool(spaced) and text in _QUOTES and i > 0 and spaced[i - 1] and not spaced[i]
        if ended and (opens or _begins_line(texts, i) or not _belongs_to_end(text)):
            starts.append(i)
            ended, words = False, 0
        words += any(map(str.isalnum, text))
        if _ends(texts, i, words):
            ended = True
    return _cut_long(starts, texts)


def _ends(texts: Sequence[str], i: int, words: int) -> bool:
    text = texts[i]
    if _DOTS.match(text):
        return words >= _SHORTEST_BEFORE_DOTS
    if _TERMINAL.match(text):
        # "1." at the head of a line numbers an item; "3 . 5" is no sentence either.
        return not (i and _NUMBER.match(texts[i - 1]) and _begins_line(texts, i - 1))
    return words > 0 and bool(_EMOJI.match(text))


def _belongs_to_end(text: str) -> bool:
    return bool(_TERMINAL.match(text) or _CLOSING.search(text) or _EMOJI.match(text))


def _begins_line(texts: Sequence[str], i: int) -> bool:
    return i == 0 or "\n" in texts[i - 1]


def _breaks(space: str, texts: Sequence[str], i: int, line: int) -> bool:
    """Whether a line break ends a sentence; hard-wrapped prose goes on in the next line."""
    following = texts[i + 1] if i + 1 < len(texts) else ""
    wrapped = line >= _WRAPPED_LINE and following[:1].islower()
    return space.count("\n") > 1 or bool(_BULLET.match(following)) or not wrapped


def _cut_long(starts: list[int], texts: Sequence[str]) -> list[int]:
    cut: list[int] = []
    for first, after in zip(starts, [*starts[1:], len(texts)], strict=True):
        cut.append(first)
        while after - cut[-1] > LONGEST:
            cut.append(_clause_boundary(texts, cut[-1]))
    return cut


def _clause_boundary(texts: Sequence[str], first: int) -> int:
    for i in range(first + LONGEST, first + LONGEST // 3, -1):
        opens = texts[i].lower() in _CLAUSE_START and texts[i - 1].lower() not in _CLAUSE_START
        if texts[i - 1] in _CLAUSE_END or opens:
            return i
    return first + LONGEST
