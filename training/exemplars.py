"""The base pack's exemplars as examples: sentences that somebody wrote for one label each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from guard.models.labels import DRAFT_SENTENCE, FUNCTIONS
from guard.packs.load import load_packs
from guard.report import BeliefType
from training.examples import EMPTY, Example, Labels, Maker

_WEIGHT = 0.5
_TYPES = BeliefType.__args__
# Acts that are also labels of a whole draft.
_WHOLE = ("self_claim", "attachment")


def examples(maker: Maker) -> Iterator[Example]:
    """One example for each exemplar sentence; a label that its group does not speak of is NaN."""
    (base,) = load_packs(["base"])
    groups = base.pack.exemplars
    for group, labels_of in (("function", _functions), ("emotion", _emotions), ("risk", _risks),
                             ("belief", _beliefs)):  # fmt: skip
        for sentence, labels in _listed(groups.get(group, {})).items():
            message = maker.text(sentence, "user", Labels(labels_of(labels)))
            yield Example("exemplars", sentence, message, weight=_WEIGHT)
    for sentence, labels in _listed(groups.get("act", {})).items():
        draft = maker.text(sentence, "draft", _acts(sentence, labels))
        yield Example("exemplars", sentence, EMPTY, (draft,), weight=_WEIGHT)


def _listed(group: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """The labels of each sentence of a group."""
    listed: dict[str, set[str]] = {}
    for label, sentences in group.items():
        for sentence in sentences:
            listed.setdefault(sentence, set()).add(label)
    return listed


def _functions(labels: set[str]) -> dict[str, float]:
    return {f"function.{name}": float(name in labels) for name in FUNCTIONS}


def _emotions(labels: set[str]) -> dict[str, float]:
    return {f"emotion.{name}": 1.0 for name in labels if name != "none"}


def _risks(labels: set[str]) -> dict[str, float]:
    acute = "acute" in labels
    return {
        "risk.possible": float(acute or "possible" in labels),
        "risk.acute": float(acute),
    }


def _beliefs(labels: set[str]) -> dict[str, float]:
    typed = {f"belief.{name}": float(name in labels) for name in _TYPES}
    # An exemplar of a plain claim about the world need not be false.
    known = not labels & {"fact", "medical"}
    return typed | ({"belief.false": float(bool(labels & set(_TYPES)))} if known else {})


def _acts(sentence: str, labels: set[str]) -> Labels:
    given = {f"act.{name}": 1.0 for name in labels if f"act.{name}" in DRAFT_SENTENCE}
    whole = {name: float(name in labels) for name in _WHOLE}
    if "capitulate" in labels:
        whole["flip"] = 1.0
    if "false_contradiction" in labels:
        whole["false_contradiction"] = 1.0
    return Labels(whole, [(0, len(sentence), given)])
