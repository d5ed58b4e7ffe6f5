"""The conditions of a rule, made ready to run, and what came of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from guard.audit.examine import carried
from guard.packs.conditions import Condition
from guard.packs.looks import Looks, found
from guard.packs.scanned import Look, Scanned
from guard.packs.seen import Seen
from guard.report import Span
from guard.text.document import Side

EMOTIONAL = 0.5
_DOUBTED = 0.5  # from which probability a belief counts as false for a condition
_SAME = 0.75  # from which cosine a message says the same as an earlier one
# What costs most is looked at last.
_LAST = ("any", "earlier", "asked_before")
# The parts that look at a text, and whose it is.
_SAYS: tuple[tuple[str, Side], ...] = (("user", "user"), ("draft", "draft"), ("earlier", "user"))


@dataclass(frozen=True, slots=True)
class Held:
    """Whether one part of a condition holds, and why. `score` is set by what looks at texts;
    `margin` is its distance from a threshold, negative where it falls short; None: all or nothing.
    """

    part: str
    held: bool
    because: str
    score: float | None = None
    span: Span | None = None
    margin: float | None = None

    @property
    def strength(self) -> float:
        """Its margin; without end where it does not hang on a threshold."""
        return self.margin if self.margin is not None else inf if self.held else -inf


Part = Callable[[Seen], Held]


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that can be run. `needs`: the looks without which it surely does not hold."""

    parts: tuple[Part, ...]
    needs: frozenset[int]

    def holds(self, seen: Seen) -> tuple[Held, ...] | None:
        """What made it hold; None if it does not."""
        if not (seen.tracing or self.needs <= seen.possible):
            return None
        held = []
        for part in self.parts:
            one = part(seen)
            if not one.held:
                return None
            held.append(one)
        return tuple(held)

    def trace(self, seen: Seen) -> tuple[Held, ...]:
        """Every part, whether it holds or not."""
        return tuple(part(seen.traced) for part in self.parts)


def compiled(condition: Condition, looks: Looks, name: str) -> Check:
    """Make a condition ready to run; `name` must be its own among all conditions."""
    order = sorted(condition.parts(), key=lambda part: _LAST.index(part) if part in _LAST else -1)
    said = {
        part: looks.add(says, side, f"{name}#{part}")
        for part, side in _SAYS
        if (says := getattr(condition, part)) is not None
    }
    return Check(
        tuple(
            _saying(part, said[part]) if part in said else _part(part, condition, looks, name)
            for part in order
        ),
        frozenset(look.number for part, look in said.items() if part != "earlier"),
    )


def _saying(part: str, look: Look) -> Part:
    if part == "earlier":
        return lambda seen: _said_before(look, seen)
    if part == "user":
        return lambda seen: _said(part, look, seen.user_scanned, seen.tracing)
    return lambda seen: _said(part, look, seen.draft_scanned, seen.tracing)


def _part(part: str, condition: Condition, looks: Looks, name: str) -> Part:
    value = getattr(condition, part)
    if part == "any":
        checks = [compiled(one, looks, f"{name}.any{i}") for i, one in enumerate(value)]
        return lambda seen: _any(checks, seen)
    look_at = _PLAIN[part]
    return lambda seen: look_at(value, seen)


def _said(part: str, look: Look, scanned: Scanned, tracing: bool) -> Held:
    if not tracing and not scanned.may_hold(look):
        return Held(part, False, "")
    one = found(look, scanned)
    return Held(part, one.held, one.because, one.score, one.span, one.margin)


def _said_before(look: Look, seen: Seen) -> Held:
    short: list[float] = []
    for scanned in seen.earlier_scanned if look.rows else seen.earlier_words:
        if not seen.tracing and not scanned.may_hold(look):
            continue
        one = found(look, scanned)
        if one.held:
            return Held("earlier", True, f"an earlier message: {one.because}", margin=one.margin)
        short += [] if one.margin is None else [one.margin]
    margin = max(short, default=None)
    return Held("earlier", False, "no earlier message says it", margin=margin)


def _asked_before(least: int, seen: Seen) -> Held:
    same = 0
    for vectors in seen.earlier_vectors:
        if len(vectors) and len(seen.user.vectors):
            same += bool((seen.user.vectors @ vectors.T).max() >= _SAME)
    return Held("asked_before", same >= least, f"{same} earlier messages say the same")


def _scores(least: dict[str, float], seen: Seen) -> Held:
    said, lowest = [], 1.0
    margins = []
    for label, cut in least.items():
        score = seen.examined.scores[label] or 0.0
        said.append(f"{label} {score:.2f} (needs {cut:.2f})")
        margins.append(score - cut)
        lowest = min(lowest, score)
    margin = min(margins)
    return Held("scores", margin >= 0, ", ".join(said), lowest, margin=margin)


def _any(checks: Sequence[Check], seen: Seen) -> Held:
    if seen.tracing:
        # The branch that comes nearest to holding, or holds by most.
        nearest = [min(check.trace(seen), key=lambda one: one.strength) for check in checks]
        best = max(nearest, key=lambda one: one.strength)
        why = f"{best.part}: {best.because}"
        because = why if best.held else f"none of its conditions holds; nearest {why}"
        return Held("any", best.held, because, best.score, best.span, best.margin)
    for check in checks:
        held = check.holds(seen)
        if held is not None:
            scores = [one.score for one in held if one.score is not None]
            span = next((one.span for one in held if one.span is not None), None)
            because = "; ".join(f"{one.part}: {one.because}" for one in held)
            return Held("any", True, because, min(scores, default=None), span)
    return Held("any", False, "none of its conditions holds")


def _one_of(part: str, wanted: Sequence[str], there: Iterator[str] | Sequence[str]) -> Held:
    listed = list(there)
    hit = [name for name in wanted if name in listed]
    because = ", ".join(hit) if hit else f"none of {', '.join(wanted)}"
    return Held(part, bool(hit), because)


def _acts(seen: Seen) -> list[str]:
    return [act.name for sentence in seen.examined.audit.sentences for act in sentence.acts[:2]]


def _message(wanted: str, seen: Seen) -> Held:
    if seen.read.functions is None:
        return Held("message", True, "emotions are not inferred")
    if wanted == "signal":
        signals = [signal.function for signal in seen.read.reading.signals]
        return Held("message", bool(signals), f"carries {', '.join(signals) or 'no signal'}")
    probability = carried(seen.read)
    because = f"an emotion ({probability:.2f}, needs {EMOTIONAL:.2f})"
    return Held("message", probability >= EMOTIONAL, because)


def _intensity(least: int, seen: Seen) -> Held:
    intensity = seen.read.reading.intensity
    return Held("intensity", intensity >= least, f"is {intensity}, needs {least}")


def _no_acts(unwanted: Sequence[str], seen: Seen) -> Held:
    there = [name for name in unwanted if name in _acts(seen)]
    return Held("no_acts", not there, f"there is {', '.join(there)}" if there else "none is there")


def _stance(wanted: Sequence[str], seen: Seen) -> Held:
    stances = seen.examined.audit.stances
    span = next((one.span for one in stances if one.stance in wanted), None)
    held = _one_of("stance", wanted, [one.stance for one in stances])
    return Held("stance", held.held, held.because, None, span)


def _questions(least: int, seen: Seen) -> Held:
    count = sum("?" in sentence.text for sentence in seen.draft.document.sentences)
    return Held("questions", count >= least, f"{count} questions, needs {least}")


def _words(least: int, seen: Seen) -> Held:
    count = len(seen.draft.document.text.split())
    return Held("words", count >= least, f"{count} words, needs {least}")


def _handled(wanted: str, seen: Seen) -> Held:
    found_ = seen.examined.audit.risk_handled
    return Held("risk_handled", found_ == wanted, f"is {found_}")


_PLAIN: dict[str, Callable[..., Held]] = {
    "message": _message,
    "functions": lambda v, s: _one_of(
        "functions", v, [signal.function for signal in s.read.reading.signals]
    ),
    "primary": lambda v, s: _one_of("primary", v, [s.read.reading.primary or ""]),
    "emotions": lambda v, s: _one_of("emotions", v, [e.name for e in s.read.reading.emotions]),
    "intensity": _intensity,
    "asked_before": _asked_before,
    "scores": _scores,
    "beliefs": lambda v, s: _one_of(
        "beliefs", v, [b.type for b in s.read.reading.beliefs if b.false >= _DOUBTED]
    ),
    "known": lambda v, s: _one_of("known", v, [b.known or "" for b in s.read.reading.beliefs]),
    "risk": lambda v, s: _one_of("risk", v, [s.read.reading.risk.level]),
    "trajectory": lambda v, s: _one_of("trajectory", v, [s.read.reading.trajectory.direction]),
    "acts": lambda v, s: _one_of("acts", v, _acts(s)),
    "no_acts": _no_acts,
    "kept": lambda v, s: _one_of("kept", v, s.examined.audit.kept),
    "erased": lambda v, s: _one_of("erased", v, s.examined.audit.erased),
    "stance": _stance,
    "risk_handled": _handled,
    "questions": _questions,
    "words": _words,
    "role": lambda v, s: _one_of("role", v, [s.role]),
    "domains": lambda v, s: _one_of("domains", v, sorted(s.domains)),
}
