"""Whether what should have stayed word for word says something else now. Pure.

It finds the clause or item that stands for another by the words they share, and compares what can
turn its sense round. What a model may have put more finely is none of its matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# Clauses, so that a "don't worry" beside a fact does not negate it.
_END = re.compile(r"(?<=[.!?;:])\s+|,\s+|\n+|\s[-\u2013\u2014]+\s|\u2014")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_STOP = frozenset(
    """a an and are as at be been but by can could do does for from had has have how i if in is it
    its just may might of on one or our she should so some still that the their them then there
    they this to was we were what when which who will with would you your""".split()
)
_NEGATIONS = frozenset(
    """not no never none nobody nothing nowhere neither nor cannot without unable impossible
    avoid""".split()
)
_SAME, _MAYBE = 0.75, 0.5  # shares of a clause's words, from which another stands for it
_FEW = 3  # words that say something
_ITEM_KEPT = 0.5
_MOST = 100_000  # comparisons; where so much is not as it was, it was not meant to be


def turned(stays: str, candidate: str) -> bool:
    """Whether a clause stands there with a negation less, or with one more."""
    now = {(_says(one), _negated(one)) for one in _END.split(candidate)}
    other = {(_says(one), _negated(one)) for one in _END.split(stays)} - now
    asked = [(says, negated) for says, negated in other if len(says) >= _FEW]
    if len(asked) * len(now) > _MOST:
        return True
    for says, negated in asked:
        near = [(_share(says, one), one_negated) for one, one_negated in now]
        same = any(share >= _SAME for share, _ in near)
        kept = any(share >= _MAYBE and negated == one_negated for share, one_negated in near)
        if same and not kept:
            return True
    return False


def items_gone(stays: Sequence[str], candidate: Iterable[str]) -> bool:
    """Whether one of the items has nothing that stands for it."""
    now = set(map(_says, candidate))
    asked = set(map(_says, stays)) - now - {frozenset()}
    if len(asked) * len(now) > _MOST:
        return True
    return any(not any(_share(says, one) >= _ITEM_KEPT for one in now) for says in asked)


def _share(says: frozenset[str], other: frozenset[str]) -> float:
    return len(says & other) / len(says)


def _says(text: str) -> frozenset[str]:
    words = (word.casefold().replace("\u2019", "'") for word in _WORD.findall(text))
    return frozenset(w for w in words if w not in _STOP and w not in _NEGATIONS and "n't" not in w)


def _negated(text: str) -> bool:
    words = {word.casefold().replace("\u2019", "'") for word in _WORD.findall(text)}
    return not words.isdisjoint(_NEGATIONS) or any(word.endswith("n't") for word in words)
