"""Reviewers' disagreements as rows of the training schema (`training/rows.py`).

A row has the guard's labels, with the reviewed one set as the reviewer said, and what follows from
it by the codebook. It is a draft: read it against the codebook before anything learns from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guard.log.parts import MILLION
from guard.log.record import Disposition, ReviewRecord, Texts, TurnRecord
from guard.packs.schema import MOVE
from guard.policy import THRESHOLD
from guard.text.document import Documents

# What the packs are about, in the words of the training text.
_DOMAINS = {
    "grief": "grief", "eating": "eating", "ocd": "ocd-anxiety", "anxiety": "ocd-anxiety",
    "depression": "depression", "psychosis": "psychosis-mania", "trauma": "trauma-abuse",
    "substance": "substance", "perinatal": "perinatal", "illness": "illness",
    "adolescents": "adolescence", "companionship": "companion",
}  # fmt: skip
_LABELS = (
    "soothe_only", "cold", "concedes_false", "false_contradiction", "flip", "self_claim",
    "attachment", "risk_unhandled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A turn, and which labels a reviewer set otherwise than the guard: label to what it is."""

    turn: TurnRecord
    labels: Mapping[str, bool]
    dispositions: tuple[Disposition, ...]


@dataclass(slots=True)
class _Labels:
    """The labels of a draft, while what follows from one of them is set."""

    kept: list[str]
    erased: list[str]
    primary: str | None
    stance: str
    believed: bool
    risk_handled: str
    said: dict[str, bool] = field(default_factory=dict)


def disagreements(
    turns: Iterable[TurnRecord], reviews: Iterable[ReviewRecord], labels: Mapping[str, str]
) -> list[Disagreement]:
    """The turns on which a reviewer disagreed; later reviews win.

    Args:
        turns: the turns.
        reviews: all reviews, in order.
        labels: for rules that fired on no turn here, the label that each finds.
    """
    said: dict[str, list[ReviewRecord]] = {}
    for review in reviews:
        said.setdefault(review.of, []).append(review)
    found = []
    for turn in turns:
        of_rule = {**labels, **{finding.rule: finding.label for finding in turn.findings}}
        set_: dict[str, bool] = {}
        dispositions: list[Disposition] = []
        for review in said.get(turn.id, ()):
            rules = (review.rule,) if review.rule else tuple(f.rule for f in turn.findings)
            for rule in rules:
                label = of_rule.get(rule, MOVE)
                if label not in _LABELS:
                    continue
                if review.disposition == "agree":
                    set_.pop(label, None)
                else:
                    set_[label] = review.disposition == "missed"
                    dispositions.append(review.disposition)
        if set_:
            found.append(Disagreement(turn, set_, tuple(dict.fromkeys(dispositions))))
    return found


def training_row(one: Disagreement, texts: Texts, documents: Documents) -> dict[str, Any] | None:
    """The row of a disagreement; None where its texts were kept as hashes, or not at all.

    Evidence is cut from the message where texts were kept whole. Of a redacted message, whose
    offsets no longer fit, all of it is given as evidence.
    """
    if texts.mode == "hashed" or not texts.user or not texts.draft:
        return None
    turn, user = one.turn, texts.user
    whole = texts.mode == "encrypted" and len(user) == turn.user_chars

    def words(start: int, end: int) -> str:
        return user[start:end] if whole and end > start else user

    reading = turn.reading
    functions: dict[str, str] = {
        s.function: words(s.span.start, s.span.end) for s in reading.signals
    }
    belief = max(reading.beliefs, key=lambda b: b.false, default=None)
    risk = reading.risk.level if reading.risk else "none"
    kept: list[str] = [f for f in functions if f in turn.kept]
    primary = reading.primary if reading.primary in functions else next(iter(functions), None)
    labels = _Labels(
        kept=kept,
        erased=[f for f in functions if f not in kept],
        primary=primary,
        stance=(belief.stance or "silent") if belief else "na",
        believed=belief is not None and belief.false < THRESHOLD * MILLION,
        risk_handled=_handled(turn, risk),
    )
    found = {finding.label for finding in turn.findings}
    labels.said = {label: label in found for label in _LABELS}
    for label, holds in one.labels.items():
        _set(labels, label, holds)
    if labels.said["soothe_only"]:
        _set(labels, "soothe_only", True)  # whoever said so: it keeps nothing
    sentences = _sentences(texts.draft, turn.acts, documents)
    return {
        "id": f"review-{turn.id}-{'-'.join(one.dispositions)}",
        "split": "train",
        "domain": next(
            (_DOMAINS[p] for p in _packs(turn) if p in _DOMAINS), "everyday"
        ),
        "register": "multi-turn" if texts.context else "plain",
        "context": [
            {"role": role, "content": content}
            for role, content in texts.context
            if role in ("user", "assistant") and content
        ],
        "user": user,
        "emotions": list(dict.fromkeys(emotion.name for emotion in reading.emotions)),
        "intensity": reading.intensity,
        "functions": functions,
        "primary": primary,
        "belief": {
            "type": belief.type,
            "false": not labels.believed,
            "span": words(belief.span.start, belief.span.end),
        } if belief else None,
        "risk": risk,
        "drafts": [_draft(labels, sentences, bool(functions) or reading.intensity >= 1)],
    }  # fmt: skip


def _draft(
    labels: _Labels, sentences: Sequence[tuple[str, Sequence[str]]], emotional: bool
) -> dict[str, Any]:
    said = labels.said
    soothes = any({"soothe", "minimise"} & set(acts) for _, acts in sentences)
    conceding = labels.stance == "concede" and not labels.believed
    flag = (
        (said["soothe_only"] and bool(labels.kept or labels.erased))
        or conceding
        or said["flip"]
        or ((said["self_claim"] or said["attachment"]) and emotional)
        or labels.risk_handled == "no"
        or (labels.primary in labels.erased and soothes)
    )
    return {
        "sentences": [{"text": text, "acts": list(acts)} for text, acts in sentences],
        "kept": labels.kept,
        "erased": labels.erased,
        "stance": labels.stance,
        "risk_handled": labels.risk_handled,
        "soothe_only": said["soothe_only"],
        "cold": said["cold"],
        "concedes_false": conceding,
        "false_contradiction": said["false_contradiction"],
        "flip": said["flip"],
        "self_claim": said["self_claim"],
        "attachment": said["attachment"],
        "flag": flag,
    }


def _set(labels: _Labels, label: str, holds: bool) -> None:
    """Set one label, and what the codebook ties to it."""
    labels.said[label] = holds
    if label == "soothe_only" and holds:
        labels.erased, labels.kept = [*labels.kept, *labels.erased], []
    elif label == "soothe_only" and labels.primary is not None and not labels.kept:
        labels.kept = [labels.primary]
        labels.erased = [one for one in labels.erased if one != labels.primary]
    elif label == "concedes_false" and labels.stance != "na":
        labels.stance = "concede" if holds else "silent"
        labels.believed = labels.believed and not holds
    elif label == "risk_unhandled" and labels.risk_handled != "na":
        labels.risk_handled = "no" if holds else "yes"


def _handled(turn: TurnRecord, risk: str) -> str:
    if risk == "none" or turn.reading.risk is None:
        return "na"
    return "no" if turn.reading.risk.handled == "no" else "yes"


def _packs(turn: TurnRecord) -> list[str]:
    return [finding.pack.partition("@")[0] for finding in turn.findings] + [
        pack.partition("@")[0] for pack in turn.packs
    ]


def _sentences(
    draft: str, acts: Sequence[Sequence[str]], documents: Documents
) -> list[tuple[str, Sequence[str]]]:
    """The sentences with their acts; one sentence with all acts where redaction changed them."""
    starts = [sentence.start for sentence in documents.read(draft, "draft").sentences]
    if len(starts) != len(acts) or not starts:
        return [(draft, list(dict.fromkeys(a for some in acts for a in some)) or ["other"])]
    cuts = [0, *starts[1:], len(draft)]
    return [
        (draft[a:b], list(some) or ["other"])
        for a, b, some in zip(cuts, cuts[1:], acts, strict=True)
    ]
