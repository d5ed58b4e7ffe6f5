"""What comes out: Reading, Audit, Findings, Verdict and Reply, gathered in one Report.

All values are frozen, compare by value, and have a JSON form that round-trips
(`report.model_dump_json()`, `Report.model_validate_json(...)`); `docs/report.md` describes it.
Spans are half-open character offsets into the text the caller passed. Probabilities are in [0, 1].
"""

from __future__ import annotations

from typing import Literal

from guard.report.audit import Audit, Scores
from guard.report.names import Mode
from guard.report.outcome import (
    Attempt,
    Chosen,
    Finding,
    Opinion,
    Recorded,
    Reply,
    Resolution,
    Verdict,
)
from guard.report.reading import Reading
from guard.report.value import Milliseconds, Value


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
