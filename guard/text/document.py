"""Document: a text as sentences, words and pattern matches, with offsets into the caller's text.

spaCy does the work (its English tokenizer, our own sentencizer for chat text, its matchers for the
patterns of rule packs). What leaves this module are plain tuples: no `Doc` is kept, so the
vocabulary that a text brought in is given back when its memory zone closes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakValueDictionary

from guard.report import Span
from guard.text.matching import Pattern, Patterns
from guard.text.sentences import starts_of_sentences
from guard.text.tokenizer import norms_of, tokenizer
from guard.text.view import View, view

Side = Literal["user", "draft"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: offsets into the caller's text, its readable text, and its words, normalised."""

    start: int
    end: int
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A pack pattern that matched: its name and offsets into the caller's text; the index of its
    sentence, and of its first word in that sentence."""

    name: str
    start: int
    end: int
    sentence: int
    word: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text that has been split and matched. `text` is the caller's own."""

    side: Side
    text: str
    sentences: tuple[Sentence, ...]
    matches: tuple[Match, ...]

    def span(self, i: int) -> Span:
        """Sentence i as a span of the caller's text."""
        sentence = self.sentences[i]
        return Span(source=self.side, start=sentence.start, end=sentence.end)

    def matched(self, *names: str) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.name in names)

    def has(self, *names: str) -> bool:
        return any(match.name in names for match in self.matches)


EMPTY = {side: Document(side, "", (), ()) for side in ("user", "draft")}


class Documents:
    """Makes documents. Holds a tokenizer and matchers; safe to share between threads."""

    def __init__(self, patterns: Mapping[Side, Sequence[Pattern]]) -> None:
        every = [pattern for named in patterns.values() for pattern in named]
        asked = {key for one in every for tokens in one.tokens for token in tokens for key in token}
        self._tokenizer = tokenizer(asked)
        self._vocab = self._tokenizer.vocab
        self._lock = threading.Lock()
        norms = norms_of((phrase for one in every for phrase in one.phrases), self._tokenizer)
        self._patterns = {
            side: Patterns(self._vocab, named, norms) for side, named in patterns.items()
        }

    def read(self, text: str, side: Side, seen: View | None = None) -> Document:
        """Split a text into sentences and match the patterns of its side. `seen`: its view, where
        that was made already."""
        seen = view(text) if seen is None else seen
        if not seen.text.strip():
            return EMPTY[side]
        # The vocabulary is shared and a memory zone belongs to one text at a time.
        with self._lock, self._vocab.memory_zone():
            doc = self._tokenizer(seen.text)
            # Once over all tokens: each time, spaCy makes an object for each.
            read = [(t.text, t.norm_, t.lower_, t.idx, bool(t.whitespace_)) for t in doc]
            texts, words, lower, begins, spaced = zip(*read, strict=True)
            found = list(self._patterns[side].found(doc, lower, words))
        places = [(at, at + len(word)) for at, word in zip(begins, texts, strict=True)]
        return _document(side, text, seen, texts, spaced, words, places, found)


_shared: WeakValueDictionary[str, Documents] = WeakValueDictionary()
_sharing = threading.Lock()


def documents_of(patterns: Mapping[Side, Sequence[Pattern]]) -> Documents:
    """What makes documents with these patterns, made once for all that use it at a time.

    Raises:
        PackError: a pattern cannot run.
    """
    key = hashlib.sha256(repr(patterns).encode("utf-8", "surrogatepass")).hexdigest()
    with _sharing:
        documents = _shared.get(key)
        if documents is None:
            documents = _shared[key] = Documents(patterns)
        return documents


def _document(
    side: Side,
    text: str,
    seen: View,
    texts: Sequence[str],
    spaced: Sequence[bool],
    words: Sequence[str],
    places: Sequence[tuple[int, int]],
    found: Sequence[tuple[str, int, int]],
) -> Document:
    sentences: list[Sentence] = []
    position: list[tuple[int, int]] = []  # of each token: its sentence, and its place in there
    starts = sorted({_whole(i, seen, places) for i in starts_of_sentences(texts, spaced)})
    for first, after in zip(starts, [*starts[1:], len(texts)], strict=True):
        kept = [i for i in range(first, after) if not texts[i].isspace()]
        place = {i: nth for nth, i in enumerate(kept)}
        position.extend((len(sentences), place.get(i, 0)) for i in range(first, after))
        if not kept:
            continue
        begin, finish = places[kept[0]][0], places[kept[-1]][1]
        start, end = seen.original(begin, finish)
        sentences.append(
            Sentence(start, end, seen.text[begin:finish], tuple(words[i] for i in kept))
        )
    matches = []
    for name, first, after in found:
        start, end = seen.original(places[first][0], places[after - 1][1])
        matches.append(Match(name, start, end, *position[first]))
    matches.sort(key=lambda match: (match.start, match.end, match.name))
    return Document(side, text, tuple(sentences), tuple(matches))


def _whole(i: int, seen: View, places: Sequence[tuple[int, int]]) -> int:
    """The token at which a sentence may begin: "kms" is read as two words, but is never cut."""
    while i and seen.original(*places[i])[0] < seen.original(*places[i - 1])[1]:
        i -= 1
    return i
