"""The texts of a record, as the deployment keeps them: redacted, hashed with a key, or whole. Pure;
encryption comes after.
"""

from __future__ import annotations

import hmac
import itertools
from collections.abc import Callable, Sequence

from guard.log.record import TextMode, Texts
from guard.report import Report, Span
from guard.turn import Turn

Redact = Callable[[str], str]
_MARK, _BETWEEN = "\ue000", "\n\ue001\n"
"""Characters of private use, which no recogniser knows: they mark places through redaction."""


def texts_of(
    report: Report, turn: Turn, mode: TextMode, redact: Redact, pepper: bytes, context: int = 0
) -> Texts:
    """The texts of a turn, and so many of the messages before it."""
    reply = report.reply.text
    earlier = turn.context[-context:] if context else ()
    # Redaction is what a record costs most: a reply that is the draft is not redacted again.
    other = (reply,) if reply != turn.draft else ()
    texts = (turn.user, turn.draft, *other, *(message.content for message in earlier))
    if mode == "redacted":
        kept = together(redact, texts)
    else:
        kept = [kept_as(mode, redact, pepper)(text) for text in texts]
    return Texts(
        mode=mode,
        user=kept[0],
        draft=kept[1],
        reply=kept[2] if other else None,
        context=tuple(
            (message.role, text)
            for message, text in zip(earlier, kept[2 + len(other) :], strict=True)
        ),
        evidence=_evidence(report, texts, kept, redact) if mode == "redacted" else (),
    )


def together(redact: Redact, texts: Sequence[str]) -> list[str]:
    """Texts redacted as one, so that a name that one of them tells goes from all of them."""
    parts = redact(_BETWEEN.join(texts)).split(_BETWEEN)
    return parts if len(parts) == len(texts) else [redact(text) for text in texts]


def kept_as(mode: TextMode, redact: Redact, pepper: bytes) -> Redact:
    """What is done with each text."""
    if mode == "redacted":
        return redact
    if mode == "hashed":
        return lambda text: hmac.digest(pepper, b"text\0" + text.encode(), "sha256").hex()
    return lambda text: text


def _evidence(
    report: Report, texts: Sequence[str], kept: Sequence[str], redact: Redact
) -> tuple[str | None, ...]:
    """The words under each span, redacted. A piece redacted on its own could show a name that is
    only known for one by what stands around it; so the places are marked in the whole texts, and
    hold only if redaction does the same with and without the marks."""
    spans = [finding.span for finding in report.findings]
    cuts = [
        sorted(
            {0, len(text), *(p for s in spans if s and s.source == of for p in (s.start, s.end))}
        )
        for of, text in zip(("user", "draft"), texts, strict=False)
    ]
    if not any(spans) or any(_MARK in text for text in texts):
        return tuple(None for _ in spans)
    marked = [
        _MARK.join(text[a:b] for a, b in itertools.pairwise(places))
        for text, places in zip(texts, cuts, strict=False)
    ]
    found = [text.split(_MARK) for text in together(redact, (*marked, *texts[2:]))[:2]]
    held = [
        len(pieces) == max(len(places) - 1, 1) and "".join(pieces) == text
        for pieces, places, text in zip(found, cuts, kept, strict=False)
    ]

    def words(span: Span) -> str | None:
        of = 0 if span.source == "user" else 1
        if not held[of]:
            return None
        return "".join(found[of][cuts[of].index(span.start) : cuts[of].index(span.end)])

    return tuple(words(span) if span else None for span in spans)
