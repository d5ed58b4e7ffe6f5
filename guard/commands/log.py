"""`guard log`: read, check, use and keep the compliance log. Here: the commands that only read."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from guard.commands.log_changes import checkpoint, erase, prune, review, rotate_key
from guard.commands.log_files import export, report
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
    found_in,
    reading,
    selection,
    who,
    writing,
)
from guard.commands.log_proofs import check_proof, prove, verify_
from guard.commands.log_tables import record_line, record_panel, records_table, summary_panel
from guard.errors import InputError
from guard.log.export import jsonl
from guard.log.heads import now
from guard.log.json_schema import schema
from guard.log.period import Integrity
from guard.log.record import AnyRecord, ReviewRecord, Texts
from guard.log.select import fired_on, record_of, selected
from guard.log.store import Entry, Store
from guard.log.summary import summary

log = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""The compliance log: what was flagged, why, what was sent instead, and proof that nobody
    altered a line.

    Which log is said by `--log audit.db`, by `GUARD_LOG_WHERE`, or by `[log]` in `guard.toml`.

    - `guard log list --since 7d --outcome flag`: what was flagged this week
    - `guard log show ID --text --purpose "complaint 12"`: one record, with its texts; that you read
      them is itself recorded
    - `guard log review ID false_alarm --rule base.soothe-only`: say what you think of it
    - `guard log verify`: is every record as it was written? Exit codes 0 to 3 say
    - `guard log report --since 2026-01-01 --until 2026-12-31 --out summary`: the year on one page

    No command shows texts unless asked. `docs/log.md` explains the rest.""",
)
KIND = "turn, review, erasure, purge, key, packs, gap or access."
_POLL = 0.5  # seconds


@log.command("list")
def list_(
    where: Where = None,
    since: Since = None,
    until: Until = None,
    rule: RuleName = None,
    pack: PackName = None,
    outcome: OutcomeName = None,
    risk: RiskName = None,
    subject: Subject = None,
    kind: Annotated[str | None, typer.Option("--kind", help=KIND)] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List records, oldest first: those that all filters leave, and of them the latest.

    - `guard log list --outcome unknown --since 24h`
    - `guard log list --rule "crisis.*" --json | jq .record.referral`
    """
    wanted = selection(
        where, since=since, until=until, rule=rule, pack=pack, outcome=outcome, risk=risk,
        subject=subject, kind=_kind(kind),
    )  # fmt: skip
    with reading(where) as store:
        rows = deque(selected(store, wanted), maxlen=limit)
    if as_json:
        _echo_lines(rows)
    else:
        Console().print(records_table(rows))


@log.command()
def tail(
    where: Where = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="So many at first.")] = 10,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on, until Ctrl-C.")] = False,
    rule: RuleName = None,
    pack: PackName = None,
    outcome: OutcomeName = None,
    risk: RiskName = None,
    as_json: AsJson = False,
) -> None:
    """Show the latest records, and with --follow each new one as it is written."""
    wanted = selection(where, rule=rule, pack=pack, outcome=outcome, risk=risk)
    with reading(where) as store:
        at = store.head().size
        rows = deque(selected(store, wanted), maxlen=lines)
        _show_lines([row for row in rows if row[0].seq < at], as_json)
        try:
            while follow:
                time.sleep(_POLL)
                at = _show_new(store, at, wanted.meets, as_json)
        except KeyboardInterrupt:
            raise typer.Exit from None


def _show_new(store: Store, at: int, meets: Callable[[AnyRecord], bool], as_json: bool) -> int:
    """Show what was added since `at`; where the log ends now."""
    size = store.head().size
    new = [(entry, record_of(entry)) for entry in store.entries(at, size)]
    _show_lines([row for row in new if meets(row[1])], as_json)
    return size


def _show_lines(rows: list[tuple[Entry, AnyRecord]], as_json: bool) -> None:
    if as_json:
        _echo_lines(rows)
        return
    console = Console()
    for entry, record in rows:
        console.print(record_line(entry, record), soft_wrap=True, highlight=False)


@log.command()
def show(
    record: Annotated[str, typer.Argument(help="Its id, or its number (seq).")],
    where: Where = None,
    text: Annotated[
        bool, typer.Option("--text", help="With its texts; that you read them is recorded.")
    ] = False,
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="What for; goes with --text.")
    ] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Show all of one record: what was read, what fired and why, what was done, who reviewed it.

    Texts are encrypted. With `--text` they are decrypted, after a record of who read them and what
    for was written to the log.
    """
    if text and not purpose:
        raise InputError("--text needs --purpose: what are the texts read for?")
    with reading(where) as store:
        entry = found_in(store, record)
        said = record_of(entry)
        reviews = [
            one
            for other in store.entries(entry.seq + 1, store.head().size, kind="review")
            if isinstance(one := record_of(other), ReviewRecord) and one.of == entry.event_id
        ]
    texts: Texts | None = None
    if text and purpose:
        with writing(where) as opened:
            found = opened.reveal([entry.event_id], by=who(by), purpose=purpose)
        texts = found.get(entry.event_id)
        if texts is None:
            Console(stderr=True).print("its texts are gone, or none were kept", style="yellow")
    if as_json:
        (line,) = jsonl([(entry, said, texts)])
        typer.echo(json.dumps(json.loads(line), indent=1))
    else:
        Console().print(record_panel(entry, said, texts, reviews))


@log.command()
def stats(
    where: Where = None, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    """Count: turns by outcome and rule, referrals, reviews, losses, and how much is signed.

    Quick: it does not verify the log; `guard log verify` and `guard log report` do.
    """
    wanted = selection(where, since=since, until=until)
    with reading(where) as store:
        signed = store.latest_checkpoint()
        size = store.head().size
        found = summary(
            (record for _, record in selected(store, wanted)),
            Integrity(
                result="not verified",
                detail=f"{signed.size if signed else 0} of {size} records are signed",
                records=size,
                signed=signed.size if signed else 0,
            ),
            origin=store.origin,
            made=now(),
            since=wanted.since,
            until=wanted.until,
            fired_on=partial(fired_on, store),
        )
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        Console().print(summary_panel(found))


@log.command("schema")
def schema_() -> None:
    """Print the JSON Schema of records, which is published as `docs/guard.log.schema.json`."""
    typer.echo(json.dumps(schema(), indent=1))


def _kind(kind: str | None) -> str | None:
    if kind is not None and kind not in KIND.rstrip(".").replace(" or ", ", ").split(", "):
        raise InputError(f"--kind must be {KIND.rstrip('.')}, not {kind!r}")
    return kind


def _echo_lines(rows: Iterable[tuple[Entry, AnyRecord]]) -> None:
    for line in jsonl((entry, record, None) for entry, record in rows):
        typer.echo(line)


log.command("verify")(verify_)
log.command()(prove)
log.command("check-proof")(check_proof)
log.command()(export)
log.command()(report)
log.command()(review)
log.command()(erase)
log.command()(prune)
log.command()(checkpoint)
log.command("rotate-key")(rotate_key)
