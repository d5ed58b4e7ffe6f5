"""Does a rewritten draft keep what the draft says, and say nothing that nobody knows? Pure.

It compares what must not change: numbers, names, links, code, lists, where to get help, negations.
What the reply does with a feeling is for the second audit. Reasons never quote a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guard.repair.amounts import Amount, amounts, doses, in_words, numbers, phones
from guard.repair.facts import code, help_named, items, links, names, plain, words
from guard.repair.likeness import items_gone, turned
from guard.report import AttemptOutcome, Span
from guard.text.hidden import heaps_marks, is_hidden
from guard.text.language import other_language

_IDIOM = frozenset({"2"})  # the two of you
SHORTEST, LONGEST = 0.5, 2.0  # of the draft's length
ROOM = 320  # characters that a rewrite of a very short draft may have

_LONG_WORD = re.compile(r"\S{1000}")  # no language; patterns would take long over it
# A link in angle brackets is none; where it leads is looked at anyway.
_MARKUP = re.compile(r"<(?!https?://[^\s<>]*>)\s*[/!]?[a-z][^>]{0,200}>|!\[", re.IGNORECASE)
_ABOUT_ITSELF = re.compile(
    r"\b(?:rewritten|revised|rewrite|rewording|improved version)\b[^.:\n]{0,40}[:\n]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Strayed:
    """Why a candidate is not a rewrite of its draft."""

    outcome: AttemptOutcome
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a rewrite may say beside what the draft says.

    `said` is the conversation: its names and small numbers. `given` is what the rules give: texts
    of corrections, sources and where to get help, with their links and numbers. `danger`: whether
    the message shows any, so that help may be pointed to. `found` are the spans of the draft that
    were found wanting, `false` those of them whose facts must go.
    """

    said: str = ""
    given: str = ""
    danger: bool = False
    found: tuple[Span, ...] = ()
    false: tuple[Span, ...] = ()


def strayed(draft: str, candidate: str, known: Known) -> Strayed | None:
    """Why this text may not stand for the draft; None if it may."""
    if not candidate.strip():
        return Strayed("empty", "an empty text")
    if fault := _unfit(draft, candidate):
        return Strayed("malformed", fault)
    if lost := _lost(draft, candidate, known):
        return Strayed("lost_content", lost)
    if added := _added(draft, candidate, known):
        return Strayed("worse", added)
    return None


def _unfit(draft: str, candidate: str) -> str | None:
    if {c for c in candidate if is_hidden(c)} - set(draft):
        return "control or hidden characters"
    if heaps_marks(candidate) and not heaps_marks(draft):
        return "marks heaped on letters"
    if len(candidate) > max(LONGEST * len(draft), ROOM):
        return "much longer than the draft"
    if _LONG_WORD.search(candidate):
        return "a word that is none"
    if _ABOUT_ITSELF.search(candidate[:160]) and not _ABOUT_ITSELF.search(draft):
        return "it speaks about being a rewrite"
    return None


def _lost(draft: str, candidate: str, known: Known) -> str | None:
    """The kind of thing that the draft has and the candidate has not."""
    stays = _without(draft, known.found)
    true = _without(draft, known.false)
    if len(candidate) < SHORTEST * len(stays.strip()):
        return "much shorter than what was to stay"
    now = plain(candidate)
    checks = (
        ("code", _code_gone(draft, candidate)),
        ("a link or address", links(draft) - links(candidate)),
        ("where to get help", help_named(draft) - help_named(candidate)),
        ("a telephone number", phones(plain(draft)) - phones(now)),
        ("a number", numbers(plain(true)) - numbers(now, spelled=True)),
        ("a number in words", in_words(plain(stays)) - numbers(now, spelled=True)),
        ("a dose", doses(plain(true)) - doses(now)),
        ("a name", names(true, known.said) - words(candidate)),
    )
    if gone := next((what for what, missing in checks if missing), None):
        return f"{gone} of the draft is gone"
    if _other_unit(amounts(plain(true)), amounts(now)):
        return "a number of the draft has another unit"
    listed = items(candidate)
    if len(listed) < len(items(stays)) or items_gone(items(stays), listed):
        return "items of a list are gone"
    if turned(plain(stays), now):
        return "what was to stay is negated, or no longer is"
    return None


def _added(draft: str, candidate: str, known: Known) -> str | None:
    """The kind of thing that the candidate has and nobody has told it."""
    given = f"{draft}\n{known.given}"
    everything = f"{given}\n{known.said}"
    now, told = plain(candidate), numbers(plain(everything), spelled=True)
    checks = (
        ("a link or address", links(candidate) - links(given)),
        ("a telephone number", phones(now) - phones(plain(given))),
        ("a dose", doses(now) - doses(plain(given))),
        ("markup", set(_MARKUP.findall(candidate)) - set(_MARKUP.findall(draft))),
        ("code", {one for one in code(candidate) if one not in everything} - code(draft)),
        ("a number", numbers(now) - told),
        ("a number in words", in_words(now) - told - _IDIOM),
        ("a name", names(candidate) - words(everything)),
    )
    if new := next((what for what, extra in checks if extra), None):
        return f"{new} was put in"
    if not known.danger and help_named(candidate) - help_named(draft):
        return "it points to emergency help where no danger shows"
    language = other_language(candidate)
    if language is not None and language != other_language(draft):
        return "it is in another language"
    return None


def _without(text: str, spans: Iterable[Span]) -> str:
    left, at = [], 0
    for span in sorted((s for s in spans if s.source == "draft"), key=lambda s: s.start):
        left.append(text[at : max(at, span.start)])
        at = max(at, span.end)
    return " ".join((*left, text[at:]))


def _code_gone(draft: str, candidate: str) -> set[str]:
    now = code(candidate)
    # A command may stand in a block of its own, or among others.
    return {one for one in code(draft) if not any(f"\n{one}\n" in f"\n{o}\n" for o in now)}


def _other_unit(draft: set[Amount], candidate: set[Amount]) -> bool:
    """Whether a number stands with another unit alone."""
    return any(
        (much, unit) not in candidate and any(other == much for other, _ in candidate)
        for much, unit in draft
    )
