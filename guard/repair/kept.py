"""Does a rewritten draft keep what the draft says, and say nothing that nobody knows? Pure.

It compares tokens that must not change: numbers, names, links, code, lists, where to get help. What
the reply does with a feeling is for the second audit. Reasons never quote a text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guard.report import AttemptOutcome, Span
from guard.text.language import other_language

SHORTEST, LONGEST = 0.5, 2.0  # of the draft's length
ROOM = 320  # characters that a rewrite of a very short draft may have

_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>\"')\]}]+|(?:mailto|tel|javascript|data):[^\s<>\"')\]}]+|"
    r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|int|io|uk|de|eu|ca|au|ie|nz|info|app|dev)\b"
    r"(?:/[^\s<>\"')\]}]*)?",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^[ \t]*(?:[-*+\u2022]|\d{1,2}[.)])[ \t]+(?=\S)", re.MULTILINE)
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PHONE = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){4,}")
_SPELLED = {
    word: str(number)
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split(),
        start=2,
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100"}
_SPELLED_WORD = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b", re.IGNORECASE)
_DOSE = re.compile(
    rf"\b(\d+(?:\.\d+)?|half an?|one|an?|{'|'.join(_SPELLED)})[ -]?"
    r"(mg|mcg|\u00b5g|\u03bcg|ug|g|ml|iu|units?|tablets?|pills?|capsules?|drops?|puffs?|doses?)\b",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"\b(?:988|911|999|112|116[ -]?123|13[ -]?11[ -]?14|741[ -]?741|samaritans|lifeline|"
    r"crisis (?:text )?(?:line|service|team|cent(?:re|er)|number)|helpline|hotline|"
    r"suicide prevention|emergency (?:service|number|room|department)|ambulance|"
    r"poison (?:control|cent(?:re|er)|line)|women's refuge|shelter)(?=s?\b)|\bA&E\b",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"\S{1000}")  # no language; patterns would take long over it
_MARKUP = re.compile(r"<\s*[/!]?[a-z][^>]{0,200}>|!\[", re.IGNORECASE)
_ABOUT_ITSELF = re.compile(
    r"\b(?:rewritten|revised|rewrite|rewording|improved version)\b[^.:\n]{0,40}[:\n]", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_OPENING = " \t\"'\u201c\u2018(*_#>[-\u2022~"  # what may stand between a full stop and a word
_ENDING = ".!?:;\u2026\n\u2014\u2013"
_LOOK_BACK = 24
_TITLES = ("Dr.", "Mr.", "Mrs.", "Ms.", "Prof.", "St.")
_NO_NAMES = frozenset("i i'm i've i'd i'll ok okay ai tv mr mrs ms dr".split())
_JOINERS = "\u200d\ufe0f"  # inside of emoji


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
    if {c for c in candidate if _hidden(c)} - set(draft):
        return "control or hidden characters"
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
    checks = (
        ("code", set(_code(draft)) - {c for c in _code(draft) if c in candidate}),
        ("a link or address", _links(draft) - _links(candidate)),
        ("where to get help", _help(draft) - _help(candidate)),
        ("a number", _numbers(true) - _numbers(candidate, spelled=True)),
        ("a number in words", _spelled(stays) - _numbers(candidate, spelled=True)),
        ("a dose", _doses(true) - _doses(candidate)),
        ("a name", _names(true, known.said) - _words(candidate)),
    )
    if gone := next((what for what, missing in checks if missing), None):
        return f"{gone} of the draft is gone"
    if len(_ITEM.findall(candidate)) < len(_ITEM.findall(stays)):
        return "items of a list are gone"
    return None


def _added(draft: str, candidate: str, known: Known) -> str | None:
    """The kind of thing that the candidate has and nobody has told it."""
    given = f"{draft}\n{known.given}"
    everything = f"{given}\n{known.said}"
    checks = (
        ("a link or address", _links(candidate) - _links(given)),
        ("a telephone number", _phones(candidate) - _phones(given)),
        ("a dose", _doses(candidate) - _doses(given)),
        ("markup", set(_MARKUP.findall(candidate)) - set(_MARKUP.findall(draft))),
        ("a number", _numbers(candidate) - _numbers(everything, spelled=True)),
        ("a name", _names(candidate, "") - _words(everything)),
    )
    if new := next((what for what, extra in checks if extra), None):
        return f"{new} was put in"
    if not known.danger and _help(candidate) - _help(draft):
        return "it points to emergency help where no danger shows"
    language = other_language(candidate)
    if language is not None and language != other_language(draft):
        return "it is in another language"
    return None


def _hidden(char: str) -> bool:
    if char in "\n\t\r" or char in _JOINERS:
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"}


def _without(text: str, spans: Iterable[Span]) -> str:
    left, at = [], 0
    for span in sorted((s for s in spans if s.source == "draft"), key=lambda s: s.start):
        left.append(text[at : max(at, span.start)])
        at = max(at, span.end)
    return " ".join((*left, text[at:]))


def _code(text: str) -> Sequence[str]:
    fenced = _FENCED.findall(text)
    return [*fenced, *_INLINE.findall(_FENCED.sub(" ", text))]


def _links(text: str) -> set[str]:
    found = _EMAIL.findall(text) + _LINK.findall(_EMAIL.sub(" ", text))
    return {one.rstrip(".,;:!?*_").casefold() for one in found}


def _plain(text: str) -> str:
    """Without what has rules of its own: links, addresses, the numbers of a list."""
    folded = unicodedata.normalize("NFKC", text)
    return _ITEM.sub(" ", _LINK.sub(" ", _EMAIL.sub(" ", folded)))


def _numbers(text: str, *, spelled: bool = False) -> set[str]:
    found = set(_NUMBER.findall(_THOUSANDS.sub("", _plain(text))))
    return found | _spelled(text) if spelled else found


def _spelled(text: str) -> set[str]:
    return {_SPELLED[word.lower()] for word in _SPELLED_WORD.findall(text)}


def _phones(text: str) -> set[str]:
    return {"".join(filter(str.isdigit, one)) for one in _PHONE.findall(_plain(text))}


def _doses(text: str) -> set[tuple[str, str]]:
    found = _DOSE.findall(_plain(text))
    return {
        (_SPELLED.get(much.lower(), much.lower()), unit.lower().rstrip("s")) for much, unit in found
    }


def _help(text: str) -> set[str]:
    return {re.sub(r"[ -]+", " ", one).casefold() for one in _HELP.findall(text)}


def _words(text: str) -> set[str]:
    return {_folded(word) for word in _NAME.findall(unicodedata.normalize("NFKC", text))}


def _names(text: str, said: str) -> set[str]:
    """Words with a capital where a sentence does not begin; and where one does, those that have one
    elsewhere, here or in what was said."""
    inside, first = _capitals(_plain(text))
    return inside | (first & (inside | (_capitals(_plain(said))[0] if said else set())))


def _capitals(text: str) -> tuple[set[str], set[str]]:
    inside: set[str] = set()
    first: set[str] = set()
    for word in _NAME.finditer(text):
        if not word.group()[0].isupper() or _folded(word.group()) in _NO_NAMES:
            continue
        before = text[max(0, word.start() - _LOOK_BACK) : word.start()].rstrip(_OPENING)
        begins = not before or (before[-1] in _ENDING and not before.endswith(_TITLES))
        (first if begins else inside).add(_folded(word.group()))
    return inside, first


def _folded(word: str) -> str:
    return word.replace("\u2019", "'").casefold().removesuffix("'s")
