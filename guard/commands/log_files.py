"""`guard log export | report`: copies and summaries of the compliance log."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from guard.commands.log_open import (
    AsJson,
    By,
    OutcomeName,
    PackName,
    RiskName,
    RuleName,
    Since,
    Subject,
    Until,
    Where,
    named,
    reading,
    selection,
    who,
    writing,
)
from guard.commands.log_proofs import Against, Key, public_key, verdict, verified
from guard.commands.log_tables import summary_panel
from guard.errors import InputError
from guard.files import writer
from guard.log.export import FORMATS, Row, csv_lines, jsonl, write_parquet
from guard.log.heads import now
from guard.log.period import Integrity
from guard.log.period_page import period_page
from guard.log.record import ReviewRecord, TurnRecord
from guard.log.select import Selection, fired_on, record_of, selected
from guard.log.summary import summary
from guard.log.verification import Verification

if TYPE_CHECKING:
    from guard.log.log import Log

AT_A_TIME = 200  # records whose texts are read with one record of access


def export(
    where: Where = None,
    format_: Annotated[
        str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")
    ] = "jsonl",
    out: Annotated[
        Path | None, typer.Option(help="The file; by default standard output (not for Parquet).")
    ] = None,
    since: Since = None,
    until: Until = None,
    rule: RuleName = None,
    pack: PackName = None,
    outcome: OutcomeName = None,
    risk: RiskName = None,
    subject: Subject = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first.")] = None,
    text: Annotated[
        bool, typer.Option("--text", help="With the texts; that you read them is recorded.")
    ] = False,
    for_training: Annotated[
        bool,
        typer.Option(
            "--for-training",
            help="Turns on which reviewers disagreed, with their texts, as rows of "
            "training/rows.py.",
        ),
    ] = False,
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="What for; goes with texts.")
    ] = None,
    by: By = None,
) -> None:
    """Write records to a file: JSON Lines (with the very bytes that were hashed), CSV, Parquet.

    Texts are left out unless asked for; a file with texts is as sensitive as the conversations.

    - `guard log export --since 2026-01-01 --format csv --out flagged.csv`
    - `guard log export --for-training --purpose "new weights" --out disagreements.jsonl`
    """
    if format_ not in FORMATS:
        raise InputError(f"--format must be one of {', '.join(FORMATS)}, not {format_[:40]!r}")
    if (text or for_training) and not purpose:
        raise InputError("texts need --purpose: what are they read for?")
    if for_training and format_ != "jsonl":
        raise InputError("--for-training writes JSON Lines")
    wanted = selection(
        where, since=since, until=until, rule=rule, pack=pack, outcome=outcome, risk=risk,
        subject=subject,
    )  # fmt: skip
    if text or for_training:
        with writing(where) as log:
            rows = islice(_with_texts(log, wanted, who(by), purpose or ""), limit)
            if for_training:
                count = _write(_training(log, wanted, who(by), purpose or "", limit), out)
            else:
                count = _written(rows, format_, out, texts=True)
    else:
        with reading(where) as store:
            plain = ((entry, record, None) for entry, record in selected(store, wanted))
            count = _written(islice(plain, limit), format_, out, texts=False)
    if out is not None:
        Console(stderr=True).print(f"{count} written to {out}", highlight=False, soft_wrap=True)


def _with_texts(log: Log, wanted: Selection, by: str, purpose: str) -> Iterator[Row]:
    """Records with their texts, some at a time: who reads them is recorded before each."""
    rows = selected(log.store, wanted)
    while some := list(islice(rows, AT_A_TIME)):
        kept = [record.id for _, record in some if record.ct is not None]
        texts = log.reveal(kept, by=by, purpose=purpose) if kept else {}
        for entry, record in some:
            yield entry, record, texts.get(record.id)


def _written(rows: Iterator[Row], format_: str, out: Path | None, *, texts: bool) -> int:
    if format_ == "parquet":
        if out is None:
            raise InputError("Parquet needs --out: it is not for a terminal")
        part = out.with_name(f"{out.name}.part")
        try:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            count = write_parquet(rows, part, texts=texts)
        except OSError as error:
            raise InputError(f"cannot write {part}: {error.strerror}") from None
        part.replace(out)
        return count
    if format_ == "csv":
        return _write(csv_lines(rows, texts=texts), out) - 1
    return _write(jsonl(rows), out)


def _write(lines: Iterator[str], out: Path | None) -> int:
    count = 0
    with writer(out) as write:
        for line in lines:
            count += 1
            if out is None:
                typer.echo(line)
            else:
                write(line)
    return count


def _training(
    log: Log, wanted: Selection, by: str, purpose: str, limit: int | None
) -> Iterator[str]:
    """Disagreements as rows of the training schema; those whose texts are gone are counted."""
    from guard.log.training_rows import disagreements, training_row
    from guard.text.document import Documents

    store = log.store
    size = store.head().size
    reviews = [
        record
        for entry in store.entries(stop=size, kind="review")
        if isinstance(record := record_of(entry), ReviewRecord)
    ]
    missed = {review.rule for review in reviews if review.disposition == "missed" and review.rule}
    judged = {review.of for review in reviews if review.disposition != "agree"}
    turns = (
        record
        for _, record in selected(store, wanted)
        if isinstance(record, TurnRecord) and record.id in judged
    )
    found = iter(disagreements(turns, reviews, _labels(missed)))
    documents = Documents({"user": (), "draft": ()})
    left_out = 0
    given = 0
    while some := list(islice(found, AT_A_TIME)):
        texts = log.reveal([one.turn.id for one in some], by=by, purpose=purpose)
        for one in some:
            told = texts.get(one.turn.id)
            row = training_row(one, told, documents) if told is not None else None
            if row is None:
                left_out += 1
            elif limit is None or given < limit:
                given += 1
                yield json.dumps(row, ensure_ascii=False)
    if left_out:
        Console(stderr=True).print(
            f"{left_out} left out: their texts are gone, or only hashes were kept", style="yellow"
        )


def _labels(rules: Iterable[str]) -> dict[str, str]:
    """The label that each of these rules finds, where a known pack has it."""
    from guard.packs.load import load_packs
    from guard.packs.schema import MOVE
    from guard.packs.sources import known_packs

    packs = sorted({rule.partition(".")[0] for rule in rules} & set(known_packs()))
    return (
        {rule.id: rule.label or MOVE for one in load_packs(packs) for rule in one.pack.rules}
        if packs
        else {}
    )


def report(
    where: Where = None,
    since: Since = None,
    until: Until = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder for summary.html and summary.json.")
    ] = None,
    suppress_below: Annotated[
        int,
        typer.Option(
            min=0, help="Do not show counts from 1 to one less than this; 5 before publishing."
        ),
    ] = 0,
    pubkey: Key = None,
    against: Against = None,
    as_json: AsJson = False,
) -> None:
    """Summarise a period on one page: counts by rule and action, crisis referrals, trends, what
    reviewers said, precision, what was not audited, and whether the log is intact.

    Counts only: no text, no identifiers. Laid out for what laws on companion chatbots and on
    records of AI systems ask for; it is no legal advice.

    - `guard log report --since 2026-01-01 --until 2026-12-31 --out 2026 --suppress-below 5`
    """
    wanted = selection(where, since=since, until=until)
    places = named(where).places
    with reading(where) as store:
        found = verified(store, places, pubkey, against or ())
        period = summary(
            (record for _, record in selected(store, wanted)),
            _integrity(found, str(public_key(places, pubkey))),
            origin=store.origin,
            made=now(),
            since=wanted.since,
            until=wanted.until,
            below=suppress_below,
            fired_on=partial(fired_on, store),
        )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in (
            ("summary.html", period_page(period)),
            ("summary.json", period.model_dump_json(indent=1)),
        ):
            (out / name).write_text(content, "utf-8")
    if as_json:
        typer.echo(period.model_dump_json(indent=1))
    else:
        Console().print(summary_panel(period))
    if out is not None:
        Console(stderr=True).print(
            f"wrote {out / 'summary.html'} and summary.json", highlight=False, soft_wrap=True
        )


def _integrity(found: Verification, key: str) -> Integrity:
    result = "tampered" if not found.ok else "ok" if found.complete else "not all signed"
    detail = verdict(found)
    if found.problems:
        first = found.problems[0]
        detail += f" first, at record {first.seq}, {first.wrong}: {first.what}"
    return Integrity(
        result=result,
        detail=detail,
        records=found.size,
        root=found.root.hex() if found.root else None,
        signed=found.signed,
        signed_at=found.signed_at,
        public_key=key,
    )
