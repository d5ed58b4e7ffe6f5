"""The texts of a record, as the deployment keeps them: redacted, hashed with a key, or whole. Pure;
encryption comes after.
"""

from __future__ import annotations

import hmac

from guard.log.evidence import Kept, Redact, redacted_together
from guard.log.record import TextMode, Texts
from guard.log.redact import redact
from guard.report import Report
from guard.turn import Turn


def texts_of(
    report: Report, turn: Turn, mode: TextMode, own: Redact | None, pepper: bytes, context: int = 0
) -> Texts:
    """The texts of a turn, and so many of the messages before it. `own` redacts in place of the
    redaction that ships."""
    reply = report.reply.text
    earlier = turn.context[-context:] if context else ()
    # Redaction is what a record costs most: a reply that is the draft is not redacted again.
    other = (reply,) if reply != turn.draft else ()
    texts = (turn.user, turn.draft, *other, *(message.content for message in earlier))
    if mode == "redacted":
        kept = redacted_together(texts, [finding.span for finding in report.findings], own)
    else:
        kept = Kept(tuple(kept_as(mode, own, pepper)(text) for text in texts))
    return Texts(
        mode=mode,
        user=kept.texts[0],
        draft=kept.texts[1],
        reply=kept.texts[2] if other else None,
        context=tuple(
            (message.role, text)
            for message, text in zip(earlier, kept.texts[2 + len(other) :], strict=True)
        ),
        evidence=kept.evidence,
    )


def kept_as(mode: TextMode, own: Redact | None, pepper: bytes) -> Redact:
    """What is done with each text."""
    if mode == "redacted":
        return own or redact
    if mode == "hashed":
        return lambda text: hmac.digest(pepper, b"text\0" + text.encode(), "sha256").hex()
    return lambda text: text
