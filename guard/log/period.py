"""A period of the log as numbers: what a yearly report, an auditor or a regulator asks for.

Counts only: no text, no pseudonym, no reviewer's name, no id of a record. The counting is in
`summary.py`, how it looks in `period_page.py`.
"""

from __future__ import annotations

from typing import Literal

from guard._version import __version__
from guard.log.shares import Share
from guard.report import Value

Step = Literal["day", "week", "month"]
Counts = dict[str, int | None]


class RuleSummary(Value):
    """A rule: on how many turns it fired, what was then done, what reviewers said of it.

    `precision` is the share of `agree` among reviews that agree or call a false alarm.
    """

    rule: str
    pack: str
    severity: str
    turns: int | None
    done: Counts
    agree: int | None
    false_alarm: int | None
    precision: Share


class PackSummary(Value):
    """A pack: on how many turns one of its rules fired, and what was then done."""

    pack: str
    turns: int | None
    done: Counts


class Crisis(Value):
    """Turns whose message showed a risk of harm, and whether what went out pointed to help."""

    possible: int | None
    acute: int | None
    referred: int | None
    not_referred: int | None
    known_minors: int | None


class Bucket(Value):
    """One step of the trend: the day on which it begins, and the turns in it."""

    start: str
    flagged: int | None
    unknown: int | None
    referred: int | None


class Reviews(Value):
    """What reviewers said. `covered`: the share of flagged turns that somebody has reviewed."""

    dispositions: Counts
    reviewers: int
    covered: Share


class Integrity(Value):
    """What verification found, and what an outsider needs to find the same."""

    result: str
    detail: str
    records: int
    root: str | None = None
    signed: int | None = None
    signed_at: str | None = None
    public_key: str | None = None


class Period(Value):
    """The whole summary. None stands for a count too small to be shown."""

    version: Literal["1"] = "1"
    guard: str = __version__
    origin: str
    made: str
    since: str | None
    until: str | None
    suppressed_below: int
    first: str | None
    last: str | None
    turns: int | None
    outcomes: Counts
    done: Counts
    faults: Counts
    unaudited_released: int | None
    modes: Counts
    inference: Counts
    jurisdictions: Counts
    models: Counts
    disclosed: Share
    rules: tuple[RuleSummary, ...]
    packs: tuple[PackSummary, ...]
    crisis: Crisis
    step: Step
    trend: tuple[Bucket, ...]
    reviews: Reviews
    lost: int
    erasures: int
    purges: int
    readings_of_texts: int
    encoders: tuple[str, ...]
    pack_digests: dict[str, str]
    integrity: Integrity
