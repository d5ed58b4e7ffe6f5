"""Which records of a log are meant: by time, rule, pack, outcome, risk, subject, kind. Reads, and
changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from guard.errors import InputError, LogError
from guard.log.heads import written
from guard.log.record import AnyRecord, RecordKind, TurnRecord, parse
from guard.log.store import Entry, Store
from guard.report import Outcome, RiskLevel

_AGO = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; None asks for anything. `since` and `until` are moments as records write
    them, half-open; `subject` is a pseudonym. Whatever only a turn has selects turns only.

    `rule` ending in `*` means all that begin so.
    """

    since: str | None = None
    until: str | None = None
    kind: RecordKind | None = None
    rule: str | None = None
    pack: str | None = None
    outcome: Outcome | None = None
    risk: RiskLevel | None = None
    subject: str | None = None

    @property
    def of_turns(self) -> bool:
        """Whether only turns can match."""
        return self.kind == "turn" or any((self.rule, self.pack, self.outcome, self.risk))

    def meets(self, record: AnyRecord) -> bool:
        """Whether a record is among those asked for."""
        if (self.since is not None and record.ts < self.since) or (
            self.until is not None and record.ts >= self.until
        ):
            return False
        if self.kind is not None and record.kind != self.kind:
            return False
        if isinstance(record, TurnRecord):
            return self._meets_turn(record)
        return not self.of_turns and self.subject is None

    def _meets_turn(self, record: TurnRecord) -> bool:
        risk = record.reading.risk
        return (
            (self.outcome is None or record.outcome == self.outcome)
            and (self.risk is None or (risk is not None and risk.level == self.risk))
            and (self.subject is None or record.subject == self.subject)
            and (self.rule is None or any(_is(f.rule, self.rule) for f in record.findings))
            and (self.pack is None or self.pack in packs_of(record))
        )


def packs_of(record: TurnRecord) -> frozenset[str]:
    """The packs whose rules fired on a turn, by id."""
    return frozenset(finding.pack.partition("@")[0] for finding in record.findings)


def fired_on(store: Store, record_id: str) -> tuple[str, ...]:
    """The rules that fired on a turn; none where it is gone."""
    entry = store.find(record_id)
    record = record_of(entry) if entry is not None else None
    found = record.findings if isinstance(record, TurnRecord) else ()
    return tuple(dict.fromkeys(finding.rule for finding in found))


def selected(store: Store, selection: Selection) -> Iterator[tuple[Entry, AnyRecord]]:
    """The records that are meant, in order, streaming; of those that are there now.

    Raises:
        LogError: a record cannot be read.
    """
    kind = "turn" if selection.of_turns or selection.subject else selection.kind
    for entry in store.entries(stop=store.head().size, kind=kind):
        record = record_of(entry)
        if selection.meets(record):
            yield entry, record


def record_of(entry: Entry) -> AnyRecord:
    """What an entry says.

    Raises:
        LogError: it is damaged, or of a later version.
    """
    try:
        return parse(entry.body)
    except ValidationError:
        raise LogError(
            f"record {entry.seq} cannot be read: it is damaged, or a later version wrote it; "
            "see `guard log verify`"
        ) from None


def moment(text: str, *, end: bool = False, now: datetime | None = None) -> str:
    """A moment as records write it, from `2026-11-28`, `2026-11-28T09:30`, or `36h`, `7d`, `4w`
    before now. A day without a time is its beginning, or for an end the beginning of the next, so
    that the day itself is within. Without a zone it is UTC.

    Raises:
        InputError: the text is none of these.
    """
    text = text.strip()
    ago = _AGO.fullmatch(text)
    if ago:
        when = (now or datetime.now(UTC)) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return written(when)
    try:
        when = datetime.fromisoformat(text)
        if _DAY.fullmatch(text) and end:
            when += timedelta(days=1)
    except (ValueError, OverflowError):
        raise InputError(
            f"{text[:40]!r} is no moment: write 2026-11-28, 2026-11-28T09:30, or 36h, 7d, 4w"
        ) from None
    return written(when if when.tzinfo else when.replace(tzinfo=UTC))


def _is(rule: str, wanted: str) -> bool:
    return rule.startswith(wanted[:-1]) if wanted.endswith("*") else rule == wanted
