"""Cues: words that say that the next is a name. Each looks at one word, and the one before it."""

from __future__ import annotations

from guard.log.common_words import DOES, GREETINGS, KIN, PLAIN, TITLES, TITLES_ANY_CASE
from guard.log.name_words import Word


def names_itself(word: Word, last: str, gap: str) -> bool:
    """ "my name is", "his name's", "Name:"."""
    if word.low in ("is", "was"):
        return last in ("name", "names")
    labelled = word.low in ("name", "claimant", "patient") and gap.strip() == ":"
    return labelled or (word.low == "name" and word.owns)


def calls(word: Word, last: str) -> bool:
    """ "named", "calls me", "goes by", "we called him"."""
    calling = last in ("call", "calls", "called", "named", "name")
    return (
        word.low in ("named", "called")
        or (word.low == "by" and last in ("go", "goes", "went", "going"))
        or (word.low in ("me", "him", "her", "them") and calling)
    )


def presents(word: Word, last: str) -> bool:
    """ "I'm", "I am", "this is", "it's"."""
    if word.low in ("is", "am"):
        return last in ("i", "this", "it")
    return word.low in ("i'm", "im", "it's") or (word.low == "it" and word.owns)


def greets(word: Word, last: str) -> bool:
    """ "Hi", "thank you", "good morning"."""
    if word.low == "you":
        return last == "thank"
    if word.low in ("morning", "evening", "afternoon"):
        return last == "good"
    return word.low in GREETINGS and word.opens


def titles(word: Word, follows: Word) -> bool:
    """ "Dr.", "Mrs", "Father", before a name."""
    if follows.gap not in (" ", ". ") or word.low not in TITLES:
        return False
    if word.low in TITLES_ANY_CASE and word.text != "MS":
        return follows.nameable or follows.low not in PLAIN | KIN | DOES
    return word.titled and follows.gap == " " and (follows.nameable or follows.sure)


def initial(word: Word) -> bool:
    """ "A. Petrosyan"."""
    return len(word.text) == 1 and word.text.isupper() and word.text != "I"
