"""Ruleset: packs joined and made ready to run. Heavy to make, cheap to use, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from guard.errors import PackError
from guard.models.encoder import Encoder
from guard.packs.checks import Check, compiled
from guard.packs.faults import place_of
from guard.packs.load import LoadedPack
from guard.packs.looks import Looks
from guard.packs.scanned import Look, Sought, sought
from guard.packs.schema import KnownBelief, Pack, Rule
from guard.packs.vectors import vectors_of
from guard.text.document import Documents, Side, documents_of
from guard.text.matching import Pattern

if TYPE_CHECKING:
    from guard.models.encoder import Vectors

BASE = "base"
DEFAULT_FALLBACK = (
    "I don't want to answer this too quickly, because what you wrote matters. I would rather hear "
    "more of it than smooth it over."
)


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule with its conditions made ready. `threshold` is what its score had to reach,
    `specificity` how many conditions there are."""

    rule: Rule
    pack: Pack
    check: Check
    unless: tuple[Check, ...]
    threshold: float
    specificity: int


@dataclass(frozen=True, slots=True)
class Ruleset:
    """What the packs say, compiled.

    `sought` has all that packs look for in texts, by side. `belief_vectors` has a row for each
    statement of a known belief; `belief_index` says which belief it states, `belief_pack` whose
    each is. `fallbacks` has the text for each rule, and under None the one for turns that no
    rule decided. `triggers` has, by pack, what a conversation must say for it to be about that.
    """

    documents: Documents
    packs: tuple[Pack, ...]
    rules: tuple[ReadyRule, ...]
    triggers: Mapping[str, Look]
    sought: Mapping[Side, Sought]
    beliefs: tuple[KnownBelief, ...]
    belief_vectors: Vectors
    belief_index: tuple[int, ...]
    belief_pack: tuple[str, ...]
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
    """Join packs into one ruleset.

    Raises:
        PackError: a rule names a pattern or a belief that no pack has, or a pattern cannot run.
    """
    beliefs = [(one.pack.id, belief) for one in packs for belief in one.pack.beliefs]
    statements = [(i, said) for i, (_, belief) in enumerate(beliefs) for said in belief.statements]
    looks = Looks()
    rules = tuple(_ready(rule, one.pack, looks) for one in packs for rule in one.pack.rules)
    triggers = {
        one.pack.id: looks.add(one.pack.triggers, "user", f"{one.pack.id}#triggers")
        for one in packs
        if one.pack.triggers
    }
    _check_names(packs, {belief.id for _, belief in beliefs})
    patterns: dict[Side, list[Pattern]] = {
        "user": [*_patterns(packs, "user"), *looks.patterns["user"]],
        "draft": [*_patterns(packs, "draft"), *looks.patterns["draft"]],
    }
    return Ruleset(
        documents=documents_of(patterns),
        packs=tuple(one.pack for one in packs),
        rules=rules,
        triggers=triggers,
        sought=_sought(looks, encoder),
        beliefs=tuple(belief for _, belief in beliefs),
        belief_vectors=vectors_of([said for _, said in statements], encoder),
        belief_index=tuple(i for i, _ in statements),
        belief_pack=tuple(pack for pack, _ in beliefs),
        fallbacks=_fallbacks(packs),
        digests={f"{one.pack.id}@{one.pack.version}": one.digest for one in packs},
    )


def _sought(looks: Looks, encoder: Encoder) -> dict[Side, Sought]:
    return {
        side: sought(
            [look for look in looks.looks if look.side == side],
            looks.meant[side],
            looks.unlike[side],
            encoder,
        )
        for side in looks.meant
    }


def _ready(rule: Rule, pack: Pack, looks: Looks) -> ReadyRule:
    return ReadyRule(
        rule=rule,
        pack=pack,
        check=compiled(rule.if_, looks, f"{rule.id}#if"),
        unless=tuple(
            compiled(condition, looks, f"{rule.id}#unless{i}")
            for i, condition in enumerate(rule.unless)
        ),
        threshold=_threshold(rule),
        specificity=len(rule.if_.parts()) + len(rule.unless) + (rule.label is not None),
    )


def _threshold(rule: Rule) -> float:
    if rule.at_least is not None:
        return rule.at_least
    says = (rule.if_.draft, rule.if_.user)
    return max((one.at_least for one in says if one and one.exemplars), default=0.0)


def _check_names(packs: Sequence[LoadedPack], beliefs: Collection[str]) -> None:
    """Every pattern and belief that a pack names must be there."""
    patterns: dict[str, set[str]] = {
        side: {name for one in packs for name in one.pack.patterns.get(side, {})}
        for side in ("user", "draft")
    }
    for one in packs:
        if one.pack.triggers:
            _check(one, None, one.pack.triggers.patterns, patterns["user"])
        for rule in one.pack.rules:
            for condition in rule.conditions():
                _check(one, rule.id, condition.known, beliefs)
                for says, side in (
                    (condition.user, "user"),
                    (condition.earlier, "user"),
                    (condition.draft, "draft"),
                ):
                    _check(one, rule.id, says.patterns if says else (), patterns[side])


def _check(one: LoadedPack, rule: str | None, names: Iterable[str], there: Collection[str]) -> None:
    for name in names:
        if name not in there:
            near = get_close_matches(name, there, n=1, cutoff=0.6)
            raise PackError(
                f"{place_of(one.file, rule, name)}: {f'rule {rule}' if rule else 'triggers'} names "
                f"{name}, which no pack in force has"
                + (f"; did you mean {near[0]}?" if near else "")
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
