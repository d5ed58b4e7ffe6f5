"""What became of a turn: the rules that fired, the verdict, the reply and how it was written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from guard.report.names import Action, AttemptOutcome, Fault, Kind, Label, Outcome, Severity, Writer
from guard.report.value import Milliseconds, Probability, Span, Value


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


class Recorded(Value):
    """The record of a turn in the compliance log: its id, and whether it is `durable` there,
    `spooled` on this machine to be replayed, `dropped` on purpose, or `failed`."""

    id: str | None = None
    state: Literal["durable", "spooled", "dropped", "failed"]
