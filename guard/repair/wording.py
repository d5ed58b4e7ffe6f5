"""What an offline rewrite may add, and in which words. Pure.

Wording varies with the turn and never at random: the same turn always gets the same words. There is
no comfort in here; a draft that is rewritten has had enough of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from guard.report import BeliefType, Function

# After a clause that says back what happened, where somebody is distressed: what the feeling tells.
# Where it tells of what the person values, the clause itself says it best.
TAILS: Mapping[Function, Sequence[str]] = {
    "other": (
        "and that sounds like something that needs saying",
        "and it sounds like there is something you need there",
    ),
    "norm": (
        "and it makes sense if that doesn't sit right with you",
        "and the feeling may be saying that something wasn't right there",
    ),
}
QUESTIONS: Mapping[Function, Sequence[str]] = {
    "self": (
        "What about it weighs most?",
        "Which part of it stays with you the most?",
        "What matters most to you in this?",
        "What is the hardest part of it right now?",
    ),
    "other": (
        "What would you most want to be understood here?",
        "What have you been able to say about it so far, and to whom?",
        "Who would you want to know how this is for you?",
    ),
    "norm": (
        "What do you think should have happened instead?",
        "What would make it right, as far as that's possible?",
        "What would have been fair, in your eyes?",
        "Which part of it was the least fair?",
    ),
}
# Where the feeling is a good one.
GLAD: Sequence[str] = (
    "What was that like for you?",
    "What does it mean to you?",
)
# Where it is known whom the feeling is about.
QUESTIONS_ABOUT: Sequence[str] = (
    "What would you want {} to understand?",
    "What have you been able to say to {} about it so far?",
    "What would you need from {} now?",
    "If you could say one thing to {} about it, what would it be?",
)
# In place of agreement with a belief that no pack knows, by what kind of belief it is.
CORRECTIONS: Mapping[BeliefType, Sequence[str]] = {
    "self": (
        "What happened is one thing and what it says about you is another, and "
        "I can't agree with the second.",
        "I take the feeling seriously, and I don't think it settles what kind of person you are.",
        "The feeling is real; the verdict on yourself that comes with it is "
        "something I'd question.",
    ),
    "others": (
        "What they think is something neither of us can see from here, so I'd leave it open.",
        "There may be other reasons for it than the one you name, and I can't "
        "tell from here which it is.",
        "I can't confirm what they meant by it; they're the only ones who could say.",
    ),
    "future": (
        "How this goes isn't settled, so I can't agree that it has to end like that.",
        "It may feel certain, and still nobody can know yet how it turns out.",
        "I can't confirm that it will be so; what comes is still open.",
    ),
    "delusional": (
        "I can't see anything from here that shows it is so, and I don't want "
        "to say more than I see.",
        "I don't want to tell you that it is so, because from here I can't see that.",
    ),
    "medical": (
        "I'm not sure that this is so, and a doctor or pharmacist could tell "
        "you what holds in your case.",
        "I can't confirm that, and with something about health it's worth "
        "asking someone who can check.",
    ),
    "fact": (
        "I'm not sure that this is so, and I'd rather check it than agree.",
        "I can't confirm that part; it would be worth looking up before relying on it.",
    ),
}
KNOWN: Sequence[str] = (
    "One thing I can't agree with, though: {correction} ({source})",
    "What is known about it is something else: {correction} ({source})",
)
STANDS: Sequence[str] = (
    "I'm not going to change my answer only because we disagree; it's "
    "worth checking which one holds.",
    "I won't say something else only because we don't agree; I may be "
    "wrong, and it can be checked.",
)
STANDS_BY: Sequence[str] = (
    'I hear that you see it otherwise. What I said was: "{}" I may be '
    "wrong, and it can be checked.",
    'I\'m not going to change my answer only because we disagree: "{}" It can be checked, though.',
)
OTHERWISE: Sequence[str] = (
    "What is it that makes you see it otherwise?",
    "What would tell us which of the two holds?",
)
BELIEVED: Sequence[str] = ("I believe what you describe.", "I take your account as it is.")
PLAIN: Sequence[str] = (
    "I'm a program, so I don't feel it myself.",
    "I'm a program and don't have feelings about it.",
)
PEOPLE: Sequence[str] = (
    "I can help with this for now; people who know you can do more than I can.",
    "I'm a program and can help a little here; someone who knows you can do more.",
)


def chosen(words: Sequence[str], *turn: str) -> str:
    """One of these, always the same for the same turn."""
    seed = hashlib.sha256("\x00".join((*turn, words[0])).encode("utf-8", "replace")).digest()
    return words[int.from_bytes(seed[:4], "big") % len(words)]
