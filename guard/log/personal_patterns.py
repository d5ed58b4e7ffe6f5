"""Particulars that have a shape of their own: addresses, numbers, dates. Not names of people.

Every repetition is bounded or cannot give back what it took, so the time is linear in the text. No
pattern begins beside a placeholder or reaches over one: what was redacted stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from guard.log.personal_checks import (
    card,
    dated,
    dialled,
    iban,
    linked,
    named_house,
    numbered,
    place,
    street,
)
from guard.log.personal_fragments import (
    AFTER_PLACE,
    APART,
    CAP,
    DAY,
    ENDED,
    MONTH,
    MONTHS,
    NUMBERED,
    POSTCODE,
    ROADS,
    SCHOOL,
    SCHOOLS,
    STREETS,
    SUFFIX,
    TLD,
    TOWN,
    UNIT,
    YEAR,
)
from guard.log.personal_signs import Need, Signs, beside, digits, found, word
from guard.log.pieces import PersonalKind, PersonalPiece

_Rule = tuple[PersonalKind, Need, re.Pattern[str], Callable[[re.Match[str]], bool] | None]


def _rule(
    kind: PersonalKind,
    needs: Need,
    pattern: str,
    holds: Callable[[re.Match[str]], bool] | None = None,
    *,
    case: bool = True,
) -> _Rule:
    return kind, needs, re.compile(pattern, 0 if case else re.IGNORECASE), holds


def _spelt(signs: Signs) -> bool:
    """ "anna at mail dot com"."""
    return "dot" in signs.low and "at" in signs.low


# In order of precedence. A group `piece` is what is replaced, else all of the match.
RULES: tuple[_Rule, ...] = (
    _rule(
        "EMAIL",
        word("@"),
        r"(?<![\w.+\-\]])[\w.+\-]++@(?:[\w\-]{1,63}\.){1,5}[^\W\d_]{2,24}" + ENDED,
    ),
    _rule(
        "EMAIL",
        _spelt,
        APART + r"[\w.]{2,64} ?(?:\(at\)|\{at\}| at ) ?\w{2,30} ?(?:\(dot\)|\{dot\}| dot ) ?"
        r"(?:com|org|net|edu|co|uk|de|io)" + ENDED,
        case=False,
    ),
    _rule(
        "URL",
        word("://", "www."),
        r"(?<![\w\]])(?:https?://|www\.)[^\s<>\"\[\]]*[^\s<>\"\[\].,;:!?')]",
        linked,
        case=False,
    ),
    _rule(
        "URL",
        found(rf"\.(?i:{TLD})"),
        APART + rf"(?:[a-z\d-]{{1,63}}\.){{1,4}}(?:{TLD})(?:/[\w./?=&%#~+-]*[\w/])?" + ENDED,
        linked,
        case=False,
    ),
    _rule(
        "URL",
        word("/"),
        APART + r"(?:[a-z\d-]{1,63}\.){1,4}[a-z]{2,10}/[\w./?=&%#~+-]*[\w/]",
        linked,
        case=False,
    ),
    _rule("CARD", digits(13), APART + r"\d(?:[ -]?\d){12,18}" + ENDED, card),
    _rule(
        "ID",
        digits(2),
        APART + r"[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?" + ENDED,
        iban,
    ),
    _rule(
        "ID",
        digits(1, "-"),
        APART + r"[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}" + ENDED,
        case=False,
    ),
    _rule(
        "ID",
        digits(4, "."),
        APART + r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}" + ENDED,
    ),
    _rule(
        "ID",
        digits(1, ":"),
        r"(?<![\w:\]])(?:[\da-f]{1,4}:{1,2}){2,7}[\da-f]{1,4}(?![\w:\[])",
        case=False,
    ),
    _rule("DATE", digits(6), APART + rf"{YEAR}[-/.]\d\d?[-/.]\d\d?" + ENDED, dated),
    _rule("DATE", digits(4), APART + rf"\d\d?[-/.]\d\d?[-/.](?:{YEAR}|\d\d)" + ENDED, dated),
    _rule(
        "DATE",
        beside(1, *MONTHS),
        APART + rf"(?:the )?{DAY}(?: of)? {MONTH}\b(?:\.(?= ?\d))?(?:,? {YEAR})?" + ENDED,
    ),
    _rule("DATE", beside(1, *MONTHS), APART + rf"{MONTH}\.? (?:the )?{DAY}(?:,? {YEAR})?" + ENDED),
    _rule("DATE", beside(4, *MONTHS), APART + rf"{MONTH}\.?,? {YEAR}" + ENDED),
    _rule(
        "DATE",
        beside(1, *MONTHS),
        APART + rf"(?:(?:the )?{DAY}(?: of)? (?!ma[ry]){MONTH}|(?!ma[ry]){MONTH} {DAY})"
        rf"(?:,? {YEAR})?" + ENDED,
        case=False,
    ),
    _rule(
        "DATE",
        beside(2, "born", "dob", "d.o.b", "birth"),
        r"\b(?:born|dob|d\.o\.b\.|date of birth|birthday|birth date)(?: is| was| on| in|:){0,2} "
        rf"(?P<piece>\d\d?[-/.]\d\d?|{YEAR})" + ENDED,
        case=False,
    ),
    _rule(
        "PHONE",
        digits(7, "+"),
        r"(?<![\w\]@.])\+\d{1,3}(?:[ .\-/()]{0,2}\d){6,13}" + ENDED,
        dialled,
    ),
    _rule(
        "PHONE",
        digits(10),
        APART + r"(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .\-/])\d{3}[ .-]\d{4}"
        r"(?: ?(?:x|ext\.?) ?\d{1,5})?" + ENDED,
        dialled,
    ),
    _rule("ID", digits(9), APART + r"\d{3}-\d{2}-\d{4}" + ENDED),
    _rule("ID", digits(10), APART + r"\d{3}[ -]\d{3}[ -]\d{4}" + ENDED, dialled),
    _rule("ID", digits(11), APART + r"\d{3}\.\d{3}\.\d{3}-\d{2}" + ENDED),
    _rule("PHONE", digits(8), APART + r"\(?0\d{0,5}\)?(?:[ ./-]{0,2}\d){7,11}" + ENDED, dialled),
    _rule("PHONE", digits(7), APART + r"\d{3}-\d{4}" + ENDED, dialled),
    _rule(
        "ID",
        digits(3),
        rf"\b{NUMBERED}(?:,?[ -](?:id|number|no\.?|num|code|card|plate|reference|n°)){{0,2}}"
        r"(?: is| was|,|:|=|#){0,3} {0,2}"
        r"(?P<piece>(?:(?:mrn|nr\.?|no\.?) )?(?=[a-z]{0,8}-?[a-z]{0,8}\d|[a-z]{1,3} \d)"
        r"[a-z\d]{1,20}(?:[ -](?=[a-z]{0,8}\d)[a-z\d]{1,20}){0,4}|[A-Z]{1,3}\d{2,4} [A-Z]{2,3})"
        + ENDED,
        numbered,
        case=False,
    ),
    _rule(
        "PHONE",
        digits(7),
        r"\b(?:phone|cell|mobile|tel|telephone|call|text|whatsapp|number|reach|ring|rang|dialled|"
        r"fax)\b[^\d\n\[\]]{0,25}(?P<piece>\(?\d(?:[ .\-/()]{0,2}\d){6,14})" + ENDED,
        dialled,
        case=False,
    ),
    _rule(
        "ADDRESS",
        digits(1),
        rf"(?<![\w\]@+\-])(?:{UNIT},? )?\d{{1,6}}[A-Za-z]? "
        r"(?P<words>[\w'.-]{2,30}(?: [\w'.-]{1,30}){0,3}?) "
        rf"{SUFFIX}\b\.?(?:,? {UNIT}{ENDED})?(?:{TOWN})?(?:,? {POSTCODE})?",
        street,
        case=False,
    ),
    _rule(
        "ADDRESS",
        digits(1, *STREETS),
        APART + r"(?:(?:Calle|Avenida|Carrer|Paseo|Plaza|Via|Viale|Rua|Piazza|ul\.|Ulica)"
        rf"(?: {CAP}){{1,4}},? (?:n[º°o.]{{0,2}} ?)?\d{{1,4}}"
        r"|\d{1,4},? (?:bis )?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Ii]mpasse|[Aa]ll[ée]e|"
        rf"[Cc]hemin|[Qq]uai)(?: (?:de|du|des|la|le|les|l'\w{{1,20}}|{CAP})){{1,5}}"
        r"|[A-ZÄÖÜ][a-zäöüß]{2,30}(?:straße|strasse|str\.|weg|platz|gasse|allee|straat|laan|plein|"
        r"gracht|gatan|vägen|veien) \d{1,4} ?[a-z]?)" + rf"(?:,? \d{{4,5}} {CAP})?(?!\w)",
    ),
    _rule("ADDRESS", beside(1, "box"), APART + r"P\.? ?O\.? ?Box \d{1,7}" + ENDED, case=False),
    _rule(
        "ADDRESS",
        digits(5),
        APART + rf"{CAP}(?: {CAP}){{0,2}}, [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?" + ENDED,
    ),
    _rule(
        "ADDRESS",
        digits(2),
        APART + r"(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d)" + ENDED,
    ),
    _rule(
        "ADDRESS",
        beside(4, "zip", "post"),
        r"\b(?:zip|post|postal)(?: ?code)?(?: is|:)? (?P<piece>\d{4,6}(?:-\d{4})?)" + ENDED,
        case=False,
    ),
    _rule("ADDRESS", digits(10), APART + r"-?\d{1,3}\.\d{4,8}, ?-?\d{1,3}\.\d{4,8}" + ENDED),
    _rule(
        "ADDRESS",
        beside(1, "apartment", "apt", "unit", "suite", "flat"),
        APART + r"(?:Apartment|Apt|Unit|Suite|Flat)\.? #?\d{1,5}[A-Za-z]?" + ENDED,
    ),
    _rule(
        "ADDRESS",
        word(*ROADS.lower().split("|")),
        APART + rf"(?P<piece>{CAP}(?: {CAP}){{0,2}} (?:{ROADS}))" + ENDED,
        named_house,
    ),
    _rule(
        "PLACE",
        word(*SCHOOLS),
        APART + rf"(?P<piece>(?:{CAP}|of|the)(?: (?:{CAP}|of|the)){{0,3}} {SCHOOL})(?![\w\[])",
        named_house,
    ),
    _rule(
        "PLACE",
        word(" high", " middle school", " elementary"),
        r"\b(?:at|to|from|in) "
        r"(?P<piece>[a-z]{3,20} (?:high school|middle school|elementary|high))" + ENDED,
        named_house,
    ),
    _rule(
        "PLACE",
        found(AFTER_PLACE),
        r"\b(?:[Ff]rom|[Ii]n|[Nn]ear|[Oo]utside|[Aa]round|[Ll]iv(?:e|es|ed|ing) on|"
        r"[Mm]ov(?:e|ed|es|ing)(?: back)? to|[Cc]om(?:e|ing)(?: back)? to|[Bb]ack to|"
        r"[Rr]eturn(?:ed|ing)? to|[Tt]ravell?(?:ed|ing)? to|[Ww]ent to|[Dd]r(?:i|o)ve to|"
        r"[Ff](?:ly|lew) to|[Hh]ometown is) "
        r"(?P<piece>[A-ZÀ-ÞŁŚŻŽ][\w'-]{2,30}(?: [A-ZÀ-Þ][\w'-]{1,30}){0,2})" + ENDED,
        place,
    ),
    _rule(
        "AGE",
        digits(2),
        APART + r"(?:9\d|1[01]\d)[ -]?(?:years?[ -]old|yo|y/o|yrs? old)" + ENDED,
        case=False,
    ),
    _rule(
        "AGE",
        digits(2),
        r"\b(?:aged?|is|was|i'm|turned|turns|turning) (?P<piece>9\d|1[01]\d)"
        r"(?![\w\[%]| ?(?:%|per|min|day|hour|week|pounds|kg|lbs|miles|km|degrees))",
        case=False,
    ),
    _rule(
        "ID",
        beside(1, "late", "registration"),
        r"\b(?:[Pp]late|[Rr]egistration)(?: is|,|:){0,2} "
        r"(?P<piece>[A-Z]{1,3}\d{1,4} ?[A-Z]{0,3})" + ENDED,
    ),
    _rule("ID", word("@"), r"(?<![\w.\]@])@(?P<piece>[\w](?:[\w.]{0,28}\w)?)" + ENDED),
    _rule("ID", word("u/", "r/"), APART + r"(?:u|r)/[\w-]{3,24}" + ENDED),
    _rule(
        "ID",
        word("sk-", "sk_", "pk-", "pk_", "ghp", "xox"),
        APART + r"(?:sk|pk|ghp|xox[bp])[-_][\w-]{16,200}+",
    ),
    _rule("ID", digits(9), APART + r"\d{9,30}" + ENDED, dialled),
    _rule("ID", digits(6), APART + r"(?=[A-Z-]{0,6}\d)[A-Z]{1,4}-?\d{6,12}[A-Z]?" + ENDED),
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
