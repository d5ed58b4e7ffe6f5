"""Person shift: what a person said of themselves, said back: "I lost my job", "You lost your job".

Pure, and cautious: where it is not sure to be right and fit to be said, there is nothing.
"""

from __future__ import annotations

import itertools
import re

from guard.repair import lexicon

SHORTEST, LONGEST = 3, 16  # words of a clause that is said back
# What says nothing by itself, or is no English.
_EMPTY = (
    ["i", "know"],
    ["i", "think"],
    ["i", "mean"],
    ["i'm", "feel"],
    ["im", "feel"],
    ["i", "been"],
)
_TURNED = re.compile(r"\bbut\b", re.IGNORECASE)  # what comes after it counts, and would be cut
_LAST_OF_TWO = re.compile(r", (\w+)$")  # a list that was cut after its second item
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|\d+(?:[.,:]\d+)*|[^\sA-Za-z\d]")


def said_back(sentence: str) -> str | None:
    """A sentence of the user's, or its first clause, shifted to the second person: a clause with no
    end mark, its first letter as in the middle of a sentence. None where that is not sure.

    Nothing is said back that speaks of the assistant, of harm, sex or drugs, or that judges
    somebody: such a clause, repeated, would hurt or agree. What happened is said as it was told;
    what others are or want is the user's to say: "you mention that your brother wants it".
    """
    if "?" in sentence or any(mark in sentence for mark in '"\u201c\u201d<>{}[]()@#*/\\|'):
        return None
    lead = lexicon.LEAD.match(sentence.strip())
    body = sentence.strip()[lead.end() if lead else 0 :]
    body = body.strip().rstrip(".!,;:- \u2026").replace("\u2019", "'")
    clause = _clause(_with_subject(body))
    if clause is None:
        return None
    words = _WORD.findall(clause)
    lowered = [word.lower() for word in words]
    if not _fit(lowered) or lowered[-1] in lexicon.DANGLING:
        return None
    said = _joined(_shift(words, lowered), clause)
    return said if _is_told(lowered) else f"you mention that {said}"


def someone_in(texts: list[str], *, pets: bool = False) -> str | None:
    """The one person (or animal, if asked) whom the user speaks of as "my ...", said back: "your
    sister". None where there is none, or more than one."""
    found = {
        next((word for word in match[1].lower().split() if word in lexicon.PEOPLE), "")
        for text in texts
        for match in re.finditer(r"\bmy(?=((?:\s+\w+){1,3}))", text, re.IGNORECASE)
    } - {""}
    people = found if pets else found - lexicon.PETS
    return f"your {people.pop()}" if len(people) == 1 else None


def _is_told(words: list[str]) -> bool:
    """Whether a clause is about the user, or tells what happened, or what somebody said."""
    if words[0] in lexicon.SPEAKER - {"my", "me"} or not lexicon.REPORTS.isdisjoint(words):
        return True
    happened = any(w in lexicon.PAST or (len(w) > 4 and w.endswith("ed")) for w in words[1:])
    return happened and lexicon.INNER.isdisjoint(words)


def _with_subject(body: str) -> str:
    """A message often begins without its subject: "feeling low again", "lost my job"."""
    first, _, rest = body.partition(" ")
    if first.lower() in lexicon.ONGOING:
        return f"I'm {first.lower()} {rest}"
    if first.lower() in lexicon.UNDERGONE and rest.lower().startswith(lexicon.OBJECTS):
        return f"I {first.lower()} {rest}"
    return body


def _clause(body: str) -> str | None:
    """The sentence, if it is short; else what stands before its first joint and is long enough."""
    if len(body.split()) <= LONGEST and not lexicon.SPLICE.search(body):
        return body
    for joint in lexicon.JOINT.finditer(body):
        before = body[: joint.start()]
        whole = _TURNED.search(before) is None
        if whole and SHORTEST < len(before.split()) <= LONGEST and _has_verb(before):
            return _LAST_OF_TWO.sub(r" and \1", before)
    return None


def _fit(words: list[str]) -> bool:
    spoken = [word for word in words if word[0].isalpha()]
    runs_on = any(
        word in lexicon.STARTS and before not in lexicon.BEFORE_A_CLAUSE
        for before, word in itertools.pairwise(words)
    )
    return (
        not runs_on
        and len(spoken) >= SHORTEST
        and len(words) <= LONGEST + 4
        and lexicon.NEVER.isdisjoint(spoken)
        and spoken[0] in lexicon.SUBJECT
        and spoken[:2] not in _EMPTY
        and _has_verb(" ".join(spoken))
        and not {"we", "us", "our", "we're", "we've"}.intersection(spoken)
        and all(word[0].isalnum() or word in ",'-.%$£€&" for word in words)
        and not lexicon.SPEAKER.isdisjoint(spoken)
    )


def _has_verb(clause: str) -> bool:
    words = [word.lower() for word in _WORD.findall(clause)]
    return (
        any(
            word in lexicon.VERBS or (len(word) > 4 and word.endswith(("ed", "ied")))
            for word in words[1:]
        )
        or words[0] in lexicon.VERBS
    )


def _shift(words: list[str], lowered: list[str]) -> list[str]:
    shifted = []
    for i, word in enumerate(lowered):
        before = lowered[i - 1] if i else ""
        if before == "i" and word in lexicon.VERB:
            shifted.append(lexicon.VERB[word])
        elif word == "am" and before[:1].isdigit():
            shifted.append(words[i])  # of a time of day
        elif word in lexicon.SHIFTED:
            shifted.append(lexicon.SHIFTED[word])
        elif word in lexicon.VERB and word != "am" and _follows_i(lowered, i):
            shifted.append(lexicon.VERB[word])
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
