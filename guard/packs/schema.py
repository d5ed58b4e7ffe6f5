"""What a rule pack may say. Strict: an unknown key or a wrong type is an error.

A pack holds data only: patterns, exemplars, known false beliefs and rules. There is no expression
language and no code in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from guard.packs.conditions import (
    Condition,
    Identifier,
    PatternSpec,
    Says,
    Sentence,
    Sentences,
    Strict,
)
from guard.report import Action, BeliefType, Citation, Kind, Label, Probability, Severity

Words = Annotated[str, Field(min_length=1, max_length=400)]
VERSION = r"^\d+\.\d+\.\d+$"
Version = Annotated[str, Field(pattern=VERSION)]
MOVE = "move"  # what a finding is called whose fault only its pack names
BRIEF, FULL = 12, 40  # words that a pack may add to a system prompt


class KnownBelief(Strict):
    """A belief known to be false: how people say it, what is so instead, and who says that."""

    id: Identifier
    type: BeliefType
    statements: Annotated[tuple[Sentence, ...], Field(min_length=1)]
    correction: Sentence
    source: Sentence


class Before(Strict):
    """An earlier message of a case."""

    role: Literal["user", "assistant"]
    content: Sentence


class Case(Strict):
    """A turn that runs as a test. Under a rule: whether that rule fires. Under a pack: whether the
    draft is flagged at all (with `rule`, by that one); one that is not must pass every rule in
    force.
    """

    user: Sentence
    draft: Annotated[str, Field(max_length=2000)]
    context: tuple[Before, ...] = ()
    flag: bool
    rule: Identifier | None = None


class Rule(Strict):
    """Fires when the score of a codebook label reaches a threshold, or when its conditions hold;
    with both, when both do. Unless one of `unless` holds.

    `kind`: `forbid`, something that must not be in the draft; `require`, a move that is missing (of
    those, at most three are reported at once); `permit`, which lets findings of the labels in
    `permits` pass where soothing, say, is right. `reason` is shown to people; `guidance` is for
    whoever rewrites the draft; `fallback` is sent in place of a draft that must not go out, else
    the pack's.
    """

    id: Identifier
    kind: Kind = "forbid"
    label: Label | None = None
    at_least: Probability | None = None
    if_: Annotated[Condition, Field(alias="if")] = Condition()
    unless: tuple[Condition, ...] = ()
    permits: tuple[Label, ...] = ()
    severity: Severity
    action: Action = "annotate"
    reason: Sentence
    guidance: Sentence = "Leave it as it is."
    fallback: str | None = None
    citation: Citation | None = None
    cases: tuple[Case, ...] = ()

    @model_validator(mode="after")
    def _fires(self) -> Rule:
        if (self.at_least is not None) and self.label is None:
            raise ValueError("at_least goes with a label")
        if self.at_least is None and not self.if_.parts():
            raise ValueError("a rule needs a label with at_least, or conditions under if")
        if (self.kind == "permit") != bool(self.permits):
            raise ValueError("permits goes with kind: permit, and a permit needs it")
        if "risk_unhandled" in self.permits:
            raise ValueError("no rule may permit that a danger is passed over")
        if self.kind != "permit" and "guidance" not in self.model_fields_set:
            raise ValueError("a rule needs guidance for whoever rewrites the draft")
        return self

    @property
    def filed(self) -> str:
        """The label under which its findings are filed."""
        return self.label or MOVE

    def conditions(self) -> Iterator[Condition]:
        """All its conditions, those inside `any` too."""
        for condition in (self.if_, *self.unless):
            yield condition
            yield from condition.any


class Override(Strict):
    """What an extending pack or a deployment changes in a rule, without editing it."""

    enabled: bool = True
    at_least: Probability | None = None
    severity: Severity | None = None
    action: Action | None = None


class Prompt(Strict):
    """What the pack adds to a system prompt: `full` while there is room, else `brief`."""

    brief: Words
    full: Words

    @model_validator(mode="after")
    def _short(self) -> Prompt:
        for name, text, most in (("brief", self.brief, BRIEF), ("full", self.full, FULL)):
            if len(text.split()) > most:
                raise ValueError(f"{name} has {len(text.split())} words; it may have {most}")
        return self


class Pack(Strict):
    """One rule pack. Only `id`, `version` and `title` are required; those that ship say the rest.

    `audience`, `does`, `leaves_out`, `jurisdiction` and `status` are its header. `rank` orders
    packs where their rules meet: the lower, the earlier. `extends` names packs whose rules it takes
    over, `overrides` what it changes in them. `triggers` says what a conversation must say for
    `auto` to choose the pack. `exemplars` are sentences by group and label, which teach the
    sentence scorers; `contrasts` names, for a group, exemplars of other groups (`group.label`) that
    are none of its labels.
    """

    id: Identifier
    version: Version
    title: Sentence
    status: Sentence = "draft, not clinically reviewed"
    audience: str = ""
    does: str = ""
    leaves_out: str = ""
    jurisdiction: str = ""
    rank: Annotated[int, Field(ge=0, le=1000)] = 500
    extends: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    overrides: dict[Identifier, Override] = Field(default_factory=dict)
    triggers: Says | None = None
    prompt: Prompt | None = None
    fallback: str | None = None
    patterns: dict[Literal["user", "draft"], dict[Identifier, PatternSpec]] = Field(
        default_factory=dict
    )
    exemplars: dict[Identifier, dict[Identifier, Sentences]] = Field(default_factory=dict)
    contrasts: dict[Identifier, tuple[Identifier, ...]] = Field(default_factory=dict)
    beliefs: tuple[KnownBelief, ...] = ()
    rules: tuple[Rule, ...] = ()
    cases: tuple[Case, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> Pack:
        for what, names in (
            ("rule", [rule.id for rule in self.rules]),
            ("belief", [belief.id for belief in self.beliefs]),
        ):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{what} ids must be unique; {', '.join(twice)} is there twice")
        known = {rule.id for rule in self.rules}
        strangers = {case.rule for case in self.cases if case.rule} - known
        if strangers:
            raise ValueError(f"cases name rules that are not there: {', '.join(sorted(strangers))}")
        return self

    def sentences(self) -> Iterable[str]:
        """All sentences whose vectors are needed to run it."""
        for belief in self.beliefs:
            yield from belief.statements
        for says in self.meanings():
            yield from (*says.exemplars, *says.unlike)

    def meanings(self) -> Iterator[Says]:
        """All that it looks for by meaning or by words of its own."""
        if self.triggers:
            yield self.triggers
        for rule in self.rules:
            for condition in rule.conditions():
                yield from (
                    says for says in (condition.user, condition.earlier, condition.draft) if says
                )


def schema() -> dict[str, Any]:
    """The JSON Schema of a pack, for editors."""
    made = Pack.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
