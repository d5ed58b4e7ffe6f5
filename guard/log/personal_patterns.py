"""Particulars that have a shape of their own: addresses, numbers, dates. Not names of people.

Every repetition is bounded or cannot give back what it took, so the time is linear in the text. No
pattern begins beside a placeholder or reaches over one: what was redacted stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import reduce

from guard.log.common_words import CAPITALISED, COUNTRIES, PLAIN
from guard.log.pieces import PersonalKind, PersonalPiece

# Not right after a word, a placeholder or a sign that joins; not right before one.
_DIGIT = re.compile(r"\d")
_L = r"(?<![\w\]@.+\-])"
_R = r"(?![\w\[])"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20)\d\d"
_CAP = r"[A-ZÀ-ÖØ-ÞŁŚŻŽŠČĆĐ][\w'.-]{0,30}"
_SUFFIX = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Crescent|Cres|"
    r"Close|Place|Pl|Terrace|Trail|Parkway|Pkwy|Square|Sq|Way|Row|Grove|Gardens|Hill|Highway|Hwy|"
    r"Circle|Cir|Mews|Quay)"
)
_UNIT = r"(?:Apartment|Apt|Unit|Suite|Ste|Flat|Room|Floor|#)\.? ?#?\d{0,5}[A-Za-z]?"
_TOWN = rf"(?:,? {_CAP}(?: {_CAP}){{0,2}})?,? [A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?"
_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_SCHOOL = (
    r"(?:(?:High|Middle|Elementary|Primary|Secondary|Grammar|Public|Catholic|Prep|Nursery) School|"
    r"School|Elementary|Academy|College|University|Kindergarten|Hospital|Hospice|Clinic|"
    r"Medical Cent(?:er|re)|Health Cent(?:er|re)|Infirmary|Care Home|Nursing Home|Church|Parish|"
    r"Mosque|Synagogue|Temple|Shelter|Prison|Penitentiary)"
)
_NUMBERED = (
    r"(?:ssn|social security|passport|driver'?s? licen[cs]e|licen[cs]e|mrn|medical record|patient|"
    r"member(?:ship)?|policy|account|acct|case|claim|reference|ref|student|employee|nhs|insurance|"
    r"insurance card|tax|tin|number plate|plate|vin|order|customer|badge|booking|docket|claimant|"
    r"confirmation|id|pin|password|passcode|national id|health card|visa)"
)
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


def _card(match: re.Match[str]) -> bool:
    digits = [int(c) for c in match.group() if c.isdigit()]
    return luhn(digits) or bool(re.fullmatch(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}", match.group()))


def luhn(digits: list[int]) -> bool:
    """Whether the check digit of a payment card holds."""
    doubled = [2 * d - 9 * (d > 4) if i % 2 else d for i, d in enumerate(reversed(digits))]
    return len(digits) >= 13 and sum(doubled) % 10 == 0


def _iban(match: re.Match[str]) -> bool:
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


def _dialled(match: re.Match[str]) -> bool:
    digits = "".join(c for c in match.group() if c.isdigit())
    public = digits in _HELP_LINES or bool(_TOLL_FREE.fullmatch(digits))
    return 7 <= len(digits) <= 15 and not public


def _linked(match: re.Match[str]) -> bool:
    return not _HELP_SITES.fullmatch(match.group())


def _dated(match: re.Match[str]) -> bool:
    first, middle, last = (int(part) for part in re.split(r"[-/.]", match.group()))
    if first > 31:
        return 1 <= middle <= 12 and 1 <= last <= 31
    return 1 <= first <= 31 and 1 <= middle <= 31 and (first <= 12 or middle <= 12)


def _street(match: re.Match[str]) -> bool:
    return not any(word.lower() in PLAIN for word in match["words"].split())


def _numbered(match: re.Match[str]) -> bool:
    told = match["piece"]
    return len(re.findall(r"\d", told)) >= 3 and re.split(r"[ -]", told)[0].lower() not in PLAIN


def _place(match: re.Match[str]) -> bool:
    first = match["piece"].split()[0].strip(".'")
    return not first.isupper() and first.lower() not in PLAIN | CAPITALISED | COUNTRIES


def _named_house(match: re.Match[str]) -> bool:
    return match["piece"].split()[0].lower() not in PLAIN


# What a text must hold for a pattern of a kind to be worth a look.
_NEEDS: dict[PersonalKind, str] = {
    "PHONE": "digit", "CARD": "digit", "DATE": "digit", "AGE": "digit", "ADDRESS": "digit",
    "ID": "digit", "URL": "dot",
}  # fmt: skip
_Rule = tuple[PersonalKind, re.Pattern[str], Callable[[re.Match[str]], bool] | None, str]


def _rule(
    kind: PersonalKind,
    pattern: str,
    holds: Callable[[re.Match[str]], bool] | None = None,
    *,
    case: bool = True,
    needs: str | None = None,
) -> _Rule:
    flags = 0 if case else re.IGNORECASE
    return kind, re.compile(pattern, flags), holds, needs or _NEEDS.get(kind, "any")


# In order of precedence. A group `piece` is what is replaced, else all of the match.
_RULES: tuple[_Rule, ...] = (
    _rule(
        "EMAIL",
        r"(?<![\w.+\-\]])[\w.+\-]++@(?:[\w\-]{1,63}\.){1,5}[^\W\d_]{2,24}" + _R,
        needs="at",
    ),
    _rule(
        "EMAIL",
        _L + r"[\w.]{2,64} ?(?:\(at\)|\{at\}| at ) ?\w{2,30} ?(?:\(dot\)|\{dot\}| dot ) ?"
        r"(?:com|org|net|edu|co|uk|de|io)" + _R,
        case=False,
    ),
    _rule(
        "URL",
        r"(?<![\w\]])(?:https?://|www\.)[^\s<>\"\[\]]*[^\s<>\"\[\].,;:!?')]",
        _linked,
        case=False,
    ),
    _rule(
        "URL",
        _L + r"(?:[a-z\d-]{1,63}\.){1,4}(?:com|org|net|edu|gov|info|app|dev|io|co|uk|de|fr|nl|eu|"
        r"blog|online|site|xyz|example)(?:/[\w./?=&%#~+-]*[\w/])?" + _R, _linked,
        case=False,
    ),
    _rule(
        "URL",
        _L + r"(?:[a-z\d-]{1,63}\.){1,4}[a-z]{2,10}/[\w./?=&%#~+-]*[\w/]",
        _linked,
        case=False,
    ),
    _rule("CARD", _L + r"\d(?:[ -]?\d){12,18}" + _R, _card),
    _rule("ID", _L + r"[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?" + _R, _iban),
    _rule("ID", _L + r"[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}" + _R, case=False),
    _rule("ID", _L + r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}" + _R),
    _rule("ID", r"(?<![\w:\]])(?:[\da-f]{1,4}:{1,2}){2,7}[\da-f]{1,4}(?![\w:\[])", case=False),
    _rule("DATE", _L + rf"{_YEAR}[-/.]\d\d?[-/.]\d\d?" + _R, _dated),
    _rule("DATE", _L + rf"\d\d?[-/.]\d\d?[-/.](?:{_YEAR}|\d\d)" + _R, _dated),
    _rule("DATE", _L + rf"(?:the )?{_DAY}(?: of)? {_MONTH}\b(?:\.(?= ?\d))?(?:,? {_YEAR})?" + _R),
    _rule("DATE", _L + rf"{_MONTH}\.? (?:the )?{_DAY}(?:,? {_YEAR})?" + _R),
    _rule("DATE", _L + rf"{_MONTH}\.?,? {_YEAR}" + _R),
    _rule(
        "DATE",
        _L + rf"(?:(?:the )?{_DAY}(?: of)? (?!ma[ry]){_MONTH}|(?!ma[ry]){_MONTH} {_DAY})"
        rf"(?:,? {_YEAR})?" + _R,
        case=False,
    ),
    _rule(
        "DATE",
        r"\b(?:born|dob|d\.o\.b\.|date of birth|birthday|birth date)(?: is| was| on| in|:){0,2} "
        rf"(?P<piece>\d\d?[-/.]\d\d?|{_YEAR})" + _R,
        case=False,
    ),
    _rule("PHONE", r"(?<![\w\]@.])\+\d{1,3}(?:[ .\-/()]{0,2}\d){6,13}" + _R, _dialled),
    _rule(
        "PHONE",
        _L + r"(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .\-/])\d{3}[ .-]\d{4}"
        r"(?: ?(?:x|ext\.?) ?\d{1,5})?" + _R,
        _dialled,
    ),
    _rule("ID", _L + r"\d{3}-\d{2}-\d{4}" + _R),
    _rule("ID", _L + r"\d{3}[ -]\d{3}[ -]\d{4}" + _R, _dialled),
    _rule("ID", _L + r"\d{3}\.\d{3}\.\d{3}-\d{2}" + _R),
    _rule("PHONE", _L + r"\(?0\d{0,5}\)?(?:[ ./-]{0,2}\d){7,11}" + _R, _dialled),
    _rule("PHONE", _L + r"\d{3}-\d{4}" + _R, _dialled),
    _rule(
        "ID",
        rf"\b{_NUMBERED}(?:,?[ -](?:id|number|no\.?|num|code|card|plate|reference|n°)){{0,2}}"
        r"(?: is| was|,|:|=|#){0,3} {0,2}"
        r"(?P<piece>(?:(?:mrn|nr\.?|no\.?) )?(?=[a-z]{0,8}-?[a-z]{0,8}\d|[a-z]{1,3} \d)"
        r"[a-z\d]{1,20}(?:[ -](?=[a-z]{0,8}\d)[a-z\d]{1,20}){0,4}|[A-Z]{1,3}\d{2,4} [A-Z]{2,3})"
        + _R,
        _numbered,
        case=False,
    ),
    _rule(
        "PHONE",
        r"\b(?:phone|cell|mobile|tel|telephone|call|text|whatsapp|number|reach|ring|rang|dialled|"
        r"fax)\b[^\d\n\[\]]{0,25}(?P<piece>\(?\d(?:[ .\-/()]{0,2}\d){6,14})" + _R,
        _dialled,
        case=False,
    ),
    _rule(
        "ADDRESS",
        rf"(?<![\w\]@+\-])(?:{_UNIT},? )?\d{{1,6}}[A-Za-z]? "
        r"(?P<words>[\w'.-]{2,30}(?: [\w'.-]{1,30}){0,3}?) "
        rf"{_SUFFIX}\b\.?(?:,? {_UNIT}{_R})?(?:{_TOWN})?(?:,? {_POSTCODE})?",
        _street,
        case=False,
    ),
    _rule(
        "ADDRESS",
        _L + r"(?:(?:Calle|Avenida|Carrer|Paseo|Plaza|Via|Viale|Rua|Piazza|ul\.|Ulica)"
        rf"(?: {_CAP}){{1,4}},? (?:n[º°o.]{{0,2}} ?)?\d{{1,4}}"
        r"|\d{1,4},? (?:bis )?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Ii]mpasse|[Aa]ll[ée]e|"
        rf"[Cc]hemin|[Qq]uai)(?: (?:de|du|des|la|le|les|l'\w{{1,20}}|{_CAP})){{1,5}}"
        r"|[A-ZÄÖÜ][a-zäöüß]{2,30}(?:straße|strasse|str\.|weg|platz|gasse|allee|straat|laan|plein|"
        r"gracht|gatan|vägen|veien) \d{1,4} ?[a-z]?)" + rf"(?:,? \d{{4,5}} {_CAP})?(?!\w)",
    ),
    _rule("ADDRESS", _L + r"P\.? ?O\.? ?Box \d{1,7}" + _R, case=False),
    _rule("ADDRESS", _L + rf"{_CAP}(?: {_CAP}){{0,2}}, [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?" + _R),
    _rule("ADDRESS", _L + r"(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d)" + _R),
    _rule(
        "ADDRESS",
        r"\b(?:zip|post|postal)(?: ?code)?(?: is|:)? (?P<piece>\d{4,6}(?:-\d{4})?)" + _R,
        case=False,
    ),
    _rule("ADDRESS", _L + r"-?\d{1,3}\.\d{4,8}, ?-?\d{1,3}\.\d{4,8}" + _R),
    _rule("ADDRESS", _L + r"(?:Apartment|Apt|Unit|Suite|Flat)\.? #?\d{1,5}[A-Za-z]?" + _R),
    _rule(
        "ADDRESS",
        _L + rf"(?P<piece>{_CAP}(?: {_CAP}){{0,2}} (?:Street|Avenue|Road|Lane|Drive|Court|"
        r"Crescent|Close|Terrace|Boulevard))" + _R,
        _named_house,
        needs="any",
    ),
    _rule(
        "PLACE",
        _L + rf"(?P<piece>(?:{_CAP}|of|the)(?: (?:{_CAP}|of|the)){{0,3}} {_SCHOOL})(?![\w\[])",
        _named_house,
    ),
    _rule(
        "PLACE",
        r"\b(?:at|to|from|in) "
        r"(?P<piece>[a-z]{3,20} (?:high school|middle school|elementary|high))" + _R,
        _named_house,
    ),
    _rule(
        "PLACE",
        r"\b(?:[Ff]rom|[Ii]n|[Nn]ear|[Oo]utside|[Aa]round|[Ll]iv(?:e|es|ed|ing) on|"
        r"[Mm]ov(?:e|ed|es|ing)(?: back)? to|[Cc]om(?:e|ing)(?: back)? to|[Bb]ack to|"
        r"[Rr]eturn(?:ed|ing)? to|[Tt]ravell?(?:ed|ing)? to|[Ww]ent to|[Dd]r(?:i|o)ve to|"
        r"[Ff](?:ly|lew) to|[Hh]ometown is) "
        r"(?P<piece>[A-ZÀ-ÞŁŚŻŽ][\w'-]{2,30}(?: [A-ZÀ-Þ][\w'-]{1,30}){0,2})" + _R,
        _place,
    ),
    _rule("AGE", _L + r"(?:9\d|1[01]\d)[ -]?(?:years?[ -]old|yo|y/o|yrs? old)" + _R, case=False),
    _rule(
        "AGE",
        r"\b(?:aged?|is|was|i'm|turned|turns|turning) (?P<piece>9\d|1[01]\d)"
        r"(?![\w\[%]| ?(?:%|per|min|day|hour|week|pounds|kg|lbs|miles|km|degrees))",
        case=False,
    ),
    _rule(
        "ID",
        r"\b(?:[Pp]late|[Rr]egistration)(?: is|,|:){0,2} "
        r"(?P<piece>[A-Z]{1,3}\d{1,4} ?[A-Z]{0,3})" + _R,
    ),
    _rule("ID", r"(?<![\w.\]@])@(?P<piece>[\w](?:[\w.]{0,28}\w)?)" + _R, needs="at"),
    _rule("ID", _L + r"(?:u|r)/[\w-]{3,24}" + _R, needs="slash"),
    _rule("ID", _L + r"(?:sk|pk|ghp|xox[bp])[-_][\w-]{16,200}+", needs="any"),
    _rule("ID", _L + r"\d{9,30}" + _R, _dialled),
    _rule("ID", _L + r"(?=[A-Z-]{0,6}\d)[A-Z]{1,4}-?\d{6,12}[A-Z]?" + _R),
)  # fmt: skip


def shaped(text: str) -> Iterator[PersonalPiece]:
    """Pieces of the text that a pattern finds, pattern by pattern."""
    has = {
        "digit": _DIGIT.search(text) is not None,
        "dot": "." in text or "://" in text,
        "at": "@" in text,
        "slash": "/" in text,
        "any": True,
    }
    for kind, pattern, holds, needs in _RULES:
        if not has[needs]:
            continue
        for match in pattern.finditer(text):
            if holds is None or holds(match):
                group = "piece" if "piece" in pattern.groupindex else 0
                yield PersonalPiece(kind, *match.span(group))
