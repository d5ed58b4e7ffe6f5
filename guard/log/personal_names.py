"""Names of people, found by what stands around them and by a list of frequent given names.

Words are looked at once, left to right, each with a few neighbours. A name without any cue that is
in no list is not found: redaction lowers a risk, encryption carries the guarantee.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from guard.log.cities import CITIES, TWO_WORDS
from guard.log.common_words import (
    DOES,
    KIN,
    PARTICLES,
    PLAIN,
    SIGN_OFFS,
    TITLES,
)
from guard.log.given_names import CAPITAL, ELSEWHERE, SURE
from guard.log.name_cues import calls, greets, initial, names_itself, presents, titles
from guard.log.name_words import NOT_NAMES, Word, Words, common, unaccented
from guard.log.pieces import PersonalPiece

_LONGEST = 4  # words of one name
_RARE = 4  # letters that a rare word must have: shorter ones are mostly sounds and initials
_FEATURE = re.compile(r"(?:ing|ed|ish|ese|ist|ian|ful|less|ous|ive|able|ic)$")
# What a person is, has or may do, but a thing as well: a rare word before them must not end as
# terms of medicine, states and doings do ("Anhedonia is", "Gaslighting has").
_BE = frozenset("is was has had will would isn't wasn't hasn't hadn't".split())
_TERM = re.compile(
    r"(?:ing|ed|ia|is|ism|ness|ity|ment|ion|ence|ance|ogy|ine|ol|am|ide|in|ous|ive|ory|ship|hood|ics|ers|ly|able|s)$"
)
_SPOKEN_TO = frozenset("you your if please don't can are why come listen look".split())
_NEVER_AGAIN = NOT_NAMES | TITLES | PARTICLES


def named(text: str) -> Iterator[PersonalPiece]:
    """The names in a text, and each other place where a name found by a cue stands again."""
    words = Words(text)
    places = words.telling()
    ends = names(words, places)
    for first, after in (ends | repeated(words, ends)).items():
        yield PersonalPiece("NAME", words[first].start, words[after - 1].end)
    for first, after in cities(words, places):
        yield PersonalPiece("PLACE", words[first].start, words[after - 1].end)


def cities(words: Words, places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Large cities, written as names are."""
    for at in places:
        word = words[at]
        if not word.titled:
            continue
        follows = words[at + 1] if at + 1 < len(words) else None
        if follows and follows.gap == " " and (word.low, follows.low) in TWO_WORDS:
            yield at, at + 2
        elif word.low in CITIES:
            yield at, at + 1


def names(words: Words, places: Iterable[int]) -> dict[int, int]:
    """The names that begin at these places or right after them: from which word up to which."""
    ends: dict[int, int] = {}
    for at in places:
        for first, after in _found(words, at, ends):
            if after > first:
                ends[first] = max(after, ends.get(first, 0))
    return ends


def repeated(words: Words, ends: dict[int, int]) -> dict[int, int]:
    """The other places at which a word of these names stands."""
    again = {
        words[i].low: words[i].titled
        for first, after in ends.items()
        for i in range(first, after)
        if len(words[i].text) > 2 and words[i].low not in _NEVER_AGAIN
    }
    if not again:
        return {}
    lows = [words.low(at) for at in range(len(words))]
    return {
        at: at + 1
        for at, low in enumerate(lows)
        if low in again and at not in ends and (words[at].titled or not again[low])
    }


def _found(words: Words, at: int, ends: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Names that begin at this word or right after it, as places of words."""
    word = words[at]
    if word.masked:
        return
    if word.known:
        found = _stands(words, at)
    else:
        found = word.nameable and (_rare(words, at) or (not word.opens and _acts(words, at)))
    if found:
        yield at, _chain(words, at)
    if word.gap == " & " and word.nameable:
        yield at, _chain(words, at)
    if word.gap == ". " and word.nameable and at and initial(words[at - 1]):
        yield at - 1, _chain(words, at)
    follows = at + 1
    if follows < len(words) and not words[follows].masked:
        yield from _after(words, at, follows)
        joined = word.low in ("and", "or") and at and _ended(words, at - 1, ends)
        if joined and words[follows].nameable and words[follows].gap == " ":
            yield follows, _chain(words, follows)
    if follows == len(words) or "\n" in words[follows].gap:
        yield from _signed(words, at)


def _stands(words: Words, at: int) -> bool:
    """Whether a word of the list is a name where it stands."""
    word = words[at]
    if word.low not in CAPITAL:
        return word.titled or word.low not in NOT_NAMES
    if not word.titled:
        return word.low in SURE
    follows = words[at + 1] if at + 1 < len(words) else None
    surname = follows is not None and follows.gap == " " and follows.nameable
    acts = follows is not None and follows.gap == " " and follows.low in DOES
    if word.low in ELSEWHERE or word.low in PLAIN:
        return bool(surname and follows and not follows.known) or (acts and not word.opens)
    if word.opens:
        return surname or acts or word.owns or (word.low in SURE)
    return not word.text.isupper()


def _rare(words: Words, at: int) -> bool:
    """A rare capitalised word inside a sentence, or at its head where a person must follow:
    "Ludovica, my oldest friend", "Thorvald's brother", "Thorvald said"."""
    word = words[at]
    if len(word.text) < _RARE or not word.text.isalpha():
        return False
    if not word.opens:
        thing = at and words[at - 1].low in ("the", "a", "an", "my", "this", "that", "some")
        if thing and words[at - 1].low == "that":  # "that Thorvald forgave me"
            thing = not any(one.low in DOES | _BE for one in words.after(at, 1))
        return not thing and word.text[1:].islower() and unaccented(word.low) not in common()
    after = words.after(at, 5)
    if len(after) > 1 and after[0].gap == ", " and after[0].low in ("my", "his", "her", "our"):
        return any(one.low in KIN for one in after[1:])
    if unaccented(word.low) in common() or not after:
        return False
    follows = after[0]
    if follows.gap in (": ", ", "):  # "Thorvald: please", "Thorvald, if you"
        return follows.low in _SPOKEN_TO
    if word.owns or follows.gap != " ":
        return word.owns
    return follows.low in DOES or (follows.low in _BE and not _TERM.search(word.low))


def _acts(words: Words, at: int) -> bool:
    """An unknown capitalised word inside a sentence does, or has, what only a person does."""
    word = words[at]
    if at and words[at - 1].low in (
        "the",
        "a",
        "an",
        "this",
        "that",
        "every",
        "on",
        "last",
        "next",
    ):
        return False
    if at + 1 >= len(words):
        return False
    follows = words[at + 1]
    if word.owns:
        return follows.low in KIN
    return follows.gap == " " and follows.low in DOES and follows.low not in ("and", "hurt", "left")


def _after(words: Words, at: int, next_: int) -> Iterator[tuple[int, int]]:
    """What this word, perhaps with the one before, says of the next: that it is a name."""
    word, follows = words[at], words[next_]
    last = words[at - 1].low if at else ""
    if titles(word, follows):
        yield at, _chain(words, next_)
    elif names_itself(word, last, follows.gap):
        yield next_, _given(words, next_)
    elif calls(word, last):
        yield from _cued(words, next_, follows.gap)
    elif presents(word, last) and follows.gap == " ":
        if follows.known or _introduced(follows):
            yield next_, _chain(words, next_)
    elif word.low in KIN and follows.low != "the" and follows.gap in (" ", ", ", ": ", " - "):
        if _related(words, at):
            yield from _cued(words, next_, " ")
    elif greets(word, last) and follows.gap in (" ", ", "):
        if _addressed(words, next_):
            yield next_, _chain(words, next_)
    elif word.low == "the" and last in KIN and follows.nameable and follows.low.endswith("s"):
        yield next_, next_ + 1


def _given(words: Words, at: int) -> int:
    """After "my name is": one to four words, in any letters."""
    if words[at].nameable or words[at].known:
        return _chain(words, at)
    if words[at].gap not in (" ", ": ") or words[at].low in PLAIN or len(words[at].text) < 2:
        return at
    return at + 1


def _cued(words: Words, at: int, gap: str) -> Iterator[tuple[int, int]]:
    if gap in (" ", ": ", ' "', " '") and (words[at].nameable or words[at].known):
        yield at, _chain(words, at)


def _introduced(word: Word) -> bool:
    """A capitalised word after "I'm" that no feature of a person is: Thandeka, not German."""
    return word.nameable and word.low not in CAPITAL and not _FEATURE.search(word.low)


def _related(words: Words, at: int) -> bool:
    """Somebody's: "my sister", "her best friend", "our late father in law"."""
    return any(
        words[i].low in ("my", "his", "her", "our", "their", "your", "a", "an", "the", "me", "and")
        or words[i].owns
        for i in range(max(at - 3, 0), at)
    )


def _addressed(words: Words, at: int) -> bool:
    """The next word is whom a greeting is for: known, or alone before a stop."""
    word = words[at]
    if not (word.known or word.nameable) or word.low in TITLES:
        return False
    after = _chain(words, at)
    return word.known or after >= len(words) or words[after].gap[:1] in ",.!?\n;:-"


def _signed(words: Words, at: int) -> Iterator[tuple[int, int]]:
    """A name that closes the text or a paragraph: "Love, Ewa", "- Dani"."""
    for first in range(max(at - 2, 1), at + 1):
        gap = words[first].gap
        signed = "\n" in gap or re.search(r"(?:^|\s)[-~]+ ?$", gap) or gap.strip() == ","
        if not signed or not all(words[i].nameable for i in range(first, at + 1)):
            continue
        before = words[first - 1]
        if "-" in gap or "~" in gap or before.low in SIGN_OFFS or ("," in gap and "\n" in gap):
            yield first, at + 1
            return


def _ended(words: Words, at: int, ends: dict[int, int]) -> bool:
    return words[at].text == "[NAME]" or any(
        ends.get(i, 0) == at + 1 for i in range(max(at - _LONGEST, 0), at + 1)
    )


def _chain(words: Words, at: int) -> int:
    """The place after a name that begins here: given names, particles, surnames, initials."""
    last = at + 1
    for i in range(at + 1, min(at + _LONGEST + 1, len(words))):
        word = words[i]
        if words[i - 1].owns or word.gap not in (" ", ". ") or word.masked:
            break
        if word.gap == ". " and len(words[i - 1].text) > 1:
            break
        if (word.nameable and word.low not in DOES) or (
            len(word.text) == 1 and word.text.isupper() and word.text != "I"
        ):
            last = i + 1
        elif word.low not in PARTICLES:
            break
    return last
