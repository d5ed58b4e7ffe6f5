"""Particulars that have a shape of their own: addresses, numbers, dates. Not names of people.

Every repetition is bounded or cannot give back what it took, so the time is linear in the text. No
pattern begins beside a placeholder or reaches over one: what was redacted stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from guard.log.personal_checks import card, dated, dialled, iban, linked, numbered
from guard.log.personal_fragments import (
    APART,
    DAY,
    ENDED,
    MONTH,
    MONTHS,
    NUMBERED,
    TLD,
    WEEKDAY,
    YEAR,
)
from guard.log.personal_rule import Rule, rule
from guard.log.personal_signs import Signs, beside, digits, found, found_low, word
from guard.log.pieces import PersonalPiece
from guard.log.place_patterns import PLACES


def _spelt(signs: Signs) -> bool:
    """ "anna at mail dot com"."""
    return "dot" in signs.low and "at" in signs.low


# In order of precedence. A group `piece` is what is replaced, else all of the match.
RULES: tuple[Rule, ...] = (
    rule(
        "EMAIL",
        word("@"),
        r"(?<![\w.+\-\]])[\w.+\-]++@(?:[\w\-]{1,63}\.){1,5}[^\W\d_]{2,24}" + ENDED,
    ),
    rule(
        "EMAIL",
        _spelt,
        APART + r"[\w.]{2,64} ?(?:\(at\)|\{at\}| at ) ?\w{2,30} ?(?:\(dot\)|\{dot\}| dot ) ?"
        r"(?:com|org|net|edu|co|uk|de|io)" + ENDED,
        case=False,
    ),
    rule(
        "URL",
        word("://", "www."),
        r"(?<![\w\]])(?:https?://|www\.)[^\s<>\"\[\]]*[^\s<>\"\[\].,;:!?')]",
        linked,
        case=False,
    ),
    rule(
        "URL",
        found(rf"\.(?i:{TLD})"),
        APART + rf"(?:[a-z\d-]{{1,63}}\.){{1,4}}(?:{TLD})(?:/[\w./?=&%#~+-]*[\w/])?" + ENDED,
        linked,
        case=False,
    ),
    rule(
        "URL",
        word("/"),
        APART + r"(?:[a-z\d-]{1,63}\.){1,4}[a-z]{2,10}/[\w./?=&%#~+-]*[\w/]",
        linked,
        case=False,
    ),
    rule("CARD", digits(13), APART + r"\d(?:[ -]?\d){12,18}" + ENDED, card),
    rule(
        "ID",
        digits(2),
        APART + r"[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?" + ENDED,
        iban,
    ),
    rule(
        "ID",
        digits(1, "-"),
        APART + r"[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}" + ENDED,
        case=False,
    ),
    rule(
        "ID",
        digits(4, "."),
        APART + r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}" + ENDED,
    ),
    rule(
        "ID",
        digits(1, ":"),
        r"(?<![\w:\]])(?:[\da-f]{1,4}:{1,2}){2,7}[\da-f]{1,4}(?![\w:\[])",
        case=False,
    ),
    rule("DATE", digits(6), APART + rf"{YEAR}[-/.]\d\d?[-/.]\d\d?" + ENDED, dated),
    rule("DATE", digits(4), APART + rf"\d\d?[-/.]\d\d?[-/.](?:{YEAR}|\d\d)" + ENDED, dated),
    rule(
        "DATE",
        beside(1, *MONTHS),
        APART + rf"{WEEKDAY}(?:the )?{DAY}(?: of)? {MONTH}\b(?:\.(?= ?\d))?(?:,? {YEAR})?" + ENDED,
    ),
    rule(
        "DATE",
        beside(1, *MONTHS),
        APART + rf"{WEEKDAY}{MONTH}\.? (?:the )?{DAY}(?:,? {YEAR})?" + ENDED,
    ),
    rule("DATE", beside(4, *MONTHS), APART + rf"{MONTH}\.?,? {YEAR}" + ENDED),
    rule(
        "DATE",
        beside(1, *MONTHS),
        APART + rf"(?:(?:the )?{DAY}(?: of)? (?!ma[ry]){MONTH}|(?!ma[ry]){MONTH} {DAY})"
        rf"(?:,? {YEAR})?" + ENDED,
        case=False,
    ),
    rule(
        "DATE",
        beside(2, "born", "dob", "d.o.b", "birth"),
        r"\b(?:born|dob|d\.o\.b\.|date of birth|birthday|birth date)(?: is| was| on| in|:){0,2} "
        rf"(?P<piece>\d\d?[-/.]\d\d?|{YEAR})" + ENDED,
        case=False,
    ),
    rule(
        "PHONE",
        digits(7, "+"),
        r"(?<![\w\]@.])\+\d{1,3}(?:[ .\-/()]{0,2}\d){6,13}" + ENDED,
        dialled,
    ),
    rule(
        "PHONE",
        digits(10),
        APART + r"(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .\-/])\d{3}[ .-]\d{4}"
        r"(?: ?(?:x|ext\.?) ?\d{1,5})?" + ENDED,
        dialled,
    ),
    rule("ID", digits(9), APART + r"\d{3}-\d{2}-\d{4}" + ENDED),
    rule("ID", digits(10), APART + r"\d{3}[ -]\d{3}[ -]\d{4}" + ENDED, dialled),
    rule("ID", digits(11), APART + r"\d{3}\.\d{3}\.\d{3}-\d{2}" + ENDED),
    rule("PHONE", digits(8), APART + r"\(?0\d{0,5}\)?(?:[ ./-]{0,2}\d){7,11}" + ENDED, dialled),
    rule("PHONE", digits(7), APART + r"\d{3}-\d{4}" + ENDED, dialled),
    rule(
        "ID",
        found_low(rf"\b{NUMBERED}[^\n]{{0,60}}?\d", 3),
        rf"\b{NUMBERED}(?:,?[ -](?:id|number|no\.?|num|code|card|plate|reference|n°)){{0,2}}"
        r"(?: is| was|,|:|=|#){0,3} {0,2}"
        r"(?P<piece>(?:(?:mrn|nr\.?|no\.?) )?(?=[a-z]{0,8}-?[a-z]{0,8}\d|[a-z]{1,3} \d)"
        r"[a-z\d]{1,20}(?:[ /-](?=[a-z]{0,8}\d)[a-z\d]{1,20}){0,4}(?:-[a-z]{1,3})?|"
        r"[A-Z]{1,3}\d{2,4} [A-Z]{2,3})" + ENDED,
        numbered,
        case=False,
    ),
    rule(
        "PHONE",
        digits(7),
        r"\b(?:phone|cell|mobile|tel|telephone|call|text|whatsapp|number|reach|ring|rang|dialled|"
        r"fax)\b[^\d\n\[\]]{0,25}(?P<piece>\(?\d(?:[ .\-/()]{0,2}\d){6,14})" + ENDED,
        dialled,
        case=False,
    ),
    *PLACES,
)


def shaped(text: str) -> Iterator[PersonalPiece]:
    """Pieces of the text that a pattern finds, pattern by pattern."""
    signs = Signs.of(text)
    for kind, needs, pattern, holds in RULES:
        if not needs(signs):
            continue
        for match in pattern.finditer(text):
            if holds is None or holds(match):
                group = "piece" if "piece" in pattern.groupindex else 0
                yield PersonalPiece(kind, *match.span(group))
