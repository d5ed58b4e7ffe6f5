"""Amounts in a text: numbers in digits and in words, with their units, and telephone numbers. Pure.

They come in one form, so that `1,609 metres`, `1609 m` and `twenty-one days`, `21 days` are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS_IN_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
_TEENS = "fifteen sixteen seventeen eighteen nineteen"
_SMALL = {word: i for i, word in enumerate(f"{_UNITS_IN_WORDS} {_TEENS}".split(), start=1)}
_TENS = {
    word: 10 * i
    for i, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_LARGE = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_OFTEN = {"twice": 2, "thrice": 3}
_WORD = "|".join((*_SMALL, *_TENS, *_LARGE, *_OFTEN))
# "no one" and "one of them" are no amounts, so that "one" is asked for before a unit only.
_SPELLED = rf"(?:{_WORD})(?:(?:-|\s(?:and\s)?)(?:{_WORD}))*"
_SPELLED_RUN = re.compile(rf"\b{_SPELLED}\b", re.IGNORECASE)
_NUMBER = r"\d+(?:[.,:/]\d+)*"
_DIGITS = re.compile(_NUMBER)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_YEARS = re.compile(r"\b((?:1[89]|20)\d\d)\s?[-\u2013]\s?((?:1[89]|20)\d\d)\b")
_CENTS = re.compile(r"(?<!\d)(?<!\d[ .-])\d+\.\d{1,2}(?![\d.])")
_PHONE = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){5,}")  # six digits: the shortest lines for help
# By the form that stands for all of them. Whoever changes one changes the fact.
_NAMES = {
    "mg": "mg milligrams? milligrammes?",
    "mcg": "mcg \u00b5g \u03bcg ug micrograms? microgrammes?",
    "g": "g grams? grammes?",
    "kg": "kg kilos? kilograms?",
    "ml": "ml millilit(?:re|er)s?",
    "iu": "iu units?",
    "tablet": "tablets? pills? capsules?",
    "drop": "drops?",
    "puff": "puffs?",
    "dose": "doses?",
    "second": "seconds? secs?",
    "minute": "minutes? mins?",
    "hour": "hours? hrs? h",
    "day": "days?",
    "week": "weeks?",
    "month": "months?",
    "year": "years?",
    "metre": "met(?:re|er)s?",
    "km": "kilomet(?:re|er)s? km",
    "mile": "miles?",
    "percent": "percent per\\scent",
    "pound": "pounds? lbs? gbp",
    "dollar": "dollars? usd bucks?",
    "euro": "euros? eur",
}
_DOSES = frozenset(("mg", "mcg", "g", "ml", "iu", "tablet", "drop", "puff", "dose"))
_SIGNS = {"$": "dollar", "\u20ac": "euro", "\u00a3": "pound", "%": "percent"}
_UNIT = "|".join(
    f"(?P<{name}>{'|'.join(forms.replace(chr(92) + 's', chr(0)).split())})".replace(chr(0), r"\s")
    for name, forms in _NAMES.items()
)
_AMOUNT = re.compile(
    rf"(?:(?P<before>[$\u20ac\u00a3])\s?)?(?<![\w.,])"
    rf"(?:(?P<digits>{_NUMBER})|(?P<words>{_SPELLED}|half an?|an?))"
    rf"(?:[ -]?(?:(?:{_UNIT})\b|(?P<after>[%$\u20ac\u00a3])))?",
    re.IGNORECASE,
)
Amount = tuple[str, str]
"""A number and its unit, in the form that stands for all."""


def numbers(text: str, *, spelled: bool = False) -> set[str]:
    """The numbers in a text that are no telephone numbers; those in words too, where asked for."""
    found = set(_DIGITS.findall(_PHONE.sub(" ", _even(text))))
    return found | _spelled(text) if spelled else found


def in_words(text: str) -> set[str]:
    """The numbers that stand there in words, in digits; `one` is none."""
    return _spelled(text) - {"1"}


def phones(text: str) -> set[str]:
    """What may be a telephone number, in digits alone."""
    found = _PHONE.findall(_CENTS.sub(" ", _even(text)))
    return {"".join(filter(str.isdigit, one)) for one in found}


def amounts(text: str) -> set[Amount]:
    """The numbers that have a unit."""
    return {(much, unit) for much, unit in _amounts(_even(text)) if much != "a"}


def doses(text: str) -> set[Amount]:
    """Those of a medicine, `a tablet` too."""
    found = _amounts(_even(text))
    return {("1" if much == "a" else much, unit) for much, unit in found if unit in _DOSES}


def _spelled(text: str) -> set[str]:
    return {str(value) for run in _SPELLED_RUN.findall(text) for value in _values(run)}


def _even(text: str) -> str:
    return _YEARS.sub(r"\1 , \2", _THOUSANDS.sub("", text))


def _amounts(text: str) -> Iterator[Amount]:
    for match in _AMOUNT.finditer(text):
        sign = match["before"] or match["after"]
        unit = _SIGNS[sign] if sign else next((n for n in _NAMES if match[n]), "")
        if not unit:
            continue
        if match["digits"]:
            yield match["digits"], unit
            continue
        words = " ".join(match["words"].lower().split())
        if words in ("a", "an"):
            yield "a", unit
        elif words.startswith("half"):
            yield "0.5", unit
        else:
            yield str(list(_values(words))[-1]), unit


def _values(run: str) -> Iterator[int]:
    """The numbers that a run of number words makes: `two hundred and five` one, `two three` two."""
    now = 0
    for word in re.split(r"[\s-]+", run.lower()):
        if word == "and":
            continue
        small = _SMALL.get(word, _OFTEN.get(word, 0))
        tens, large = _TENS.get(word, 0), _LARGE.get(word, 0)
        goes_on = (
            (small and now and now % 100 in _TENS.values() and small < 10)
            or ((small or tens) and now >= 100 and now % 100 == 0)
            or (large and now and now < large)
        )
        if goes_on:
            now = now * large if large else now + small + tens
            continue
        if large == 100 and now > 1000 and 0 < now % 1000 < 10:  # three thousand two hundred
            now += 99 * (now % 1000)
            continue
        if now:
            yield now
        now = small + tens + large
    yield now
