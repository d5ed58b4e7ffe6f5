"""The texts of a record, as the deployment keeps them: redacted, hashed with a key, or whole. Pure;
encryption comes after.
"""

from __future__ import annotations

import hmac
import itertools
from collections.abc import Callable

from guard.log.record import TextMode, Texts
from guard.report import Report, Span
from guard.turn import Turn

Redact = Callable[[str], str]
_MARK = "\ue000"
"""A character of private use, which no recogniser knows: it marks places through redaction."""


def texts_of(
    report: Report, turn: Turn, mode: TextMode, redact: Redact, pepper: bytes, context: int = 0
) -> Texts:
    """The texts of a turn, and so many of the messages before it."""
    kept = kept_as(mode, redact, pepper)
    reply = report.reply.text
    earlier = turn.context[-context:] if context else ()
    return Texts(
        mode=mode,
        user=kept(turn.user),
        draft=kept(turn.draft),
        reply=kept(reply) if reply != turn.draft else None,
        context=tuple((message.role, kept(message.content)) for message in earlier),
        evidence=_evidence(report, turn, redact) if mode == "redacted" else (),
    )


def kept_as(mode: TextMode, redact: Redact, pepper: bytes) -> Redact:
    """What is done with each text."""
    if mode == "redacted":
        return redact
    if mode == "hashed":
        return lambda text: hmac.digest(pepper, b"text\0" + text.encode(), "sha256").hex()
    return lambda text: text


def _evidence(report: Report, turn: Turn, redact: Redact) -> tuple[str | None, ...]:
    spans = [finding.span for finding in report.findings]
    words = {
        source: _words(text, [span for span in spans if span and span.source == source], redact)
        for source, text in (("user", turn.user), ("draft", turn.draft))
    }
    return tuple(words[span.source].get((span.start, span.end)) if span else None for span in spans)


def _words(text: str, spans: list[Span], redact: Redact) -> dict[tuple[int, int], str]:
    """The words under each span, redacted. A piece redacted on its own could show a name that is
    only known for one by what stands around it; so the places are marked in the whole text, and
    hold only if redaction does the same with and without the marks."""
    if not spans or _MARK in text:
        return {}
    cuts = sorted({place for span in spans for place in (span.start, span.end)} | {0, len(text)})
    marked = _MARK.join(text[a:b] for a, b in itertools.pairwise(cuts))
    pieces = redact(marked).split(_MARK)
    if len(pieces) != len(cuts) - 1 or "".join(pieces) != redact(text):
        return {}
    return {
        (span.start, span.end): "".join(pieces[cuts.index(span.start) : cuts.index(span.end)])
        for span in spans
    }
