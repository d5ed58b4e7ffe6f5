"""What a piece in the shape of a particular must also fulfil: check digits, the calendar, and to be
no line or site where anybody may ask for help.
"""

from __future__ import annotations

import re
from functools import reduce

from guard.log.common_words import CAPITALISED, COUNTRIES, PLAIN
from guard.log.personal_fragments import NOT_STREETS

# Numbers and sites by which anybody may ask for help say nothing about who writes, and whether a
# reply pointed to one is what a reviewer looks for.
_HELP_LINES = frozenset(
    "988 911 999 112 111 116123 116111 741741 85258 131114 0800585858 08082000247 08001111".split()
)
_TOLL_FREE = re.compile(r"1?8(?:00|33|44|55|66|77|88)\d{7}")
_HELP_SITES = re.compile(
    r"(?:https?://)?(?:www\.)?(?:988lifeline\.org|findahelpline\.com|samaritans\.org|"
    r"crisistextline\.org|befrienders\.org|rainn\.org|thehotline\.org|childline\.org)(?:/[\w/-]*)?",
    re.IGNORECASE,
)


def card(match: re.Match[str]) -> bool:
    digits = [int(c) for c in match.group() if c.isdigit()]
    return luhn(digits) or bool(re.fullmatch(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}", match.group()))


def luhn(digits: list[int]) -> bool:
    """Whether the check digit of a payment card holds."""
    doubled = [2 * d - 9 * (d > 4) if i % 2 else d for i, d in enumerate(reversed(digits))]
    return len(digits) >= 13 and sum(doubled) % 10 == 0


def iban(match: re.Match[str]) -> bool:
    compact = match.group().replace(" ", "").upper()
    moved = compact[4:] + compact[:4]
    return (
        15 <= len(compact) <= 34
        and reduce(
            lambda rest, char: (rest * (100 if char.isalpha() else 10) + int(char, 36)) % 97,
            moved,
            0,
        )
        == 1
    )


def dialled(match: re.Match[str]) -> bool:
    digits = "".join(c for c in match.group() if c.isdigit())
    public = digits in _HELP_LINES or bool(_TOLL_FREE.fullmatch(digits))
    return 7 <= len(digits) <= 15 and not public


def linked(match: re.Match[str]) -> bool:
    return not _HELP_SITES.fullmatch(match.group())


def dated(match: re.Match[str]) -> bool:
    first, middle, last = (int(part) for part in re.split(r"[-/.]", match.group()))
    if first > 31:
        return 1 <= middle <= 12 and 1 <= last <= 31
    return 1 <= first <= 31 and 1 <= middle <= 31 and (first <= 12 or middle <= 12)


def street(match: re.Match[str]) -> bool:
    return not any(word.lower() in PLAIN for word in match["words"].split())


def numbered(match: re.Match[str]) -> bool:
    told = match["piece"]
    return len(re.findall(r"\d", told)) >= 3 and re.split(r"[ -]", told)[0].lower() not in PLAIN


def place(match: re.Match[str]) -> bool:
    first = match["piece"].split()[0].strip(".'")
    return not first.isupper() and first.lower() not in PLAIN | CAPITALISED | COUNTRIES


def named_house(match: re.Match[str]) -> bool:
    return match["piece"].split()[0].lower() not in PLAIN


def named_first(match: re.Match[str]) -> bool:
    """A street with its number after it: no month, no chapter, no grade."""
    first = match["piece"].split()[0].strip(".'").lower()
    return first not in PLAIN | CAPITALISED | NOT_STREETS
