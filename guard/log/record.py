"""Record: what the compliance log says about one event. Not how it is chained or stored.

A record holds no text of the conversation and no hash of one: texts lie, encrypted, in a payload
outside it (`Texts`), to which it is bound by `ct`. Scores are integers, in millionths, so that the
bytes of a record are the same everywhere. `origin`, `seq` and `prev` are added when it is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter

from guard.log.parts import (
    MILLION,
    AttemptRecorded,
    Circumstances,
    Code,
    Count,
    FindingRecorded,
    Handover,
    Hex128,
    Hex256,
    Micro,
    Named,
    OpinionRecorded,
    Piece,
    ReadingRecorded,
    When,
)
from guard.report import Action, ActName, Fault, Function, Mode, Outcome

VERSION = "1"
EventId = Annotated[
    str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
]
TextMode = Literal["redacted", "hashed", "encrypted"]
Disposition = Literal["agree", "false_alarm", "missed"]
RecordKind = Literal["turn", "review", "erasure", "purge", "key", "packs", "gap", "access", "clock"]


class Record(Piece):
    """What every record has. `id` is a UUIDv7; `ts` is UTC; `writer` names the process, `boot` the
    start of its machine, `mono` microseconds of its monotonic clock: order is by `seq`, not time.

    `seq`, `prev` and `origin` are None until the record is sealed.
    """

    version: Literal["1"] = "1"
    id: EventId
    kind: RecordKind
    ts: When
    boot: Named
    mono: Count
    writer: Named
    guard: Named
    origin: Named | None = None
    seq: Count | None = None
    prev: Hex256 | None = None
    ct: Hex256 | None = None
    key: Hex128 | None = None

    def body(self) -> dict[str, Any]:
        """Its JSON form, without what is not there."""
        return self.model_dump(mode="json", exclude_none=True)


class TurnRecord(Record):
    """One audited turn.

    `subject` and `session` are keyed hashes; `text` says how the texts were kept, None that none
    were. `action` is what was decided, `done` what was done; `degraded` what did not work as it
    should. `ruleset` is the digest of all packs loaded, listed in the `packs` record before it;
    `packs` names those in force on this turn. `referral`: whether help was pointed to where the
    message shows a risk.
    """

    kind: Literal["turn"] = "turn"
    mode: Mode
    encoder: str
    ruleset: Hex256
    packs: tuple[str, ...]
    client_request_id: Named | None = None
    request_id: Named | None = None
    subject: Hex256 | None = None
    session: Hex256 | None = None
    circumstances: Circumstances | None = None
    reading: ReadingRecorded
    kept: tuple[Function, ...] = ()
    erased: tuple[Function, ...] = ()
    acts: tuple[tuple[ActName, ...], ...] = ()
    findings: tuple[FindingRecorded, ...] = ()
    scores: dict[str, Micro] = Field(default_factory=dict)
    outcome: Outcome
    reason: str
    rule: str | None = None
    fault: Fault | None = None
    action: Action
    done: Action
    changed: bool
    referral: Literal["yes", "no", "na"] = "na"
    text: TextMode | None = None
    user_chars: Count
    draft_chars: Count
    reply_chars: Count
    micros: dict[Literal["audit", "repair", "total"], Count] = Field(default_factory=dict)
    attempts: tuple[AttemptRecorded, ...] = ()
    opinions: tuple[OpinionRecorded, ...] = ()
    errors: tuple[Code, ...] = ()
    degraded: tuple[Code, ...] = ()
    sampled: bool = False


class ReviewRecord(Record):
    """A reviewer's judgement of an earlier record. Their note is in the payload."""

    kind: Literal["review"] = "review"
    of: EventId
    disposition: Disposition
    reviewer: Named
    rule: str | None = None


class ErasureRecord(Record):
    """A subject was erased: these keys are destroyed, and what they encrypted is gone. `signature`
    is by the key of the log, so that nobody else can excuse a loss."""

    kind: Literal["erasure"] = "erasure"
    keys: tuple[Hex128, ...]
    basis: Named
    by: Named | None = None
    confirmed_by: Named | None = None
    signature: Named | None = None


class PurgeRecord(Record):
    """Retention: all records (or only their texts) before `until` are gone. `root` and `frontier`
    are those of the tree of the first `until` records, `last` is the leaf of the last of them.
    `handovers` are the changes of the signing key that went with them. `signature` is by the key of
    the log, so that nobody else can excuse a loss."""

    kind: Literal["purge"] = "purge"
    scope: Literal["records", "payloads"]
    until: Count
    root: Hex256 | None = None
    frontier: tuple[Hex256, ...] = ()
    last: Hex256 | None = None
    handovers: tuple[Handover, ...] = ()
    before: When
    by: Named | None = None
    confirmed_by: Named | None = None
    signature: Named | None = None


class KeyRecord(Record):
    """From here on checkpoints are signed by another key; the old key has signed the new one."""

    kind: Literal["key"] = "key"
    old: Named
    new: Named
    signature: Named


class PacksRecord(Record):
    """Which packs are loaded from here on, with the digest of each."""

    kind: Literal["packs"] = "packs"
    ruleset: Hex256
    packs: dict[str, Hex256]


class GapRecord(Record):
    """Records that could not be kept: how many, and why."""

    kind: Literal["gap"] = "gap"
    lost: Count
    why: Code


class ClockRecord(Record):
    """The clock of a machine was set, or jumped: times before and after cannot be compared. `step`
    is by how many microseconds, negative if it went back; `over`, the microseconds of the monotonic
    clock within which it did; None: against the newest record that was there on opening."""

    kind: Literal["clock"] = "clock"
    step: Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
    over: Count | None = None


class AccessRecord(Record):
    """Somebody read texts: which records, and what for."""

    kind: Literal["access"] = "access"
    by: Named
    purpose: Named
    of: tuple[EventId, ...]


AnyRecord = Annotated[
    TurnRecord
    | ReviewRecord
    | ErasureRecord
    | PurgeRecord
    | KeyRecord
    | PacksRecord
    | GapRecord
    | AccessRecord
    | ClockRecord,
    Field(discriminator="kind"),
]
_READ: TypeAdapter[Any] = TypeAdapter(AnyRecord)


def parse(body: bytes | str) -> AnyRecord:
    """The record that these bytes say. For reading; verification looks at the bytes themselves.

    Raises:
        pydantic.ValidationError: they are no record of a version that is known here.
    """
    record: AnyRecord = _READ.validate_json(body)
    return record


class Texts(Piece):
    """The texts of a record: what its payload holds, encrypted with the key of the subject.

    `redacted`: texts after redaction; `evidence` has, for each finding, the words under its span,
    redacted (offsets do not fit redacted text). `hashed`: keyed hashes in place of texts.
    Words that redaction did not leave whole are None. `reply` is None where the draft itself went
    out. A review has a `note` only.
    """

    mode: TextMode
    user: Annotated[str | None, Field(repr=False)] = None
    draft: Annotated[str | None, Field(repr=False)] = None
    reply: Annotated[str | None, Field(repr=False)] = None
    note: Annotated[str | None, Field(repr=False)] = None
    context: Annotated[tuple[tuple[str, str], ...], Field(repr=False)] = ()
    evidence: Annotated[tuple[str | None, ...], Field(repr=False)] = ()

    @classmethod
    def of(cls, plain: bytes) -> Self:
        """Read a decrypted payload."""
        return cls.model_validate_json(plain)


def micro(probability: float) -> int:
    """A probability in millionths."""
    return round(probability * MILLION)


def micros(scores: Mapping[str, float | None]) -> dict[str, int]:
    """Scores in millionths, without those that were not judged."""
    return {name: micro(value) for name, value in scores.items() if value is not None}
