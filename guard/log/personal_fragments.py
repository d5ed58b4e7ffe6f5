"""Pieces of which the patterns of particulars are made: months, streets, schools, kinds of numbers.
Words in small letters are what a text must hold for a pattern to be worth a look.
"""

# Not right after a word, a placeholder or a sign that joins; not right before one.
APART = r"(?<![\w\]@.+\-])"
ENDED = r"(?![\w\[])"
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
MONTHS = tuple("jan feb mar apr may jun jul aug sep oct nov dec".split())
DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
YEAR = r"(?:1[89]|20)\d\d"
CAP = r"[A-ZÀ-ÖØ-ÞŁŚŻŽŠČĆĐ][\w'.-]{0,30}"
SUFFIX = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Crescent|Cres|"
    r"Close|Place|Pl|Terrace|Trail|Parkway|Pkwy|Square|Sq|Way|Row|Grove|Gardens|Hill|Highway|Hwy|"
    r"Circle|Cir|Mews|Quay)"
)
ROADS = "Street|Avenue|Road|Lane|Drive|Court|Crescent|Close|Terrace|Boulevard"
STREETS = tuple(
    "calle avenida carrer paseo plaza via rua piazza ul. ulica rue avenue boulevard place impasse "
    "allee allée chemin quai straße strasse str. weg platz gasse straat laan plein gracht gatan "
    "vägen veien".split()
)
UNIT = r"(?:Apartment|Apt|Unit|Suite|Ste|Flat|Room|Floor|#)\.? ?#?\d{0,5}[A-Za-z]?"
TOWN = rf"(?:,? {CAP}(?: {CAP}){{0,2}})?,? [A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?"
POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
SCHOOL = (
    r"(?:(?:High|Middle|Elementary|Primary|Secondary|Grammar|Public|Catholic|Prep|Nursery) School|"
    r"School|Elementary|Academy|College|University|Kindergarten|Hospital|Hospice|Clinic|"
    r"Medical Cent(?:er|re)|Health Cent(?:er|re)|Infirmary|Care Home|Nursing Home|Church|Parish|"
    r"Mosque|Synagogue|Temple|Shelter|Prison|Penitentiary)"
)
SCHOOLS = (
    "school", "elementary", "academy", "college", "university", "kindergarten", "hospital",
    "hospice", "clinic", "medical cent", "health cent", "infirmary", "care home", "nursing home",
    "church", "parish", "mosque", "synagogue", "temple", "shelter", "prison", "penitentiary",
)  # fmt: skip
# A capital after the end of one of the words that say where: from, in, near, outside, around, ...
AFTER_PLACE = (
    r" (?=[A-ZÀ-ÞŁŚŻŽ][\w'-]{2})(?:(?<=rom )|(?<=[Ii]n )|(?<=ear )|(?<=side )|(?<=ound )|"
    r"(?<= on )|(?<= to )|(?<= is ))"
)
TLD = r"com|org|net|edu|gov|info|app|dev|io|co|uk|de|fr|nl|eu|blog|online|site|xyz|example"
NUMBERED = (
    r"(?:ssn|social security|passport|driver'?s? licen[cs]e|licen[cs]e|mrn|medical record|patient|"
    r"member(?:ship)?|policy|account|acct|case|claim|reference|ref|student|employee|nhs|insurance|"
    r"insurance card|tax|tin|number plate|plate|vin|order|customer|badge|booking|docket|claimant|"
    r"confirmation|id|pin|password|passcode|national id|health card|visa|national insurance|"
    r"(?:hospital|file|record|ni|permit|serial|tracking|invoice|ticket|contract|staff|roll|"
    r"application|registration|enrol+ment)(?= (?:id|number|no|num|nr|code|ref)\b))"
)
WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?"
# No town, after a street and a comma.
_ON = r"(?!(?:And|But|I|In|It|He|She|We|They|You|My|The|Then|So|When|If|Which|Where|Who|Please)\b)"
AFTER_STREET = rf"(?: (?:N|S|E|W|NE|NW|SE|SW)\b)?(?:, {_ON}[A-ZÀ-ÞŁŚŻŽ][\w'-]{{2,30}})?"
# Streets that are named first and numbered after, as in most of the world. Nothing says that they
# are streets, so a code of post and a town must follow, or where somebody lives stand before.
NAMED_FIRST = rf"{CAP}(?: (?:{CAP}|de|da|do|del|della|di|des|du|la|le|las|los|van|der|den)){{0,3}}"
LIVES = (
    r"(?:liv(?:e|es|ed|ing)|address(?: is)?|flat|apartment|house|home|room|letters?|parcels?|"
    r"deliver(?:ed)?(?: it)?|sen[dt](?: it)?|stay(?:s|ed|ing)?|mov(?:e|ed|es|ing)|[Ww]rite to me)"
)
NOT_STREETS = frozenset(
    "chapter level grade room page step ward platform gate day week year season episode part "
    "version phase stage type class unit table line route bus channel form windows floor flat "
    "apartment suite number psalm verse section question lesson month age act scene row "
    "seat".split()
)
