"""What a rule pack may say. Strict: an unknown key or a wrong type is an error.

A pack holds data only: patterns, exemplars, known false beliefs and rules. There is no expression
language and no code in it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from guard.report import Action, BeliefType, Citation, Probability, Scores, Severity

Label = Literal[
    "soothe_only", "cold", "concedes_false", "false_contradiction", "flip", "self_claim",
    "attachment", "risk_unhandled",
]  # fmt: skip
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$", max_length=80)]
Sentence = Annotated[str, Field(min_length=1, max_length=600)]
Sentences = Annotated[tuple[Sentence, ...], Field(min_length=1)]
Condition = Literal["any", "emotional", "signal"]

assert set(get_args(Label)) <= set(Scores.model_fields)


# What a tokenizer alone knows of a word; tags and lemmas would need a statistical model.
_TOKEN_KEYS = (
    "ORTH", "TEXT", "NORM", "LOWER", "LENGTH", "SHAPE", "PREFIX", "SUFFIX", "IS_ALPHA", "IS_ASCII",
    "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_SPACE", "IS_STOP", "LIKE_NUM",
    "LIKE_URL", "LIKE_EMAIL", "OP",
)  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class PatternSpec(_Strict):
    """Words to look for: `phrases`, compared word by word without regard to case or contraction,
    and spaCy token patterns (https://spacy.io/usage/rule-based-matching), without `REGEX`."""

    phrases: tuple[Sentence, ...] = ()
    tokens: tuple[tuple[dict[str, Any], ...], ...] = ()

    @field_validator("tokens")
    @classmethod
    def _bounded(
        cls, tokens: tuple[tuple[dict[str, Any], ...], ...]
    ) -> tuple[tuple[dict[str, Any], ...], ...]:
        for one in tokens:
            if not one:
                raise ValueError("a token pattern must have at least one token")
            if "REGEX" in str(one):
                raise ValueError("REGEX is not allowed in token patterns; list the words with IN")
            unknown = sorted({key for token in one for key in token}.difference(_TOKEN_KEYS))
            if unknown:
                raise ValueError(f"{', '.join(unknown)}: not one of {', '.join(_TOKEN_KEYS)}")
        return tokens


class KnownBelief(_Strict):
    """A belief known to be false: how people say it, what is so instead, and who says that."""

    id: Identifier
    type: BeliefType
    statements: Annotated[tuple[Sentence, ...], Field(min_length=1)]
    correction: Sentence
    source: Sentence


class Case(_Strict):
    """A turn that runs as a test of its rule: flagged or not."""

    user: str
    draft: str
    flag: bool


class Rule(_Strict):
    """Fires when the score of a codebook label reaches a threshold.

    `when` narrows it: `emotional` to messages that carry an emotion, `signal` to those that carry a
    signal function. `reason` is shown to people; `guidance` is for whoever rewrites the draft;
    `fallback` is sent in place of a draft that must not go out, else the pack's.
    """

    id: Identifier
    label: Label
    at_least: Probability
    when: Condition = "any"
    severity: Severity
    action: Action
    reason: Sentence
    guidance: Sentence
    fallback: str | None = None
    citation: Citation | None = None
    cases: tuple[Case, ...] = ()


class Pack(_Strict):
    """One rule pack. Only `id`, `version` and `title` are required.

    `exemplars` are sentences by group and label; `contrasts` names, for a group, exemplars of other
    groups (`group.label`) that are none of its labels.
    """

    id: Identifier
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Sentence
    status: Sentence = "draft, not clinically reviewed"
    about: str = ""
    fallback: str | None = None
    patterns: dict[Literal["user", "draft"], dict[Identifier, PatternSpec]] = {}
    exemplars: dict[Identifier, dict[Identifier, Sentences]] = {}
    contrasts: dict[Identifier, tuple[Identifier, ...]] = {}
    beliefs: tuple[KnownBelief, ...] = ()
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> Pack:
        for what, ids in (("rule", self.rules), ("belief", self.beliefs)):
            names = [item.id for item in ids]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} ids must be unique; {', '.join(twice)} is there twice")
        return self
