"""What a rule looks at: conditions over what was read, what was found, and what the texts say.

All that stands in one condition must hold; of a list, one is enough; `any` holds where one of its
conditions does. That is all there is to combine with: a pack has no expressions and no code.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from guard.report import (
    ActName,
    BeliefType,
    EmotionName,
    Function,
    Label,
    Probability,
    RiskLevel,
    StanceName,
)

IDENTIFIER = r"^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$"
Identifier = Annotated[str, Field(pattern=IDENTIFIER, max_length=80)]
Sentence = Annotated[str, Field(min_length=1, max_length=600)]
Sentences = Annotated[tuple[Sentence, ...], Field(min_length=1)]
LabelOrFlag = Literal[Label, "flag"]  # `flag` is the score of the whole, of all faults together
Role = Literal["assistant", "companion", "peer", "coach", "clinical"]
NEAR = 0.62  # from which cosine two sentences mean about the same, where a pack does not say

# What a tokenizer alone knows of a word; tags and lemmas would need a statistical model.
_TOKEN_KEYS = (
    "ORTH", "TEXT", "NORM", "LOWER", "LENGTH", "SHAPE", "IS_ALPHA", "IS_ASCII",
    "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_SPACE", "IS_STOP", "LIKE_NUM",
    "LIKE_URL", "LIKE_EMAIL", "OP",
)  # fmt: skip
_OPEN = ("*", "+", "{")  # a token that may repeat without end
MAX_TOKENS, MAX_OPEN = 20, 2
_TEXTS = frozenset({"ORTH", "TEXT", "NORM", "LOWER", "SHAPE", "OP"})


class Strict(BaseModel):
    """Base of all parts of a pack: an unknown key or a wrong type is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, populate_by_name=True
    )


def _bounded(tokens: tuple[tuple[dict[str, Any], ...], ...]) -> Any:
    for one in tokens:
        if not one:
            raise ValueError("a token pattern must have at least one token")
        if len(one) > MAX_TOKENS:
            raise ValueError(f"a token pattern may have {MAX_TOKENS} tokens")
        if "REGEX" in str(one) or "FUZZY" in str(one):
            raise ValueError(
                "REGEX and FUZZY are not allowed in token patterns; list the words with IN"
            )
        unknown = sorted({key for token in one for key in token}.difference(_TOKEN_KEYS))
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: not one of {', '.join(_TOKEN_KEYS)}")
        for token in one:
            if wrong := sorted(key for key in _TEXTS.intersection(token) if not _text(token[key])):
                raise ValueError(f"{wrong[0]} needs a text; put no, yes and numbers in quotes")
        if sum(str(token.get("OP", "1")).startswith(_OPEN) for token in one) > MAX_OPEN:
            raise ValueError(
                f"more than {MAX_OPEN} tokens with OP *, + or {{}} in one pattern: matching could "
                "take very long; name the words instead"
            )
    return tokens


def _text(value: Any) -> bool:
    """Whether it is a text, or words to choose from."""
    if not isinstance(value, dict):
        return isinstance(value, str)
    listed = [word for words in value.values() if isinstance(words, tuple) for word in words]
    return all(isinstance(word, str) for word in listed)


Tokens = Annotated[tuple[tuple[dict[str, Any], ...], ...], AfterValidator(_bounded)]


class PatternSpec(Strict):
    """Words to look for: `phrases`, compared word by word without regard to case or contraction,
    and spaCy token patterns (https://spacy.io/usage/rule-based-matching), without `REGEX`."""

    phrases: tuple[Sentence, ...] = ()
    tokens: Tokens = ()


class Says(PatternSpec):
    """What a text says, by its words or by its meaning; one of them is enough.

    `patterns` names patterns of this or another pack. `exemplars` are sentences: a sentence of the
    text says it if its cosine to one of them is at least `at_least`, and it is not nearer to one of
    `unlike`. `times`: in so many sentences.
    """

    patterns: tuple[Identifier, ...] = ()
    exemplars: tuple[Sentence, ...] = ()
    unlike: tuple[Sentence, ...] = ()
    at_least: Probability = NEAR
    times: Annotated[int, Field(ge=1, le=20)] = 1

    @model_validator(mode="after")
    def _something(self) -> Says:
        if not (self.patterns or self.phrases or self.tokens or self.exemplars):
            raise ValueError("give patterns, phrases, tokens or exemplars")
        if self.unlike and not self.exemplars:
            raise ValueError("unlike goes with exemplars")
        return self


class Condition(Strict):
    """What must hold, all of it.

    Of the message: `message` (`emotional`: it carries an emotion; `signal`: a signal function),
    `functions`, `primary`, `emotions`, `intensity` (at least), `beliefs` (types of belief that are
    probably false), `known` (ids of a pack's beliefs), `risk`, `trajectory`, `user` (what it says),
    `earlier` (what an earlier message of the user says), `asked_before` (so many of the user's
    earlier messages say the same as this one).
    Of the draft: `scores` (label: at least), `acts`, `no_acts`, `kept`, `erased`, `stance`,
    `risk_handled`, `draft` (what it says), `questions` (at least), `words` (at least).
    Of the deployment: `role`, `domains` (packs whose triggers this conversation meets).
    """

    message: Literal["emotional", "signal"] | None = None
    functions: tuple[Function, ...] = ()
    primary: tuple[Function, ...] = ()
    emotions: tuple[EmotionName, ...] = ()
    intensity: Annotated[int, Field(ge=1, le=3)] | None = None
    beliefs: tuple[BeliefType, ...] = ()
    known: tuple[Identifier, ...] = ()
    risk: tuple[RiskLevel, ...] = ()
    trajectory: tuple[Literal["rising", "steady", "falling"], ...] = ()
    user: Says | None = None
    earlier: Says | None = None
    asked_before: Annotated[int, Field(ge=1, le=20)] | None = None
    scores: dict[LabelOrFlag, Probability] = Field(default_factory=dict)
    acts: tuple[ActName, ...] = ()
    no_acts: tuple[ActName, ...] = ()
    kept: tuple[Function, ...] = ()
    erased: tuple[Function, ...] = ()
    stance: tuple[StanceName, ...] = ()
    risk_handled: Literal["yes", "no"] | None = None
    draft: Says | None = None
    questions: Annotated[int, Field(ge=1, le=20)] | None = None
    words: Annotated[int, Field(ge=1, le=2000)] | None = None
    role: tuple[Role, ...] = ()
    domains: tuple[Identifier, ...] = ()
    any: tuple[Condition, ...] = ()

    @field_validator("any")
    @classmethod
    def _flat(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        if any(condition.any for condition in conditions):
            raise ValueError("any must not stand inside any")
        if any(not condition.parts() for condition in conditions):
            raise ValueError("an empty condition always holds; leave it out")
        return conditions

    def parts(self) -> tuple[str, ...]:
        """The keys that are given: how specific the condition is."""
        return tuple(name for name in type(self).model_fields if getattr(self, name))
