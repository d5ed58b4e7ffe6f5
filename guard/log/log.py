"""Log: what an application holds. It turns reports into records, keeps their texts as it was set
to, and can erase, review, prune and sign. Storage, encryption and time limits are elsewhere.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, Self, get_args

from guard.errors import InputError, LogUnavailableError
from guard.log import retention
from guard.log.canonical import uuid7
from guard.log.checkpoint import Verifier
from guard.log.events import logger
from guard.log.evidence import Redact
from guard.log.heads import codes_of, name_of, now, written
from guard.log.keys import Secrets, load_secrets
from guard.log.part import Part
from guard.log.parts import Circumstances
from guard.log.places import Places, not_vanished, open_store
from guard.log.record import Disposition, ReviewRecord, TextMode, Texts, TurnRecord, parse
from guard.log.signing import FileSink, HTTPSink, Sink
from guard.log.store import Checkpoint, Receipt, Store
from guard.log.texts import kept_as, texts_of
from guard.log.turns import turn_fields
from guard.log.writer import Counts, OnError
from guard.report import Report
from guard.turn import Turn

Keep = Literal["flagged", "all", "sampled"]
KEEPS: tuple[Keep, ...] = get_args(Keep)
TEXT_MODES: tuple[TextMode, ...] = get_args(TextMode)
ON_ERROR: tuple[OnError, ...] = get_args(OnError)


class Log:
    """A compliance log. Make it with `Log.open`, share it between threads, close it at the end;
    a process that is forked opens its own part when it first writes.
    """

    def __init__(
        self,
        open_: Callable[[], Store],
        own: Secrets,
        places: Places,
        *,
        keep: Keep,
        rate: float,
        text: TextMode,
        on_error: OnError,
        redact: Redact | None,
        context: int,
        sinks: Sequence[Sink],
        deadline: float | None,
    ) -> None:
        self._open = open_
        self._secrets = own
        self._places = places
        self.keep: Keep = keep
        self.rate = rate
        self.text: TextMode = text
        self.on_error: OnError = on_error
        self._redact = redact
        self._context = context
        self._sinks = tuple(sinks)
        self._deadline = deadline
        self._lock = threading.Lock()
        self._closed = False
        self._live: Part | None = None
        self._part()
        _LOGS.add(self)

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        keep: Keep = "flagged",
        rate: float = 0.01,
        text: TextMode = "redacted",
        on_error: OnError = "spill",
        redact: Redact | None = None,
        context: int = 0,
        checkpoints: str | Path | None = None,
        witness: str | None = None,
        files: str | Path | None = None,
        accept_key_loss: bool = False,
        deadline: float | None = None,
    ) -> Self:
        """Open a log, or begin one.

        Args:
            where: a file, or the URL of a PostgreSQL database.
            keep: which turns: `flagged`, which includes those that could not be audited; `all`;
                `sampled`, the flagged and a share of the others.
            rate: that share.
            text: how texts are kept, always encrypted and outside the chain: `redacted`; `hashed`,
                only keyed hashes of them; `encrypted`, whole.
            on_error: what becomes of a record that cannot be written in time: `raise`; `spill`, it
                waits in a local file and is replayed; `drop`, it is counted and is gone.
            redact: what takes names and numbers out of a text, in place of what ships.
            context: how many earlier messages are kept beside the user's latest.
            checkpoints: a file that signed checkpoints are appended to, best on another disk.
            witness: an address that they are posted to.
            files: the beginning of the names of the files around the log; by default they are
                beside it.
            accept_key_loss: open it although the file of the subjects' keys is gone.
            deadline: seconds to wait for a record to be durable.

        Raises:
            LogError: something is wrong with the log that needs somebody.
            LogUnavailableError: it cannot be opened just now.
            MissingExtraError: the extra `log`, or `postgres`, is not installed.
            ValueError: a setting is none of the names above.
        """
        for name, value, known in (
            ("keep", keep, KEEPS),
            ("text", text, TEXT_MODES),
            ("on_error", on_error, ON_ERROR),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}")
        if not 0 <= rate <= 1:
            raise ValueError(f"rate must be between 0 and 1, not {rate}")
        # A process may change its directory later: the files stay where they were meant.
        where = where if "://" in str(where) else Path(where).absolute()
        files = files and Path(files).absolute()
        checkpoints = checkpoints and Path(checkpoints).absolute()
        places = Places.of(where, files)
        not_vanished(where, places)
        places.stem.parent.mkdir(parents=True, exist_ok=True)
        anchored = FileSink(checkpoints or places.checkpoints)
        return cls(
            lambda: open_store(where, create=True, accept_key_loss=accept_key_loss),
            load_secrets(places.secrets),
            places,
            keep=keep,
            rate=rate,
            text=text,
            on_error=on_error,
            redact=redact,
            context=context,
            sinks=[anchored, HTTPSink(witness)] if witness else [anchored],
            deadline=deadline,
        )

    @property
    def store(self) -> Store:
        """The store, to read from."""
        return self._part().store

    @property
    def public_key(self) -> Verifier:
        """What verifies this log. Keep it where whoever could alter the log cannot change it."""
        return self._part().verifier

    @property
    def counts(self) -> Counts:
        """What has become of the records of this process."""
        return self._part().writer.counts

    def keeps(self, report: Report) -> bool:
        """Whether a turn must be kept; of the others, `sampled` keeps some all the same."""
        return self.keep == "all" or report.verdict.outcome != "pass"

    def record(
        self,
        report: Report,
        turn: Turn,
        *,
        subject: str | None = None,
        client_request_id: str | None = None,
        request_id: str | None = None,
        errors: Sequence[str] = (),
        degraded: Sequence[str] = (),
        circumstances: Circumstances | None = None,
    ) -> Receipt | None:
        """Record a checked turn. None: by `keep`, this turn is not kept.

        Args:
            report: what `Guard.check` gave.
            turn: what was audited.
            subject: who the user is, in the application's own terms; only a keyed hash is stored.
            client_request_id: the id that the client gave the request.
            request_id: the id that the model's service gave it.
            errors: names of errors on the way; never their messages.
            degraded: what did not work as it should.
            circumstances: what only the deployment knows.

        Raises:
            LogError: with `raise`, the record is not known to be durable; with `spill`, the spool
                cannot be written either.
        """
        event_id = uuid7()
        kept = self.keeps(report)
        if not kept and not (self.keep == "sampled" and _drawn(event_id, self.rate)):
            return None
        part = self._part()
        fields = turn_fields(report, turn)
        part.note_packs(fields["ruleset"], report.digests.packs)
        session = circumstances.session if circumstances else None
        tag = self._secrets.pseudonym(subject) if subject is not None else None
        session_tag = self._secrets.pseudonym(session, "session") if session else None
        texts, troubles = self._texts(report, turn)
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
            "sampled": not kept,
        }
        record = part.with_texts(TurnRecord, fields, texts, tag or session_tag, event_id)
        return part.writer.write(record)

    def review(
        self,
        record_id: str,
        disposition: Disposition,
        reviewer: str,
        note: str | None = None,
        *,
        rule: str | None = None,
    ) -> Receipt:
        """Record a reviewer's judgement of a record: `agree`, `false_alarm` or `missed`.

        Raises:
            InputError: there is no such record, or its subject was erased and a note is given.
            LogError: it could not be written.
        """
        if disposition not in get_args(Disposition):
            raise InputError(
                f"a disposition is one of {', '.join(get_args(Disposition))}, not {disposition!r}"
            )
        part = self._part()
        body = parse(part.found(record_id).body)
        tag = getattr(body, "subject", None) or getattr(body, "session", None)
        texts = None
        if note is not None:
            if body.key is not None and part.gone(body.key):
                raise InputError("the subject of this record was erased: review it without a note")
            kept = kept_as(self.text, self._redact, self._secrets.pepper)
            texts = Texts(mode=self.text, note=kept(note))
        fields = {"of": record_id, "disposition": disposition, "reviewer": reviewer, "rule": rule}
        return part.writer.write(part.with_texts(ReviewRecord, fields, texts, tag))

    def reveal(self, record_ids: Sequence[str], *, by: str, purpose: str) -> dict[str, Texts]:
        """The texts of records, by their ids; those that are gone are left out. That somebody read
        them is itself recorded, before they are given out.

        Raises:
            InputError: there is no such record.
            LogError: the reading could not be recorded, or a text was altered.
        """
        part = self._part()
        entries = [part.found(record_id) for record_id in record_ids]
        part.note("access", {"by": by, "purpose": purpose, "of": tuple(record_ids)})
        found = ((entry.event_id, part.texts(entry)) for entry in entries)
        return {event_id: texts for event_id, texts in found if texts is not None}

    def erase(self, subject: str, *, basis: str = "request", by: str | None = None) -> int:
        """Erase a subject: destroy their keys, and delete their texts from the files. The chain
        still verifies. Returns how many keys were destroyed; the second time that is 0.

        Raises:
            LogError: a record is under legal hold; nothing was erased.
            LogUnavailableError: the log cannot be written just now; nothing was erased, or it is
                finished when the log is next opened.
        """
        part = self._part()
        tag = self._secrets.pseudonym(subject)
        part.writer.flush()
        gone = retention.erase(part.store, part.note, tag, now(), basis=basis, by=by)
        part.keys.forget(tag)
        if gone:
            part.signing.try_to_sign()
        return len(gone)

    def prune(
        self,
        before: datetime,
        *,
        scope: Literal["records", "payloads"] = "records",
        by: str | None = None,
    ) -> int:
        """Remove records, or only their texts, that are older than a moment; how many went. What
        stays in their place lets the rest be verified.

        Raises:
            LogError: something does not fit; nothing was removed.
            LogUnavailableError: the log cannot be written just now.
        """
        part = self._part()
        part.writer.flush()
        part.signing.sign()
        gone = retention.prune(part.store, part.note, written(before), scope=scope, by=by)
        if gone:
            part.signing.try_to_sign()
        return gone

    def checkpoint(self) -> Checkpoint | None:
        """Sign what there is; None if nothing was added since the last checkpoint.

        Raises:
            LogError: the records do not fit one another; nothing was signed.
        """
        return self._part().signing.sign()

    def rotate_key(self) -> None:
        """Sign with a new key from here on; the old one vouches for it in a record, so that the
        public key of before still verifies all. Other processes must open the log again to sign.

        Raises:
            LogError: the key comes from the environment, or the records do not fit.
        """
        part = self._part()
        part.rotate()
        self._secrets = load_secrets(self._places.secrets)

    def flush(self) -> None:
        """Wait until what is spooled here is in the log.

        Raises:
            LogUnavailableError: the log cannot be written.
        """
        self._part().writer.flush()

    def close(self) -> None:
        """Write what waits, sign, and close. A log that is closed can not be used again."""
        with self._lock:
            part, self._live, self._closed = self._live, None, True
        _LOGS.discard(self)
        if part is not None and part.pid == os.getpid():
            part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _part(self) -> Part:
        """What works for this process; made when it is first needed, and again after a fork."""
        part = self._live
        if part is not None and part.pid == os.getpid():
            return part
        with self._lock:
            if self._closed:
                raise LogUnavailableError("the log is closed")
            if self._live is None or self._live.pid != os.getpid():
                self._live = self._started()
            return self._live

    def _started(self) -> Part:
        store = self._open()
        try:
            return Part(
                store, self._secrets, self._places, self._sinks, self.on_error, self._deadline
            )
        except BaseException:
            store.close()
            raise

    def _texts(self, report: Report, turn: Turn) -> tuple[Texts | None, tuple[str, ...]]:
        """The texts to keep; a record must not be lost because redaction failed."""
        try:
            return texts_of(
                report, turn, self.text, self._redact, self._secrets.pepper, self._context
            ), ()
        except Exception as error:
            logger().error("log_redaction_failed", error=type(error).__name__)
            return None, ("redaction_failed",)

    def _forked(self) -> None:
        """In the child of a fork: the lock may be held by a thread that does not exist here."""
        self._lock = threading.Lock()
        if self._live is not None:
            _ABANDONED.append(self._live)
            self._live.writer.abandon()


_LOGS: set[Log] = set()
"""Logs that are open: closed at the end of the process, though nobody holds them any more."""
_ABANDONED: list[Part] = []
"""What came through a fork: the parent's, and not to be closed by being collected."""


def _close_all() -> None:
    for log in list(_LOGS):
        log.close()


def _forked() -> None:
    for log in list(_LOGS):
        log._forked()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _drawn(event_id: str, rate: float) -> bool:
    drawn = int.from_bytes(hashlib.sha256(event_id.encode()).digest()[:8], "big")
    return drawn < rate * 2**64
