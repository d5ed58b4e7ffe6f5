"""Judge: the pure part of the way of a turn, with one set of packs.

    turn -> read -> examine -> find -> decide

No clock, no network, no state: the same turn always gives the same report, from any thread. A
change of packs makes a new judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from guard._version import __version__
from guard.audit import examine
from guard.floor import at_least
from guard.hearing import Heard, Hearings, encoded_once
from guard.models.detectors import Detector, ExemplarDetector, TrainedDetector
from guard.models.encoder import Encoder, load_encoder
from guard.models.exemplars import fit_heads
from guard.models.reader import Reader, shared_reader
from guard.packs.conditions import Role
from guard.packs.firing import NOTHING, find
from guard.packs.load import LoadedPack, load_packs
from guard.packs.ruleset import BASE, Ruleset, compile_packs, groups_of
from guard.packs.scanned import Scanned
from guard.packs.schema import Override
from guard.packs.seen import Seen
from guard.packs.selection import AUTO, chosen, domains_of
from guard.packs.sources import known_packs
from guard.policy import decide, unknown
from guard.reading import read
from guard.report import (
    Audit,
    Chosen,
    Digests,
    Fault,
    Inference,
    Mode,
    Reading,
    Reply,
    Report,
    Scores,
    Verdict,
)
from guard.text.document import EMPTY, Document
from guard.text.intake import taken_in
from guard.text.limits import Limits
from guard.text.scored import Scored
from guard.turn import Turn


@dataclass(frozen=True, slots=True)
class Settings:
    """How turns are judged, whatever the packs. `draft_alone`: nothing of the message is read."""

    mode: Mode
    inference: Inference
    draft_alone: bool
    limits: Limits
    role: Role


@dataclass(frozen=True, slots=True)
class Sight:
    """All that rules may look at on a turn, and what was heard of its message."""

    seen: Seen
    heard: Heard

    @property
    def packs(self) -> tuple[Chosen, ...]:
        """The packs in force, and why."""
        return self.heard.packs

    @property
    def active(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(one.pack for one in self.packs)


@dataclass(frozen=True, slots=True)
class Judge:
    """What judges: detector, encoder and rules. `named`: packs that are always in force; None: all
    are. `files` are those the packs came from. `floor`: a judge of fewer packs, whose findings this
    one's cannot take back."""

    settings: Settings
    detector: Detector
    encoder: Encoder
    rules: Ruleset
    named: frozenset[str] | None
    files: tuple[Path, ...]
    floor: Judge | None = None
    hearings: Hearings = field(default_factory=Hearings, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        settings: Settings,
        packs: Sequence[str | Path],
        overrides: Mapping[str, Override],
        encoder: str | Encoder | None,
        cache: int,
    ) -> Judge:
        """Load packs and make them ready.

        Raises:
            PackError: a pack is missing or not valid.
            EncoderError: the encoder cannot be loaded.
            MissingExtraError: a sentence-transformers encoder was asked for without the extra.
        """
        wanted: list[str | Path] = [name for name in packs if name != AUTO]
        auto = len(wanted) < len(packs)
        named = load_packs((BASE, *wanted), None if auto else overrides)
        loaded = load_packs((BASE, *wanted, *known_packs()), overrides) if auto else named
        detector, model = _detector(loaded, encoder, cache)
        return cls(
            settings=settings,
            detector=detector,
            encoder=model,
            rules=compile_packs(loaded, model),
            named=frozenset(one.pack.id for one in named) if auto else None,
            files=tuple(one.file for one in loaded),
        )

    @property
    def certain(self) -> frozenset[str]:
        """The packs that are in force on every turn, whatever it is about."""
        named = self.named
        return frozenset(one.id for one in self.rules.packs) if named is None else named

    def over(self, floor: Judge) -> Judge:
        """The same, without taking back anything that a judge of fewer packs finds."""
        return replace(self, floor=floor)

    def in_mode(self, mode: Mode) -> Judge:
        """The same in another mode."""
        if mode == self.settings.mode:
            return self
        floor = self.floor and self.floor.in_mode(mode)
        return replace(self, settings=replace(self.settings, mode=mode), floor=floor)

    def judged(
        self, turn: Turn, lowered: Mapping[str, float] = NOTHING, heard: Heard | None = None
    ) -> Report:
        """Audit one turn. Whatever is raised in here must not become a pass.

        Args:
            turn: the turn.
            lowered: by label, how much less than a rule's threshold a score may have
                (`guard.opinions`).
            heard: what this judge heard of the same turn with another draft.
        """
        sight = self.see(turn, heard)
        if heard is None and isinstance(sight, Sight):
            self.hearings.keep(turn, sight.heard, sight.seen.draft.document)
        report = sight if isinstance(sight, Report) else self.decided(turn, sight, lowered)
        return report if self.floor is None else at_least(self.floor.judged(turn, lowered), report)

    def decided(self, turn: Turn, sight: Sight, lowered: Mapping[str, float] = NOTHING) -> Report:
        """Find and decide, on a turn that was seen."""
        findings, resolutions = find(self.rules, sight.seen, sight.active, lowered)
        report = self._report(
            turn,
            decide(findings, self.settings.mode),
            sight.seen.read.reading,
            sight.seen.examined.audit,
            sight.seen.examined.scores,
            sight.packs,
        )
        return report.model_copy(update={"findings": findings, "resolutions": resolutions})

    def see(self, turn: Turn, heard: Heard | None = None) -> Sight | Report:
        """Read and examine one turn: all that rules may look at, or, where it cannot be judged, the
        report that says so. `heard`: what this judge heard of it with another draft."""
        alone, documents = self.settings.draft_alone, self.rules.documents
        intake = taken_in(turn, self.settings.limits, draft_alone=alone)
        if intake.refused is not None and intake.refused[0] != "empty_draft":
            return self.unjudged(turn, *intake.refused)
        if heard is not None:
            user = heard.user
        else:
            user = EMPTY["user"] if alone else documents.read(turn.user, "user", intake.user)
        draft = documents.read(turn.draft, "draft", intake.draft)
        if max(len(user.sentences), len(draft.sentences)) > self.settings.limits.sentences:
            most = self.settings.limits.sentences
            return self.unjudged(turn, "oversize", f"more than {most} sentences")
        heard = heard or self._hear(turn, user)
        understood = heard.understood
        if not draft.sentences:
            verdict = unknown("empty_draft", self.settings.mode)
            scores = Scores(**understood.scores)
            return self._report(turn, verdict, understood.reading, Audit(), scores, heard.packs)
        if self.settings.inference != "off" and not user.sentences:
            return self.unjudged(turn, "empty_user", "")
        message = heard.listened.scored
        weighed = self.detector.weigh(draft, heard.listened, (*turn.beliefs, *heard.claims))
        examined = examine(
            understood, message, weighed, heard.assistant, self.rules, named=bool(turn.beliefs)
        )
        return Sight(
            Seen(
                read=understood,
                examined=examined,
                user=message,
                user_scanned=heard.scanned,
                draft=weighed,
                earlier=heard.earlier,
                sought=self.rules.sought,
                encode=heard.encode,
                role=self.settings.role,
                domains=heard.domains,
            ),
            heard,
        )

    def _hear(self, turn: Turn, user: Document) -> Heard:
        off = self.settings.inference == "off"
        earlier = self._earlier(turn, "user") if not off else ()
        assistant = self._earlier(turn, "assistant") if not off else ()
        listened = self.detector.hear(user, () if off else turn.context)
        scanned = self._scanned(listened.scored)
        met = domains_of(self.rules, scanned, earlier)
        packs = chosen(self.rules, self.named, met)
        understood = read(
            listened.scored,
            earlier,
            assistant,
            self.rules,
            self.settings.inference,
            risk_cues=not self.settings.draft_alone,
            packs=frozenset(one.pack for one in packs),
        )
        if off:
            # The draft is then audited alone, as if nothing had been said.
            listened = self.detector.hear(EMPTY["user"], ())
            scanned = self._scanned(listened.scored)
        known = {belief.known for belief in understood.reading.beliefs}
        return Heard(
            user=user,
            earlier=earlier,
            assistant=assistant,
            listened=listened,
            scanned=scanned,
            domains=frozenset(met),
            packs=packs,
            understood=understood,
            claims=tuple(b.statements[0] for b in self.rules.beliefs if b.id in known),
            encode=encoded_once(lambda one: self.encoder.encode([s.text for s in one.sentences])),
        )

    def _scanned(self, scored: Scored) -> Scanned:
        return Scanned(scored.document, scored.vectors, self.rules.sought["user"])

    def unjudged(self, turn: Turn, fault: Fault, detail: str) -> Report:
        """The report on a turn that could not be audited."""
        reading = Reading(inference=self.settings.inference, judged=False)
        verdict = unknown(fault, self.settings.mode, detail, self.certain)
        return self._report(turn, verdict, reading, Audit(), Scores(), ())

    def _earlier(self, turn: Turn, role: str) -> tuple[Document, ...]:
        limits = self.settings.limits
        latest = turn.context[-limits.context_messages :] if limits.context_messages else ()
        return tuple(
            self.rules.documents.read(message.content, "user" if role == "user" else "draft")
            for message in latest
            if message.role == role and len(message.content) <= limits.context_chars
        )

    def _report(
        self,
        turn: Turn,
        verdict: Verdict,
        reading: Reading,
        audit: Audit,
        scores: Scores,
        packs: tuple[Chosen, ...],
    ) -> Report:
        return Report(
            guard=__version__,
            mode=self.settings.mode,
            reading=reading,
            audit=audit,
            findings=(),
            packs=packs,
            verdict=verdict,
            reply=Reply(text=turn.draft, action="release"),
            scores=scores,
            digests=Digests(encoder=self.encoder.digest, packs=self.rules.digests),
        )


def _detector(
    packs: Sequence[LoadedPack], encoder: str | Encoder | None, cache: int
) -> tuple[Detector, Encoder]:
    """What judges, and what gives vectors of sentences."""
    if encoder is None or isinstance(encoder, Reader):
        reader = encoder or shared_reader(cache)
        return TrainedDetector(reader, fit_heads(groups_of(packs), reader)), reader
    chosen_ = load_encoder(encoder, cache)
    return ExemplarDetector(chosen_, fit_heads(groups_of(packs), chosen_)), chosen_
