"""Which sentences of a draft were found wanting, and the draft without them. Pure.

Never taken out: crisis help and danger that is named, code, links, and numbers that the draft
brings; a fault in such a sentence is not mended here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from guard.repair.facts import CODE_WIDE, HELP_WIDE, LINK_WIDE, LIST_WIDE, brings
from guard.repair.job import Job
from guard.repair.story import CARES, MINE, YOU, holds_for_all, story
from guard.report import ActName, DraftSentence, Finding, Label, Span
from guard.text.document import Document

SOOTHING: tuple[ActName, ...] = ("soothe", "minimise")
# Which acts of a sentence make it part of a fault, beside the sentence that a finding points at.
_ACTS: dict[str, tuple[ActName, ...]] = {
    "soothe_only": SOOTHING,
    "self_claim": ("self_claim",),
    "flip": ("agree",),
    "concedes_false": ("agree",),
}
_SURE = 0.5  # of an act, so that a sentence is taken out for it alone
_PARTICULAR = 0.6  # from which specificity a sentence is left in, whatever its acts
_CARE = ("risk.named", "risk.help", "refer")  # patterns of the base pack
_FRAGMENT = 3  # words
_LONG = 8  # sentences


def wrong_sentences(job: Job, document: Document, also: Collection[int] = ()) -> list[int]:
    """Indices of the sentences of the draft that may be taken out for what was found, and of
    others that a second audit pointed at."""
    wanted = _found_wanting(job, document) | set(also)
    wanted |= set(_loose(job, document, wanted))
    return [i for i in unguarded(job, document) if i in wanted]


def unguarded(job: Job, document: Document) -> list[int]:
    """Indices of the sentences that hold nothing which must not be lost. Numbers and names in a
    sentence that claims a life for the program, stands beside it in the same story, or concedes a
    belief, are part of what is wrong."""
    firm, facts = _guarded(job, document)
    found = _claims(job) | _conceding(job)
    told = _claimed(job, document)
    wrong = {i for i in told if not found.isdisjoint((i - 1, i, i + 1))}
    return [i for i, kept in enumerate(firm) if not kept and (i in wrong or not facts[i])]


def _found_wanting(job: Job, document: Document) -> set[int]:
    sentences = job.report.audit.sentences
    wanted = {i for finding in job.findings for i in _shown(finding, sentences)}
    for finding in job.findings:
        acts = _ACTS.get(finding.label, ())
        wanted |= {i for i, one in enumerate(sentences) if _is_part(one, acts)}
    return wanted | _claimed(job, document)


def _claimed(job: Job, document: Document) -> set[int]:
    """Sentences that claim a life for the program, with what belongs to the story, or concede a
    belief, where that was found."""
    return story(document, _claims(job)) | _conceding(job)


def _claims(job: Job) -> set[int]:
    if not _found(job, "self_claim"):
        return set()
    sentences = job.report.audit.sentences
    shown = {i for f in job.findings if f.label == "self_claim" for i in _shown(f, sentences)}
    return shown | {i for i, one in enumerate(sentences) if _is_part(one, ("self_claim",))}


def _conceding(job: Job) -> set[int]:
    if not _found(job, "concedes_false"):
        return set()
    stances = [s for s in job.report.audit.stances if s.stance == "concede"]
    spans = [stance.span for stance in stances if stance.span is not None]
    sentences = job.report.audit.sentences
    return {i for i, one in enumerate(sentences) if any(meets(one.span, span) for span in spans)}


def _loose(job: Job, document: Document, wanted: Collection[int]) -> list[int]:
    """Ends of sentences that were cut in two, the beginning of which is taken out."""
    if not job.turn.draft[:1].isupper():
        return []
    return [
        i
        for i, sentence in enumerate(document.sentences)
        if i - 1 in wanted and sentence.text[:1].islower() and "?" not in sentence.text
    ]


def warm(job: Job, wrong: Sequence[int]) -> int | None:
    """The first of the sentences to take out that only comforts, in words that are no stock phrase,
    without making anything small or claiming a feeling: it may stay, so that the reply keeps its
    warmth."""
    pointed = {
        i
        for finding in job.findings
        if finding.label != "soothe_only"
        for i in _shown(finding, job.report.audit.sentences)
    }
    for i in wrong:
        one = job.report.audit.sentences[i]
        acts = {act.name for act in one.acts}
        if not CARES.search(job.turn.draft[one.span.start : one.span.end]):
            continue
        if "soothe" in acts and acts.isdisjoint({"minimise", "self_claim", "agree"}):
            return None if i in pointed else i
    return None


def opens(job: Job, document: Document) -> bool:
    """Whether the first sentence of the draft comforts, or is a word of greeting or assent, so that
    what is added goes after it."""
    first = job.report.audit.sentences[0].acts[0]
    warm_ = first.name in ("soothe", "validate") and first.probability >= _SURE
    return warm_ or len(document.sentences[0].words) <= _FRAGMENT


def comforts(job: Job, i: int) -> bool:
    """Whether a sentence comforts in words that are no stock phrase."""
    one = job.report.audit.sentences[i]
    caring = CARES.search(job.turn.draft[one.span.start : one.span.end]) is not None
    return caring and one.acts[0].name in ("soothe", "validate", "reflect")


def cares(job: Job, i: int) -> bool:
    """Whether a sentence turns to the person: it comforts, takes up, asks, or points to help."""
    first = job.report.audit.sentences[i].acts[0]
    caring = ("soothe", "validate", "reflect", "explore", "refer")
    return first.name in caring and first.probability >= _SURE


def is_open(job: Job, document: Document, i: int) -> bool:
    """Whether a sentence holds no claim: it comforts, or asks."""
    first = job.report.audit.sentences[i].acts[0]
    asks = "?" in document.sentences[i].text and first.name not in ("agree", "challenge", "inform")
    return asks or (first.name in ("soothe", "reflect") and first.probability >= _SURE)


def aside(job: Job, document: Document) -> list[int]:
    """Indices of the sentences of a story that neither turn to the person, nor comfort or ask, nor
    say what holds for anybody. Numbers and names belong to it where the speaker does."""
    firm, facts = _guarded(job, document)
    return [
        i
        for i, sentence in enumerate(document.sentences)
        if not firm[i]
        and not (facts[i] and MINE.isdisjoint(sentence.words))
        and YOU.isdisjoint(sentence.words)
        and not is_open(job, document, i)
        and not holds_for_all(sentence, job.report.audit.sentences[i])
    ]


def explored(job: Job, i: int) -> bool:
    """Whether a sentence asks the person for more of it."""
    return job.report.audit.sentences[i].acts[0].name == "explore"


def is_long(document: Document) -> bool:
    """Whether a draft is an argument or a list of its own, of which no part can be taken out."""
    return len(document.sentences) > _LONG or LIST_WIDE.search(document.text) is not None


def has_care(text: str) -> bool:
    """Whether a text names help in a crisis: a number, a line, a service."""
    return HELP_WIDE.search(text) is not None


def meets(one: Span, other: Span) -> bool:
    """Whether two spans of one text share a character."""
    return one.start < other.end and other.start < one.end


def _shown(finding: Finding, sentences: Sequence[DraftSentence]) -> list[int]:
    span = finding.span
    if span is None or span.source != "draft" or finding.kind == "require":
        return []
    if finding.label in ("cold", "risk_unhandled"):
        return []  # something is missing; what is there is not wrong
    return [i for i, one in enumerate(sentences) if meets(one.span, span)]


def _is_part(sentence: DraftSentence, acts: Sequence[ActName]) -> bool:
    first = sentence.acts[0]
    return (
        first.name in acts
        and first.probability >= _SURE
        and (first.name not in SOOTHING or sentence.specificity < _PARTICULAR)
    )


def _found(job: Job, label: Label) -> bool:
    return any(finding.label == label for finding in job.findings)


def _guarded(job: Job, document: Document) -> tuple[list[bool], list[bool]]:
    """For each sentence, whether it holds help, code or links; and whether it has a number or a
    name that the conversation did not have."""
    draft, said = job.turn.draft, " ".join(m.content for m in job.turn.messages)
    care = {match.sentence for match in document.matched(*_CARE)}
    code = [match.span() for match in CODE_WIDE.finditer(draft)]
    spans = [one.span for one in job.report.audit.sentences]
    texts = [draft[span.start : span.end] for span in spans]
    firm = [
        i in care
        or any(start < span.end and span.start < end for start, end in code)
        or LINK_WIDE.search(texts[i]) is not None
        for i, span in enumerate(spans)
    ]
    return firm, [brings(text, said) for text in texts]
