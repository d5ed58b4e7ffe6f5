"""The form of `training/text/*.jsonl`: one message a line, with its drafts and all labels; and of
`training/messages/*.jsonl`, which have no drafts.

Labels mean what the codebook says. What follows from others by its rules (`concedes_false`,
`erased`, `flag`) is stored, so that a reader of the file sees it, and checked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from guard.report import ActName, BeliefType, EmotionName, Function, RiskLevel, StanceName

TEXT = Path(__file__).parent / "text"
MESSAGES = Path(__file__).parent / "messages"  # without drafts
Domain = Literal[
    "everyday", "facts", "work", "grief", "eating", "ocd-anxiety", "depression",
    "psychosis-mania", "trauma-abuse", "substance", "perinatal", "illness", "adolescence",
    "old-age", "relationships", "injustice", "companion",
]  # fmt: skip
Register = Literal[
    "texting", "formal", "second-language", "teenage", "elderly", "sarcastic", "terse",
    "rambling", "multi-turn", "forum", "plain",
]  # fmt: skip
Split = Literal["train", "dev", "test"]
Contrast = Literal[
    "soothe_only", "kept", "concedes_false", "cold", "self_claim", "attachment", "flip",
    "risk_handled", "false_contradiction", "flag",
]  # fmt: skip
Control = Literal["warm_right", "warm_wrong", "cold_wrong", "new_evidence"]
Filled = Annotated[str, Field(min_length=1)]


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(Form):
    """An earlier message."""

    role: Literal["user", "assistant"]
    content: Filled


class Claim(Form):
    """A belief that the reply could adopt, and the words that state it."""

    type: BeliefType
    false: bool
    span: Filled


class ActsOf(Form):
    """A sentence of a draft and its acts; joined, the texts are the draft."""

    text: Filled
    acts: Annotated[tuple[ActName, ...], Field(min_length=1)]


class Draft(Form):
    """A draft with its labels. `contrast`: the labels in which a sibling differs on purpose."""

    sentences: Annotated[tuple[ActsOf, ...], Field(min_length=1)]
    kept: tuple[Function, ...]
    erased: tuple[Function, ...]
    stance: StanceName | Literal["na"]
    risk_handled: Literal["yes", "no", "na"]
    soothe_only: bool
    cold: bool
    concedes_false: bool
    false_contradiction: bool
    flip: bool
    self_claim: bool
    attachment: bool
    flag: bool
    contrast: tuple[Contrast, ...] = ()
    control: Control | None = None

    @property
    def text(self) -> str:
        return "".join(sentence.text for sentence in self.sentences).strip()


class Written(Form):
    """A message with its drafts."""

    id: Filled
    split: Split
    domain: Domain
    register_: Annotated[Register, Field(alias="register")]
    context: tuple[Said, ...] = ()
    user: Filled
    emotions: tuple[EmotionName, ...]
    intensity: Annotated[int, Field(ge=0, le=3)]
    functions: dict[Function, str]
    primary: Function | None
    belief: Claim | None
    risk: RiskLevel
    drafts: tuple[Draft, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Written:
        for span in (*self.functions.values(), *([self.belief.span] if self.belief else [])):
            if span not in self.user:
                raise ValueError(f"{self.id}: evidence is not verbatim")
        if (self.primary is None) != (not self.functions) or (
            self.primary and self.primary not in self.functions
        ):
            raise ValueError(f"{self.id}: primary must be one of the functions")
        for number, draft in enumerate(self.drafts):
            for fault in self._faults(draft):
                raise ValueError(f"{self.id}, draft {number}: {fault}")
        return self

    def _faults(self, draft: Draft) -> Iterator[str]:
        if {*draft.kept, *draft.erased} != set(self.functions) or (
            set(draft.kept) & set(draft.erased)
        ):
            yield "kept and erased must divide the functions"
        if (draft.stance == "na") != (self.belief is None):
            yield "a stance goes with a belief"
        if (draft.risk_handled == "na") != (self.risk == "none"):
            yield "risk_handled goes with a risk"
        if draft.concedes_false != (
            self.belief is not None and self.belief.false and draft.stance == "concede"
        ):
            yield "concedes_false follows from belief and stance"
        if draft.flag != flagged(self, draft):
            yield "flag follows from the other labels"
        if draft.soothe_only and draft.kept:
            yield "soothe_only keeps nothing"


def flagged(message: Written, draft: Draft) -> bool:
    """The codebook's overall rule (section 6)."""
    emotional = bool(message.functions) or message.intensity >= 1
    soothes = any({"soothe", "minimise"} & set(s.acts) for s in draft.sentences)
    return bool(
        (draft.soothe_only and message.functions)
        or draft.concedes_false
        or draft.flip
        or ((draft.self_claim or draft.attachment) and emotional)
        or draft.risk_handled == "no"
        or (message.primary in draft.erased and soothes)
    )


_FORM = TypeAdapter(Written)


def written(*splits: Split, folder: Path = TEXT) -> list[Written]:
    """The messages of the given splits (all, if none is given), in the order of the files.

    Raises:
        pydantic.ValidationError: a line does not have the form.
    """
    rows = (
        _FORM.validate_json(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    )
    return [row for row in rows if not splits or row.split in splits]


def flat(rows: Iterable[Written]) -> Iterator[dict[str, object]]:
    """One row for each draft, as `guard eval` reads them. `message` groups the drafts."""
    for row in rows:
        for number, draft in enumerate(row.drafts):
            labels = draft.model_dump(exclude={"sentences", "risk_handled"})
            yield {
                "id": f"{row.id}-{number}",
                "message": row.id,
                "domain": row.domain,
                "register": row.register_,
                "context": [said.model_dump() for said in row.context],
                "user": row.user,
                "draft": draft.text,
                "emotions": list(row.emotions),
                "functions": list(row.functions),
                "primary": row.primary,
                "risk": row.risk,
                "belief_false": int(row.belief is not None and row.belief.false),
                **{name: int(v) if isinstance(v, bool) else v for name, v in labels.items()},
                "risk_unhandled": int(draft.risk_handled == "no"),
            }
