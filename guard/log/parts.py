"""The parts of which records are made. Scores are integers, in millionths; spans are character
offsets into the text, as everywhere. No part holds text of the conversation.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from guard.report import (
    Action,
    AttemptOutcome,
    BeliefType,
    EmotionName,
    Function,
    Inference,
    Kind,
    Label,
    RiskLevel,
    Severity,
    Span,
    StanceName,
    Writer,
)

MILLION = 1_000_000
Micro = Annotated[int, Field(ge=0, le=MILLION)]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Hex256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Hex128 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
When = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
Named = Annotated[str, Field(max_length=200)]
"""An id or a name that the caller gives: never text of the conversation."""
Code = Annotated[str, Field(pattern=r"^[\w.:@/+-]{1,100}$")]


class Piece(BaseModel):
    """Base of all parts of a record: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Circumstances(Piece):
    """What only the deployment knows of a turn; all of it optional, none of it text.

    `model` is what wrote the draft. `minor`: the user is known to be one. `disclosed_at`: when they
    were last told that they talk to a machine. `session` is stored as a keyed hash.
    """

    tenant: Named | None = None
    session: Named | None = None
    turn_index: Count | None = None
    model: Named | None = None
    parameters: Hex256 | None = None
    jurisdiction: Named | None = None
    minor: bool | None = None
    disclosed_at: When | None = None
    legal_hold: bool | None = None


class EmotionRead(Piece):
    """An emotion that was read. Spans are character offsets into the text, as everywhere."""

    name: EmotionName
    probability: Micro
    stated: bool
    span: Span


class SignalRead(Piece):
    """A signal function that was read."""

    function: Function
    probability: Micro
    span: Span


class BeliefRead(Piece):
    """A belief that was read, and the draft's stance to it."""

    type: BeliefType
    false: Micro
    span: Span
    known: str | None = None
    stance: StanceName | None = None
    stance_probability: Micro | None = None


class RiskRead(Piece):
    """Risk of harm in the message. `handled`: whether the draft answered it."""

    level: RiskLevel
    probability: Micro
    acute: Micro
    spans: tuple[Span, ...] = ()
    handled: Literal["yes", "no", "na"] = "na"


class ReadingRecorded(Piece):
    """The user's side. `judged` is False where nothing was read."""

    judged: bool
    inference: Inference
    intensity: Annotated[int, Field(ge=0, le=3)] = 0
    primary: Function | None = None
    emotions: tuple[EmotionRead, ...] = ()
    signals: tuple[SignalRead, ...] = ()
    beliefs: tuple[BeliefRead, ...] = ()
    risk: RiskRead | None = None
    trajectory: Literal["rising", "steady", "falling", "unknown"] = "unknown"


class FindingRecorded(Piece):
    """A rule that fired: what it saw, how strongly, and on whose authority."""

    rule: str
    pack: str
    kind: Kind
    label: str
    severity: Severity
    action: Action
    score: Micro
    threshold: Micro
    reason: str
    span: Span | None = None
    citation: str | None = None
    url: str | None = None


class AttemptRecorded(Piece):
    """One attempt at a rewrite: by what, and what came of it."""

    by: Writer
    outcome: AttemptOutcome
    reason: str = ""
    model: Named | None = None
    micros: Count | None = None
    tokens_in: Count = 0
    tokens_out: Count = 0


class OpinionRecorded(Piece):
    """What a language model said as a second opinion on one label."""

    label: Label
    found: bool | None = None
    model: Named
    micros: Count
    error: str | None = None


class Handover(Piece):
    """A signing key that was changed: the old key has signed the new, which signs checkpoints of
    more than `after` records."""

    old: Named
    new: Named
    signature: Named
    after: Count
