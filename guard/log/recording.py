"""Recording: what a report or a judgement becomes on its way to the writer. Which turns are kept,
and what of their texts; durable it becomes elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import get_args

from guard.errors import InputError
from guard.log.canonical import uuid7
from guard.log.events import logger
from guard.log.heads import codes_of, name_of
from guard.log.keys import Secrets
from guard.log.opening import Opening
from guard.log.part import Part
from guard.log.parts import Circumstances
from guard.log.record import Disposition, ReviewRecord, Texts, TurnRecord, parse
from guard.log.store import Unsealed
from guard.log.texts import kept_as, texts_of
from guard.log.turns import turn_fields
from guard.report import Report
from guard.turn import Turn


def keeps(how: Opening, report: Report) -> bool:
    """Whether a turn must be kept."""
    return how.keep == "all" or report.verdict.outcome != "pass"


def drawn(how: Opening, report: Report) -> str | None:
    """The id for the record of a turn; None: it is not kept."""
    event_id = uuid7()
    if keeps(how, report) or (how.keep == "sampled" and _within(event_id, how.rate)):
        return event_id
    return None


def turn_record(
    how: Opening,
    own: Secrets,
    part: Part,
    event_id: str,
    report: Report,
    turn: Turn,
    *,
    subject: str | None,
    client_request_id: str | None,
    request_id: str | None,
    errors: Sequence[str],
    degraded: Sequence[str],
    circumstances: Circumstances | None,
) -> Unsealed:
    """The record of a turn, with its texts encrypted. Which packs are loaded is recorded before."""
    fields = turn_fields(report, turn)
    part.note_packs(fields["ruleset"], report.digests.packs)
    session = circumstances.session if circumstances else None
    tag = own.pseudonym(subject) if subject is not None else None
    session_tag = own.pseudonym(session, "session") if session else None
    texts, troubles = _texts(how, own, report, turn)
    fields |= {
        "subject": tag,
        "session": session_tag,
        "client_request_id": name_of(client_request_id),
        "request_id": name_of(request_id),
        "errors": codes_of(errors),
        "degraded": codes_of((*degraded, *troubles)),
        "circumstances": (
            circumstances.model_copy(update={"session": None}) if circumstances else None
        ),
        "text": texts.mode if texts else None,
        "sampled": not keeps(how, report),
    }
    return part.with_texts(TurnRecord, fields, texts, tag or session_tag, event_id)


def review_record(
    how: Opening,
    own: Secrets,
    part: Part,
    record_id: str,
    disposition: Disposition,
    reviewer: str,
    note: str | None,
    rule: str | None,
) -> Unsealed:
    """The record of a reviewer's judgement.

    Raises:
        InputError: there is no such disposition or record, or its subject was erased and a note is
            given.
    """
    if disposition not in get_args(Disposition):
        raise InputError(
            f"a disposition is one of {', '.join(get_args(Disposition))}, not {disposition!r}"
        )
    body = parse(part.found(record_id).body)
    tag = getattr(body, "subject", None) or getattr(body, "session", None)
    texts = None
    if note is not None:
        if body.key is not None and part.gone(body.key):
            raise InputError("the subject of this record was erased: review it without a note")
        texts = Texts(mode=how.text, note=kept_as(how.text, how.redact, own.pepper)(note))
    fields = {"of": record_id, "disposition": disposition, "reviewer": reviewer, "rule": rule}
    return part.with_texts(ReviewRecord, fields, texts, tag)


def _texts(
    how: Opening, own: Secrets, report: Report, turn: Turn
) -> tuple[Texts | None, tuple[str, ...]]:
    """The texts to keep; a record must not be lost because redaction failed."""
    try:
        return texts_of(report, turn, how.text, how.redact, own.pepper, how.context), ()
    except Exception as error:
        logger().error("log_redaction_failed", error=type(error).__name__)
        return None, ("redaction_failed",)


def _within(event_id: str, rate: float) -> bool:
    """By the id, so that a record is sampled or not whoever asks."""
    place = int.from_bytes(hashlib.sha256(event_id.encode()).digest()[:8], "big")
    return place < rate * 2**64
