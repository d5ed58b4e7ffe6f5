"""Matching: where the patterns of packs stand in a text.

A token pattern runs only in a text that has a word for each of its places: spaCy tries every token
against every such pattern, and nearly all texts lack what nearly all patterns need.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guard.errors import PackError

_COMPARED = ("LOWER", "NORM")  # what a place may ask of a word that tells texts apart
_FILLED = (None, "+")  # values of OP with which a place must be filled

Tokens = tuple[Mapping[str, Any], ...]
# What must stand in a text: one of these words, by this feature.
Need = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A named pattern of a pack: phrases, compared word by word, and spaCy token patterns."""

    name: str
    phrases: tuple[str, ...]
    tokens: tuple[Tokens, ...]


class Patterns:
    """The patterns of one side, ready to run.

    Args:
        vocab: of the texts.
        patterns: all of them.
        norms: for each of their phrases the `NORM` of its words.

    Raises:
        PackError: a pattern cannot run.
    """

    def __init__(
        self, vocab: Any, patterns: Iterable[Pattern], norms: Mapping[str, Sequence[int]]
    ) -> None:
        from spacy.matcher import PhraseMatcher

        self._vocab = vocab
        self._phrases = PhraseMatcher(vocab, attr="NORM")
        self._tokens: list[tuple[tuple[tuple[Need, ...], ...], Any]] = []
        for pattern in patterns:
            if pattern.phrases:
                self._phrases.add(pattern.name, [norms[phrase] for phrase in pattern.phrases])
            if pattern.tokens:
                needs = tuple(needs_of(tokens) for tokens in pattern.tokens)
                self._tokens.append((needs, _matcher(vocab, pattern)))

    def apt(self, words: Mapping[str, Collection[str]]) -> list[Any]:
        """The matchers of token patterns that may be in a text with these words, by feature."""
        return [
            matcher for needs, matcher in self._tokens if any(_met(every, words) for every in needs)
        ]

    def found(
        self, doc: Any, lower: Collection[str], norm: Collection[str]
    ) -> Iterator[tuple[str, int, int]]:
        """Name, first token and the one after the last of all that is found, in no order."""
        matchers = self.apt({"LOWER": frozenset(lower), "NORM": frozenset(norm)})
        for matcher in (self._phrases, *matchers):
            for key, start, end in matcher(doc):
                yield self._vocab.strings[key], start, end


def needs_of(tokens: Tokens) -> tuple[Need, ...]:
    """What a text must have so that a token pattern can match in it; spaCy has the last word."""
    return tuple(
        (feature, words)
        for token in tokens
        if token.get("OP") in _FILLED
        for feature in _COMPARED
        if (words := _words(token.get(feature))) is not None
    )


def _words(asked: Any) -> frozenset[str] | None:
    """The words that meet what is asked of a place; None if they can't be listed."""
    listed = asked.get("IN") if isinstance(asked, Mapping) else (asked,)
    if not isinstance(listed, list | tuple) or not all(isinstance(word, str) for word in listed):
        return None
    return frozenset(listed)


def _met(needs: Iterable[Need], words: Mapping[str, Collection[str]]) -> bool:
    return all(not wanted.isdisjoint(words[feature]) for feature, wanted in needs)


def _matcher(vocab: Any, pattern: Pattern) -> Any:
    from spacy.matcher import Matcher

    matcher = Matcher(vocab, validate=True)
    try:
        matcher.add(pattern.name, [list(map(dict, tokens)) for tokens in pattern.tokens])
    except Exception as error:
        # spaCy has several types for this; the pattern is the pack's, not a person's text.
        raise PackError(f"pattern {pattern.name!r} cannot run: {error}") from None
    return matcher
