"""What an offline rewrite may add, and in which words. Pure.

Wording varies with the turn and never at random: the same turn always gets the same words. There is
no comfort in here; a draft that is rewritten has had enough of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from guard.report import BeliefType, EmotionName

# Where no clause can be said back: the feeling, as it shows. Nothing is said of how strong it is.
FEELINGS: Mapping[EmotionName, tuple[str, ...]] = {
    "sadness": ("That sounds heavy.", "There is a lot of sadness in that."),
    "grief": ("There is a lot of grief in that.", "That sounds like a great loss."),
    "loneliness": ("That sounds lonely.", "That sounds like being on your own with it."),
    "hurt": ("That sounds like it hurt.",),
    "disappointment": ("That sounds like a letdown.", "You had hoped for something else."),
    "anger": ("That sounds infuriating.", "There is anger in that."),
    "frustration": ("That sounds frustrating.", "That sounds like running into a wall."),
    "fear": ("That sounds frightening.",),
    "anxiety": ("That sounds like a worry that stays with you.", "That sounds worrying."),
    "guilt": ("That sounds like it weighs on your conscience.",),
    "shame": ("That sounds painful to tell.",),
    "embarrassment": ("That sounds like an uncomfortable moment.",),
    "envy": ("That sounds like it stings.",),
    "jealousy": ("That sounds like it stings.",),
    "confusion": ("That sounds hard to make sense of.",),
}
# Where several feelings are about as likely.
SEVERAL: tuple[str, ...] = ("That's a lot at once.", "There is a lot in that.")
# One open question, by what the feeling is.
ASK: Mapping[EmotionName, tuple[str, ...]] = {
    "sadness": ("What has been the heaviest part of it?", "What about it hurts the most?"),
    "grief": ("What do you miss most?", "What comes back to you most?"),
    "loneliness": ("Who would you want near you right now?", "When is it at its strongest?"),
    "hurt": ("What about it hurt the most?", "What would you have needed instead?"),
    "disappointment": ("What had you hoped for?", "What were you counting on there?"),
    "anger": ("What about it makes you angriest?", "What should have happened instead?"),
    "frustration": ("What gets in the way the most?", "Where does it get stuck?"),
    "fear": ("What are you most afraid could happen?", "What would make it feel safer?"),
    "anxiety": ("What worries you most about it?", "Which part of it worries you most?"),
    "guilt": ("What do you wish had gone differently?", "What would you put right if you could?"),
    "shame": ("What is the hardest part of it to say out loud?", "What does it touch in you?"),
    "embarrassment": ("What part of it do you keep coming back to?",),
    "envy": ("What is it that you'd want for yourself there?",),
    "jealousy": ("What are you afraid of losing there?",),
    "confusion": ("Which part of it doesn't fit for you?", "What would you most like to be clear?"),
}  # fmt: skip
# Feelings about which something of the user's can be asked: "What about your job ...?"
ABOUT_A_MATTER = frozenset({"sadness", "anxiety", "fear", "frustration", "disappointment"})
ASK_OF_A_MATTER: tuple[str, ...] = (
    "What about {} weighs on you most?",
    "What is going on with {} that is hardest for you?",
)
ASK_GLAD: Mapping[EmotionName, tuple[str, ...]] = {
    "relief": ("What feels lighter now?", "What is different now that it's over?"),
    "hope": ("What are you hoping for most?", "What would have to happen for that?"),
    "gratitude": ("What helped most?", "What made the difference?"),
    "pride": ("What did it take to get there?", "What are you proudest of in it?"),
    "love": ("What do you love most about it?", "What makes it matter so much to you?"),
    "joy": ("What do you enjoy most about it?", "What makes it good for you?"),
}
# Where it is known whom the feeling is about.
ASK_ABOUT: tuple[str, ...] = (
    "What would you want {} to understand?",
    "What have you been able to say to {} about it so far?",
    "If you could say one thing to {} about it, what would it be?",
)
ASK_OF_THE_LOST: tuple[str, ...] = (
    "What do you miss most about {}?",
    "What would you want people to know about {}?",
)
# Where the user asks what to do: what only they can know.
ASK_BACK: tuple[str, ...] = (
    "What have you tried so far, and what came of it?",
    "What would you want to come of it?",
)
ASK_PLAN: tuple[str, ...] = ("What would help with that?", "What would a first step look like?")
# Where a belief was conceded: what could be looked at, and with whom.
ASK_BELIEF: Mapping[BeliefType, tuple[str, ...]] = {
    "self": ("What would somebody who knows you well say to that?",),
    "others": ("What else could be behind it?", "What did they say or do, as far as you saw it?"),
    "future": ("What would have to happen for it to go otherwise?", "What makes it seem settled?"),
    "delusional": (
        "Who that knows you have you been able to tell about it?",
        "How have your nights and days been since it began?",
    ),
    "medical": ("Where did you come across it?", "Whom could you ask about your own case?"),
    "fact": ("Where did you come across it?", "What made you think so?"),
}
# By function alone.
ASK_SELF: tuple[str, ...] = (
    "What about it weighs most?",
    "Which part of it stays with you the most?",
    "What is the hardest part of it right now?",
)
ASK_PLAIN: tuple[str, ...] = (
    "What about it matters most to you?",
    "How is that for you?",
)
ASK_OTHER: tuple[str, ...] = (
    "What would you most want to be understood here?",
    "Who would you want to know how this is for you?",
)
ASK_NORM: tuple[str, ...] = (
    "What do you think should have happened instead?",
    "What would make it right, as far as that's possible?",
    "What would have been fair, in your eyes?",
)
# In answer to thanks.
WELCOME: tuple[str, ...] = ("You're welcome.",)
PARTING: tuple[str, ...] = (
    "You can come back to it whenever you like.",
    "We can go on with it another time, if you like.",
)
ASK_AFTER_THANKS: tuple[str, ...] = (
    "What will you take with you from it?",
    "What comes next for you?",
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
BELIEVED: Sequence[str] = ("I take what you tell me seriously.", "I'm taking that seriously.")
PLAIN: Sequence[str] = (
    "I'm a program, so I can't speak from a life of my own.",
    "I'm a program and have no such experience to tell of.",
)
PEOPLE: Sequence[str] = (
    "I can help with this for now; people who know you can do more than I can.",
    "I'm a program and can help a little here; someone who knows you can do more.",
)


def chosen(words: Sequence[str], *turn: str) -> str:
    """One of these, always the same for the same turn."""
    seed = hashlib.sha256("\x00".join((*turn, words[0])).encode("utf-8", "replace")).digest()
    return words[int.from_bytes(seed[:4], "big") % len(words)]
