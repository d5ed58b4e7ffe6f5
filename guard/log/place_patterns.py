"""Patterns of where somebody is to be found: streets, towns, schools; and of ages and ids that are
tried after them. `personal_patterns` has the rest.
"""

from __future__ import annotations

from guard.log.personal_checks import dialled, named_first, named_house, place, street
from guard.log.personal_fragments import (
    AFTER_PLACE,
    AFTER_STREET,
    APART,
    CAP,
    ENDED,
    LIVES,
    NAMED_FIRST,
    POSTCODE,
    ROADS,
    SCHOOL,
    SCHOOLS,
    STREETS,
    SUFFIX,
    TOWN,
    UNIT,
)
from guard.log.personal_rule import Rule, rule
from guard.log.personal_signs import beside, digits, found, found_low, word

_NINETY = r"9\d|1[01]\d"

PLACES: tuple[Rule, ...] = (
    rule(
        "ADDRESS",
        found_low(rf"\d[a-z]? [^\n]{{0,130}}?{SUFFIX.lower()}\b", 1),
        rf"(?<![\w\]@+\-])(?:{UNIT},? )?\d{{1,6}}[A-Za-z]? "
        r"(?P<words>[\w'.-]{2,30}(?: [\w'.-]{1,30}){0,3}?) "
        rf"{SUFFIX}\b\.?(?:,? {UNIT}{ENDED})?(?:{TOWN}|(?-i:{AFTER_STREET}(?:{TOWN})?))?"
        rf"(?:,? {POSTCODE})?",
        street,
        case=False,
    ),
    rule(
        "ADDRESS",
        digits(1, *STREETS),
        APART + r"(?:(?:Calle|Avenida|Carrer|Paseo|Plaza|Via|Viale|Rua|Piazza|ul\.|Ulica)"
        rf"(?: {CAP}){{1,4}},? (?:n[º°o.]{{0,2}} ?)?\d{{1,4}}"
        r"|\d{1,4},? (?:bis )?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Ii]mpasse|[Aa]ll[ée]e|"
        rf"[Cc]hemin|[Qq]uai)(?: (?:de|du|des|la|le|les|l'\w{{1,20}}|{CAP})){{1,5}}"
        r"|[A-ZÄÖÜ][a-zäöüß]{2,30}(?:straße|strasse|str\.|weg|platz|gasse|allee|straat|laan|plein|"
        r"gracht|gatan|vägen|veien) \d{1,4} ?[a-z]?)" + rf"(?:,? \d{{4,5}} {CAP})?(?!\w)",
    ),
    rule(
        "ADDRESS",
        digits(5),
        APART + rf"(?P<piece>{NAMED_FIRST},? \d{{1,4}}[a-z]?, (?:\d{{4,5}}|\d{{3}} \d{{2}}) "
        r"[A-ZÀ-ÞŁŚŻŽ][\w'-]{1,30})",
        named_first,
    ),
    rule(
        "ADDRESS",
        found(r"[^\W\d_]\.?,? \d", 1),
        rf"\b{LIVES}\b[^.!?\d\n\[\]]{{0,25}}?(?: at| in| on| to|:|,) "
        rf"(?P<piece>{NAMED_FIRST},? \d{{1,4}}[a-z]?(?:, [A-ZÀ-ÞŁŚŻŽ][\w'-]{{2,30}})?)" + ENDED,
        named_first,
    ),
    rule("ADDRESS", beside(1, "box"), APART + r"P\.? ?O\.? ?Box \d{1,7}" + ENDED, case=False),
    rule(
        "ADDRESS",
        digits(5),
        APART + rf"{CAP}(?: {CAP}){{0,2}}, [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?" + ENDED,
    ),
    rule(
        "ADDRESS",
        digits(2),
        APART + r"(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d)" + ENDED,
    ),
    rule(
        "ADDRESS",
        beside(4, "zip", "post"),
        r"\b(?:zip|post|postal)(?: ?code)?(?: is|:)? (?P<piece>\d{4,6}(?:-\d{4})?)" + ENDED,
        case=False,
    ),
    rule("ADDRESS", digits(10), APART + r"-?\d{1,3}\.\d{4,8}, ?-?\d{1,3}\.\d{4,8}" + ENDED),
    rule(
        "ADDRESS",
        beside(1, "apartment", "apt", "unit", "suite", "flat"),
        APART + r"(?:Apartment|Apt|Unit|Suite|Flat)\.? #?\d{1,5}[A-Za-z]?" + ENDED,
    ),
    rule(
        "ADDRESS",
        word(*ROADS.lower().split("|")),
        APART + rf"(?P<piece>{CAP}(?: {CAP}){{0,2}} (?:{ROADS}))" + ENDED,
        named_house,
    ),
    rule(
        "PLACE",
        word(*SCHOOLS),
        APART + rf"(?P<piece>(?:{CAP}|of|the)(?: (?:{CAP}|of|the)){{0,3}} {SCHOOL})(?![\w\[])",
        named_house,
    ),
    rule(
        "PLACE",
        word(" high", " middle school", " elementary"),
        r"\b(?:at|to|from|in) "
        r"(?P<piece>[a-z]{3,20} (?:high school|middle school|elementary|high))" + ENDED,
        named_house,
    ),
    rule(
        "PLACE",
        found(AFTER_PLACE),
        r"\b(?:[Ff]rom|[Ii]n|[Nn]ear|[Oo]utside|[Aa]round|[Ll]iv(?:e|es|ed|ing) on|"
        r"[Mm]ov(?:e|ed|es|ing)(?: back)? to|[Cc]om(?:e|ing)(?: back)? to|[Bb]ack to|"
        r"[Rr]eturn(?:ed|ing)? to|[Tt]ravell?(?:ed|ing)? to|[Ww]ent to|[Dd]r(?:i|o)ve to|"
        r"[Ff](?:ly|lew) to|[Hh]ometown is) "
        r"(?P<piece>[A-ZÀ-ÞŁŚŻŽ][\w'-]{2,30}(?: [A-ZÀ-Þ][\w'-]{1,30}){0,2})" + ENDED,
        place,
    ),
    rule(
        "AGE",
        found(_NINETY),
        APART + r"(?:9\d|1[01]\d)[ -]?(?:years?[ -]old|yo|y/o|yrs? old)" + ENDED,
        case=False,
    ),
    rule(
        "AGE",
        found(_NINETY),
        r"\b(?:aged?|is|was|i'm|turned|turns|turning) (?P<piece>9\d|1[01]\d)"
        r"(?![\w\[%]| ?(?:%|per|min|day|hour|week|pounds|kg|lbs|miles|km|degrees))",
        case=False,
    ),
    rule("AGE", found(_NINETY), r"(?<=[a-z\]]), (?P<piece>9\d|1[01]\d)(?=[,)])"),
    rule(
        "ID",
        digits(6),
        APART + r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]" + ENDED,
    ),
    rule(
        "ID",
        beside(1, "late", "registration"),
        r"\b(?:[Pp]late|[Rr]egistration)(?: is|,|:){0,2} "
        r"(?P<piece>[A-Z]{1,3}\d{1,4} ?[A-Z]{0,3})" + ENDED,
    ),
    rule("ID", word("@"), r"(?<![\w.\]@])@(?P<piece>[\w](?:[\w.]{0,28}\w)?)" + ENDED),
    rule("ID", word("u/", "r/"), APART + r"(?:u|r)/[\w-]{3,24}" + ENDED),
    rule(
        "ID",
        word("sk-", "sk_", "pk-", "pk_", "ghp", "xox"),
        APART + r"(?:sk|pk|ghp|xox[bp])[-_][\w-]{16,200}+",
    ),
    rule("ID", digits(9), APART + r"\d{9,30}" + ENDED, dialled),
    rule("ID", digits(6), APART + r"(?=[A-Z-]{0,6}\d)[A-Z]{1,4}-?\d{6,12}[A-Z]?" + ENDED),
)
