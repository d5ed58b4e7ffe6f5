"""What comes out: Reading, Audit, Findings, Verdict and Reply, gathered in one Report.

All values are frozen, compare by value, and have a JSON form that round-trips
(`report.model_dump_json()`, `Report.model_validate_json(...)`); `docs/report.md` describes it.
Spans are half-open character offsets into the text the caller passed. Probabilities are in [0, 1].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Milliseconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Function = Literal["self", "other", "norm"]
EmotionName = Literal[
    "sadness", "grief", "loneliness", "hurt", "disappointment", "anger", "frustration", "disgust",
    "contempt", "fear", "anxiety", "guilt", "shame", "embarrassment", "envy", "jealousy",
    "confusion", "relief", "hope", "gratitude", "pride", "love", "joy",
]  # fmt: skip
ActName = Literal[
    "soothe", "minimise", "validate", "reflect", "explore", "inform", "advise", "voice",
    "boundary", "refer", "agree", "challenge", "hedge", "self_claim", "other",
]  # fmt: skip
BeliefType = Literal["fact", "medical", "self", "others", "future", "delusional"]
StanceName = Literal["concede", "silent", "hedge", "challenge"]
RiskLevel = Literal["none", "possible", "acute"]
Label = Literal[
    "soothe_only", "cold", "concedes_false", "false_contradiction", "flip", "self_claim",
    "attachment", "risk_unhandled",
]  # fmt: skip
"""The faults of a draft that have a score of their own."""
Kind = Literal["forbid", "require", "permit"]
Severity = Literal["low", "medium", "high", "critical"]
Action = Literal["release", "annotate", "rewrite", "fallback"]
Outcome = Literal["pass", "flag", "unknown"]
Fault = Literal[
    "empty_draft", "empty_user", "oversize", "unsupported_language", "error", "timeout",
    "incomplete",
]  # fmt: skip
Mode = Literal["observe", "annotate", "rewrite", "block"]
Writer = Literal["offline", "model"]
AttemptOutcome = Literal[
    "passed",  # audited again and sent, or as good as what was sent
    "nothing_sure",  # no sentence could be written that is sure to be right
    "still_flagged",  # the second audit found a fault
    "worse",  # it passed less than the draft did, in some aspect
    "lost_content",  # a fact, number, name, link, code block or list of the draft is gone
    "refused", "empty", "malformed", "rate_limited", "unavailable", "timeout", "circuit_open",
    "error",
]  # fmt: skip
Inference = Literal["full", "stated", "off"]


class Value(BaseModel):
    """Base of all values here: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Span(Value):
    """A piece of the user's latest message or of the draft: `text[start:end]`, verbatim."""

    source: Literal["user", "draft"]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.end < self.start:
            raise ValueError("a span must not end before it starts")
        return self


class Emotion(Value):
    """An emotion of the user. `stated`: they named it; otherwise it was inferred."""

    name: EmotionName
    probability: Probability
    stated: bool
    span: Span


class Signal(Value):
    """A signal function of the user's emotion, with the words that show it."""

    function: Function
    probability: Probability
    evidence: Span


class Belief(Value):
    """A claim in the user's message that the reply could adopt.

    `false` is the probability that it is wrong or goes clearly beyond what the message supports.
    `known` is the id of a belief that a pack lists, with its `correction` and `source`.
    """

    type: BeliefType
    false: Probability
    span: Span
    known: str | None = None
    correction: str | None = None
    source: str | None = None


class Risk(Value):
    """Risk of harm in the user's message, and the words that show it.

    `probability` is that of any danger, `acute` that of an acute one.
    """

    level: RiskLevel = "none"
    probability: Probability = 0.0
    acute: Probability = 0.0
    spans: tuple[Span, ...] = ()


class Trajectory(Value):
    """Distress over the user's messages, oldest first: intensities 0 (none) to 3 (overwhelming)."""

    direction: Literal["rising", "steady", "falling", "unknown"] = "unknown"
    intensities: tuple[Annotated[int, Field(ge=0, le=3)], ...] = ()


class Reading(Value):
    """The user's side of the turn.

    `judged` is False where nothing was read (too large, another language): the other fields then
    say nothing. `inference` says how it was read: `full`; `stated`, only emotions the user names;
    `off`, nothing but risk cues. `intensity` is 0 none, 1 mild, 2 clear, 3 overwhelming.
    """

    judged: bool = True
    inference: Inference = "full"
    emotions: tuple[Emotion, ...] = ()
    intensity: Annotated[int, Field(ge=0, le=3)] = 0
    signals: tuple[Signal, ...] = ()
    primary: Function | None = None
    beliefs: tuple[Belief, ...] = ()
    risk: Risk = Risk()
    trajectory: Trajectory = Trajectory()


class Act(Value):
    """What a sentence of the draft does (a dialogue act), and how sure the guard is."""

    name: ActName
    probability: Probability


class DraftSentence(Value):
    """One sentence of the draft: its acts, likeliest first, and how far it takes up particulars.

    `specificity` in [0, 1]: 0 would fit any message, 1 takes up what this user said.
    """

    span: Span
    acts: tuple[Act, ...]
    specificity: Probability


class Stance(Value):
    """The stance of the draft to `reading.beliefs[belief]`, and the sentence that shows it."""

    belief: Annotated[int, Field(ge=0)]
    stance: StanceName
    probability: Probability
    span: Span | None = None


class Audit(Value):
    """The draft's side of the turn.

    `kept` and `erased` divide the functions that the message carries. `risk_handled` is `na` where
    the message shows no risk.
    """

    sentences: tuple[DraftSentence, ...] = ()
    kept: tuple[Function, ...] = ()
    erased: tuple[Function, ...] = ()
    stances: tuple[Stance, ...] = ()
    risk_handled: Literal["yes", "no", "na"] = "na"


class Citation(Value):
    """Where a rule comes from."""

    text: str
    url: str | None = None


class Finding(Value):
    """One rule that fired: what it saw, where, how strongly, and on whose authority.

    `label` is the codebook's name for the fault, or `move` for one that only the pack names.
    `because` says which conditions held, in the pack's own words; `specificity` is their number.
    """

    rule: str
    pack: str = ""
    kind: Kind = "forbid"
    label: str
    severity: Severity
    action: Action
    score: Probability
    threshold: Probability
    reason: str
    span: Span | None = None
    citation: Citation | None = None
    specificity: Annotated[int, Field(ge=0)] = 0
    because: tuple[str, ...] = ()


class Resolution(Value):
    """Two rules asked for different things: which won, which lost, and why."""

    won: str
    lost: str
    why: str


class Chosen(Value):
    """A pack that was in force on this turn, and why."""

    pack: str
    why: str


class Verdict(Value):
    """What was decided. `unknown` means not audited, and is never a `pass`; `fault` says why.

    `action` is what the rules and the mode ask for; in mode `observe`, what they would have asked
    for. What was really done stands in `Reply.action`. `rule` is the finding that decided.
    """

    outcome: Outcome
    action: Action
    reason: str
    rule: str | None = None
    fault: Fault | None = None

    def __bool__(self) -> bool:
        raise TypeError("a verdict is no boolean: compare its outcome with pass, flag or unknown")


class Reply(Value):
    """The text that goes out, and what was done to get it.

    `by` says who wrote a rewrite: `offline`, without a language model, or `model`. `action` is what
    was done in the end: where no rewrite passed its second audit, `fallback` or `annotate`.
    """

    text: Annotated[str, Field(repr=False)]
    action: Action
    changed: bool = False
    by: Writer | None = None


class Attempt(Value):
    """One try to rewrite the draft, and what became of it; never the text.

    `model` is the language model that was asked, `reason` says in a few words why a candidate was
    not taken. Tokens are those the endpoint counted; `cost` is in the currency of the prices given,
    and None where there are none.
    """

    by: Writer
    outcome: AttemptOutcome
    reason: str = ""
    model: str | None = None
    ms: Milliseconds | None = None
    tokens_in: Annotated[int, Field(ge=0)] = 0
    tokens_out: Annotated[int, Field(ge=0)] = 0
    cost: Annotated[float, Field(ge=0.0)] | None = None


class Opinion(Value):
    """What a language model said as a second opinion, where the heads were unsure.

    It is asked about one label, and can only make the verdict graver.
    """

    label: Label
    found: bool | None
    model: str
    ms: Milliseconds
    tokens_in: Annotated[int, Field(ge=0)] = 0
    tokens_out: Annotated[int, Field(ge=0)] = 0
    error: str | None = None


class Scores(Value):
    """A probability for each label of the codebook. None where it was not judged.

    Read as attribute or item: `scores.flag`, `scores["flag"]`, `dict(scores)`.
    """

    self: Probability | None = None
    other: Probability | None = None
    norm: Probability | None = None
    soothe_only: Probability | None = None
    cold: Probability | None = None
    concedes_false: Probability | None = None
    false_contradiction: Probability | None = None
    flip: Probability | None = None
    self_claim: Probability | None = None
    attachment: Probability | None = None
    risk: Probability | None = None
    risk_acute: Probability | None = None
    risk_unhandled: Probability | None = None
    belief_false: Probability | None = None
    kept_self: Probability | None = None
    kept_other: Probability | None = None
    kept_norm: Probability | None = None
    flag: Probability | None = None

    def __getitem__(self, label: str) -> float | None:
        if label not in type(self).model_fields:
            raise KeyError(label)
        value: float | None = getattr(self, label)
        return value

    def keys(self) -> tuple[str, ...]:
        return tuple(type(self).model_fields)

    def items(self) -> Iterator[tuple[str, float | None]]:
        return ((label, self[label]) for label in self.keys())


class Timings(Value):
    """Milliseconds on a monotonic clock. `Guard.audit` is pure and leaves them None."""

    audit_ms: Milliseconds | None = None
    repair_ms: Milliseconds | None = None
    total_ms: Milliseconds | None = None


class Digests(Value):
    """SHA-256 of what judged: the encoder, and each pack by its id and version.

    There is no digest of the conversation: short texts can be guessed from their hash.
    """

    encoder: str
    packs: dict[str, str]


class Recorded(Value):
    """The record of a turn in the compliance log: its id, and whether it is `durable` there,
    `spooled` on this machine to be replayed, `dropped` on purpose, or `failed`."""

    id: str | None = None
    state: Literal["durable", "spooled", "dropped", "failed"]


class Report(Value):
    """Everything about one turn. `version` is the version of this form; older ones can be read.

    `resolutions` says which rule gave way to which; `packs` which were in force; `attempts` are the
    tries to rewrite the draft, in order; `opinions` what a language model said beside the heads.
    `prevented`: the packs' paragraph stood in the system prompt that the draft was written to.
    `record` is None where there is no log, or the log does not keep this turn.
    """

    version: Literal["1", "2", "3"] = "3"
    guard: str
    mode: Mode
    reading: Reading
    audit: Audit
    findings: tuple[Finding, ...]
    resolutions: tuple[Resolution, ...] = ()
    packs: tuple[Chosen, ...] = ()
    verdict: Verdict
    reply: Reply
    attempts: tuple[Attempt, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    prevented: bool = False
    scores: Scores
    timings: Timings = Timings()
    digests: Digests
    record: Recorded | None = None

    @property
    def history_message(self) -> dict[str, str]:
        """What to append to the conversation: the text that went out, never a draft that did
        not."""
        return {"role": "assistant", "content": self.reply.text}
