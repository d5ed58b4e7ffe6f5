"""Records as JSON Lines, CSV or Parquet. In CSV no cell can become a formula; JSON Lines hold the
very bytes that were hashed, as `record`. Texts are in none of them unless they are handed in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from guard.errors import MissingExtraError
from guard.log.parts import MILLION
from guard.log.record import AnyRecord, ReviewRecord, Texts, TurnRecord
from guard.log.store import Entry

Format = Literal["jsonl", "csv", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
Row = tuple[Entry, AnyRecord, Texts | None]
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_ROWS = 2000  # at once, in Parquet
_NAMES: Mapping[str, type] = {
    "seq": int, "id": str, "ts": str, "kind": str, "guard": str, "mode": str, "outcome": str,
    "fault": str, "rule": str, "rules": str, "packs": str, "severity": str, "action": str,
    "done": str, "changed": bool, "risk": str, "referral": str, "inference": str,
    "functions": str, "flag": float, "subject": str, "session": str, "jurisdiction": str,
    "model": str, "request_id": str, "client_request_id": str, "text": str, "user_chars": int,
    "draft_chars": int, "reply_chars": int, "audit_ms": float, "total_ms": float,
    "of": str, "disposition": str, "reviewer": str,
}  # fmt: skip
_TEXTS: Mapping[str, type] = {"user": str, "draft": str, "reply": str, "note": str}


def columns(*, texts: bool) -> Mapping[str, type]:
    """The columns of CSV and Parquet, and their types."""
    return {**_NAMES, **_TEXTS} if texts else _NAMES


def jsonl(rows: Iterable[Row]) -> Iterator[str]:
    """One line for each record: its place, its leaf hash, itself, and texts if there are some."""
    for entry, _, texts in rows:
        told = f',"texts":{texts.model_dump_json(exclude_none=True)}' if texts else ""
        yield (
            f'{{"seq":{entry.seq},"leaf":"{entry.leaf.hex()}",'
            f'"record":{entry.body.decode()}{told}}}'
        )


def csv_lines(rows: Iterable[Row], *, texts: bool) -> Iterator[str]:
    """A header and one line for each record."""
    names = tuple(columns(texts=texts))
    yield _csv(names)
    for row in rows:
        flat = flat_row(row)
        yield _csv([_cell(flat.get(name)) for name in names])


def write_parquet(rows: Iterable[Row], file: Path, *, texts: bool) -> int:
    """Write a Parquet file; how many records it holds.

    Raises:
        MissingExtraError: the extra `parquet` is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise MissingExtraError("export as Parquet", "parquet") from None
    kinds = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns(texts=texts).items()])
    count = 0
    with pq.ParquetWriter(file, schema) as out:
        flat = (flat_row(row) for row in rows)
        while some := [row for row, _ in zip(flat, range(_ROWS), strict=False)]:
            out.write_table(
                pa.Table.from_pylist(
                    [{name: row.get(name) for name in schema.names} for row in some], schema
                )
            )
            count += len(some)
    return count


def flat_row(row: Row) -> dict[str, Any]:
    """A record as a flat row; what a record does not have is left out."""
    entry, record, texts = row
    flat: dict[str, Any] = {
        "seq": entry.seq,
        "id": record.id,
        "ts": record.ts,
        "kind": record.kind,
        "guard": record.guard,
    }
    if isinstance(record, TurnRecord):
        flat |= _turn(record)
    elif isinstance(record, ReviewRecord):
        flat |= {
            "of": record.of,
            "disposition": record.disposition,
            "reviewer": record.reviewer,
            "rule": record.rule,
        }
    if texts is not None:
        flat |= {name: getattr(texts, name) for name in _TEXTS}
    return {name: value for name, value in flat.items() if value is not None}


def _turn(record: TurnRecord) -> dict[str, Any]:
    known = record.circumstances
    flag = record.scores.get("flag")
    return {
        "mode": record.mode,
        "outcome": record.outcome,
        "fault": record.fault,
        "rule": record.rule,
        "rules": " ".join(dict.fromkeys(finding.rule for finding in record.findings)),
        "packs": " ".join(record.packs),
        "severity": record.findings[0].severity if record.findings else None,
        "action": record.action,
        "done": record.done,
        "changed": record.changed,
        "risk": record.reading.risk.level if record.reading.risk else None,
        "referral": record.referral,
        "inference": record.reading.inference,
        "functions": " ".join(signal.function for signal in record.reading.signals),
        "flag": None if flag is None else flag / MILLION,
        "subject": record.subject,
        "session": record.session,
        "jurisdiction": known.jurisdiction if known else None,
        "model": known.model if known else None,
        "request_id": record.request_id,
        "client_request_id": record.client_request_id,
        "text": record.text,
        "user_chars": record.user_chars,
        "draft_chars": record.draft_chars,
        "reply_chars": record.reply_chars,
        "audit_ms": _ms(record, "audit"),
        "total_ms": _ms(record, "total"),
    }


def _ms(record: TurnRecord, what: Literal["audit", "total"]) -> float | None:
    spent = record.micros.get(what)
    return None if spent is None else spent / 1000


def _cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(cells: Iterable[str]) -> str:
    out = io.StringIO()
    # The terminator is named so that cells that hold one are quoted.
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n")
