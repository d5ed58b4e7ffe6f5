"""What in a reply is a fact, each kind of it in two forms. Pure.

Wide, for sentences: may this one be taken out? Whatever looks like a fact keeps it in; one look too
many leaves a sentence that could have gone. Narrow, for values: is this very fact still there, and
is none there that nobody told? It must read the same fact in all the ways it can be written; one
value too many turns down a good rewrite. Amounts in their narrow form are in `amounts`.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata

# --- code. Wide: fences and backticks. Narrow: the text in them, without what a renderer drops.
CODE_WIDE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")
_INFO = re.compile(r"```[^\n`]*\n|```")

# --- links. Wide: what begins like one. Narrow: host and path; both spellings of one address count.
LINK_WIDE = re.compile(r"https?://|www\.|\b[\w.+-]+@[\w-]+\.\w|\]\(")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>\"')\]}]+|(?:mailto|tel|javascript|data):[^\s<>\"')\]}]+|"
    r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|int|io|uk|de|eu|ca|au|ie|nz|info|app|dev)\b"
    r"(?:/[^\s<>\"')\]}]*)?",
    re.IGNORECASE,
)
_WEB = re.compile(r"^https?://(?:www\.)?|^www\.|^mailto:", re.IGNORECASE)

# --- lists. Wide: headings too. Narrow: items, to be counted and compared.
LIST_WIDE = re.compile(r"^\s*(?:[-*+\u2022]|\d+[.)]|#+)\s", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*(?:[-*+\u2022]|\d{1,2}[.)])[ \t]+(?=\S)(.*)$", re.MULTILINE)

# --- numbers. Wide: all digits. Narrow: `amounts`.
NUMBER_WIDE = re.compile(r"\d+(?:[.,:]\d+)*")

# --- names. Wide: a capital within a sentence. Narrow: the same in any script, and at a sentence's
# beginning where it is known from elsewhere; titles and genitives do not count.
NAME_WIDE = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]+\b")
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,}")
_OPENING = " \t\"'\u201c\u2018(*_#>[-\u2022~"  # what may stand between a full stop and a word
_ENDING = ".!?:;\u2026\n\u2014\u2013"
_LOOK_BACK = 24
_TITLES = ("Dr.", "Mr.", "Mrs.", "Ms.", "Prof.", "St.")
_NO_NAMES = frozenset(
    "i i'm i've i'd i'll ok okay ai tv mr mrs ms dr doctor prof professor pm am".split()
)

# --- help in a crisis. Wide: whatever may be a line or a service, as "police" or "111", so that a
# reply that names one is never replaced. Narrow: lines and services that are told from each other.
HELP_WIDE = re.compile(
    r"\b(?:988|911|999|112|000|111|116 ?123|741741|emergency|emergencies|crisis|hotlines?"
    r"|helplines?|lifelines?|samaritans|ambulance|police|poison control|findahelpline)\b",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"\b(?:988|911|999|112|116[ -]?123|13[ -]?11[ -]?14|741[ -]?741|samaritans|lifeline|"
    r"crisis (?:text )?(?:line|service|team|cent(?:re|er)|number)|helpline|hotline|"
    r"suicide prevention|emergency (?:service|number|room|department)|ambulance|"
    r"poison (?:control|cent(?:re|er)|line)|women's refuge|shelter)(?=s?\b)|\bA&E\b",
    re.IGNORECASE,
)


def brings(sentence: str, said: str) -> bool:
    """Wide: whether a sentence has a number or a name that the conversation did not have."""
    facts = [*NUMBER_WIDE.findall(sentence), *NAME_WIDE.findall(sentence)]
    return any(fact not in said for fact in facts)


def code(text: str) -> set[str]:
    """The code in a text, without fences, the name of the language and what it is indented by as a
    whole. How lines are indented against each other may mean something, and stays."""
    blocks = (_INFO.sub("", one, count=1).removesuffix("```") for one in _FENCED.findall(text))
    inline = _INLINE.findall(_FENCED.sub(" ", text))
    found = {evened(one) for one in blocks} | {one.strip("`").strip() for one in inline}
    return found - {""}


def evened(block: str) -> str:
    """A text without blanks at the ends of lines, and without common indentation."""
    lines = "\n".join(line.rstrip() for line in block.expandtabs(4).splitlines())
    return textwrap.dedent(lines).strip("\n")


def links(text: str) -> set[str]:
    """Links and addresses, without what does not change where they lead."""
    found = _EMAIL.findall(text) + _LINK.findall(_EMAIL.sub(" ", text))
    folded = (one.rstrip(".,;:!?*_").casefold() for one in found)
    return {_WEB.sub("", one).rstrip("/") for one in folded}


def plain(text: str) -> str:
    """A text without what has rules of its own: links, addresses, the numbers of a list."""
    folded = unicodedata.normalize("NFKC", text)
    return _LINK.sub(" ", _EMAIL.sub(" ", _ITEM.sub(r" \1", folded)))


def items(text: str) -> list[str]:
    """The items of lists."""
    return _ITEM.findall(text)


def help_named(text: str) -> set[str]:
    """The lines and services for help in a crisis."""
    found = (re.sub(r"[ -]+", " ", one).casefold() for one in _HELP.findall(text))
    return {one.replace(" ", "") if one[0].isdigit() else one for one in found}


def words(text: str) -> set[str]:
    """All words, as names are compared."""
    return {_folded(word) for word in _NAME.findall(_initialled(text))}


def names(text: str, said: str = "") -> set[str]:
    """Words with a capital where a sentence does not begin; and where one does, those that have one
    elsewhere, here or in what was said."""
    inside, first = _capitals(plain(_initialled(text)))
    return inside | (first & (inside | (_capitals(plain(said))[0] if said else set())))


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


def _initialled(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return _INITIALS.sub(lambda found: found.group().replace(".", "") + " ", folded)


def _folded(word: str) -> str:
    return word.replace("\u2019", "'").casefold().removesuffix("'s")
