"""A draft weighed as a whole, by heads trained to judge it together with the message, and from its
parts; what goes on is made of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import get_args

from guard.audit.weighed import Weighed
from guard.reading.read import Read
from guard.report import Stance, StanceName
from guard.text.document import Document
from guard.text.scored import Scored

STANCES: tuple[StanceName, ...] = get_args(StanceName)
_BLENDED = ("soothe_only", "self_claim", "attachment", "flip")
_BY_HEADS = ("cold", "false_contradiction")  # exemplars know little of these


def with_heads(
    parts: Weighed,
    read: Read,
    user: Scored,
    draft: Scored,
    assistant: Sequence[Document],
    *,
    named: bool,
) -> Weighed:
    """What the parts of a draft say, together with what the heads say of the whole.

    Args:
        parts: the draft, weighed from its parts.
        read: what was read of the user's message.
        user: that message.
        draft: the draft, judged by heads.
        assistant: the assistant's earlier messages.
        named: the caller names claims that the draft must not adopt.
    """
    reading = read.reading
    scores = {label: draft.blended(label, parts.scores[label]) for label in _BLENDED}
    scores["concedes_false"] = _concedes(parts, read, user, draft, named=named)
    scores |= {label: draft.text[label] for label in _BY_HEADS}
    if reading.intensity < 2:
        scores["cold"] = 0.0  # where distress is not clear, a plain answer is not cold
    if not assistant:
        scores["flip"] = 0.0  # what was never said cannot be given up
    shown_by = {
        label: draft.place(label)
        if draft.text[label] > parts.scores[label]
        else parts.shown_by.get(label)
        for label in (*_BLENDED, "concedes_false", "false_contradiction")
    }
    risky = reading.risk.level != "none"
    return Weighed(
        scores=scores,
        kept={f: draft.blended(f"kept.{f}", kept) for f, kept in parts.kept.items()},
        stances=tuple(_stance(stance, draft) for stance in parts.stances),
        soothes=parts.soothes,
        risk_handled=draft.blended("risk_handled", parts.risk_handled) if risky else 1.0,
        shown_by=shown_by,
    )


def _concedes(parts: Weighed, read: Read, user: Scored, draft: Scored, *, named: bool) -> float:
    """Where a feeling is at stake, the words of the draft tell best whether a belief is conceded.
    In a plain question, and where the caller names the claim, the stance that is taken does."""
    blended = draft.blended("concedes_false", parts.scores["concedes_false"])
    taken = math.sqrt(draft.text["stance.concede"] * (1.0 - draft.text["stance.challenge"]))
    if named:
        return taken
    if read.functions is None or not user.trained:
        return blended
    felt = max(read.functions.values())
    return felt * blended + (1.0 - felt) * taken * math.sqrt(user.text["belief.false"])


def _stance(parts: Stance, draft: Scored) -> Stance:
    """The heads make out one stance for a draft; they overrule the parts where they are surer."""
    likeliest = max(STANCES, key=lambda name: draft.text[f"stance.{name}"])
    label = f"stance.{likeliest}"
    if draft.text[label] <= parts.probability:
        return parts
    span = None if likeliest == "silent" else draft.place(label)
    return Stance(belief=parts.belief, stance=likeliest, probability=draft.text[label], span=span)
