"""Guard: one turn, from left to right.

    turn -> read -> examine -> find -> decide -> repair -> record

The first four are one plain function of their inputs: no clock, no network, no state, the same
answer every time, safe to call from many threads. That is `audit`. `check` adds the edges.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

from guard._version import __version__
from guard.audit import examine
from guard.errors import InputError
from guard.log import Recorder, record_event
from guard.log.events import logger
from guard.models.detectors import Detector, ExemplarDetector, TrainedDetector
from guard.models.encoder import DEFAULT_CACHE, Encoder, load_encoder
from guard.models.exemplars import fit_heads
from guard.models.reader import Reader
from guard.packs.load import LoadedPack, load_packs
from guard.packs.ruleset import BASE, compile_packs, groups_of
from guard.packs.schema import Rule
from guard.policy import MODES, decide, disposition, find, unknown
from guard.reading import read
from guard.repair import repair
from guard.report import (
    Audit,
    Digests,
    Fault,
    Inference,
    Mode,
    Reading,
    Reply,
    Report,
    Scores,
    Timings,
    Verdict,
)
from guard.text.document import EMPTY, Document, Documents
from guard.text.intake import refusal
from guard.text.limits import Limits
from guard.turn import Turn

INFERENCES: tuple[Inference, ...] = get_args(Inference)


class Guard:
    """Audits drafts, and carries out what the rule packs ask for.

    Make one and share it: it loads a model, is never changed by a turn, and may be used from any
    number of threads.

    Args:
        mode: `observe` never changes anything but records what it would have done; `annotate` puts
            findings in the report; `rewrite` does what the rules ask for (until rewriting is there,
            it annotates); `block` sends the packs' fallback text in place of a flagged draft.
        packs: names of packs that ship, or paths of `.yaml` files, in force beside the base pack,
            which always is.
        emotion_inference: `full`; `stated`, only emotions that the user names; `off`, the draft is
            audited alone.
        risk_cues: with `off`, whether the message is still read for cues of danger.
        encoder: None for the trained model that ships, or a `Reader`, which several guards can
            share; or the name or path of a
            sentence-transformers model (needs the extra), or an object with `encode` and `digest`,
            which have no trained heads, so that the packs' exemplars judge.
        limits: how much text a turn may hold.
        cache: how much is remembered of what was read (messages; sentences with an encoder of your
            own); 0 turns it off.
        record: called with the report of each checked turn; by default a structlog event without
            any text. It must not raise.

    Raises:
        PackError: a pack is missing or not valid.
        EncoderError: the encoder cannot be loaded.
        MissingExtraError: a sentence-transformers encoder was asked for without the extra.
        ValueError: `mode` or `emotion_inference` is none of the names above, or `risk_cues` is
            False though emotions are inferred.
    """

    def __init__(
        self,
        mode: Mode = "annotate",
        *,
        packs: Sequence[str | Path] = (),
        emotion_inference: Inference = "full",
        risk_cues: bool = True,
        encoder: str | Encoder | None = None,
        limits: Limits | None = None,
        cache: int = DEFAULT_CACHE,
        record: Recorder = record_event,
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        if emotion_inference not in INFERENCES:
            raise ValueError(
                f"emotion_inference must be one of {', '.join(INFERENCES)}, "
                f"not {emotion_inference!r}"
            )
        if not risk_cues and emotion_inference != "off":
            raise ValueError('risk_cues=False goes with emotion_inference="off" only')
        self.mode: Mode = mode
        self.inference: Inference = emotion_inference
        self.limits = limits or Limits()
        self._draft_alone = not risk_cues  # nothing of the user's message is looked at
        self._record = record
        loaded = load_packs((BASE, *packs))
        self._detector, model = _detector(loaded, encoder, cache)
        self._rules = compile_packs(loaded, model)
        self._digests = Digests(encoder=model.digest, packs=self._rules.digests)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force, in the order of their packs."""
        return self._rules.rules

    @property
    def documents(self) -> Documents:
        """What splits texts into sentences and matches the packs' patterns."""
        return self._rules.documents

    def audit(
        self,
        turn: Turn | None = None,
        *,
        user: str | None = None,
        draft: str | None = None,
        messages: Iterable[Any] | None = None,
    ) -> Report:
        """Audit one turn: read, examine, find, decide. Changes nothing and records nothing.

        Give a `Turn`, or `user` and `draft`, or `messages` in OpenAI's form and `draft`. The same
        turn always gives the same report; `timings` are empty.

        Raises:
            InputError: the arguments do not make a turn.
        """
        return self._audit(_turn(turn, user, draft, messages))

    def check(
        self,
        turn: Turn | None = None,
        *,
        user: str | None = None,
        draft: str | None = None,
        messages: Iterable[Any] | None = None,
    ) -> Report:
        """Audit one turn, carry out the verdict, and record it. `report.reply.text` goes out.

        A fault inside the audit does not raise: the outcome is then `unknown`, and is recorded.

        Raises:
            InputError: the arguments do not make a turn.
        """
        started = time.perf_counter()
        given = _turn(turn, user, draft, messages)
        report = self._audit(given)
        audited = time.perf_counter()
        fallback = self._rules.fallbacks[report.verdict.rule]
        reply = repair(given, disposition(report.verdict, self.mode), fallback)
        ended = time.perf_counter()
        timings = Timings(
            audit_ms=1000 * (audited - started),
            repair_ms=1000 * (ended - audited),
            total_ms=1000 * (ended - started),
        )
        report = report.model_copy(update={"reply": reply, "timings": timings})
        self._record(report)
        return report

    def _audit(self, turn: Turn) -> Report:
        try:
            return self._judged(turn)
        except Exception as error:
            # Whatever fails in here must not become a pass. The type alone: a message could quote.
            logger().error("audit_failed", error=type(error).__name__)
            return self._unjudged(turn, "error", type(error).__name__)

    def _judged(self, turn: Turn) -> Report:
        refused = refusal(turn, self.limits, draft_alone=self._draft_alone)
        if refused is not None and refused[0] != "empty_draft":
            return self._unjudged(turn, *refused)
        documents = self._rules.documents
        off = self.inference == "off"
        user = EMPTY["user"] if self._draft_alone else documents.read(turn.user, "user")
        draft = documents.read(turn.draft, "draft")
        if max(len(user.sentences), len(draft.sentences)) > self.limits.sentences:
            return self._unjudged(turn, "oversize", f"more than {self.limits.sentences} sentences")
        earlier = self._earlier(turn, "user") if not off else ()
        assistant = self._earlier(turn, "assistant") if not off else ()
        listened = self._detector.hear(user, () if off else turn.context)
        scored_user = listened.scored
        understood = read(
            scored_user,
            earlier,
            assistant,
            self._rules,
            self.inference,
            risk_cues=not self._draft_alone,
        )
        if not draft.sentences:
            verdict = unknown("empty_draft", self.mode)
            scores = Scores(**understood.scores)
            return self._report(turn, verdict, understood.reading, Audit(), scores)
        if not off and not user.sentences:
            return self._unjudged(turn, "empty_user", "")
        if off:
            # The draft is then audited alone, as if nothing had been said.
            listened = self._detector.hear(EMPTY["user"], ())
        known = {belief.known for belief in understood.reading.beliefs}
        claims = [b.statements[0] for b in self._rules.beliefs if b.id in known]
        scored_draft = self._detector.weigh(draft, listened, (*turn.beliefs, *claims))
        examined = examine(
            understood,
            listened.scored,
            scored_draft,
            assistant,
            self._rules,
            named=bool(turn.beliefs),
        )
        findings = find(self._rules.rules, understood, examined)
        report = self._report(
            turn, decide(findings, self.mode), understood.reading, examined.audit, examined.scores
        )
        return report.model_copy(update={"findings": findings})

    def _earlier(self, turn: Turn, role: str) -> tuple[Document, ...]:
        latest = (
            turn.context[-self.limits.context_messages :] if self.limits.context_messages else ()
        )
        return tuple(
            self._rules.documents.read(message.content, "user" if role == "user" else "draft")
            for message in latest
            if message.role == role and len(message.content) <= self.limits.context_chars
        )

    def _unjudged(self, turn: Turn, fault: Fault, detail: str) -> Report:
        reading = Reading(inference=self.inference, judged=False)
        return self._report(turn, unknown(fault, self.mode, detail), reading, Audit(), Scores())

    def _report(
        self, turn: Turn, verdict: Verdict, reading: Reading, audit: Audit, scores: Scores
    ) -> Report:
        return Report(
            guard=__version__,
            mode=self.mode,
            reading=reading,
            audit=audit,
            findings=(),
            verdict=verdict,
            reply=Reply(text=turn.draft, action="release"),
            scores=scores,
            digests=self._digests,
        )


def _detector(
    packs: Sequence[LoadedPack], encoder: str | Encoder | None, cache: int
) -> tuple[Detector, Encoder]:
    """What judges, and what gives vectors of sentences."""
    if encoder is None or isinstance(encoder, Reader):
        reader = encoder or Reader(cache=cache)
        return TrainedDetector(reader, fit_heads(groups_of(packs), reader)), reader
    chosen = load_encoder(encoder, cache)
    return ExemplarDetector(chosen, fit_heads(groups_of(packs), chosen)), chosen


def _turn(
    turn: Turn | None, user: str | None, draft: str | None, messages: Iterable[Any] | None
) -> Turn:
    given = [
        name
        for name, value in (("turn", turn), ("user", user), ("messages", messages))
        if value is not None
    ]
    if len(given) != 1:
        raise InputError("give exactly one of: a turn, user=, messages=")
    if turn is not None:
        if not isinstance(turn, Turn):
            raise InputError(f"turn must be a Turn, not {type(turn).__name__}")
        return turn if draft is None else turn.with_draft(draft)
    if messages is not None:
        return Turn.from_messages(messages, draft)
    return Turn.of(user if user is not None else "", "" if draft is None else draft)
