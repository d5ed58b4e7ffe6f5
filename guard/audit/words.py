"""How specific a sentence is: does it take up what this user said, or would it fit any message?"""

from __future__ import annotations

from functools import lru_cache

import snowballstemmer

from guard.text.scored import Scored

# Function words, and words that any consoling reply holds.
_EMPTY = frozenset(
    """a an the and or but if so because as of at by for from in into on onto to with without
    about over under out up down off again then than that this these those there here it its
    it's he she they we you i me him her them us my your his our their mine yours who whom
    which what when where why how am is are was were be been being do does did doing done have
    has had having will would can could may might must shall should not no nor n't never very
    really just too also only even still yet ever much many more most some any all every each
    other another such own same one two get got getting go going goes went gone come make made
    let put take give say said tell told know think see look want need try like feel feeling
    feelings felt sorry thing things something anything nothing everything someone anyone
    everyone people person way time day days today now always sometimes lot bit kind sort hard
    tough difficult okay ok good bad better best well right hope help talk share sound sounds
    seem understand happen happened through going life please thank thanks yes hey hi hello im
    not am are will""".split()
)
_ENOUGH_SHARED = 2
_NEAR, _FAR = (
    0.55,
    0.25,
)  # cosines of a sentence that is about the same thing, and of one that isn't
_stemmer = snowballstemmer.stemmer("english")


def specificities(draft: Scored, user: Scored) -> list[float]:
    """For each sentence of the draft, in [0, 1], how far it takes up particulars of the message.

    Shared content words count, and likeness of meaning to a sentence of the user's.
    """
    said = {stem for sentence in user.document.sentences for stem in stems(sentence.words)}
    similar = [0.0] * len(draft.document.sentences)
    if len(user.vectors) and len(draft.vectors):
        similar = (draft.vectors @ user.vectors.T).max(axis=1).tolist()
    return [
        _specificity(len(said.intersection(stems(sentence.words))), cosine)
        for sentence, cosine in zip(draft.document.sentences, similar, strict=True)
    ]


def stems(words: tuple[str, ...]) -> set[str]:
    """Stems of the content words."""
    return {
        _stem(word) for word in words if len(word) > 2 and word not in _EMPTY and word.isalpha()
    }


def _specificity(shared: int, cosine: float) -> float:
    words = min(shared / _ENOUGH_SHARED, 1.0)
    meaning = min(max((cosine - _FAR) / (_NEAR - _FAR), 0.0), 1.0)
    return 1.0 - (1.0 - 0.8 * words) * (1.0 - 0.7 * meaning)


@lru_cache(maxsize=32_768)
def _stem(word: str) -> str:
    stem: str = _stemmer.stemWord(word)
    return stem
