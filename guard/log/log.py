"""Log: what an application holds. It records and reviews turns, and can erase, prune, sign and
reveal. How a report becomes a record, storage, encryption and time limits are elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from guard.log import retention
from guard.log.evidence import Redact
from guard.log.heads import now, written
from guard.log.keys import load_secrets
from guard.log.live import Live
from guard.log.opening import Keep, opening
from guard.log.parts import Circumstances
from guard.log.record import Disposition, TextMode, Texts
from guard.log.recording import drawn, keeps, review_record, turn_record
from guard.log.store import Checkpoint, Receipt
from guard.log.writer import OnError
from guard.report import Report
from guard.turn import Turn


class Log(Live):
    """A compliance log. Make it with `Log.open`, share it between threads, close it at the end;
    a process that is forked opens its own part when it first writes.
    """

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
        two_person: bool = False,
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
            two_person: erasing and pruning take two names, and both are recorded.
            deadline: seconds to wait for a record to be durable.

        Raises:
            LogError: something is wrong with the log that needs somebody.
            LogUnavailableError: it cannot be opened just now.
            MissingExtraError: the extra `log`, or `postgres`, is not installed.
            ValueError: a setting is none of the names above.
        """
        return cls(
            opening(
                where,
                keep=keep,
                rate=rate,
                text=text,
                on_error=on_error,
                redact=redact,
                context=context,
                checkpoints=checkpoints,
                witness=witness,
                files=files,
                accept_key_loss=accept_key_loss,
                two_person=two_person,
                deadline=deadline,
            )
        )

    def keeps(self, report: Report) -> bool:
        """Whether a turn must be kept; of the others, `sampled` keeps some all the same."""
        return keeps(self._how, report)

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
        event_id = drawn(self._how, report)
        if event_id is None:
            return None
        part = self._part()
        part.watch_clock()
        record = turn_record(
            self._how,
            self._secrets,
            part,
            event_id,
            report,
            turn,
            subject=subject,
            client_request_id=client_request_id,
            request_id=request_id,
            errors=errors,
            degraded=degraded,
            circumstances=circumstances,
        )
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
        part = self._part()
        part.watch_clock()
        record = review_record(
            self._how, self._secrets, part, record_id, disposition, reviewer, note, rule
        )
        return part.writer.write(record)

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

    def erase(
        self,
        subject: str,
        *,
        basis: str = "request",
        by: str | None = None,
        confirmed_by: str | None = None,
    ) -> int:
        """Erase a subject: destroy their keys, and delete their texts from the files. The chain
        still verifies. Returns how many keys were destroyed; the second time that is 0.

        Raises:
            InputError: two names are needed, and are not given.
            LogError: a record is under legal hold; nothing was erased.
            LogUnavailableError: the log cannot be written just now; nothing was erased, or it is
                finished when the log is next opened.
        """
        if self._how.two_person:
            retention.two_named(by, confirmed_by)
        part = self._part()
        tag = self._secrets.pseudonym(subject)
        part.writer.flush()
        gone = retention.erase(
            part.store, part.note, tag, now(), basis=basis, by=by, confirmed_by=confirmed_by
        )
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
        confirmed_by: str | None = None,
    ) -> int:
        """Remove records, or only their texts, that are older than a moment; how many went. What
        stays in their place lets the rest be verified.

        Raises:
            InputError: two names are needed, and are not given.
            LogError: something does not fit; nothing was removed.
            LogUnavailableError: the log cannot be written just now.
        """
        if self._how.two_person:
            retention.two_named(by, confirmed_by)
        part = self._part()
        part.writer.flush()
        part.signing.sign()
        gone = retention.prune(
            part.store, part.note, written(before), scope=scope, by=by, confirmed_by=confirmed_by
        )
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
        self._secrets = load_secrets(self._how.places.secrets)

    def flush(self) -> None:
        """Wait until what is spooled here is in the log.

        Raises:
            LogUnavailableError: the log cannot be written.
        """
        self._part().writer.flush()
