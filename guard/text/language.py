"""Is this text English? What the guard cannot read it must not judge.

Two steps. Common English words settle nearly every text in microseconds. Where they don't, a
language identifier (py3langid) decides, and only a confident other language counts: a short
"ngl kinda sad" must not be taken for Croatian.
"""

from __future__ import annotations

import re
from copy import copy
from functools import cache
from typing import Protocol

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# Words that English has and its neighbours have not, chat spellings included.
_COMMON = frozenset(
    """the and you your i'm im my is are was were been it's its that this these those what when
    where why how who which with without from about because have has had do does did don't
    dont didn't doesn't can't cant could couldn't would wouldn't should shouldn't will won't
    not never nothing nobody but just really so very too feel feeling felt feels think know
    want wanna gonna need get got going make made they them their she her he him his we our us
    of to for at by an if or be being am i me if then than there here out up off over into
    after before again always all every everyone people anyone someone something anything more
    most some any much many good bad bit like love hate miss sorry sad angry scared happy
    tired alone lonely afraid hurt lost help please thanks thank thx hey hello hi okay yes
    yeah yep nope no lol omg idk ngl tbh u ur r w ppl bc cuz kinda gotta cannot let's that's
    there's i've i'll i'd you're you've you'll he's she's they're we're isn't wasn't aren't
    work job mom mum dad friend mother father life day today night now still even one time say
    said tell told see down back home school""".split()
)
_ENGLISH_SHARE = 0.3
_SHORTEST_JUDGED = 2
_CONFIDENT = 0.95
_READ = 2_000
_LATIN_SCRIPT = tuple(
    """en es fr de it pt nl sv no da fi pl cs sk ro hu hr sl lt lv et tr id ms tl vi sw af ca gl
    eu cy ga is sq""".split()
)


class _Identifier(Protocol):
    def classify(self, instance: str) -> tuple[str, float]: ...
    def set_languages(self, langs: tuple[str, ...]) -> None: ...


def other_language(text: str) -> str | None:
    """The ISO 639-1 code of the text's language if it is surely not English, else None.

    `und` stands for a language that could not be named, in a script English is not written in.
    """
    words = _WORD.findall(text[:_READ].lower())
    letters = "".join(words)
    if not letters:
        return None
    if len(_LATIN.findall(letters)) < len(letters) / 2:
        return _identified(text, langs=None) or "und"
    common = sum(word in _COMMON for word in words)
    if len(words) < _SHORTEST_JUDGED or common >= _ENGLISH_SHARE * len(words):
        return None
    return _identified(text, langs=_LATIN_SCRIPT)


def _identified(text: str, langs: tuple[str, ...] | None) -> str | None:
    code, probability = _identifier(langs).classify(text[:_READ].lower())
    return code if code != "en" and probability >= _CONFIDENT else None


@cache
def _identifier(langs: tuple[str, ...] | None) -> _Identifier:
    if langs is not None:
        narrowed = copy(_identifier(None))  # shares the tables, which are read only
        narrowed.set_languages(langs)
        return narrowed
    # Late: it takes half a second, and most processes never meet another language.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier
