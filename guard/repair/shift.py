"""Person shift: what a person said of themselves, said back to them. "I lost my job": "You lost your
job". Pure, and cautious: where it is not sure to be right and fit to be said, there is nothing."""

from __future__ import annotations

import itertools
import re

SHORTEST, LONGEST = 3, 16  # words of a clause that is said back
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|\d+(?:[.,:]\d+)*|[^\sA-Za-z\d]")
_SHIFTED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll",
    "am": "are", "dont": "don't", "didnt": "didn't", "doesnt": "doesn't", "cant": "can't",
    "couldnt": "couldn't", "wont": "won't", "wouldnt": "wouldn't", "wasnt": "wasn't",
    "isnt": "isn't", "havent": "haven't", "hasnt": "hasn't", "hadnt": "hadn't", "im": "you're",
    "ive": "you've", "shes": "she's", "hes": "he's", "theyre": "they're", "thats": "that's",
}  # fmt: skip
# After "I", and after "my friend and I": the verb that "you" takes.
_VERB = {"was": "were", "wasn't": "weren't", "wasnt": "weren't", "am": "are", "'m": "'re"}
# Said before the matter itself, and left out when it is said back.
_LEAD = re.compile(
    r"(?:(?:hi|hey|hello|ugh|oh|ok|okay|well|so|and|but|also|anyway|honestly|basically|lol|god|omg"
    r"|yeah|yes|no|now|then|like|just|because|plus|actually|literally|seriously|apparently|sadly"
    r"|unfortunately|idk|i mean|you know|long story short)\b[\s,.!:-]*)+",
    re.IGNORECASE,
)
# Where a long sentence may be cut: what stands before is whole by itself.
_JOINT = re.compile(
    r"\s*(?:;|:|--|\u2013|\u2014|\.\.+|,?\s+(?:and|but|so|because|cause|which|although|though"
    r"|since|when|while|if|even though)\s+|,\s)",
    re.IGNORECASE,
)
# A comma between what may be two sentences, or the items of a list.
_SPLICE = re.compile(r",\s+(?!(?:and|but|so|or|then|even|too|though|because)\b)", re.IGNORECASE)
_PEOPLE = (
    "mother father mum mom dad mam mama papa parents brother sister siblings son daughter kid kids "
    "child children baby husband wife partner boyfriend girlfriend fiance fiancee ex spouse uncle "
    "aunt cousin nephew niece grandmother grandfather grandma grandpa gran nan granny grandad nana "
    "friend friends mate mates roommate flatmate housemate neighbour neighbor boss manager "
    "supervisor coworker colleague colleagues team teacher professor tutor coach landlord doctor gp "
    "therapist counsellor counselor nurse midwife family bestie stepmother stepfather stepmom "
    "stepdad stepson stepdaughter pastor imam rabbi dog cat rabbit horse hamster parrot pony"
).split()
PEOPLE = frozenset(_PEOPLE)
_SUBJECT = frozenset(
    "i i'm i've i'd i'll im ive my he she they it this that he's she's they're they've it's that's "
    "he'd she'd they'd the a an our we we're we've everyone everybody nobody no somebody someone "
    "both all people nothing".split()
)
_SPEAKER = frozenset("i i'm i've i'd i'll im ive me my myself".split())
# Verbs by which a clause is known to have one; others are known by their endings.
_VERBS = frozenset(
    """am is are was were be been have has had do does did can could will would should might must
    may won can't couldn't won't wouldn't don't didn't doesn't isn't aren't wasn't weren't haven't
    hasn't hadn't shouldn't i'm i've i'd i'll he's she's they're they've it's that's we're we've
    he'd she'd they'd im ive dont didnt cant wont feel feels felt think know knew knows want wants
    need needs miss misses love loves hate hates keep keeps kept get gets got go goes went come
    comes came take takes took give gives gave make makes made say says said tell tells told see
    sees saw find finds found leave leaves left lose loses lost hear hears heard sit sits sat stand
    stood run runs ran put puts set sets let lets cut cuts quit hit read reads write wrote break
    broke choose chose drive drove eat ate fall fell fight fought fly flew forget forgot forgive
    forgave grow grew hide hid hold held hurt hurts lead led lie lied lay meet met pay paid rise rose
    sell sold send sent shake shook show shows showed sing sang sleep slept speak spoke spend spent
    steal stole swear swore teach taught throw threw understand understood wake woke wear wore win
    won cry cries work works live lives talk talks call calls ask asks start starts stop stops try
    tries turn turns look looks help helps seem seems become became bring brought buy bought catch
    caught deal dealt drink drank draw drew swim swam begin began bit blew built dug hung shot shut
    split spread stuck tore wept bled""".split()
)
# A subject that follows another word than these begins a sentence of its own, without a stop.
_STARTS = frozenset("i i'm i've i'd i'll im ive he she they he's she's they're".split())
_BEFORE_A_CLAUSE = frozenset(
    """and but or so because that what how why where when who whom which if though although since
    while until till as than like think thinks thought feel feels felt know knows knew say says
    said wish wishes wished hope hopes hoped guess everything anything all thing things person
    people place day days time way one ones everyone moment year years reason whether once before
    after sure afraid glad sorry believe believed told me him her them mum mom dad realise realised
    realize realized mean means""".split()
)
# Words by which nothing is said back to anyone: about the assistant, harm, sex, contempt of self or
# others, and questions or requests.
_NEVER = frozenset(
    """you your yours yourself u ur please help tell suicide suicidal suicidally kill killed
    killing kills die dying dead death cut cutting cuts overdose hang hanged hanging harm harmed
    harming rape raped raping molested assault assaulted abuse abused abusing sex sexual sexually
    porn naked nude nudes penis vagina fuck fucked fucking fuckin shit shitty bitch bitches cunt
    whore slut slutty dick cock pussy ass arse asshole bastard damn nigger nigga faggot fag tranny
    retard retarded spic chink kike paki gook dyke worthless useless pathetic stupid dumb ugly fat
    disgusting loser failure fail failed burden idiot moron freak crazy insane monster unlovable
    hopeless pointless deserve deserved hate hates hated gun knife pills pill blood bleeding purge
    purged purging binge binged starve starved starving calories calorie weigh weighed drunk high
    meth heroin cocaine weed coke fentanyl voices chosen signs spying followed poisoned god jesus
    terrorist beat beaten burn burned burning murder murdered weapon bomb stab stabbed vomit
    vomited everyone everybody nobody always never nothing fault blame ruin ruined unalive
    hers theirs kms kys razor razors blade blades slit wrist wrists goodbye alive disappear end ended
    ending live living anymore suck sucks evil liar narcissist narcissistic toxic psycho repulsed
    disabled secret private wrong right confess guess suppose wonder thanks thank
    drink drinks drinking alcohol smoke smoking trauma diagnosis funny kidding joke""".split()
)


def said_back(sentence: str) -> str | None:
    """A sentence of the user's, or its first clause, shifted to the second person: a clause with no
    end mark, its first letter as in the middle of a sentence. None where that is not sure.

    Nothing is said back that speaks of the assistant, of harm, sex or drugs, or that judges
    somebody: such a clause, repeated, would hurt or agree. What the user says of others is told as
    theirs to say: "you say that your brother sold it".
    """
    if "?" in sentence or any(mark in sentence for mark in '"\u201c\u201d<>{}[]()@#*/\\|'):
        return None
    body = _LEAD.sub("", sentence.strip(), count=1) if _LEAD.match(sentence.strip()) else sentence
    body = body.strip().rstrip(".!,;:- \u2026").replace("\u2019", "'")
    clause = _clause(body)
    if clause is None:
        return None
    words = _WORD.findall(clause)
    lowered = [word.lower() for word in words]
    if not _fit(lowered):
        return None
    said = _joined(_shift(words, lowered), clause)
    return said if lowered[0] in _SPEAKER - {"my", "me"} else f"you say that {said}"


def someone_in(texts: list[str]) -> str | None:
    """The one person whom the user speaks of as "my ...", said back: "your sister". None where
    there is none, or more than one."""
    found = {
        match[2].lower()
        for text in texts
        for match in re.finditer(r"\b(my)\s+(?:\w+\s+){0,2}?(\w+)\b", text, re.IGNORECASE)
        if match[2].lower() in PEOPLE
    }
    people = found - {"dog", "cat", "rabbit", "horse", "hamster", "parrot", "pony", "baby"}
    return f"your {people.pop()}" if len(people) == 1 else None


def _clause(body: str) -> str | None:
    """The sentence, if it is short; else what stands before its first joint and is long enough."""
    if len(body.split()) <= LONGEST and not _SPLICE.search(body):
        return body
    for joint in _JOINT.finditer(body):
        before = body[: joint.start()]
        if SHORTEST < len(before.split()) <= LONGEST and _has_verb(before):
            return before
    return None


def _fit(words: list[str]) -> bool:
    spoken = [word for word in words if word[0].isalpha()]
    runs_on = any(
        word in _STARTS and before not in _BEFORE_A_CLAUSE
        for before, word in itertools.pairwise(words)
    )
    return (
        not runs_on
        and SHORTEST <= len(spoken)
        and len(words) <= LONGEST + 4
        and _NEVER.isdisjoint(spoken)
        and (spoken[0] in _SUBJECT)
        and _has_verb(" ".join(spoken))
        and not {"we", "us", "our", "we're", "we've"}.intersection(spoken)
        and all(word[0].isalnum() or word in ",'-.%$£€&" for word in words)
        and not _SPEAKER.isdisjoint(spoken)
    )


def _has_verb(clause: str) -> bool:
    words = [word.lower() for word in _WORD.findall(clause)]
    return (
        any(
            word in _VERBS or (len(word) > 4 and word.endswith(("ed", "ied"))) for word in words[1:]
        )
        or words[0] in _VERBS
    )


def _shift(words: list[str], lowered: list[str]) -> list[str]:
    shifted = []
    for i, word in enumerate(lowered):
        before = lowered[i - 1] if i else ""
        if before == "i" and word in _VERB:
            shifted.append(_VERB[word])
        elif word in _SHIFTED:
            shifted.append(_SHIFTED[word])
        elif word in _VERB and word != "am" and _follows_i(lowered, i):
            shifted.append(_VERB[word])
        else:
            shifted.append(words[i])
    return shifted


def _follows_i(words: list[str], i: int) -> bool:
    """Whether the subject of the word is "I", perhaps with an adverb between."""
    return (
        i >= 2
        and words[i - 2] == "i"
        and words[i - 1] in {"just", "really", "also", "still", "only"}
    )


def _joined(words: list[str], clause: str) -> str:
    """The words with the clause's own spacing, which shifting does not change."""
    gaps = [match.start() for match in _WORD.finditer(clause)]
    ends = [match.end() for match in _WORD.finditer(clause)]
    out = []
    for i, word in enumerate(words):
        out.append(" " if i and gaps[i] > ends[i - 1] else "")
        out.append(word)
    text = "".join(out)
    first = words[0]
    keep = first.isupper() and len(first) > 1
    return text if keep else text[0].lower() + text[1:]
