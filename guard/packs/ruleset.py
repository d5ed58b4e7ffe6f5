"""Ruleset: packs joined and made ready to run. Heavy to make, cheap to use, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guard.errors import PackError
from guard.models.encoder import Encoder
from guard.packs.load import LoadedPack
from guard.packs.schema import KnownBelief, Rule
from guard.text.document import Documents, Pattern, Side

if TYPE_CHECKING:
    from guard.models.encoder import Vectors

BASE = "base"
DEFAULT_FALLBACK = (
    "I don't want to answer this too quickly, because what you wrote matters. I would rather hear "
    "more of it than smooth it over."
)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """What the packs say, compiled.

    `belief_vectors` has a row for each
    statement of a known belief; `belief_index` says which belief it states. `fallbacks` has the
    text for each rule, and under None the one for turns that no rule decided.
    """

    documents: Documents
    rules: tuple[Rule, ...]
    beliefs: tuple[KnownBelief, ...]
    belief_vectors: Vectors
    belief_index: tuple[int, ...]
    fallbacks: Mapping[str | None, str]
    digests: dict[str, str]


def groups_of(packs: Sequence[LoadedPack]) -> dict[str, dict[str, list[str]]]:
    """The exemplars of all packs by group and label; later packs add to earlier ones."""
    groups: dict[str, dict[str, list[str]]] = {}
    for loaded in packs:
        for group, labels in loaded.pack.exemplars.items():
            for label, sentences in labels.items():
                groups.setdefault(group, {}).setdefault(label, []).extend(sentences)
    for loaded in packs:
        for group, others in loaded.pack.contrasts.items():
            for other in others:
                source, _, label = other.partition(".")
                contrast = groups.get(source, {}).get(label)
                if contrast is None or group not in groups:
                    raise PackError(
                        f"pack {loaded.pack.id}: contrasts.{group} names {other}, but there are "
                        f"no exemplars for {group if contrast else other}"
                    )
                groups[group].setdefault("none", []).extend(contrast)
    return groups


def compile_packs(packs: Sequence[LoadedPack], encoder: Encoder) -> Ruleset:
    """Join packs into one ruleset."""
    beliefs = tuple(belief for loaded in packs for belief in loaded.pack.beliefs)
    statements = [(i, said) for i, belief in enumerate(beliefs) for said in belief.statements]
    return Ruleset(
        documents=Documents({"user": _patterns(packs, "user"), "draft": _patterns(packs, "draft")}),
        rules=tuple(rule for loaded in packs for rule in loaded.pack.rules),
        beliefs=beliefs,
        belief_vectors=encoder.encode([said for _, said in statements]),
        belief_index=tuple(i for i, _ in statements),
        fallbacks=_fallbacks(packs),
        digests={f"{one.pack.id}@{one.pack.version}": one.digest for one in packs},
    )


def _fallbacks(packs: Sequence[LoadedPack]) -> dict[str | None, str]:
    """Each rule's own text, else its pack's, else that of the first pack that has one."""
    shared = next((one.pack.fallback for one in packs if one.pack.fallback), DEFAULT_FALLBACK)
    return {None: shared} | {
        rule.id: rule.fallback or one.pack.fallback or shared
        for one in packs
        for rule in one.pack.rules
    }


def _patterns(packs: Sequence[LoadedPack], side: Side) -> list[Pattern]:
    return [
        Pattern(name, spec.phrases, spec.tokens)
        for loaded in packs
        for name, spec in loaded.pack.patterns.get(side, {}).items()
    ]
